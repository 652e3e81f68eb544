/*
 * Folders to a collection: every file's head read, by several workers.
 */
#ifndef OF_COLLECT_COLLECT_H
#define OF_COLLECT_COLLECT_H

#include <outfeed/collection.h>
#include <outfeed/err.h>
#include <outfeed/site.h>

struct of_diags;

struct of_collect_counts {
	size_t found, read;
	size_t drafts, future, expired;
	size_t skipped_by[OF_REASON_COUNT];
};

struct of_collected;

/*
 * Reads the site's items. The result is the same whatever jobs is. Trouble with
 * single items goes to diags; OF_EIO is a content folder that cannot be read.
 */
OF_MUST_CHECK enum of_status of_collect(struct of_collected **collected,
	struct of_collect_counts *counts, const struct of_site *site, int64_t now,
	unsigned jobs, struct of_diags *diags, struct of_err *err);
/* Borrowed from collected. */
const struct of_collection *of_collected_collection(const struct of_collected *collected);
/* Accepts NULL. */
void of_collected_free(struct of_collected *collected);

#endif
