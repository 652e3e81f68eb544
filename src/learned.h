/*
 * What the audit learned of an entry's links, for documents: captures of dead
 * sources, entries to leave out, summaries and images that an item lacks (SPEC
 * sections 2 and 5, AUDIT sections 4 and 6). Without a history of an audit
 * nothing changes, and nothing is looked up.
 *
 * A document depends on what was said of the URLs that were looked up for it:
 * each goes into the ledger with a print of that, by which the next run sees
 * whether it is still said.
 */
#ifndef OF_LEARNED_H
#define OF_LEARNED_H

#include <outfeed/item.h>

#include "base/diags.h"
#include "publish/ledger.h"

struct of_learner;

/*
 * state is the folder of the site's state; *learner is NULL when it holds no history,
 * or one that cannot be read, which is a warning. since as in struct of_documents.
 * Workers are numbered below jobs; each may be used by one thread at a time.
 */
OF_MUST_CHECK enum of_status of_learner_new(struct of_learner **learner,
	const struct of_site *site, struct of_str state, unsigned jobs, int64_t since,
	struct of_diags *diags, struct of_err *err);
/* Accepts NULL. */
void of_learner_free(struct of_learner *learner);

/* For `audit` of a row. */
uint64_t of_learner_audit(const struct of_learner *learner);
/*
 * Whether what a row's documents depend on is still said. *renew tells that it had
 * to be looked up, and that of_ledger_renew() spares the next run that. learner may
 * be NULL.
 */
bool of_learner_holds(struct of_learner *learner, unsigned worker,
	const struct of_ledger_row *row, bool *renew);

/* The URLs that were looked up for one group; zeroed at first, but for the arena. */
struct of_learned_links {
	struct of_ledger_link *links;
	size_t count, cap;
	struct of_arena *arena; /* the links' texts; the caller's */
	bool unread; /* something could not be looked up: the next run may differ */
};
/*
 * Fills and changes an item that is to be shown; false when it is to be left out.
 * Text is the arena's, whose status tells of memory. An image that cannot be an
 * enclosure is a warning to diag. learner may be NULL.
 */
bool of_learner_apply(struct of_learner *learner, unsigned worker, struct of_item *item,
	struct of_arena *arena, struct of_learned_links *links, of_diag_fn *diag,
	void *payload);

#endif
