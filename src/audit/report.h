/*
 * Reports of an audit (AUDIT section 6): a table of writers, fed in one walk
 * over the history, each to a file of its own that appears whole.
 */
#ifndef OF_AUDIT_REPORT_H
#define OF_AUDIT_REPORT_H

#include "store/history.h"

/* What a report says of itself; borrowed. */
struct of_report_about {
	struct of_str title, url; /* the site's */
	int64_t now;              /* seconds since 1970 */
};

/* The reports in the order of their table: "index.html", ...; NULL past the last. */
const char *of_report_file_at(size_t index);

/* Writes all of them into a folder, which is made where it is missing. */
OF_MUST_CHECK enum of_status of_reports_write(struct of_history *history,
	const struct of_report_about *about, const char *folder, struct of_err *err);

#endif
