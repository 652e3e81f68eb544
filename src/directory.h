/*
 * The documents that stand once for a whole site, in the output folder itself: the
 * page of all feeds, and the list of them for a feed reader.
 */
#ifndef OF_DIRECTORY_H
#define OF_DIRECTORY_H

#include "maker.h"

/*
 * Makes those that do not hold, from what the ledger has of the groups: no item is
 * read again. found has the row of each group, or NULL for one that is to be looked
 * up. Adds to *kept those that needed no making.
 */
OF_MUST_CHECK enum of_status of_directory_make(struct of_maker *maker,
	const struct of_ledger_row *const *found, size_t *kept, struct of_err *err);

#endif
