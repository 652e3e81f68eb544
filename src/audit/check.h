/*
 * The links that are due, fetched, judged and kept: the loop of an audit
 * (AUDIT sections 2, 3 and 5).
 */
#ifndef OF_AUDIT_CHECK_H
#define OF_AUDIT_CHECK_H

#include <outfeed/audit.h>

#include "base/err.h"
#include "store/history.h"
#include "web/domain.h"

/* All borrowed. */
struct of_check_options {
	const struct of_audit_settings *settings; /* the user agent is there */
	struct of_history *history;
	const struct of_domains *domains;
	const struct of_reporter *reporter;
	int64_t now; /* when the run begins; seconds since 1970 */
	bool all;
	bool by_clock;  /* `now` is what the clock said, and not what somebody did */
	bool shared;    /* the history is other processes', too */
	bool works;     /* takes what is due of all sites, whatever it is, until nothing is */
	unsigned kinds; /* enum of_link_kind */
	int64_t budget; /* ms; 0 for none */
	of_audit_event_fn *event;
	void *event_payload;
	const volatile sig_atomic_t *stop;
};

/*
 * Fills due, checked, put_off, requests, retries, bytes, network_down and
 * complete of the result. OF_ESTOPPED when stop ended it; what was checked by
 * then is kept.
 */
OF_MUST_CHECK enum of_status of_check_links(struct of_audit_result *result,
	const struct of_check_options *options, struct of_err *err);

#endif
