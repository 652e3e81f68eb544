/*
 * A diff of the front matter for links that moved (AUDIT section 6).
 */
#ifndef OF_AUDIT_PATCH_H
#define OF_AUDIT_PATCH_H

#include <outfeed/item.h>

#include "base/err.h"
#include "store/history.h"

/*
 * Writes a unified diff that `git apply` takes, with paths relative to the site's
 * folder, to a file that appears whole; "-" is stdout's place and not ours. Files
 * are in the order of their paths; nothing to mend gives an empty file. Every byte
 * outside the changed values stays, and each change was verified by reading the item
 * again: that field says the new URL, and all else of the item is what it was. A
 * value that cannot be changed so is left, with a warning at its place. A fragment
 * stays where the new URL has none; a reference relative to its host stays one.
 * *patched counts the values changed.
 */
OF_MUST_CHECK enum of_status of_patch_write(size_t *patched, struct of_history *history,
	const struct of_site *site, const char *path, const struct of_reporter *reporter,
	struct of_err *err);

#endif
