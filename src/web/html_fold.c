#include "web/html_fold.h"

#include "base/str.h"
#include "base/unicode.h"
#include <libxml/HTMLparser.h>
#include <stdint.h>

#define ENTITY_MAX 32 /* bytes of a name, with a NUL */
#define REPLACEMENT 0xFFFDU

static void put(struct of_markup_fold *fold, const char *bytes, size_t len)
{
	bool gap = fold->gap && fold->out->len > 0;

	if (fold->full || fold->limit - fold->out->len < len + gap) {
		fold->full = true;
		return;
	}
	if (gap)
		of_buf_add_byte(fold->out, ' ');
	fold->gap = false;
	of_buf_add(fold->out, bytes, len);
}

static bool is_white(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
	       c == 0x205F || c == 0x3000;
}

/* Controls, what has no width at all, and what turns the direction of what follows. */
static bool is_dropped(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x200B || c == 0x200E ||
	       c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
	       c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
}

static void put_character(struct of_markup_fold *fold, uint32_t c)
{
	char bytes[4];
	size_t len = 0;

	if (is_white(c)) {
		fold->gap = true;
		return;
	}
	if (is_dropped(c))
		return;
	if (c < 0x80) {
		bytes[len++] = (char)c;
	} else if (c < 0x800) {
		bytes[len++] = (char)(0xC0 | c >> 6);
		bytes[len++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		bytes[len++] = (char)(0xE0 | c >> 12);
		bytes[len++] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[len++] = (char)(0x80 | (c & 0x3F));
	} else {
		bytes[len++] = (char)(0xF0 | c >> 18);
		bytes[len++] = (char)(0x80 | (c >> 12 & 0x3F));
		bytes[len++] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[len++] = (char)(0x80 | (c & 0x3F));
	}
	put(fold, bytes, len);
}

/* Numbers of windows-1252's own are meant as such (HTML standard, 13.2.5.80). */
static uint32_t number_to_character(uint32_t number)
{
	static const unsigned short windows_1252[32] = {0x20AC, 0, 0x201A, 0x192, 0x201E,
		0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17D, 0, 0,
		0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161,
		0x203A, 0x153, 0, 0x17E, 0x178};

	if (number >= 0x80 && number < 0xA0)
		return windows_1252[number - 0x80];
	if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))
		return REPLACEMENT;
	return number;
}

/* What pages use the most: libxml2 goes through its table one by one. */
static const struct {
	struct of_str name;
	uint32_t character;
} common[] = {
	{STR_INIT("amp"), '&'},
	{STR_INIT("nbsp"), 0xA0},
	{STR_INIT("quot"), '"'},
	{STR_INIT("lt"), '<'},
	{STR_INIT("gt"), '>'},
	{STR_INIT("rsquo"), 0x2019},
	{STR_INIT("lsquo"), 0x2018},
	{STR_INIT("rdquo"), 0x201D},
	{STR_INIT("ldquo"), 0x201C},
	{STR_INIT("ndash"), 0x2013},
	{STR_INIT("mdash"), 0x2014},
	{STR_INIT("hellip"), 0x2026},
	{STR_INIT("copy"), 0xA9},
	{STR_INIT("laquo"), 0xAB},
	{STR_INIT("raquo"), 0xBB},
	{STR_INIT("middot"), 0xB7},
	{STR_INIT("bull"), 0x2022},
};

/* 0 where there is no such name; name is followed by a NUL. */
static uint32_t find_entity(struct of_str name)
{
	const htmlEntityDesc *entity;

	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (of_str_equal(name, common[i].name))
			return common[i].character;
	entity = htmlEntityLookup((const xmlChar *)name.ptr);
	return entity != NULL ? entity->value : 0;
}

static unsigned digit_of(char c)
{
	if (of_byte_is_digit(c))
		return (unsigned)(c - '0');
	return (unsigned)(of_byte_lower(c) - 'a' + 10);
}

/* "&#..." : its length, 0 where it is none. */
static size_t read_number(struct of_str text, uint32_t *character)
{
	bool hex = text.len > 2 && of_byte_lower(text.ptr[2]) == 'x';
	size_t from = hex ? 3 : 2;
	size_t at = from;
	uint32_t number = 0;

	for (; at < text.len &&
		(hex ? of_byte_is_hex(text.ptr[at]) : of_byte_is_digit(text.ptr[at]));
		at++)
		if (number <= 0x10FFFF)
			number = number * (hex ? 16 : 10) + digit_of(text.ptr[at]);
	if (at == from)
		return 0;
	*character = number_to_character(number);
	return at + (at < text.len && text.ptr[at] == ';');
}

/* "&name;", and for the oldest names "&name": its length, 0 where it is none. */
static size_t read_name(struct of_str text, bool attribute, uint32_t *character)
{
	char name[ENTITY_MAX];
	size_t len = 0;
	uint32_t found;
	bool closed;

	while (len + 1 < sizeof(name) && len + 1 < text.len &&
		(of_byte_is_alpha(text.ptr[len + 1]) || of_byte_is_digit(text.ptr[len + 1]))) {
		name[len] = text.ptr[len + 1];
		len++;
	}
	name[len] = '\0';
	closed = len + 1 < text.len && text.ptr[len + 1] == ';';
	if (len == 0 ||
		(!closed && attribute && len + 1 < text.len && text.ptr[len + 1] == '='))
		return 0;
	found = find_entity((struct of_str){name, len});
	if (found == 0 || (!closed && found > 0xFF))
		return 0;
	*character = found;
	return len + 1 + closed;
}

static size_t read_reference(struct of_str text, bool attribute, uint32_t *character)
{
	if (text.len > 1 && text.ptr[1] == '#')
		return read_number(text, character);
	return read_name(text, attribute, character);
}

/* The end of the ASCII from `from` on that goes out as it is. */
static size_t skip_visible(struct of_str text, size_t from)
{
	while (from < text.len && text.ptr[from] > ' ' && text.ptr[from] < 0x7F &&
		text.ptr[from] != '&')
		from++;
	return from;
}

/* What fits of a run of visible ASCII. */
static void put_run(struct of_markup_fold *fold, struct of_str run)
{
	bool gap = fold->gap && fold->out->len > 0;
	size_t room = fold->limit - fold->out->len;

	if (room <= gap) {
		fold->full = true;
		return;
	}
	if (run.len > room - gap) {
		put(fold, run.ptr, room - gap);
		fold->full = true;
	} else {
		put(fold, run.ptr, run.len);
	}
}

void of_markup_fold_add(struct of_markup_fold *fold, struct of_str text)
{
	size_t at = 0;

	while (at < text.len && !fold->full) {
		size_t end = skip_visible(text, at);
		uint32_t character = '&';
		size_t len;

		if (end > at) {
			put_run(fold, of_str_slice(text, at, end));
			at = end;
			continue;
		}
		if (text.ptr[at] == '&' && !fold->plain) {
			len = read_reference(
				of_str_from_offset(text, at), fold->attribute, &character);
			at += len > 0 ? len : 1;
		} else {
			character = of_unicode_next(text, &at);
		}
		put_character(fold, character);
	}
}
