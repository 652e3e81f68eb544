/*
 * The parts of an item that need more than a look-up. Each reads from the
 * fields and fills the item; text belongs to the fields' arena.
 */
#ifndef OF_ITEM_PARTS_H
#define OF_ITEM_PARTS_H

#include <outfeed/item.h>

#include "item/field.h"

/* item.c: the stem of a file's name, or of its folder's for an index; part of path. */
struct of_str of_item_stem(struct of_str path);

/*
 * dates.c: published, updated, expires. OF_EINPUT with its place when there is
 * neither of the first two; line is where the front matter begins.
 */
OF_MUST_CHECK enum of_status of_item_dates(
	struct of_item *item, const struct fields *fields, unsigned line, struct of_err *err);
/* When the item was published, whatever the site's time zone is. */
int64_t of_item_day(const struct of_item *item, const struct fields *fields);
/* The same as the clock showed it where its date was written, as if that were UTC. */
int64_t of_item_clock(const struct of_item *item, const struct fields *fields);

/* identity.c: the id (SPEC section 3, Identity). item->published, slug are there already. */
OF_MUST_CHECK enum of_status of_item_identify(
	struct of_item *item, const struct fields *fields, struct of_err *err);

/* people.c: the authors; gives where each of them stands. */
const struct of_yaml *const *of_item_authors(struct of_item *item, const struct fields *fields);

/*
 * filing.c: what the item is filed under: categories and memberships. authors
 * are where its authors stand. A category's slug that is refused is OF_EINPUT
 * with its place; another grouping's is a warning.
 */
OF_MUST_CHECK enum of_status of_item_file(struct of_item *item, const struct fields *fields,
	const struct of_yaml *const *authors, struct of_err *err);

/* permalink.c: the address of the item's page; its slug, dates and categories are there
 * already. */
void of_item_permalink(struct of_item *item, const struct fields *fields);

/* related.c */
void of_item_related(struct of_item *item, const struct fields *fields);

/* picture.c: the featured image; trouble with it is a warning. */
void of_item_picture(struct of_item *item, const struct fields *fields);

#endif
