/*
 * Captures of dead links in a web archive (AUDIT section 6, --archive).
 */
#ifndef OF_AUDIT_CAPTURES_H
#define OF_AUDIT_CAPTURES_H

#include <outfeed/audit.h>

#include "base/err.h"
#include "store/history.h"

#define OF_CAPTURES_AGAIN_DAYS 30 /* until the same is asked again where nothing was there */

/*
 * Asks the service at settings->archive_url (Wayback's availability API, or
 * another of its form) for the capture nearest the date of the item that uses a
 * link, for rotten links that have none yet. A capture counts that was answered
 * with 200, before the link went bad, and is an http or https address; where the
 * service is https, so are captures of its own hosts. That there is none is kept,
 * and asked again after a while. *found counts captures.
 *
 * now is the run's time, in seconds since 1970; budget the ms it may take, 0 for any. Questions
 * without a good answer are counted, and told in one warning; a run that is stopped keeps what
 * it found, OF_ESTOPPED.
 */
OF_MUST_CHECK enum of_status of_captures_find(size_t *found, struct of_history *history,
	const struct of_audit_settings *settings, int64_t now, int64_t budget,
	const struct of_reporter *reporter, const volatile sig_atomic_t *stop,
	struct of_err *err);

#endif
