/*
 * The categories as an item wrote them: in parallel lists, where the nth of each
 * is of the nth category, or as texts alone (SPEC section 3).
 */
#include "item/category.h"

#include "base/err.h"
#include "base/str.h"

enum { SLUGS, PATHS, LABELS, NAMES, LISTS };

static const struct of_str keys[LISTS] = {
	[SLUGS] = STR_INIT("categorySlug"),
	[PATHS] = STR_INIT("categoryUrl"),
	[LABELS] = STR_INIT("categoryLabel"),
	[NAMES] = STR_INIT("categories"),
};

struct lists {
	const struct fields *fields;
	const struct of_yaml *at[LISTS]; /* NULL for none */
	size_t counts[LISTS];
	size_t count; /* of categories */
};

/* The nth of a list, or the only one of a scalar; NULL where there is none, or it is blank. */
static const struct of_yaml *nth(const struct lists *lists, unsigned which, size_t n)
{
	const struct of_yaml *list = lists->at[which];
	const struct of_yaml *node = NULL;

	if (n < lists->counts[which])
		node = list->type == OF_YAML_LIST ? list->items[n] : list;
	return of_yaml_is_absent(node) ? NULL : node;
}

static void find_list(struct lists *lists, unsigned which)
{
	const struct of_yaml *list = of_yaml_at(lists->fields->root, keys[which]);

	if (of_yaml_is_absent(list))
		return;
	if (list->type == OF_YAML_MAP) {
		of_field_warn_type(lists->fields, keys[which], "a list of texts", list);
		return;
	}
	lists->at[which] = list;
	lists->counts[which] = list->type == OF_YAML_LIST ? list->count : 1;
}

static void warn_uneven(const struct lists *lists)
{
	unsigned which = 0;

	while (which < LISTS &&
		(lists->at[which] == NULL || lists->counts[which] == lists->count))
		which++;
	if (which < LISTS)
		of_report_warning(lists->fields->reporter, lists->at[which]->line,
			lists->at[which]->column,
			"%s has %zu for %zu categories: give each category one, or null",
			keys[which].ptr, lists->counts[which], lists->count);
}

/*
 * Any of the three makes the lists parallel, unless the site names the
 * categories' paths itself. False when they name no category.
 */
static bool find_lists(struct lists *lists)
{
	bool parallel = false;

	if (of_field_is_overridden(lists->fields->site, OF_FIELD_CATEGORIES))
		return false;
	for (unsigned which = SLUGS; which < NAMES; which++)
		parallel |= !of_yaml_is_absent(of_yaml_at(lists->fields->root, keys[which]));
	if (!parallel)
		return false;
	for (unsigned which = SLUGS; which < LISTS; which++)
		find_list(lists, which);
	lists->count = lists->counts[SLUGS] > lists->counts[NAMES] ? lists->counts[SLUGS]
								   : lists->counts[NAMES];
	return lists->count > 0;
}

/* A place in one of the two lists that decide how many categories there are. */
static enum of_status refuse_nameless(const struct lists *lists, size_t n, struct of_err *err)
{
	unsigned which = n < lists->counts[SLUGS] ? SLUGS : NAMES;
	const struct of_yaml *list = lists->at[which];
	const struct of_yaml *node = list->type == OF_YAML_LIST ? list->items[n] : list;

	if (node->type != OF_YAML_SCALAR && !of_yaml_is_absent(node))
		return of_err_set_at(err, OF_EINPUT, node->line, node->column,
			"%s holds a %s, and the category has no other name: write text",
			keys[which].ptr, of_field_type_name(node));
	return of_err_set_at(err, OF_EINPUT, node->line, node->column,
		"a category has no slug and no name: give it one, or take it out of the lists");
}

static struct of_str first_of(struct of_str text, struct of_str other)
{
	return text.len > 0 ? text : other;
}

/*
 * What has no slug of its own takes its name for one. A path is taken as it is:
 * one with control characters is not to be mended but refused.
 */
static enum of_status read_nth(
	struct raw_category *raw, const struct lists *lists, size_t n, struct of_err *err)
{
	const struct of_yaml *nodes[LISTS];
	const struct of_yaml *from;
	struct of_str texts[LISTS];

	for (unsigned which = 0; which < LISTS; which++) {
		nodes[which] = nth(lists, which, n);
		texts[which] = of_field_clean(lists->fields, nodes[which]);
	}
	if (texts[SLUGS].len == 0 && texts[NAMES].len == 0)
		return refuse_nameless(lists, n, err);
	for (unsigned which = 0; which < LISTS; which++)
		if (nodes[which] != NULL && nodes[which]->type != OF_YAML_SCALAR)
			of_field_warn_type(lists->fields, keys[which], "text", nodes[which]);
	from = nodes[texts[SLUGS].len > 0 ? SLUGS : NAMES];
	*raw = (struct raw_category){.slug = first_of(texts[SLUGS], texts[NAMES]),
		.label = first_of(texts[LABELS], first_of(texts[NAMES], texts[SLUGS])),
		.line = from->line,
		.column = from->column};
	if (texts[PATHS].len > 0) {
		raw->path = of_str_trim(nodes[PATHS]->text);
		raw->path_line = nodes[PATHS]->line;
		raw->path_column = nodes[PATHS]->column;
	}
	return OF_OK;
}

void of_raw_categories_from_texts(struct raw_categories *raws,
	const struct of_field_texts *texts, const struct fields *fields)
{
	raws->raws = of_arena_take(fields->arena, texts->count, sizeof(*raws->raws));
	raws->count = raws->raws != NULL ? texts->count : 0;
	for (size_t i = 0; i < raws->count; i++)
		raws->raws[i] = (struct raw_category){.slug = texts->texts[i],
			.label = texts->texts[i],
			.line = texts->nodes[i]->line,
			.column = texts->nodes[i]->column};
}

enum of_status of_raw_categories_read(
	struct raw_categories *raws, const struct fields *fields, struct of_err *err)
{
	struct lists lists = {.fields = fields};
	enum of_status status = OF_OK;

	if (!find_lists(&lists)) {
		struct of_field_texts texts = of_field_texts(fields, OF_FIELD_CATEGORIES);

		of_raw_categories_from_texts(raws, &texts, fields);
		return OF_OK;
	}
	raws->raws = of_arena_take(fields->arena, lists.count, sizeof(*raws->raws));
	if (raws->raws == NULL)
		return of_err_set_nomem(err);
	raws->count = lists.count;
	for (size_t i = 0; i < lists.count && status == OF_OK; i++)
		status = read_nth(&raws->raws[i], &lists, i, err);
	if (status == OF_OK)
		warn_uneven(&lists);
	return status;
}
