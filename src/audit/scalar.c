#include "audit/scalar.h"

#include "base/str.h"
#include "base/unicode.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The length of a line's end as YAML 1.1 knows them: LF, CR, CRLF, NEL, LS, PS; 0 for none. */
static size_t line_end_at(struct of_str bytes, size_t at)
{
	static const struct of_str ends[] = {STR_INIT("\n"), STR_INIT("\r\n"), STR_INIT("\r"),
		STR_INIT("\xC2\x85"), STR_INIT("\xE2\x80\xA8"), STR_INIT("\xE2\x80\xA9")};
	struct of_str rest = of_str_from_offset(bytes, at);

	for (size_t i = 0; i < COUNT(ends); i++)
		if (of_str_starts(rest, ends[i]))
			return ends[i].len;
	return 0;
}

static size_t next_line(struct of_str bytes, size_t at)
{
	size_t end;

	while (at < bytes.len && (end = line_end_at(bytes, at)) == 0)
		at++;
	return at < bytes.len ? at + end : at;
}

static bool is_inside_character(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/* OF_NPOS when there is no such place. The line that opens the front matter ends in LF. */
static size_t offset_of(struct of_str bytes, unsigned line, unsigned column)
{
	size_t at = of_str_find_byte(bytes, '\n');

	if (at == OF_NPOS || line < 2 || column < 1)
		return OF_NPOS;
	at++;
	for (; line > 2 && at < bytes.len; line--)
		at = next_line(bytes, at);
	for (; column > 1 && at < bytes.len && line_end_at(bytes, at) == 0; column--) {
		at++;
		while (at < bytes.len && is_inside_character(bytes.ptr[at]))
			at++;
	}
	return line == 2 && column == 1 && at < bytes.len ? at : OF_NPOS;
}

/* Behind a tag and an anchor, which stay. */
static size_t skip_properties(struct of_str bytes, size_t at)
{
	while (at < bytes.len && (bytes.ptr[at] == '&' || bytes.ptr[at] == '!')) {
		while (at < bytes.len && !of_byte_is_space(bytes.ptr[at]))
			at++;
		while (at < bytes.len && of_byte_is_space(bytes.ptr[at]))
			at++;
	}
	return at;
}

/* -- Double quotes */

static const struct {
	char letter;
	uint32_t code_point;
} escapes[] = {
	{'0', 0},
	{'a', '\a'},
	{'b', '\b'},
	{'t', '\t'},
	{'\t', '\t'},
	{'n', '\n'},
	{'v', '\v'},
	{'f', '\f'},
	{'r', '\r'},
	{'e', 0x1B},
	{' ', ' '},
	{'"', '"'},
	{'/', '/'},
	{'\\', '\\'},
	{'N', 0x85},
	{'_', 0xA0},
	{'L', 0x2028},
	{'P', 0x2029},
};

static size_t digits_of(char letter)
{
	switch (letter) {
	case 'x':
		return 2;
	case 'u':
		return 4;
	case 'U':
		return 8;
	default:
		return 0;
	}
}

/* Hexadecimal digits that were looked at. */
static uint32_t number_of(struct of_str digits)
{
	uint32_t number = 0;

	for (size_t i = 0; i < digits.len; i++) {
		char digit = of_byte_lower(digits.ptr[i]);

		number = number << 4 |
			 (uint32_t)(of_byte_is_digit(digit) ? digit - '0' : digit - 'a' + 10);
	}
	return number;
}

/* What follows a backslash; the offset behind it. A code point that is none is U+FFFD's. */
static size_t add_escape(struct of_buf *out, struct of_str bytes, size_t at)
{
	size_t digits = digits_of(bytes.ptr[at]);
	size_t end = at + 1;

	if (line_end_at(bytes, at) > 0) {
		at += line_end_at(bytes, at);
		while (at < bytes.len && (bytes.ptr[at] == ' ' || bytes.ptr[at] == '\t'))
			at++;
		return at;
	}
	for (size_t i = 0; i < COUNT(escapes); i++)
		if (escapes[i].letter == bytes.ptr[at])
			of_unicode_append(out, escapes[i].code_point);
	while (end < bytes.len && end - at - 1 < digits && of_byte_is_hex(bytes.ptr[end]))
		end++;
	if (digits > 0)
		of_unicode_append(out, number_of(of_str_slice(bytes, at + 1, end)));
	return end;
}

static size_t read_double(struct of_buf *out, struct of_str bytes, size_t at)
{
	at++;
	while (at < bytes.len && bytes.ptr[at] != '"') {
		if (bytes.ptr[at] == '\\' && at + 1 < bytes.len)
			at = add_escape(out, bytes, at + 1);
		else
			of_buf_add_byte(out, bytes.ptr[at++]);
	}
	return at + 1;
}

/* -- Single quotes, blocks */

static size_t read_single(struct of_buf *out, struct of_str bytes, size_t at)
{
	at++;
	while (at < bytes.len) {
		if (bytes.ptr[at] == '\'') {
			if (at + 1 >= bytes.len || bytes.ptr[at + 1] != '\'')
				break;
			at++;
		}
		of_buf_add_byte(out, bytes.ptr[at++]);
	}
	return at + 1;
}

/* The line at an offset without the blanks at its ends. */
static struct of_str words_at(struct of_str bytes, size_t at)
{
	return of_str_trim(of_str_slice(bytes, at, next_line(bytes, at)));
}

/* What more of a text follows does not say so: of_scalar_find() compares all of it. */
static void read_block(
	struct of_scalar *scalar, struct of_buf *out, struct of_str bytes, size_t at)
{
	struct of_str words;

	at = next_line(bytes, at);
	while (at < bytes.len && words_at(bytes, at).len == 0)
		at = next_line(bytes, at);
	words = words_at(bytes, at);
	of_buf_add_str(out, words);
	scalar->from = words.len > 0 ? (size_t)(words.ptr - bytes.ptr) : at;
	scalar->to = scalar->from + words.len;
}

/* -- */

static bool says(struct of_str bytes, struct of_str text)
{
	struct of_buf clean = {0};
	struct of_buf line = {0};
	bool same;

	of_unicode_clean(&clean, of_str_trim(bytes), NULL);
	of_unicode_one_line(&line, of_buf_str(&clean));
	same = clean.status == OF_OK && line.status == OF_OK &&
	       of_str_equal(of_buf_str(&line), text);
	of_buf_finish(&clean);
	of_buf_finish(&line);
	return same;
}

bool of_scalar_find(struct of_scalar *scalar, struct of_str bytes, unsigned line,
	unsigned column, struct of_str text)
{
	size_t at = offset_of(bytes, line, column);
	struct of_buf value = {0};
	bool found;

	if (at != OF_NPOS)
		at = skip_properties(bytes, at);
	if (at == OF_NPOS || at >= bytes.len)
		return false;
	*scalar = (struct of_scalar){.from = at};
	switch (bytes.ptr[at]) {
	case '"':
		scalar->style = OF_SCALAR_DOUBLE;
		scalar->to = read_double(&value, bytes, at);
		break;
	case '\'':
		scalar->style = OF_SCALAR_SINGLE;
		scalar->to = read_single(&value, bytes, at);
		break;
	case '|':
	case '>':
		scalar->style = OF_SCALAR_BLOCK;
		read_block(scalar, &value, bytes, at);
		break;
	default:
		/* where it ends follows from what it says */
		scalar->style = OF_SCALAR_PLAIN;
		scalar->to = at + text.len;
		of_buf_add_str(&value, of_str_slice(bytes, at, scalar->to));
		break;
	}
	found = scalar->to <= bytes.len && value.status == OF_OK &&
		says(of_buf_str(&value), text);
	of_buf_finish(&value);
	return found;
}

/*
 * Whether a plain scalar in block style may say it; in flow style a comma or a
 * bracket would end it, which whoever writes it sees by reading it again.
 */
static bool is_plain(struct of_str text)
{
	static const char indicators[] = "-?:,[]{}#&*!|>'\"%@` \t";

	return text.len > 0 && strchr(indicators, text.ptr[0]) == NULL &&
	       of_str_find(text, STR(": ")) == OF_NPOS &&
	       of_str_find(text, STR(" #")) == OF_NPOS && !of_str_ends(text, STR(":")) &&
	       !of_str_ends(text, STR(" "));
}

static void add_quoted(
	struct of_buf *out, struct of_str text, char quote, const char *escaped, char escape)
{
	of_buf_add_byte(out, quote);
	for (size_t i = 0; i < text.len; i++) {
		if (strchr(escaped, text.ptr[i]) != NULL)
			of_buf_add_byte(out, escape);
		of_buf_add_byte(out, text.ptr[i]);
	}
	of_buf_add_byte(out, quote);
}

static bool is_one_line(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ' || line_end_at(text, i) > 0)
			return false;
	return text.len > 0;
}

bool of_scalar_add(struct of_buf *out, enum of_scalar_style style, struct of_str text)
{
	if (!is_one_line(text))
		return false;
	switch (style) {
	case OF_SCALAR_PLAIN:
		if (!is_plain(text))
			return false;
		of_buf_add_str(out, text);
		return true;
	case OF_SCALAR_SINGLE:
		add_quoted(out, text, '\'', "'", '\'');
		return true;
	case OF_SCALAR_DOUBLE:
		add_quoted(out, text, '"', "\"\\", '\\');
		return true;
	case OF_SCALAR_BLOCK:
		if (text.ptr[0] == ' ' || text.ptr[0] == '\t')
			return false;
		of_buf_add_str(out, text);
		return true;
	}
	return false;
}
