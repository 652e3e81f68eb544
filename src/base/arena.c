#include <outfeed/arena.h>

#include "base/err.h"
#include <outfeed/buf.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_FIRST ((size_t)8 << 10)
#define BLOCK_MOST ((size_t)1 << 20)

struct block {
	struct block *next;
	size_t used, size; /* of bytes */
	alignas(max_align_t) char bytes[];
};

struct of_arena {
	struct block *newest;
	size_t held;
	enum of_status status;
};

static struct block *add_block(struct of_arena *arena, size_t need)
{
	size_t size = arena->newest != NULL ? arena->newest->size * 2 : BLOCK_FIRST;
	struct block *block;

	if (size > BLOCK_MOST)
		size = BLOCK_MOST;
	if (size < need)
		size = need;
	block = malloc(sizeof(*block) + size);
	if (block == NULL) {
		arena->status = OF_ENOMEM;
		return NULL;
	}
	block->used = 0;
	block->size = size;
	block->next = arena->newest;
	arena->newest = block;
	arena->held += size;
	return block;
}

static void *take_bytes(struct of_arena *arena, size_t size, size_t align)
{
	struct block *block = arena->newest;
	size_t from = 0;

	if (arena->status != OF_OK)
		return NULL;
	if (block != NULL)
		from = (block->used + align - 1) & ~(align - 1);
	if (block == NULL || from > block->size || size > block->size - from) {
		block = add_block(arena, size);
		from = 0;
	}
	if (block == NULL)
		return NULL;
	block->used = from + size;
	return block->bytes + from;
}

struct of_arena *of_arena_new(void)
{
	return calloc(1, sizeof(struct of_arena));
}

void of_arena_free(struct of_arena *arena)
{
	struct block *block = arena != NULL ? arena->newest : NULL;

	while (block != NULL) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
	free(arena);
}

void of_arena_clear(struct of_arena *arena)
{
	struct block *keep = arena->newest;

	if (keep != NULL) {
		while (keep->next != NULL) {
			struct block *next = keep->next;

			keep->next = next->next;
			arena->held -= next->size;
			free(next);
		}
		keep->used = 0;
	}
	arena->status = OF_OK;
}

struct of_arena_point of_arena_mark(const struct of_arena *arena)
{
	const struct block *block = arena->newest;

	return (struct of_arena_point){block, block != NULL ? block->used : 0};
}

void of_arena_release(struct of_arena *arena, struct of_arena_point mark)
{
	while (arena->newest != mark.block) {
		struct block *block = arena->newest;

		arena->newest = block->next;
		arena->held -= block->size;
		free(block);
	}
	if (arena->newest != NULL)
		arena->newest->used = mark.used;
}

void *of_arena_take(struct of_arena *arena, size_t count, size_t size)
{
	void *memory;

	if (size != 0 && count > PTRDIFF_MAX / 2 / size) {
		arena->status = OF_ENOMEM;
		return NULL;
	}
	memory = take_bytes(arena, count * size, alignof(max_align_t));
	if (memory != NULL)
		memset(memory, 0, count * size);
	return memory;
}

void *of_arena_take_raw(struct of_arena *arena, size_t size)
{
	return take_bytes(arena, size, alignof(max_align_t));
}

struct of_str of_arena_dup(struct of_arena *arena, struct of_str text)
{
	struct of_str copy = {NULL, 0};
	char *memory = take_bytes(arena, text.len + 1, 1);

	if (memory == NULL)
		return copy;
	if (text.len > 0)
		memcpy(memory, text.ptr, text.len);
	memory[text.len] = '\0';
	copy.ptr = memory;
	copy.len = text.len;
	return copy;
}

struct of_str of_arena_keep(struct of_arena *arena, const struct of_buf *buf)
{
	if (buf->status == OF_ENOMEM)
		arena->status = OF_ENOMEM;
	return of_arena_dup(arena, of_buf_str(buf));
}

size_t of_arena_size(const struct of_arena *arena)
{
	return arena->held;
}

enum of_status of_arena_status(const struct of_arena *arena, struct of_err *err)
{
	return arena->status == OF_OK ? OF_OK : of_err_set_nomem(err);
}
