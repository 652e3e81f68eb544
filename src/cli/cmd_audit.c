/* outfeed audit: check every link, keep its history, report rot. */
#include <outfeed/audit.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include <outfeed/item.h>
#include <outfeed/site.h>
#include <stdlib.h>

#define AUDIT(member) offsetof(struct audit_options, member)

struct audit_options {
	struct common_options common;
	const char *output, *report, *patch, *metadata;
	unsigned jobs, only;
	int64_t budget; /* ms */
	int64_t now;    /* OF_TIME_NONE: by the clock */
	bool all, all_findings, archive, report_only, plan, worker;
};

static const char *take_kinds(void *target, const char *value)
{
	unsigned *kinds = target;
	struct of_str rest = of_str_from(value);

	while (rest.ptr != NULL)
		if (!of_link_kinds_add(kinds, of_str_split(&rest, ',')))
			return "must be of source, image, body and related, with commas "
			       "between";
	return NULL;
}

static const char *take_budget(void *target, const char *value)
{
	int64_t *ms = target;

	return of_duration_parse(ms, of_str_from(value)) && *ms > 0
		       ? NULL
		       : "must be a time such as 90s, 15m or 2h";
}

static const struct option table[] = {
	{'\0', "all", NULL, "check every link, and not only those that are due", NULL,
		AUDIT(all)},
	{'\0', "budget", "TIME", "end in order after 90s, 15m, 2h; the next run goes on",
		take_budget, AUDIT(budget)},
	{'\0', "only", "KIND,...", "of source, image, body, related", take_kinds, AUDIT(only)},
	{'\0', "all-findings", NULL, "exit 3 for any rot, and not only for what is new", NULL,
		AUDIT(all_findings)},
	{'\0', "report", "DIR", "write the reports there (default: audit/ in the output)",
		take_text, AUDIT(report)},
	{'\0', "report-only", NULL, "report what is known: read no item, fetch no link", NULL,
		AUDIT(report_only)},
	{'\0', "plan", NULL, "list the links alone, for workers to check", NULL, AUDIT(plan)},
	{'\0', "worker", NULL, "check what is due of all sites that share audit.store", NULL,
		AUDIT(worker)},
	{'\0', "patch", "FILE", "write a diff of links that moved, for git apply", take_text,
		AUDIT(patch)},
	{'\0', "metadata", "FILE", "write what pages say of themselves, as JSON lines",
		take_text, AUDIT(metadata)},
	{'\0', "archive", NULL, "look for captures of dead links in a web archive", NULL,
		AUDIT(archive)},
	{'\0', "now", "TIME", "as if it were that time: decides what is due", take_time,
		AUDIT(now)},
	{'o', "output", "DIR", "the output folder, where it is not that of outfeed.yaml",
		take_text, AUDIT(output)},
	{'j', "jobs", "N", "threads that read items (default: one a core)", take_jobs,
		AUDIT(jobs)},
};

static void print_verdicts(FILE *out)
{
	fputs("Verdicts:", out);
	for (unsigned i = OF_VERDICT_ALIVE; i < OF_VERDICT_COUNT; i++)
		fprintf(out, "%s%s",
			i == OF_VERDICT_SUSPECT || i == OF_VERDICT_FORBIDDEN ? "\n    " : " ",
			of_verdict_name((enum of_verdict)i));
	fputc('\n', out);
	print_keys_below(out, "Keys below `audit:` of outfeed.yaml:", "audit");
}

const struct command audit_command = {"audit", "[SITE]",
	"check every link, keep its history, report rot",
	"SITE is a folder that holds outfeed.yaml, or that file (default: .).\n"
	"Exit status: 0 done; 1 failed, or this machine's network is down; 2 wrong usage or\n"
	"configuration; 3 done, with rot that is new (--all-findings: with any rot);\n"
	"130 interrupted: the next run goes on.\n"
	"--plan, --worker and --report-only are each a part of an audit, with which many\n"
	"machines share one (audit.store: postgresql://...).",
	print_verdicts, table, sizeof(table) / sizeof(table[0]), run_audit};

/* -- Parts of an audit */

/* What does not fit a part; each is a target of the table that is set when it was given. */
typedef bool is_given_fn(const void *target);

static bool is_flag(const void *target)
{
	return *(const bool *)target;
}

static bool is_text(const void *target)
{
	return *(const char *const *)target != NULL;
}

static bool is_number(const void *target)
{
	return *(const unsigned *)target != 0;
}

static bool is_span(const void *target)
{
	return *(const int64_t *)target != 0;
}

static bool is_time(const void *target)
{
	return *(const int64_t *)target != OF_TIME_NONE;
}

struct misfit {
	size_t offset;
	const char *name;
	is_given_fn *is_given;
};

static const struct misfit with_report_only[] = {
	{AUDIT(plan), "--plan", is_flag},
	{AUDIT(worker), "--worker", is_flag},
	{AUDIT(all), "--all", is_flag},
	{AUDIT(only), "--only", is_number},
};

static const struct misfit with_plan[] = {
	{AUDIT(worker), "--worker", is_flag},
	{AUDIT(all), "--all", is_flag},
	{AUDIT(budget), "--budget", is_span},
	{AUDIT(only), "--only", is_number},
	{AUDIT(all_findings), "--all-findings", is_flag},
	{AUDIT(report), "--report", is_text},
	{AUDIT(patch), "--patch", is_text},
	{AUDIT(metadata), "--metadata", is_text},
	{AUDIT(archive), "--archive", is_flag},
};

static const struct misfit with_worker[] = {
	{AUDIT(all), "--all", is_flag},
	{AUDIT(only), "--only", is_number},
	{AUDIT(all_findings), "--all-findings", is_flag},
	{AUDIT(report), "--report", is_text},
	{AUDIT(patch), "--patch", is_text},
	{AUDIT(metadata), "--metadata", is_text},
	{AUDIT(archive), "--archive", is_flag},
	{AUDIT(now), "--now", is_time},
	{AUDIT(output), "--output", is_text},
	{AUDIT(jobs), "--jobs", is_number},
};

static const struct part {
	size_t offset; /* of its own flag */
	const char *name;
	enum of_audit_part part;
	const struct misfit *misfits;
	size_t n_misfits;
} parts[] = {
	{AUDIT(report_only), "--report-only", OF_AUDIT_REPORT, with_report_only,
		sizeof(with_report_only) / sizeof(with_report_only[0])},
	{AUDIT(plan), "--plan", OF_AUDIT_PLAN, with_plan,
		sizeof(with_plan) / sizeof(with_plan[0])},
	{AUDIT(worker), "--worker", OF_AUDIT_WORKER, with_worker,
		sizeof(with_worker) / sizeof(with_worker[0])},
};

/* False where the options are of two parts; it is said, then. */
static bool find_part(enum of_audit_part *found, const struct audit_options *options)
{
	const char *bytes = (const char *)options;

	*found = OF_AUDIT_WHOLE;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct part *part = &parts[i];

		if (!is_flag(bytes + part->offset))
			continue;
		for (size_t j = 0; j < part->n_misfits; j++)
			if (part->misfits[j].is_given(bytes + part->misfits[j].offset))
				return options_refuse_pair(
					&audit_command, part->misfits[j].name, part->name);
		*found = part->part;
	}
	return true;
}

/* -- While it runs */

struct watching {
	const struct audit_options *options;
	struct progress progress;
};

/* One line a check: "http-404" and not two members, as the reports have it. */
static void print_event(const struct of_audit_event *event)
{
	struct of_buf line = {0};
	struct of_json json;
	char failure[40];

	snprintf(failure, sizeof(failure), "%s", of_failure_name(event->failure));
	if (event->failure == OF_FAILURE_HTTP)
		snprintf(failure, sizeof(failure), "http-%u", event->status);
	of_json_init(&json, &line, true);
	of_json_open(&json, NULL, '{');
	of_json_str(&json, "event", STR("check"));
	of_json_clean_if(&json, "url", event->url);
	of_json_str(&json, "verdict", of_str_from(of_verdict_name(event->verdict)));
	if (event->former != OF_VERDICT_NONE)
		of_json_str(&json, "former", of_str_from(of_verdict_name(event->former)));
	if (event->failure != OF_FAILURE_NONE)
		of_json_str(&json, "failure", of_str_from(failure));
	if (event->status != 0)
		of_json_uint(&json, "status", event->status);
	if (!of_str_equal(event->url, event->final_url))
		of_json_clean_if(&json, "final_url", event->final_url);
	of_json_clean_if(&json, "words", event->words);
	of_json_uint(&json, "milliseconds", event->milliseconds);
	of_json_uint(&json, "checked", event->checked);
	of_json_uint(&json, "total", event->total);
	of_json_close(&json, '}');
	if (line.status == OF_OK)
		(void)fwrite(line.ptr, 1, line.len, stderr);
	of_buf_finish(&line);
}

/* The counts that a person looks for while it runs. */
static void add_counts(struct of_buf *out, const struct of_audit_event *event)
{
	static const enum of_verdict shown[] = {OF_VERDICT_ALIVE, OF_VERDICT_MOVED,
		OF_VERDICT_SUSPECT, OF_VERDICT_DEAD, OF_VERDICT_SOFT_404, OF_VERDICT_HIJACKED,
		OF_VERDICT_BLOCKED};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (event->by_verdict[shown[i]] > 0)
			of_buf_add_format(out, ", %zu %s", event->by_verdict[shown[i]],
				of_verdict_name(shown[i]));
}

static void watch_event(const struct of_audit_event *event, void *payload)
{
	struct watching *watching = payload;
	struct of_buf counts = {0};

	if (watching->options->common.json && !watching->options->common.quiet) {
		print_event(event);
		return;
	}
	if (progress_is_due(&watching->progress)) {
		add_counts(&counts, event);
		progress_draw(&watching->progress, "checking", event->checked, event->total,
			counts.status == OF_OK && counts.ptr != NULL ? counts.ptr : "");
		of_buf_finish(&counts);
	}
}

/* -- The summary */

static void add_json(
	struct of_buf *out, const struct of_audit_result *result, const struct of_err *err)
{
	struct of_json json;

	of_json_init(&json, out, false);
	of_json_open(&json, NULL, '{');
	add_outcome(&json,
		err->code == OF_OK         ? "done"
		: err->code == OF_ESTOPPED ? "interrupted"
					   : "failed",
		err);
	of_json_uint(&json, "items", result->items);
	of_json_uint(&json, "links", result->links);
	of_json_uint(&json, "uses", result->uses);
	of_json_uint(&json, "due", result->due);
	of_json_uint(&json, "checked", result->checked);
	of_json_uint(&json, "put_off", result->put_off);
	of_json_uint(&json, "refused", result->refused);
	of_json_open(&json, "verdicts", '{');
	for (unsigned i = OF_VERDICT_ALIVE; i < OF_VERDICT_COUNT; i++)
		of_json_uint(&json, of_verdict_name((enum of_verdict)i), result->by_verdict[i]);
	of_json_uint(&json, "unchecked", result->by_verdict[OF_VERDICT_NONE]);
	of_json_close(&json, '}');
	of_json_uint(&json, "rot", result->rot);
	of_json_uint(&json, "new_rot", result->new_rot);
	of_json_uint(&json, "captures", result->captures);
	of_json_uint(&json, "patched", result->patched);
	of_json_uint(&json, "requests", result->requests);
	of_json_uint(&json, "retries", result->retries);
	of_json_uint(&json, "bytes", result->bytes);
	of_json_bool(&json, "network_down", result->network_down);
	of_json_bool(&json, "complete", result->complete);
	of_json_real(&json, "seconds", result->seconds);
	of_json_open(&json, "seconds_of", '{');
	of_json_real(&json, "listing", result->listing);
	of_json_real(&json, "checking", result->checking);
	of_json_real(&json, "reporting", result->reporting);
	of_json_close(&json, '}');
	of_json_close(&json, '}');
}

static void add_words(
	struct of_buf *out, const struct of_audit_result *result, enum of_audit_part part)
{
	const char *opening = "";

	if (part != OF_AUDIT_WORKER)
		of_buf_add_format(
			out, "%zu link%s", result->links, result->links == 1 ? "" : "s");
	if (part == OF_AUDIT_WHOLE || part == OF_AUDIT_PLAN)
		of_buf_add_format(
			out, " in %zu item%s", result->items, result->items == 1 ? "" : "s");
	if (part == OF_AUDIT_WHOLE)
		of_buf_add_text(out, ", ");
	if (part == OF_AUDIT_WHOLE || part == OF_AUDIT_WORKER)
		of_buf_add_format(out, "%zu due: %zu checked", result->due, result->checked);
	if (result->put_off > 0)
		of_buf_add_format(out, ", %zu put off", result->put_off);
	if (result->refused > 0)
		of_buf_add_format(out, ", %zu refused", result->refused);
	of_buf_add_byte(out, '\n');
	for (unsigned i = 1; i <= OF_VERDICT_COUNT; i++) {
		enum of_verdict verdict = (enum of_verdict)(i % OF_VERDICT_COUNT);

		if (result->by_verdict[verdict] == 0)
			continue;
		of_buf_add_format(out, "%s%zu %s", opening, result->by_verdict[verdict],
			verdict == OF_VERDICT_NONE ? "unchecked" : of_verdict_name(verdict));
		opening = ", ";
	}
	of_buf_add_text(out, opening[0] != '\0' ? "\n" : "");
	if (part == OF_AUDIT_WHOLE || part == OF_AUDIT_REPORT)
		of_buf_add_format(
			out, "%zu rotten, %zu of them new\n", result->rot, result->new_rot);
	if (result->captures > 0)
		of_buf_add_format(out, "%zu captures found\n", result->captures);
	if (result->patched > 0)
		of_buf_add_format(out, "%zu values in the patch\n", result->patched);
	of_buf_add_format(out, "%.2f seconds\n", result->seconds);
}

static bool print_summary(const struct of_audit_result *result,
	const struct audit_options *options, enum of_audit_part part, const struct of_err *err)
{
	struct of_buf text = {0};
	bool good;

	if (options->common.json)
		add_json(&text, result, err);
	else if (!options->common.quiet && (err->code == OF_OK || result->checked > 0))
		add_words(&text, result, part);
	good = text.status == OF_OK && put_text(of_buf_str(&text));
	if (text.status != OF_OK)
		fputs("outfeed: error: out of memory for the summary\n", stderr);
	of_buf_finish(&text);
	return good;
}

static int status_of_result(
	const struct of_audit_result *result, const struct audit_options *options)
{
	if (result->network_down)
		return STATUS_FAILED;
	return result->new_rot > 0 || (options->all_findings && result->rot > 0)
		       ? STATUS_FINDINGS
		       : STATUS_DONE;
}

static int audit(const struct audit_options *options, enum of_audit_part part,
	struct of_site *site, struct telling *telling, struct of_err *err)
{
	struct of_audit_result result = {0};
	struct watching watching = {.options = options};
	const struct of_audit_options how = {.part = part,
		.now = options->now,
		.jobs = options->jobs,
		.all = options->all,
		.budget = options->budget,
		.only = options->only,
		.archive = options->archive,
		.report = of_str_from(options->report),
		.patch = of_str_from(options->patch),
		.metadata = of_str_from(options->metadata),
		.diag = tell_diag,
		.payload = telling,
		.event = watch_event,
		.event_payload = &watching,
		.stop = &signal_stopped};

	progress_init(&watching.progress, options->common.quiet || options->common.json);
	telling->progress = &watching.progress;
	if (of_audit_run(&result, site, &how, err) == OF_OK)
		*err = (struct of_err){0};
	progress_end(&watching.progress);
	if (err->code != OF_OK)
		tell_err(err, telling);
	telling->progress = NULL;
	if (!print_summary(&result, options, part, err))
		return STATUS_FAILED;
	return err->code != OF_OK ? status_of(err) : status_of_result(&result, options);
}

int run_audit(int argc, char **argv, const struct command *command)
{
	const struct of_audit_result none = {0};
	struct audit_options options = {.now = OF_TIME_NONE};
	struct telling telling;
	struct of_err err = {0};
	struct of_site *site = NULL;
	enum of_audit_part part;
	int status;

	if (!options_parse(command, argc, argv, &options))
		return STATUS_USAGE;
	if (options.common.help) {
		options_print_help(stdout, command);
		return STATUS_DONE;
	}
	if (!find_part(&part, &options))
		return STATUS_USAGE;
	telling_init(&telling, &options.common);
	signals_catch();
	if (load_site(&site, options.common.site, options.output, &telling, &err) != OF_OK) {
		tell_err(&err, &telling);
		return print_summary(&none, &options, part, &err) ? status_of(&err)
								  : STATUS_FAILED;
	}
	if (options.report != NULL &&
		of_site_check_reports(site, of_str_from(options.report), &err) != OF_OK) {
		tell_err(&err, &telling);
		status = print_summary(&none, &options, part, &err) ? status_of(&err)
								    : STATUS_FAILED;
	} else {
		status = audit(&options, part, site, &telling, &err);
	}
	of_site_free(site);
	return status;
}
