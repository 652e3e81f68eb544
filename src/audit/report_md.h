/*
 * A stranger's text inside a cell of a Markdown table.
 */
#ifndef OF_AUDIT_REPORT_MD_H
#define OF_AUDIT_REPORT_MD_H

#include <outfeed/buf.h>
#include <outfeed/str.h>

/*
 * Appends one-line text that stays text: no table, HTML, link, image, emphasis or
 * mention comes of it, and an address in it becomes no link.
 */
void of_md_add(struct of_buf *out, struct of_str text);

#endif
