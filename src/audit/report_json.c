/*
 * audit.json, for programs. Its shape:
 *
 *     site {title, url}; now
 *     totals {links, uses, rot, new_rot, by_verdict {alive: 3, ...}}
 *     links: rot first, then by verdict, host and URL, one a line:
 *       url, host, domain, verdict, failure ("http-404"; absent where there is none), status,
 *       final_url, hops [{status, url}] of the last check, words (of a failure), title (of the
 *       last good page), suggestion (the new address), capture, captured, likeness (0 to 1),
 * first_failed, last_ok, last_checked, since (of the verdict), streak (failures that count),
 * checks, due, is_new (rot, and was not) uses [{file, line, column, field, item_id, item_title,
 * category, published}] history [{at, verdict, failure, status, milliseconds}]: the newest
 * checks first
 *
 * What is not known is absent, and never null. Times are RFC 3339 in UTC.
 */
#include "audit/report_words.h"

#include "base/json.h"
#include "base/time.h"

static void add_time(
	struct of_report *report, struct of_json *json, const char *key, int64_t seconds)
{
	struct of_buf *text = &report->text;

	if (!of_report_has_time(seconds) || text->status != OF_OK)
		return;
	of_buf_clear(text);
	of_time_add_rfc3339(text, seconds);
	of_json_str_if(json, key, of_buf_str(text));
}

static void add_failure(struct of_report *report, struct of_json *json, enum of_failure failure,
	unsigned status)
{
	struct of_buf *text = &report->text;

	if (text->status != OF_OK)
		return;
	of_buf_clear(text);
	of_report_add_failure(text, failure, status);
	of_json_str_if(json, "failure", of_buf_str(text));
}

static void add_uint_if(struct of_json *json, const char *key, uint64_t number)
{
	if (number > 0)
		of_json_uint(json, key, number);
}

static void begin(struct of_report *report)
{
	struct of_json *json = report->own;
	const struct of_totals *totals = report->totals;

	of_json_init(json, report->out, false);
	of_json_open(json, NULL, '{');
	of_json_open(json, "site", '{');
	of_json_clean_if(json, "title", report->about->title);
	of_json_clean_if(json, "url", report->about->url);
	of_json_close(json, '}');
	add_time(report, json, "now", report->about->now);
	of_json_open(json, "totals", '{');
	of_json_uint(json, "links", totals->links);
	of_json_uint(json, "uses", totals->uses);
	of_json_uint(json, "rot", totals->rot);
	of_json_uint(json, "new_rot", totals->new_rot);
	of_json_open(json, "by_verdict", '{');
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++)
		of_json_uint(json, of_verdict_name((enum of_verdict)i), totals->by_verdict[i]);
	of_json_close(json, '}');
	of_json_close(json, '}');
	of_json_open(json, "links", '[');
}

static void add_use(struct of_report *report, const struct of_report_use *use)
{
	struct of_json *json = report->own;

	of_json_open(json, NULL, '{');
	of_json_clean_if(json, "file", of_report_file(report->about, use->file));
	add_uint_if(json, "line", use->line);
	add_uint_if(json, "column", use->column);
	of_json_clean_if(json, "field", use->field);
	of_json_clean_if(json, "item_id", use->item_id);
	of_json_clean_if(json, "item_title", use->item_title);
	of_json_clean_if(json, "category", use->category);
	add_time(report, json, "published", use->published);
	of_json_close(json, '}');
}

static void add_check(struct of_report *report, const struct of_report_check *check)
{
	struct of_json *json = report->own;

	of_json_open(json, NULL, '{');
	add_time(report, json, "at", check->at);
	of_json_str(json, "verdict", of_str_from(of_verdict_name(check->verdict)));
	add_failure(report, json, check->failure, check->status);
	add_uint_if(json, "status", check->status);
	of_json_uint(json, "milliseconds", check->milliseconds);
	of_json_close(json, '}');
}

static void add_hops(struct of_json *json, const struct of_report_link *link)
{
	if (link->n_checks == 0 || link->checks[0].n_hops == 0)
		return;
	of_json_open(json, "hops", '[');
	for (size_t i = 0; i < link->checks[0].n_hops; i++) {
		const struct of_hop *hop = &link->checks[0].hops[i];

		of_json_open(json, NULL, '{');
		of_json_uint(json, "status", hop->status);
		of_json_clean_if(json, "url", hop->url);
		of_json_close(json, '}');
	}
	of_json_close(json, ']');
}

static void add_state(struct of_report *report, const struct of_report_link *link)
{
	struct of_json *json = report->own;
	const struct of_past *past = &link->past;

	add_time(report, json, "first_failed", past->first_failed);
	add_time(report, json, "last_ok", past->last_ok);
	add_time(report, json, "last_checked", past->last_checked);
	add_time(report, json, "since", past->since);
	of_json_uint(json, "streak", past->streak);
	of_json_uint(json, "checks", past->checks);
	add_time(report, json, "due", link->due);
	of_json_bool(json, "is_new", link->is_new_rot);
}

static void add_link(struct of_report *report, const struct of_report_link *link)
{
	struct of_json *json = report->own;

	of_json_open(json, NULL, '{');
	json->compact = true;
	of_json_clean_if(json, "url", link->url);
	of_json_clean_if(json, "host", link->host);
	of_json_clean_if(json, "domain", link->domain);
	of_json_str(json, "verdict", of_str_from(of_verdict_name(link->past.verdict)));
	add_failure(report, json, link->past.failure, link->past.status);
	add_uint_if(json, "status", link->past.status);
	of_json_clean_if(json, "final_url", link->final_url);
	add_hops(json, link);
	of_json_clean_if(json, "words", link->words);
	of_json_clean_if(json, "title", link->title);
	of_json_clean_if(json, "suggestion", link->suggestion);
	of_json_clean_if(json, "capture", link->capture);
	add_time(report, json, "captured", link->captured);
	if (link->likeness >= 0)
		of_json_real(json, "likeness", link->likeness);
	add_state(report, link);
	of_json_open(json, "uses", '[');
	for (size_t i = 0; i < link->n_uses; i++)
		add_use(report, &link->uses[i]);
	of_json_close(json, ']');
	of_json_open(json, "history", '[');
	for (size_t i = 0; i < link->n_checks; i++)
		add_check(report, &link->checks[i]);
	of_json_close(json, ']');
	of_json_close(json, '}');
	json->compact = false;
}

static void end(struct of_report *report)
{
	of_json_close(report->own, ']');
	of_json_close(report->own, '}');
}

const struct of_report_writer of_report_json = {.name = "json",
	.file = "audit.json",
	.size = sizeof(struct of_json),
	.begin = begin,
	.link = add_link,
	.end = end};
