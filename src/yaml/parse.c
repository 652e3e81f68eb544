/*
 * libyaml's events to a tree. The open containers stand on a stack, the nodes
 * they have gathered on another, so that depth costs no recursion.
 */
#include "base/map.h"
#include "base/str.h"
#include "yaml/full.h"
#include <stdlib.h>
#include <yaml.h>

#define NESTING_MOST 256 /* of struct of_yaml_limits.nesting */
#define ANCHORS_MOST 1024

struct frame {
	struct of_yaml *node;
	struct of_str anchor;
	size_t base; /* where its gathered nodes begin */
};

struct anchor {
	struct of_str name;
	const struct of_yaml *node;
};

struct builder {
	struct of_arena *arena;
	const struct of_yaml_limits *limits;
	const struct of_reporter *reporter;
	struct of_err *err;
	struct frame frames[NESTING_MOST + 1];
	unsigned depth;
	const struct of_yaml **gathered;
	size_t n_gathered, cap_gathered;
	struct anchor *anchors;
	size_t n_anchors;
	size_t weight; /* of everything so far */
	const struct of_yaml *root;
	unsigned documents;
};

static unsigned line_of(const struct builder *b, yaml_mark_t mark)
{
	return (unsigned)mark.line + b->limits->first_line;
}

static unsigned column_of(yaml_mark_t mark)
{
	return (unsigned)mark.column + 1;
}

static enum of_status fail_limit(struct builder *b, yaml_mark_t mark, const char *what)
{
	return of_err_set_at(b->err, OF_ELIMIT, line_of(b, mark), column_of(mark), "%s", what);
}

static struct of_yaml *make_node(struct builder *b, enum of_yaml_type type, yaml_mark_t mark)
{
	struct of_yaml *node = of_arena_take(b->arena, 1, sizeof(*node));

	if (node == NULL) {
		of_err_set_nomem(b->err);
		return NULL;
	}
	node->type = type;
	node->line = line_of(b, mark);
	node->column = column_of(mark);
	node->weight = 1;
	return node;
}

/* The last of several anchors of one name is the one that aliases mean. */
static enum of_status remember(
	struct builder *b, struct of_str name, const struct of_yaml *node, yaml_mark_t mark)
{
	if (name.len == 0)
		return OF_OK;
	if (b->anchors == NULL)
		b->anchors = of_arena_take(b->arena, ANCHORS_MOST, sizeof(*b->anchors));
	if (b->anchors == NULL)
		return of_err_set_nomem(b->err);
	if (b->n_anchors == ANCHORS_MOST)
		return fail_limit(b, mark, "more than 1,024 anchors: use fewer");
	b->anchors[b->n_anchors++] = (struct anchor){name, node};
	return OF_OK;
}

static enum of_status gather(struct builder *b, const struct of_yaml *node)
{
	if (b->n_gathered == b->cap_gathered) {
		size_t cap = b->cap_gathered == 0 ? 256 : b->cap_gathered * 2;
		const struct of_yaml **grown = realloc(b->gathered, cap * sizeof(*b->gathered));

		if (grown == NULL)
			return of_err_set_nomem(b->err);
		b->gathered = grown;
		b->cap_gathered = cap;
	}
	b->gathered[b->n_gathered++] = node;
	return OF_OK;
}

/* Counts nodes as they come, an alias with all that it stands for. */
static enum of_status charge(struct builder *b, size_t weight, yaml_mark_t mark)
{
	if (weight > b->limits->nodes - b->weight)
		return fail_limit(b, mark,
			"too many YAML nodes, aliases expanded: simplify the front matter");
	b->weight += weight;
	return OF_OK;
}

/* A whole node is there: into its container, or it is the root. */
static enum of_status add_node(struct builder *b, const struct of_yaml *node)
{
	if (b->depth > 0)
		return gather(b, node);
	b->root = node;
	return OF_OK;
}

static struct of_str dup_bytes(struct builder *b, const yaml_char_t *bytes, size_t len)
{
	return of_arena_dup(b->arena, (struct of_str){(const char *)bytes, len});
}

static struct of_str dup_anchor(struct builder *b, const yaml_char_t *name)
{
	struct of_str absent = {NULL, 0};

	return name != NULL ? dup_bytes(b, name, strlen((const char *)name)) : absent;
}

static enum of_status on_scalar(struct builder *b, const yaml_event_t *event)
{
	struct of_yaml *node = make_node(b, OF_YAML_SCALAR, event->start_mark);
	struct of_str anchor = dup_anchor(b, event->data.scalar.anchor);
	enum of_status status;

	if (node == NULL)
		return OF_ENOMEM;
	node->text = dup_bytes(b, event->data.scalar.value, event->data.scalar.length);
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->weight += node->text.len / OF_YAML_TEXT_WEIGHS;
	status = remember(b, anchor, node, event->start_mark);
	if (status == OF_OK)
		status = charge(b, 1, event->start_mark);
	return status == OF_OK ? add_node(b, node) : status;
}

static enum of_status on_alias(struct builder *b, const yaml_event_t *event)
{
	struct of_str name = of_str_from((const char *)event->data.alias.anchor);
	const struct of_yaml *node = NULL;
	enum of_status status;

	for (size_t i = b->n_anchors; i > 0 && node == NULL; i--)
		if (of_str_equal(b->anchors[i - 1].name, name))
			node = b->anchors[i - 1].node;
	if (node == NULL)
		return of_err_set_at(b->err, OF_EINPUT, line_of(b, event->start_mark),
			column_of(event->start_mark),
			"no anchor &%.100s stands before this alias: write the value itself",
			name.ptr);
	if (b->depth + node->height > b->limits->nesting)
		return fail_limit(b, event->start_mark,
			"nested too deep, aliases expanded: flatten the front matter");
	status = charge(b, node->weight, event->start_mark);
	return status == OF_OK ? add_node(b, node) : status;
}

static enum of_status on_open(struct builder *b, enum of_yaml_type type,
	const yaml_event_t *event, const yaml_char_t *anchor)
{
	struct of_yaml *node = make_node(b, type, event->start_mark);

	if (node == NULL)
		return OF_ENOMEM;
	if (b->depth >= b->limits->nesting || b->depth >= NESTING_MOST)
		return of_err_set_at(b->err, OF_ELIMIT, node->line, node->column,
			"nested more than %u levels deep: flatten the front matter",
			b->limits->nesting);
	b->frames[b->depth++] = (struct frame){node, dup_anchor(b, anchor), b->n_gathered};
	return charge(b, 1, event->start_mark);
}

/* Counts what a container holds; an anchored one may be expanded later by its weight. */
static void weigh(struct of_yaml *node, const struct of_yaml *child)
{
	node->weight += child->weight;
	if (child->height + 1 > node->height)
		node->height = child->height + 1;
}

static enum of_status close_list(struct builder *b, struct of_yaml *node,
	const struct of_yaml *const *children, size_t count)
{
	node->items = of_arena_take(b->arena, count, sizeof(*node->items));
	if (node->items == NULL)
		return of_err_set_nomem(b->err);
	node->count = count;
	for (size_t i = 0; i < count; i++) {
		node->items[i] = children[i];
		weigh(node, children[i]);
	}
	return OF_OK;
}

/* The last of equal keys wins, in the place of the first. */
static enum of_status put_pair(struct builder *b, struct of_map *seen, struct of_yaml *node,
	struct of_yaml_pair *pairs, struct of_yaml_pair pair)
{
	size_t *at = of_map_get(seen, pair.key);

	if (at != NULL) {
		of_report_warning(b->reporter, pair.line, pair.column,
			"the key '%.*s' stands here for the second time (first in line %u): "
			"this one is used, remove the other",
			(int)(pair.key.len < 100 ? pair.key.len : 100), pair.key.ptr,
			pairs[*at].line);
		pairs[*at] = pair;
		return OF_OK;
	}
	pairs[node->count] = pair;
	node->keys |= of_yaml_key_bit(pair.key);
	return of_map_put(seen, pair.key, node->count++, b->err);
}

static enum of_status close_map(struct builder *b, struct of_yaml *node,
	const struct of_yaml *const *children, size_t count)
{
	struct of_yaml_pair *pairs = of_arena_take(b->arena, count / 2, sizeof(*pairs));
	struct of_map seen = {0};
	enum of_status status = OF_OK;

	if (pairs == NULL)
		return of_err_set_nomem(b->err);
	for (size_t i = 0; i + 1 < count && status == OF_OK; i += 2) {
		struct of_str key = {NULL, 0};

		if (children[i]->type == OF_YAML_SCALAR)
			key = children[i]->text;
		weigh(node, children[i]);
		weigh(node, children[i + 1]);
		status = put_pair(b, &seen, node, pairs,
			(struct of_yaml_pair){
				key, children[i]->line, children[i]->column, children[i + 1]});
	}
	node->pairs = pairs;
	of_map_finish(&seen);
	return status;
}

static enum of_status on_close(struct builder *b, const yaml_event_t *event)
{
	struct frame frame = b->frames[--b->depth];
	size_t count = b->n_gathered - frame.base;
	const struct of_yaml *const *children = count > 0 ? b->gathered + frame.base : NULL;
	enum of_status status;

	if (frame.node->type == OF_YAML_LIST)
		status = close_list(b, frame.node, children, count);
	else
		status = close_map(b, frame.node, children, count);
	b->n_gathered = frame.base;
	if (status == OF_OK)
		status = remember(b, frame.anchor, frame.node, event->start_mark);
	if (status != OF_OK)
		return status;
	return add_node(b, frame.node);
}

static enum of_status on_document(struct builder *b, const yaml_event_t *event)
{
	if (b->documents++ == 0)
		return OF_OK;
	return of_err_set_at(b->err, OF_EINPUT, line_of(b, event->start_mark),
		column_of(event->start_mark),
		"a second YAML document begins here: keep one, between one pair of --- lines");
}

static enum of_status on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, event);
	case YAML_ALIAS_EVENT:
		return on_alias(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, OF_YAML_LIST, event, event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, OF_YAML_MAP, event, event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(b, event);
	case YAML_DOCUMENT_START_EVENT:
		return on_document(b, event);
	default:
		return OF_OK;
	}
}

/* libyaml says what it did not find; add what usually is the cause. */
static enum of_status fail_parse(struct builder *b, const yaml_parser_t *parser)
{
	yaml_mark_t mark = parser->problem_mark;
	const char *problem = parser->problem != NULL ? parser->problem : "unknown problem";

	if (parser->error == YAML_MEMORY_ERROR)
		return of_err_set_nomem(b->err);
	if (parser->error == YAML_READER_ERROR)
		mark = parser->mark;
	return of_err_set_at(b->err, OF_EINPUT, line_of(b, mark), column_of(mark),
		"not YAML: %s%s%s: mend it there, or quote the value", problem,
		parser->context != NULL ? " " : "",
		parser->context != NULL ? parser->context : "");
}

static enum of_status run(struct builder *b, yaml_parser_t *parser)
{
	enum of_status status = OF_OK;
	bool ended = false;
	yaml_event_t event;

	while (!ended && status == OF_OK) {
		if (!yaml_parser_parse(parser, &event))
			return fail_parse(b, parser);
		ended = event.type == YAML_STREAM_END_EVENT;
		status = on_event(b, &event);
		yaml_event_delete(&event);
	}
	return status != OF_OK ? status : of_arena_status(b->arena, b->err);
}

enum of_status of_yaml_read_full(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits,
	const struct of_reporter *reporter, struct of_err *err)
{
	struct builder b = {.arena = arena, .limits = limits, .reporter = reporter, .err = err};
	yaml_parser_t parser;
	enum of_status status;

	*root = NULL;
	if (!yaml_parser_initialize(&parser))
		return of_err_set_nomem(err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser,
		(const unsigned char *)(bytes.ptr != NULL ? bytes.ptr : ""), bytes.len);
	status = run(&b, &parser);
	yaml_parser_delete(&parser);
	free(b.gathered);
	if (status == OF_OK)
		*root = b.root;
	return status;
}

enum of_status of_yaml_parse(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits,
	const struct of_reporter *reporter, struct of_err *err)
{
	if (of_yaml_parse_short(root, arena, bytes, limits))
		return OF_OK;
	return of_yaml_read_full(root, arena, bytes, limits, reporter, err);
}
