#include "survey/census.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include <stdlib.h>

#define LEVELS_MOST 3   /* of nested keys: link.href is two */
#define KEY_MOST 64     /* bytes */
#define PAIRS_MOST 2000 /* of one item */

void of_census_finish(struct of_census *census)
{
	of_map_finish(&census->index);
	free(census->paths);
	of_buf_finish(&census->scratch);
	census->paths = NULL;
	census->count = census->cap = 0;
}

struct of_census_path *of_census_find(const struct of_census *census, struct of_str path)
{
	const size_t *at = of_map_get(&census->index, path);

	return at != NULL ? &census->paths[*at] : NULL;
}

enum of_kind of_census_kind(const struct of_census_path *path)
{
	enum of_kind most = OF_KIND_NONE;

	for (unsigned kind = 1; kind < OF_KIND_COUNT; kind++)
		if (path->kinds[kind] > path->kinds[most])
			most = (enum of_kind)kind;
	return most;
}

/* The counted path, made where it is new; *found is NULL where there are too many. */
static enum of_status find_or_add(struct of_census *census, struct of_str path,
	struct of_census_path **found, struct of_err *err)
{
	struct of_census_path *grown;
	struct of_str kept;
	enum of_status status;

	*found = of_census_find(census, path);
	if (*found != NULL)
		return OF_OK;
	if (census->count == OF_CENSUS_PATHS_MOST) {
		census->cut = true;
		return OF_OK;
	}
	grown = of_grow(census->paths, census->count, &census->cap, sizeof(*grown));
	if (grown == NULL)
		return of_err_set_nomem(err);
	census->paths = grown;
	kept = of_arena_dup(census->arena, path);
	status = of_arena_status(census->arena, err);
	if (status == OF_OK)
		status = of_map_put(&census->index, kept, census->count, err);
	if (status != OF_OK)
		return status;
	*found = &grown[census->count++];
	**found = (struct of_census_path){.path = kept, .known = of_sought_is_known(kept)};
	return OF_OK;
}

static bool fits(const struct of_sought *sought, const struct of_yaml *node)
{
	return (OF_KIND_BIT(of_kind_find(node)) & sought->fits) != 0;
}

static void add_example(struct of_census *census, struct of_census_examples *examples,
	struct of_str file, const struct of_yaml *node)
{
	struct of_buf value = {0};

	if (examples == NULL || examples->count == OF_SURVEY_EXAMPLES)
		return;
	of_kind_add_value(&value, node);
	examples->list[examples->count++] =
		(struct of_survey_example){file, of_arena_keep(census->arena, &value)};
	of_buf_finish(&value);
}

/* Few paths are of use for a field, so that there is no room for examples until then. */
static void add_group_example(struct of_census *census, struct of_census_examples **examples,
	struct of_str file, const struct of_yaml *node)
{
	if (*examples == NULL)
		*examples = of_arena_take(census->arena, 1, sizeof(**examples));
	add_example(census, *examples, file, node);
}

/* The bits of the fields that the item has, each counted for the path that it is read from. */
static enum of_status count_fields(struct of_census *census, const struct of_yaml *root,
	struct of_str file, unsigned *has, struct of_err *err)
{
	struct of_census_path *found = NULL;
	enum of_status status = OF_OK;
	struct of_str path;

	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++) {
		const struct of_sought *sought = &of_sought_rows[row];
		size_t n = 0;

		while (of_sought_path_at(&path, sought->field, n) &&
			!fits(sought, of_yaml_at(root, path)))
			n++;
		if (!of_sought_path_at(&path, sought->field, n))
			continue;
		*has |= 1U << row;
		census->has[row]++;
		status = find_or_add(census, path, &found, err);
		if (status != OF_OK)
			return status;
		if (found == NULL)
			continue;
		found->uses[row]++;
		add_group_example(census, &found->of[row], file, of_yaml_at(root, path));
	}
	return OF_OK;
}

/* What an item's keys are counted with. */
struct counting {
	struct of_census *census;
	struct of_str file;
	unsigned has; /* bits of the rows of of_sought_rows */
	size_t pairs;
	struct of_err *err;
};

static void count_value(
	struct counting *counting, struct of_census_path *path, const struct of_yaml *node)
{
	struct of_census *census = counting->census;
	enum of_kind kind = of_kind_find(node);

	if (kind == OF_KIND_NONE)
		return;
	path->items++;
	path->kinds[kind]++;
	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++) {
		if ((counting->has & 1U << row) != 0 ||
			(of_sought_rows[row].seeks & OF_KIND_BIT(kind)) == 0)
			continue;
		path->gain[row]++;
		if (!path->known)
			add_group_example(census, &path->of[row], counting->file, node);
	}
	if (kind == OF_KIND_ODD_DATE)
		add_group_example(census, &path->odd, counting->file, node);
	add_example(census, &path->any, counting->file, node);
}

/* What a dotted path can name: no dot, no blank at an end, nothing that breaks a line. */
static bool is_plain_key(struct of_str key)
{
	if (key.len == 0 || key.len > KEY_MOST || of_str_trim(key).len < key.len)
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (key.ptr[i] == '.' || (unsigned char)key.ptr[i] < ' ' || key.ptr[i] == 0x7f)
			return false;
	return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): LEVELS_MOST levels at most */
static enum of_status count_map(
	struct counting *counting, const struct of_yaml *map, unsigned levels)
{
	struct of_buf *scratch = &counting->census->scratch;
	size_t before = scratch->len;
	enum of_status status = OF_OK;

	for (size_t i = 0; i < map->count && counting->pairs < PAIRS_MOST; i++) {
		const struct of_yaml_pair *pair = &map->pairs[i];
		struct of_census_path *path = NULL;

		if (!is_plain_key(pair->key))
			continue;
		counting->pairs++;
		if (before > 0)
			of_buf_add_byte(scratch, '.');
		of_buf_add_str(scratch, pair->key);
		status = of_buf_status(scratch, counting->err);
		if (status == OF_OK)
			status = find_or_add(
				counting->census, of_buf_str(scratch), &path, counting->err);
		if (status == OF_OK && path != NULL)
			count_value(counting, path, pair->value);
		if (status == OF_OK && pair->value != NULL &&
			pair->value->type == OF_YAML_MAP && levels < LEVELS_MOST)
			status = count_map(counting, pair->value, levels + 1);
		if (status != OF_OK)
			return status;
		of_buf_truncate(scratch, before);
	}
	return OF_OK;
}

static bool is_dated_by_name(struct of_str file)
{
	struct of_str stem = of_path_stem(file);
	int64_t seconds;

	if (of_str_equal(stem, STR("index")))
		stem = of_path_base(of_path_folder(file));
	return of_time_parse_prefix(&seconds, stem, NULL);
}

/* The name of a file dates its item where no path does (SPEC section 3, published). */
static void count_name(struct counting *counting)
{
	struct of_census *census = counting->census;

	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++) {
		if (of_sought_rows[row].field != OF_FIELD_PUBLISHED ||
			(counting->has & 1U << row) != 0 || !is_dated_by_name(counting->file))
			continue;
		counting->has |= 1U << row;
		census->has[row]++;
		census->dated_by_name++;
	}
}

enum of_status of_census_add(struct of_census *census, const struct of_yaml *root,
	struct of_str file, struct of_err *err)
{
	struct counting counting = {.census = census, .file = file, .err = err};
	enum of_status status = count_fields(census, root, file, &counting.has, err);

	count_name(&counting);
	census->items++;
	of_buf_clear(&census->scratch);
	if (status == OF_OK && root != NULL && root->type == OF_YAML_MAP)
		status = count_map(&counting, root, 1);
	return status == OF_OK ? of_arena_status(census->arena, err) : status;
}
