/*
 * A value of the front matter where it stands in a file's bytes, as YAML may
 * write it: found, so that another can be put in its place.
 */
#ifndef OF_AUDIT_SCALAR_H
#define OF_AUDIT_SCALAR_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

enum of_scalar_style {
	OF_SCALAR_PLAIN,
	OF_SCALAR_SINGLE, /* 'quoted' */
	OF_SCALAR_DOUBLE, /* "quoted" */
	OF_SCALAR_BLOCK   /* after | or >; the text of its one line */
};

/* Where it is written, its quotes included: offsets into the file. */
struct of_scalar {
	enum of_scalar_style style;
	size_t from, to;
};

/*
 * Finds the value that begins at a place of the front matter, counted as its
 * parser does: lines from 1, columns in characters. False where the bytes there
 * do not say the text (cleaned, on one line), or say it in more than one line
 * without quotes.
 */
bool of_scalar_find(struct of_scalar *scalar, struct of_str bytes, unsigned line,
	unsigned column, struct of_str text);

/* Appends text as a value of that style. False where the style cannot say it. */
bool of_scalar_add(struct of_buf *out, enum of_scalar_style style, struct of_str text);

#endif
