/*
 * The links of a site's items, put into the history: items are read by several
 * threads, and their uses put by one.
 */
#ifndef OF_LISTING_H
#define OF_LISTING_H

#include <outfeed/audit.h>
#include <outfeed/site.h>

#include "base/diags.h"
#include "collect/collect.h"
#include "store/history.h"
#include "web/domain.h"

/* All borrowed. */
struct of_listing_options {
	const struct of_site *site;
	const struct of_audit_settings *settings;
	const struct of_domains *domains;
	struct of_collected *collected;
	struct of_diags *diags; /* of items that cannot be read */
	unsigned jobs;
	const volatile sig_atomic_t *stop; /* OF_ESTOPPED; may be NULL */
};

/* The site's uses are those of its items then. Fills items, uses and skipped of the result. */
OF_MUST_CHECK enum of_status of_listing_put(struct of_audit_result *result,
	struct of_history *history, const struct of_listing_options *options,
	struct of_err *err);

#endif
