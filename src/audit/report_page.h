/*
 * Pieces of index.html, for report_page*.c alone. What comes from items and
 * servers goes through of_page_text() or of_page_link(), and by no other way.
 */
#ifndef OF_AUDIT_REPORT_PAGE_H
#define OF_AUDIT_REPORT_PAGE_H

#include "audit/report_tally.h"
#include "audit/report_words.h"

/* Made of the files of src/audit/page by the build: text, and its hash as a
 * Content-Security-Policy names it ("sha256-..."). */
extern const char of_page_style[], of_page_style_hash[], of_page_script[],
	of_page_script_hash[];

/* Plain text, escaped for elements and attributes both, cut past so many characters. */
void of_page_text(
	struct of_report *report, struct of_buf *out, struct of_str text, size_t characters);
/* A link that tells its target nothing of this page; to other than http and https: text alone.
 */
void of_page_link(
	struct of_report *report, struct of_buf *out, struct of_str url, struct of_str text);
/* <time>, or a dash for what is not known. */
void of_page_date(struct of_buf *out, int64_t seconds);

/* A link's two rows of the table, in a <tbody> of their own. */
void of_page_row(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link);
/* Its checks as a small picture, and in words. */
void of_page_history(
	struct of_report *report, struct of_buf *out, const struct of_report_link *link);

/* A bar chart of the first rows of a tally, `most` at most, from row `first` on. */
struct of_page_chart {
	const char *id, *title, *unnamed; /* unnamed: for a row without a name */
	const struct of_tally *tally;
	size_t first, most;
	const char *more; /* "hosts with rot": of those that are not shown */
};
void of_page_chart(struct of_report *report, const struct of_page_chart *chart);
/* All links as one bar, by group; with a legend. */
void of_page_overview(struct of_report *report);

#endif
