/*
 * How many links there are of a name, and how many of them rot: by category, year
 * or host.
 */
#ifndef OF_AUDIT_REPORT_TALLY_H
#define OF_AUDIT_REPORT_TALLY_H

#include <outfeed/arena.h>
#include <stdint.h>

#include "base/map.h"

struct of_tally_row {
	struct of_str name; /* the tally's */
	size_t links, rot;
	int64_t last; /* the link that was counted last: it counts once, however often used */
};

/* Zeroed is empty and ready. The first failure is kept. */
struct of_tally {
	struct of_arena *arena;
	struct of_map map;
	struct of_tally_row *rows;
	size_t count, cap;
	enum of_status status;
};

/*
 * Counts a link under a name. One that does not rot is counted only where
 * `all`, or where the name has rot already: rot comes first, so that
 * names without any take no memory.
 */
void of_tally_add(
	struct of_tally *tally, struct of_str name, int64_t link, bool rots, bool all);
/* The most rot first, then the larger share of it, then by name. */
void of_tally_sort_by_rot(struct of_tally *tally);
void of_tally_sort_by_name(struct of_tally *tally);
void of_tally_finish(struct of_tally *tally);

#endif
