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
	struct of_str label;       /* of the group, as people read it: plain text */
	struct of_str description; /* plain text */
	struct of_str path;        /* of its folder below the output, no slash at either end */
	struct of_str file;        /* the document's name; absent for the renderer's own */
	struct of_str home_url;    /* absolute: the group's page, and the feed's id */
	struct of_image icon;      /* the site's icon; width and height 0 when unknown */
	int64_t updated; /* the newest updated among the entries; OF_TIME_NONE when empty */
	const struct of_item *const *entries;
	size_t n_entries;
	size_t n_items; /* that the group has, of which the entries are some */
	/*
	 * RFC 5005, "YYYY-MM", or "YYYY-MM.2" and on for what one document of a month
	 * has no room for: what an archive document is of (absent for the live one), the
	 * latest archived before it, and the first one after it. A live document has
	 * none after it.
	 */
	struct of_str month, before, after;
};

/* One group in the directory of a site's feeds. */
struct of_directory_row {
	struct of_str title;    /* of its feeds: plain text */
	struct of_str label;    /* as people read it: plain text */
	struct of_str path;     /* of its folder below the output */
	struct of_str home_url; /* absolute, of its page */
	struct of_str by;       /* how the site groups it; absent for the feed of all items */
	size_t n_items;
	int64_t updated; /* of its feeds; OF_TIME_NONE when they are empty */
};

/* Borrows everything. The feed of all items comes first, then by grouping and slug. */
struct of_directory {
	const struct of_directory_row *rows;
	size_t count;
};

/* The order of entries in a feed: negative when a comes first. */
int of_item_order(
	int64_t a_published, struct of_str a_id, int64_t b_published, struct of_str b_id);

#ifdef __cplusplus
}
#endif
#endif
