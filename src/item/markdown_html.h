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
	OF_MARKDOWN_BROKEN, /* the parser gave as text what is not of the Markdown */
	OF_MARKDOWN_OTHER   /* it holds what is left to md4c's own writer */
};

/*
 * Appends the HTML; parts of it too when it is not done. The last line of the Markdown,
 * of which there is one, has an end. Left to md4c's own
 * writer are character references, NUL where md4c tells of it as such (a body has
 * none: what is read as an item is cleaned of it), and images within the text of
 * an image; what is to be left is read to its end all the same, to know whether it
 * is broken.
 */
enum of_markdown_end of_markdown_write(
	struct of_buf *out, struct of_str markdown, unsigned flags, size_t most);

#endif
