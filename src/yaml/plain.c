/*
 * The plain reader, line by line. Open containers stand on a stack, outermost
 * first, each at a column; what they have gathered stands on another. Where a
 * line begins says which containers it closes, and which it belongs to.
 */
#include "yaml/plain.h"

#include "base/str.h"
#include "yaml/plain_keys.h"
#include "yaml/plain_scan.h"
#include <stdlib.h>

#define DEPTH_MOST 32
#define KEY_MOST 1000 /* YAML's own is 1,024 characters */
#define GATHERED_FIRST 128
#define NODES_AT_ONCE 16

/* What may begin a plain scalar; "-" may too, where no space follows it. */
#define INDICATORS                                                                           \
	(UINT64_C(1) << '-' | UINT64_C(1) << '?' | UINT64_C(1) << ':' | UINT64_C(1) << ',' | \
		UINT64_C(1) << '#' | UINT64_C(1) << '&' | UINT64_C(1) << '*' |               \
		UINT64_C(1) << '!' | UINT64_C(1) << '>' | UINT64_C(1) << '\'' |              \
		UINT64_C(1) << '"' | UINT64_C(1) << '%')

struct open {
	struct of_yaml *node; /* NULL when nobody wants it */
	ptrdiff_t column;
	uint32_t number; /* of mappings, from 0 */
	bool list;
	bool level;                      /* a list in the column of its own key */
	bool pending;                    /* a value is to come, or is null */
	bool kept;                       /* what is to come is wanted */
	unsigned null_line, null_column; /* where a null would stand */
	size_t awaited;                  /* what is to come goes there, if it is kept */
	size_t base;                     /* where its gathered pairs begin */
};

struct plain {
	struct of_arena *arena;
	const struct of_yaml_limits *limits;
	const char *line_start, *end;
	unsigned line;
	unsigned depth;
	uint32_t mappings;
	size_t nodes;
	struct of_yaml *spare;
	unsigned n_spare;
	struct of_yaml_pair *gathered; /* of lists too: then without a key */
	size_t n_gathered, cap_gathered;
	bool filtered;
	struct of_plain_wanted wanted;
	struct open open[DEPTH_MOST];
	struct of_yaml_pair gathered_first[GATHERED_FIRST];
	struct of_plain_seen seen;
};

static inline bool begins_plain(const char *at)
{
	unsigned char c = (unsigned char)*at;

	if (c < 64)
		return (INDICATORS >> c & 1) == 0 || (c == '-' && !of_plain_is_gap(at[1]));
	return c != '[' && c != ']' && c != '{' && c != '}' && c != '|' && c != '@' && c != '`';
}

static struct open *top_of(struct plain *p)
{
	return &p->open[p->depth - 1];
}

/* Characters, which are fewer than bytes only where the line has said so. */
static unsigned column_of(const struct plain *p, const char *at, bool high)
{
	size_t column = (size_t)(at - p->line_start);

	for (const char *c = p->line_start; high && c < at; c++)
		column -= ((unsigned char)*c & 0xC0) == 0x80;
	return (unsigned)column + 1;
}

static struct of_yaml *make_node(
	struct plain *p, enum of_yaml_type type, unsigned line, unsigned column)
{
	struct of_yaml *node;

	if (p->n_spare == 0) {
		p->spare = of_arena_take(p->arena, NODES_AT_ONCE, sizeof(*p->spare));
		if (p->spare == NULL)
			return NULL;
		p->n_spare = NODES_AT_ONCE;
	}
	p->n_spare--;
	node = p->spare++;
	node->type = type;
	node->line = line;
	node->column = column;
	node->weight = 1;
	return node;
}

static bool grow(struct plain *p)
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

/* A place for what the innermost container now waits for. */
static bool await(struct plain *p, struct of_str key, unsigned column, unsigned null_column)
{
	struct open *top = top_of(p);

	top->pending = true;
	top->null_line = p->line;
	top->null_column = null_column;
	if (!top->kept)
		return true;
	if (p->n_gathered == p->cap_gathered && !grow(p))
		return false;
	top->awaited = p->n_gathered++;
	p->gathered[top->awaited] = (struct of_yaml_pair){key, p->line, column, NULL};
	return true;
}

/* The value that the innermost container has waited for. */
static void give(struct plain *p, const struct of_yaml *value)
{
	struct open *top = top_of(p);

	top->pending = false;
	if (top->kept)
		p->gathered[top->awaited].value = value;
}

static bool give_scalar(
	struct plain *p, struct of_str text, bool plain, unsigned line, unsigned column)
{
	struct of_yaml *node = NULL;

	if (++p->nodes > p->limits->nodes)
		return false;
	if (top_of(p)->kept) {
		node = make_node(p, OF_YAML_SCALAR, line, column);
		if (node == NULL)
			return false;
		node->text = text;
		node->plain = plain;
	}
	give(p, node);
	return true;
}

static bool give_null(struct plain *p)
{
	const struct open *top = top_of(p);

	return give_scalar(p, (struct of_str){"", 0}, true, top->null_line, top->null_column);
}

static bool open_container(
	struct plain *p, bool list, bool level, ptrdiff_t column, struct of_yaml *node)
{
	if (p->depth == DEPTH_MOST)
		return false;
	p->open[p->depth++] = (struct open){.node = node,
		.column = column,
		.number = list ? 0 : p->mappings++,
		.list = list,
		.level = level,
		.kept = node != NULL,
		.base = p->n_gathered};
	return true;
}

static bool begin_container(struct plain *p, bool list, bool level, const char *at)
{
	struct of_yaml *node = NULL;

	if (p->depth >= p->limits->nesting || ++p->nodes > p->limits->nodes)
		return false;
	if (p->depth == 0 || top_of(p)->kept) {
		node = make_node(
			p, list ? OF_YAML_LIST : OF_YAML_MAP, p->line, column_of(p, at, false));
		if (node == NULL)
			return false;
	}
	return open_container(p, list, level, at - p->line_start, node);
}

static bool fill_list(struct plain *p, struct of_yaml *node, const struct of_yaml_pair *pairs)
{
	node->items = of_arena_take(p->arena, node->count, sizeof(*node->items));
	if (node->items == NULL)
		return false;
	for (size_t i = 0; i < node->count; i++)
		node->items[i] = pairs[i].value;
	return true;
}

static bool fill_map(struct plain *p, struct of_yaml *node, const struct of_yaml_pair *pairs)
{
	struct of_yaml_pair *own = of_arena_take(p->arena, node->count, sizeof(*own));

	if (own == NULL)
		return false;
	memcpy(own, pairs, node->count * sizeof(*own));
	node->pairs = own;
	node->weight += node->count;
	for (size_t i = 0; i < node->count; i++)
		node->keys |= of_yaml_key_bit(own[i].key);
	return true;
}

static bool fill(struct plain *p, struct of_yaml *node, size_t base)
{
	const struct of_yaml_pair *pairs = p->gathered + base;

	node->count = p->n_gathered - base;
	p->n_gathered = base;
	node->height = 0;
	for (size_t i = 0; i < node->count; i++) {
		node->weight += pairs[i].value->weight;
		if (pairs[i].value->height >= node->height)
			node->height = pairs[i].value->height + 1;
	}
	return node->type == OF_YAML_LIST ? fill_list(p, node, pairs)
					  : fill_map(p, node, pairs);
}

static bool close_container(struct plain *p)
{
	struct open *top = top_of(p);

	if (top->pending && !give_null(p))
		return false;
	if (top->node != NULL && !fill(p, top->node, top->base))
		return false;
	p->depth--;
	if (p->depth > 0)
		give(p, top->node);
	return true;
}

/* A key or a dash at at: into the container it belongs to, which it may open. */
static bool enter(struct plain *p, bool list, const char *at)
{
	ptrdiff_t column = at - p->line_start;
	struct open *top;

	if (p->depth == 0)
		return !list && column == 0 && begin_container(p, false, false, at);
	top = top_of(p);
	if (column > top->column)
		return top->pending && begin_container(p, list, false, at);
	if (top->level && !list) {
		if (!close_container(p))
			return false;
		top = top_of(p);
	}
	if (list && !top->list)
		return top->pending && begin_container(p, true, true, at);
	return list == top->list && (!top->pending || give_null(p));
}

/* Only blanks and a comment follow on the line. */
static bool finish_line(struct plain *p, const char *at)
{
	const char *rest = of_plain_skip_spaces(at);

	if (*rest == '#' && rest[-1] == ' ')
		rest = memchr(rest, '\n', (size_t)(p->end - rest));
	if (!of_plain_is_end(*rest))
		return false;
	p->line_start = of_plain_next_line(rest);
	p->line++;
	return true;
}

static bool read_empty_flow(struct plain *p, const char *at, bool high)
{
	bool list = *at == '[';
	struct of_yaml *node = NULL;

	if (at[1] != (list ? ']' : '}') || p->depth >= p->limits->nesting ||
		++p->nodes > p->limits->nodes)
		return false;
	if (top_of(p)->kept) {
		node = make_node(
			p, list ? OF_YAML_LIST : OF_YAML_MAP, p->line, column_of(p, at, high));
		if (node == NULL || !fill(p, node, p->n_gathered))
			return false;
	}
	give(p, node);
	return finish_line(p, at + 2);
}

static bool finish_scalar(
	struct plain *p, const struct of_plain_scalar *scalar, const char *at, bool high)
{
	struct of_str text = {NULL, 0};
	unsigned line = p->line;
	unsigned column = 0;

	if (top_of(p)->kept) {
		column = column_of(p, at, high);
		text = of_plain_text(scalar, p->arena);
		if (text.ptr == NULL)
			return false;
	}
	if (!give_scalar(p, text, scalar->style == 0, line, column))
		return false;
	p->line += scalar->lines;
	if (scalar->style != '|' && scalar->style != '>')
		return finish_line(p, scalar->stop);
	if (!finish_line(p, scalar->stop))
		return false;
	p->line_start = scalar->to;
	return true;
}

static bool read_block(struct plain *p, const char *at, unsigned least, bool high)
{
	struct of_plain_scalar scalar;

	return of_plain_scan_block(&scalar, at, p->end, least) &&
	       finish_scalar(p, &scalar, at, high);
}

/* The value that the innermost container waits for, from at on. */
static bool read_value(struct plain *p, const char *at, bool high)
{
	unsigned least = (unsigned)top_of(p)->column + 1;
	struct of_plain_scalar scalar;

	if (*at == '\'' || *at == '"')
		return of_plain_scan_quoted(&scalar, at, p->end, least) &&
		       finish_scalar(p, &scalar, at, high);
	if (*at == '|' || *at == '>')
		return read_block(p, at, least, high);
	if (*at == '[' || *at == '{')
		return read_empty_flow(p, at, high);
	return begins_plain(at) &&
	       of_plain_scan_plain(&scalar, at, of_plain_stop(at, p->end), p->end, least) &&
	       finish_scalar(p, &scalar, at, high);
}

/* A key, its text from from to to, and what follows its colon on the line. */
static bool read_pair(struct plain *p, const char *at, struct of_str key, const char *colon)
{
	struct open *top;
	uint64_t hash;
	bool high;

	if (key.len > KEY_MOST || !enter(p, false, at) || ++p->nodes > p->limits->nodes)
		return false;
	top = top_of(p);
	hash = of_plain_hash(key, top->number, &high);
	if (!of_plain_seen_add(&p->seen, hash))
		return false;
	if (p->filtered && p->depth == 1)
		top->kept = of_plain_wanted_has(&p->wanted, key, hash);
	if (!await(p, key, column_of(p, at, false), column_of(p, colon + 1, high)))
		return false;
	at = of_plain_skip_spaces(colon + 1);
	if (of_plain_is_end(*at) || *at == '#')
		return finish_line(p, at);
	return read_value(p, at, high);
}

static bool read_quoted_start(struct plain *p, const char *at)
{
	struct of_plain_scalar scalar;
	struct of_str key;
	unsigned least = p->depth > 0 ? (unsigned)top_of(p)->column + 1 : 1;

	if (!of_plain_scan_quoted(&scalar, at, p->end, least))
		return false;
	if (*scalar.stop != ':') {
		return p->depth > 0 && top_of(p)->pending &&
		       at - p->line_start > top_of(p)->column &&
		       finish_scalar(p, &scalar, at, false);
	}
	key = (struct of_str){scalar.from, (size_t)(scalar.to - scalar.from)};
	return scalar.as_written && of_plain_is_gap(scalar.stop[1]) &&
	       read_pair(p, at, key, scalar.stop);
}

/* A key, or a value that had no room on the line of its key or dash. */
static bool read_start(struct plain *p, const char *at)
{
	struct of_plain_scalar scalar;
	const char *stop = NULL;

	if (*at == '\'' || *at == '"')
		return read_quoted_start(p, at);
	if (begins_plain(at)) {
		stop = of_plain_stop(at, p->end);
		if (*stop == ':')
			return stop[-1] != ' ' &&
			       read_pair(p, at, (struct of_str){at, (size_t)(stop - at)}, stop);
	}
	if (p->depth == 0 || !top_of(p)->pending || at - p->line_start <= top_of(p)->column)
		return false;
	if (stop == NULL)
		return read_value(p, at, false);
	return of_plain_scan_plain(
		       &scalar, at, stop, p->end, (unsigned)top_of(p)->column + 1) &&
	       finish_scalar(p, &scalar, at, false);
}

static bool is_marker(const char *at, const char *end)
{
	return end - at >= 3 && (memcmp(at, "---", 3) == 0 || memcmp(at, "...", 3) == 0);
}

static bool read_text_line(struct plain *p, const char *at)
{
	if (at == p->line_start && is_marker(at, p->end))
		return false;
	while (p->depth > 0 && at - p->line_start < top_of(p)->column)
		if (!close_container(p))
			return false;
	while (*at == '-' && of_plain_is_gap(at[1])) {
		if (!enter(p, true, at) ||
			!await(p, (struct of_str){NULL, 0}, 0, column_of(p, at + 1, false)))
			return false;
		at = of_plain_skip_spaces(at + 1);
		if (of_plain_is_end(*at) || *at == '#')
			return finish_line(p, at);
	}
	return read_start(p, at);
}

static bool read_lines(struct plain *p)
{
	while (p->line_start < p->end) {
		const char *at = of_plain_line_text(p->line_start, p->end);

		if (of_plain_is_end(*at)) {
			p->line_start = of_plain_next_line(at);
			p->line++;
		} else if (*at == '#') {
			at = memchr(at, '\n', (size_t)(p->end - at));
			p->line_start = at + 1;
			p->line++;
		} else if (!read_text_line(p, at)) {
			return false;
		}
	}
	while (p->depth > 0)
		if (!close_container(p))
			return false;
	return p->mappings > 0;
}

bool of_yaml_read_plain(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits)
{
	struct plain p;
	bool good;

	if (!of_plain_is_clean(bytes))
		return false;
	p.arena = arena;
	p.limits = limits;
	p.line_start = bytes.ptr;
	p.end = bytes.ptr + bytes.len;
	p.line = limits->first_line;
	p.depth = 0;
	p.mappings = 0;
	p.nodes = 0;
	p.n_spare = 0;
	p.gathered = p.gathered_first;
	p.n_gathered = 0;
	p.cap_gathered = GATHERED_FIRST;
	p.filtered = limits->wanted != NULL && limits->n_wanted <= OF_PLAIN_WANTED_MOST;
	if (p.filtered)
		of_plain_wanted_init(&p.wanted, limits->wanted, limits->n_wanted);
	of_plain_seen_init(&p.seen, bytes.len);
	good = read_lines(&p);
	if (good)
		*root = p.open[0].node;
	if (p.gathered != p.gathered_first)
		free(p.gathered);
	return good;
}
