/*
 * One item whose front matter names links that moved: which bytes to change,
 * each change verified by reading the item again.
 */
#ifndef OF_AUDIT_MEND_H
#define OF_AUDIT_MEND_H

#include <outfeed/item.h>

#include "audit/diff.h"
#include "base/err.h"

/* The new URL of a link by its name (audit/uses.h); absent where it did not move. */
typedef struct of_str of_mend_find_fn(struct of_str name, const void *payload);

struct of_mending {
	const struct of_site *site;
	struct of_str path; /* of the item's file */
	const struct of_reporter *reporter;
	of_mend_find_fn *find;
	const void *payload;
	/* what of_mend() found: in the order of their places */
	struct of_change *changes;
	size_t n_changes;
	struct of_arena *arena; /* of the changes' texts */
};

/*
 * Finds the changes of an item that is in bytes. A value that cannot be changed
 * is a warning. Fails as of_item_parse() does.
 */
OF_MUST_CHECK enum of_status of_mend(
	struct of_mending *mending, struct of_str bytes, struct of_err *err);
/* Accepts one that was never begun, zeroed. */
void of_mending_finish(struct of_mending *mending);

#endif
