#include "web/queue.h"

#include "base/grow.h"
#include <stdlib.h>

void of_queue_pool_finish(struct of_queue_pool *pool)
{
	free(pool->blocks);
	*pool = (struct of_queue_pool){0};
}

bool of_queue_reserve(struct of_queue_pool *pool, size_t pushes)
{
	/* A push takes one block at the most; a block is named in 32 bits. */
	if (pool->used - pool->n_free + pushes >= UINT32_MAX)
		return false;
	while (pool->n_free + (pool->cap - pool->used) < pushes) {
		struct of_queue_block *blocks =
			of_grow(pool->blocks, pool->cap, &pool->cap, sizeof(*blocks));

		if (blocks == NULL)
			return false;
		pool->blocks = blocks;
	}
	return true;
}

static uint32_t take_block(struct of_queue_pool *pool)
{
	uint32_t block = pool->free;

	if (block == 0)
		return (uint32_t)pool->used++;
	pool->free = pool->blocks[--block].next;
	pool->n_free--;
	return block;
}

static void give_block(struct of_queue_pool *pool, uint32_t block)
{
	pool->blocks[block].next = pool->free;
	pool->free = block + 1;
	pool->n_free++;
}

void of_queue_push(struct of_queue_pool *pool, struct of_queue *queue, uint32_t number)
{
	if (queue->count == 0) {
		queue->head = queue->tail = take_block(pool);
		queue->first = queue->end = 0;
	} else if (queue->end == OF_QUEUE_BLOCK) {
		uint32_t block = take_block(pool);

		pool->blocks[queue->tail].next = block;
		queue->tail = block;
		queue->end = 0;
	}
	pool->blocks[queue->tail].numbers[queue->end++] = number;
	queue->count++;
}

uint32_t of_queue_pop(struct of_queue_pool *pool, struct of_queue *queue)
{
	uint32_t block = queue->head;
	uint32_t number = pool->blocks[block].numbers[queue->first++];

	queue->count--;
	if (queue->count > 0 && queue->first < OF_QUEUE_BLOCK)
		return number;
	queue->head = pool->blocks[block].next;
	queue->first = 0;
	give_block(pool, block);
	return number;
}
