/*
 * Pages that reload themselves when they change: what is put into them on their
 * way out, and the script that they then run.
 */
#ifndef OF_SERVE_LIVE_H
#define OF_SERVE_LIVE_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

#define OF_LIVE_FOLDER "/.outfeed/" /* of URLs; no file's, for its name is hidden */
#define OF_LIVE_SCRIPT "/.outfeed/reload.js"
#define OF_LIVE_EVENTS "/.outfeed/events"    /* followed by a page's path */
#define OF_LIVE_PAGE_LIMIT ((size_t)8 << 20) /* bytes; a larger page goes out as it is */

extern const char of_live_script[];

/*
 * Appends a page with the script, which is told the page's entity tag. A policy
 * that the page brings in a meta element is opened for the script, and for what
 * it fetches from the server itself; all else of it stands.
 */
void of_live_add(struct of_buf *out, struct of_str page, struct of_str tag);
/* The same of a file of size bytes; false when it cannot be read whole. */
bool of_live_page(struct of_buf *out, int fd, size_t size, struct of_str tag);

#endif
