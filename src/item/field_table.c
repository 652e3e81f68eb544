/* Where in the front matter each field may stand (SPEC section 3). */
#include "item/field.h"

#include "base/str.h"

#define PATHS_MOST 10

struct row {
	const char *name;
	const char *wanted;                     /* what a value must be */
	enum of_path_use otherwise;             /* of a path that only a site names */
	struct of_field_path paths[PATHS_MOST]; /* an absent one ends them */
};

#define PATH_AS(text, use)            \
	{                             \
		STR_INIT(text), (use) \
	}
#define PATH(text) PATH_AS(text, OF_PATH_VALUE)

static const struct row rows[OF_FIELD_COUNT] = {
	[OF_FIELD_ID] = {"id", "text", OF_PATH_VALUE,
		{PATH("guid"), PATH("uuid"), PATH_AS("mdName", OF_PATH_FILE_NAME),
			PATH_AS("<stem>", OF_PATH_STEM), PATH_AS("id", OF_PATH_ID),
			PATH_AS("slug", OF_PATH_SLUG)}},
	[OF_FIELD_TITLE] = {"title", "text", OF_PATH_VALUE,
		{PATH("title"), PATH("linkTitle"), PATH("openGraphMetaData.ogtitle")}},
	[OF_FIELD_SUMMARY] = {"summary", "text", OF_PATH_VALUE,
		{PATH("description"), PATH("summary"), PATH("excerpt"),
			PATH("openGraphMetaData.ogdescription"),
			PATH("htmlMetaData.description")}},
	[OF_FIELD_PUBLISHED] = {"published", "a date", OF_PATH_VALUE,
		{PATH("date"), PATH_AS("published", OF_PATH_OR_FLAG), PATH("publishDate"),
			PATH("pubDate")}},
	[OF_FIELD_UPDATED] = {"updated", "a date", OF_PATH_VALUE,
		{PATH("lastMod"), PATH("lastmod"), PATH("updated"), PATH("modified"),
			PATH_AS("published", OF_PATH_OR_FLAG)}},
	[OF_FIELD_EXPIRES] = {"expires", "a date", OF_PATH_VALUE,
		{PATH("expiryDate"), PATH("expirydate"), PATH("expires")}},
	[OF_FIELD_DRAFT] = {"draft", "true or false", OF_PATH_TRUE_OR_WORD,
		{PATH_AS("draft", OF_PATH_TRUE), PATH_AS("published", OF_PATH_FALSE),
			PATH_AS("status", OF_PATH_WORD)}},
	[OF_FIELD_SLUG] = {"slug", "text", OF_PATH_VALUE, {PATH("slug")}},
	[OF_FIELD_PERMALINK] = {"permalink", "text", OF_PATH_VALUE,
		{PATH("permalink"), PATH("url")}},
	[OF_FIELD_SOURCE_URL] = {"source_url", "text", OF_PATH_VALUE,
		{PATH("link.href"), PATH_AS("link", OF_PATH_OR_MAP), PATH("href"),
			PATH("original"), PATH("external_url"), PATH("source_url"),
			PATH("sourceUrl"), PATH("canonicalUrl"),
			PATH("openProjectCustomFields.cleanUrl"),
			PATH("openProjectCustomFields.sourceUrl")}},
	[OF_FIELD_SOURCE_NAME] = {"source_name", "text", OF_PATH_VALUE,
		{PATH("link.brand"), PATH("linkBrand"), PATH("source.name")}},
	[OF_FIELD_VIA_URL] = {"via_url", "text", OF_PATH_VALUE,
		{PATH("viaLink"), PATH_AS("via", OF_PATH_OR_NAME)}},
	[OF_FIELD_VIA_NAME] = {"via_name", "text", OF_PATH_VALUE, {PATH("via")}},
	[OF_FIELD_AUTHORS] = {"authors", "text, or a mapping with name, url, email",
		OF_PATH_VALUE, {PATH("author"), PATH("authors"), PATH("byline")}},
	[OF_FIELD_CATEGORIES] = {"categories", "text", OF_PATH_VALUE,
		{PATH("categories"), PATH("category"), PATH("topics")}},
	[OF_FIELD_TAGS] = {"tags", "text", OF_PATH_VALUE, {PATH("tags"), PATH("keywords")}},
	[OF_FIELD_IMAGE] = {"image", "text, or a mapping with href", OF_PATH_VALUE,
		{PATH("featuredImage"), PATH("featured_image"), PATH("image"), PATH("cover"),
			PATH("banner_image")}},
	[OF_FIELD_RELATED] = {"related", "an address, or a mapping with label and permalink",
		OF_PATH_VALUE, {PATH("relatedOfferings"), PATH("related")}},
	[OF_FIELD_ALIASES] = {"aliases", "text", OF_PATH_VALUE,
		{PATH("aliases"), PATH("redirect_from")}},
	[OF_FIELD_LANGUAGE] = {"language", "text", OF_PATH_VALUE,
		{PATH("lang"), PATH("language")}},
};

const char *of_field_name(unsigned field)
{
	return field < OF_FIELD_COUNT ? rows[field].name : NULL;
}

const char *of_field_wanted(enum of_field field)
{
	return rows[field].wanted;
}

unsigned of_field_find(struct of_str name)
{
	unsigned field = 0;

	while (field < OF_FIELD_COUNT && !of_str_equal(of_str_from(rows[field].name), name))
		field++;
	return field;
}

/* A path of the table keeps its use where a site names it again. */
static enum of_path_use use_of(enum of_field field, struct of_str path)
{
	const struct of_field_path *paths = rows[field].paths;

	for (size_t i = 0; i < PATHS_MOST && paths[i].path.len > 0; i++)
		if (of_str_equal(paths[i].path, path))
			return paths[i].use;
	return rows[field].otherwise;
}

bool of_field_is_overridden(const struct of_site *site, enum of_field field)
{
	for (size_t i = 0; i < site->n_fields; i++)
		if (site->fields[i].field == (unsigned)field)
			return true;
	return false;
}

bool of_field_path_at(
	struct of_field_path *at, const struct of_site *site, enum of_field field, size_t n)
{
	for (size_t i = 0; i < site->n_fields; i++) {
		const struct of_field_override *row = &site->fields[i];

		if (row->field != (unsigned)field)
			continue;
		if (n < row->n_paths)
			*at = (struct of_field_path){
				row->paths[n], use_of(field, row->paths[n])};
		return n < row->n_paths;
	}
	if (n >= PATHS_MOST || rows[field].paths[n].path.len == 0)
		return false;
	*at = rows[field].paths[n];
	return true;
}

#define KEYS_MOST 1000 /* each is compared with those before it */

/* The keys that something begins with: the part of each path before its first dot, once. */
struct keys {
	struct of_str *keys;
	size_t count;
};

static void add_key(struct keys *keys, struct of_str path)
{
	struct of_str key = of_str_split(&path, '.');

	for (size_t i = 0; i < keys->count; i++)
		if (of_str_equal(keys->keys[i], key))
			return;
	keys->keys[keys->count++] = key;
}

static size_t count_paths(const struct of_site *site, enum of_field field)
{
	struct of_field_path at;
	size_t count = 0;

	while (of_field_path_at(&at, site, field, count))
		count++;
	return count;
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
	struct of_field_path at;
	struct keys keys = {0};

	for (size_t i = 0; i < n_fields; i++)
		most += count_paths(site, fields[i]);
	*count = 0;
	keys.keys = most <= KEYS_MOST ? of_arena_take(arena, most, sizeof(*keys.keys)) : NULL;
	if (keys.keys == NULL)
		return NULL;
	for (size_t i = 0; i < n_fields; i++)
		for (size_t n = 0; of_field_path_at(&at, site, fields[i], n); n++)
			add_key(&keys, at.path);
	for (size_t i = 0; i < n_others; i++)
		add_key(&keys, others[i]);
	for (size_t i = 0; i < site->n_groups; i++)
		add_key(&keys, site->groups[i].by);
	*count = keys.count;
	return keys.keys;
}
