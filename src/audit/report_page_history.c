#include "audit/report_page.h"

#include "base/str.h"

#define STEP 10 /* of a check's bar and the gap behind it */

/* Above the line, on it, or below it: the shape tells what the colour does. */
static const struct {
	int from, height;
} bars[OF_REPORT_GROUPS] = {
	[OF_REPORT_ROT] = {13, 10},
	[OF_REPORT_MEND] = {6, 6},
	[OF_REPORT_WATCH] = {9, 6},
	[OF_REPORT_FINE] = {2, 10},
	[OF_REPORT_ASIDE] = {11, 2},
};

static bool is_alike(const struct of_report_check *a, const struct of_report_check *b)
{
	return a->verdict == b->verdict && a->failure == b->failure && a->status == b->status;
}

/* "12 checks, oldest first: 3 Alive, 9 Dead" */
static void add_words(struct of_buf *out, const struct of_report_link *link)
{
	size_t counts[OF_VERDICT_COUNT] = {0};
	const char *comma = "";

	for (size_t i = 0; i < link->n_checks; i++)
		counts[link->checks[i].verdict]++;
	of_buf_add_format(out, "%zu %s, oldest first, ", link->n_checks,
		link->n_checks == 1 ? "check" : "checks");
	of_report_add_date(out, link->checks[link->n_checks - 1].at);
	of_buf_add_text(out, " to ");
	of_report_add_date(out, link->checks[0].at);
	of_buf_add_text(out, ": ");
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		of_buf_add_format(
			out, "%s%zu %s", comma, counts[i], of_report_verdicts[i].label);
		comma = ", ";
	}
}

/* A link has bars of a group or two: of the others not a byte is made. */
static void add_bars(
	struct of_buf *out, const struct of_report_link *link, enum of_report_group group)
{
	bool begun = false;

	for (size_t i = 0; i < link->n_checks; i++) {
		size_t x = (link->n_checks - 1 - i) * STEP;

		if (of_report_verdicts[link->checks[i].verdict].group != group)
			continue;
		if (!begun)
			of_buf_add_format(
				out, "<path class=\"b %s\" d=\"", of_report_group_name(group));
		begun = true;
		of_buf_add_format(out, "M%zu %dh%dv%dh-%dz", x, bars[group].from, STEP - 3,
			bars[group].height, STEP - 3);
	}
	if (begun)
		of_buf_add_text(out, "\"/>");
}

static void add_picture(struct of_buf *out, const struct of_report_link *link)
{
	size_t width = link->n_checks * STEP;

	of_buf_add_format(out,
		"<svg class=\"spark\" role=\"img\" width=\"%zu\" height=\"25\" "
		"viewBox=\"0 0 %zu 25\"><title>",
		width, width);
	add_words(out, link);
	of_buf_add_format(out, "</title><path class=\"axis\" d=\"M0 12.5h%zu\"/>", width);
	for (unsigned group = 0; group < OF_REPORT_GROUPS; group++)
		add_bars(out, link, (enum of_report_group)group);
	of_buf_add_text(out, "</svg>\n");
}

/* Checks that found the same, one after the other, as one line. */
static void add_stretch(struct of_report *report, struct of_buf *out,
	const struct of_report_check *newest, size_t count)
{
	const struct of_report_check *oldest = newest + count - 1;
	const struct of_report_verdict *words = &of_report_verdicts[newest->verdict];
	struct of_buf why = {0};

	of_buf_add_text(out, "<li>");
	of_page_date(out, oldest->at);
	if (count > 1) {
		of_buf_add_text(out, " to ");
		of_page_date(out, newest->at);
	}
	of_buf_add_format(out, " <span class=\"v %s\">%s</span>",
		of_report_group_name(words->group), words->label);
	of_report_add_failure(&why, newest->failure, newest->status);
	if (why.len > 0) {
		of_buf_add_text(out, " <span class=\"why\">");
		of_page_text(report, out, of_buf_str(&why), 60);
		of_buf_add_text(out, "</span>");
	}
	if (count > 1)
		of_buf_add_format(out, ", <span class=\"times\">%zu times</span>", count);
	of_buf_add_text(out, "</li>\n");
	if (why.status != OF_OK)
		report->status = why.status;
	of_buf_finish(&why);
}

void of_page_history(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link)
{
	size_t at = 0;

	of_buf_add_text(out, "<div><h3>History</h3>\n");
	if (link->n_checks == 0) {
		of_buf_add_text(out, "<p>It was never checked.</p></div>\n");
		return;
	}
	add_picture(out, link);
	of_buf_add_text(out, "<ol>\n");
	while (at < link->n_checks) {
		size_t count = 1;

		while (at + count < link->n_checks &&
			is_alike(&link->checks[at], &link->checks[at + count]))
			count++;
		add_stretch(report, out, &link->checks[at], count);
		at += count;
	}
	of_buf_add_text(out, "</ol>\n");
	if (link->past.checks > link->n_checks)
		of_buf_add_format(out, "<p>and %zu checks before.</p>\n",
			link->past.checks - link->n_checks);
	of_buf_add_text(out, "</div>\n");
}
