#include "site/settings.h"

#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include <stdarg.h>
#include <stdio.h>

#define WORD_MOST 32 /* letters of a key that are compared for a suggestion */
#define COUNT_MOST 1000000U

enum of_status of_settings_fail(
	struct loader *loader, const struct of_yaml *node, const char *format, ...)
{
	char message[OF_ERR_MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return of_err_set_at(loader->err, OF_ECONFIG, node->line, node->column, "%s", message);
}

/* Edits (Levenshtein) from a to b; both at most WORD_MOST long. */
static size_t edits(struct of_str a, struct of_str b)
{
	size_t row[WORD_MOST + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t best = corner + (a.ptr[i - 1] != b.ptr[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.len];
}

const char *of_settings_suggest(struct of_str text, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t fewest = 3;

	if (text.len > WORD_MOST)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct of_str word = of_str_from(words[i]);
		size_t distance = word.len <= WORD_MOST ? edits(text, word) : fewest;

		if (distance < fewest && distance < word.len) {
			fewest = distance;
			best = words[i];
		}
	}
	return best;
}

static const struct setting *find(const struct settings *settings, struct of_str name)
{
	for (size_t i = 0; i < settings->count; i++)
		if (of_str_equal(of_str_from(settings->rows[i].name), name))
			return &settings->rows[i];
	return NULL;
}

static enum of_status fail_unknown(struct loader *loader, const struct of_yaml_pair *pair,
	const struct settings *settings, const char *what)
{
	const char *names[64];
	const char *close;
	size_t n = 0;
	int len = (int)(pair->key.len < 100 ? pair->key.len : 100);

	for (; n < settings->count && n < sizeof(names) / sizeof(names[0]); n++)
		names[n] = settings->rows[n].name;
	close = of_settings_suggest(pair->key, names, n);
	if (close != NULL)
		return of_err_set_at(loader->err, OF_ECONFIG, pair->line, pair->column,
			"unknown key '%.*s' in %s: did you mean '%s'?", len, pair->key.ptr,
			what, close);
	return of_err_set_at(loader->err, OF_ECONFIG, pair->line, pair->column,
		"unknown key '%.*s' in %s: remove it; %s", len,
		pair->key.ptr != NULL ? pair->key.ptr : "", what, settings->listed);
}

/* null means the default, and so does blank text where nothing has to be named. */
static enum of_status read_pair(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *into)
{
	if (value->type != OF_YAML_SCALAR || !of_yaml_is_absent(value))
		return setting->read(loader, setting, value, (char *)into + setting->offset);
	if (setting->filled && !value->plain)
		return of_settings_fail(loader, value,
			"'%s' is empty: give it a value, or leave the key out", setting->name);
	return OF_OK;
}

enum of_status of_settings_read(struct loader *loader, const struct of_yaml *map,
	const struct settings *settings, void *into, const char *what)
{
	enum of_status status = OF_OK;

	if (map->type != OF_YAML_MAP)
		return of_settings_fail(
			loader, map, "%s must be a mapping of keys to values", what);
	for (size_t i = 0; i < map->count && status == OF_OK; i++) {
		const struct of_yaml_pair *pair = &map->pairs[i];
		const struct setting *setting = find(settings, pair->key);

		status = setting != NULL ? read_pair(loader, setting, pair->value, into)
					 : fail_unknown(loader, pair, settings, what);
	}
	return status;
}

enum of_status of_read_map(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	return of_settings_read(loader, value, setting->below, target, setting->name);
}

/* Text that goes into documents and names of files as it is. */
static enum of_status take_text(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, struct of_str *text)
{
	if (!of_unicode_is_clean(value->text))
		return of_settings_fail(loader, value,
			"'%s' holds a character that no feed may hold: remove it",
			setting->name);
	*text = of_str_trim(value->text);
	return OF_OK;
}

enum of_status of_read_text(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	if (value->type != OF_YAML_SCALAR)
		return of_settings_fail(loader, value, "'%s' must be text", setting->name);
	return take_text(loader, setting, value, target);
}

enum of_status of_read_flag(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	bool *flag = target;

	if (!of_yaml_is_true(value) && !of_yaml_is_false(value))
		return of_settings_fail(
			loader, value, "'%s' must be true or false", setting->name);
	*flag = of_yaml_is_true(value);
	return OF_OK;
}

enum of_status of_read_count(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	size_t *count = target;
	uint64_t number = 0;

	if (value->type != OF_YAML_SCALAR || !of_str_to_uint(&number, value->text) ||
		number == 0 || number > COUNT_MOST)
		return of_settings_fail(loader, value, "'%s' must be a number from 1 to %u",
			setting->name, COUNT_MOST);
	*count = (size_t)number;
	return OF_OK;
}

_Static_assert(sizeof(enum of_archive) == sizeof(unsigned) &&
		       sizeof(enum of_content_mode) == sizeof(unsigned) &&
		       sizeof(enum of_main_link) == sizeof(unsigned) &&
		       sizeof(enum of_rot) == sizeof(unsigned),
	"of_read_word() writes an enum as an unsigned int");

enum of_status of_read_word(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	unsigned *number = target;
	char list[256] = "";
	size_t len = 0;

	for (unsigned i = 0; setting->words[i] != NULL; i++) {
		if (value->type == OF_YAML_SCALAR &&
			of_str_equal(value->text, of_str_from(setting->words[i]))) {
			*number = i;
			return OF_OK;
		}
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
			i > 0 ? ", " : "", setting->words[i]);
	}
	return of_settings_fail(loader, value, "'%s' must be one of: %s", setting->name, list);
}

enum of_status of_read_url(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *url = target;

	if (value->type != OF_YAML_SCALAR || !of_url_is_http(of_str_trim(value->text)))
		return of_settings_fail(loader, value,
			"'%s' must be an absolute address such as https://www.example.org/",
			setting->name);
	*url = of_str_trim(value->text);
	return OF_OK;
}

const struct of_yaml *of_settings_nth(const struct of_yaml *value, size_t n)
{
	return value->type == OF_YAML_LIST ? value->items[n] : value;
}

enum of_status of_read_texts(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	size_t count = value->type == OF_YAML_LIST ? value->count : 1;
	struct of_str *texts = of_arena_take(loader->site->arena, count, sizeof(*texts));
	struct texts read = {texts, count};

	if (texts == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < count; i++) {
		const struct of_yaml *item = of_settings_nth(value, i);
		enum of_status status;

		if (item->type != OF_YAML_SCALAR || of_yaml_is_absent(item))
			return of_settings_fail(loader, item,
				"'%s' must be text, or a list of texts", setting->name);
		status = take_text(loader, setting, item, &texts[i]);
		if (status != OF_OK)
			return status;
	}
	/* the target's type is another, of the same members */
	memcpy(target, &read, sizeof(read));
	return OF_OK;
}
