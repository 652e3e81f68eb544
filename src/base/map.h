/*
 * A map from text to a number, for interning. Keys are borrowed.
 */
#ifndef OF_BASE_MAP_H
#define OF_BASE_MAP_H

#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

struct of_map_slot {
	struct of_str key;
	uint64_t hash;
	size_t value;
	bool used;
};

struct of_map {
	struct of_map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t count;
};

/* A zeroed struct of_map is empty and ready. */
void of_map_finish(struct of_map *map);
/* The value of key, or NULL; valid until the next of_map_put(). */
size_t *of_map_get(const struct of_map *map, struct of_str key);
/* Adds a key that is not there yet; it must outlive the map. */
OF_MUST_CHECK enum of_status of_map_put(
	struct of_map *map, struct of_str key, size_t value, struct of_err *err);

#endif
