#include "audit/report_page.h"

#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include <inttypes.h>

#define USES_MOST 10
#define CATEGORIES_MOST 5
#define TITLE_MOST 160
#define WORDS_MOST 300

static bool is_met(const struct of_report_link *link, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (of_str_equal(link->uses[i].category, link->uses[index].category))
			return true;
	return false;
}

/* The first few that differ: a link of ten thousand items is not compared with each. */
static void add_categories(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	size_t count = 0;

	for (size_t i = 0; i < link->n_uses && i < 100 && count < CATEGORIES_MOST; i++) {
		if (link->uses[i].category.len == 0 || is_met(link, i))
			continue;
		of_buf_add_text(out, count++ > 0 ? ", <bdi>" : "<bdi>");
		of_page_text(report, out, link->uses[i].category, 60);
		of_buf_add_text(out, "</bdi>");
	}
	if (count == 0)
		of_buf_add_text(out, "\xE2\x80\x93");
}

static void add_verdict(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	const struct of_report_verdict *words = &of_report_verdicts[link->past.verdict];
	struct of_buf why = {0};

	of_buf_add_format(out, "<td><span class=\"v %s\">%s</span>",
		of_report_group_name(words->group), words->label);
	of_report_add_why(&why, &link->past);
	if (why.len > 0) {
		of_buf_add_text(out, " <span class=\"why\">");
		of_page_text(report, out, of_buf_str(&why), WORDS_MOST);
		of_buf_add_text(out, "</span>");
	}
	if (link->is_new_rot)
		of_buf_add_text(out, " <span class=\"new\">new</span>");
	of_buf_add_text(out, "</td>");
	if (why.status != OF_OK)
		report->status = why.status;
	of_buf_finish(&why);
}

/* People know their items by title, hardly by what these link to. */
static void add_item(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	if (link->n_uses == 0 || link->uses[0].item_title.len == 0)
		return;
	of_buf_add_text(out, "<span class=\"item\"><bdi>");
	of_page_text(report, out, link->uses[0].item_title, 90);
	of_buf_add_text(out, "</bdi>");
	if (link->n_uses > 1) {
		of_buf_add_text(out, " and ");
		of_report_add_count(out, link->n_uses - 1);
		of_buf_add_text(out, " more");
	}
	of_buf_add_text(out, "</span>");
}

static void add_first(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	of_buf_add_format(out, "<tbody id=\"link-%" PRId64 "\">\n<tr>", link->number);
	add_verdict(report, out, link);
	of_buf_add_text(out, "<th scope=\"rowgroup\">");
	of_page_link(report, out, link->url, link->url);
	add_item(report, out, link);
	of_buf_add_text(out, "</th><td class=\"wide\"><bdi>");
	of_page_text(report, out, link->host, 80);
	of_buf_add_text(out, "</bdi></td><td class=\"wide\">");
	add_categories(report, out, link);
	of_buf_add_text(out, "</td><td class=\"wide\">");
	of_page_date(out, link->past.first_failed);
	of_buf_add_text(out, "</td><td class=\"wide\">");
	of_page_date(out, link->past.last_ok);
	of_buf_add_text(out, "</td></tr>\n");
}

/* Its address says little: the date is what a curator chooses by. */
static void add_capture(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	if (!of_report_has_time(link->captured)) {
		of_page_link(report, out, link->capture, STR("a capture"));
	} else {
		struct of_buf text = {0};

		of_buf_add_text(&text, "a capture of ");
		of_report_add_date(&text, link->captured);
		of_page_link(report, out, link->capture, of_buf_str(&text));
		if (text.status != OF_OK)
			report->status = text.status;
		of_buf_finish(&text);
	}
}

/* What to do: the new address, the capture, or what the verdict advises. */
static void add_advice(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	const struct of_report_verdict *words = &of_report_verdicts[link->past.verdict];

	if (words->advice == NULL)
		return;
	of_buf_add_text(out, "<p class=\"do\">");
	if (link->suggestion.len > 0) {
		of_buf_add_text(out, "Put the new address in its place: ");
		of_page_link(report, out, link->suggestion, link->suggestion);
	} else if (words->group == OF_REPORT_ROT && of_url_is_http(link->capture)) {
		of_buf_add_text(out, "Link to ");
		add_capture(report, out, link);
		of_buf_add_text(out, ", or to the page's new address.");
	} else {
		of_buf_add_text(out, words->advice);
	}
	of_buf_add_text(out, "</p>\n");
}

static void add_fact(
	struct of_report *report, struct of_buf *out, const char *name, struct of_str value)
{
	if (value.len == 0)
		return;
	of_buf_add_text(out, "<dt>");
	of_buf_add_text(out, name);
	of_buf_add_text(out, "</dt><dd><bdi>");
	of_page_text(report, out, value, WORDS_MOST);
	of_buf_add_text(out, "</bdi></dd>\n");
}

static void add_fact_date(struct of_buf *out, const char *name, int64_t seconds)
{
	if (!of_report_has_time(seconds))
		return;
	of_buf_add_text(out, "<dt>");
	of_buf_add_text(out, name);
	of_buf_add_text(out, "</dt><dd>");
	of_page_date(out, seconds);
	of_buf_add_text(out, "</dd>\n");
}

/* What stands in columns of its own where the page is wide enough for them. */
static void add_columns(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	of_buf_add_text(out, "<dl class=\"narrow\">\n");
	add_fact(report, out, "Host", link->host);
	of_buf_add_text(out, "<dt>Category</dt><dd>");
	add_categories(report, out, link);
	of_buf_add_text(out, "</dd>\n");
	add_fact_date(out, "First failed", link->past.first_failed);
	add_fact_date(out, "Last OK", link->past.last_ok);
	of_buf_add_text(out, "</dl>\n");
}

static void add_way(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	if (link->final_url.len == 0 || of_str_equal(link->final_url, link->url))
		return;
	of_buf_add_text(out, "<dt>Leads to</dt><dd>");
	of_page_link(report, out, link->final_url, link->final_url);
	if (link->n_checks > 0 && link->checks[0].n_hops > 0) {
		of_buf_add_text(out, " by ");
		for (size_t i = 0; i < link->checks[0].n_hops; i++)
			of_buf_add_format(
				out, "%s%u", i > 0 ? ", " : "", link->checks[0].hops[i].status);
	}
	of_buf_add_text(out, "</dd>\n");
}

static void add_facts(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	of_buf_add_text(out, "<div><h3>Facts</h3>\n");
	add_columns(report, out, link);
	of_buf_add_text(out, "<dl>\n");
	add_fact(report, out, "Title when last good", link->title);
	add_way(report, out, link);
	add_fact(report, out, "Trouble", link->words);
	if (link->likeness >= 0)
		of_buf_add_format(out, "<dt>Like the item</dt><dd>%d%%</dd>\n",
			(int)(link->likeness * 100 + 0.5));
	add_fact_date(out, "So since", link->past.since);
	add_fact_date(out, "Next check", link->due);
	of_buf_add_text(out, "</dl></div>\n");
}

static void add_use(
	struct of_report *report, struct of_buf *out, const struct of_report_use *use)
{
	of_buf_add_text(out, "<li>");
	if (use->item_title.len > 0) {
		of_buf_add_text(out, "<bdi>");
		of_page_text(report, out, use->item_title, TITLE_MOST);
		of_buf_add_text(out, "</bdi> ");
	}
	if (use->published != OF_TIME_NONE) {
		of_buf_add_text(out, "(");
		of_page_date(out, use->published);
		of_buf_add_text(out, ") ");
	}
	of_buf_add_text(out, "<code>");
	of_page_text(report, out, of_report_file(report->about, use->file), TITLE_MOST);
	if (use->line > 0)
		of_buf_add_format(out, ":%u", use->line);
	of_buf_add_text(out, "</code> ");
	of_page_text(report, out, use->field, 60);
	of_buf_add_text(out, "</li>\n");
}

static void add_uses(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	of_buf_add_text(out, "<div><h3>Used in</h3>\n<ul>\n");
	for (size_t i = 0; i < link->n_uses && i < USES_MOST; i++)
		add_use(report, out, &link->uses[i]);
	if (link->n_uses > USES_MOST) {
		of_buf_add_text(out, "<li>and ");
		of_report_add_count(out, link->n_uses - USES_MOST);
		of_buf_add_text(out, " more places, in <a href=\"audit.csv\">audit.csv</a>"
				     "</li>\n");
	}
	of_buf_add_text(out, "</ul></div>\n");
}

void of_page_row(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	unsigned checks = link->past.checks;

	add_first(report, out, link);
	of_buf_add_text(out, "<tr class=\"more\"><td colspan=\"6\">\n");
	add_advice(report, out, link);
	of_buf_add_format(out, "<details><summary>%u %s, used in ", checks,
		checks == 1 ? "check" : "checks");
	of_report_add_count(out, link->n_uses);
	of_buf_add_text(out, link->n_uses == 1 ? " place" : " places");
	of_buf_add_text(out, "</summary>\n<div class=\"in\">\n");
	of_page_history(report, out, link);
	add_uses(report, out, link);
	add_facts(report, out, link);
	of_buf_add_text(out, "</div></details></td></tr>\n</tbody>\n");
}
