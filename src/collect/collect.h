/*
 * Folders to a collection: files that are what they were are taken from the
 * saved state, the others are read, by several workers.
 */
#ifndef OF_COLLECT_COLLECT_H
#define OF_COLLECT_COLLECT_H

#include <outfeed/collection.h>
#include <outfeed/err.h>
#include <outfeed/site.h>
#include <signal.h>

struct of_diags;
struct of_store;
struct of_progress;

struct of_collect_options {
	int64_t now; /* decides future and expired items; seconds since 1970 */
	unsigned jobs;
	bool full;       /* read every file; identities are kept all the same */
	bool export_ids; /* write outfeed.ids even where there is none yet */
	const struct of_progress *progress;
};

struct of_collect_counts {
	size_t found;  /* files that look like items */
	size_t fresh;  /* of those, read in this run */
	size_t broken; /* skipped; the diagnostics say why */
	size_t drafts, future, expired, duplicates;
};

struct of_collected;

/*
 * store may be NULL for no saved state; one that makes no sense is OF_EINPUT.
 * The result is the same whatever jobs is, and whatever was saved. Trouble with
 * single items goes to diags; OF_EIO is a content folder that cannot be read.
 */
OF_MUST_CHECK enum of_status of_collect(struct of_collected **collected,
	const struct of_site *site, const struct of_collect_options *options,
	struct of_store *store, struct of_diags *diags, struct of_err *err);

/* Borrowed from collected. */
struct of_collection *of_collected_collection(struct of_collected *collected);
const struct of_collect_counts *of_collected_counts(const struct of_collected *collected);
/* Whether any record is not what it was at the end of the last run. */
bool of_collected_changed(const struct of_collected *collected);

/* ns since 1970: what changed at or after this time may have changed again unseen. */
int64_t of_collected_since(const struct of_collected *collected);

/* Puts what the next run needs to know into the store, and outfeed.ids in its place. */
OF_MUST_CHECK enum of_status of_collected_save(
	struct of_collected *collected, struct of_store *store, struct of_err *err);
/* outfeed.ids alone; store may be NULL. */
OF_MUST_CHECK enum of_status of_collected_export_ids(
	struct of_collected *collected, struct of_store *store, struct of_err *err);
/* Accepts NULL. */
void of_collected_free(struct of_collected *collected);

#endif
