/*
 * Which feeds changed since each hub was last told, and telling them (WebSub).
 */
#ifndef OF_PINGS_H
#define OF_PINGS_H

#include "base/progress.h"
#include <outfeed/err.h>
#include <outfeed/site.h>
#include <stdint.h>

struct of_diags;
struct of_pings;
struct of_publisher;
struct of_store;

/*
 * What was due before, and the feeds that the publisher is to write. output
 * stands for the folder that it writes to; store may be NULL. *pings is NULL for
 * a site without hubs. Borrows the site and the publisher.
 */
OF_MUST_CHECK enum of_status of_pings_new(struct of_pings **pings, const struct of_site *site,
	const struct of_publisher *publisher, struct of_store *store, uint64_t output,
	struct of_err *err);
/* Accepts NULL. */
void of_pings_free(struct of_pings *pings);

/* Puts what is due, in the caller's transaction. Accepts NULL pings. */
OF_MUST_CHECK enum of_status of_pings_save(
	struct of_pings *pings, struct of_store *store, struct of_err *err);

/* Everything but `sent` and `failed` is borrowed. */
struct of_pings_run {
	struct of_store *store; /* may be NULL; no transaction is open */
	struct of_diags *diags;
	const struct of_progress *progress;
	bool dry_run; /* a note for each ping, and none is sent */
	size_t sent, failed;
};

/*
 * Pings for all that is due, once the documents are in their place, and keeps
 * what failed. That is a warning, never a failure; OF_ESTOPPED alone is one.
 */
OF_MUST_CHECK enum of_status of_pings_send(
	struct of_pings *pings, struct of_pings_run *run, struct of_err *err);

#endif
