/*
 * What to check: links that are due, one link with its past, the control set; and
 * where links landed.
 */
#include "store/postgres_ahead.h"

#include "base/str.h"
#include "store/history_landing.h"
#include "store/postgres_batch.h"
#include "store/postgres_calls.h"

/* $1 is the site, or NULL for all of them. */
#define IS_USED                                                                         \
	"CASE WHEN $1::bigint IS NULL THEN l.kinds <> 0"                                \
	" ELSE EXISTS (SELECT FROM site_link s WHERE s.site = $1 AND s.link = l.number" \
	" AND s.fixed IS NULL) END"

void of_pg_site(const struct of_postgres *pg, struct of_pg_args *args)
{
	of_pg_some(args, pg->site);
}

/* $2 now, $3 all, $4 kinds. Later than any rule says is due too: of a clock that was ahead. */
static const char each_due[] = OF_PG_LINK
	" WHERE (l.due <= to_timestamp($2) OR $3 OR l.due > to_timestamp($2 + 91 * 86400))"
	" AND CASE WHEN $1::bigint IS NULL THEN l.kinds & $4 <> 0"
	" ELSE k.kinds & $4 <> 0 AND k.fixed IS NULL END ORDER BY d.name, l.due, l.number";

enum of_status of_postgres_each_due(struct of_history *base, int64_t now, bool all,
	unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_walk walk;
	bool more = true;
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	if (status != OF_OK)
		return status;
	of_pg_ahead_drop(pg, 0);
	of_pg_site(pg, &args);
	of_pg_int(&args, now);
	of_pg_bool(&args, all);
	of_pg_int(&args, kinds);
	walk = of_pg_walk_begin(pg, each_due, &args, err);
	while (more && of_pg_walk_next(&walk)) {
		struct of_pg_rows row = walk.rows;
		int64_t number = of_pg_read_int(&walk.rows);
		struct of_str domain;

		/* as much as there is room for, for get_link */
		(void)!of_pg_ahead_add(pg, &row);
		of_pg_read_int(&walk.rows);
		domain = of_pg_read_text(&walk.rows);
		more = each(number, domain, of_pg_read_text(&walk.rows), payload);
	}
	return of_pg_walk_end(&walk);
}

static enum of_status read_link(struct of_postgres *pg, int64_t number, struct of_link *link,
	struct of_arena *arena, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	struct of_pg_known known;
	enum of_status status;

	of_pg_site(pg, &args);
	of_pg_int(&args, number);
	status = of_pg_run(
		pg, OF_PG_LINK " WHERE l.number = $2", &args, &rows, OF_HISTORY_PATIENCE, err);
	if (status == OF_OK && of_pg_next(&rows)) {
		struct of_pg_rows row = rows;

		of_pg_read_link(&rows, link, &known, arena);
		(void)!of_pg_ahead_add(pg, &row);
	} else if (status == OF_OK) {
		status = of_err_set(
			err, OF_EINPUT, "the history has no link %lld", (long long)number);
	}
	of_pg_finish(&rows);
	return status;
}

enum of_status of_postgres_get_link(struct of_history *base, int64_t number,
	struct of_link *link, struct of_arena *arena, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	enum of_status status = OF_OK;

	*link = (struct of_link){.number = number};
	if (!of_pg_ahead_get(pg, link, arena)) {
		if (of_pg_batch_has(pg->batch, number))
			status = of_pg_write(pg, err);
		if (status == OF_OK)
			status = read_link(pg, number, link, arena, err);
	}
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

/* -- The control set */

/*
 * From one end of what links are found by: the set is as good as drawn by lot, and stays
 * itself. $2: behind which; $3: how many.
 */
static const char each_control[] =
	"SELECT md5(l.url), d.name, l.url FROM link l JOIN domain d ON d.number = l.domain"
	" WHERE md5(l.url) > $2 AND l.kinds <> 0 AND l.verdict IN"
	" ('alive', 'moved', 'redirected') AND " IS_USED " ORDER BY md5(l.url) LIMIT $3";

struct control {
	struct of_arena *arena;
	struct of_str *domains;
	size_t n;
	unsigned most;
	struct of_str last;
	of_history_url_fn *each;
	void *payload;
};

static bool has_domain(const struct control *control, struct of_str domain)
{
	for (size_t i = 0; i < control->n; i++)
		if (of_str_equal(control->domains[i], domain))
			return true;
	return false;
}

/* False when the set is whole, or nobody wants more. */
static bool add_control(struct control *control, struct of_pg_rows *rows)
{
	struct of_str domain;

	control->last = of_arena_dup(control->arena, of_pg_read_text(rows));
	domain = of_pg_read_text(rows);
	if (has_domain(control, domain))
		return true;
	control->domains[control->n++] = of_arena_dup(control->arena, domain);
	return of_arena_status(control->arena, NULL) == OF_OK &&
	       control->each(of_pg_read_text(rows), control->payload) &&
	       control->n < control->most;
}

static enum of_status read_controls(
	struct of_postgres *pg, struct control *control, bool *more, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status;

	of_pg_site(pg, &args);
	of_pg_words(&args, control->last);
	of_pg_int(&args, 2 * control->most + 16);
	status = of_pg_run(pg, each_control, &args, &rows, OF_HISTORY_PATIENCE, err);
	*more = status == OF_OK && of_pg_count(&rows) > 0;
	while (*more && of_pg_next(&rows))
		if (!add_control(control, &rows))
			*more = false;
	of_pg_finish(&rows);
	return status == OF_OK ? of_arena_status(control->arena, err) : status;
}

enum of_status of_postgres_each_control(struct of_history *base, unsigned most,
	of_history_url_fn *each, void *payload, struct of_err *err)
{
	struct control control = {
		.arena = of_arena_new(), .most = most, .each = each, .payload = payload};
	bool more = most > 0;
	enum of_status status = of_pg_write(of_postgres_of(base), err);

	if (control.arena != NULL)
		control.domains = of_arena_take(control.arena, most, sizeof(*control.domains));
	if (control.domains == NULL && most > 0)
		status = of_err_set_nomem(err);
	while (status == OF_OK && more)
		status = read_controls(of_postgres_of(base), &control, &more, err);
	of_arena_free(control.arena);
	return status;
}

/* -- Landings */

/* $2 is the run, $3 how many days. Of domains alone in which the run landed somewhere, each
 * looked up: how few they are the planner cannot know. */
static const char each_shared[] =
	"WITH landed AS MATERIALIZED (SELECT DISTINCT domain FROM link"
	" WHERE newest_run = $2 AND final_url IS NOT NULL)"
	" SELECT (SELECT name FROM domain WHERE number = landed.domain) AS name, l.final_url,"
	" l.url, l.number, l.newest_run = $2 FROM landed CROSS JOIN LATERAL"
	" (SELECT * FROM link WHERE domain = landed.domain AND kinds <> 0 OFFSET 0) AS l"
	" WHERE l.final_url IS NOT NULL"
	" AND (l.status BETWEEN 200 AND 299 OR l.status = 304) AND l.last_checked >="
	" (SELECT started FROM run WHERE number = $2) - $3 * interval '1 day'"
	" AND " IS_USED " ORDER BY name, l.final_url, l.number";
#define SHARED_DAYS 60

enum of_status of_postgres_each_shared(struct of_history *base, int64_t run, unsigned least,
	of_history_link_fn *each, void *payload, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_landing landing;
	bool room = of_landing_init(&landing, least, each, payload), more = room;
	struct of_pg_walk walk;
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	if (status != OF_OK) {
		of_landing_finish(&landing);
		return status;
	}
	of_pg_site(pg, &args);
	of_pg_int(&args, run);
	of_pg_int(&args, SHARED_DAYS);
	walk = of_pg_walk_begin(pg, each_shared, &args, err);
	while (more && of_pg_walk_next(&walk)) {
		struct of_landed landed = {.domain = of_pg_read_text(&walk.rows)};

		landed.final_url = of_pg_read_text(&walk.rows);
		landed.url = of_pg_read_text(&walk.rows);
		landed.link = of_pg_read_int(&walk.rows);
		landed.of_run = of_pg_read_bool(&walk.rows);
		more = of_landing_add(&landing, &landed, &room);
	}
	status = of_pg_walk_end(&walk);
	if (status == OF_OK && !room)
		status = of_err_set_nomem(err);
	of_landing_finish(&landing);
	return status;
}

#define SOFT_404_SIGNS \
	(OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND | OF_SIGN_SHARED | OF_SIGN_SIBLING)
static const char each_landing[] =
	"SELECT l.number, l.final_url, l.signs FROM link l WHERE l.domain ="
	" (SELECT number FROM domain WHERE name = $2) AND l.kinds <> 0"
	" AND l.final_url IS NOT NULL AND l.signs & $3 = 0"
	" AND l.verdict IN ('moved', 'redirected') AND " IS_USED " ORDER BY l.number";

enum of_status of_postgres_each_landing(struct of_history *base, struct of_str domain,
	of_history_landing_fn *each, void *payload, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_walk walk;
	bool more = true;
	enum of_status status = of_pg_write(pg, err);

	if (status != OF_OK)
		return status;
	of_pg_site(pg, &args);
	of_pg_words(&args, domain);
	of_pg_int(&args, SOFT_404_SIGNS);
	walk = of_pg_walk_begin(pg, each_landing, &args, err);
	while (more && of_pg_walk_next(&walk)) {
		int64_t link = of_pg_read_int(&walk.rows);
		struct of_str final_url = of_pg_read_text(&walk.rows);

		more = each(link, final_url, (unsigned)of_pg_read_int(&walk.rows), payload);
	}
	return of_pg_walk_end(&walk);
}

/* -- Captures. Published is the date of its first use as a source, else of its first. */

/* $2: asked before. */
static const char each_uncaptured[] =
	"SELECT l.number, l.url, coalesce("
	"  (SELECT " OF_PG_SECONDS(
		"i.published") " FROM use u JOIN item i ON i.number = u.item"
			       "   WHERE u.link = l.number AND i.published IS NOT NULL"
			       "   AND ($1::bigint IS NULL OR i.site = $1) ORDER BY u.kind, "
			       "u.item, u.place LIMIT 1),"
			       "  (SELECT " OF_PG_SECONDS(
				       "min(c.at)") " FROM check_ c WHERE c.link = l.number)),"
						    "  (SELECT " OF_PG_SECONDS(
							    "min(c.at)") " FROM check_ c WHERE "
									 "c.link = l.number"
									 "   AND c.at > "
									 "coalesce(l.last_ok, "
									 "'-infinity'))"
									 " FROM link l LEFT "
									 "JOIN capture p ON "
									 "p.link = l.number"
									 " WHERE l.verdict IN "
									 "('dead', 'soft-404', "
									 "'hijacked') "
									 "AND " IS_USED
									 " AND (p.link IS NULL "
									 "OR (p.url IS NULL "
									 "AND p.asked <= "
									 "to_timestamp($2)))"
									 " ORDER BY l.number";

enum of_status of_postgres_each_uncaptured(struct of_history *base, int64_t asked_before,
	of_history_uncaptured_fn *each, void *payload, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_walk walk;
	bool more = true;
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	if (status != OF_OK)
		return status;
	of_pg_site(pg, &args);
	of_pg_int(&args, asked_before);
	walk = of_pg_walk_begin(pg, each_uncaptured, &args, err);
	while (more && of_pg_walk_next(&walk)) {
		struct of_uncaptured link = {.number = of_pg_read_int(&walk.rows)};

		link.url = of_pg_read_text(&walk.rows);
		link.wanted = of_pg_read_int(&walk.rows);
		link.went_bad = of_pg_read_int(&walk.rows);
		more = each(&link, payload);
	}
	return of_pg_walk_end(&walk);
}
