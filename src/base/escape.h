/*
 * Writing text with some of its bytes replaced, for XML, HTML and JSON.
 */
#ifndef OF_BASE_ESCAPE_H
#define OF_BASE_ESCAPE_H

#include <outfeed/buf.h>
#include <outfeed/str.h>

/* What stands for a byte; len 0 where the byte stands for itself. */
struct of_escape {
	char bytes[7];
	unsigned char len;
};

/* By byte. Only control characters, '"', '&', '<', '>' and '\\' may have an escape. */
typedef const struct of_escape of_escapes[256];

/* Plain text as HTML; in an attribute the quote counts as well. */
extern of_escapes of_escapes_html_text, of_escapes_html_attribute;

/* Appends text; what needs no escape goes out by runs. */
void of_escape_add(struct of_buf *out, struct of_str text, of_escapes escapes);
/* The same of what of_unicode_clean() would make of the text, in one pass over it. */
void of_escape_add_clean(struct of_buf *out, struct of_str text, of_escapes escapes);

#endif
