/*
 * Workers: a loop whose turns run on several threads.
 */
#ifndef OF_BASE_POOL_H
#define OF_BASE_POOL_H

#include <outfeed/err.h>
#include <stddef.h>

/* Turn index of the loop, on the worker-th thread (from 0). */
typedef void of_pool_fn(size_t index, unsigned worker, void *payload);

/* Cores that this process may use, at least 1. */
unsigned of_pool_cores(void);
/*
 * Calls turn for each index below count, on up to jobs threads, in no fixed
 * order; returns when all are done. Where threads cannot be had, the caller's
 * thread does the work.
 */
void of_pool_run(size_t count, unsigned jobs, of_pool_fn *turn, void *payload);

#endif
