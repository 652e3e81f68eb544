/*
 * The site's icon, with its size where its file is at hand.
 */
#ifndef OF_ITEM_ICON_H
#define OF_ITEM_ICON_H

#include <outfeed/item.h>

/* An absent URL when the site names none; text belongs to the site. */
struct of_image of_site_icon(const struct of_site *site);

#endif
