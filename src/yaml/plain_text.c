/* What a scalar of the plain reader says: folded, unescaped, its indentation left out. */
#include "base/str.h"
#include "yaml/plain_scan.h"

static char *add_breaks(char *out, unsigned count)
{
	memset(out, '\n', count);
	return out + count;
}

static char *add_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xC0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xE0 | c >> 12);
		} else {
			*out++ = (char)(0xF0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3F));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3F));
	}
	*out++ = (char)(0x80 | (c & 0x3F));
	return out;
}

/* The scan has seen that the escape is whole. */
static char *add_escape(char *out, const char **at)
{
	char name = (*at)[1];
	unsigned digits = name == 'x' ? 2 : name == 'u' ? 4 : name == 'U' ? 8 : 0;
	uint32_t c = 0;

	*at += 2;
	if (digits == 0) {
		*out = name == 'n' ? '\n' : name == 't' ? '\t' : name == 'r' ? '\r' : name;
		return out + 1;
	}
	for (unsigned i = 0; i < digits; i++)
		c = c << 4 | of_plain_hex(*(*at)++);
	return add_utf8(out, c);
}

static char *add_line(char *out, const char *from, const char *to, char style)
{
	while (from < to) {
		if (style == '"' && *from == '\\') {
			out = add_escape(out, &from);
			continue;
		}
		*out++ = *from;
		from += style == '\'' && *from == '\'' ? 2 : 1;
	}
	return out;
}

/* A line's end is a space, and n blank lines are n line ends. */
static char *unfold(char *out, const struct of_plain_scalar *scalar)
{
	const char *at = scalar->from;

	for (;;) {
		const char *stop = memchr(at, '\n', (size_t)(scalar->to - at));
		const char *to = stop != NULL ? stop : scalar->to;
		unsigned blank = 0;

		if (stop == NULL)
			return add_line(out, at, to, scalar->style);
		while (to > at && (to[-1] == ' ' || to[-1] == '\r'))
			to--;
		out = add_line(out, at, to, scalar->style);
		for (at = stop + 1; at < scalar->to && of_plain_is_gap(*at); at++)
			blank += *at == '\n';
		if (blank > 0)
			out = add_breaks(out, blank);
		else
			*out++ = ' ';
	}
}

/*
 * Between two lines of text a folded scalar has a space for one line's end, and
 * all but one of several; a line that begins with a space keeps them all.
 */
static char *add_block(char *out, const struct of_plain_scalar *scalar)
{
	unsigned ends = 0; /* since the last text, its own among them */
	bool begun = false, indented = false;

	for (const char *line = scalar->from; line < scalar->to;) {
		const char *lf = memchr(line, '\n', (size_t)(scalar->to - line));
		const char *to = lf > line && lf[-1] == '\r' ? lf - 1 : lf;
		const char *at = line + scalar->column;

		line = lf + 1;
		if (at >= to) {
			ends++;
			continue;
		}
		if (scalar->style == '|' || !begun || indented || *at == ' ')
			out = add_breaks(out, ends);
		else if (ends == 1)
			*out++ = ' ';
		else
			out = add_breaks(out, ends - 1);
		memcpy(out, at, (size_t)(to - at));
		out += to - at;
		indented = *at == ' ';
		begun = true;
		ends = 1;
	}
	if (scalar->chomp == '-' || !begun)
		return out;
	return add_breaks(out, scalar->chomp == '+' ? ends : 1);
}

/* A block scalar of one line is there as it is, and most are. */
static bool is_one_line(struct of_str *text, const struct of_plain_scalar *scalar)
{
	const char *to = scalar->to - 1;

	if (scalar->lines != 1 || (to > scalar->from && to[-1] == '\r'))
		return false;
	text->ptr = scalar->from + scalar->column;
	text->len = (size_t)(to - text->ptr) + (scalar->chomp == '-' ? 0 : 1);
	return true;
}

struct of_str of_plain_text(const struct of_plain_scalar *scalar, struct of_arena *arena)
{
	struct of_str text = {scalar->from, (size_t)(scalar->to - scalar->from)};
	bool block = scalar->style == '|' || scalar->style == '>';
	char *out;

	if (scalar->as_written || text.len == 0 || (block && is_one_line(&text, scalar)))
		return text;
	out = of_arena_take(arena, text.len, 1);
	text.ptr = out;
	if (out != NULL)
		text.len =
			(size_t)((block ? add_block(out, scalar) : unfold(out, scalar)) - out);
	return text;
}
