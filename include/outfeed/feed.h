/*
 * A feed: the entries of one group, in order (SPEC sections 4 and 5).
 */
#ifndef OUTFEED_FEED_H
#define OUTFEED_FEED_H

#include <outfeed/item.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Borrows everything. The entries are sorted, newest published first, ties by
 * id; none appears twice.
 */
struct of_feed {
	struct of_str title;       /* plain text */
	struct of_str description; /* plain text */
	struct of_str path;        /* of its folder below the output, no slash at either end */
	struct of_str file;        /* the document's name; absent for the renderer's own */
	struct of_str home_url;    /* absolute: the group's page, and the feed's id */
	struct of_image icon;      /* the site's icon; width and height 0 when unknown */
	int64_t updated; /* the newest updated among the entries; OF_TIME_NONE when empty */
	const struct of_item *const *entries;
	size_t n_entries;
};

/* The order of entries in a feed: negative when a comes first. */
int of_item_order(
	int64_t a_published, struct of_str a_id, int64_t b_published, struct of_str b_id);

#ifdef __cplusplus
}
#endif
#endif
