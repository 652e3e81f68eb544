/*
 * For reports: the order of the links first, kept by the server, and then a page of
 * them at a time, with their uses and their newest checks by one query each.
 */
#include "store/postgres_batch.h"

#include "base/str.h"
#include "store/history_texts.h"
#include "store/postgres_calls.h"
#include <stdlib.h>

#define PAGE 500

/*
 * $2: the verdicts, bits by rank, see `name_verdicts`; $3: how many there are; what is no word
 * of ours is none. With hold: the transaction ends, and the walk goes on as long as it likes.
 */
static const char each_reported[] =
	"DECLARE report_%u NO SCROLL CURSOR WITH HOLD FOR"
	" SELECT l.number FROM link l LEFT JOIN site_link k ON k.site = $1"
	" AND k.link = l.number"
	" LEFT JOIN verdict v ON v.word = coalesce(k.fixed, l.verdict)"
	" WHERE CASE WHEN $1::bigint IS NULL THEN l.kinds <> 0 ELSE k.link IS NOT NULL END"
	" AND $2 >> coalesce(v.rank %% $3, 0)::integer & 1 = 1"
	" ORDER BY v.rank NULLS FIRST, l.host, l.url";
/* $2: the page's links, here and below. */
static const char report_links[] =
	"SELECT l.number, l.url, l.host, d.name, l.final_url, coalesce(p.title, p.og_title),"
	" l.suggestion, c.url, " OF_PG_SECONDS("c.captured") ", " OF_PG_SECONDS(
		"l.due") ", l.likeness, k.fixed, l.rot_since > $3, " OF_PG_PAST
			 " FROM unnest($2::bigint[]) WITH ORDINALITY AS w(number, n)"
			 " JOIN link l ON l.number = w.number JOIN domain d ON d.number = "
			 "l.domain"
			 " LEFT JOIN site_link k ON k.site = $1 AND k.link = l.number"
			 " LEFT JOIN page p ON p.link = l.number LEFT JOIN capture c ON c.link "
			 "= l.number"
			 " ORDER BY w.n";
static const char report_uses[] =
	"SELECT i.file, u.field, i.id, i.title, i.category, u.line, u.col, "
	"u.kind, " OF_PG_SECONDS(
		"i.published") ", w.n FROM unnest($2::bigint[]) WITH ORDINALITY AS w(number, n)"
			       " JOIN use u ON u.link = w.number JOIN item i ON i.number = "
			       "u.item"
			       " WHERE $1::bigint IS NULL OR i.site = $1 ORDER BY w.n, i.file, "
			       "u.place";
/* $1: how many of each. */
static const char report_checks[] = "SELECT " OF_PG_SECONDS(
	"c.at") ", c.verdict, c.failure, c.status, c.milliseconds,"
		" c.final_url, c.words, c.hops, w.n"
		" FROM unnest($2::bigint[]) WITH ORDINALITY AS w(number, n) CROSS JOIN LATERAL"
		" (SELECT * FROM check_ WHERE link = w.number ORDER BY at DESC, number DESC "
		"LIMIT $1) c"
		" ORDER BY w.n, c.at DESC, c.number DESC";
/* The newest run is what is reported, ended or not; before it, those that ended were. */
static const char run_before[] =
	"SELECT max(ended)::text FROM run WHERE site IS NOT DISTINCT FROM $1"
	" AND number < (SELECT max(number) FROM run WHERE site IS NOT DISTINCT FROM $1)";
static const char tally[] =
	"SELECT coalesce(k.fixed, l.verdict), count(*),"
	" count(*) FILTER (WHERE l.rot_since > $2) FROM link l"
	" LEFT JOIN site_link k ON k.site = $1 AND k.link = l.number"
	" WHERE CASE WHEN $1::bigint IS NULL THEN l.kinds <> 0 ELSE k.link IS NOT NULL END"
	" GROUP BY 1";
static const char count_uses[] = "SELECT count(*) FROM use u JOIN item i ON i.number = u.item"
				 " WHERE $1::bigint IS NULL OR i.site = $1";

struct walk {
	struct of_report_walk base;
	struct of_postgres *pg;
	unsigned number, checks;
	bool opened, last;
	char since[64]; /* a timestamp: rot is new that came later */
	/* a page; the rows of uses and checks are walked along with its links */
	struct of_pg_rows links, uses, history;
	int64_t place;
};

static enum of_status find_since(
	struct of_postgres *pg, char since[static 64], struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	struct of_str time = {0};
	enum of_status status;

	of_pg_site(pg, &args);
	status = of_pg_run(pg, run_before, &args, &rows, OF_HISTORY_PATIENCE, err);
	if (status == OF_OK && of_pg_next(&rows))
		time = of_pg_read_text(&rows);
	if (time.len == 0)
		time = STR("-infinity");
	snprintf(since, 64, "%.*s", (int)time.len, time.ptr);
	of_pg_finish(&rows);
	return status;
}

static enum of_status declare(struct walk *walk, unsigned verdicts, struct of_err *err)
{
	struct of_pg_args args = {0};
	char sql[sizeof(each_reported) + 16];

	snprintf(sql, sizeof(sql), each_reported, walk->number);
	of_pg_site(walk->pg, &args);
	of_pg_int(&args, verdicts);
	of_pg_int(&args, OF_VERDICT_COUNT);
	walk->opened = true;
	return of_pg_run(walk->pg, sql, &args, NULL, OF_PG_LONGEST, err);
}

enum of_status of_postgres_begin_report(struct of_report_walk **walk, struct of_history *base,
	unsigned verdicts, unsigned checks, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct walk *made = calloc(1, sizeof(*made));
	enum of_status status;

	*walk = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	*walk = &made->base;
	made->base.backend = base->backend;
	made->pg = pg;
	made->checks = checks;
	made->number = ++pg->walks;
	made->links.row = made->uses.row = made->history.row = -1;
	status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);
	if (status == OF_OK)
		status = find_since(pg, made->since, err);
	return status == OF_OK ? declare(made, verdicts, err) : status;
}

static void finish_page(struct walk *walk)
{
	of_pg_finish(&walk->links);
	of_pg_finish(&walk->uses);
	of_pg_finish(&walk->history);
	walk->place = 0;
}

static enum of_status ask_of_page(struct walk *walk, const char *sql, bool of_checks,
	bool of_links, struct of_buf *numbers, struct of_pg_rows *rows, struct of_err *err)
{
	struct of_pg_args args = {0};
	enum of_status status;

	if (of_checks)
		/* the newest one is read in any case, for its words */
		of_pg_int(&args, walk->checks > 0 ? walk->checks : 1);
	else
		of_pg_site(walk->pg, &args);
	of_pg_array(&args, numbers);
	if (of_links)
		of_pg_time_text(&args, walk->since);
	status = of_pg_run(walk->pg, sql, &args, rows, OF_PG_LONG, err);
	if (numbers->len > 0)
		of_buf_truncate(numbers, numbers->len - 1);
	return status;
}

static enum of_status read_page(struct walk *walk, struct of_err *err)
{
	struct of_pg_rows order = {NULL, -1, 0};
	struct of_buf numbers = {0};
	char sql[64];
	enum of_status status;

	finish_page(walk);
	snprintf(sql, sizeof(sql), "FETCH %d FROM report_%u", PAGE, walk->number);
	status = of_pg_run(walk->pg, sql, NULL, &order, OF_PG_LONG, err);
	walk->last = of_pg_count(&order) == 0;
	while (of_pg_next(&order))
		of_pg_add_int(&numbers, of_pg_read_int(&order));
	of_pg_finish(&order);
	if (status == OF_OK && !walk->last)
		status = ask_of_page(
			walk, report_links, false, true, &numbers, &walk->links, err);
	if (status == OF_OK && !walk->last)
		status = ask_of_page(
			walk, report_uses, false, false, &numbers, &walk->uses, err);
	if (status == OF_OK && !walk->last)
		status = ask_of_page(
			walk, report_checks, true, false, &numbers, &walk->history, err);
	of_buf_finish(&numbers);
	return status;
}

/* -- A link of the page */

static struct of_str keep(struct of_arena *arena, struct of_pg_rows *rows)
{
	return of_arena_dup(arena, of_pg_read_text(rows));
}

static void read_row(
	struct of_pg_rows *rows, struct of_report_link *link, struct of_arena *arena)
{
	enum of_verdict fixed;
	bool is_new;

	*link = (struct of_report_link){.number = of_pg_read_int(rows)};
	link->url = keep(arena, rows);
	link->host = keep(arena, rows);
	link->domain = keep(arena, rows);
	link->final_url = keep(arena, rows);
	link->title = keep(arena, rows);
	link->suggestion = keep(arena, rows);
	link->capture = keep(arena, rows);
	link->captured = of_pg_read_int(rows);
	link->due = of_pg_read_int(rows);
	link->likeness = of_pg_read_real(rows);
	fixed = of_pg_read_verdict(rows);
	is_new = of_pg_read_bool(rows);
	of_pg_read_past(rows, &link->past);
	if (link->final_url.len == 0 && link->past.status != 0)
		link->final_url = link->url;
	if (fixed != OF_VERDICT_NONE)
		link->past.verdict = fixed;
	link->is_new_rot = is_new && of_verdict_is_rot(link->past.verdict);
}

/* How many rows from the next on are the link's: the last column is its place in the page. */
static size_t count_own(const struct of_pg_rows *rows, int64_t place, int column)
{
	struct of_pg_rows look = *rows;
	size_t n = 0;

	while (of_pg_next(&look)) {
		look.column = column;
		if (of_pg_read_int(&look) != place)
			break;
		n++;
	}
	return n;
}

static bool read_uses(struct walk *walk, struct of_report_link *link, struct of_arena *arena)
{
	struct of_pg_rows *rows = &walk->uses;
	size_t n = count_own(rows, walk->place, 9);
	struct of_report_use *uses = of_arena_take(arena, n, sizeof(*uses));

	if (uses == NULL)
		return n == 0;
	for (size_t i = 0; i < n && of_pg_next(rows); i++) {
		uses[i].file = keep(arena, rows);
		uses[i].field = keep(arena, rows);
		uses[i].item_id = keep(arena, rows);
		uses[i].item_title = keep(arena, rows);
		uses[i].category = keep(arena, rows);
		uses[i].line = (unsigned)of_pg_read_int(rows);
		uses[i].column = (unsigned)of_pg_read_int(rows);
		uses[i].kind = (unsigned)of_pg_read_int(rows);
		uses[i].published = of_pg_read_date(rows);
	}
	link->uses = uses;
	link->n_uses = n;
	return true;
}

static void read_check(struct of_pg_rows *rows, struct of_report_check *check,
	const struct of_report_link *link, struct of_arena *arena)
{
	struct of_hop *hops;
	struct of_str lines;

	check->at = of_pg_read_int(rows);
	check->verdict = of_pg_read_verdict(rows);
	check->failure = of_pg_read_failure(rows);
	check->status = (unsigned)of_pg_read_int(rows);
	check->milliseconds = (unsigned)of_pg_read_int(rows);
	check->final_url = keep(arena, rows);
	check->words = keep(arena, rows);
	lines = keep(arena, rows);
	hops = lines.len > 0 ? of_arena_take(arena, OF_LIMIT_HOPS, sizeof(*hops)) : NULL;
	if (hops != NULL)
		check->n_hops = of_history_read_hops(hops, lines);
	check->hops = hops;
	if (check->final_url.len == 0 && check->n_hops > 0)
		check->final_url = check->hops[check->n_hops - 1].url;
	else if (check->final_url.len == 0 && check->status != 0)
		check->final_url = link->url;
}

static bool read_checks(struct walk *walk, struct of_report_link *link, struct of_arena *arena)
{
	size_t n = count_own(&walk->history, walk->place, 8);
	struct of_report_check *checks = of_arena_take(arena, n, sizeof(*checks));

	if (checks == NULL)
		return n == 0;
	for (size_t i = 0; i < n && of_pg_next(&walk->history); i++)
		read_check(&walk->history, &checks[i], link, arena);
	if (n > 0)
		link->words = checks[0].words;
	link->checks = checks;
	link->n_checks = walk->checks > 0 ? n : 0;
	return true;
}

enum of_status of_postgres_next_report(struct of_report_walk *base, struct of_report_link *link,
	struct of_arena *arena, bool *more, struct of_err *err)
{
	struct walk *walk = (struct walk *)(void *)base;
	enum of_status status = OF_OK;
	bool room;

	*more = of_pg_next(&walk->links);
	if (!*more && !walk->last) {
		status = read_page(walk, err);
		*more = status == OF_OK && of_pg_next(&walk->links);
	}
	if (!*more)
		return status;
	walk->place++;
	read_row(&walk->links, link, arena);
	room = read_uses(walk, link, arena);
	room = read_checks(walk, link, arena) && room;
	return room ? of_arena_status(arena, err) : of_err_set_nomem(err);
}

void of_postgres_end_report(struct of_report_walk *base)
{
	struct walk *walk = (struct walk *)(void *)base;
	char sql[64];

	finish_page(walk);
	snprintf(sql, sizeof(sql), "CLOSE report_%u", walk->number);
	if (walk->pg->connection != NULL && walk->opened)
		(void)!of_pg_run(walk->pg, sql, NULL, NULL, OF_PG_QUICK, NULL);
	free(walk);
}

/* -- Sums */

static void add_sum(struct of_totals *sums, struct of_pg_rows *rows)
{
	enum of_verdict verdict = of_pg_read_verdict(rows);
	size_t links = (size_t)of_pg_read_int(rows);
	size_t is_new = (size_t)of_pg_read_int(rows);
	bool rot = of_verdict_is_rot(verdict);

	sums->links += links;
	sums->by_verdict[verdict] += links;
	sums->rot += rot ? links : 0;
	sums->new_rot += rot ? is_new : 0;
}

enum of_status of_postgres_totals(
	struct of_history *base, struct of_totals *sums, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	char since[64] = "";
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	*sums = (struct of_totals){0};
	if (status == OF_OK)
		status = find_since(pg, since, err);
	if (status != OF_OK)
		return status;
	of_pg_site(pg, &args);
	of_pg_time_text(&args, since);
	status = of_pg_run(pg, tally, &args, &rows, OF_PG_LONG, err);
	while (of_pg_next(&rows))
		add_sum(sums, &rows);
	of_pg_finish(&rows);
	if (status != OF_OK)
		return status;
	of_pg_site(pg, &args);
	status = of_pg_run(pg, count_uses, &args, &rows, OF_PG_LONG, err);
	if (status == OF_OK && of_pg_next(&rows))
		sums->uses = (size_t)of_pg_read_int(&rows);
	of_pg_finish(&rows);
	return status;
}
