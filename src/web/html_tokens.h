/*
 * HTML to tags and text, as the HTML standard (section 13.2.5) cuts them. A
 * token borrows from the page: nothing is built, nothing allocated, and no byte
 * is passed over more than a few times, whatever the page is. libxml2's parser
 * cannot promise that: it compares each attribute of a tag with all before it,
 * and each end tag with all that is open.
 */
#ifndef OF_WEB_HTML_TOKENS_H
#define OF_WEB_HTML_TOKENS_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>

/* Elements that mean something here; every other is a block or, by its row, inline. */
enum of_markup_element {
	OF_MARKUP_BLOCK,
	OF_MARKUP_INLINE,
	OF_MARKUP_BASE,
	OF_MARKUP_H1,
	OF_MARKUP_HTML,
	OF_MARKUP_INPUT,
	OF_MARKUP_LINK,
	OF_MARKUP_META,
	OF_MARKUP_SCRIPT,
	OF_MARKUP_SVG,
	OF_MARKUP_TEMPLATE,
	OF_MARKUP_TEXTAREA,
	OF_MARKUP_TITLE,
	OF_MARKUP_HIDDEN /* its content is never shown: style, noscript, iframe */
};

enum of_markup_kind { OF_MARKUP_TEXT, OF_MARKUP_START, OF_MARKUP_END };

struct of_markup_token {
	enum of_markup_kind kind;
	enum of_markup_element element; /* of a tag */
	struct of_str attributes;       /* of a start tag, to be asked of_markup_attribute() */
	struct of_str text; /* between tags; of a start tag whose content is text: that content,
			       and no end tag follows */
};

/* Zeroed but for html. */
struct of_markup_reader {
	struct of_str html; /* any bytes of ASCII's kind */
	size_t at;
	unsigned svg; /* levels of <svg> that are open, where titles are not the page's */
};

/* False at the end. */
bool of_markup_next(struct of_markup_reader *reader, struct of_markup_token *token);
/*
 * The value of the first attribute of a lower-case name, its character
 * references as they stand. ptr is NULL where the tag has none. Linear.
 */
struct of_str of_markup_attribute(struct of_str attributes, struct of_str name);

#endif
