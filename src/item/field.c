#include "item/field.h"

#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include "base/wide.h"
#include "base/word.h"

#ifdef __SSE2__
#define WIDE OF_WIDE_SIZE
#else
#define WIDE OF_WORD_SIZE
#endif

const struct of_yaml *of_field_next(
	const struct fields *fields, enum of_field field, struct of_field_walk *walk)
{
	while (of_field_path_at(&walk->at, fields->site, field, walk->next)) {
		const struct of_yaml *node = of_yaml_at(fields->root, walk->at.path);

		walk->next++;
		if (!of_yaml_is_absent(node))
			return node;
	}
	return NULL;
}

struct of_str of_field_keep(const struct fields *fields)
{
	struct of_str kept = of_arena_keep(fields->arena, fields->scratch);

	of_buf_clear(fields->scratch);
	return kept;
}

const struct of_yaml *of_field_first(const struct of_yaml *node)
{
	if (node == NULL || node->type != OF_YAML_LIST)
		return of_yaml_is_absent(node) ? NULL : node;
	for (size_t i = 0; i < node->count; i++)
		if (!of_yaml_is_absent(node->items[i]))
			return node->items[i];
	return NULL;
}

const struct of_yaml *of_field_scalar(const struct of_yaml *node)
{
	const struct of_yaml *first = of_field_first(node);

	return first != NULL && first->type == OF_YAML_SCALAR ? first : NULL;
}

/* next is the word that begins one byte further: two spaces in a row show in both. */
static inline bool is_plain_word(uint64_t word, uint64_t next)
{
	uint64_t spaces = of_word_of(' ');

	return of_word_is_ascii(word) && !of_word_has_below(word, ' ') &&
	       !of_word_has(word, 0x7F, 0) &&
	       !of_word_has_below((word ^ spaces) | (next ^ spaces), 1);
}

/* The same of a block of either size; the byte behind it is looked at too. */
static inline bool is_plain_block(const char *at, size_t size)
{
#ifdef __SSE2__
	if (size == OF_WIDE_SIZE) {
		__m128i bytes = of_wide_load(at);
		__m128i spaces = _mm_and_si128(
			of_wide_is(bytes, ' '), of_wide_is(of_wide_load(at + 1), ' '));
		/* signed: what is not ASCII, and 0x7F with one added to it, is below all others
		 */
		__m128i shown = _mm_cmpgt_epi8(
			_mm_add_epi8(bytes, _mm_set1_epi8(1)), _mm_set1_epi8(' '));

		return _mm_movemask_epi8(_mm_andnot_si128(spaces, shown)) == 0xFFFF;
	}
#endif
	(void)size;
	return is_plain_word(of_word_load(at), of_word_load(at + 1));
}

static inline bool is_plain_byte(char c)
{
	return c >= ' ' && c < 0x7F;
}

/* Of text that is longer than a block; the last block and one more byte end with it. */
static inline bool are_plain_blocks(struct of_str text, size_t size)
{
	const char *end = text.ptr + text.len - 1;
	const char *last = end - size;

	for (const char *at = text.ptr; at < last; at += size)
		if (!is_plain_block(at, size))
			return false;
	return is_plain_block(last, size) && is_plain_byte(*end);
}

/* Almost all text is clean and on one line already: then nothing is copied. It is trimmed. */
static bool is_plain_line(struct of_str text)
{
	if (text.len > WIDE)
		return are_plain_blocks(text, WIDE);
	if (text.len > OF_WORD_SIZE)
		return are_plain_blocks(text, OF_WORD_SIZE);
	for (size_t at = 0; at < text.len; at++)
		if (!is_plain_byte(text.ptr[at]) ||
			(text.ptr[at] == ' ' && at + 1 < text.len && text.ptr[at + 1] == ' '))
			return false;
	return true;
}

struct of_str of_field_clean(const struct fields *fields, const struct of_yaml *scalar)
{
	struct of_str text = {NULL, 0};
	struct of_buf clean = {0};
	struct of_buf line = {0};

	if (scalar == NULL || scalar->type != OF_YAML_SCALAR || of_yaml_is_absent(scalar))
		return text;
	text = of_str_trim(scalar->text);
	if (is_plain_line(text))
		return text;
	of_unicode_clean(&clean, text, NULL);
	of_unicode_one_line(&line, of_buf_str(&clean));
	if (clean.status != OF_OK)
		line.status = clean.status;
	text = of_arena_keep(fields->arena, &line);
	of_buf_finish(&clean);
	of_buf_finish(&line);
	return text;
}

struct of_str of_field_address(
	const struct fields *fields, struct of_str base, struct of_str reference)
{
	const struct of_str none = {NULL, 0};
	struct of_str address;

	if (reference.len == 0)
		return none;
	of_url_resolve(fields->scratch, base, reference);
	address = of_field_keep(fields);
	return of_url_is_http(address) ? address : none;
}

struct of_str of_field_text_at(const struct fields *fields, const struct of_yaml *map,
	const struct of_str *keys, size_t count)
{
	struct of_str text = {NULL, 0};

	for (size_t i = 0; i < count && text.len == 0; i++)
		text = of_field_clean(fields, of_field_scalar(of_yaml_get(map, keys[i])));
	return text;
}

bool of_field_is_left_blank(const struct of_yaml *map, const struct of_str *keys, size_t count)
{
	bool blank = false;

	for (size_t i = 0; i < count; i++) {
		const struct of_yaml *value = of_yaml_get(map, keys[i]);

		if (!of_yaml_is_absent(value))
			return false;
		blank |= value != NULL;
	}
	return blank;
}

const char *of_field_type_name(const struct of_yaml *node)
{
	static const char *const names[] = {[OF_YAML_SCALAR] = "text",
		[OF_YAML_LIST] = "nested list",
		[OF_YAML_MAP] = "mapping"};

	return names[node->type];
}

void of_field_warn_type(const struct fields *fields, struct of_str name, const char *wanted,
	const struct of_yaml *node)
{
	of_report_warning(fields->reporter, node->line, node->column,
		"a value of %.*s must be %s, and this is a %s: it is passed over",
		(int)(name.len < 100 ? name.len : 100), name.ptr, wanted,
		of_field_type_name(node));
}

void of_field_warn_value(
	const struct fields *fields, enum of_field field, const struct of_yaml *node)
{
	of_field_warn_type(
		fields, of_str_from(of_field_name(field)), of_field_wanted(field), node);
}

struct of_str of_field_text(
	const struct fields *fields, enum of_field field, const struct of_yaml **node)
{
	struct of_str text = {NULL, 0};
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while (text.len == 0 && (value = of_field_next(fields, field, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);

		if (first != NULL && first->type != OF_YAML_SCALAR)
			of_field_warn_value(fields, field, first);
		text = of_field_clean(fields, first);
		if (node != NULL)
			*node = first;
	}
	return text;
}

static void warn_no_address(const struct fields *fields, enum of_field field,
	const struct of_yaml *node, struct of_str text)
{
	of_report_warning(fields->reporter, node->line, node->column,
		"'%.*s' is no http or https address: it is not used as %s",
		(int)(text.len < 100 ? text.len : 100), text.ptr, of_field_name(field));
}

struct of_str of_field_url(const struct fields *fields, enum of_field field)
{
	const struct of_str none = {NULL, 0};
	struct of_str address = none;
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while (address.len == 0 && (value = of_field_next(fields, field, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);
		struct of_str text = of_field_clean(fields, first);

		address = of_field_address(fields, none, text);
		if (address.len > 0 || first == NULL || walk.at.use == OF_PATH_OR_NAME)
			continue;
		if (first->type == OF_YAML_SCALAR)
			warn_no_address(fields, field, first, text);
		else if (walk.at.use != OF_PATH_OR_MAP || first->type != OF_YAML_MAP)
			of_field_warn_value(fields, field, first);
	}
	return address;
}

const struct of_yaml *const *of_field_items(const struct of_yaml *const *node, size_t *count)
{
	if ((*node)->type != OF_YAML_LIST) {
		*count = 1;
		return node;
	}
	*count = (*node)->count;
	return (const struct of_yaml *const *)(*node)->items;
}

struct of_field_texts of_field_texts_in(
	const struct fields *fields, struct of_str name, const struct of_yaml *value)
{
	struct of_field_texts found = {NULL, NULL, 0};
	const struct of_yaml *const *items;
	const struct of_yaml **nodes;
	struct of_str *texts;
	size_t n;

	if (of_yaml_is_absent(value))
		return found;
	items = of_field_items(&value, &n);
	texts = of_arena_take(fields->arena, n, sizeof(*texts));
	nodes = of_arena_take(fields->arena, n, sizeof(*nodes));
	for (size_t i = 0; i < n && texts != NULL && nodes != NULL; i++) {
		if (items[i]->type != OF_YAML_SCALAR && !of_yaml_is_absent(items[i]))
			of_field_warn_type(fields, name, "text", items[i]);
		texts[found.count] = of_field_clean(fields, items[i]);
		nodes[found.count] = items[i];
		found.count += texts[found.count].len > 0;
	}
	found.texts = texts;
	found.nodes = nodes;
	return found;
}

struct of_field_texts of_field_texts(const struct fields *fields, enum of_field field)
{
	struct of_str name = of_str_from(of_field_name(field));
	struct of_field_texts found = {NULL, NULL, 0};
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while (found.count == 0 && (value = of_field_next(fields, field, &walk)) != NULL)
		found = of_field_texts_in(fields, name, value);
	return found;
}
