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
	struct of_str slug;     /* absent for the feed of all items */
	struct of_str label;
	unsigned grouping; /* index into of_site.groups; 0 for the feed of all items */
	bool touched;      /* its items, or what it is called, may not be what they were */
	bool wanted;       /* its members are to be filled in; set by the caller */
	size_t n_items;    /* that it has, wanted or not */
	uint32_t *members; /* indices into the collection's records */
	size_t n_members;
	bool is_heap; /* of members, the newest on top; once the first was asked for */
};

/* Owned by whoever made it; borrows from the collection and the site. */
struct of_groups {
	struct of_group *groups; /* the feed of all items first, then by grouping and slug */
	size_t count;
	struct of_arena *arena;
	size_t *group_of; /* for each filing; OF_NPOS for none */
	bool all;         /* the first is the feed of all items */
};

/* A group whose path is another's is refused, with a diagnostic. */
OF_MUST_CHECK enum of_status of_groups_make(struct of_groups *groups,
	const struct of_collection *collection, const struct of_site *site, bool changed,
	struct of_diags *diags, struct of_err *err);
/* Fills in the members of the groups that are wanted. */
OF_MUST_CHECK enum of_status of_groups_fill(
	struct of_groups *groups, const struct of_collection *collection, struct of_err *err);
/* Accepts a zeroed one. */
void of_groups_finish(struct of_groups *groups);

/*
 * Takes the next member in the feed's order off the group; OF_NPOS after the
 * last. Finding the newest few of many costs no sorting of all.
 */
size_t of_group_next(struct of_group *group, const struct of_collection *collection);
/* Puts the members into the feed's order, for who needs all of them. */
void of_group_sort(struct of_group *group, const struct of_collection *collection);

#endif
