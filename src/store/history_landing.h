/*
 * Pages that unlike URLs share, told from links in the order of their landings.
 */
#ifndef OF_STORE_HISTORY_LANDING_H
#define OF_STORE_HISTORY_LANDING_H

#include <outfeed/buf.h>

#include "store/history.h"

/* A link that landed, borrowed for the call. */
struct of_landed {
	struct of_str domain, final_url, url;
	int64_t link;
	bool of_run; /* now, and so to be told of */
};

/* The links of one landing so far. */
struct of_landing {
	struct of_buf place; /* domain and URL */
	uint64_t *likes;     /* what is alike counts once; until there are `least` */
	unsigned n_likes, least;
	int64_t *waiting; /* of the run, until then */
	size_t n_waiting, cap_waiting;
	of_history_link_fn *each;
	void *payload;
};

/* False when there is no memory. of_landing_finish() in any case. */
OF_MUST_CHECK bool of_landing_init(
	struct of_landing *landing, unsigned least, of_history_link_fn *each, void *payload);
void of_landing_finish(struct of_landing *landing);
/* By domain and final URL; false ends the walk: the caller's wish, or no memory (*room). */
bool of_landing_add(struct of_landing *landing, const struct of_landed *landed, bool *room);

#endif
