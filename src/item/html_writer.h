/*
 * The rebuilder: events of a parser in, HTML of the allow-list and plain text
 * out. Whatever the events are, what comes out is balanced.
 */
#ifndef OF_ITEM_HTML_WRITER_H
#define OF_ITEM_HTML_WRITER_H

#include "item/html_table.h"
#include "item/html_values.h"
#include <outfeed/buf.h>
#include <outfeed/item.h>
#include <outfeed/str.h>
#include <stdbool.h>

#define OF_HTML_CEILING ((size_t)64 << 20) /* bytes of HTML made from one body */

/* An element that the source has open. */
struct of_html_level {
	const char *name;                      /* the parser's; it outlives the writer */
	const struct of_html_element *element; /* NULL when the tables do not know it */
	bool written; /* its start tag is in the output, its end tag not yet */
};

struct of_html_writer {
	struct of_buf *out;  /* borrowed */
	struct of_buf *text; /* borrowed; may be NULL */
	size_t out_start, text_start, text_limit;
	struct of_html_urls urls;
	struct of_html_level levels[OF_LIMIT_HTML_DEPTH];
	size_t depth;
	size_t dropped; /* depth of the element whose contents are dropped; 0 for none */
	bool gap;       /* a block began or ended since the last plain text */
};

void of_html_writer_init(struct of_html_writer *writer, struct of_buf *out, struct of_buf *text,
	size_t text_limit, struct of_str base);
void of_html_writer_finish(struct of_html_writer *writer);

/*
 * attributes are pairs of a name and a value, which may be NULL, with a NULL at
 * the end; or NULL. False when the element would be too deep.
 */
OF_MUST_CHECK bool of_html_writer_start(
	struct of_html_writer *writer, const char *name, const char *const *attributes);
void of_html_writer_end(struct of_html_writer *writer, const char *name);
void of_html_writer_add(struct of_html_writer *writer, struct of_str text);
/* Closes what is open, and trims the white space at both ends. */
void of_html_writer_close(struct of_html_writer *writer);

/* No more is wanted: the output is past its ceiling or failed. */
bool of_html_writer_is_full(const struct of_html_writer *writer);
/* The plain text has reached its limit, or none was asked for. */
bool of_html_writer_has_text(const struct of_html_writer *writer);

#endif
