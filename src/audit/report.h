/*
 * Reports of an audit (AUDIT section 6): a table of writers, fed in one walk
 * over the history, each to a file of its own that appears whole. On several threads:
 * what a writer is given is read while the writers are at the links before.
 *
 * The same history and the same `now` give the same bytes, and no report names
 * the version that wrote it. Memory is for a few hundred links at a time, but for the page,
 * which holds OF_REPORT_PAGE_ROWS links at most. Who a URL names before its
 * '@' is in none of them.
 */
#ifndef OF_AUDIT_REPORT_H
#define OF_AUDIT_REPORT_H

#include "store/history.h"

#define OF_REPORT_CHECKS 12                     /* the newest of a link that reports tell of */
#define OF_REPORT_PAGE_ROWS 5000                /* of index.html */
#define OF_REPORT_PAGE_BYTES ((size_t)32 << 20) /* of those rows, whatever is in them */
#define OF_REPORT_SARIF_MOST 25000 /* results that GitHub's code scanning takes of a run */

/* What a report says of itself; borrowed. */
struct of_report_about {
	struct of_str title, url; /* the site's */
	struct of_str dir;        /* the site's folder: files below it are named from there;
				     may be absent */
	int64_t now;              /* seconds since 1970 */
};

/* The reports in the order of their table: "index.html", ...; NULL past the last. */
const char *of_report_file_at(size_t index);

/*
 * Writes all of them into a folder, which is made where it is missing; behind its first
 * `root` bytes no link is followed (base/outfile.h); totals
 * are those of of_history_totals(), since a head says them. After a failure a report is the old
 * one or the new one.
 */
OF_MUST_CHECK enum of_status of_reports_write(struct of_history *history,
	const struct of_report_about *about, const struct of_totals *totals, const char *folder,
	size_t root, struct of_err *err);

#endif
