/*
 * Tag soup to plain tags. The tokens are cut as the HTML standard (section
 * 13.2.5) cuts them and written in the one form that every parser reads alike:
 * no comment, no processing instruction, no document type, no attribute that
 * the tables do not know, each value between double quotes, each '<' that
 * begins no tag escaped, and each '&' that begins neither "&name;" nor "&#". So
 * the parser behind never disagrees with a browser on where a tag ends, no tag
 * has enough attributes to slow it down, and no name is read beyond ASCII, of
 * which libxml2 loses a part when its buffer moves.
 */
#ifndef OF_ITEM_HTML_TOKENS_H
#define OF_ITEM_HTML_TOKENS_H

#include <outfeed/buf.h>
#include <outfeed/str.h>

/* Appends; failure is kept in out. Linear in the length of html. */
void of_html_tokens_add(struct of_buf *out, struct of_str html);

#endif
