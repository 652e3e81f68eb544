/*
 * Text of a page on one line: character references decoded, white space
 * folded, control characters gone, cut at a character's border.
 */
#ifndef OF_WEB_HTML_FOLD_H
#define OF_WEB_HTML_FOLD_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

/* Pieces of text go in one after another. Zeroed but for out and limit. */
struct of_markup_fold {
	struct of_buf *out; /* borrowed; empty at first */
	size_t limit;       /* bytes */
	bool plain;         /* no character references */
	bool attribute;     /* "&copy=" in a URL is no reference (HTML standard, 13.2.5.73) */
	bool gap;           /* white space is owed */
	bool full;          /* something was cut off */
};

/* Clean UTF-8. Does nothing when full. */
void of_markup_fold_add(struct of_markup_fold *fold, struct of_str text);

#endif
