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

/* An element that the source has open. */
struct of_html_level {
	const char *name;                      /* its reader's; it outlives the writer */
	const struct of_html_element *element; /* NULL when the tables do not know it */
	bool written; /* its start tag is in the output, its end tag not yet */
};

struct of_html_writer {
	struct of_buf *out;  /* borrowed */
	struct of_buf *text; /* borrowed; may be NULL */
	size_t out_start, text_start, text_limit;
	bool text_only; /* the caller's to set: there is enough when there is enough text */
	struct of_html_urls urls;
	struct of_html_level levels[OF_LIMIT_HTML_DEPTH];
	size_t depth;
	size_t dropped; /* depth of the element whose contents are dropped; 0 for none */
	bool gap;       /* a block began or ended since the last plain text */
	bool too_deep;  /* an element was; it is not in the output */
};

void of_html_writer_init(struct of_html_writer *writer, struct of_buf *out, struct of_buf *text,
	size_t text_limit, struct of_str base);
void of_html_writer_finish(struct of_html_writer *writer);

/* Forgets all events since init; a buffer that failed stays so. */
void of_html_writer_rewind(struct of_html_writer *writer);

/* An attribute with what its value in the source stands for, borrowed for the call. */
struct of_html_given {
	const struct of_html_attribute *attribute;
	struct of_str value;
};

#define OF_HTML_GIVEN_MAX 40 /* more than there are attributes */

/* The element is the one of that name, or NULL; its attributes differ from each other. */
void of_html_writer_start(struct of_html_writer *writer, const char *name,
	const struct of_html_element *element, const struct of_html_given *given,
	size_t n_given);
void of_html_writer_end(struct of_html_writer *writer, const char *name);
void of_html_writer_add(struct of_html_writer *writer, struct of_str text);
/* Closes what is open, and trims the white space at both ends. */
void of_html_writer_close(struct of_html_writer *writer);

/* The output is past its ceiling or failed. */
static inline bool of_html_writer_is_full(const struct of_html_writer *writer)
{
	return writer->out->status != OF_OK ||
	       writer->out->len - writer->out_start > OF_LIMIT_HTML;
}

/* The plain text has reached its limit, or none was asked for. */
static inline bool of_html_writer_has_text(const struct of_html_writer *writer)
{
	return writer->text == NULL ||
	       writer->text->len - writer->text_start >= writer->text_limit;
}

/* No more events are wanted: asked after each start and text. */
static inline bool of_html_writer_is_done(const struct of_html_writer *writer)
{
	return writer->too_deep || of_html_writer_is_full(writer) ||
	       (writer->text_only && of_html_writer_has_text(writer));
}

#endif
