/*
 * A history in PostgreSQL: opened, its schema made or brought up to date, closed.
 */
#include "store/postgres_batch.h"

#include "base/str.h"
#include "store/postgres_calls.h"
#include "store/postgres_schema.h"
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define CONNECT_PATIENCE INT64_C(20000) /* ms, of opening */

/* -- The schema */

static enum of_status run_all(
	struct of_postgres *pg, const char *const *sql, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (; status == OF_OK && *sql != NULL; sql++)
		status = of_pg_run(pg, *sql, NULL, NULL, OF_PG_LONGEST, err);
	return status;
}

static enum of_status name_verdicts(struct of_postgres *pg, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (unsigned i = 0; status == OF_OK && i < OF_VERDICT_COUNT; i++) {
		bool rot = of_verdict_is_rot((enum of_verdict)i);
		struct of_pg_args args = {0};

		of_pg_text(&args, of_str_from(of_verdict_name((enum of_verdict)i)));
		of_pg_int(&args, rot ? i : OF_VERDICT_COUNT + i);
		of_pg_bool(&args, rot);
		of_pg_bool(&args, of_verdict_is_ok((enum of_verdict)i));
		status = of_pg_run(pg,
			"INSERT INTO verdict VALUES ($1, $2, $3, $4) ON CONFLICT (word) DO "
			"UPDATE SET rank = excluded.rank, rot = excluded.rot, ok = excluded.ok",
			&args, NULL, OF_PG_LONG, err);
	}
	return status;
}

/* 0: there is no schema yet. */
static enum of_status read_version(struct of_postgres *pg, int64_t *version, struct of_err *err)
{
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status = of_pg_run(pg,
		"SELECT to_regclass('outfeed.version') IS NOT NULL,"
		" pg_encoding_to_char(encoding) FROM pg_database"
		" WHERE datname = current_database()",
		NULL, &rows, OF_PG_LONG, err);
	bool there;

	*version = 0;
	if (status != OF_OK || !of_pg_next(&rows))
		return status;
	there = of_pg_read_bool(&rows);
	if (!of_str_equal(of_pg_read_text(&rows), STR("UTF8"))) {
		status = of_err_set(err, OF_ECONFIG,
			"the database is not of UTF8: make one by createdb -E UTF8 -T "
			"template0");
		there = false;
	}
	of_pg_finish(&rows);
	if (there)
		status = of_pg_run(
			pg, "SELECT number FROM outfeed.version", NULL, &rows, OF_PG_LONG, err);
	if (status == OF_OK && there && of_pg_next(&rows))
		*version = of_pg_read_int(&rows);
	of_pg_finish(&rows);
	return status;
}

static enum of_status make_schema(struct of_postgres *pg, struct of_err *err)
{
	static const char *const sql[] = {"CREATE SCHEMA IF NOT EXISTS outfeed",
		"COMMENT ON SCHEMA outfeed IS 'the audit of links'",
		"CREATE TABLE version(number integer NOT NULL)",
		"INSERT INTO version VALUES (0)", NULL};

	return run_all(pg, sql, err);
}

static enum of_status step_up(struct of_postgres *pg, int64_t version, struct of_err *err)
{
	struct of_pg_args args = {0};
	enum of_status status = OF_OK;

	if (version == 0)
		status = make_schema(pg, err);
	for (int64_t i = version; status == OF_OK && i < (int64_t)OF_POSTGRES_VERSION; i++)
		status = run_all(pg, of_postgres_steps[i], err);
	if (status == OF_OK)
		status = run_all(pg, of_postgres_views, err);
	if (status == OF_OK)
		status = name_verdicts(pg, err);
	of_pg_int(&args, (int64_t)OF_POSTGRES_VERSION);
	if (status == OF_OK)
		status = of_pg_run(
			pg, "UPDATE version SET number = $1", &args, NULL, OF_PG_LONG, err);
	else
		of_pg_args_finish(&args);
	return status;
}

/* All steps are one transaction, one process at a time; another may have been here. */
static enum of_status bring_up_to_date(struct of_postgres *pg, struct of_err *err)
{
	int64_t version = 0;
	enum of_status status = of_pg_begin(pg, err);

	if (status == OF_OK)
		status = of_pg_run(
			pg, "SET LOCAL lock_timeout = 0", NULL, NULL, OF_PG_LONG, err);
	if (status == OF_OK)
		status = of_pg_run(pg,
			"SELECT pg_advisory_xact_lock(" OF_PG_LOCKS ", " OF_PG_LOCK_SCHEMA ")",
			NULL, NULL, OF_PG_LONGEST, err);
	if (status == OF_OK)
		status = read_version(pg, &version, err);
	if (status == OF_OK && version < (int64_t)OF_POSTGRES_VERSION)
		status = step_up(pg, version, err);
	if (status == OF_OK)
		return of_pg_commit(pg, err);
	of_pg_roll_back(pg);
	return status;
}

static enum of_status check_version(struct of_postgres *pg, struct of_err *err)
{
	int64_t version = 0;
	enum of_status status = read_version(pg, &version, err);

	if (status != OF_OK || version == (int64_t)OF_POSTGRES_VERSION)
		return status;
	if (version < (int64_t)OF_POSTGRES_VERSION && !pg->reads_only)
		return bring_up_to_date(pg, err);
	status = of_err_set(err, OF_ECONFIG,
		"the history of links is of %s outfeed (version %lld, this one knows %d): %s",
		version < (int64_t)OF_POSTGRES_VERSION ? "an older" : "a newer",
		(long long)version, (int)OF_POSTGRES_VERSION,
		version < (int64_t)OF_POSTGRES_VERSION ? "audit once more" : "use that one");
	if (err != NULL)
		of_err_set_path(err, of_str_from(pg->shown));
	return status;
}

/* -- Opening */

static const char *option(const PQconninfoOption *options, const char *name)
{
	for (; options != NULL && options->keyword != NULL; options++)
		if (strcmp(options->keyword, name) == 0 && options->val != NULL)
			return options->val;
	return "";
}

/* "postgresql://host:port/database": nothing that is secret. */
static enum of_status name_store(
	struct of_postgres *pg, struct of_str store, struct of_err *err)
{
	PQconninfoOption *options;
	char *words = NULL;
	struct of_buf shown = {0};

	pg->store = of_arena_dup(pg->arena, store).ptr;
	if (pg->store == NULL)
		return of_err_set_nomem(err);
	options = PQconninfoParse(pg->store, &words);
	PQfreemem(words); /* it repeats what it was given */
	if (options == NULL)
		return of_err_set(err, OF_ECONFIG,
			"audit.store: that is no URL of a PostgreSQL database: "
			"postgresql://user@host:port/database, with %%XX for what a URL has "
			"other uses for");
	of_buf_add_format(&shown, "postgresql://%s", option(options, "host"));
	if (option(options, "port")[0] != '\0')
		of_buf_add_format(&shown, ":%s", option(options, "port"));
	of_buf_add_format(&shown, "/%s", option(options, "dbname"));
	PQconninfoFree(options);
	pg->shown = of_arena_keep(pg->arena, &shown).ptr;
	of_buf_finish(&shown);
	return pg->shown != NULL ? OF_OK : of_err_set_nomem(err);
}

static enum of_status name_writer(struct of_postgres *pg, struct of_err *err)
{
	uint64_t random[2];
	char host[60] = "";

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return of_err_set_errno(err, NULL, "draw a random number");
	snprintf(pg->writer, sizeof(pg->writer), "%016llx%016llx",
		(unsigned long long)random[0], (unsigned long long)random[1]);
	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	snprintf(pg->name, sizeof(pg->name), "%s/%ld", host, (long)getpid());
	return OF_OK;
}

static enum of_status make(struct of_postgres **pg, const struct of_history_place *place,
	const struct of_reporter *reporter, struct of_err *err)
{
	struct of_postgres *made = calloc(1, sizeof(*made));
	enum of_status status;

	*pg = made;
	if (made == NULL || (made->arena = of_arena_new()) == NULL)
		return of_err_set_nomem(err);
	made->base.backend = &of_postgres_backend;
	if (reporter != NULL)
		made->reporter = *reporter;
	made->site_url = of_arena_dup(made->arena, place->site);
	status = name_store(made, place->store, err);
	if (status == OF_OK)
		status = name_writer(made, err);
	if (status == OF_OK)
		status = of_pg_batch_new(&made->batch, err);
	return status == OF_OK ? of_arena_status(made->arena, err) : status;
}

static enum of_status ask_for_site(struct of_postgres *pg, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status;

	of_pg_words(&args, pg->site_url);
	status = of_pg_run(pg,
		pg->reads_only ? "SELECT number FROM site WHERE md5(url) = md5($1) AND url = $1"
			       : "WITH new AS (INSERT INTO site(url) SELECT $1 WHERE NOT EXISTS"
				 " (SELECT FROM site WHERE md5(url) = md5($1))"
				 " ON CONFLICT (md5(url)) DO NOTHING RETURNING number)"
				 " SELECT number FROM new UNION ALL"
				 " SELECT number FROM site WHERE md5(url) = md5($1) LIMIT 1",
		&args, &rows, OF_PG_LONG, err);
	pg->site = OF_PG_NO_SITE;
	if (status == OF_OK && of_pg_next(&rows))
		pg->site = of_pg_read_int(&rows);
	of_pg_finish(&rows);
	return status;
}

/* Of two at once, one waits for the other's row, and sees it the second time. */
static enum of_status find_site(struct of_postgres *pg, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (pg->site_url.len > 0)
		status = ask_for_site(pg, err);
	if (status == OF_OK && pg->site == OF_PG_NO_SITE && !pg->reads_only)
		status = ask_for_site(pg, err);
	return status;
}

static enum of_status open_as(struct of_history **history, const struct of_history_place *place,
	const struct of_reporter *reporter, bool reads_only, struct of_err *err)
{
	struct of_postgres *made = NULL;
	enum of_status status = make(&made, place, reporter, err);

	*history = NULL;
	if (status == OF_OK) {
		made->reads_only = reads_only;
		status = of_pg_connect(made, CONNECT_PATIENCE, err);
	}
	if (status == OF_OK)
		status = check_version(made, err);
	if (status == OF_OK)
		status = find_site(made, err);
	if (status == OF_OK)
		*history = &made->base;
	else if (made != NULL)
		of_postgres_close(&made->base);
	return status;
}

enum of_status of_postgres_open(struct of_history **history,
	const struct of_history_place *place, const struct of_reporter *reporter,
	struct of_err *err)
{
	return open_as(history, place, reporter, false, err);
}

enum of_status of_postgres_open_to_read(
	struct of_history **history, const struct of_history_place *place, struct of_err *err)
{
	return open_as(history, place, NULL, true, err);
}

/* What is left of a batch is written if that is quick. */
void of_postgres_close(struct of_history *base)
{
	struct of_postgres *pg = of_postgres_of(base);

	if (pg->batch != NULL && pg->connection != NULL && !pg->reads_only) {
		of_pg_roll_back(pg);
		(void)!of_history_settle(base, OF_PG_QUICK, NULL);
		of_pg_forget_writer(pg);
	}
	PQfinish(pg->connection);
	PQfinish(pg->coming);
	of_pg_uses_free(pg->uses);
	of_pg_ahead_free(pg->ahead);
	of_pg_batch_free(pg->batch);
	of_arena_free(pg->arena);
	free(pg);
}

bool of_history_is_postgres(const struct of_history *history)
{
	return history->backend == &of_postgres_backend;
}

static int64_t clock_of(const struct of_history *history)
{
	return ((const struct of_postgres *)(const void *)history)->clock;
}

static uint64_t refused_of(const struct of_history *history)
{
	return ((const struct of_postgres *)(const void *)history)->refused;
}

const struct of_history_backend of_postgres_backend = {
	.close = of_postgres_close,
	.flush = of_postgres_flush,
	.health = of_postgres_health,
	.settle = of_postgres_settle,
	.refused = refused_of,
	.clock = clock_of,
	.begin_uses = of_postgres_begin_uses,
	.add_use = of_postgres_add_use,
	.end_uses = of_postgres_end_uses,
	.each_due = of_postgres_each_due,
	.get_link = of_postgres_get_link,
	.each_control = of_postgres_each_control,
	.put_check = of_postgres_put_check,
	.revise = of_postgres_revise,
	.begin_run = of_postgres_begin_run,
	.end_run = of_postgres_end_run,
	.each_shared = of_postgres_each_shared,
	.each_landing = of_postgres_each_landing,
	.each_uncaptured = of_postgres_each_uncaptured,
	.put_capture = of_postgres_put_capture,
	.begin_report = of_postgres_begin_report,
	.next_report = of_postgres_next_report,
	.end_report = of_postgres_end_report,
	.totals = of_postgres_totals,
	.learned = of_postgres_learned,
	.each_page = of_postgres_each_page,
};
