/*
 * A collection: what is kept of every item of a site while its feeds are made.
 * An item's body is never kept; whoever shows the item reads it again.
 */
#ifndef OUTFEED_COLLECTION_H
#define OUTFEED_COLLECTION_H

#include <outfeed/item.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One way that items are filed, shared by all that are filed so. */
struct of_filing {
	unsigned grouping; /* index into of_site.groups */
	struct of_category category;
	size_t first;          /* index of the first head that has it */
	unsigned line, column; /* where that one says so */
	size_t count;          /* heads that have it */
};

/* What membership and order need of an item. */
struct of_head {
	struct of_str path; /* of its file */
	struct of_str id;
	int64_t published, updated;
	const uint32_t *filings; /* indices into of_collection.filings, in the item's order */
	uint32_t n_filings;
	uint32_t id_line;
};

/* Heads are sorted by path, ids are unique; drafts, future and expired items are not in it. */
struct of_collection {
	struct of_head *heads;
	size_t n_heads;
	struct of_filing *filings;
	size_t n_filings;
};

#ifdef __cplusplus
}
#endif
#endif
