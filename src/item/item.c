/* A file's bytes to struct of_item (SPEC section 3). */
#include <outfeed/item.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include "item/body.h"
#include "item/field.h"
#include "item/front.h"
#include "item/html.h"
#include "item/links.h"
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
		*yaml = of_arena_keep(r->fields.arena, &clean);
		warn_encoding(r, mends.first_invalid);
	}
	of_buf_finish(&clean);
	return status;
}

/* What the short way reads needs no cleaning. */
static enum of_status read_yaml(struct reading *r, const struct of_yaml_limits *limits)
{
	struct fields *fields = &r->fields;
	struct of_str yaml;
	enum of_status status;

	if (of_yaml_parse_short(&fields->root, fields->arena, r->front.yaml, limits))
		return OF_OK;
	status = clean_yaml(r, &yaml);
	if (status != OF_OK)
		return status;
	status = of_yaml_parse(
		&fields->root, fields->arena, yaml, limits, fields->reporter, r->err);
	if (status != OF_OK)
		*r->reason = status == OF_ELIMIT ? OF_REASON_LIMIT : OF_REASON_FRONT_MATTER;
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
	enum of_status status = read_yaml(r, &limits);

	if (status != OF_OK || r->fields.root == NULL || r->fields.root->type == OF_YAML_MAP ||
		of_yaml_is_absent(r->fields.root))
		return status;
	*r->reason = OF_REASON_FRONT_MATTER;
	return of_err_set_at(r->err, OF_EINPUT, r->fields.root->line, r->fields.root->column,
		"the front matter is not a mapping: write keys and values, such as "
		"title: A title");
}

static bool says_draft(const struct of_yaml *scalar, enum of_path_use use)
{
	bool word =
		scalar != NULL && of_str_equal_nocase(of_str_trim(scalar->text), STR("draft"));

	switch (use) {
	case OF_PATH_TRUE:
		return of_yaml_is_true(scalar);
	case OF_PATH_FALSE:
		return of_yaml_is_false(scalar);
	case OF_PATH_WORD:
		return word;
	case OF_PATH_TRUE_OR_WORD:
		return word || of_yaml_is_true(scalar);
	default:
		return false;
	}
}

/* Of the paths only `draft` is for nothing else, so that a mapping at another is no mistake. */
static bool is_draft(const struct fields *fields)
{
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while ((value = of_field_next(fields, OF_FIELD_DRAFT, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);

		if (says_draft(of_field_scalar(first), walk.at.use))
			return true;
		if (first != NULL && first->type != OF_YAML_SCALAR &&
			walk.at.use == OF_PATH_TRUE)
			of_field_warn_value(fields, OF_FIELD_DRAFT, first);
	}
	return false;
}

struct of_str of_item_stem(struct of_str path)
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

static void read_source(struct reading *r)
{
	struct of_item *item = r->item;

	item->source_url = of_field_url(&r->fields, OF_FIELD_SOURCE_URL);
	item->source_name = of_field_text(&r->fields, OF_FIELD_SOURCE_NAME, NULL);
	if (item->source_name.len == 0)
		item->source_name = of_url_site_name(item->source_url);
	item->via_url = of_field_url(&r->fields, OF_FIELD_VIA_URL);
	item->via_name = of_field_text(&r->fields, OF_FIELD_VIA_NAME, NULL);
	if (of_url_is_http(item->via_name))
		item->via_name = (struct of_str){NULL, 0};
}

static void read_language(struct of_item *item, const struct fields *fields)
{
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while (item->language.len == 0 &&
		(value = of_field_next(fields, OF_FIELD_LANGUAGE, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);
		struct of_str text = of_field_clean(fields, first);

		if (of_str_is_language(text))
			item->language = text;
		else if (text.len > 0)
			of_report_warning(fields->reporter, first->line, first->column,
				"'%.*s' is no language tag and is passed over: write one such "
				"as en or pt-BR",
				(int)(text.len < 60 ? text.len : 60), text.ptr);
		else if (first != NULL)
			of_field_warn_value(fields, OF_FIELD_LANGUAGE, first);
	}
}

static void read_details(struct reading *r)
{
	struct of_item *item = r->item;

	of_item_permalink(item, &r->fields);
	read_source(r);
	of_item_related(item, &r->fields);
	of_item_picture(item, &r->fields);
	read_language(item, &r->fields);
}

static void read_lists(struct of_item *item, const struct fields *fields)
{
	struct of_field_texts tags = of_field_texts(fields, OF_FIELD_TAGS);
	struct of_field_texts aliases = of_field_texts(fields, OF_FIELD_ALIASES);

	item->tags = tags.texts;
	item->n_tags = tags.count;
	item->aliases = aliases.texts;
	item->n_aliases = aliases.count;
}

static enum of_status read_head(struct reading *r)
{
	struct of_item *item = r->item;
	const struct of_yaml *const *authors;
	enum of_status status;

	*r->reason = OF_REASON_NO_DATE;
	status = of_item_dates(item, &r->fields, r->front.yaml_line, r->err);
	if (status == OF_OK)
		status = read_title(r);
	if (status != OF_OK)
		return status;
	item->slug = of_field_text(&r->fields, OF_FIELD_SLUG, NULL);
	if (item->slug.len == 0)
		item->slug = of_item_stem(r->fields.path);
	authors = of_item_authors(item, &r->fields);
	read_lists(item, &r->fields);
	status = of_item_identify(item, &r->fields, r->err);
	*r->reason = OF_REASON_CATEGORY;
	if (status == OF_OK)
		status = of_item_file(item, &r->fields, authors, r->err);
	return status;
}

/* What an entry says; a short file may repeat a long text by aliases. */
static size_t entry_weight(const struct of_item *item, const struct of_site *site)
{
	bool full = site->content_mode == OF_CONTENT_FULL;
	size_t weight = item->summary.len + (full ? item->content_html.len : 0);

	for (size_t i = 0; i < item->n_tags; i++)
		weight += item->tags[i].len;
	for (size_t i = 0; i < item->n_authors; i++)
		weight += item->authors[i].name.len;
	return weight;
}

/* Each group's documents hold the whole entry, so that a few files could fill a disk. */
static enum of_status check_spread(struct reading *r, size_t weight)
{
	const struct of_item *item = r->item;

	if (item->n_memberships < 2 || weight <= OF_LIMIT_SPREAD / item->n_memberships)
		return OF_OK;
	*r->reason = OF_REASON_LIMIT;
	return of_err_set_at(r->err, OF_ELIMIT, item->memberships[0].line,
		item->memberships[0].column,
		"its text of %zu KiB is in %zu groups, and together the limit is %zu MiB: "
		"shorten it, or keep the groups that matter",
		weight >> 10, item->n_memberships, OF_LIMIT_SPREAD >> 20);
}

/* By the source, before each of the groups has it made into HTML. */
static enum of_status check_source(struct reading *r)
{
	bool full = r->fields.site->content_mode == OF_CONTENT_FULL;

	return full ? check_spread(r, r->front.body.len) : OF_OK;
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
	if (status == OF_OK)
		status = check_source(r);
	if (status != OF_OK || part == OF_ITEM_HEAD)
		return status;
	read_details(r);
	status = of_item_body(r->item, r->reason, &r->fields, &r->front, r->err);
	if (status == OF_OK)
		status = check_spread(r, entry_weight(r->item, r->fields.site));
	if (status == OF_OK && part == OF_ITEM_LINKS)
		of_item_gather_links(r->item, &r->fields, &r->front);
	return status;
}

/* A hostile file must not drown what is said of the others. */
struct telling {
	of_diag_fn *diag;
	void *payload;
	unsigned count;
};

static void tell_some(const struct of_diag *diag, void *payload)
{
	struct telling *telling = payload;
	struct of_diag last = *diag;

	if (telling->diag == NULL || ++telling->count > OF_LIMIT_WARNINGS)
		return;
	if (telling->count == OF_LIMIT_WARNINGS) {
		last.line = last.column = 1;
		last.message = "more warnings follow that are not shown: mend these first";
	}
	telling->diag(&last, telling->payload);
}

enum of_status of_item_parse(struct of_item *item, enum of_reason *reason,
	struct of_arena *arena, const struct of_site *site, struct of_str path,
	struct of_str bytes, enum of_item_part part, struct of_err *err, of_diag_fn *diag,
	void *payload)
{
	struct of_str name = of_arena_dup(arena, path);
	struct of_buf scratch = {0};
	struct of_buf refused = {0};
	struct telling telling = {diag, payload, 0};
	const struct of_reporter reporter = {
		tell_some, &telling, name.ptr != NULL ? name.ptr : ""};
	struct reading r = {.item = item,
		.reason = reason,
		.fields = {site, NULL, arena, &reporter, name, &scratch,
			part == OF_ITEM_LINKS ? &refused : NULL},
		.err = err};
	enum of_status status;

	/* what is put together is seldom longer; if it fails, so does what comes */
	(void)of_buf_reserve(&scratch, 255);
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
	of_buf_finish(&scratch);
	of_buf_finish(&refused);
	/* without memory, what was found wrong with the item may not be so */
	if (of_arena_status(arena, NULL) != OF_OK)
		status = of_err_set_nomem(err);
	if (status == OF_OK)
		*reason = OF_REASON_NONE;
	else if (err != NULL)
		of_err_set_path(err, path);
	return status;
}
