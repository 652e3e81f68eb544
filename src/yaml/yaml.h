/*
 * YAML bytes to a tree of nodes that know where they stand, within limits.
 * Alone with libyaml's header. What most front matter is made of is read by a
 * short way; libyaml reads the rest, and says what is wrong.
 *
 * A scalar keeps its text as it was written; what it means (a date, a flag, a
 * number) is the reader's business. Aliases point at the node they name, so a
 * node may be reached twice; there are no cycles.
 */
#ifndef OF_YAML_YAML_H
#define OF_YAML_YAML_H

#include <outfeed/arena.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum of_yaml_type { OF_YAML_SCALAR, OF_YAML_LIST, OF_YAML_MAP };

struct of_yaml;

struct of_yaml_pair {
	struct of_str key; /* absent when the key is no scalar */
	unsigned line, column;
	const struct of_yaml *value;
};

/*
 * Immutable once parsed. It belongs to the arena; its text and its keys are the
 * arena's or part of the bytes that were parsed, and end in no NUL.
 */
/* Bytes of a text that count as one more node where an alias names it. */
#define OF_YAML_TEXT_WEIGHS 256

struct of_yaml {
	enum of_yaml_type type;
	bool plain;            /* a scalar without quotes, not a block scalar: it may be null */
	unsigned line, column; /* from 1 */
	unsigned height;       /* levels below this one */
	size_t weight; /* nodes in it, itself, each alias's expansion and long texts counted */
	struct of_str text;               /* of a scalar */
	const struct of_yaml **items;     /* of a list */
	const struct of_yaml_pair *pairs; /* of a map; keys are unique */
	size_t count;                     /* items or pairs */
	uint64_t keys;                    /* of a map: of_yaml_key_bit() of each key */
	const unsigned char *chains;      /* of a map that is looked into often; else NULL */
};

struct of_yaml_limits {
	unsigned nesting;
	size_t nodes;
	unsigned first_line; /* the number of the first line of bytes, from 1 */
	/*
	 * The keys of the root that the caller will look at, or NULL for all. Others
	 * may be missing from its pairs, and are then no part of its height and
	 * weight; they are checked, and count against the limits, all the same.
	 */
	const struct of_str *wanted;
	size_t n_wanted;
};

/*
 * Parses one document; *root is NULL when it is empty. bytes must live as long
 * as what the arena holds, since text is borrowed from them. A duplicate key is
 * a warning, and the last one wins. OF_EINPUT or OF_ELIMIT: err has the place.
 */
OF_MUST_CHECK enum of_status of_yaml_parse(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits,
	const struct of_reporter *reporter, struct of_err *err);

/*
 * The short way alone: one pass over what people and their tools write, which
 * is block mappings and block lists of plain, quoted and block scalars, one
 * document, the root a mapping at the left margin. False, and nothing reported,
 * for any other bytes: flow style other than [] and {}, anchors, aliases, tags,
 * directives, "? " keys, tabs, a key that stands twice, what passes a limit,
 * what is no YAML, no UTF-8 or no XML character. of_yaml_parse() has the word on those.
 */
bool of_yaml_parse_short(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits);

/* One of 64 places for a key. */
#define OF_YAML_PLACES 64

static inline unsigned of_yaml_key_place(struct of_str key)
{
	unsigned sum = (unsigned)key.len;

	if (key.len > 0)
		sum = sum * 11 + (unsigned char)key.ptr[0] * 7U +
		      (unsigned char)key.ptr[key.len - 1] * 3U;
	return sum % OF_YAML_PLACES;
}

/* A key whose bit a map has not set is not in it. */
static inline uint64_t of_yaml_key_bit(struct of_str key)
{
	return UINT64_C(1) << of_yaml_key_place(key);
}

/*
 * Makes the keys of a map, which has OF_YAML_CHAINED_MOST pairs at most, quick to
 * find: chains has OF_YAML_PLACES bytes and one for each pair, which need not be
 * set. A place is only looked at where the map has its bit.
 */
#define OF_YAML_CHAINED_MOST 255
void of_yaml_chain(struct of_yaml *map, unsigned char *chains);

/* True for NULL, for null, ~ and empty plain scalars, and for blank text. */
bool of_yaml_is_absent(const struct of_yaml *node);
/* The value of a key, "<<" merges looked through; NULL when node is no map or has none. */
const struct of_yaml *of_yaml_get(const struct of_yaml *node, struct of_str key);
/* The value at a dotted path, such as "link.href". */
const struct of_yaml *of_yaml_at(const struct of_yaml *root, struct of_str path);
/* True when the text of a scalar is true, yes or on in any usual spelling. */
bool of_yaml_is_true(const struct of_yaml *node);
bool of_yaml_is_false(const struct of_yaml *node);

#endif
