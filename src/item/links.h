/*
 * The addresses that an item points at.
 */
#ifndef OF_ITEM_LINKS_H
#define OF_ITEM_LINKS_H

#include <outfeed/item.h>

#include "item/field.h"
#include "item/front.h"

/* Fills item->links; content_html must be there. Text is the fields' arena's, or the body's. */
void of_item_gather_links(
	struct of_item *item, const struct fields *fields, const struct front *front);

#endif
