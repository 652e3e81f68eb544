/*
 * The rot feed: an Atom feed of links newly dead, soft-404, hijacked or moved
 * (AUDIT section 6), by the renderer that makes the site's own.
 */
#ifndef OF_ROT_FEED_H
#define OF_ROT_FEED_H

#include <outfeed/site.h>

#include "store/history.h"

#define OF_ROT_FEED_ENTRIES 100
#define OF_ROT_FEED_FILE "rot.xml"

/*
 * Writes rot.xml into the folder of the reports, which must be there; root as for
 * of_reports_write(), address is
 * where the folder will be found, ended by a slash. The entries are those whose
 * verdict is the newest; an entry's id is of its link, its verdict and since when that
 * holds. Nothing in the feed is of the time it is made: where it says what it said,
 * the file stays untouched.
 */
OF_MUST_CHECK enum of_status of_rot_feed_write(struct of_history *history,
	const struct of_site *site, const char *folder, size_t root, struct of_str address,
	struct of_err *err);

#endif
