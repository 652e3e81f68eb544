/*
 * A value of a table that a spreadsheet will open.
 */
#ifndef OF_AUDIT_REPORT_CSV_H
#define OF_AUDIT_REPORT_CSV_H

#include <outfeed/buf.h>
#include <outfeed/str.h>

/* Appends a field by RFC 4180, quoted where it must be, a formula defused by a "'" in front. */
void of_csv_add(struct of_buf *out, struct of_str value);

#endif
