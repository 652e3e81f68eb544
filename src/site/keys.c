/* The keys of outfeed.yaml, as tables (SPEC section 2). */
#include <outfeed/item.h>
#include <outfeed/render.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include "site/audit_keys.h"
#include "site/settings.h"
#include <stddef.h>

#define LISTED "outfeed help build lists the keys"
#define PERMALINKS_MOST 1000U /* each item is compared with each */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define AT(member) offsetof(struct of_site, member)
#define PERSON(member) offsetof(struct of_person, member)
#define GROUPING(member) offsetof(struct of_grouping, member)

static const struct setting person_rows[] = {
	{.name = "name", .read = of_read_text, .offset = PERSON(name)},
	{.name = "url", .read = of_read_url, .offset = PERSON(url)},
	{.name = "email", .read = of_read_email, .offset = PERSON(email)},
};
static const struct settings person_settings = {person_rows, COUNT(person_rows), LISTED};

static enum of_status read_person(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_person *person = target;

	if (value->type == OF_YAML_SCALAR)
		return of_read_text(loader, setting, value, &person->name);
	return of_read_map(loader, setting, value, target);
}

static const struct setting site_rows[] = {
	{.name = "title", .read = of_read_text, .offset = AT(title)},
	{.name = "description", .read = of_read_text, .offset = AT(description)},
	{.name = "url", .read = of_read_base_url, .offset = AT(url)},
	{.name = "language", .read = of_read_language, .offset = AT(language)},
	{.name = "timezone", .read = of_read_zone, .offset = AT(zone)},
	{.name = "author",
		.read = read_person,
		.offset = AT(author),
		.below = &person_settings},
	{.name = "icon", .read = of_read_url, .offset = AT(icon)},
};
static const struct settings site_settings = {site_rows, COUNT(site_rows), LISTED};

static const struct setting grouping_rows[] = {
	{.name = "by", .read = of_read_field_path, .offset = GROUPING(by)},
	{.name = "path", .read = of_read_template, .offset = GROUPING(path)},
};
static const struct settings grouping_settings = {grouping_rows, COUNT(grouping_rows), LISTED};

static enum of_status read_grouping(struct loader *loader, const struct setting *setting,
	const struct of_yaml *row, struct of_grouping *grouping)
{
	enum of_status status = of_read_map(loader, setting, row, grouping);

	if (status == OF_OK && grouping->by.len == 0)
		status = of_settings_fail(loader, row, "a row of groups needs 'by'");
	if (status == OF_OK && grouping->path.len == 0)
		status = of_settings_fail(
			loader, row, "a row of groups needs 'path', such as topic/{slug}");
	return status;
}

/* One row alone needs no list around it. */
static enum of_status read_groups(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;
	size_t count = value->type == OF_YAML_LIST ? value->count : 1;
	struct of_grouping *groups = of_arena_take(site->arena, count, sizeof(*groups));
	enum of_status status = OF_OK;

	if (value->type == OF_YAML_SCALAR)
		return of_settings_fail(loader, value,
			"'%s' must be a list, such as - {by: categories, path: "
			"\"topic/{slug}\"}",
			setting->name);
	if (groups == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < count && status == OF_OK; i++)
		status = read_grouping(loader, setting, of_settings_nth(value, i), &groups[i]);
	site->groups = groups;
	site->n_groups = count;
	return status;
}

static const struct setting all_rows[] = {
	{.name = "path", .read = of_read_output_path, .offset = AT(all_path), .filled = true},
	{.name = "title", .read = of_read_text, .offset = AT(all_title)},
};
static const struct settings all_settings = {all_rows, COUNT(all_rows), LISTED};

static enum of_status read_all(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;

	if (value->type == OF_YAML_SCALAR)
		return of_read_flag(loader, setting, value, &site->all);
	return of_read_map(loader, setting, value, target);
}

static void add_format_names(struct of_buf *out)
{
	const struct of_renderer *renderer;

	for (size_t i = 0; (renderer = of_renderer_at(i)) != NULL; i++) {
		if (i > 0)
			of_buf_add_text(out, of_renderer_at(i + 1) != NULL ? ", " : " or ");
		of_buf_add_text(out, renderer->name);
	}
}

static enum of_status fail_format(
	struct loader *loader, const struct of_yaml *node, struct of_str name)
{
	struct of_buf names = {0};
	enum of_status status;

	add_format_names(&names);
	status = of_settings_fail(loader, node, "unknown format '%.*s': use %s",
		(int)(name.len < 40 ? name.len : 40), name.ptr,
		names.ptr != NULL ? names.ptr : "");
	of_buf_finish(&names);
	return status;
}

static enum of_status read_formats(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;
	struct texts names = {NULL, 0};
	const struct of_renderer **formats;
	enum of_status status = of_read_texts(loader, setting, value, &names);

	if (status != OF_OK)
		return status;
	formats = of_arena_take(site->arena, names.count, sizeof(const struct of_renderer *));
	if (formats == NULL)
		return of_err_set_nomem(loader->err);
	if (names.count == 0)
		return of_settings_fail(loader, value, "'formats' is empty: name one at least");
	for (size_t i = 0; i < names.count; i++) {
		formats[i] = of_renderer_find(names.texts[i]);
		if (formats[i] == NULL)
			return fail_format(loader, of_settings_nth(value, i), names.texts[i]);
		for (size_t j = 0; j < i; j++)
			if (formats[j] == formats[i])
				return of_settings_fail(loader, of_settings_nth(value, i),
					"the format '%s' stands twice", formats[i]->name);
	}
	site->formats = formats;
	site->n_formats = names.count;
	return OF_OK;
}

static const struct setting image_rows[] = {
	{.name = "dir", .read = of_read_text, .offset = AT(images_dir)},
	{.name = "url", .read = of_read_base_url, .offset = AT(images_url)},
};
static const struct settings image_settings = {image_rows, COUNT(image_rows), LISTED};

static enum of_status read_field_paths(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, struct of_field_override *field)
{
	enum of_status status = of_read_texts(loader, setting, value, &field->paths);

	for (size_t i = 0; i < field->n_paths && status == OF_OK; i++) {
		const char *why = of_field_path_refusal(field->paths[i]);

		if (why != NULL)
			status = of_settings_fail(loader, of_settings_nth(value, i),
				"the path '%.*s' %s: name keys, and dots between them, such "
				"as link.href",
				(int)(field->paths[i].len < 100 ? field->paths[i].len : 100),
				field->paths[i].ptr, why);
	}
	return status;
}

static enum of_status read_fields(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;
	const char *names[OF_FIELD_COUNT];
	struct of_field_override *fields;
	enum of_status status = OF_OK;

	if (value->type != OF_YAML_MAP)
		return of_settings_fail(loader, value,
			"'%s' must be a mapping of fields to front matter paths",
			setting->name);
	fields = of_arena_take(site->arena, value->count, sizeof(*fields));
	if (fields == NULL)
		return of_err_set_nomem(loader->err);
	for (unsigned i = 0; i < OF_FIELD_COUNT; i++)
		names[i] = of_field_name(i);
	for (size_t i = 0; i < value->count && status == OF_OK; i++) {
		const struct of_yaml_pair *pair = &value->pairs[i];
		const char *close;

		fields[i].field = of_field_find(pair->key);
		if (fields[i].field == OF_FIELD_COUNT) {
			close = of_settings_suggest(pair->key, names, OF_FIELD_COUNT);
			return of_err_set_at(loader->err, OF_ECONFIG, pair->line, pair->column,
				"unknown field '%.*s': did you mean '%s'?",
				(int)(pair->key.len < 100 ? pair->key.len : 100), pair->key.ptr,
				close != NULL ? close : names[OF_FIELD_TITLE]);
		}
		status = read_field_paths(loader, setting, pair->value, &fields[i]);
	}
	site->fields = fields;
	site->n_fields = value->count;
	return status;
}

/* Folders are compared by their names, so that each has one: what of_path_join() makes of it.
 */
static struct of_str keep_folder(struct of_site *site, struct of_str name)
{
	struct of_buf plain = {0};
	struct of_buf path = {0};
	struct of_str kept;

	of_path_normalise(&plain, name);
	if (of_str_equal(of_buf_str(&plain), STR(".")))
		of_buf_add_str(&path, site->dir);
	else
		of_path_join(&path, site->dir, of_buf_str(&plain));
	kept = of_arena_keep(site->arena, &path);
	of_buf_finish(&plain);
	of_buf_finish(&path);
	return kept;
}

static enum of_status read_permalink(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, struct of_permalink_pattern *row, struct of_str folder)
{
	enum of_status status = of_read_text(loader, setting, value, &row->pattern);
	const char *why = of_permalink_refusal(row->pattern);

	row->folder = keep_folder(loader->site, folder);
	row->line = value->line;
	if (status != OF_OK || why == NULL)
		return status;
	return of_settings_fail(loader, value,
		"the pattern '%.*s' %s: use one such as /{year}/{month}/{slug}/",
		(int)(row->pattern.len < 100 ? row->pattern.len : 100), row->pattern.ptr, why);
}

/* One pattern for all items, or one for each of some folders. */
static enum of_status read_permalinks(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;
	size_t count = value->type == OF_YAML_MAP ? value->count : 1;
	struct of_permalink_pattern *rows = NULL;
	enum of_status status = OF_OK;

	if (value->type == OF_YAML_LIST)
		return of_settings_fail(loader, value,
			"'%s' must be a pattern, or a mapping of folders to patterns",
			setting->name);
	if (count > PERMALINKS_MOST)
		return of_settings_fail(loader, value, "'%s' names more than %u folders",
			setting->name, PERMALINKS_MOST);
	rows = of_arena_take(site->arena, count, sizeof(*rows));
	if (rows == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < count && status == OF_OK; i++)
		status = value->type == OF_YAML_MAP
				 ? read_permalink(loader, setting, value->pairs[i].value,
					   &rows[i], value->pairs[i].key)
				 : read_permalink(loader, setting, value, &rows[i], STR("."));
	site->permalinks = rows;
	site->n_permalinks = count;
	return status;
}

static enum of_status read_hubs(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;
	enum of_status status = of_read_texts(loader, setting, value, &site->hubs);

	for (size_t i = 0; i < site->n_hubs && status == OF_OK; i++)
		if (!of_url_is_http(site->hubs[i]))
			return of_settings_fail(loader, of_settings_nth(value, i),
				"the hub '%.*s' must be an absolute http or https address",
				(int)(site->hubs[i].len < 200 ? site->hubs[i].len : 200),
				site->hubs[i].ptr);
	return status;
}

static enum of_status read_audit(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;

	return of_settings_read(loader, value, setting->below, site->audit, setting->name);
}

static enum of_status read_content(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	loader->site->content_line = value->line;
	if (value->type == OF_YAML_LIST && value->count == 0)
		return of_settings_fail(
			loader, value, "'content' is empty: name a folder, a file or a glob");
	return of_read_texts(loader, setting, value, target);
}

static enum of_status read_output(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	loader->site->output_line = value->line;
	return of_read_text(loader, setting, value, target);
}

static const char *const archive_words[] = {"none", "month", NULL};
static const char *const mode_words[] = {"full", "summary", NULL};
static const char *const link_words[] = {"permalink", "source", NULL};
static const char *const rot_words[] = {"keep", "archive", "drop", NULL};

static const struct setting top_rows[] = {
	{.name = "site", .read = of_read_map, .below = &site_settings},
	{.name = "content", .read = read_content, .offset = AT(content), .filled = true},
	{.name = "output", .read = read_output, .offset = AT(output), .filled = true},
	{.name = "groups", .read = read_groups, .below = &grouping_settings},
	{.name = "all", .read = read_all, .below = &all_settings},
	{.name = "formats", .read = read_formats},
	{.name = "limit", .read = of_read_count, .offset = AT(limit)},
	{.name = "archive",
		.read = of_read_word,
		.offset = AT(archive),
		.words = archive_words},
	{.name = "content_mode",
		.read = of_read_word,
		.offset = AT(content_mode),
		.words = mode_words},
	{.name = "link", .read = of_read_word, .offset = AT(link), .words = link_words},
	{.name = "permalinks", .read = read_permalinks},
	{.name = "attribution", .read = of_read_flag, .offset = AT(attribution)},
	{.name = "images", .read = of_read_map, .below = &image_settings},
	{.name = "rot", .read = of_read_word, .offset = AT(rot), .words = rot_words},
	{.name = "fields", .read = read_fields},
	{.name = "pages", .read = of_read_flag, .offset = AT(pages)},
	{.name = "compress", .read = of_read_flag, .offset = AT(compress)},
	{.name = "hubs", .read = read_hubs},
	{.name = "audit", .read = read_audit, .below = &of_audit_keys},
};
static const struct settings top_settings = {top_rows, COUNT(top_rows), LISTED};

enum of_status of_settings_read_site(struct loader *loader, const struct of_yaml *root)
{
	return of_settings_read(loader, root, &top_settings, loader->site, "outfeed.yaml");
}

const char *of_site_key_at(const char *above, size_t index)
{
	const struct settings *settings = above == NULL ? &top_settings : NULL;

	for (size_t i = 0; above != NULL && i < top_settings.count; i++)
		if (strcmp(top_rows[i].name, above) == 0)
			settings = top_rows[i].below;
	return settings != NULL && index < settings->count ? settings->rows[index].name : NULL;
}
