/*
 * The rot feed: an Atom feed of links newly dead, moved or hijacked (AUDIT
 * section 6), by the renderer that makes the site's own.
 */
#ifndef OF_ROT_FEED_H
#define OF_ROT_FEED_H

#include <outfeed/site.h>

#include "store/history.h"

#define OF_ROT_FEED_ENTRIES 100

/* Writes rot.xml into the folder of the reports; address is where the folder will be found. */
OF_MUST_CHECK enum of_status of_rot_feed_write(struct of_history *history,
	const struct of_site *site, const char *folder, struct of_str address,
	struct of_err *err);

#endif
