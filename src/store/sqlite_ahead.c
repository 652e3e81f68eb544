/*
 * Links that are due, read ahead: a run asks for each of them soon, and one scan
 * reads a row for a third of what a statement of its own costs. Only while they are
 * few; of more, each is read when it is asked for.
 */
#include "store/sqlite_ahead.h"

#include "base/grow.h"
#include "base/str.h"
#include <stdlib.h>

#define MOST_BYTES ((size_t)16 << 20)

struct row {
	struct of_link link; /* its text is the arena's */
	int64_t due;
	struct of_known known;
	bool gone; /* written since */
};

struct of_ahead {
	struct of_arena *arena;
	struct row *rows; /* by number */
	size_t n_rows, cap_rows;
	bool walked; /* the walk needs them: what is stale is freed when it ends */
	bool stale;
};

static const struct of_query each_whole = {OF_QUERY_EACH_WHOLE,
	"SELECT link.number, due, " OF_LINK_COLUMNS " WHERE kinds & ?1 <> 0 AND fixed IS NULL"
	" AND " OF_LINK_IS_DUE " ORDER BY link.number"};

static void free_ahead(struct of_ahead *ahead)
{
	of_arena_free(ahead->arena);
	free(ahead->rows);
	free(ahead);
}

void of_sqlite_drop_ahead(struct of_sqlite *history)
{
	struct of_ahead *ahead = history->ahead;

	if (ahead == NULL)
		return;
	if (ahead->walked)
		ahead->stale = true;
	else
		free_ahead(ahead);
	history->ahead = NULL;
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	return (a->link.number > b->link.number) - (a->link.number < b->link.number);
}

static struct row *find_row(const struct of_sqlite *history, int64_t number)
{
	const struct row key = {.link.number = number};
	struct of_ahead *ahead = history->ahead;

	if (ahead == NULL || ahead->n_rows == 0)
		return NULL;
	return bsearch(&key, ahead->rows, ahead->n_rows, sizeof(key), compare_rows);
}

void of_sqlite_forget_ahead(struct of_sqlite *history, int64_t number)
{
	struct row *row = find_row(history, number);

	if (row != NULL)
		row->gone = true;
}

bool of_sqlite_get_ahead(
	struct of_sqlite *history, struct of_link *link, struct of_arena *arena)
{
	const struct row *row = find_row(history, link->number);

	if (row == NULL || row->gone)
		return false;
	*of_sqlite_known(history, link->number) = row->known;
	*link = row->link;
	link->url = of_arena_dup(arena, link->url);
	link->domain = of_arena_dup(arena, link->domain);
	link->etag = of_arena_dup(arena, link->etag);
	link->last_modified = of_arena_dup(arena, link->last_modified);
	link->final_url = row->link.final_url.ptr == row->link.url.ptr
				  ? link->url
				  : of_arena_dup(arena, link->final_url);
	link->expected.title = of_arena_dup(arena, link->expected.title);
	link->expected.summary = of_arena_dup(arena, link->expected.summary);
	return true;
}

/* False when there are too many, or no memory: both are no reason to fail. */
static bool read_row(struct of_ahead *ahead, struct of_cursor *cursor)
{
	struct row *rows =
		of_grow(ahead->rows, ahead->n_rows, &ahead->cap_rows, sizeof(*ahead->rows));
	struct row *row;

	if (rows == NULL)
		return false;
	ahead->rows = rows;
	row = &rows[ahead->n_rows++];
	*row = (struct row){.link.number = of_cursor_int(cursor), .due = of_cursor_int(cursor)};
	of_cursor_link(cursor, &row->link, &row->known, ahead->arena);
	return of_arena_status(ahead->arena, NULL) == OF_OK &&
	       of_arena_size(ahead->arena) + ahead->n_rows * sizeof(*row) <= MOST_BYTES;
}

static struct of_ahead *read_all(struct of_sqlite *history, int64_t now, bool all,
	unsigned kinds, struct of_err *err, enum of_status *status)
{
	struct of_ahead *ahead = calloc(1, sizeof(*ahead));
	bool room = ahead != NULL && (ahead->arena = of_arena_new()) != NULL;
	struct of_cursor cursor = of_cursor_begin(history, &each_whole);

	of_cursor_put_int(&cursor, kinds);
	of_cursor_put_int(&cursor, now);
	of_cursor_put_int(&cursor, all);
	while (room && of_cursor_next(&cursor))
		room = read_row(ahead, &cursor);
	*status = of_cursor_end(&cursor, err);
	if (room && *status == OF_OK)
		return ahead;
	if (ahead != NULL)
		free_ahead(ahead);
	return NULL;
}

static int compare_due(const void *left, const void *right)
{
	const struct row *a = *(const struct row *const *)left;
	const struct row *b = *(const struct row *const *)right;
	int order = of_str_compare(a->link.domain, b->link.domain);

	if (order == 0)
		order = (a->due > b->due) - (a->due < b->due);
	return order != 0 ? order : compare_rows(a, b);
}

static void walk(struct of_ahead *ahead, const struct row **order, of_history_due_fn *each,
	void *payload)
{
	bool more = true;

	for (size_t i = 0; i < ahead->n_rows; i++)
		order[i] = &ahead->rows[i];
	qsort(order, ahead->n_rows, sizeof(*order), compare_due);
	for (size_t i = 0; more && i < ahead->n_rows; i++)
		more = each(order[i]->link.number, order[i]->link.domain, order[i]->link.url,
			payload);
}

bool of_sqlite_walk_ahead(struct of_sqlite *history, const struct of_due *due,
	struct of_err *err, enum of_status *status)
{
	struct of_ahead *ahead;
	const struct row **order;

	of_sqlite_drop_ahead(history);
	ahead = read_all(history, due->now, due->all, due->kinds, err, status);
	if (ahead == NULL)
		return *status != OF_OK;
	order = calloc(ahead->n_rows + 1, sizeof(*order));
	if (order == NULL) {
		free_ahead(ahead);
		return false;
	}
	history->ahead = ahead;
	ahead->walked = true;
	walk(ahead, order, due->each, due->payload);
	ahead->walked = false;
	if (ahead->stale)
		free_ahead(ahead);
	free(order);
	return true;
}
