/*
 * The HTML of Markdown, as md4c's own writer makes it and for less: that one
 * prepares tables for each text, and escapes byte by byte.
 */
#ifndef OF_ITEM_MARKDOWN_HTML_H
#define OF_ITEM_MARKDOWN_HTML_H

#include <outfeed/buf.h>
#include <outfeed/str.h>

enum of_markdown_end {
	OF_MARKDOWN_DONE,
	OF_MARKDOWN_FULL,   /* it is more than most bytes */
	OF_MARKDOWN_FAILED, /* no memory for the parser */
	OF_MARKDOWN_OTHER   /* it holds what is left to md4c's own writer */
};

/*
 * Appends the HTML; parts of it too when it is not done. Left to md4c's own
 * writer are character references, NUL, and images within the text of an image.
 */
enum of_markdown_end of_markdown_write(
	struct of_buf *out, struct of_str markdown, unsigned flags, size_t most);

#endif
