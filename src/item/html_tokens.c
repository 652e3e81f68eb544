#include "item/html_tokens.h"

#include "base/str.h"
#include "item/html_table.h"
#include <string.h>

#define REFERENCE_MOST 32 /* bytes of a name; HTML's longest has 31 */

struct reader {
	struct of_str html;
	size_t at; /* the next byte */
	struct of_buf *out;
};

/* A tag's or an attribute's name in lower case; len 0 when no table could hold it. */
struct name {
	char bytes[OF_HTML_NAME_MAX + 1];
	size_t len;
};

/* 0 beyond the end. */
static char byte_at(const struct reader *reader, size_t offset)
{
	size_t at = reader->at + offset;

	return at < reader->html.len ? reader->html.ptr[at] : '\0';
}

static bool at_end(const struct reader *reader)
{
	return reader->at >= reader->html.len;
}

/* The offset of byte from `at` on, or the end. */
static size_t find_byte(const struct reader *reader, char byte)
{
	const char *from = reader->html.ptr + reader->at;
	const char *found = memchr(from, byte, reader->html.len - reader->at);

	return found != NULL ? (size_t)(found - reader->html.ptr) : reader->html.len;
}

static void skip_past(struct reader *reader, char byte)
{
	size_t found = find_byte(reader, byte);

	reader->at = found < reader->html.len ? found + 1 : found;
}

static void skip_spaces(struct reader *reader, bool slashes)
{
	while (of_byte_is_space(byte_at(reader, 0)) || (slashes && byte_at(reader, 0) == '/'))
		reader->at++;
}

/* The byte in lower case when names of the tables may have it, else 0. */
static char name_byte(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':')
		return c;
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : '\0';
}

/* Goes to what ends a name: white space, '/', '>' and, but for its first byte, stop. */
static void skip_name(struct reader *reader, size_t from, char stop)
{
	for (; !at_end(reader); reader->at++) {
		char c = byte_at(reader, 0);

		if (of_byte_is_space(c) || c == '/' || c == '>' ||
			(c == stop && reader->at > from))
			break;
	}
}

static struct name read_name(struct reader *reader, char stop)
{
	struct of_str html = reader->html;
	size_t from = reader->at;
	struct name name;
	size_t len = 0;

	while (from + len < html.len && len < OF_HTML_NAME_MAX) {
		char c = name_byte(html.ptr[from + len]);

		if (c == '\0')
			break;
		name.bytes[len++] = c;
	}
	reader->at = from + len;
	skip_name(reader, from, stop);
	name.len = reader->at == from + len ? len : 0;
	return name;
}

static struct of_str read_value(struct reader *reader)
{
	char quote = byte_at(reader, 0);
	size_t from = reader->at;

	if (quote == '"' || quote == '\'') {
		size_t end;

		reader->at++;
		end = find_byte(reader, quote);
		reader->at = end < reader->html.len ? end + 1 : end;
		return of_str_slice(reader->html, from + 1, end);
	}
	while (!at_end(reader) && !of_byte_is_space(byte_at(reader, 0)) &&
		byte_at(reader, 0) != '>')
		reader->at++;
	return of_str_slice(reader->html, from, reader->at);
}

/* True for "&#" with a digit, or with an x and a hexadecimal one. */
static bool begins_number(struct of_str text)
{
	if (text.len > 3 && (text.ptr[2] == 'x' || text.ptr[2] == 'X'))
		return of_byte_is_hex(text.ptr[3]);
	return text.len > 2 && of_byte_is_digit(text.ptr[2]);
}

/* True for a '&' with a name and a ';', or a number. */
static bool begins_reference(struct of_str text)
{
	size_t end = 1;

	if (text.len > 1 && text.ptr[1] == '#')
		return begins_number(text);
	while (end < text.len && end <= REFERENCE_MOST &&
		(of_byte_is_alpha(text.ptr[end]) || of_byte_is_digit(text.ptr[end])))
		end++;
	return end > 1 && end < text.len && text.ptr[end] == ';';
}

/* Writes text with each '&' escaped that begins no reference. */
static void write_text(struct of_buf *out, struct of_str text)
{
	for (size_t at; (at = of_str_find_byte(text, '&')) != OF_NPOS;) {
		of_buf_add_str(out, of_str_slice(text, 0, at));
		text = of_str_from_offset(text, at);
		of_buf_add_text(out, begins_reference(text) ? "&" : "&amp;");
		text = of_str_from_offset(text, 1);
	}
	of_buf_add_str(out, text);
}

static void write_attribute(struct of_buf *out, struct of_str name, struct of_str value)
{
	of_buf_add_byte(out, ' ');
	of_buf_add_str(out, name);
	of_buf_add(out, "=\"", 2);
	for (size_t quote; (quote = of_str_find_byte(value, '"')) != OF_NPOS;) {
		write_text(out, of_str_slice(value, 0, quote));
		of_buf_add_text(out, "&quot;");
		value = of_str_from_offset(value, quote + 1);
	}
	write_text(out, value);
	of_buf_add_byte(out, '"');
}

/*
 * Reads the attributes and the '>'; writes those that one of the classes has.
 * False when the text ends before the tag does.
 */
static bool read_attributes(struct reader *reader, unsigned classes)
{
	for (;;) {
		struct of_str value = {0};
		struct name name;
		struct of_str text;

		skip_spaces(reader, true);
		if (byte_at(reader, 0) == '>') {
			reader->at++;
			return true;
		}
		if (at_end(reader))
			return false;
		name = read_name(reader, '=');
		skip_spaces(reader, false);
		if (byte_at(reader, 0) == '=') {
			reader->at++;
			skip_spaces(reader, false);
			if (byte_at(reader, 0) != '>')
				value = read_value(reader);
		}
		text = (struct of_str){name.bytes, name.len};
		if (classes != 0 && of_html_attribute_find(text, classes) != NULL)
			write_attribute(reader->out, text, value);
	}
}

/* Moves to the element's end tag, or to the end. */
static void skip_contents(struct reader *reader, struct of_str name)
{
	for (;;) {
		struct of_str rest;

		reader->at = find_byte(reader, '<');
		if (at_end(reader))
			return;
		rest = of_str_from_offset(reader->html, reader->at + 1);
		if (of_str_starts(rest, STR("/")) &&
			of_str_starts_nocase(of_str_from_offset(rest, 1), name)) {
			char next = byte_at(reader, 2 + name.len);

			if (of_byte_is_space(next) || next == '/' || next == '>')
				return;
		}
		reader->at++;
	}
}

static void read_start_tag(struct reader *reader)
{
	struct of_buf *out = reader->out;
	size_t start = out->len;
	const struct of_html_element *element;
	struct name name;
	struct of_str text;
	unsigned flags;

	reader->at++;
	name = read_name(reader, '\0');
	text = (struct of_str){name.bytes, name.len};
	element = of_html_element_find(text);
	flags = element != NULL ? element->flags : 0;
	of_buf_add_byte(out, '<');
	of_buf_add_str(out, text);
	if (!read_attributes(reader, element != NULL ? element->attributes : 0)) {
		of_buf_truncate(out, start);
		return;
	}
	of_buf_add_text(out, (flags & OF_HTML_VOID) != 0 ? "/>" : ">");
	if ((flags & OF_HTML_VANISH) != 0 || name.len == 0)
		of_buf_truncate(out, start);
	if ((flags & OF_HTML_RAW) != 0)
		skip_contents(reader, text);
}

static void read_end_tag(struct reader *reader)
{
	const struct of_html_element *element;
	struct name name;
	struct of_str text;

	reader->at += 2;
	name = read_name(reader, '\0');
	text = (struct of_str){name.bytes, name.len};
	element = of_html_element_find(text);
	if (!read_attributes(reader, 0) || name.len == 0)
		return;
	if (element != NULL && (element->flags & (OF_HTML_VANISH | OF_HTML_VOID)) != 0)
		return;
	of_buf_add(reader->out, "</", 2);
	of_buf_add_str(reader->out, text);
	of_buf_add_byte(reader->out, '>');
}

/* "<!-->" and "<!--->" are comments too, and "--!>" ends one. */
static void skip_comment(struct reader *reader)
{
	reader->at += 4;
	if (byte_at(reader, 0) == '>' ||
		(byte_at(reader, 0) == '-' && byte_at(reader, 1) == '>')) {
		skip_past(reader, '>');
		return;
	}
	while (!at_end(reader)) {
		reader->at = find_byte(reader, '-');
		if (byte_at(reader, 1) == '-' &&
			(byte_at(reader, 2) == '>' ||
				(byte_at(reader, 2) == '!' && byte_at(reader, 3) == '>'))) {
			skip_past(reader, '>');
			return;
		}
		if (!at_end(reader))
			reader->at++;
	}
}

static void read_markup(struct reader *reader)
{
	char next = byte_at(reader, 1);

	if (of_byte_is_alpha(next)) {
		read_start_tag(reader);
	} else if (next == '/' && of_byte_is_alpha(byte_at(reader, 2))) {
		read_end_tag(reader);
	} else if (next == '!' && byte_at(reader, 2) == '-' && byte_at(reader, 3) == '-') {
		skip_comment(reader);
	} else if (next == '!' || next == '?' || next == '/') {
		skip_past(reader, '>');
	} else {
		of_buf_add_text(reader->out, "&lt;");
		reader->at++;
	}
}

void of_html_tokens_add(struct of_buf *out, struct of_str html)
{
	struct reader reader = {html, 0, out};
	size_t ampersand;

	if (html.len == 0)
		return;
	ampersand = find_byte(&reader, '&');

	while (!at_end(&reader)) {
		size_t tag = find_byte(&reader, '<');
		struct of_str text = {html.ptr + reader.at, tag - reader.at};

		if (ampersand < reader.at)
			ampersand = find_byte(&reader, '&');
		if (ampersand < tag)
			write_text(out, text);
		else
			of_buf_add_str(out, text);
		reader.at = tag;
		if (!at_end(&reader))
			read_markup(&reader);
	}
}
