/*
 * The plain reader beside libyaml: what the one accepts, the other must accept,
 * with an equal tree. Shared by the tests and the fuzzer.
 */
#ifndef YAML_COMPARE_H
#define YAML_COMPARE_H

#include "base/str.h"
#include "yaml/full.h"
#include <outfeed/item.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct comparer {
	struct of_arena *plain, *filtered, *full;
	struct of_yaml_limits limits; /* without wanted */
	const struct of_str *wanted;
	size_t n_wanted;
	const char *why; /* the first difference */
};

static inline void comparer_init(
	struct comparer *c, const struct of_str *wanted, size_t n_wanted)
{
	*c = (struct comparer){.plain = of_arena_new(),
		.filtered = of_arena_new(),
		.full = of_arena_new(),
		.limits = {OF_LIMIT_NESTING, OF_LIMIT_NODES, 1, NULL, 0},
		.wanted = wanted,
		.n_wanted = n_wanted};
	if (c->plain == NULL || c->filtered == NULL || c->full == NULL)
		abort();
}

static inline void comparer_finish(struct comparer *c)
{
	of_arena_free(c->plain);
	of_arena_free(c->filtered);
	of_arena_free(c->full);
}

static inline bool differ(struct comparer *c, const char *why)
{
	c->why = why;
	return false;
}

static inline bool compare_nodes(
	struct comparer *c, const struct of_yaml *a, const struct of_yaml *b)
{
	if (a->type != b->type)
		return differ(c, "type");
	if (a->line != b->line)
		return differ(c, "line");
	if (a->column != b->column)
		return differ(c, "column");
	if (a->plain != b->plain)
		return differ(c, "plain");
	if (!of_str_equal(a->text, b->text))
		return differ(c, "text");
	if (a->count != b->count)
		return differ(c, "count");
	if (a->height != b->height)
		return differ(c, "height");
	if (a->weight != b->weight)
		return differ(c, "weight");
	if (a->keys != b->keys)
		return differ(c, "key bits");
	for (size_t i = 0; i < a->count; i++) {
		if (a->type == OF_YAML_LIST) {
			if (!compare_nodes(c, a->items[i], b->items[i]))
				return false;
			continue;
		}
		if (!of_str_equal(a->pairs[i].key, b->pairs[i].key))
			return differ(c, "key");
		if (a->pairs[i].line != b->pairs[i].line ||
			a->pairs[i].column != b->pairs[i].column)
			return differ(c, "place of a key");
		if (!compare_nodes(c, a->pairs[i].value, b->pairs[i].value))
			return false;
	}
	return true;
}

static inline bool is_wanted(const struct comparer *c, struct of_str key)
{
	for (size_t i = 0; i < c->n_wanted; i++)
		if (of_str_equal(c->wanted[i], key))
			return true;
	return false;
}

/* What the filter should have left of a whole tree. */
static inline struct of_yaml filter_root(struct comparer *c, const struct of_yaml *whole)
{
	struct of_yaml root = *whole;
	struct of_yaml_pair *pairs = of_arena_take(c->full, whole->count, sizeof(*pairs));

	root.pairs = pairs;
	root.count = 0;
	root.height = 0;
	root.weight = 1;
	root.keys = 0;
	root.chains = NULL;
	for (size_t i = 0; i < whole->count && pairs != NULL; i++) {
		const struct of_yaml *value = whole->pairs[i].value;

		if (!is_wanted(c, whole->pairs[i].key))
			continue;
		pairs[root.count++] = whole->pairs[i];
		root.weight +=
			1 + value->weight + whole->pairs[i].key.len / OF_YAML_TEXT_WEIGHS;
		root.keys |= of_yaml_key_bit(whole->pairs[i].key);
		if (value->height >= root.height)
			root.height = value->height + 1;
	}
	return root;
}

/* False when the readers disagree. */
static inline bool compare_readers(struct comparer *c, struct of_str bytes, bool *accepted)
{
	const struct of_yaml *plain = NULL, *filtered = NULL, *full = NULL;
	const struct of_reporter silent = {NULL, NULL, ""};
	struct of_yaml_limits filter = c->limits;
	struct of_err err = {0};
	struct of_yaml rest;

	filter.wanted = c->wanted;
	filter.n_wanted = c->n_wanted;
	of_arena_clear(c->plain);
	of_arena_clear(c->filtered);
	*accepted = of_yaml_parse_short(&plain, c->plain, bytes, &c->limits);
	if (of_yaml_parse_short(&filtered, c->filtered, bytes, &filter) != *accepted)
		return differ(c, "the filter changes what is accepted");
	if (!*accepted)
		return true;
	of_arena_clear(c->full);
	if (of_yaml_read_full(&full, c->full, bytes, &c->limits, &silent, &err) != OF_OK)
		return differ(c, "libyaml refuses it");
	if (full == NULL || full->type != OF_YAML_MAP)
		return differ(c, "libyaml sees no mapping");
	if (!compare_nodes(c, plain, full))
		return false;
	rest = filter_root(c, full);
	return compare_nodes(c, filtered, &rest);
}

#endif
