#include "survey/kind.h"

#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"

#define SHORT_MOST 60      /* bytes of a text that may be a category */
#define REFERENCE_MOST 500 /* bytes of what may be a link or an image */
#define ODD_DATE_MOST 40
#define SHOWN 60 /* characters of an example */
#define SHOWN_ITEMS 4

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool has_image_extension(struct of_str path)
{
	static const struct of_str extensions[] = {STR_INIT(".jpg"), STR_INIT(".jpeg"),
		STR_INIT(".png"), STR_INIT(".gif"), STR_INIT(".webp"), STR_INIT(".avif"),
		STR_INIT(".svg")};
	struct of_str extension = of_path_extension(path);

	for (size_t i = 0; i < COUNT(extensions); i++)
		if (of_str_equal_nocase(extension, extensions[i]))
			return true;
	return false;
}

/* A word is one when it is the name of a month or its first three letters. */
static bool is_month(struct of_str word)
{
	static const struct of_str months[] = {STR_INIT("january"), STR_INIT("february"),
		STR_INIT("march"), STR_INIT("april"), STR_INIT("may"), STR_INIT("june"),
		STR_INIT("july"), STR_INIT("august"), STR_INIT("september"),
		STR_INIT("october"), STR_INIT("november"), STR_INIT("december")};

	for (size_t i = 0; i < COUNT(months); i++)
		if (of_str_equal_nocase(word, months[i]) ||
			of_str_equal_nocase(word, of_str_slice(months[i], 0, 3)))
			return true;
	return false;
}

static bool names_month(struct of_str text)
{
	size_t start = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && of_byte_is_alpha(text.ptr[i]))
			continue;
		if (is_month(of_str_slice(text, start, i)))
			return true;
		start = i + 1;
	}
	return false;
}

/* 8 July 2022, 08/07/2022, Jul 08 2022: a year, and a month's name or two marks. */
static bool is_odd_date(struct of_str text)
{
	size_t digits = 0;
	size_t marks = 0;
	bool year = false;

	if (text.len > ODD_DATE_MOST)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		digits = of_byte_is_digit(c) ? digits + 1 : 0;
		marks += c == '/' || c == '.' || c == '-';
		if (digits == 4 && (i + 1 == text.len || !of_byte_is_digit(text.ptr[i + 1])))
			year |= of_str_starts(of_str_from_offset(text, i - 3), STR("19")) ||
				of_str_starts(of_str_from_offset(text, i - 3), STR("20"));
	}
	if (!year)
		return false;
	if (names_month(text))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (of_byte_is_alpha(text.ptr[i]))
			return false;
	return marks == 2;
}

static bool is_number(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!of_byte_is_digit(text.ptr[i]) && text.ptr[i] != '.' &&
			!(i == 0 && text.ptr[i] == '-'))
			return false;
	return true;
}

static bool is_image(struct of_str text)
{
	struct of_str path = of_url_split(text).path;

	return text.len <= REFERENCE_MOST && of_str_find_byte(text, '\n') == OF_NPOS &&
	       of_path_stem(path).len > 0 && has_image_extension(path);
}

static enum of_kind kind_of_text(const struct of_yaml *scalar)
{
	struct of_str text = of_str_trim(scalar->text);
	int64_t seconds;

	if (of_time_parse(&seconds, text, NULL))
		return OF_KIND_DATE;
	if (is_image(text))
		return OF_KIND_IMAGE;
	if (text.len <= REFERENCE_MOST && of_url_is_http(text))
		return OF_KIND_LINK;
	if (of_yaml_is_true(scalar) || of_yaml_is_false(scalar))
		return OF_KIND_FLAG;
	if (is_number(text))
		return OF_KIND_NUMBER;
	if (is_odd_date(text))
		return OF_KIND_ODD_DATE;
	return text.len <= SHORT_MOST && of_str_find_byte(text, '\n') == OF_NPOS ? OF_KIND_SHORT
										 : OF_KIND_LONG;
}

/* The keys that SPEC section 3 gives an image's address. */
static const struct of_yaml *address_of(const struct of_yaml *map)
{
	static const struct of_str keys[] = {
		STR_INIT("href"), STR_INIT("src"), STR_INIT("url"), STR_INIT("uid")};

	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct of_yaml *node = of_yaml_get(map, keys[i]);

		if (!of_yaml_is_absent(node) && node->type == OF_YAML_SCALAR)
			return node;
	}
	return NULL;
}

static enum of_kind kind_of_map(const struct of_yaml *map)
{
	const struct of_yaml *address = address_of(map);

	if (address != NULL && is_image(of_str_trim(address->text)))
		return OF_KIND_IMAGE;
	if (!of_yaml_is_absent(of_yaml_get(map, STR("name"))))
		return OF_KIND_PEOPLE;
	return OF_KIND_MAP;
}

static const struct of_yaml *first_of(const struct of_yaml *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!of_yaml_is_absent(list->items[i]))
			return list->items[i];
	return NULL;
}

static enum of_kind kind_of_list(const struct of_yaml *list)
{
	const struct of_yaml *first = first_of(list);
	enum of_kind kind;

	if (first == NULL)
		return OF_KIND_NONE;
	if (first->type == OF_YAML_LIST)
		return OF_KIND_OTHER;
	kind = first->type == OF_YAML_MAP ? kind_of_map(first) : kind_of_text(first);
	switch (kind) {
	case OF_KIND_SHORT:
	case OF_KIND_NUMBER:
	case OF_KIND_FLAG:
		return OF_KIND_TEXTS;
	case OF_KIND_MAP:
		return OF_KIND_OTHER;
	default:
		return kind;
	}
}

enum of_kind of_kind_find(const struct of_yaml *node)
{
	if (of_yaml_is_absent(node))
		return OF_KIND_NONE;
	switch (node->type) {
	case OF_YAML_SCALAR:
		return kind_of_text(node);
	case OF_YAML_LIST:
		return kind_of_list(node);
	default:
		return kind_of_map(node);
	}
}

struct of_str of_kind_image(const struct of_yaml *node)
{
	if (node != NULL && node->type == OF_YAML_LIST)
		node = first_of(node);
	if (node != NULL && node->type == OF_YAML_MAP)
		node = address_of(node);
	if (node == NULL || node->type != OF_YAML_SCALAR)
		return (struct of_str){NULL, 0};
	return of_str_trim(node->text);
}

static void add_plain(struct of_buf *out, const struct of_yaml *node)
{
	const struct of_yaml *shown = node;

	if (node->type == OF_YAML_MAP) {
		shown = address_of(node);
		if (shown == NULL)
			shown = of_yaml_get(node, STR("name"));
	}
	if (shown != NULL && shown->type == OF_YAML_SCALAR)
		of_buf_add_str(out, of_str_slice(shown->text, 0, REFERENCE_MOST));
	else
		of_buf_add_text(out, node->type == OF_YAML_MAP ? "{...}" : "[...]");
}

void of_kind_add_value(struct of_buf *out, const struct of_yaml *node)
{
	struct of_buf whole = {0};
	struct of_buf clean = {0};
	struct of_buf line = {0};

	if (node->type == OF_YAML_LIST) {
		for (size_t i = 0; i < node->count && i < SHOWN_ITEMS; i++) {
			if (i > 0)
				of_buf_add_text(&whole, ", ");
			add_plain(&whole, node->items[i]);
		}
		if (node->count > SHOWN_ITEMS)
			of_buf_add_text(&whole, ", ...");
	} else {
		add_plain(&whole, node);
	}
	of_unicode_clean(&clean, of_buf_str(&whole), NULL);
	of_unicode_one_line(&line, of_buf_str(&clean));
	of_unicode_cut(out, of_buf_str(&line), SHOWN);
	if (whole.status != OF_OK || clean.status != OF_OK || line.status != OF_OK)
		out->status = OF_ENOMEM;
	of_buf_finish(&whole);
	of_buf_finish(&clean);
	of_buf_finish(&line);
}
