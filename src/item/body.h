/*
 * An item's body: to the HTML of a feed, and to the words a summary is made of.
 */
#ifndef OF_ITEM_BODY_H
#define OF_ITEM_BODY_H

#include <outfeed/item.h>

#include "item/field.h"
#include "item/front.h"

/* Fills content_html, summary and, where there is none, title. permalink must be there. */
OF_MUST_CHECK enum of_status of_item_body(struct of_item *item, enum of_reason *reason,
	const struct fields *fields, const struct front *front, struct of_err *err);

#endif
