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
	uint16_t slots[OF_PLAIN_SEEN_MOST]; /* 0 is free; those past mask are not set */
};

struct of_plain_wanted {
	const struct of_str *keys;
	unsigned char slots[OF_PLAIN_WANTED_SLOTS]; /* index and 1; 0 is free */
};

static inline uint64_t of_plain_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 32;
}

/* What the keys of a mapping begin with, to tell them from those of another. */
static inline uint64_t of_plain_hash_seed(uint32_t map)
{
	return of_plain_mix(0, map);
}

static inline uint64_t of_plain_load_part(const char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return le32toh(word);
}

/* A key of less than a word, with zeros behind it; bytes that are read twice agree. */
static inline uint64_t of_plain_load_short(struct of_str key)
{
	uint64_t word = 0;

	if (key.len >= 4)
		return of_plain_load_part(key.ptr) | of_plain_load_part(key.ptr + key.len - 4)
							     << (key.len - 4) * 8;
	for (size_t i = 0; i < key.len; i++)
		word |= (uint64_t)(unsigned char)key.ptr[i] << i * 8;
	return word;
}

static inline uint64_t of_plain_hash(struct of_str key, uint64_t seed)
{
	uint64_t hash = seed + key.len;

	if (key.len < 8)
		return of_plain_mix(hash, of_plain_load_short(key));
	for (size_t left = key.len; left > 8; left -= 8)
		hash = of_plain_mix(hash, of_plain_load(key.ptr + key.len - left));
	return of_plain_mix(hash, of_plain_load(key.ptr + key.len - 8));
}

/* Makes room for the keys of so many bytes, within reason. */
void of_plain_seen_init(struct of_plain_seen *seen, size_t bytes);
/*
 * False when the key may have been there, or there is no room. "May", since
 * hashes are all that is kept: a false alarm costs a second reading.
 */
static inline bool of_plain_seen_add(struct of_plain_seen *seen, uint64_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 48 | 1);
	uint32_t at = (uint32_t)hash & seen->mask;

	if (seen->room-- == 0)
		return false;
	for (; seen->slots[at] != 0; at = (at + 1) & seen->mask)
		if (seen->slots[at] == tag)
			return false;
	seen->slots[at] = tag;
	return true;
}

/* keys is borrowed, and has OF_PLAIN_WANTED_MOST at most. */
void of_plain_wanted_init(
	struct of_plain_wanted *wanted, const struct of_str *keys, size_t count);
/* hash is of_plain_hash() of the key in the first mapping. */
bool of_plain_wanted_has(
	const struct of_plain_wanted *wanted, struct of_str key, uint64_t hash);

#endif
