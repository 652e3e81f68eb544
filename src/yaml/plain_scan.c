/* Where a scalar of the plain reader ends. */
#include "yaml/plain_scan.h"

/*
 * The first text after the line's end at *stop, blank lines passed over; NULL
 * when it stands left of column, which is not 0, or there is none. *lines counts
 * them.
 */
static const char *next_text(
	const char *stop, const char *end, unsigned column, unsigned *lines)
{
	const char *line = of_plain_next_line(stop);
	const char *at;

	if (line < end && *line != ' ' && !of_plain_is_end(*line))
		return NULL;
	for (*lines = 1; line < end; ++*lines) {
		at = of_plain_line_text(line, end);
		if (!of_plain_is_end(*at))
			return at - line >= column ? at : NULL;
		line = of_plain_next_line(at);
	}
	return NULL;
}

static const char *trim_spaces(const char *from, const char *to)
{
	while (to > from && to[-1] == ' ')
		to--;
	return to;
}

bool of_plain_scan_plain(struct of_plain_scalar *scalar, const char *at, const char *stop,
	const char *end, unsigned column)
{
	unsigned lines;

	scalar->style = 0;
	scalar->from = at;
	scalar->lines = 0;
	scalar->as_written = true;
	for (;;) {
		if (*stop == ':')
			return false;
		scalar->to = trim_spaces(at, stop);
		scalar->stop = stop;
		if (*stop == '#')
			return true;
		at = next_text(stop, end, column, &lines);
		if (at == NULL || *at == '#')
			return true;
		scalar->as_written = false;
		scalar->lines += lines;
		stop = of_plain_stop(at, end);
	}
}

/* The bytes of the escape at at; 0 for those that are left to libyaml. */
static unsigned escape_size(const char *at)
{
	unsigned digits;
	uint32_t c = 0;

	switch (at[1]) {
	case '"':
	case '\\':
	case 'n':
	case 't':
	case 'r':
		return 2;
	case 'x':
		digits = 2;
		break;
	case 'u':
		digits = 4;
		break;
	case 'U':
		digits = 8;
		break;
	default:
		return 0;
	}
	for (unsigned i = 0; i < digits; i++) {
		unsigned digit = of_plain_hex(at[2 + i]);

		if (digit > 15 || c > 0x10FFFF)
			return 0;
		c = c << 4 | digit;
	}
	return c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0 : digits + 2;
}

/* The end of a quoted scalar's line, or the quote that closes it; NULL to give up. */
static const char *quoted_stop(struct of_plain_scalar *scalar, const char *at, const char *end)
{
	char quote = scalar->style;
	char escape = quote == '"' ? '\\' : quote;

	for (;;) {
		unsigned size;

		at = of_plain_find(at, end, quote, escape);
		if (of_plain_is_end(*at) || (*at == quote && (quote == '"' || at[1] != quote)))
			return at;
		size = quote == '"' ? escape_size(at) : 2;
		if (size == 0)
			return NULL;
		scalar->as_written = false;
		at += size;
	}
}

bool of_plain_scan_quoted(
	struct of_plain_scalar *scalar, const char *at, const char *end, unsigned column)
{
	unsigned lines;

	scalar->style = *at++;
	scalar->from = at;
	scalar->lines = 0;
	scalar->as_written = true;
	for (;;) {
		at = quoted_stop(scalar, at, end);
		if (at == NULL)
			return false;
		if (!of_plain_is_end(*at)) {
			scalar->to = at;
			scalar->stop = at + 1;
			return true;
		}
		at = next_text(at, end, column, &lines);
		if (at == NULL)
			return false;
		scalar->as_written = false;
		scalar->lines += lines;
	}
}

static const char *line_end(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));

	return lf > at && lf[-1] == '\r' ? lf - 1 : lf;
}

/*
 * Finds the column of a block scalar's text in its first line that is not
 * blank. False when a blank line before it is longer: libyaml goes by that one.
 */
static bool find_column(
	struct of_plain_scalar *scalar, const char *line, const char *end, unsigned least)
{
	ptrdiff_t widest = 0;

	scalar->from = scalar->to = line;
	scalar->column = 0;
	while (line < end) {
		const char *at = of_plain_skip_spaces(line);

		if (!of_plain_is_end(*at)) {
			if (at - line < least)
				return true;
			scalar->column = (unsigned)(at - line);
			return widest <= at - line;
		}
		if (at - line > widest)
			widest = at - line;
		line = of_plain_next_line(at);
	}
	return true;
}

/* True when the line has text of the scalar, which begins at *at. */
static bool is_inside(const char **at, const char *line, unsigned column)
{
	*at = line;
	while (**at == ' ' && *at - line < column)
		++*at;
	return *at - line == column && !of_plain_is_end(**at);
}

/* Lines of the scalar to its last text, and with "+" the blank ones that follow. */
static void find_last(struct of_plain_scalar *scalar, const char *end)
{
	const char *line = scalar->from;
	unsigned lines = 0;
	const char *at;

	while (line < end) {
		bool inside = is_inside(&at, line, scalar->column);

		if (!inside && !of_plain_is_end(*at))
			return;
		line = of_plain_next_line(inside ? line_end(at, end) : at);
		lines++;
		if (inside || scalar->chomp == '+') {
			scalar->to = line;
			scalar->lines = lines;
		}
	}
}

bool of_plain_scan_block(
	struct of_plain_scalar *scalar, const char *at, const char *end, unsigned column)
{
	const char *after;

	scalar->style = *at++;
	scalar->chomp = *at == '-' || *at == '+' ? *at++ : 0;
	scalar->lines = 0;
	scalar->as_written = false;
	scalar->stop = at;
	after = of_plain_skip_spaces(at);
	if (*after == '#' && after > at)
		after = line_end(after, end);
	if (!of_plain_is_end(*after) ||
		!find_column(scalar, of_plain_next_line(after), end, column))
		return false;
	if (scalar->column > 0)
		find_last(scalar, end);
	else if (scalar->chomp == '+')
		return false;
	return true;
}
