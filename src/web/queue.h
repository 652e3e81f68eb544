/*
 * First-in, first-out queues of 32-bit numbers, many of them in one pool: a
 * little over 4 bytes a number that waits, whatever the lengths.
 */
#ifndef OF_WEB_QUEUE_H
#define OF_WEB_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OF_QUEUE_BLOCK 7 /* numbers of a block, which is 32 bytes with its link */

struct of_queue_block {
	uint32_t numbers[OF_QUEUE_BLOCK];
	uint32_t next; /* of the queue, or of the free ones */
};

/* A zeroed pool is empty and ready. */
struct of_queue_pool {
	struct of_queue_block *blocks;
	size_t used, cap;
	uint32_t free; /* the first one given back, from 1; 0 for none */
	size_t n_free;
};

/* A zeroed queue is empty and ready; it needs no finish beside its pool's. */
struct of_queue {
	uint32_t head, tail; /* blocks; they mean nothing when count is 0 */
	uint32_t count;
	uint16_t first, end; /* places of the next number out, and in */
};

void of_queue_pool_finish(struct of_queue_pool *pool);
/* Room for so many pushes to any queues; false when there is no memory. */
bool of_queue_reserve(struct of_queue_pool *pool, size_t pushes);
/* Needs room that was reserved. */
void of_queue_push(struct of_queue_pool *pool, struct of_queue *queue, uint32_t number);
/* The queue is not empty. */
uint32_t of_queue_pop(struct of_queue_pool *pool, struct of_queue *queue);

#endif
