/*
 * Made-up URLs beside those that may be soft-404: a site that answers them
 * alike has no page there (AUDIT section 3).
 */
#ifndef OF_AUDIT_SIBLINGS_H
#define OF_AUDIT_SIBLINGS_H

#include <outfeed/arena.h>
#include <outfeed/verdict.h>

#include "store/history.h"

#define OF_SIBLINGS_MOST 20000 /* URLs that are made up in a run */

/* A link that waits for what its sibling answers. */
struct of_sibling_wait {
	int64_t link;
	struct of_observation seen; /* without its page */
	struct of_past past;        /* as it was before the observation */
	struct of_expectation expected;
	uint64_t print;
	size_t next; /* of the same sibling; SIZE_MAX for none */
};

struct of_siblings;

/* NULL when there is no memory. */
struct of_siblings *of_siblings_new(void);
/* Accepts NULL. */
void of_siblings_free(struct of_siblings *siblings);

/*
 * Has a link wait for its sibling. *number is the sibling's, *is_new whether its
 * URL is still to be fetched. False when there are too many, or the URL can
 * have none. Copies what it keeps.
 */
bool of_siblings_wait(struct of_siblings *siblings, const struct of_sibling_wait *wait,
	size_t *number, bool *is_new);
struct of_str of_siblings_url(const struct of_siblings *siblings, size_t number);
/* The first that waits for a sibling, SIZE_MAX for none; the next is in it. */
size_t of_siblings_first(const struct of_siblings *siblings, size_t number);
const struct of_sibling_wait *of_siblings_at(const struct of_siblings *siblings, size_t wait);

#endif
