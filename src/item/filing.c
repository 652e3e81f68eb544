/*
 * The groups that an item is in (SPEC section 4): its categories, and what it
 * has of each grouping of the site.
 */
#include "item/parts.h"

#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "item/category.h"

#define FEW 16 /* slugs that are sooner compared one by one than put into a map */

/* An item's filing as it grows. */
struct filing {
	const struct fields *fields;
	const struct of_item *item;
	const struct of_yaml *const *authors; /* where they stand */
	struct of_membership *memberships;
	size_t count;
	struct of_err *err;
};

/* A grouping at work: where its filings go, and whether a slug that is refused is an error. */
struct grouping {
	unsigned number;
	struct of_str by, path;
	bool strict;
	size_t first; /* of its memberships */
	bool many;
	struct of_map seen; /* their slugs, where there may be many */
};

static enum of_status refuse(const struct filing *filing, const struct grouping *grouping,
	const struct raw_category *raw, const struct category_refusal *refusal)
{
	int len = (int)(raw->slug.len < 60 ? raw->slug.len : 60);

	if (grouping->strict)
		return of_err_set_at(filing->err, OF_EINPUT, raw->line, raw->column,
			"the category slug '%.*s' %s: %s", len, raw->slug.ptr, refusal->why,
			refusal->advice);
	of_report_warning(filing->fields->reporter, raw->line, raw->column,
		"'%.*s' names no group by %.*s, as it %s: %s", len, raw->slug.ptr,
		(int)(grouping->by.len < 100 ? grouping->by.len : 100), grouping->by.ptr,
		refusal->why, refusal->advice);
	return OF_OK;
}

static bool is_filed(
	const struct filing *filing, const struct grouping *grouping, struct of_str slug)
{
	if (grouping->many)
		return of_map_get(&grouping->seen, slug) != NULL;
	for (size_t i = grouping->first; i < filing->count; i++)
		if (of_str_equal(filing->memberships[i].category.slug, slug))
			return true;
	return false;
}

/* An item is in a group once: the first of equal slugs stays. */
static enum of_status file_under(
	struct filing *filing, struct grouping *grouping, const struct raw_category *raw)
{
	struct of_category category = {0};
	const struct category_refusal refusal =
		of_category_make(&category, raw, grouping->path, filing->fields);

	if (refusal.why != NULL)
		return refuse(filing, grouping, raw, &refusal);
	if (is_filed(filing, grouping, category.slug))
		return OF_OK;
	filing->memberships[filing->count++] =
		(struct of_membership){grouping->number, category, raw->line, raw->column};
	return grouping->many ? of_map_put(&grouping->seen, category.slug, 0, filing->err)
			      : OF_OK;
}

/* Makes room for more memberships behind those that are there. */
static enum of_status make_room(struct filing *filing, size_t more)
{
	struct of_membership *grown =
		of_arena_take(filing->fields->arena, filing->count + more, sizeof(*grown));

	if (grown == NULL)
		return of_err_set_nomem(filing->err);
	if (filing->count > 0)
		memcpy(grown, filing->memberships, filing->count * sizeof(*grown));
	filing->memberships = grown;
	return OF_OK;
}

/* Each group is a folder of documents: of a file that names thousands, none is meant. */
static enum of_status check_count(const struct filing *filing, const struct grouping *grouping,
	struct raw_categories *raws)
{
	const struct raw_category *first = raws->raws;

	if (raws->count <= OF_LIMIT_CATEGORIES)
		return OF_OK;
	if (grouping->strict)
		return of_err_set_at(filing->err, OF_ELIMIT, first->line, first->column,
			"%zu categories, and the limit is %d: keep those that matter",
			raws->count, OF_LIMIT_CATEGORIES);
	of_report_warning(filing->fields->reporter, first->line, first->column,
		"%zu groups by %.*s, and the limit is %d: the others are passed over",
		raws->count, (int)(grouping->by.len < 100 ? grouping->by.len : 100),
		grouping->by.ptr, OF_LIMIT_CATEGORIES);
	raws->count = OF_LIMIT_CATEGORIES;
	return OF_OK;
}

static enum of_status file_all(
	struct filing *filing, struct grouping *grouping, struct raw_categories *raws)
{
	enum of_status status = check_count(filing, grouping, raws);

	if (status == OF_OK && raws->count > 0)
		status = make_room(filing, raws->count);
	grouping->first = filing->count;
	grouping->many = raws->count > FEW;
	for (size_t i = 0; i < raws->count && status == OF_OK; i++)
		status = file_under(filing, grouping, &raws->raws[i]);
	of_map_finish(&grouping->seen);
	return status;
}

static void raws_from_authors(struct raw_categories *raws, const struct filing *filing)
{
	size_t count = filing->item->n_authors;

	raws->raws = of_arena_take(filing->fields->arena, count, sizeof(*raws->raws));
	raws->count = raws->raws != NULL ? count : 0;
	for (size_t i = 0; i < raws->count; i++)
		raws->raws[i] = (struct raw_category){.slug = filing->item->authors[i].name,
			.label = filing->item->authors[i].name,
			.line = filing->authors[i]->line,
			.column = filing->authors[i]->column};
}

/* The field by its own name, or by any that an item may have for it. */
static bool names_authors(const struct of_site *site, struct of_str by)
{
	struct of_field_path at;

	for (size_t i = 0; of_field_path_at(&at, site, OF_FIELD_AUTHORS, i); i++)
		if (of_str_equal(by, at.path))
			return true;
	return of_str_equal(by, STR("author"));
}

/* What the item has of a grouping other than by categories. */
static struct raw_categories read_raws(const struct filing *filing, struct of_str by)
{
	const struct fields *fields = filing->fields;
	struct raw_categories raws = {NULL, 0};
	struct of_field_texts texts;

	if (names_authors(fields->site, by)) {
		raws_from_authors(&raws, filing);
		return raws;
	}
	if (of_str_equal(by, STR("tags")))
		texts = of_field_texts(fields, OF_FIELD_TAGS);
	else
		texts = of_field_texts_in(fields, by, of_yaml_at(fields->root, by));
	of_raw_categories_from_texts(&raws, &texts, fields);
	return raws;
}

/* The path that an item gives a category of its own counts for one grouping. */
static void forget_paths(struct raw_categories *raws)
{
	for (size_t i = 0; i < raws->count; i++)
		raws->raws[i].path = (struct of_str){NULL, 0};
}

static bool is_by_categories(const struct of_site *site, unsigned number)
{
	return of_str_equal(site->groups[number].by, STR("categories"));
}

/* The item has its categories in any case, and filings where the site groups by them. */
static enum of_status file_categories(struct of_item *item, struct filing *filing,
	unsigned first, struct raw_categories *raws)
{
	const struct of_site *site = filing->fields->site;
	struct grouping grouping = {.number = first, .strict = true};
	struct of_category *categories;
	enum of_status status;

	if (first < site->n_groups)
		grouping.path = site->groups[first].path;
	status = file_all(filing, &grouping, raws);
	if (status != OF_OK)
		return status;
	categories = of_arena_take(filing->fields->arena, filing->count, sizeof(*categories));
	if (categories == NULL)
		return of_err_set_nomem(filing->err);
	for (size_t i = 0; i < filing->count; i++)
		categories[i] = filing->memberships[i].category;
	item->categories = categories;
	item->n_categories = filing->count;
	if (first == site->n_groups)
		filing->count = 0;
	return OF_OK;
}

static enum of_status file_others(
	struct filing *filing, unsigned first, const struct raw_categories *categories)
{
	const struct of_site *site = filing->fields->site;
	enum of_status status = OF_OK;

	for (unsigned i = 0; i < site->n_groups && status == OF_OK; i++) {
		bool strict = is_by_categories(site, i);
		struct grouping grouping = {.number = i,
			.by = site->groups[i].by,
			.path = site->groups[i].path,
			.strict = strict};
		struct raw_categories raws;

		if (i == first)
			continue;
		raws = strict ? *categories : read_raws(filing, grouping.by);
		status = file_all(filing, &grouping, &raws);
	}
	return status;
}

enum of_status of_item_file(struct of_item *item, const struct fields *fields,
	const struct of_yaml *const *authors, struct of_err *err)
{
	struct filing filing = {.fields = fields, .item = item, .authors = authors, .err = err};
	struct raw_categories categories = {NULL, 0};
	unsigned first = 0; /* the first grouping by categories */
	enum of_status status = of_raw_categories_read(&categories, fields, err);

	while (first < fields->site->n_groups && !is_by_categories(fields->site, first))
		first++;
	if (status == OF_OK)
		status = file_categories(item, &filing, first, &categories);
	forget_paths(&categories);
	if (status == OF_OK)
		status = file_others(&filing, first, &categories);
	item->memberships = filing.memberships;
	item->n_memberships = filing.count;
	return status;
}
