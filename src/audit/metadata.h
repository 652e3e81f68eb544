/*
 * What pages said of themselves, as JSON lines (AUDIT section 4, --metadata).
 */
#ifndef OF_AUDIT_METADATA_H
#define OF_AUDIT_METADATA_H

#include "store/history.h"

/* One line a link, in the order of their URLs, to a file that appears whole. */
OF_MUST_CHECK enum of_status of_metadata_write(
	struct of_history *history, const char *path, struct of_err *err);

#endif
