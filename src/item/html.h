/*
 * Untrusted HTML to the HTML of a feed, and to plain text: alone with
 * libxml/HTMLparser.h.
 */
#ifndef OF_ITEM_HTML_H
#define OF_ITEM_HTML_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>

/*
 * As of_html_sanitise() of <outfeed/item.h>. out, or text, may be NULL; text
 * gets the plain text of what is shown, words of neighbouring blocks apart, at
 * most text_limit bytes or so.
 */
OF_MUST_CHECK enum of_status of_html_rebuild(struct of_buf *out, struct of_buf *text,
	size_t text_limit, struct of_str html, struct of_str base, struct of_err *err);

#endif
