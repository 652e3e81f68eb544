/*
 * What the plain reader has open and what it has gathered. Open containers
 * stand on a stack, outermost first, each at a column; what they hold stands on
 * another until they close. Of what nobody wants only the count is kept.
 */
#ifndef OF_YAML_PLAIN_TREE_H
#define OF_YAML_PLAIN_TREE_H

#include "yaml/plain_keys.h"
#include "yaml/plain_marks.h"
#include "yaml/yaml.h"

#define OF_PLAIN_DEPTH_MOST 32
#define OF_PLAIN_GATHERED_FIRST 128

struct of_plain_open {
	struct of_yaml *node; /* NULL when nobody wants it */
	ptrdiff_t column;
	uint64_t seed; /* of a mapping's keys */
	bool list;
	bool level;     /* a list in the column of its own key */
	bool pending;   /* a value is to come, or is null */
	bool kept;      /* what is to come is wanted */
	size_t awaited; /* what is to come goes there, if it is kept */
	size_t base;    /* where its gathered pairs begin */
};

struct of_plain {
	struct of_arena *arena;
	const struct of_yaml_limits *limits;
	const char *line_start;
	const char *text; /* the first byte of the line that is no space */
	unsigned line;
	/* where a null would stand: at null_at of the line that begins at null_start */
	const char *null_start, *null_at;
	unsigned null_line;
	uint32_t mappings;
	size_t room; /* for nodes */
	struct of_yaml *spare;
	unsigned n_spare;
	struct of_yaml_pair *gathered; /* of lists too: then without a key */
	size_t n_gathered, cap_gathered;
	const struct of_plain_open *filtered; /* the root, or NULL when all is wanted */
	struct of_plain_wanted wanted;
	struct of_plain_open *top;
	struct of_plain_open open[1 + OF_PLAIN_DEPTH_MOST]; /* the first is no container */
	struct of_yaml_pair gathered_first[OF_PLAIN_GATHERED_FIRST];
	struct of_plain_marks marks;
	struct of_plain_seen seen;
};

/* False when the bytes are not clean, or there is no memory. */
bool of_plain_init(struct of_plain *p, struct of_arena *arena, struct of_str bytes,
	const struct of_yaml_limits *limits);
/* Also after a failure. */
void of_plain_finish(struct of_plain *p);

/* Each gives false when there is no memory, or no room within the limits. */
bool of_plain_begin(struct of_plain *p, bool list, bool level, const char *at);
bool of_plain_close(struct of_plain *p);
/* An empty list or map as the value that the innermost container waits for. */
bool of_plain_give_empty(struct of_plain *p, bool list, const char *at);
bool of_plain_give_null(struct of_plain *p);
bool of_plain_grow(struct of_plain *p);
bool of_plain_make_spare(struct of_plain *p);

static inline struct of_yaml *of_plain_make_node(
	struct of_plain *p, enum of_yaml_type type, unsigned line, unsigned column)
{
	struct of_yaml *node;

	if (p->n_spare == 0 && !of_plain_make_spare(p))
		return NULL;
	p->n_spare--;
	node = p->spare++;
	node->type = type;
	node->line = line;
	node->column = column;
	node->weight = 1;
	return node;
}

/* Of open containers. */
static inline size_t of_plain_depth(const struct of_plain *p)
{
	return (size_t)(p->top - p->open);
}

unsigned of_plain_count(const char *start, const char *at);

/* True when all of the bytes are ASCII; those that are looked at twice do no harm. */
static inline bool of_plain_is_ascii(const char *start, const char *end)
{
	uint64_t bytes = 0;

	if (end - start < 8) {
		for (const char *at = start; at < end; at++)
			bytes |= (unsigned char)*at;
		return bytes < 0x80;
	}
	for (const char *at = start; end - at > 8; at += 8)
		bytes |= of_plain_load(at);
	return ((bytes | of_plain_load(end - 8)) & OF_PLAIN_HIGHS) == 0;
}

/* Of a byte of the line that begins at start; from 1, in characters. */
static inline unsigned of_plain_column(const char *start, const char *at)
{
	return 1 + (of_plain_is_ascii(start, at) ? (unsigned)(at - start)
						 : of_plain_count(start, at));
}

/* Counts nodes: a key with its value whatever that will be, an entry of a list. */
static inline bool of_plain_charge(struct of_plain *p, size_t nodes)
{
	if (p->room < nodes)
		return false;
	p->room -= nodes;
	return true;
}

/* A value is to come for what of_plain_gather() has made a place; null_at is where it began. */
static inline void of_plain_await(struct of_plain *p, const char *null_at)
{
	p->top->pending = true;
	p->null_line = p->line;
	p->null_start = p->line_start;
	p->null_at = null_at;
}

/* A place in the innermost container for a key at at, or an absent one, and its value. */
static inline bool of_plain_gather(struct of_plain *p, struct of_str key, const char *at)
{
	struct of_plain_open *top = p->top;

	if (!top->kept)
		return true;
	if (p->n_gathered == p->cap_gathered && !of_plain_grow(p))
		return false;
	top->awaited = p->n_gathered++;
	p->gathered[top->awaited] = (struct of_yaml_pair){
		key, p->line, key.ptr != NULL ? (unsigned)(at - p->line_start) + 1 : 0, NULL};
	return true;
}

/* The value of what was gathered last in the innermost container. */
static inline void of_plain_give(struct of_plain *p, const struct of_yaml *value)
{
	struct of_plain_open *top = p->top;

	top->pending = false;
	if (top->kept)
		p->gathered[top->awaited].value = value;
}

/* The same, a scalar that stands at at. */
static inline bool of_plain_give_text(
	struct of_plain *p, struct of_str text, bool plain, const char *at)
{
	struct of_plain_open *top = p->top;
	struct of_yaml *node;

	top->pending = false;
	if (!top->kept)
		return true;
	node = of_plain_make_node(
		p, OF_YAML_SCALAR, p->line, of_plain_column(p->line_start, at));
	if (node == NULL)
		return false;
	node->text = text;
	node->weight += text.len / OF_YAML_TEXT_WEIGHS;
	node->plain = plain;
	p->gathered[top->awaited].value = node;
	return true;
}

#endif
