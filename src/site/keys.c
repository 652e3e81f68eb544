/* The keys of outfeed.yaml, as tables, and what their values must be (SPEC section 2). */
#include <outfeed/item.h>
#include <outfeed/render.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include "site/settings.h"
#include <stddef.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define AT(member) offsetof(struct of_site, member)

static const struct setting person_settings[] = {
	{"name", of_read_text, offsetof(struct of_person, name), NULL},
	{"url", of_read_url, offsetof(struct of_person, url), NULL},
	{"email", of_read_text, offsetof(struct of_person, email), NULL},
};

static enum of_status read_person(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_person *person = target;

	if (value->type == OF_YAML_SCALAR)
		return of_read_text(loader, setting, value, &person->name);
	return of_settings_read(
		loader, value, person_settings, COUNT(person_settings), target, "author");
}

static enum of_status read_zone(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_zone **zone = target;
	struct of_str name = {NULL, 0};
	enum of_status status = of_read_text(loader, setting, value, &name);
	struct of_err why;

	if (status != OF_OK)
		return status;
	loader->site->timezone = name;
	of_zone_free(*zone);
	*zone = NULL;
	if (of_zone_new(zone, name, &why) != OF_OK)
		return of_settings_fail(loader, value, "%s", why.message);
	return OF_OK;
}

static enum of_status read_language(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *language = target;
	enum of_status status = of_read_text(loader, setting, value, language);

	if (status == OF_OK && !of_str_is_language(*language))
		return of_settings_fail(
			loader, value, "'language' must be a tag such as en, de-AT or zh-Hant");
	return status;
}

static const struct setting site_settings[] = {
	{"title", of_read_text, AT(title), NULL},
	{"description", of_read_text, AT(description), NULL},
	{"url", of_read_url, AT(url), NULL},
	{"language", read_language, AT(language), NULL},
	{"timezone", read_zone, AT(zone), NULL},
	{"author", read_person, AT(author), NULL},
	{"icon", of_read_url, AT(icon), NULL},
};

static enum of_status read_site(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	return of_settings_read(
		loader, value, site_settings, COUNT(site_settings), target, setting->name);
}

/* NULL when a template gives usable paths for usable slugs. */
static const char *template_refusal(struct of_str template)
{
	struct of_str mark = STR("{slug}");
	size_t at = of_str_find(template, mark);
	struct of_buf sample = {0};
	const char *why;

	if (at == OF_NPOS)
		return "holds no {slug}";
	of_buf_add_str(&sample, of_str_slice(template, 0, at));
	of_buf_add_text(&sample, "x");
	of_buf_add_str(&sample, of_str_from_offset(template, at + mark.len));
	why = of_path_refusal(of_buf_str(&sample));
	of_buf_finish(&sample);
	return why;
}

static enum of_status read_template(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *template = target;
	enum of_status status = of_read_text(loader, setting, value, template);
	const char *why;

	if (status != OF_OK)
		return status;
	*template = of_str_trim_byte(*template, '/');
	why = template_refusal(*template);
	return why == NULL ? OF_OK
			   : of_settings_fail(loader, value,
				     "this path %s: use one such as topic/{slug}", why);
}

static const struct setting grouping_settings[] = {
	{"by", of_read_text, offsetof(struct of_grouping, by), NULL},
	{"path", read_template, offsetof(struct of_grouping, path), NULL},
};

static enum of_status read_groups(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;
	struct of_grouping *groups;
	enum of_status status = OF_OK;

	if (value->type != OF_YAML_LIST)
		return of_settings_fail(loader, value,
			"'%s' must be a list, such as - {by: categories, path: topic/{slug}}",
			setting->name);
	groups = of_arena_take(site->arena, value->count, sizeof(*groups));
	if (groups == NULL)
		return of_err_set_nomem(loader->err);
	for (size_t i = 0; i < value->count && status == OF_OK; i++) {
		const struct of_yaml *row = value->items[i];

		status = of_settings_read(loader, row, grouping_settings,
			COUNT(grouping_settings), &groups[i], "groups");
		if (status != OF_OK)
			break;
		if (groups[i].by.len == 0)
			return of_settings_fail(loader, row, "a row of groups needs 'by'");
		if (groups[i].path.len == 0)
			return of_settings_fail(loader, row,
				"a row of groups needs 'path', such as topic/{slug}");
	}
	site->groups = groups;
	site->n_groups = value->count;
	return status;
}

static enum of_status read_path(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *path = target;
	enum of_status status = of_read_text(loader, setting, value, path);
	const char *why;

	if (status != OF_OK)
		return status;
	*path = of_str_trim_byte(*path, '/');
	why = of_path_refusal(*path);
	return why == NULL ? OF_OK
			   : of_settings_fail(
				     loader, value, "this path %s: use one such as all", why);
}

static const struct setting all_settings[] = {
	{"path", read_path, AT(all_path), NULL},
	{"title", of_read_text, AT(all_title), NULL},
};

static enum of_status read_all(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_site *site = target;

	if (value->type == OF_YAML_SCALAR)
		return of_read_flag(loader, setting, value, &site->all);
	return of_settings_read(
		loader, value, all_settings, COUNT(all_settings), target, setting->name);
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
			return of_settings_fail(loader, of_settings_nth(value, i),
				"unknown format '%.*s': use atom, rss or json",
				(int)(names.texts[i].len < 40 ? names.texts[i].len : 40),
				names.texts[i].ptr);
		for (size_t j = 0; j < i; j++)
			if (formats[j] == formats[i])
				return of_settings_fail(loader, of_settings_nth(value, i),
					"the format '%s' stands twice", formats[i]->name);
	}
	site->formats = formats;
	site->n_formats = names.count;
	return OF_OK;
}

static const struct setting image_settings[] = {
	{"dir", of_read_text, AT(images_dir), NULL},
	{"url", of_read_url, AT(images_url), NULL},
};

static enum of_status read_images(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	return of_settings_read(
		loader, value, image_settings, COUNT(image_settings), target, setting->name);
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
		status = of_read_texts(loader, setting, pair->value, &fields[i].paths);
	}
	site->fields = fields;
	site->n_fields = value->count;
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

/* AUDIT section 8: the audit reads its own keys; here only their names are known. */
static enum of_status read_audit(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	static const char *const names[] = {"include", "exclude", "only", "method",
		"concurrency", "per_host", "delay", "hosts", "timeout", "connect_timeout",
		"retries", "max_body", "robots", "contact", "user_agent", "headers", "proxy",
		"allow_addresses", "controls", "recheck", "store", "archive_url", "metadata"};

	(void)target;
	if (value->type != OF_YAML_MAP)
		return of_settings_fail(loader, value, "'%s' must be a mapping", setting->name);
	for (size_t i = 0; i < value->count; i++) {
		const struct of_yaml_pair *pair = &value->pairs[i];
		const char *close = of_settings_suggest(pair->key, names, COUNT(names));

		if (close == NULL || !of_str_equal(pair->key, of_str_from(close)))
			return of_err_set_at(loader->err, OF_ECONFIG, pair->line, pair->column,
				"unknown key '%.*s' in audit%s%s",
				(int)(pair->key.len < 100 ? pair->key.len : 100), pair->key.ptr,
				close != NULL ? ": did you mean " : ": remove it",
				close != NULL ? close : "");
	}
	return OF_OK;
}

static const char *const archive_words[] = {"none", "month", NULL};
static const char *const mode_words[] = {"full", "summary", NULL};
static const char *const link_words[] = {"permalink", "source", NULL};
static const char *const rot_words[] = {"keep", "archive", "drop", NULL};

static enum of_status read_content(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	if (value->type == OF_YAML_LIST && value->count == 0)
		return of_settings_fail(
			loader, value, "'content' is empty: name a folder, a file or a glob");
	return of_read_texts(loader, setting, value, target);
}

static const struct setting top_settings[] = {
	{"site", read_site, 0, NULL},
	{"content", read_content, AT(content), NULL},
	{"output", of_read_text, AT(output), NULL},
	{"groups", read_groups, 0, NULL},
	{"all", read_all, 0, NULL},
	{"formats", read_formats, 0, NULL},
	{"limit", of_read_count, AT(limit), NULL},
	{"archive", of_read_word, AT(archive), archive_words},
	{"content_mode", of_read_word, AT(content_mode), mode_words},
	{"link", of_read_word, AT(link), link_words},
	{"attribution", of_read_flag, AT(attribution), NULL},
	{"images", read_images, 0, NULL},
	{"rot", of_read_word, AT(rot), rot_words},
	{"fields", read_fields, 0, NULL},
	{"hubs", read_hubs, 0, NULL},
	{"audit", read_audit, 0, NULL},
};

enum of_status of_settings_read_site(struct loader *loader, const struct of_yaml *root)
{
	return of_settings_read(
		loader, root, top_settings, COUNT(top_settings), loader->site, "outfeed.yaml");
}
