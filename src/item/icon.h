/*
 * Images beside an item's own: the site's icon, with its size where its file is
 * at hand, and what a name tells of a type.
 */
#ifndef OF_ITEM_ICON_H
#define OF_ITEM_ICON_H

#include <outfeed/item.h>

/* An absent URL when the site names none; text belongs to the site. */
struct of_image of_site_icon(const struct of_site *site);

/* The media type by the extension of a URL or a file's name; static, absent when it tells none.
 */
struct of_str of_image_type_of_name(struct of_str url);

#endif
