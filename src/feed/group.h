/*
 * A collection to groups: which items each feed has, in order, and what it is
 * called (SPEC section 4).
 */
#ifndef OF_FEED_GROUP_H
#define OF_FEED_GROUP_H

#include <outfeed/collection.h>
#include <outfeed/err.h>
#include <outfeed/site.h>

struct of_diags;

struct of_group {
	struct of_str path;     /* of its folder below the output */
	struct of_str home_url; /* absolute, of the page for people */
	struct of_str title;    /* of its feeds */
	struct of_str label;
	const uint32_t *members; /* indices into the collection's heads, in the feed's order */
	size_t n_members;
};

/* Owned by whoever made it; borrows from the collection and the site. */
struct of_groups {
	struct of_group *groups; /* the feed of all items first, then by grouping and slug */
	size_t count;
	size_t refused; /* for a path that is taken */
	struct of_arena *arena;
};

/* A group whose path is another's is refused, with a diagnostic. */
OF_MUST_CHECK enum of_status of_groups_make(struct of_groups *groups,
	const struct of_collection *collection, const struct of_site *site,
	struct of_diags *diags, struct of_err *err);
/* Accepts a zeroed one. */
void of_groups_finish(struct of_groups *groups);

#endif
