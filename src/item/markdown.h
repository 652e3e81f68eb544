/*
 * CommonMark with tables, strikethrough, autolinks and raw HTML, to HTML that
 * is as untrusted as its source: alone with md4c-html.h.
 */
#ifndef OF_ITEM_MARKDOWN_H
#define OF_ITEM_MARKDOWN_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>

OF_MUST_CHECK enum of_status of_markdown_to_html(
	struct of_buf *out, struct of_str markdown, struct of_err *err);

/*
 * The body without the shortcodes of site generators ({{< … >}}, {{% … %}},
 * {% … %}); their inner text stays (SPEC section 3).
 */
void of_shortcodes_remove(struct of_buf *out, struct of_str body);

#endif
