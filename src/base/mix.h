/*
 * Numbers put together into one that is most likely another when any of them is.
 */
#ifndef OF_BASE_MIX_H
#define OF_BASE_MIX_H

#include <stdint.h>

/* The sum of what was before, and of this; the order counts. */
static inline uint64_t of_mix(uint64_t sum, uint64_t value)
{
	sum = (sum ^ value) * 0xFF51AFD7ED558CCDU;
	return sum ^ (sum >> 32);
}

#endif
