/*
 * Building again whenever a site changes, for the commands that watch.
 */
#ifndef OF_CLI_WATCHING_H
#define OF_CLI_WATCHING_H

#include "cli/cli.h"

struct watching {
	const char *where, *output; /* as load_site() takes them */
	struct telling *telling;
	/* One build of the site, and what comes of it; the exit status that it would end with.
	 */
	int (*build)(struct of_site *site, void *payload);
	void *payload;
};

/*
 * Builds now and after each change, outfeed.yaml's included, until a signal
 * comes: STATUS_INTERRUPTED. Frees the site.
 */
int watch_and_build(const struct watching *watching, struct of_site *site);

/* Now, for future and expired items: given, else SOURCE_DATE_EPOCH, else the clock. False, and
 * said on stderr, when the second is no number. */
bool decide_now(int64_t *now, int64_t given);

#endif
