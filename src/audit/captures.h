/*
 * Captures of dead links in a web archive (AUDIT section 6, --archive).
 */
#ifndef OF_AUDIT_CAPTURES_H
#define OF_AUDIT_CAPTURES_H

#include <outfeed/audit.h>

#include "store/history.h"

/*
 * Asks the service at settings->archive_url (Wayback's availability API, or
 * another of its form) for the capture nearest the date of the item that uses a
 * link, for rotten links that have none yet; only captures of status 200 count.
 * *found counts them.
 */
OF_MUST_CHECK enum of_status of_captures_find(size_t *found, struct of_history *history,
	const struct of_audit_settings *settings, const volatile sig_atomic_t *stop,
	struct of_err *err);

#endif
