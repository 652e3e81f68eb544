/*
 * What a Markdown text may cost md4c at most, by a look at its bytes. md4c is
 * linear in what people write, but not in every text: it looks for the line of
 * each bracket from the paragraph's first line on, for what ends a bare address
 * through the marks behind it, and steps through all open lists at a blank line;
 * and it keeps some dozen bytes for each mark, line and container.
 */
#ifndef OF_ITEM_MARKDOWN_COST_H
#define OF_ITEM_MARKDOWN_COST_H

#include <outfeed/str.h>
#include <stdbool.h>

/* True for a text that may take half a second, or some 20 MiB. Linear. */
bool of_markdown_is_costly(struct of_str markdown);

#endif
