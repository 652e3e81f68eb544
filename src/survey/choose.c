#include "survey/choose.h"

#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include <stdlib.h>

#define SHARE_NAMED 10    /* one item in so many, where the key says what it holds */
#define SHARE_NAMELESS 60 /* per cent, where it does not */
#define LEFT_MOST 8
#define USED_MOST 16

struct choosing {
	const struct of_census *census;
	struct of_survey *survey;
	struct of_str host;
	const struct of_census_path *chosen[OF_SOUGHT_COUNT]; /* NULL where defaults do */
};

static bool is_used(const struct of_census_path *path)
{
	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++)
		if (path->uses[row] > 0)
			return true;
	return false;
}

/* Whether a field is read from the path, or from a mapping that it lies in. */
static bool is_placed(const struct choosing *c, const struct of_census_path *path)
{
	struct of_str above = path->path;

	while (above.len > 0) {
		const struct of_census_path *found = of_census_find(c->census, above);
		size_t dot = of_str_find_last_byte(above, '.');

		if (found != NULL && is_used(found))
			return true;
		for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++)
			if (c->chosen[row] != NULL && of_str_equal(c->chosen[row]->path, above))
				return true;
		above = of_str_slice(above, 0, dot == OF_NPOS ? 0 : dot);
	}
	return false;
}

/* A link of the site to itself is a permalink, whatever its key is called. */
static bool is_own(const struct choosing *c, const struct of_census_path *path)
{
	for (unsigned i = 0; i < path->any.count && c->host.len > 0; i++) {
		struct of_str host = of_url_split(path->any.list[i].value).host;

		if (!of_str_equal_nocase(host, c->host))
			return false;
	}
	return c->host.len > 0 && path->any.count > 0;
}

static bool is_candidate(
	const struct choosing *c, const struct of_census_path *path, unsigned row)
{
	const struct of_sought *sought = &of_sought_rows[row];
	size_t items = c->census->items;

	if (path->known || path->gain[row] == 0 || is_placed(c, path) ||
		(sought->field == OF_FIELD_SOURCE_URL && is_own(c, path)))
		return false;
	switch (of_sought_by_name(sought, path->path)) {
	case OF_NAME_YES:
		return (size_t)path->gain[row] * SHARE_NAMED >= items;
	case OF_NAME_NOTHING:
		return sought->nameless &&
		       (size_t)path->gain[row] * 100 >= items * SHARE_NAMELESS;
	default:
		return false;
	}
}

/* A key that says what it holds beats one that does not; then the one on more items. */
static bool is_better(
	const struct of_census_path *path, const struct of_census_path *other, unsigned row)
{
	const struct of_sought *sought = &of_sought_rows[row];
	bool named = of_sought_by_name(sought, path->path) == OF_NAME_YES;
	bool other_named;

	if (other == NULL)
		return true;
	other_named = of_sought_by_name(sought, other->path) == OF_NAME_YES;
	return named != other_named ? named : path->gain[row] > other->gain[row];
}

static void choose_path(struct choosing *c, unsigned row)
{
	const struct of_census_path *best = NULL;

	for (size_t i = 0; i < c->census->count; i++) {
		const struct of_census_path *path = &c->census->paths[i];

		if (is_candidate(c, path, row) && is_better(path, best, row))
			best = path;
	}
	c->chosen[row] = best;
}

/* The examples are of the items that are counted. */
static struct of_survey_path describe(const struct of_census_path *path, size_t items,
	const struct of_census_examples *examples)
{
	struct of_survey_path described = {.path = path->path, .items = items};
	size_t count = examples != NULL ? examples->count : 0;

	for (size_t i = 0; i < count; i++)
		described.examples[i] = examples->list[i];
	described.n_examples = count;
	return described;
}

/* The defaults that are in use, in their order, and what was chosen beside them. */
static void add_field(struct choosing *c, struct of_survey_field *field, unsigned row)
{
	struct of_survey_path *paths =
		of_arena_take(c->survey->arena, USED_MOST, sizeof(*paths));
	struct of_str path;

	*field = (struct of_survey_field){.field = of_sought_rows[row].field,
		.items = c->census->has[row],
		.paths = paths};
	for (size_t n = 0; paths != NULL && of_sought_path_at(&path, field->field, n); n++) {
		const struct of_census_path *found = of_census_find(c->census, path);

		if (found != NULL && found->uses[row] > 0 && field->n_paths < USED_MOST - 1)
			paths[field->n_paths++] =
				describe(found, found->uses[row], found->of[row]);
	}
	if (field->field == OF_FIELD_PUBLISHED)
		field->by_name = c->census->dated_by_name;
	if (paths != NULL && c->chosen[row] != NULL) {
		paths[field->n_paths++] = describe(
			c->chosen[row], c->chosen[row]->gain[row], c->chosen[row]->of[row]);
		field->items += c->chosen[row]->gain[row];
		field->overridden = true;
	}
}

static enum of_status add_fields(struct choosing *c, struct of_err *err)
{
	struct of_survey_field *fields =
		of_arena_take(c->survey->arena, OF_SOUGHT_COUNT, sizeof(*fields));

	if (fields == NULL)
		return of_err_set_nomem(err);
	c->survey->fields = fields;
	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++)
		add_field(c, &fields[c->survey->n_fields++], row);
	return of_arena_status(c->survey->arena, err);
}

static const char odd_date[] = "a date that outfeed does not read: write it as 2024-05-31";

/* What is worth a word, by the kind of most of its values; NULL for the rest. */
static const char *word_of(const struct of_census_path *path)
{
	static const char *const words[OF_KIND_COUNT] = {[OF_KIND_DATE] = "a date",
		[OF_KIND_ODD_DATE] =
			"a date that outfeed does not read: write it as 2024-05-31",
		[OF_KIND_LINK] = "a link",
		[OF_KIND_IMAGE] = "an image"};

	return words[of_census_kind(path)];
}

static int compare_left(const void *a, const void *b)
{
	const struct of_survey_left *one = a;
	const struct of_survey_left *other = b;

	if (one->path.items != other->path.items)
		return one->path.items < other->path.items ? 1 : -1;
	return of_str_compare(one->path.path, other->path.path);
}

static enum of_status add_left(struct choosing *c, struct of_err *err)
{
	struct of_survey *survey = c->survey;
	struct of_survey_left *left =
		of_arena_take(survey->arena, c->census->count + 1, sizeof(*left));
	size_t count = 0;

	if (left == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < c->census->count; i++) {
		const struct of_census_path *path = &c->census->paths[i];
		uint32_t odd = path->known ? path->kinds[OF_KIND_ODD_DATE] : 0;
		bool read = path->known && of_census_kind(path) != OF_KIND_ODD_DATE;

		if (odd > 0 && is_used(path)) {
			/* read on some items, and not on these */
			left[count++] = (struct of_survey_left){
				odd_date, describe(path, odd, path->odd)};
			continue;
		}

		if (word_of(path) != NULL && !read && !is_placed(c, path))
			left[count++] = (struct of_survey_left){
				word_of(path), describe(path, path->items, &path->any)};
	}
	if (count > 0)
		qsort(left, count, sizeof(*left), compare_left);
	survey->left = left;
	survey->n_left = count < LEFT_MOST ? count : LEFT_MOST;
	return OF_OK;
}

const struct of_survey_field *of_fields_find(
	const struct of_survey *survey, enum of_field field)
{
	for (size_t i = 0; i < survey->n_fields; i++)
		if (survey->fields[i].field == field && survey->fields[i].items > 0)
			return &survey->fields[i];
	return NULL;
}

/* Categories are what feeds are made of, unless hardly an item has them and more have tags. */
static bool are_tags_better(const struct of_survey *survey)
{
	const struct of_survey_field *categories = of_fields_find(survey, OF_FIELD_CATEGORIES);
	const struct of_survey_field *tags = of_fields_find(survey, OF_FIELD_TAGS);

	if (tags == NULL)
		return false;
	return categories == NULL ||
	       (categories->items * 2 < survey->items && tags->items > categories->items);
}

enum of_status of_fields_choose(struct of_survey *survey, const struct of_census *census,
	struct of_str host, struct of_err *err)
{
	struct choosing choosing = {.census = census, .survey = survey, .host = host};
	enum of_status status;

	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++)
		choose_path(&choosing, row);
	status = add_fields(&choosing, err);
	if (status == OF_OK)
		status = add_left(&choosing, err);
	survey->by_tags = are_tags_better(survey);
	return status;
}
