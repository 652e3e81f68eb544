/*
 * Sets of keys for the plain reader: those seen, to find the one that stands
 * twice, and those wanted.
 */
#ifndef OF_YAML_PLAIN_KEYS_H
#define OF_YAML_PLAIN_KEYS_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#include "yaml/plain_scan.h"

#define OF_PLAIN_SEEN_MOST 8192 /* slots; a power of two */
#define OF_PLAIN_WANTED_MOST 64
#define OF_PLAIN_WANTED_SLOTS 256

struct of_plain_seen {
	uint32_t mask, room;
	uint32_t slots[OF_PLAIN_SEEN_MOST]; /* 0 is free; those past mask are not set */
};

struct of_plain_wanted {
	const struct of_str *keys;
	unsigned char slots[OF_PLAIN_WANTED_SLOTS]; /* index and 1; 0 is free */
};

static inline uint32_t of_plain_load32(const char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint64_t of_plain_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 32;
}

/* All bytes of a key shorter than a word, some twice. */
static inline uint64_t of_plain_load_short(struct of_str key)
{
	if (key.len >= 4)
		return (uint64_t)of_plain_load32(key.ptr) << 32 |
		       of_plain_load32(key.ptr + key.len - 4);
	if (key.len == 0)
		return 0;
	return (uint64_t)(unsigned char)key.ptr[0] << 16 |
	       (uint64_t)(unsigned char)key.ptr[key.len / 2] << 8 |
	       (unsigned char)key.ptr[key.len - 1];
}

/* map tells the keys of one mapping from those of another. *high: a byte is not ASCII. */
static inline uint64_t of_plain_hash(struct of_str key, uint32_t map, bool *high)
{
	uint64_t hash = of_plain_mix(map, key.len);
	uint64_t word, all = 0;

	for (size_t i = 0; i + 8 < key.len; i += 8) {
		word = of_plain_load(key.ptr + i);
		hash = of_plain_mix(hash, word);
		all |= word;
	}
	word = key.len >= 8 ? of_plain_load(key.ptr + key.len - 8) : of_plain_load_short(key);
	*high = ((all | word) & OF_PLAIN_HIGHS) != 0;
	return of_plain_mix(hash, word);
}

/* Makes room for the keys of so many bytes, within reason. */
void of_plain_seen_init(struct of_plain_seen *seen, size_t bytes);
/*
 * False when the key may have been there, or there is no room. "May", since
 * hashes are all that is kept: a false alarm costs a second reading.
 */
static inline bool of_plain_seen_add(struct of_plain_seen *seen, uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32) | 1;
	uint32_t at = (uint32_t)hash & seen->mask;

	if (seen->room == 0)
		return false;
	seen->room--;
	for (; seen->slots[at] != 0; at = (at + 1) & seen->mask)
		if (seen->slots[at] == tag)
			return false;
	seen->slots[at] = tag;
	return true;
}

/* keys is borrowed, and has OF_PLAIN_WANTED_MOST at most. */
void of_plain_wanted_init(
	struct of_plain_wanted *wanted, const struct of_str *keys, size_t count);
/* hash is of_plain_hash() of the key, map 0. */
bool of_plain_wanted_has(
	const struct of_plain_wanted *wanted, struct of_str key, uint64_t hash);

#endif
