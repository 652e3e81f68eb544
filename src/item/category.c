/*
 * What an item is filed under (SPEC section 4): slugs, paths, labels, for the
 * categories field and for each grouping of the site.
 */
#include <outfeed/render.h>

#include "base/err.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include "item/parts.h"

/* One thing to file under, as the item wrote it. */
struct raw {
	struct of_str slug; /* what the slug is made of */
	struct of_str path; /* the item's own; absent for none */
	struct of_str label;
	unsigned line, column;
	unsigned path_line, path_column;
};

static bool climbs(struct of_str text)
{
	while (text.ptr != NULL) {
		struct of_str segment = of_str_split(&text, '/');

		while (segment.ptr != NULL) {
			struct of_str part = of_str_split(&segment, '\\');

			if (of_str_equal(part, STR("..")))
				return true;
		}
	}
	return false;
}

/* NULL when the slug may name a feed; a slug that means harm is not repaired in silence. */
static const char *slug_refusal(struct of_str raw, struct of_str slug)
{
	if (climbs(raw))
		return "climbs out of its folder with '..'";
	if (slug.len == 0)
		return "holds no letter and no digit";
	if (slug.len > OF_LIMIT_SLUG)
		return "is longer than 200 bytes";
	return of_path_refusal(slug);
}

static enum of_status refuse(const struct raw *raw, const char *why, struct of_err *err)
{
	return of_err_set_at(err, OF_EINPUT, raw->line, raw->column,
		"the category slug '%.*s' %s: use letters, digits and '-'",
		(int)(raw->slug.len < 60 ? raw->slug.len : 60),
		raw->slug.ptr != NULL ? raw->slug.ptr : "", why);
}

/* A segment that is the name of a document would stand in that document's way. */
static const char *path_refusal(struct of_str path)
{
	const char *why = of_path_refusal(path);
	const struct of_renderer *renderer;
	struct of_str rest = path;

	while (why == NULL && rest.ptr != NULL) {
		struct of_str segment = of_str_split(&rest, '/');

		if (of_str_equal_nocase(segment, STR("index.html")))
			why = "has the name of a page in it";
		for (size_t i = 0; (renderer = of_renderer_at(i)) != NULL; i++)
			if (of_str_equal_nocase(segment, of_str_from(renderer->file)))
				why = "has the name of a document in it";
	}
	return why;
}

static void add_template_path(struct of_buf *out, struct of_str template, struct of_str slug)
{
	struct of_str mark = STR("{slug}");
	size_t at = of_str_find(template, mark);

	of_buf_add_str(out, of_str_slice(template, 0, at));
	of_buf_add_str(out, slug);
	of_buf_add_str(out, of_str_from_offset(template, at + mark.len));
}

/* category->path: the item's own where it is safe, else by the template; absent without one. */
static const char *choose_path(struct of_category *category, const struct raw *raw,
	struct of_str template, const struct fields *fields)
{
	struct of_str own = of_str_ends(raw->path, STR("/"))
				    ? of_str_slice(raw->path, 0, raw->path.len - 1)
				    : raw->path;
	const char *why = own.len > 0 ? path_refusal(own) : NULL;
	struct of_buf path = {0};

	if (own.len > 0 && why == NULL) {
		category->path = own;
		category->own_path = true;
		return NULL;
	}
	if (why != NULL)
		of_report_warning(fields->reporter, raw->path_line, raw->path_column,
			"the category path '%.*s' %s: the path template is used instead",
			(int)(own.len < 60 ? own.len : 60), own.ptr, why);
	if (template.len == 0)
		return NULL;
	add_template_path(&path, template, category->slug);
	category->path = of_arena_dup(fields->arena, of_buf_str(&path));
	of_buf_finish(&path);
	return path_refusal(category->path);
}

/* The scheme: the site's url, and the folder that the category's own folder stands in. */
static struct of_str scheme_of(struct of_str path, const struct fields *fields)
{
	struct of_buf scheme = {0};
	struct of_str folder = of_path_folder(path);
	struct of_str kept;

	of_buf_add_str(&scheme, fields->site->url);
	of_buf_add_str(&scheme, folder);
	if (folder.len > 0)
		of_buf_add_byte(&scheme, '/');
	kept = of_arena_dup(fields->arena, of_buf_str(&scheme));
	of_buf_finish(&scheme);
	return kept;
}

static enum of_status make_category(struct of_category *category, const struct raw *raw,
	struct of_str template, const struct fields *fields, struct of_err *err)
{
	struct of_buf slug = {0};
	const char *why;

	of_unicode_slug(&slug, raw->slug);
	category->slug = of_arena_dup(fields->arena, of_buf_str(&slug));
	of_buf_finish(&slug);
	why = slug_refusal(raw->slug, category->slug);
	if (why != NULL)
		return refuse(raw, why, err);
	category->label = raw->label.len > 0 ? raw->label : category->slug;
	why = choose_path(category, raw, template, fields);
	if (why != NULL)
		return refuse(raw, why, err);
	category->scheme = scheme_of(category->path, fields);
	return OF_OK;
}

/* The nth of a list, or the only one of a scalar; NULL past the end. */
static const struct of_yaml *nth(const struct of_yaml *list, size_t n)
{
	if (of_yaml_is_absent(list))
		return NULL;
	if (list->type == OF_YAML_LIST)
		return n < list->count ? list->items[n] : NULL;
	return n == 0 ? list : NULL;
}

static size_t count_of(const struct of_yaml *list)
{
	if (of_yaml_is_absent(list) || list->type == OF_YAML_MAP)
		return 0;
	return list->type == OF_YAML_LIST ? list->count : 1;
}

/* Reads the values of one list into raws; what is no text is a warning. */
static size_t raws_from_list(
	struct raw *raws, const struct of_yaml *list, const struct fields *fields)
{
	size_t count = 0;

	for (size_t i = 0; i < count_of(list); i++) {
		const struct of_yaml *node = nth(list, i);
		struct of_str text = of_field_clean(fields, node);

		if (node->type != OF_YAML_SCALAR)
			of_report_warning(fields->reporter, node->line, node->column,
				"a category must be text: this one is passed over");
		if (text.len > 0)
			raws[count++] = (struct raw){.slug = text,
				.label = text,
				.line = node->line,
				.column = node->column};
	}
	return count;
}

/*
 * The parallel lists. What has no slug of its own takes its name for one; an
 * empty slug in the list stays, to be refused with its place. A path is taken
 * as it is: one with control characters is not to be mended but refused.
 */
static struct raw raw_from_parallel(const struct fields *fields, size_t n)
{
	const struct of_yaml *slug = nth(of_yaml_at(fields->root, STR("categorySlug")), n);
	const struct of_yaml *path = nth(of_yaml_at(fields->root, STR("categoryUrl")), n);
	const struct of_yaml *label = nth(of_yaml_at(fields->root, STR("categoryLabel")), n);
	const struct of_yaml *name = nth(of_yaml_at(fields->root, STR("categories")), n);
	const struct of_yaml *from = slug != NULL ? slug : name;
	struct raw raw = {
		.slug = of_field_clean(fields, from), .label = of_field_clean(fields, label)};

	if (from != NULL) {
		raw.line = from->line;
		raw.column = from->column;
	}
	if (!of_yaml_is_absent(path) && path->type == OF_YAML_SCALAR) {
		raw.path = of_str_trim(path->text);
		raw.path_line = path->line;
		raw.path_column = path->column;
	}
	if (raw.label.len == 0)
		raw.label = of_field_clean(fields, name);
	if (raw.label.len == 0)
		raw.label = raw.slug;
	return raw;
}

/* Of the lists the one that says how many categories there are. */
static const struct of_yaml *leading_list(const struct fields *fields)
{
	const struct of_yaml *slugs = of_yaml_at(fields->root, STR("categorySlug"));

	return count_of(slugs) > 0 ? slugs : of_yaml_at(fields->root, STR("categories"));
}

static size_t raws_from_parallel(struct raw *raws, const struct fields *fields)
{
	size_t count = count_of(leading_list(fields));

	for (size_t i = 0; i < count; i++)
		raws[i] = raw_from_parallel(fields, i);
	return count;
}

/* The filings of an item as they grow: an item is in a group once, the first of equal slugs
 * stays. */
struct filing {
	struct of_membership *memberships;
	size_t count;
	struct of_map seen; /* slugs of the grouping at hand */
};

static enum of_status file_under(struct filing *filing, unsigned grouping,
	struct of_str template, const struct raw *raw, const struct fields *fields,
	struct of_err *err)
{
	struct of_category category = {0};
	enum of_status status = make_category(&category, raw, template, fields, err);

	if (status != OF_OK || of_map_get(&filing->seen, category.slug) != NULL)
		return status;
	filing->memberships[filing->count++] =
		(struct of_membership){grouping, category, raw->line, raw->column};
	return of_map_put(&filing->seen, category.slug, 0, err);
}

static enum of_status file_all(struct filing *filing, unsigned grouping, struct of_str template,
	const struct raw *raws, size_t count, const struct fields *fields, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < count && status == OF_OK; i++)
		status = file_under(filing, grouping, template, &raws[i], fields, err);
	of_map_finish(&filing->seen);
	return status;
}

/* Where the parallel lists count: not when the site names the categories' paths itself. */
static bool is_parallel(const struct fields *fields)
{
	for (size_t i = 0; i < fields->site->n_fields; i++)
		if (fields->site->fields[i].field == OF_FIELD_CATEGORIES)
			return false;
	return count_of(of_yaml_at(fields->root, STR("categorySlug"))) > 0 ||
	       count_of(of_yaml_at(fields->root, STR("categoryUrl"))) > 0;
}

/* What a list of raws is read from; each gives at most as many as the list counts. */
static const struct of_yaml *source_of(const struct fields *fields, struct of_str by)
{
	size_t cursor = 0;

	if (of_str_equal(by, STR("categories")))
		return is_parallel(fields)
			       ? of_yaml_at(fields->root, STR("categorySlug"))
			       : of_field_next(fields, OF_FIELD_CATEGORIES, &cursor);
	if (of_str_equal(by, STR("tags")))
		return of_field_next(fields, OF_FIELD_TAGS, &cursor);
	return of_yaml_at(fields->root, by);
}

static size_t raws_from_authors(
	struct raw *raws, const struct of_item *item, const struct fields *fields)
{
	size_t cursor = 0;
	const struct of_yaml *node = of_field_next(fields, OF_FIELD_AUTHORS, &cursor);

	for (size_t i = 0; i < item->n_authors; i++)
		raws[i] = (struct raw){.slug = item->authors[i].name,
			.label = item->authors[i].name,
			.line = node->line,
			.column = node->column};
	return item->n_authors;
}

static enum of_status make_raws(struct raw **raws, size_t *count, const struct of_item *item,
	const struct fields *fields, struct of_str by, struct of_err *err)
{
	bool authors = of_str_equal(by, STR("author"));
	const struct of_yaml *source = authors ? NULL : source_of(fields, by);
	size_t most = authors ? item->n_authors : count_of(source);

	*count = 0;
	if (most == 0)
		return OF_OK;
	*raws = of_arena_take(fields->arena, most, sizeof(**raws));
	if (*raws == NULL)
		return of_err_set_nomem(err);
	if (authors)
		*count = raws_from_authors(*raws, item, fields);
	else if (of_str_equal(by, STR("categories")) && is_parallel(fields))
		*count = raws_from_parallel(*raws, fields);
	else
		*count = raws_from_list(*raws, source, fields);
	return OF_OK;
}

/* The first grouping by categories; n_groups when there is none. */
static unsigned categories_grouping(const struct of_site *site)
{
	unsigned i = 0;

	while (i < site->n_groups && !of_str_equal(site->groups[i].by, STR("categories")))
		i++;
	return i;
}

/* Makes room for more memberships behind those that are there. */
static enum of_status make_room(
	struct filing *filing, size_t more, const struct fields *fields, struct of_err *err)
{
	struct of_membership *grown =
		of_arena_take(fields->arena, filing->count + more, sizeof(*grown));

	if (grown == NULL)
		return of_err_set_nomem(err);
	if (filing->count > 0)
		memcpy(grown, filing->memberships, filing->count * sizeof(*grown));
	filing->memberships = grown;
	return OF_OK;
}

/* Files the item under what it says of one grouping, at the end of filing. */
static enum of_status file_grouping(struct filing *filing, unsigned grouping, struct of_str by,
	struct of_str template, const struct of_item *item, const struct fields *fields,
	struct of_err *err)
{
	struct raw *raws = NULL;
	size_t count;
	enum of_status status = make_raws(&raws, &count, item, fields, by, err);

	if (status != OF_OK || count == 0)
		return status;
	status = make_room(filing, count, fields, err);
	return status == OF_OK ? file_all(filing, grouping, template, raws, count, fields, err)
			       : status;
}

/* The categories of the item, whether the site groups by them or not. */
static enum of_status fill_categories(struct of_item *item, const struct filing *filing,
	const struct fields *fields, struct of_err *err)
{
	struct of_category *categories =
		of_arena_take(fields->arena, filing->count, sizeof(*categories));

	if (categories == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < filing->count; i++)
		categories[i] = filing->memberships[i].category;
	item->categories = categories;
	item->n_categories = filing->count;
	return OF_OK;
}

enum of_status of_item_file(
	struct of_item *item, const struct fields *fields, struct of_err *err)
{
	const struct of_site *site = fields->site;
	unsigned by_categories = categories_grouping(site);
	struct of_str template = by_categories < site->n_groups
					 ? site->groups[by_categories].path
					 : (struct of_str){NULL, 0};
	struct filing categories = {0};
	struct filing all = {0};
	enum of_status status = file_grouping(
		&categories, by_categories, STR("categories"), template, item, fields, err);

	if (status == OF_OK)
		status = fill_categories(item, &categories, fields, err);
	if (by_categories == 0)
		all = categories;
	for (unsigned i = by_categories == 0; i < site->n_groups && status == OF_OK; i++)
		status = file_grouping(
			&all, i, site->groups[i].by, site->groups[i].path, item, fields, err);
	item->memberships = all.memberships;
	item->n_memberships = all.count;
	return status;
}
