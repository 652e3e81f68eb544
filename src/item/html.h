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

/*
 * The same with the whole text of what is asked for in a struct: what is refused of
 * the addresses that call themselves http or https goes to refused, a line each.
 */
struct of_html_wanted {
	struct of_buf *out, *text; /* may be NULL */
	size_t text_limit;
	struct of_buf *refused; /* may be NULL; else empty */
};
OF_MUST_CHECK enum of_status of_html_rebuild_wanted(const struct of_html_wanted *wanted,
	struct of_str html, struct of_str base, struct of_err *err);

#endif
