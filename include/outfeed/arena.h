/*
 * Memory that lives as long as one item, one feed or one run.
 *
 * Everything taken from an arena is freed at once by of_arena_free() or
 * of_arena_clear(). When memory runs out, the allocating call gives NULL (or
 * an absent string) and of_arena_status() says OF_ENOMEM from then on, so that
 * a maker of many small strings may check once at its end.
 *
 * Not thread-safe: each worker has an arena of its own.
 */
#ifndef OUTFEED_ARENA_H
#define OUTFEED_ARENA_H

#include <outfeed/err.h>
#include <outfeed/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_arena;
struct of_buf;

/* NULL when there is no memory. */
struct of_arena *of_arena_new(void);
/* Accepts NULL. */
void of_arena_free(struct of_arena *arena);
/* Frees what was taken and keeps a first block for the next use. */
void of_arena_clear(struct of_arena *arena);

/* How much was taken by then. */
struct of_arena_point {
	const void *block;
	size_t used;
};
struct of_arena_point of_arena_mark(const struct of_arena *arena);
/* Frees what was taken since; the mark is the arena's, and of after its last clear. */
void of_arena_release(struct of_arena *arena, struct of_arena_point mark);

/* Zeroed memory for count elements of size bytes, aligned for any type. */
void *of_arena_take(struct of_arena *arena, size_t count, size_t size);
/* The same, not zeroed: size bytes. */
void *of_arena_take_raw(struct of_arena *arena, size_t size);
/* A copy that the arena owns, followed by a NUL that len does not count. */
struct of_str of_arena_dup(struct of_arena *arena, struct of_str text);
/* A copy of what a buffer holds; one that got no memory has left the arena without, too. */
struct of_str of_arena_keep(struct of_arena *arena, const struct of_buf *buf);

/* Bytes held from the system. */
size_t of_arena_size(const struct of_arena *arena);
OF_MUST_CHECK enum of_status of_arena_status(const struct of_arena *arena, struct of_err *err);

#ifdef __cplusplus
}
#endif
#endif
