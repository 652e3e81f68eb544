#include "audit/report_page.h"

#include "base/escape.h"
#include "base/str.h"
#include "base/unicode.h"

#define WIDTH 360
#define ROW 34           /* height of a label and its bar */
#define LABEL_COLUMNS 26 /* of half a wide character each */

static unsigned percent(size_t part, size_t whole)
{
	return whole > 0 ? (unsigned)((200 * part + whole) / (2 * whole)) : 0;
}

static void add_values(struct of_buf *out, const struct of_tally_row *row)
{
	of_report_add_count(out, row->rot);
	of_buf_add_text(out, " of ");
	of_report_add_count(out, row->links);
	of_buf_add_format(out, ", %u%%", percent(row->rot, row->links));
}

/* An SVG's text does not wrap, and cannot be measured here: wide scripts count double. */
static void add_label(struct of_report *report, struct of_str name, const char *unnamed)
{
	struct of_str text =
		of_report_clean(report, name.len > 0 ? name : of_str_from(unnamed));
	unsigned columns = 0;
	size_t at = 0;

	while (at < text.len) {
		size_t before = at;

		columns += of_unicode_next(text, &at) >= 0x1100 ? 2 : 1;
		if (columns > LABEL_COLUMNS) {
			of_escape_add(report->out, of_str_slice(text, 0, before),
				of_escapes_html_text);
			of_buf_add_text(report->out, "\xE2\x80\xA6");
			return;
		}
	}
	of_escape_add(report->out, text, of_escapes_html_text);
}

static void add_row(struct of_report *report, const struct of_page_chart *chart,
	const struct of_tally_row *row, size_t place)
{
	struct of_buf *out = report->out;
	size_t y = place * ROW;

	of_buf_add_format(out, "<text class=\"name\" y=\"%zu\">", y + 14);
	add_label(report, row->name, chart->unnamed);
	of_buf_add_format(
		out, "</text><text class=\"value\" x=\"%d\" y=\"%zu\">", WIDTH, y + 14);
	add_values(out, row);
	of_buf_add_format(out, "</text><path class=\"track\" d=\"M.5 %zu.5h%dv6h-%dz\"/>",
		y + 20, WIDTH - 1, WIDTH - 1);
	if (row->rot > 0)
		of_buf_add_format(out, "<path class=\"bar\" d=\"M0 %zuh%uv7h-%uz\"/>", y + 20,
			2 + percent(row->rot, row->links) * (WIDTH - 2) / 100,
			2 + percent(row->rot, row->links) * (WIDTH - 2) / 100);
	of_buf_add_byte(out, '\n');
}

static void add_picture(
	struct of_report *report, const struct of_page_chart *chart, size_t count)
{
	const struct of_tally_row *rows = chart->tally->rows + chart->first;
	struct of_buf *out = report->out;

	of_buf_add_format(out,
		"<svg class=\"chart\" role=\"img\" viewBox=\"0 0 %d %zu\" "
		"aria-labelledby=\"%s-title\" aria-describedby=\"%s-words\"><title "
		"id=\"%s-title\">%s</title>"
		"<desc id=\"%s-words\">",
		WIDTH, count * ROW, chart->id, chart->id, chart->id, chart->title, chart->id);
	for (size_t i = 0; i < count; i++) {
		of_page_text(report, out,
			rows[i].name.len > 0 ? rows[i].name : of_str_from(chart->unnamed), 80);
		of_buf_add_text(out, ": ");
		add_values(out, &rows[i]);
		of_buf_add_text(out, i + 1 < count ? "; " : "</desc>\n");
	}
	for (size_t i = 0; i < count; i++)
		add_row(report, chart, &rows[i], i);
	of_buf_add_text(out, "</svg>\n");
}

void of_page_chart(struct of_report *report, const struct of_page_chart *chart)
{
	size_t there = chart->tally->count - chart->first;
	size_t count = there < chart->most ? there : chart->most;
	size_t more = chart->tally->count - count;
	struct of_buf *out = report->out;

	of_buf_add_format(out, "<figure>\n<figcaption>%s</figcaption>\n", chart->title);
	if (count > 0)
		add_picture(report, chart, count);
	else
		of_buf_add_text(out, "<p>There is none: no link is rotten.</p>\n");
	if (more > 0) {
		of_buf_add_text(out, "<p>and ");
		of_report_add_count(out, more);
		of_buf_add_format(out, " more %s</p>\n", chart->more);
	}
	of_buf_add_text(out, "</figure>\n");
}

/* Widths in thousandths of the bar, so that they add up to all of it. */
static void add_shares(struct of_report *report, const size_t *counts)
{
	struct of_buf *out = report->out;
	size_t before = 0;

	for (unsigned i = 0; i < OF_REPORT_GROUPS; i++) {
		size_t from = 1000 * before / report->totals->links;
		size_t to;

		before += counts[i];
		to = 1000 * before / report->totals->links;
		if (counts[i] > 0)
			of_buf_add_format(out,
				"<rect class=\"b %s\" x=\"%zu\" width=\"%zu\" height=\"12\"/>",
				of_report_group_name((enum of_report_group)i), from,
				to > from ? to - from : 1);
	}
}

void of_page_overview(struct of_report *report)
{
	size_t counts[OF_REPORT_GROUPS] = {0};
	struct of_buf *out = report->out;

	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++)
		counts[of_report_verdicts[i].group] += report->totals->by_verdict[i];
	if (report->totals->links == 0)
		return;
	of_buf_add_text(out, "<svg class=\"overview\" role=\"img\" viewBox=\"0 0 1000 12\" "
			     "preserveAspectRatio=\"none\" aria-labelledby=\"overview-title\" "
			     "aria-describedby=\"overview-words\"><title "
			     "id=\"overview-title\">All links</title>"
			     "<desc id=\"overview-words\">");
	for (unsigned i = 0; i < OF_REPORT_GROUPS; i++) {
		of_buf_add_format(out, "%s%s: ", i > 0 ? "; " : "",
			of_report_group_label((enum of_report_group)i));
		of_report_add_count(out, counts[i]);
	}
	of_buf_add_text(out, "</desc>");
	add_shares(report, counts);
	of_buf_add_text(out, "</svg>\n<p class=\"legend\" aria-hidden=\"true\">");
	for (unsigned i = 0; i < OF_REPORT_GROUPS; i++) {
		if (counts[i] == 0)
			continue;
		of_buf_add_format(out, "<span class=\"k %s\">%s ",
			of_report_group_name((enum of_report_group)i),
			of_report_group_label((enum of_report_group)i));
		of_report_add_count(out, counts[i]);
		of_buf_add_text(out, "</span> ");
	}
	of_buf_add_text(out, "</p>\n");
}
