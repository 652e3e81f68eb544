/* A file's bytes to struct of_item (SPEC section 3). */
#include <outfeed/item.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"
#include "item/body.h"
#include "item/field.h"
#include "item/front.h"
#include "item/html.h"
#include "item/parts.h"

/* One item's reading: what is wanted, and what goes wrong. */
struct reading {
	struct of_item *item;
	enum of_reason *reason;
	struct fields fields;
	struct front front;
	struct of_err *err;
};

/* YAML forbids them, and what a parser says of them helps nobody find them. */
static enum of_status refuse_control(struct reading *r, size_t offset)
{
	struct place place = of_front_place(r->front.yaml, r->front.yaml_line, offset);

	*r->reason = OF_REASON_FRONT_MATTER;
	return of_err_set_at(r->err, OF_EINPUT, place.line, place.column,
		"the front matter holds a control character (byte 0x%02x): remove it",
		(unsigned char)r->front.yaml.ptr[offset]);
}

static void warn_encoding(const struct reading *r, size_t offset)
{
	struct place place = of_front_place(r->front.yaml, r->front.yaml_line, offset);

	of_report_warning(r->fields.reporter, place.line, place.column,
		"the front matter is not all UTF-8, and U+FFFD stands for what is not: save "
		"the file as UTF-8");
}

/* The front matter as valid UTF-8; a copy only where something had to be mended. */
static enum of_status clean_yaml(struct reading *r, struct of_str *yaml)
{
	struct of_unicode_mends mends;
	struct of_buf clean = {0};
	enum of_status status;

	*yaml = r->front.yaml;
	if (of_unicode_is_clean(*yaml))
		return OF_OK;
	of_unicode_clean(&clean, *yaml, &mends);
	if (mends.forbidden > 0)
		status = refuse_control(r, mends.first_forbidden);
	else
		status = of_buf_status(&clean, r->err);
	if (status == OF_OK) {
		*yaml = of_arena_dup(r->fields.arena, of_buf_str(&clean));
		warn_encoding(r, mends.first_invalid);
	}
	of_buf_finish(&clean);
	return status;
}

static enum of_status parse_yaml(struct reading *r, enum of_item_part part)
{
	const struct of_site *site = r->fields.site;
	const struct of_yaml_limits limits = {.nesting = OF_LIMIT_NESTING,
		.nodes = OF_LIMIT_NODES,
		.first_line = r->front.yaml_line,
		.wanted = part == OF_ITEM_HEAD ? site->head_keys : NULL,
		.n_wanted = part == OF_ITEM_HEAD ? site->n_head_keys : 0};
	struct of_str yaml;
	enum of_status status = clean_yaml(r, &yaml);

	if (status != OF_OK)
		return status;
	status = of_yaml_parse(
		&r->fields.root, r->fields.arena, yaml, &limits, r->fields.reporter, r->err);
	if (status == OF_OK && r->fields.root != NULL && r->fields.root->type != OF_YAML_MAP &&
		!of_yaml_is_absent(r->fields.root))
		status = of_err_set_at(r->err, OF_EINPUT, r->fields.root->line,
			r->fields.root->column,
			"the front matter is not a mapping: write keys and values, such as "
			"title: A title");
	if (status != OF_OK)
		*r->reason = status == OF_ELIMIT ? OF_REASON_LIMIT : OF_REASON_FRONT_MATTER;
	return status;
}

/* `published: false` marks a draft; the other paths say so by true, or by the word. */
static bool is_draft(const struct fields *fields)
{
	size_t count;
	const struct of_str *paths = of_field_paths(&count, fields->site, OF_FIELD_DRAFT);

	for (size_t i = 0; i < count; i++) {
		const struct of_yaml *node = of_yaml_at(fields->root, paths[i]);

		if (of_str_equal(paths[i], STR("published")) ? of_yaml_is_false(node)
							     : of_yaml_is_true(node))
			return true;
		if (node != NULL && node->type == OF_YAML_SCALAR &&
			of_str_equal_nocase(of_str_trim(node->text), STR("draft")))
			return true;
	}
	return false;
}

static void warn_bad_date(const struct fields *fields, const struct bad_date *bad)
{
	struct of_str text = {NULL, 0};

	if (bad->node == NULL)
		return;
	if (bad->node->type == OF_YAML_SCALAR)
		text = of_field_clean(fields, bad->node);
	of_report_warning(fields->reporter, bad->node->line, bad->node->column,
		"'%.*s' is no date and is passed over: write one such as 2021-01-04T20:32:06Z",
		(int)(text.len < 60 ? text.len : 60), text.ptr != NULL ? text.ptr : "");
}

static enum of_status refuse_undated(struct reading *r, const struct bad_date *bad)
{
	struct of_str text = {NULL, 0};

	*r->reason = OF_REASON_NO_DATE;
	if (bad->node == NULL)
		return of_err_set_at(r->err, OF_EINPUT, r->front.yaml_line, 1,
			"no date: add one, such as date: 2021-01-04T20:32:06Z");
	if (bad->node->type == OF_YAML_SCALAR)
		text = of_field_clean(&r->fields, bad->node);
	return of_err_set_at(r->err, OF_EINPUT, bad->node->line, bad->node->column,
		"'%.*s' is no date, and the item has no other: write one such as "
		"2021-01-04T20:32:06Z",
		(int)(text.len < 60 ? text.len : 60), text.ptr != NULL ? text.ptr : "");
}

static enum of_status read_dates(struct reading *r)
{
	struct bad_date bad = {NULL};
	struct bad_date bad_end = {NULL};
	struct of_item *item = r->item;
	const struct of_zone *zone = r->fields.site->zone;

	item->published = of_field_date(&r->fields, OF_FIELD_PUBLISHED, zone, &bad);
	if (item->published == OF_TIME_NONE &&
		!of_time_parse_prefix(&item->published, of_path_base(r->fields.path), zone))
		item->published = OF_TIME_NONE;
	item->updated = of_field_date(&r->fields, OF_FIELD_UPDATED, zone, &bad);
	item->expires = of_field_date(&r->fields, OF_FIELD_EXPIRES, zone, &bad_end);
	if (item->published == OF_TIME_NONE)
		item->published = item->updated;
	if (item->updated == OF_TIME_NONE)
		item->updated = item->published;
	if (item->published == OF_TIME_NONE)
		return refuse_undated(r, &bad);
	warn_bad_date(&r->fields, &bad);
	warn_bad_date(&r->fields, &bad_end);
	return OF_OK;
}

static struct of_str slug_from_path(struct of_str path)
{
	struct of_str stem = of_path_stem(path);
	struct of_str folder = of_path_base(of_path_folder(path));

	return of_str_equal(stem, STR("index")) && folder.len > 0 ? folder : stem;
}

static enum of_status read_title(struct reading *r)
{
	const struct of_yaml *node = NULL;

	r->item->title = of_field_text(&r->fields, OF_FIELD_TITLE, &node);
	if (of_unicode_length(r->item->title) <= OF_LIMIT_TITLE)
		return OF_OK;
	*r->reason = OF_REASON_LIMIT;
	return of_err_set_at(r->err, OF_ELIMIT, node->line, node->column,
		"the title has more than %d characters: shorten it", OF_LIMIT_TITLE);
}

/* A generator's pattern, such as /:year/:title/ or /{{ slug }}/, is no address. */
static bool is_pattern(struct of_str text)
{
	return of_str_find(text, STR("{{")) != OF_NPOS ||
	       of_str_find(text, STR("/:")) != OF_NPOS;
}

/* A path under the site, segment by segment, so that a slash stays a slash. */
static void add_path(struct of_buf *out, struct of_str path)
{
	while (path.ptr != NULL) {
		struct of_str segment = of_str_split(&path, '/');

		if (segment.len == 0 || of_str_equal(segment, STR(".")) ||
			of_str_equal(segment, STR("..")))
			continue;
		of_url_add_segment(out, segment);
		of_buf_add_byte(out, '/');
	}
}

static void read_permalink(struct reading *r)
{
	const struct of_site *site = r->fields.site;
	struct of_str given = of_field_text(&r->fields, OF_FIELD_PERMALINK, NULL);
	struct of_str base_path = of_field_clean(
		&r->fields, of_field_scalar(of_yaml_at(r->fields.root, STR("basePath"))));
	struct of_buf url = {0};

	if (given.len > 0 && !is_pattern(given))
		of_url_resolve(&url, site->url, given);
	if (!of_url_is_http(of_buf_str(&url))) {
		of_buf_clear(&url);
		of_buf_add_str(&url, site->url);
		add_path(&url, base_path);
		add_path(&url, r->item->slug);
	}
	r->item->permalink = of_arena_dup(r->fields.arena, of_buf_str(&url));
	of_buf_finish(&url);
}

static void read_source(struct reading *r)
{
	struct of_item *item = r->item;
	struct of_str www = STR("www.");
	struct of_buf host = {0};

	item->source_url = of_field_url(&r->fields, OF_FIELD_SOURCE_URL);
	item->source_name = of_field_text(&r->fields, OF_FIELD_SOURCE_NAME, NULL);
	if (item->source_name.len == 0 && item->source_url.len > 0) {
		of_url_add_host(&host, item->source_url);
		item->source_name = of_arena_dup(r->fields.arena, of_buf_str(&host));
		if (of_str_starts(item->source_name, www))
			item->source_name = of_str_from_offset(item->source_name, www.len);
	}
	of_buf_finish(&host);
	item->via_url = of_field_url(&r->fields, OF_FIELD_VIA_URL);
	item->via_name = of_field_text(&r->fields, OF_FIELD_VIA_NAME, NULL);
	if (of_url_is_http(item->via_name))
		item->via_name = (struct of_str){NULL, 0};
}

static void read_details(struct reading *r)
{
	struct of_item *item = r->item;

	read_permalink(r);
	read_source(r);
	of_item_related(item, &r->fields);
	of_item_picture(item, &r->fields);
	item->language = of_field_text(&r->fields, OF_FIELD_LANGUAGE, NULL);
	if (!of_str_is_language(item->language))
		item->language = (struct of_str){NULL, 0};
}

static enum of_status read_head(struct reading *r)
{
	struct of_item *item = r->item;
	enum of_status status = read_dates(r);

	if (status == OF_OK)
		status = read_title(r);
	if (status != OF_OK)
		return status;
	item->slug = of_field_text(&r->fields, OF_FIELD_SLUG, NULL);
	if (item->slug.len == 0)
		item->slug = slug_from_path(r->fields.path);
	of_item_authors(item, &r->fields);
	item->tags = of_field_texts(&r->fields, OF_FIELD_TAGS, &item->n_tags);
	item->aliases = of_field_texts(&r->fields, OF_FIELD_ALIASES, &item->n_aliases);
	status = of_item_identify(item, &r->fields, r->err);
	*r->reason = OF_REASON_CATEGORY;
	if (status == OF_OK)
		status = of_item_file(item, &r->fields, r->err);
	return status;
}

static enum of_status read_item(struct reading *r, struct of_str bytes, enum of_item_part part)
{
	enum of_status status = of_front_split(&r->front, r->reason, bytes, r->err);

	if (status == OF_OK)
		status = parse_yaml(r, part);
	if (status != OF_OK)
		return status;
	r->item->draft = is_draft(&r->fields);
	if (r->item->draft)
		return OF_OK;
	status = read_head(r);
	if (status != OF_OK || part == OF_ITEM_HEAD)
		return status;
	read_details(r);
	return of_item_body(r->item, r->reason, &r->fields, &r->front, r->err);
}

enum of_status of_item_parse(struct of_item *item, enum of_reason *reason,
	struct of_arena *arena, const struct of_site *site, struct of_str path,
	struct of_str bytes, enum of_item_part part, struct of_err *err, of_diag_fn *diag,
	void *payload)
{
	struct of_str name = of_arena_dup(arena, path);
	const struct of_reporter reporter = {diag, payload, name.ptr != NULL ? name.ptr : ""};
	struct reading r = {.item = item,
		.reason = reason,
		.fields = {site, NULL, arena, &reporter, name},
		.err = err};
	enum of_status status;

	*item = (struct of_item){.path = name,
		.published = OF_TIME_NONE,
		.updated = OF_TIME_NONE,
		.expires = OF_TIME_NONE};
	*reason = OF_REASON_FRONT_MATTER;
	if (bytes.len > OF_LIMIT_FILE) {
		*reason = OF_REASON_LIMIT;
		status = of_err_set_at(
			err, OF_ELIMIT, 1, 1, "the file is larger than 8 MiB: split it");
	} else {
		status = read_item(&r, bytes, part);
	}
	if (status == OF_OK)
		status = of_arena_status(arena, err);
	if (status == OF_OK)
		*reason = OF_REASON_NONE;
	else if (err != NULL)
		of_err_set_path(err, path);
	return status;
}
