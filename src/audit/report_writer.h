/*
 * A writer of one report, for report*.c alone: a row of the table in report.c.
 */
#ifndef OF_AUDIT_REPORT_WRITER_H
#define OF_AUDIT_REPORT_WRITER_H

#include "audit/report.h"
#include "base/outfile.h"

/* One report on its way. All but `own` is lent by the walk. */
struct of_report {
	const struct of_report_about *about;
	const struct of_totals *totals;
	struct of_buf *out;    /* of the file; goes there between two links */
	struct of_buf text;    /* for of_report_clean(); its failure is the report's */
	void *own;             /* zeroed memory of the writer's size */
	enum of_status status; /* the first failure that `out` does not keep */
};

struct of_report_writer {
	const char *name, *file;
	size_t size;                             /* of `own` */
	void (*begin)(struct of_report *report); /* any of the four may be NULL */
	void (*link)(struct of_report *report, const struct of_report_link *link);
	void (*end)(struct of_report *report);
	void (*finish)(void *own); /* frees what `own` holds; also after a failure */
};

extern const struct of_report_writer of_report_json, of_report_csv, of_report_md,
	of_report_junit, of_report_sarif, of_report_page;

#endif
