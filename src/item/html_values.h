/*
 * Attributes' values: what of them may be written, and how.
 */
#ifndef OF_ITEM_HTML_VALUES_H
#define OF_ITEM_HTML_VALUES_H

#include "item/html_table.h"
#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

#define OF_HTML_DATA_URL_MAX ((size_t)32 << 10) /* bytes of an image as data: */

/* What URLs are resolved with: the base, and room to do it in. */
struct of_html_urls {
	struct of_str base;
	struct of_buf reference, resolved;
	struct of_buf *refused; /* gets a line of each http or https one; may be NULL */
};

/*
 * Appends ` name="value"`, or nothing. False when the value is not to be had:
 * no such URL, number or word.
 */
bool of_html_attribute_add(struct of_buf *out, struct of_html_urls *urls,
	const struct of_html_attribute *attribute, struct of_str value);

/* Appends text with '&', '<' and '>' escaped, its line ends LF. */
void of_html_text_add(struct of_buf *out, struct of_str text);

#endif
