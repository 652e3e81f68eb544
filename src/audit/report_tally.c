#include "audit/report_tally.h"

#include "base/grow.h"
#include "base/str.h"
#include <stdlib.h>

static struct of_tally_row *add_row(struct of_tally *tally, struct of_str name)
{
	struct of_tally_row *rows =
		of_grow(tally->rows, tally->count, &tally->cap, sizeof(*rows));
	struct of_tally_row row = {.last = INT64_MIN};

	if (rows == NULL)
		return NULL;
	tally->rows = rows;
	if (tally->arena == NULL)
		tally->arena = of_arena_new();
	if (tally->arena == NULL)
		return NULL;
	row.name = of_arena_dup(tally->arena, name);
	if (of_arena_status(tally->arena, NULL) != OF_OK ||
		of_map_put(&tally->map, row.name, tally->count, NULL) != OF_OK)
		return NULL;
	rows[tally->count] = row;
	return &rows[tally->count++];
}

void of_tally_add(struct of_tally *tally, struct of_str name, int64_t link, bool rots, bool all)
{
	const size_t *place = of_map_get(&tally->map, name);
	struct of_tally_row *row = place != NULL ? &tally->rows[*place] : NULL;

	if (tally->status != OF_OK || (row == NULL && !rots && !all))
		return;
	if (row == NULL)
		row = add_row(tally, name);
	if (row == NULL) {
		tally->status = OF_ENOMEM;
		return;
	}
	if (row->last == link)
		return;
	row->last = link;
	row->links++;
	row->rot += rots;
}

static int by_name(const void *left, const void *right)
{
	const struct of_tally_row *a = left;
	const struct of_tally_row *b = right;

	return of_str_compare(a->name, b->name);
}

static int by_rot(const void *left, const void *right)
{
	const struct of_tally_row *a = left;
	const struct of_tally_row *b = right;

	if (a->rot != b->rot)
		return a->rot > b->rot ? -1 : 1;
	if (a->links != b->links)
		return a->links < b->links ? -1 : 1;
	return by_name(left, right);
}

static void sort(struct of_tally *tally, int (*order)(const void *, const void *))
{
	if (tally->count > 1)
		qsort(tally->rows, tally->count, sizeof(*tally->rows), order);
}

void of_tally_sort_by_rot(struct of_tally *tally)
{
	sort(tally, by_rot);
}

void of_tally_sort_by_name(struct of_tally *tally)
{
	sort(tally, by_name);
}

void of_tally_finish(struct of_tally *tally)
{
	of_map_finish(&tally->map);
	of_arena_free(tally->arena);
	free(tally->rows);
	*tally = (struct of_tally){0};
}
