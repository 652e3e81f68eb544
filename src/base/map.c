#include "base/map.h"

#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include <stdlib.h>

#define CAP_FIRST 8 /* most maps are of one item's few keys */

void of_map_finish(struct of_map *map)
{
	free(map->slots);
	*map = (struct of_map){0};
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 32;
}

/* Eight bytes at a time, of which the last may be some of those before: no hash is kept. */
static uint64_t hash_of(struct of_str key)
{
	uint64_t hash = key.len;

	if (key.len < OF_WORD_SIZE)
		return mix(hash, of_str_hash(key));
	for (size_t left = key.len; left > OF_WORD_SIZE; left -= OF_WORD_SIZE)
		hash = mix(hash, of_word_load(key.ptr + key.len - left));
	return mix(hash, of_word_load(key.ptr + key.len - OF_WORD_SIZE));
}

/* The slot of key, or the free one where it would go; the map is never full. */
static struct of_map_slot *find(const struct of_map *map, struct of_str key, uint64_t hash)
{
	size_t at = (size_t)hash & (map->cap - 1);

	while (map->slots[at].used &&
		(map->slots[at].hash != hash || !of_str_equal(map->slots[at].key, key)))
		at = (at + 1) & (map->cap - 1);
	return &map->slots[at];
}

size_t *of_map_get(const struct of_map *map, struct of_str key)
{
	struct of_map_slot *slot;

	if (map->cap == 0)
		return NULL;
	slot = find(map, key, hash_of(key));
	return slot->used ? &slot->value : NULL;
}

static enum of_status grow(struct of_map *map, struct of_err *err)
{
	struct of_map grown = {
		.cap = map->cap == 0 ? CAP_FIRST : map->cap * 2, .count = map->count};

	grown.slots = calloc(grown.cap, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < map->cap; i++)
		if (map->slots[i].used)
			*find(&grown, map->slots[i].key, map->slots[i].hash) = map->slots[i];
	free(map->slots);
	*map = grown;
	return OF_OK;
}

enum of_status of_map_put(
	struct of_map *map, struct of_str key, size_t value, struct of_err *err)
{
	uint64_t hash = hash_of(key);

	if (map->count >= map->cap / 4 * 3 && grow(map, err) != OF_OK)
		return OF_ENOMEM;
	*find(map, key, hash) = (struct of_map_slot){key, hash, value, true};
	map->count++;
	return OF_OK;
}
