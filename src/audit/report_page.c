/*
 * index.html, the report for people. It asks for nothing but itself, its script
 * and its style are named in its policy by their hashes, and without the script
 * all of it can be read. Rows are held until the end, since what stands above them is
 * known only then.
 */
#include "audit/report_page.h"

#include "base/escape.h"
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"

#define URL_MOST 160

struct page {
	struct of_buf findings, rest;
	size_t n_findings, n_rest, room; /* room: for the rest */
	struct of_tally categories, years, hosts;
};

void of_page_text(
	struct of_report *report, struct of_buf *out, struct of_str text, size_t characters)
{
	of_escape_add(
		out, of_report_clean_cut(report, text, characters), of_escapes_html_attribute);
}

void of_page_link(
	struct of_report *report, struct of_buf *out, struct of_str url, struct of_str text)
{
	bool is_link = of_url_is_http(url);

	if (is_link) {
		of_buf_add_text(out, "<a href=\"");
		of_escape_add_clean(out, url, of_escapes_html_attribute);
		of_buf_add_text(out, "\" rel=\"noreferrer noopener nofollow\">");
	}
	of_buf_add_text(out, "<bdi>");
	of_page_text(report, out, text, URL_MOST);
	of_buf_add_text(out, is_link ? "</bdi></a>" : "</bdi>");
}

void of_page_date(struct of_buf *out, int64_t seconds)
{
	if (!of_report_has_time(seconds)) {
		of_buf_add_text(out, "\xE2\x80\x93");
		return;
	}
	of_buf_add_text(out, "<time>");
	of_time_add_date(out, seconds);
	of_buf_add_text(out, "</time>");
}

static bool is_finding(enum of_verdict verdict)
{
	return of_report_verdicts[verdict].group < OF_REPORT_FINE;
}

static size_t count_findings(const struct of_totals *totals)
{
	size_t count = 0;

	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++)
		if (is_finding((enum of_verdict)i))
			count += totals->by_verdict[i];
	return count;
}

static void begin(struct of_report *report)
{
	struct page *page = report->own;
	size_t findings = count_findings(report->totals);

	page->room = findings < OF_REPORT_PAGE_ROWS ? OF_REPORT_PAGE_ROWS - findings : 0;
}

/* Without any rot the categories are told all the same; hosts may be too many to hold. */
static void tally(struct page *page, const struct of_report_link *link, bool none)
{
	bool rots = of_verdict_is_rot(link->past.verdict);

	if (of_report_verdicts[link->past.verdict].group == OF_REPORT_ASIDE)
		return;
	of_tally_add(&page->hosts, link->host, link->number, rots, false);
	for (size_t i = 0; i < link->n_uses; i++) {
		const struct of_report_use *use = &link->uses[i];
		char year[16] = "";

		if (use->published != OF_TIME_NONE)
			snprintf(year, sizeof(year), "%04d",
				of_time_to_civil(use->published).year);
		of_tally_add(&page->categories, use->category, link->number, rots, none);
		of_tally_add(&page->years, of_str_from(year), link->number, rots, true);
	}
}

static void add_link(struct of_report *report, const struct of_report_link *link)
{
	struct page *page = report->own;

	tally(page, link, report->totals->rot == 0);
	if (page->findings.len + page->rest.len >= OF_REPORT_PAGE_BYTES)
		return;
	if (!is_finding(link->past.verdict)) {
		if (page->n_rest < page->room) {
			of_page_row(report, &page->rest, link);
			page->n_rest++;
		}
	} else if (page->n_findings < OF_REPORT_PAGE_ROWS) {
		of_page_row(report, &page->findings, link);
		page->n_findings++;
	}
}

static void add_head(struct of_report *report)
{
	struct of_buf *out = report->out;

	of_buf_add_text(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"base-uri 'none'; form-action 'none'; style-src '");
	of_buf_add_text(out, of_page_style_hash);
	of_buf_add_text(out, "'; script-src '");
	of_buf_add_text(out, of_page_script_hash);
	of_buf_add_text(out,
		"'\">\n<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n<title>Link audit of ");
	of_page_text(report, out, report->about->title, 100);
	of_buf_add_text(out, "</title>\n"
			     "<link rel=\"alternate\" type=\"application/atom+xml\" "
			     "title=\"Rot\" href=\"rot.xml\">\n<style>");
	of_buf_add_text(out, of_page_style);
	of_buf_add_text(out, "</style>\n</head>\n<body>\n"
			     "<a class=\"skip\" href=\"#links\">Skip to the links</a>\n");
}

static void add_headline(struct of_report *report)
{
	const struct of_totals *totals = report->totals;
	struct of_buf *out = report->out;

	of_buf_add_text(out, "<h1>");
	if (totals->rot > 0)
		of_report_add_count(out, totals->rot);
	else
		of_buf_add_text(out, "None");
	of_buf_add_text(out, " of ");
	of_report_add_count(out, totals->links);
	of_buf_add_text(out, totals->links == 1 ? " link" : " links");
	of_buf_add_text(out, totals->rot == 1 || totals->rot == 0 ? " is rotten</h1>\n"
								  : " are rotten</h1>\n");
	of_buf_add_text(out, "<p class=\"lead\">");
	if (totals->new_rot > 0) {
		of_buf_add_text(out, "<strong>");
		of_report_add_count(out, totals->new_rot);
		of_buf_add_text(
			out, totals->new_rot == 1 ? " of them is new" : " of them are new");
		of_buf_add_text(out, "</strong> since the audit before. ");
	} else {
		of_buf_add_text(out, "No rot is new since the audit before. ");
	}
	of_buf_add_text(out, "The links are used in ");
	of_report_add_count(out, totals->uses);
	of_buf_add_text(out, totals->uses == 1 ? " place.</p>\n" : " places.</p>\n");
}

/* Each a link to the table, which the script makes a filter of. */
static void add_totals(struct of_report *report)
{
	struct of_buf *out = report->out;

	of_page_overview(report);
	of_buf_add_text(out, "<ul class=\"totals\" aria-label=\"Links by verdict\">\n");
	for (unsigned group = 0; group < OF_REPORT_GROUPS; group++)
		for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
			const struct of_report_verdict *words = &of_report_verdicts[i];

			if (words->group != group || report->totals->by_verdict[i] == 0)
				continue;
			of_buf_add_format(out,
				"<li><a href=\"#links\" data-verdict=\"%s\" title=\"%s\">"
				"<b>",
				words->label, words->meaning);
			of_report_add_count(out, report->totals->by_verdict[i]);
			of_buf_add_format(out, "</b> <span class=\"v %s\">%s</span></a></li>\n",
				of_report_group_name(words->group), words->label);
		}
	of_buf_add_text(out, "</ul>\n");
}

static void add_header(struct of_report *report)
{
	struct of_buf *out = report->out;

	of_buf_add_text(out, "<header>\n<p class=\"eyebrow\">Link audit of ");
	if (of_url_is_http(report->about->url)) {
		of_buf_add_text(out, "<a href=\"");
		of_escape_add_clean(out, report->about->url, of_escapes_html_attribute);
		of_buf_add_text(out, "\"><bdi>");
	} else {
		of_buf_add_text(out, "<a><bdi>");
	}
	of_page_text(report, out, report->about->title, 100);
	of_buf_add_text(out, "</bdi></a>, <time>");
	of_time_add_date(out, report->about->now);
	of_buf_add_text(out, "</time></p>\n");
	add_headline(report);
	add_totals(report);
	of_buf_add_text(out, "</header>\n");
}

static void add_charts(struct of_report *report)
{
	struct page *page = report->own;
	size_t years = page->years.count;
	struct of_page_chart charts[] = {
		{"by-category", "Rot by category", "No category", &page->categories, 0, 10,
			report->totals->rot > 0 ? "categories with rot" : "categories"},
		{"by-year", "Rot by year of the item", "No date", &page->years,
			years > 10 ? years - 10 : 0, 10, "years before"},
		{"by-host", "Rot by host", "No host", &page->hosts, 0, 10, "hosts with rot"}};

	if (report->totals->links == 0)
		return;
	of_tally_sort_by_rot(&page->categories);
	of_tally_sort_by_name(&page->years);
	of_tally_sort_by_rot(&page->hosts);
	of_buf_add_text(report->out, "<section class=\"charts\" aria-label=\"Where the rot "
				     "is\">\n");
	for (size_t i = 0; i < sizeof(charts) / sizeof(*charts); i++)
		of_page_chart(report, &charts[i]);
	of_buf_add_text(report->out, "</section>\n");
}

static const char filters[] =
	"<form class=\"filters\" hidden>\n"
	"<label>Verdict <select name=\"verdict\"><option value=\"\">All</option></select>"
	"</label>\n"
	"<label>Category <select name=\"category\"><option value=\"\">All</option></select>"
	"</label>\n"
	"<label>Host <input name=\"host\" list=\"hosts\" autocomplete=\"off\" "
	"spellcheck=\"false\"></label><datalist id=\"hosts\"></datalist>\n"
	"<label>Text <input name=\"text\" type=\"search\" autocomplete=\"off\" "
	"spellcheck=\"false\"></label>\n"
	"<label class=\"order\">Order <select name=\"order\"></select></label>\n"
	"<button type=\"reset\">Show all</button>\n</form>\n";

static const char table_head[] =
	"<table>\n<caption>Each link, what it needs, and its history</caption>\n"
	"<thead><tr>"
	"<th scope=\"col\">Verdict</th><th scope=\"col\">Address</th>"
	"<th scope=\"col\" class=\"wide\">Host</th>"
	"<th scope=\"col\" class=\"wide\">Category</th>"
	"<th scope=\"col\" class=\"wide\">First failed</th>"
	"<th scope=\"col\" class=\"wide\">Last OK</th>"
	"</tr></thead>\n";

static void add_table(struct of_report *report)
{
	struct page *page = report->own;
	struct of_buf *out = report->out;
	size_t shown = page->n_findings + page->n_rest;
	size_t left = report->totals->links - shown;

	of_buf_add_text(out, "<section id=\"links\" aria-labelledby=\"links-title\">\n"
			     "<h2 id=\"links-title\">Links</h2>\n");
	if (left > 0) {
		of_buf_add_text(out, "<p class=\"left\">This page shows ");
		of_report_add_count(out, shown);
		of_buf_add_text(out, " links, those that need something first. The other ");
		of_report_add_count(out, left);
		of_buf_add_text(out, " are in <a href=\"audit.csv\">audit.csv</a>.</p>\n");
	}
	of_buf_add_text(out, filters);
	of_buf_add_text(out, "<p class=\"shown\" role=\"status\"></p>\n");
	of_buf_add_text(out, table_head);
	of_buf_add_str(out, of_buf_str(&page->findings));
	of_buf_add_str(out, of_buf_str(&page->rest));
	of_buf_add_text(out, "</table>\n");
	if (shown == 0)
		of_buf_add_text(out, "<p>No item links to anything.</p>\n");
	of_buf_add_text(out, "</section>\n");
}

static const char foot[] =
	"<footer><p>The same for programs and spreadsheets: "
	"<a href=\"audit.csv\">audit.csv</a>, <a href=\"audit.json\">audit.json</a>, "
	"<a href=\"audit.md\">audit.md</a>, <a href=\"junit.xml\">junit.xml</a>, "
	"<a href=\"audit.sarif\">audit.sarif</a>. For a feed reader: "
	"<a href=\"rot.xml\">rot.xml</a>. Dates are in UTC.</p></footer>\n<script>";

static void end(struct of_report *report)
{
	struct page *page = report->own;
	const enum of_status each[] = {page->findings.status, page->rest.status,
		page->categories.status, page->years.status, page->hosts.status};

	add_head(report);
	add_header(report);
	of_buf_add_text(report->out, "<main>\n");
	add_charts(report);
	add_table(report);
	of_buf_add_text(report->out, "</main>\n");
	of_buf_add_text(report->out, foot);
	of_buf_add_text(report->out, of_page_script);
	of_buf_add_text(report->out, "</script>\n</body>\n</html>\n");
	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++)
		if (each[i] != OF_OK)
			report->status = each[i];
}

static void finish(void *own)
{
	struct page *page = own;

	of_buf_finish(&page->findings);
	of_buf_finish(&page->rest);
	of_tally_finish(&page->categories);
	of_tally_finish(&page->years);
	of_tally_finish(&page->hosts);
}

const struct of_report_writer of_report_page = {.name = "page",
	.file = "index.html",
	.size = sizeof(struct page),
	.begin = begin,
	.link = add_link,
	.end = end,
	.finish = finish};
