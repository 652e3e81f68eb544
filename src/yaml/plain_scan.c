/* Where a scalar of the plain reader ends. */
#include "yaml/plain_scan.h"

const char *of_plain_skip_far(const char *at, const char *end)
{
	while (at < end && *at == ' ')
		at++;
	return at;
}

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

bool of_plain_scan_plain(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *at, unsigned column)
{
	unsigned lines;

	scalar->style = 0;
	scalar->from = at;
	scalar->lines = 0;
	scalar->as_written = true;
	for (;;) {
		const char *stop = of_plain_stop(marks, at);

		if (*stop == ':')
			return false;
		scalar->to = trim_spaces(at, stop);
		scalar->stop = stop;
		if (*stop == '#')
			return true;
		at = next_text(stop, marks->end, column, &lines);
		if (at == NULL || *at == '#')
			return true;
		scalar->as_written = false;
		scalar->lines += lines;
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

bool of_plain_scan_quoted(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *at, unsigned column)
{
	unsigned lines;

	scalar->style = *at++;
	scalar->from = at;
	scalar->lines = 0;
	scalar->as_written = true;
	for (;;) {
		at = quoted_stop(scalar, at, marks->end);
		if (at == NULL)
			return false;
		if (!of_plain_is_end(*at)) {
			scalar->to = at;
			scalar->stop = at + 1;
			return true;
		}
		at = next_text(at, marks->end, column, &lines);
		if (at == NULL)
			return false;
		scalar->as_written = false;
		scalar->lines += lines;
	}
}

/*
 * Lines of the scalar to its last text, and with "+" the blank ones that follow;
 * the first text says at which column they begin. False when a blank line before
 * it is longer: libyaml goes by that one.
 */
static bool find_lines(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *line, ptrdiff_t least)
{
	ptrdiff_t widest = 0;
	unsigned lines = 0;

	while (line < marks->end) {
		const char *at = of_plain_line_text(line, marks->end);
		ptrdiff_t column = at - line;
		bool inside = true;

		if (of_plain_is_end(*at)) {
			/* spaces beyond its column are text */
			inside = scalar->column > 0 && column > scalar->column;
			widest = column > widest ? column : widest;
		} else if (column < (scalar->column > 0 ? scalar->column : least)) {
			return true;
		} else if (scalar->column == 0) {
			if (column < widest)
				return false;
			scalar->column = column;
		}
		if (inside)
			at = of_plain_line_end(marks, at);
		line = of_plain_next_line(at);
		lines++;
		if (inside || scalar->chomp == '+') {
			scalar->to = line;
			scalar->lines = lines;
		}
	}
	return true;
}

bool of_plain_scan_block(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *at, unsigned column)
{
	const char *after;

	scalar->style = *at++;
	scalar->chomp = *at == '-' || *at == '+' ? *at++ : 0;
	scalar->lines = 0;
	scalar->column = 0;
	scalar->as_written = false;
	scalar->stop = at;
	after = of_plain_skip_spaces(at);
	if (*after == '#' && after > at)
		after = of_plain_line_end(marks, after);
	if (!of_plain_is_end(*after))
		return false;
	scalar->from = scalar->to = of_plain_next_line(after);
	return find_lines(scalar, marks, scalar->from, column) &&
	       (scalar->column > 0 || scalar->chomp != '+');
}
