/*
 * A clock that only goes forward: for how long something takes, not for when
 * it is. It counts the time for which the machine sleeps, too: what another
 * machine has granted for a while runs out meanwhile.
 */
#ifndef OF_BASE_CLOCK_H
#define OF_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment. */
static inline int64_t of_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
