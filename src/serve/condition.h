/*
 * Conditional requests (RFC 9110 section 13). Pure.
 */
#ifndef OF_SERVE_CONDITION_H
#define OF_SERVE_CONDITION_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/* Headers as they came; an absent one has no ptr. */
struct of_conditions {
	struct of_str if_match, if_none_match, if_modified_since, if_unmodified_since, if_range;
};

/*
 * Whether a header lists the entity tag, quotes included, or is "*". A weak tag
 * of the list is like a strong one only where weak says so.
 */
bool of_tag_is_listed(struct of_str header, struct of_str tag, bool weak);

/* 0 to answer as usual, 304 or 412. modified is in seconds since 1970. */
unsigned of_conditions_judge(
	const struct of_conditions *conditions, struct of_str tag, int64_t modified);
/* Whether a range may be answered by a part: If-Range, where it is, names this document. */
bool of_conditions_allow_range(
	const struct of_conditions *conditions, struct of_str tag, int64_t modified);

#endif
