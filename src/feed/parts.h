/*
 * The parts of a group's archive (RFC 5005 section 4): its items by the month they
 * were published in, UTC. Which items are in a part follows from the items alone, and
 * never from the clock.
 */
#ifndef OF_FEED_PARTS_H
#define OF_FEED_PARTS_H

#include "feed/group.h"

/*
 * The most items of one part, so that what is in memory has a bound, and the live
 * document, which ends with a part, few entries more than its limit. A month with more
 * has several parts, "2024-03", "2024-03.2" and on, filled from its oldest item: one
 * that is full changes no more when items are added.
 */
#define OF_PART_ITEMS 100

struct of_part {
	size_t first, end; /* among the members in the feed's order */
	char name[40];     /* "2024-03" */
};

/* Owns its list; a zeroed one is ready. The newest part comes first. */
struct of_parts {
	struct of_part *parts;
	size_t count, cap;
};

/* Of members in the feed's order. */
OF_MUST_CHECK enum of_status of_parts_make(struct of_parts *parts, const struct of_group *group,
	const struct of_collection *collection, struct of_err *err);
/* Accepts a zeroed one. */
void of_parts_finish(struct of_parts *parts);

/* The part that has a member; NULL past the last. */
const struct of_part *of_parts_at(const struct of_parts *parts, size_t member);
/* Its name; absent for no part. */
struct of_str of_part_name(const struct of_part *part);

/*
 * Where the live document ends when the first `count` members are what its limit asks
 * for: with the last one's part, so that a walk through the archive meets nothing twice.
 */
size_t of_parts_live_end(const struct of_parts *parts, size_t count);

#endif
