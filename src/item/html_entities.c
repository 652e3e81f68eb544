#include "item/html_entities.h"

#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define DIGITS_MAX 7 /* of a number */

/* Sorted by name. HTML 4 has more of them: it is the frequent ones that are read here. */
static const struct entity {
	struct of_str name;
	uint32_t character;
} entities[] = {
	{STR_INIT("aacute"), 0xE1},
	{STR_INIT("acirc"), 0xE2},
	{STR_INIT("agrave"), 0xE0},
	{STR_INIT("amp"), '&'},
	{STR_INIT("apos"), '\''},
	{STR_INIT("atilde"), 0xE3},
	{STR_INIT("auml"), 0xE4},
	{STR_INIT("bdquo"), 0x201E},
	{STR_INIT("bull"), 0x2022},
	{STR_INIT("ccedil"), 0xE7},
	{STR_INIT("copy"), 0xA9},
	{STR_INIT("deg"), 0xB0},
	{STR_INIT("eacute"), 0xE9},
	{STR_INIT("ecirc"), 0xEA},
	{STR_INIT("egrave"), 0xE8},
	{STR_INIT("euro"), 0x20AC},
	{STR_INIT("frac12"), 0xBD},
	{STR_INIT("gt"), '>'},
	{STR_INIT("hellip"), 0x2026},
	{STR_INIT("iacute"), 0xED},
	{STR_INIT("laquo"), 0xAB},
	{STR_INIT("ldquo"), 0x201C},
	{STR_INIT("lsquo"), 0x2018},
	{STR_INIT("lt"), '<'},
	{STR_INIT("mdash"), 0x2014},
	{STR_INIT("middot"), 0xB7},
	{STR_INIT("nbsp"), 0xA0},
	{STR_INIT("ndash"), 0x2013},
	{STR_INIT("ntilde"), 0xF1},
	{STR_INIT("oacute"), 0xF3},
	{STR_INIT("ouml"), 0xF6},
	{STR_INIT("plusmn"), 0xB1},
	{STR_INIT("pound"), 0xA3},
	{STR_INIT("quot"), '"'},
	{STR_INIT("raquo"), 0xBB},
	{STR_INIT("rarr"), 0x2192},
	{STR_INIT("rdquo"), 0x201D},
	{STR_INIT("reg"), 0xAE},
	{STR_INIT("rsquo"), 0x2019},
	{STR_INIT("sbquo"), 0x201A},
	{STR_INIT("sect"), 0xA7},
	{STR_INIT("shy"), 0xAD},
	{STR_INIT("szlig"), 0xDF},
	{STR_INIT("times"), 0xD7},
	{STR_INIT("trade"), 0x2122},
	{STR_INIT("uacute"), 0xFA},
	{STR_INIT("uuml"), 0xFC},
};

static const struct entity *find_entity(struct of_str name)
{
	size_t low = 0, high = COUNT(entities);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = of_str_compare(name, entities[middle].name);

		if (order == 0)
			return &entities[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool is_name_byte(char c)
{
	return of_byte_is_alpha(c) || of_byte_is_digit(c);
}

static char byte_at(struct of_str text, size_t at)
{
	return at < text.len ? text.ptr[at] : '\0';
}

/* "&eacute;". */
static bool read_name(struct of_str text, size_t *len, uint32_t *character)
{
	const struct entity *entity;
	size_t end = 1;

	while (is_name_byte(byte_at(text, end)))
		end++;
	if (byte_at(text, end) != ';')
		return false;
	entity = find_entity(of_str_slice(text, 1, end));
	if (entity == NULL)
		return false;
	*len = end + 1;
	*character = entity->character;
	return true;
}

static unsigned digit_value(char c)
{
	return of_byte_is_digit(c) ? (unsigned)(c - '0')
				   : (unsigned)(of_byte_lower(c) - 'a' + 10);
}

/* No control, no surrogate, nothing that is no character: parsers differ on those. */
static bool is_common(uint32_t c)
{
	return c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7F) ||
	       (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c < 0xFDD0) ||
	       (c > 0xFDEF && c <= 0xFFFD) ||
	       (c >= 0x10000 && c <= 0x10FFFF && (c & 0xFFFE) != 0xFFFE);
}

/* "&#233;" and "&#xE9;". */
static bool read_number(struct of_str text, size_t *len, uint32_t *character)
{
	bool hex = of_byte_lower(byte_at(text, 2)) == 'x';
	size_t from = hex ? 3 : 2;
	size_t end = from;
	uint32_t number = 0;

	while (end - from < DIGITS_MAX && (hex ? of_byte_is_hex(byte_at(text, end))
					       : of_byte_is_digit(byte_at(text, end))))
		number = number * (hex ? 16 : 10) + digit_value(text.ptr[end++]);
	if (end == from || byte_at(text, end) != ';' || !is_common(number))
		return false;
	*len = end + 1;
	*character = number;
	return true;
}

bool of_html_reference_read(struct of_str text, size_t *len, uint32_t *character)
{
	return byte_at(text, 1) == '#' ? read_number(text, len, character)
				       : read_name(text, len, character);
}
