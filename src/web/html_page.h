/*
 * A page in clean UTF-8 to what it says of itself.
 */
#ifndef OF_WEB_HTML_PAGE_H
#define OF_WEB_HTML_PAGE_H

#include <outfeed/arena.h>
#include <outfeed/page.h>

/*
 * Fills page, whose text is then the arena's; lack of memory is kept there.
 * html and url, the page's own, are borrowed for the call.
 */
void of_markup_read_page(
	struct of_arena *arena, struct of_page *page, struct of_str html, struct of_str url);

/* Value as one line of at most limit bytes, the arena's. plain: no character references. */
struct of_str of_markup_value(
	struct of_arena *arena, struct of_str value, size_t limit, bool plain);

/* The charset that a page's first bytes name in a <meta> or an XML declaration. Borrowed. */
struct of_str of_markup_charset(struct of_str bytes);

#endif
