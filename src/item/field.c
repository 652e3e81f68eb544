#include "item/field.h"

#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"

#define PATHS_MOST 10

struct row {
	const char *name;
	struct of_str paths[PATHS_MOST]; /* an absent one ends them */
};

/* "<stem>" is the file's name without its extension (identity.c). */
static const struct row rows[OF_FIELD_COUNT] = {
	[OF_FIELD_ID] = {"id", {STR_INIT("guid"), STR_INIT("uuid"), STR_INIT("mdName"),
				       STR_INIT("<stem>"), STR_INIT("id"), STR_INIT("slug")}},
	[OF_FIELD_TITLE] = {"title", {STR_INIT("title"), STR_INIT("linkTitle"),
					     STR_INIT("openGraphMetaData.ogtitle")}},
	[OF_FIELD_SUMMARY] = {"summary",
		{STR_INIT("description"), STR_INIT("summary"), STR_INIT("excerpt"),
			STR_INIT("openGraphMetaData.ogdescription"),
			STR_INIT("htmlMetaData.description")}},
	[OF_FIELD_PUBLISHED] = {"published",
		{STR_INIT("date"), STR_INIT("published"), STR_INIT("publishDate"),
			STR_INIT("pubDate")}},
	[OF_FIELD_UPDATED] = {"updated",
		{STR_INIT("lastMod"), STR_INIT("lastmod"), STR_INIT("updated"),
			STR_INIT("modified"), STR_INIT("published")}},
	[OF_FIELD_EXPIRES] = {"expires",
		{STR_INIT("expiryDate"), STR_INIT("expirydate"), STR_INIT("expires")}},
	[OF_FIELD_DRAFT] = {"draft",
		{STR_INIT("draft"), STR_INIT("published"), STR_INIT("status")}},
	[OF_FIELD_SLUG] = {"slug", {STR_INIT("slug")}},
	[OF_FIELD_PERMALINK] = {"permalink", {STR_INIT("permalink"), STR_INIT("url")}},
	[OF_FIELD_SOURCE_URL] = {"source_url",
		{STR_INIT("link.href"), STR_INIT("link"), STR_INIT("href"),
			STR_INIT("original"), STR_INIT("external_url"), STR_INIT("source_url"),
			STR_INIT("sourceUrl"), STR_INIT("canonicalUrl"),
			STR_INIT("openProjectCustomFields.cleanUrl"),
			STR_INIT("openProjectCustomFields.sourceUrl")}},
	[OF_FIELD_SOURCE_NAME] = {"source_name",
		{STR_INIT("link.brand"), STR_INIT("linkBrand"), STR_INIT("source.name")}},
	[OF_FIELD_VIA_URL] = {"via_url", {STR_INIT("viaLink"), STR_INIT("via")}},
	[OF_FIELD_VIA_NAME] = {"via_name", {STR_INIT("via")}},
	[OF_FIELD_AUTHORS] = {"authors",
		{STR_INIT("author"), STR_INIT("authors"), STR_INIT("byline")}},
	[OF_FIELD_CATEGORIES] = {"categories",
		{STR_INIT("categories"), STR_INIT("category"), STR_INIT("topics")}},
	[OF_FIELD_TAGS] = {"tags", {STR_INIT("tags"), STR_INIT("keywords")}},
	[OF_FIELD_IMAGE] = {"image",
		{STR_INIT("featuredImage"), STR_INIT("featured_image"), STR_INIT("image"),
			STR_INIT("cover"), STR_INIT("banner_image")}},
	[OF_FIELD_RELATED] = {"related", {STR_INIT("relatedOfferings"), STR_INIT("related")}},
	[OF_FIELD_ALIASES] = {"aliases", {STR_INIT("aliases"), STR_INIT("redirect_from")}},
	[OF_FIELD_LANGUAGE] = {"language", {STR_INIT("lang"), STR_INIT("language")}},
};

const char *of_field_name(unsigned field)
{
	return field < OF_FIELD_COUNT ? rows[field].name : NULL;
}

unsigned of_field_find(struct of_str name)
{
	unsigned field = 0;

	while (field < OF_FIELD_COUNT && !of_str_equal(of_str_from(rows[field].name), name))
		field++;
	return field;
}

const struct of_str *of_field_paths(
	size_t *count, const struct of_site *site, enum of_field field)
{
	for (size_t i = 0; i < site->n_fields; i++) {
		if (site->fields[i].field == (unsigned)field) {
			*count = site->fields[i].n_paths;
			return site->fields[i].paths;
		}
	}
	*count = 0;
	while (*count < PATHS_MOST && rows[field].paths[*count].len > 0)
		(*count)++;
	return rows[field].paths;
}

/* The part of a path before its first dot: the key of the front matter it begins with. */
static void add_key(struct of_str *keys, size_t *count, struct of_str path)
{
	struct of_str key = of_str_split(&path, '.');

	for (size_t i = 0; i < *count; i++)
		if (of_str_equal(keys[i], key))
			return;
	keys[(*count)++] = key;
}

const struct of_str *of_item_head_keys(
	size_t *count, const struct of_site *site, struct of_arena *arena)
{
	static const enum of_field fields[] = {OF_FIELD_ID, OF_FIELD_TITLE, OF_FIELD_PUBLISHED,
		OF_FIELD_UPDATED, OF_FIELD_EXPIRES, OF_FIELD_DRAFT, OF_FIELD_SLUG,
		OF_FIELD_AUTHORS, OF_FIELD_CATEGORIES, OF_FIELD_TAGS, OF_FIELD_ALIASES};
	static const struct of_str others[] = {STR_INIT("categorySlug"),
		STR_INIT("categoryUrl"), STR_INIT("categoryLabel"), STR_INIT("categories"),
		STR_INIT("<<")};
	const size_t n_fields = sizeof(fields) / sizeof(fields[0]);
	const size_t n_others = sizeof(others) / sizeof(others[0]);
	size_t most = n_others + site->n_groups;
	struct of_str *keys;

	for (size_t i = 0; i < n_fields; i++) {
		size_t n_paths;

		of_field_paths(&n_paths, site, fields[i]);
		most += n_paths;
	}
	keys = of_arena_take(arena, most, sizeof(*keys));
	*count = 0;
	if (keys == NULL)
		return NULL;
	for (size_t i = 0; i < n_fields; i++) {
		size_t n_paths;
		const struct of_str *paths = of_field_paths(&n_paths, site, fields[i]);

		for (size_t p = 0; p < n_paths; p++)
			add_key(keys, count, paths[p]);
	}
	for (size_t i = 0; i < n_others; i++)
		add_key(keys, count, others[i]);
	for (size_t i = 0; i < site->n_groups; i++)
		add_key(keys, count, site->groups[i].by);
	return keys;
}

const struct of_yaml *of_field_next(
	const struct fields *fields, enum of_field field, size_t *cursor)
{
	size_t count;
	const struct of_str *paths = of_field_paths(&count, fields->site, field);

	while (*cursor < count) {
		const struct of_yaml *node = of_yaml_at(fields->root, paths[(*cursor)++]);

		if (!of_yaml_is_absent(node))
			return node;
	}
	return NULL;
}

const struct of_yaml *of_field_scalar(const struct of_yaml *node)
{
	if (node != NULL && node->type == OF_YAML_LIST)
		node = node->count > 0 ? node->items[0] : NULL;
	return of_yaml_is_absent(node) || node->type != OF_YAML_SCALAR ? NULL : node;
}

/* Almost all text is clean and on one line already: then nothing is copied. */
static bool is_plain_line(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < ' ' || c >= 0x7F ||
			(c == ' ' && text.ptr[i + 1 < text.len ? i + 1 : i] == ' '))
			return false;
	}
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
	text = of_arena_dup(fields->arena, of_buf_str(&line));
	of_buf_finish(&clean);
	of_buf_finish(&line);
	return text;
}

/* A mapping where text belongs; `link` may be one, and its parts have rows of their own. */
static void warn_mapping(
	const struct fields *fields, enum of_field field, const struct of_yaml *node)
{
	if (field != OF_FIELD_SOURCE_URL)
		of_report_warning(fields->reporter, node->line, node->column,
			"a value of %s must be text, and this is a %s: it is passed over",
			rows[field].name,
			node->type == OF_YAML_MAP ? "mapping" : "list without text");
}

struct of_str of_field_text(
	const struct fields *fields, enum of_field field, const struct of_yaml **node)
{
	struct of_str text = {NULL, 0};
	const struct of_yaml *value;
	size_t cursor = 0;

	while (text.len == 0 && (value = of_field_next(fields, field, &cursor)) != NULL) {
		const struct of_yaml *scalar = of_field_scalar(value);

		if (scalar == NULL)
			warn_mapping(fields, field, value);
		text = of_field_clean(fields, scalar);
		if (node != NULL)
			*node = scalar;
	}
	return text;
}

struct of_str of_field_url(const struct fields *fields, enum of_field field)
{
	struct of_str none = {NULL, 0};
	const struct of_yaml *value;
	size_t cursor = 0;

	while ((value = of_field_next(fields, field, &cursor)) != NULL) {
		const struct of_yaml *scalar = of_field_scalar(value);
		struct of_str text = of_field_clean(fields, scalar);
		struct of_buf url = {0};

		if (text.len == 0)
			continue;
		of_url_resolve(&url, none, text);
		if (of_url_is_http(of_buf_str(&url))) {
			text = of_arena_dup(fields->arena, of_buf_str(&url));
			of_buf_finish(&url);
			return text;
		}
		of_buf_finish(&url);
		if (field != OF_FIELD_VIA_URL)
			of_report_warning(fields->reporter, scalar->line, scalar->column,
				"'%.*s' is no http or https address: it is not used as %s",
				(int)(text.len < 100 ? text.len : 100), text.ptr,
				rows[field].name);
	}
	return none;
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

const struct of_str *of_field_texts(
	const struct fields *fields, enum of_field field, size_t *count)
{
	size_t cursor = 0;
	const struct of_yaml *value = of_field_next(fields, field, &cursor);
	const struct of_yaml *const *items;
	struct of_str *texts;
	size_t n;

	*count = 0;
	if (value == NULL)
		return NULL;
	items = of_field_items(&value, &n);
	texts = of_arena_take(fields->arena, n, sizeof(*texts));
	for (size_t i = 0; i < n && texts != NULL; i++) {
		texts[*count] = of_field_clean(fields, items[i]);
		*count += texts[*count].len > 0;
	}
	return texts;
}

int64_t of_field_date(const struct fields *fields, enum of_field field,
	const struct of_zone *zone, struct bad_date *bad)
{
	const struct of_yaml *value;
	size_t cursor = 0;

	while ((value = of_field_next(fields, field, &cursor)) != NULL) {
		const struct of_yaml *scalar = of_field_scalar(value);
		int64_t seconds;

		if (scalar != NULL && of_time_parse(&seconds, of_str_trim(scalar->text), zone))
			return seconds;
		/* published: false is a draft's mark, and no date */
		if (of_yaml_is_true(scalar) || of_yaml_is_false(scalar))
			continue;
		if (bad->node == NULL)
			bad->node = value;
	}
	return OF_TIME_NONE;
}
