/*
 * robots.txt (RFC 9309, and Crawl-delay).
 */
#ifndef OF_WEB_ROBOTS_H
#define OF_WEB_ROBOTS_H

#include <outfeed/arena.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#define OF_ROBOTS_LIMIT ((size_t)500 << 10) /* bytes that are read (RFC 9309 section 2.5) */

struct of_robots_rules;

/*
 * What bytes say for a product token ("outfeed"). Never fails on what they
 * hold; NULL when the arena has no memory. What comes of it is the arena's.
 */
const struct of_robots_rules *of_robots_parse(
	struct of_arena *arena, struct of_str bytes, struct of_str agent);
/*
 * path with its query, from the slash on. Takes time by the lengths of path
 * and rules, never by their product past a bound: where so many wildcards
 * would have to be tried, the answer is no.
 */
bool of_robots_allows(const struct of_robots_rules *rules, struct of_str path);
/* ms, rounded up; -1 where it names none. */
int64_t of_robots_delay(const struct of_robots_rules *rules);

#endif
