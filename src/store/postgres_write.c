/*
 * The two statements of a batch. Each takes rows that are given as arrays, leaves out
 * what another lease, or another check, was faster than, and writes the rest.
 */
#include "store/postgres_batch.h"

#define PAST                                                                                   \
	{"past_verdict", "text"}, {"past_failure", "text"}, {"past_status", "integer"},        \
		{"past_checks", "integer"}, {"past_checked", "bigint"}, {"past_ok", "bigint"}, \
		{"past_first_failed", "bigint"}, {"past_streak", "integer"},                   \
		{"past_since", "bigint"}, {"past_signs", "integer"},                           \
	{                                                                                      \
		"past_evidence", "text"                                                        \
	}
#define JUDGED                                                                             \
	PAST, {"due", "bigint"}, {"suggestion", "text"}, {"likeness", "double precision"}, \
	{                                                                                  \
		"rot", "boolean"                                                           \
	}

/* In the order of the enums of postgres_batch.h. */
static const struct of_pg_column check_columns[OF_CHECK_COLUMNS] = {{"link", "bigint"},
	{"domain", "bigint"}, {"epoch", "bigint"}, {"run", "bigint"}, {"at", "bigint"},
	{"verdict", "text"}, {"failure", "text"}, {"status", "integer"},
	{"milliseconds", "integer"}, {"final_url", "text"}, {"hops", "text"}, {"words", "text"},
	{"keeps", "boolean"}, {"print", "bigint"}, {"etag", "text"}, {"last_modified", "text"},
	{"landed", "text"}, {"said", "bigint"}, {"published", "bigint"}, {"title", "text"},
	{"page", "text"}, JUDGED};
static const struct of_pg_column revised_columns[OF_REVISED_COLUMNS] = {
	{"link", "bigint"}, JUDGED};

/* $1 to $3 are the writer, the batch, the attempt: none of it is written when the batch was. */
static void add_given(struct of_buf *sql, const struct of_pg_column *columns, int n)
{
	of_buf_add_text(sql, "WITH given AS MATERIALIZED (SELECT * FROM unnest(");
	for (int i = 0; i < n; i++)
		of_buf_add_format(
			sql, "%s$%d::%s[]", i > 0 ? ", " : "", i + 4, columns[i].type);
	of_buf_add_text(sql, ") WITH ORDINALITY AS g(");
	for (int i = 0; i < n; i++)
		of_buf_add_format(sql, "%s, ", columns[i].name);
	of_buf_add_text(sql,
		"n) WHERE (SELECT batch = $2 AND attempt = $3 FROM writer WHERE key = $1)), ");
}

#define SET_JUDGED                                                                    \
	"verdict = g.past_verdict, failure = g.past_failure, status = g.past_status," \
	" checks = g.past_checks, last_checked = to_timestamp(g.past_checked),"       \
	" last_ok = to_timestamp(g.past_ok),"                                         \
	" first_failed = to_timestamp(g.past_first_failed), streak = g.past_streak,"  \
	" since = to_timestamp(g.past_since), signs = g.past_signs,"                  \
	" evidence = g.past_evidence, due = to_timestamp(g.due), suggestion = g.suggestion"

/* What is written here of a lease is what `epoch` of its domain says, whose row is locked. */
void of_pg_write_checks_sql(struct of_buf *sql)
{
	add_given(sql, check_columns, OF_CHECK_COLUMNS);
	of_buf_add_text(sql,
		"allowed AS MATERIALIZED (SELECT g.*, nextval('check_number') AS number"
		" FROM given g LEFT JOIN domain d ON d.number = g.domain"
		" WHERE g.epoch IS NULL OR d.epoch = g.epoch ORDER BY n), "
		"added AS (INSERT INTO check_(number, link, run, at, verdict, failure, status,"
		" milliseconds, final_url, hops, words) SELECT number, link, run,"
		" to_timestamp(at), verdict, failure, status, milliseconds, final_url, hops,"
		" words FROM allowed), "
		"newest AS MATERIALIZED (SELECT DISTINCT ON (link) * FROM allowed"
		" ORDER BY link, n DESC), "
		"pages AS (INSERT INTO said(link, changed, published, title, words)"
		" SELECT g.link, to_timestamp(g.at), to_timestamp(g.published), g.title,"
		" g.page::jsonb FROM newest g JOIN link l ON l.number = g.link"
		" WHERE g.page IS NOT NULL AND l.said IS DISTINCT FROM g.said"
		" ON CONFLICT (link) DO UPDATE SET changed = excluded.changed,"
		" published = excluded.published, title = excluded.title,"
		" words = excluded.words), "
		"changed AS (UPDATE link l SET " SET_JUDGED ", likeness = g.likeness,"
		" final_url = g.landed, newest = g.number, newest_run = g.run,"
		" said = coalesce(g.said, l.said), print = coalesce(g.print, l.print),"
		" etag = coalesce(g.etag, CASE WHEN g.keeps THEN l.etag END),"
		" last_modified = coalesce(g.last_modified, CASE WHEN g.keeps THEN"
		" l.last_modified END),"
		" rot_since = CASE WHEN g.rot THEN coalesce(l.rot_since, to_timestamp(g.at)) "
		"END"
		" FROM newest g WHERE l.number = g.link) "
		"SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM allowed)");
}

#define ROT "('dead', 'soft-404', 'hijacked')"

/*
 * Only where the newest check is the one that is revised. A link that was rot before a
 * check had called it sound has been so since then.
 */
void of_pg_write_revised_sql(struct of_buf *sql)
{
	add_given(sql, revised_columns, OF_REVISED_COLUMNS);
	of_buf_add_text(sql,
		"allowed AS MATERIALIZED (SELECT DISTINCT ON (g.link) g.*, l.newest, l.domain,"
		" l.last_checked FROM given g JOIN link l ON l.number = g.link"
		" WHERE l.last_checked = to_timestamp(g.past_checked)"
		" ORDER BY g.link, n DESC), "
		"checks AS (UPDATE check_ c SET verdict = a.past_verdict FROM allowed a"
		" WHERE c.link = a.link AND c.number = a.newest), "
		"links AS (UPDATE link l SET " SET_JUDGED
		", likeness = coalesce(g.likeness, l.likeness),"
		" rot_since = CASE WHEN g.rot THEN coalesce(l.rot_since, (SELECT f.at FROM"
		" (SELECT at, verdict FROM check_ WHERE link = g.link AND number <> g.newest"
		" ORDER BY at DESC, number DESC LIMIT 1) f WHERE f.verdict IN " ROT
		"), l.last_checked) END"
		" FROM allowed g WHERE l.number = g.link), "
		"sooner AS (UPDATE domain d SET ready = least(d.ready, greatest(m.due,"
		" d.held_until, d.next_start)) FROM (SELECT domain, to_timestamp(min(due)) AS "
		"due"
		" FROM allowed GROUP BY domain) m"
		" WHERE d.number = m.domain AND d.leased_until IS NULL AND m.due < d.ready) "
		"SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM allowed)");
}
