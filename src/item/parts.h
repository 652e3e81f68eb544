/*
 * The parts of an item that need more than a look-up. Each reads from the
 * fields and fills the item; text belongs to the fields' arena.
 */
#ifndef OF_ITEM_PARTS_H
#define OF_ITEM_PARTS_H

#include <outfeed/item.h>

#include "item/field.h"

/* identity.c: the id (SPEC section 3, Identity). item->published, slug are there already. */
OF_MUST_CHECK enum of_status of_item_identify(
	struct of_item *item, const struct fields *fields, struct of_err *err);

/*
 * category.c: what the item is filed under: categories and memberships. Authors
 * must be there, for the groupings by them. A slug that is refused is OF_EINPUT
 * with its place.
 */
OF_MUST_CHECK enum of_status of_item_file(
	struct of_item *item, const struct fields *fields, struct of_err *err);

/* people.c */
void of_item_authors(struct of_item *item, const struct fields *fields);
/* related.c */
void of_item_related(struct of_item *item, const struct fields *fields);

/* picture.c: the featured image; trouble with it is a warning. */
void of_item_picture(struct of_item *item, const struct fields *fields);

#endif
