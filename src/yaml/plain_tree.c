#include "yaml/plain_tree.h"

#include "base/str.h"
#include <stdlib.h>

#define NODES_AT_ONCE 16
#define CHAINED_LEAST 8 /* pairs; fewer are soon looked through */

bool of_plain_init(struct of_plain *p, struct of_arena *arena, struct of_str bytes,
	const struct of_yaml_limits *limits)
{
	p->gathered = p->gathered_first;
	if (!of_plain_mark(&p->marks, bytes))
		return false;
	if (limits->nodes == 0)
		return false;
	p->arena = arena;
	p->limits = limits;
	p->line = limits->first_line - 1;
	p->top = p->open;
	*p->top = (struct of_plain_open){.column = -1, .kept = true};
	p->mappings = 0;
	p->room = limits->nodes - 1; /* the root is one */
	p->n_spare = 0;
	p->n_gathered = 0;
	p->cap_gathered = OF_PLAIN_GATHERED_FIRST;
	p->filtered = NULL;
	if (limits->wanted != NULL && limits->n_wanted <= OF_PLAIN_WANTED_MOST) {
		p->filtered = &p->open[1];
		of_plain_wanted_init(&p->wanted, limits->wanted, limits->n_wanted);
	}
	of_plain_seen_init(&p->seen, bytes.len);
	return true;
}

void of_plain_finish(struct of_plain *p)
{
	of_plain_marks_finish(&p->marks);
	if (p->gathered != p->gathered_first)
		free(p->gathered);
}

/* The characters of a line before at. */
unsigned of_plain_count(const char *start, const char *at)
{
	size_t count = (size_t)(at - start);

	for (const char *c = start; c < at; c++)
		count -= ((unsigned char)*c & 0xC0) == 0x80;
	return (unsigned)count;
}

bool of_plain_make_spare(struct of_plain *p)
{
	p->spare = of_arena_take(p->arena, NODES_AT_ONCE, sizeof(*p->spare));
	p->n_spare = p->spare != NULL ? NODES_AT_ONCE : 0;
	return p->spare != NULL;
}

bool of_plain_grow(struct of_plain *p)
{
	size_t cap = p->cap_gathered * 2;
	bool first = p->gathered == p->gathered_first;
	struct of_yaml_pair *grown = realloc(first ? NULL : p->gathered, cap * sizeof(*grown));

	if (grown == NULL)
		return false;
	if (first)
		memcpy(grown, p->gathered, p->n_gathered * sizeof(*grown));
	p->gathered = grown;
	p->cap_gathered = cap;
	return true;
}

static bool fill_list(
	struct of_plain *p, struct of_yaml *node, const struct of_yaml_pair *pairs)
{
	node->items = of_arena_take_raw(p->arena, node->count * sizeof(*node->items));
	if (node->items == NULL)
		return false;
	for (size_t i = 0; i < node->count; i++)
		node->items[i] = pairs[i].value;
	return true;
}

static bool fill_map(struct of_plain *p, struct of_yaml *node, const struct of_yaml_pair *pairs)
{
	bool chained = node->count >= CHAINED_LEAST && node->count <= OF_YAML_CHAINED_MOST;
	size_t size = node->count * sizeof(*pairs);
	struct of_yaml_pair *own = of_arena_take_raw(
		p->arena, size + (chained ? OF_YAML_PLACES + node->count : 0));

	if (own == NULL)
		return false;
	memcpy(own, pairs, size);
	node->pairs = own;
	node->weight += node->count;
	if (chained)
		of_yaml_chain(node, (unsigned char *)(own + node->count));
	else
		for (size_t i = 0; i < node->count; i++)
			node->keys |= of_yaml_key_bit(own[i].key);
	return true;
}

static bool fill(struct of_plain *p, struct of_yaml *node, size_t base)
{
	const struct of_yaml_pair *pairs = p->gathered + base;

	node->count = p->n_gathered - base;
	p->n_gathered = base;
	for (size_t i = 0; i < node->count; i++) {
		node->weight += pairs[i].value->weight + pairs[i].key.len / OF_YAML_TEXT_WEIGHS;
		if (pairs[i].value->height >= node->height)
			node->height = pairs[i].value->height + 1;
	}
	return node->type == OF_YAML_LIST ? fill_list(p, node, pairs)
					  : fill_map(p, node, pairs);
}

/* A node for a container at at where it is wanted; *node is NULL otherwise. */
static bool make_container(
	struct of_plain *p, struct of_yaml **node, enum of_yaml_type type, const char *at)
{
	*node = NULL;
	if (of_plain_depth(p) >= p->limits->nesting)
		return false;
	if (!p->top->kept)
		return true;
	*node = of_plain_make_node(p, type, p->line, of_plain_column(p->line_start, at));
	return *node != NULL;
}

bool of_plain_begin(struct of_plain *p, bool list, bool level, const char *at)
{
	struct of_yaml *node;

	if (of_plain_depth(p) == OF_PLAIN_DEPTH_MOST ||
		!make_container(p, &node, list ? OF_YAML_LIST : OF_YAML_MAP, at))
		return false;
	*++p->top = (struct of_plain_open){.node = node,
		.column = at - p->line_start,
		.seed = list ? 0 : of_plain_hash_seed(p->mappings++),
		.list = list,
		.level = level,
		.kept = node != NULL,
		.base = p->n_gathered};
	return true;
}

bool of_plain_give_empty(struct of_plain *p, bool list, const char *at)
{
	struct of_yaml *node;

	if (!make_container(p, &node, list ? OF_YAML_LIST : OF_YAML_MAP, at) ||
		(node != NULL && !fill(p, node, p->n_gathered)))
		return false;
	of_plain_give(p, node);
	return true;
}

bool of_plain_give_null(struct of_plain *p)
{
	const struct of_plain_open *top = p->top;
	struct of_yaml *node = NULL;

	if (top->kept) {
		node = of_plain_make_node(p, OF_YAML_SCALAR, p->null_line,
			of_plain_column(p->null_start, p->null_at));
		if (node == NULL)
			return false;
		node->text = (struct of_str){"", 0};
		node->plain = true;
	}
	of_plain_give(p, node);
	return true;
}

bool of_plain_close(struct of_plain *p)
{
	struct of_plain_open *top = p->top;

	if (top->pending && !of_plain_give_null(p))
		return false;
	if (top->node != NULL && !fill(p, top->node, top->base))
		return false;
	p->top--;
	if (p->top != p->open)
		of_plain_give(p, top->node);
	return true;
}
