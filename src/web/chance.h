/*
 * Chance for pauses: it must differ between machines, and means nothing to anyone
 * else. A state is its owner's alone.
 */
#ifndef OF_WEB_CHANCE_H
#define OF_WEB_CHANCE_H

#include <stdint.h>
#include <sys/random.h>

/* otherwise is what there is where the system has none to give. */
static inline uint64_t of_chance_seed(uint64_t otherwise)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = otherwise;
	return seed | 1;
}

/* xorshift64 */
static inline uint64_t of_chance_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
