/*
 * The plain reader, line by line: where a line begins says which containers it
 * closes, and which it belongs to. Of each kind of value the shape that most
 * have, which is one line with nothing to unfold, is looked for first.
 */
#include "base/str.h"
#include "yaml/plain_scan.h"
#include "yaml/plain_tree.h"

#define KEY_MOST 1000 /* YAML's own is 1,024 characters */

/* What a key or a value is by its first byte; DASH and DOT may be PLAIN, or something else. */
enum start { PLAIN, DASH, DOT, QUOTE, BLOCK, FLOW, NOTHING };

static const unsigned char starts[256] = {
	['-'] = DASH,
	['.'] = DOT,
	['\''] = QUOTE,
	['"'] = QUOTE,
	['|'] = BLOCK,
	['>'] = BLOCK,
	['['] = FLOW,
	['{'] = FLOW,
	['\n'] = NOTHING,
	['\r'] = NOTHING,
	['#'] = NOTHING,
	[']'] = NOTHING,
	['}'] = NOTHING,
	[','] = NOTHING,
	['?'] = NOTHING,
	[':'] = NOTHING,
	['&'] = NOTHING,
	['*'] = NOTHING,
	['!'] = NOTHING,
	['%'] = NOTHING,
	['@'] = NOTHING,
	['`'] = NOTHING,
};

static inline enum start start_of(const char *at)
{
	enum start start = starts[(unsigned char)*at];

	if (start == DASH)
		return of_plain_is_gap(at[1]) ? NOTHING : PLAIN;
	return start == DOT ? PLAIN : start;
}

static inline const char *text_of(const struct of_plain *p, const char *line)
{
	return of_plain_line_text(line, p->marks.end);
}

/* text is text_of() it. */
static inline void begin_line(struct of_plain *p, const char *line, const char *text)
{
	p->line_start = line;
	p->text = text;
	p->line++;
}

/* Only blanks and a comment follow on the line. */
static bool finish_line(struct of_plain *p, const char *at)
{
	const char *rest = of_plain_skip_spaces(at);

	if (*rest == '#' && rest[-1] == ' ')
		rest = of_plain_line_end(&p->marks, rest);
	if (!of_plain_is_end(*rest))
		return false;
	rest = of_plain_next_line(rest);
	begin_line(p, rest, text_of(p, rest));
	return true;
}

/* The column that further lines of a value must have at least. */
static unsigned least_column(const struct of_plain *p)
{
	return (unsigned)p->top->column + 1;
}

/* A key or a dash at at: into the container it belongs to, which it may open. */
static bool enter_other(struct of_plain *p, bool list, const char *at)
{
	ptrdiff_t column = at - p->line_start;
	const struct of_plain_open *top = p->top;

	if (top == p->open)
		return !list && column == 0 && p->mappings == 0 &&
		       of_plain_begin(p, false, false, at);
	if (column > top->column)
		return top->pending && of_plain_begin(p, list, false, at);
	if (top->level && !list) {
		if (!of_plain_close(p))
			return false;
		top = p->top;
	}
	if (list && !top->list)
		return top->pending && of_plain_begin(p, true, true, at);
	return list == top->list && (!top->pending || of_plain_give_null(p));
}

static inline bool enter(struct of_plain *p, bool list, const char *at)
{
	const struct of_plain_open *top = p->top;

	if (at - p->line_start == top->column && list == top->list && !top->pending)
		return true;
	return enter_other(p, list, at);
}

static bool finish_scalar(
	struct of_plain *p, const struct of_plain_scalar *scalar, const char *at)
{
	struct of_str text = {NULL, 0};

	if (p->top->kept) {
		text = of_plain_text(scalar, p->arena);
		if (text.ptr == NULL)
			return false;
	}
	if (!of_plain_give_text(p, text, scalar->style == 0, at))
		return false;
	p->line += scalar->lines;
	return finish_line(p, scalar->stop);
}

static bool read_scalar(struct of_plain *p, const char *at)
{
	struct of_plain_scalar scalar;
	unsigned least = least_column(p);

	return (start_of(at) == QUOTE ? of_plain_scan_quoted(&scalar, &p->marks, at, least)
				      : of_plain_scan_plain(&scalar, &p->marks, at, least)) &&
	       finish_scalar(p, &scalar, at);
}

static bool read_block(struct of_plain *p, const char *at)
{
	struct of_plain_scalar scalar;

	if (!of_plain_scan_block(&scalar, &p->marks, at, least_column(p)) ||
		!finish_scalar(p, &scalar, at))
		return false;
	p->line_start = scalar.to;
	p->text = text_of(p, scalar.to);
	return true;
}

static bool read_flow(struct of_plain *p, const char *at)
{
	bool list = *at == '[';

	return at[1] == (list ? ']' : '}') && of_plain_give_empty(p, list, at) &&
	       finish_line(p, at + 2);
}

/* What is no plain and no quoted scalar. */
static bool read_other(struct of_plain *p, const char *at, const char *null_at)
{
	enum start start = start_of(at);

	if (start == BLOCK)
		return read_block(p, at);
	if (start == FLOW)
		return read_flow(p, at);
	if (null_at == NULL)
		return false;
	of_plain_await(p, null_at);
	return finish_line(p, at);
}

/* True when what stands at text, in the line behind a scalar, is no part of it. */
static inline bool is_apart(const struct of_plain *p, const char *line, const char *text)
{
	return line == p->marks.end ||
	       (text - line <= p->top->column && !of_plain_is_end(*text));
}

/* The quote that closes the scalar at at, or where else there is more to see. */
static inline const char *end_of_quoted(const struct of_plain *p, const char *at)
{
	char quote = *at;

	return of_plain_find(at + 1, p->marks.end, quote, quote == '"' ? '\\' : quote);
}

/*
 * The value that the innermost container waits for, from at on, most often all
 * of the rest of its line. stop is where it may end, or NULL when nobody has
 * looked. It may be on a later line than what stands before null_at, if that is
 * not NULL.
 */
static inline bool read_value(struct of_plain *p, const char *at, enum start start,
	const char *stop, const char *null_at)
{
	bool quoted = start == QUOTE;
	const char *line, *text;

	if (start != PLAIN && !quoted)
		return read_other(p, at, null_at);
	if (stop == NULL)
		stop = quoted ? end_of_quoted(p, at) : of_plain_stop(&p->marks, at);
	line = stop + quoted;
	if ((quoted && *stop != *at) || *line != '\n')
		return read_scalar(p, at);
	text = text_of(p, ++line);
	if (!quoted && (stop[-1] == ' ' || !is_apart(p, line, text)))
		return read_scalar(p, at);
	if (!of_plain_give_text(
		    p, (struct of_str){at + quoted, (size_t)(stop - at) - quoted}, !quoted, at))
		return false;
	begin_line(p, line, text);
	return true;
}

/* A key that stands at at, in quotes or not. */
static inline bool read_key(struct of_plain *p, const char *at, struct of_str key)
{
	struct of_plain_open *top;
	uint64_t hash;

	if (key.len > KEY_MOST || !enter(p, false, at) || !of_plain_charge(p, 2))
		return false;
	top = p->top;
	hash = of_plain_hash(key, top->seed);
	if (!of_plain_seen_add(&p->seen, hash))
		return false;
	if (top == p->filtered)
		top->kept = of_plain_wanted_has(&p->wanted, key, hash);
	return of_plain_gather(p, key, at);
}

/* The colon behind the quoted key at at; NULL when no such key is there. */
static const char *find_quoted_key(struct of_plain *p, const char *at, struct of_str *key)
{
	struct of_plain_scalar scalar;

	if (!of_plain_scan_quoted(&scalar, &p->marks, at, least_column(p)) ||
		!scalar.as_written || *scalar.stop != ':' || !of_plain_is_gap(scalar.stop[1]))
		return NULL;
	*key = (struct of_str){scalar.from, (size_t)(scalar.to - scalar.from)};
	return scalar.stop;
}

/* True when a value at at is one that the innermost container waits for. */
static bool is_awaited(struct of_plain *p, const char *at)
{
	return p->top->pending && at - p->line_start > p->top->column;
}

/* A key with its value, or a value that had no room on the line of its key or dash. */
static inline bool read_rest(
	struct of_plain *p, const char *at, enum start start, const char *null_at)
{
	const char *stop = NULL, *colon = NULL;
	struct of_str key;

	if (start == PLAIN) {
		stop = of_plain_stop(&p->marks, at);
		key = (struct of_str){at, (size_t)(stop - at)};
		if (*stop == ':')
			colon = stop;
	} else if (start == QUOTE) {
		stop = end_of_quoted(p, at);
		if (*stop != *at || stop[1] != '\n')
			colon = find_quoted_key(p, at, &key);
	}
	if (colon != NULL) {
		if (colon[-1] == ' ' || !read_key(p, at, key))
			return false;
		null_at = colon + 1;
		at = of_plain_skip_spaces(null_at);
		start = start_of(at);
		stop = NULL;
	} else if (!is_awaited(p, at)) {
		return false;
	}
	return read_value(p, at, start, stop, null_at);
}

static bool is_marker(const char *at, const char *end)
{
	return end - at >= 3 && (memcmp(at, "---", 3) == 0 || memcmp(at, "...", 3) == 0);
}

/* Dashes at at, which may stand one in the other; *null_at is behind the last. */
static bool read_dashes(struct of_plain *p, const char *at, const char **null_at)
{
	do {
		if (!enter(p, true, at) || !of_plain_charge(p, 1) ||
			!of_plain_gather(p, (struct of_str){NULL, 0}, at))
			return false;
		*null_at = at + 1;
		of_plain_await(p, at + 1);
		at = of_plain_skip_spaces(at + 1);
	} while (*at == '-' && of_plain_is_gap(at[1]));
	return true;
}

/* The line, from its text on. */
static inline bool read_line(struct of_plain *p)
{
	const char *at = p->text, *null_at = NULL;
	enum start start = starts[(unsigned char)*at];

	if (start == NOTHING && (*at == '#' || of_plain_is_end(*at))) {
		at = of_plain_next_line(of_plain_line_end(&p->marks, at));
		begin_line(p, at, text_of(p, at));
		return true;
	}
	if (start != PLAIN && at == p->line_start && is_marker(at, p->marks.end))
		return false;
	while (at - p->line_start < p->top->column)
		if (!of_plain_close(p))
			return false;
	if (start == DASH && of_plain_is_gap(at[1])) {
		if (!read_dashes(p, at, &null_at))
			return false;
		at = of_plain_skip_spaces(null_at);
	}
	if (start != PLAIN)
		start = start_of(at);
	return read_rest(p, at, start, null_at);
}

static bool read_lines(struct of_plain *p)
{
	begin_line(p, p->marks.start, text_of(p, p->marks.start));
	while (p->line_start < p->marks.end)
		if (!read_line(p))
			return false;
	while (p->top != p->open)
		if (!of_plain_close(p))
			return false;
	return p->mappings > 0;
}

bool of_yaml_parse_short(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits)
{
	struct of_plain p;
	bool good = of_plain_init(&p, arena, bytes, limits) && read_lines(&p);

	if (good)
		*root = p.open[1].node;
	of_plain_finish(&p);
	return good;
}
