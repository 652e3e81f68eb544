/*
 * For reports: every link with its uses and its newest checks, one at a time.
 */
#include "store/history_texts.h"
#include "store/sqlite_db.h"

#include "base/grow.h"
#include "base/str.h"
#include "base/time.h"
#include <stdlib.h>

/* Only what the order needs is sorted; the rest is read when its turn has come. */
static const struct of_query each_reported = {OF_QUERY_EACH_REPORTED,
	"SELECT link.number FROM link JOIN host ON host.number = link.host"
	" LEFT JOIN verdict ON word = coalesce(fixed, link.verdict) WHERE kinds <> 0"
	/* a rank tells the verdict, see `name_verdicts`; what is no word of ours is none */
	" AND ?1 >> coalesce(rank % ?2, 0) & 1"
	" ORDER BY rank, host.name, url"};
static const struct of_query report_link = {OF_QUERY_REPORT_LINK,
	"SELECT link.url, host.name, domain, final_url, coalesce(title, og_title), suggestion,"
	" capture.url, captured, due, likeness, fixed, newest, rot_run, " OF_PAST_COLUMNS
	" FROM link JOIN host ON host.number = link.host LEFT JOIN " OF_PAGE
	" ON page.link = link.number"
	" LEFT JOIN capture ON capture.link = link.number WHERE link.number = ?"};
static const struct of_query report_uses = {OF_QUERY_REPORT_USES,
	"SELECT file, field, id, title, category, line, col, kind, published, place"
	" FROM use JOIN item ON number = item WHERE link = ?"};
static const struct of_query report_check = {OF_QUERY_REPORT_CHECK,
	"SELECT at, verdict, failure, status, milliseconds, final_url, words, hops, before"
	" FROM check_ WHERE number = ?"};
/* No GROUP BY, which would sort all links. */
static const struct of_query tally = {
	OF_QUERY_TALLY, "SELECT coalesce(fixed, verdict), rot_run FROM link WHERE kinds <> 0"};
/* Row by row: count(*) is one step, which nothing breaks off. */
static const struct of_query count_uses = {OF_QUERY_COUNT_USES, "SELECT sum(1) FROM use"};
/* The newest run is what is reported, ended or not; before it, those that ended were. */
static const struct of_query run_before = {OF_QUERY_RUN_BEFORE,
	"SELECT max(number) FROM run WHERE ended IS NOT NULL"
	" AND number < (SELECT max(number) FROM run)"};

/* A link has a few uses: SQLite's sorter costs more than all else of them. */
struct sorted_use {
	struct of_report_use use;
	int64_t place;
};

/* A link on its way, and arrays for the next one too. */
struct of_sqlite_walk {
	struct of_report_walk base;
	struct of_sqlite *history;
	struct of_cursor cursor; /* of their order */
	unsigned most_checks;
	int64_t run_before;
	struct of_arena *arena; /* the caller's */
	struct of_report_link link;
	struct sorted_use *sorted;
	struct of_report_check *checks;
	size_t cap_sorted, cap_checks;
	int64_t newest;
};

static enum of_status find_run_before(
	struct of_sqlite *history, int64_t *run, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &run_before);

	if (of_cursor_next(&cursor))
		*run = of_cursor_int(&cursor);
	return of_cursor_end(&cursor, err);
}

static struct of_str keep(struct of_sqlite_walk *walk, struct of_cursor *cursor)
{
	return of_arena_dup(walk->arena, of_cursor_text(cursor));
}

static void read_row(struct of_sqlite_walk *walk, struct of_cursor *cursor)
{
	struct of_report_link *link = &walk->link;
	enum of_verdict fixed;
	int64_t rot_run;

	link->url = keep(walk, cursor);
	link->host = keep(walk, cursor);
	link->domain = keep(walk, cursor);
	link->final_url = keep(walk, cursor);
	link->title = keep(walk, cursor);
	link->suggestion = keep(walk, cursor);
	link->capture = keep(walk, cursor);
	link->captured = of_cursor_int(cursor);
	link->due = of_cursor_int(cursor);
	link->likeness = of_cursor_real(cursor);
	fixed = of_cursor_verdict(cursor);
	walk->newest = of_cursor_int(cursor);
	rot_run = of_cursor_int(cursor);
	of_cursor_past(cursor, &link->past);
	if (link->final_url.len == 0 && link->past.status != 0)
		link->final_url = link->url;
	if (fixed != OF_VERDICT_NONE)
		link->past.verdict = fixed;
	link->is_new_rot = of_verdict_is_rot(link->past.verdict) && rot_run > walk->run_before;
}

static enum of_status read_link(struct of_sqlite_walk *walk, int64_t number, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(walk->history, &report_link);

	walk->link = (struct of_report_link){.number = number};
	walk->newest = 0;
	of_cursor_put_int(&cursor, number);
	if (of_cursor_next(&cursor))
		read_row(walk, &cursor);
	return of_cursor_end(&cursor, err);
}

static bool read_use(struct of_sqlite_walk *walk, struct of_cursor *cursor)
{
	struct sorted_use *sorted;
	struct of_report_use *use;

	sorted = of_grow(
		walk->sorted, walk->link.n_uses, &walk->cap_sorted, sizeof(*walk->sorted));
	if (sorted == NULL)
		return false;
	walk->sorted = sorted;
	sorted += walk->link.n_uses++;
	use = &sorted->use;
	use->file = keep(walk, cursor);
	use->field = keep(walk, cursor);
	use->item_id = keep(walk, cursor);
	use->item_title = keep(walk, cursor);
	use->category = keep(walk, cursor);
	use->line = (unsigned)of_cursor_int(cursor);
	use->column = (unsigned)of_cursor_int(cursor);
	use->kind = (unsigned)of_cursor_int(cursor);
	use->published = of_cursor_date(cursor);
	sorted->place = of_cursor_int(cursor);
	return true;
}

static int compare_uses(const void *left, const void *right)
{
	const struct sorted_use *a = left, *b = right;
	int order = of_str_compare(a->use.file, b->use.file);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static bool sort_uses(struct of_sqlite_walk *walk)
{
	size_t n = walk->link.n_uses;
	struct of_report_use *uses = of_arena_take(walk->arena, n, sizeof(*uses));

	if (uses == NULL)
		return n == 0;
	if (n > 1)
		qsort(walk->sorted, n, sizeof(*walk->sorted), compare_uses);
	for (size_t i = 0; i < n; i++)
		uses[i] = walk->sorted[i].use;
	walk->link.uses = uses;
	return true;
}

static enum of_status read_uses(struct of_sqlite_walk *walk, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(walk->history, &report_uses);
	bool room = true;
	enum of_status status;

	of_cursor_put_int(&cursor, walk->link.number);
	while (room && of_cursor_next(&cursor))
		room = read_use(walk, &cursor);
	status = of_cursor_end(&cursor, err);
	room = room && sort_uses(walk);
	return status == OF_OK && !room ? of_err_set_nomem(err) : status;
}

static void read_hops(
	struct of_sqlite_walk *walk, struct of_report_check *check, struct of_str lines)
{
	struct of_hop *hops = of_arena_take(walk->arena, OF_LIMIT_HOPS, sizeof(*hops));

	if (hops != NULL)
		check->n_hops = of_history_read_hops(hops, lines);
	check->hops = hops;
}

/* A check of the link, and the one before it: 0 for none. */
static bool read_check(struct of_sqlite_walk *walk, struct of_cursor *cursor, int64_t *former)
{
	struct of_report_check *check;
	struct of_str hops;

	check = of_grow(walk->checks, walk->link.n_checks, &walk->cap_checks, sizeof(*check));
	if (check == NULL)
		return false;
	walk->checks = check;
	check += walk->link.n_checks++;
	*check = (struct of_report_check){.at = of_cursor_int(cursor)};
	check->verdict = of_cursor_verdict(cursor);
	check->failure = of_cursor_failure(cursor);
	check->status = (unsigned)of_cursor_int(cursor);
	check->milliseconds = (unsigned)of_cursor_int(cursor);
	check->final_url = keep(walk, cursor);
	check->words = keep(walk, cursor);
	hops = keep(walk, cursor);
	*former = of_cursor_int(cursor);
	if (hops.len > 0)
		read_hops(walk, check, hops);
	if (check->final_url.len == 0 && check->n_hops > 0)
		check->final_url = check->hops[check->n_hops - 1].url;
	else if (check->final_url.len == 0 && check->status != 0)
		check->final_url = walk->link.url;
	return true;
}

static bool keep_checks(struct of_sqlite_walk *walk)
{
	size_t n = walk->link.n_checks;
	struct of_report_check *checks = of_arena_take(walk->arena, n, sizeof(*checks));

	if (checks == NULL || n == 0)
		return n == 0;
	memcpy(checks, walk->checks, n * sizeof(*checks));
	walk->link.checks = checks;
	return true;
}

/* The newest one is read in any case, for its words. */
static enum of_status read_checks(struct of_sqlite_walk *walk, struct of_err *err)
{
	size_t most = walk->most_checks > 0 ? walk->most_checks : 1;
	int64_t number = walk->newest;
	enum of_status status = OF_OK;
	bool room = true;

	while (status == OF_OK && room && number != 0 && walk->link.n_checks < most) {
		struct of_cursor cursor = of_cursor_begin(walk->history, &report_check);

		of_cursor_put_int(&cursor, number);
		number = 0;
		if (of_cursor_next(&cursor))
			room = read_check(walk, &cursor, &number);
		status = of_cursor_end(&cursor, err);
	}
	if (walk->link.n_checks > 0)
		walk->link.words = walk->checks[0].words;
	if (walk->most_checks == 0)
		walk->link.n_checks = 0;
	room = room && keep_checks(walk);
	return status == OF_OK && !room ? of_err_set_nomem(err) : status;
}

static enum of_status gather(struct of_sqlite_walk *walk, int64_t number, struct of_err *err)
{
	enum of_status status = read_link(walk, number, err);

	if (status == OF_OK)
		status = read_uses(walk, err);
	if (status == OF_OK)
		status = read_checks(walk, err);
	return status == OF_OK ? of_arena_status(walk->arena, err) : status;
}

enum of_status of_sqlite_begin_report(struct of_report_walk **walk, struct of_history *base,
	unsigned verdicts, unsigned checks, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_sqlite_walk *made = calloc(1, sizeof(*made));

	*walk = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	*walk = &made->base;
	made->base.backend = base->backend;
	made->history = history;
	made->most_checks = checks;
	made->cursor = of_cursor_begin(history, &each_reported);
	of_cursor_put_int(&made->cursor, verdicts);
	of_cursor_put_int(&made->cursor, OF_VERDICT_COUNT);
	return find_run_before(history, &made->run_before, err);
}

/* The beginning of a walk is the walk. */
static struct of_sqlite_walk *walk_of(struct of_report_walk *base)
{
	return (struct of_sqlite_walk *)(void *)base;
}

enum of_status of_sqlite_next_report(struct of_report_walk *base, struct of_report_link *link,
	struct of_arena *arena, bool *more, struct of_err *err)
{
	struct of_sqlite_walk *walk = walk_of(base);
	enum of_status status;

	*more = of_cursor_next(&walk->cursor);
	if (!*more)
		return of_cursor_end(&walk->cursor, err);
	walk->arena = arena;
	status = gather(walk, of_cursor_int(&walk->cursor), err);
	*link = walk->link;
	return status;
}

void of_sqlite_end_report(struct of_report_walk *base)
{
	struct of_sqlite_walk *walk = walk_of(base);

	sqlite3_reset(walk->cursor.statement);
	free(walk->sorted);
	free(walk->checks);
	free(walk);
}

enum of_status of_sqlite_totals(
	struct of_history *base, struct of_totals *sums, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor;
	int64_t run = 0;
	enum of_status status = find_run_before(history, &run, err);

	*sums = (struct of_totals){0};
	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &tally);
	while (of_cursor_next(&cursor)) {
		enum of_verdict verdict = of_cursor_verdict(&cursor);
		bool rot = of_verdict_is_rot(verdict);

		sums->links++;
		sums->by_verdict[verdict]++;
		sums->rot += rot;
		sums->new_rot += rot && of_cursor_int(&cursor) > run;
	}
	status = of_cursor_end(&cursor, err);
	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &count_uses);
	if (of_cursor_next(&cursor))
		sums->uses = (size_t)of_cursor_int(&cursor);
	return of_cursor_end(&cursor, err);
}
