#include "store/postgres_db.h"

#include "base/clock.h"
#include "base/str.h"

#define PAGE "500" /* rows of a walk at a time */

bool of_pg_is_lost(const struct of_postgres *pg)
{
	return pg->connection == NULL || PQstatus(pg->connection) == CONNECTION_BAD;
}

/* By SQLSTATE; a class ends in 0 or in nothing. */
static const struct {
	const char *code;
	enum of_pg_trouble trouble;
} troubles[] = {
	{"08", OF_PG_GONE},     /* connection exceptions */
	{"57P", OF_PG_GONE},    /* shut down, crashed, not up yet */
	{"53300", OF_PG_GONE},  /* too many connections */
	{"25006", OF_PG_GONE},  /* read only: it has become a standby */
	{"40", OF_PG_AGAIN},    /* deadlock, serialization */
	{"55P03", OF_PG_AGAIN}, /* a lock was not to be had in time */
	{"57014", OF_PG_AGAIN}, /* cancelled, by a time-out or by somebody */
	{"23514", OF_PG_MONTH},
	/* made, or dropped, by somebody else between our looking and our writing */
	{"42P07", OF_PG_AGAIN},
};

enum of_pg_trouble of_pg_trouble_of(const struct of_postgres *pg, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	struct of_str code;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
		status == PGRES_COPY_IN || status == PGRES_PIPELINE_SYNC)
		return OF_PG_NO_TROUBLE;
	if (of_pg_is_lost(pg))
		return OF_PG_GONE;
	code = of_str_from(PQresultErrorField(result, PG_DIAG_SQLSTATE));
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		if (code.len > 0 && of_str_starts(code, of_str_from(troubles[i].code)) &&
			!(pg->reads_only && of_str_equal(code, STR("25006"))))
			return troubles[i].trouble;
	return OF_PG_WRONG;
}

enum of_status of_pg_fail(
	const struct of_postgres *pg, const PGresult *result, struct of_err *err)
{
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	struct of_str rest, line;
	enum of_status status;

	if (words == NULL && pg->connection != NULL)
		words = PQerrorMessage(pg->connection);
	rest = of_str_from(words);
	line = of_str_trim(of_str_split(&rest, '\n'));
	status = of_err_set(err, OF_EIO, "cannot use the history: %.*s", (int)line.len,
		line.len > 0 ? line.ptr : "");
	if (err != NULL)
		of_err_set_path(err, of_str_from(pg->shown));
	return status;
}

static bool send(struct of_postgres *pg, const char *sql, const struct of_pg_args *args)
{
	return PQsendQueryParams(pg->connection, sql, args->n, args->types, args->values,
		       args->lengths, args->formats, 0) == 1;
}

/* The statement's one result; what follows it is read away. *lost: the connection is no more.
 */
static PGresult *take(struct of_postgres *pg, int64_t deadline, bool *lost)
{
	bool timed_out;
	PGresult *first = of_pg_result(pg, deadline, &timed_out), *more;

	while (!timed_out && first != NULL &&
		(more = of_pg_result(pg, deadline, &timed_out)) != NULL)
		PQclear(more);
	*lost = timed_out || of_pg_is_lost(pg) || of_pg_trouble_of(pg, first) == OF_PG_GONE;
	return first;
}

static enum of_status run_once(struct of_postgres *pg, const char *sql,
	const struct of_pg_args *args, PGresult **result, int64_t deadline, bool *lost,
	struct of_err *err)
{
	enum of_pg_trouble trouble;

	*result = NULL;
	if (!of_pg_come_back(pg, deadline - of_clock_ms())) {
		*lost = false;
		return of_pg_fail_gone(pg, err);
	}
	*lost = !send(pg, sql, args);
	if (!*lost)
		*result = take(pg, deadline, lost);
	trouble = *lost ? OF_PG_GONE : of_pg_trouble_of(pg, *result);
	if (trouble == OF_PG_NO_TROUBLE)
		return OF_OK;
	of_pg_fail(pg, *result, err);
	PQclear(*result);
	*result = NULL;
	if (*lost)
		of_pg_lose(pg);
	return trouble == OF_PG_AGAIN ? OF_EBUSY : OF_EIO;
}

void of_pg_roll_back(struct of_postgres *pg)
{
	static const struct of_pg_args none;
	int64_t deadline = of_clock_ms() + OF_PG_QUICK;
	PGresult *result = NULL;
	bool lost;

	if (!pg->inside)
		return;
	pg->inside = false;
	if (pg->connection != NULL &&
		run_once(pg, "ROLLBACK", &none, &result, deadline, &lost, NULL) != OF_OK)
		of_pg_lose(pg);
	PQclear(result);
}

/* A transaction is not begun again on another connection. */
static enum of_status run(struct of_postgres *pg, const char *sql, struct of_pg_args *args,
	struct of_pg_rows *rows, int64_t milliseconds, bool once, struct of_err *err)
{
	static const struct of_pg_args none;
	const struct of_pg_args *given = args != NULL ? args : &none;
	int64_t deadline = of_clock_ms() + milliseconds;
	PGresult *result = NULL;
	bool lost = false;
	enum of_status status;

	once |= pg->inside || pg->reads_only;
	if (given->no_memory)
		status = of_err_set_nomem(err);
	else
		do
			status = run_once(pg, sql, given, &result, deadline, &lost, err);
		while (status != OF_OK && lost && !once && of_clock_ms() < deadline);
	if (status != OF_OK && !lost && pg->inside)
		of_pg_roll_back(pg);
	if (args != NULL)
		of_pg_args_finish(args);
	if (rows != NULL)
		*rows = (struct of_pg_rows){result, -1, 0};
	else
		PQclear(result);
	return status;
}

enum of_status of_pg_run(struct of_postgres *pg, const char *sql, struct of_pg_args *args,
	struct of_pg_rows *rows, int64_t milliseconds, struct of_err *err)
{
	return run(pg, sql, args, rows, milliseconds, false, err);
}

enum of_status of_pg_try(
	struct of_postgres *pg, const char *sql, int64_t milliseconds, struct of_err *err)
{
	if (pg->connection == NULL)
		return of_pg_fail_gone(pg, err);
	return run(pg, sql, NULL, NULL, milliseconds, true, err);
}

enum of_status of_pg_run_copy(struct of_postgres *pg, const char *sql, struct of_err *err)
{
	int64_t deadline = of_clock_ms() + OF_PG_LONG;
	bool timed_out = false;
	PGresult *result = NULL;
	enum of_status status = OF_OK;

	/* its one result says that rows may come, and is not followed by an end */
	if (PQsendQuery(pg->connection, sql) == 1)
		result = of_pg_result(pg, deadline, &timed_out);
	if (PQresultStatus(result) == PGRES_COPY_IN)
		goto done;
	status = of_pg_fail(pg, result, err);
	of_pg_lose(pg);
done:
	PQclear(result);
	return status;
}

enum of_status of_pg_end_copy(struct of_postgres *pg, struct of_err *err)
{
	bool lost;
	PGresult *result = take(pg, of_clock_ms() + OF_PG_LONG, &lost);
	enum of_status status = OF_OK;

	if (lost || of_pg_trouble_of(pg, result) != OF_PG_NO_TROUBLE)
		status = of_pg_fail(pg, result, err);
	PQclear(result);
	if (lost)
		of_pg_lose(pg);
	return status;
}

enum of_status of_pg_begin(struct of_postgres *pg, struct of_err *err)
{
	enum of_status status = of_pg_run(pg, "BEGIN", NULL, NULL, OF_HISTORY_PATIENCE, err);

	pg->inside = status == OF_OK;
	return status;
}

enum of_status of_pg_commit(struct of_postgres *pg, struct of_err *err)
{
	enum of_status status = of_pg_run(pg, "COMMIT", NULL, NULL, OF_PG_LONG, err);

	pg->inside = false;
	return status;
}

/* -- Walks */

static enum of_status declare(
	struct of_pg_walk *walk, const char *sql, struct of_pg_args *args, struct of_err *err)
{
	struct of_buf text = {0};
	enum of_status status;

	of_buf_add_format(&text, "DECLARE walk_%u NO SCROLL CURSOR FOR ", walk->number);
	of_buf_add_text(&text, sql);
	status = of_buf_status(&text, err);
	if (status == OF_OK)
		status = of_pg_run(walk->pg, text.ptr, args, NULL, OF_PG_LONG, err);
	else
		of_pg_args_finish(args);
	of_buf_finish(&text);
	return status;
}

struct of_pg_walk of_pg_walk_begin(
	struct of_postgres *pg, const char *sql, struct of_pg_args *args, struct of_err *err)
{
	struct of_pg_walk walk = {
		.pg = pg, .rows = {NULL, -1, 0}, .number = ++pg->walks, .err = err};

	if (!pg->inside && !pg->reads_only) {
		walk.status = of_pg_begin(pg, err);
		walk.began = walk.status == OF_OK;
	}
	if (walk.status == OF_OK)
		walk.status = declare(&walk, sql, args, err);
	else
		of_pg_args_finish(args);
	walk.open = walk.status == OF_OK;
	return walk;
}

static void run_on(struct of_pg_walk *walk, const char *verb, struct of_pg_rows *rows)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "%s walk_%u", verb, walk->number);
	walk->status = of_pg_run(walk->pg, sql, NULL, rows, OF_PG_LONG, walk->err);
}

bool of_pg_walk_next(struct of_pg_walk *walk)
{
	if (walk->status != OF_OK)
		return false;
	if (of_pg_next(&walk->rows))
		return true;
	if (walk->last)
		return false;
	of_pg_finish(&walk->rows);
	run_on(walk, "FETCH " PAGE " FROM", &walk->rows);
	walk->last = of_pg_count(&walk->rows) == 0;
	return walk->status == OF_OK && of_pg_next(&walk->rows);
}

enum of_status of_pg_walk_end(struct of_pg_walk *walk)
{
	of_pg_finish(&walk->rows);
	if (walk->open && walk->status == OF_OK)
		run_on(walk, "CLOSE", NULL);
	if (walk->began && walk->status == OF_OK)
		walk->status = of_pg_commit(walk->pg, walk->err);
	else if (walk->began)
		of_pg_roll_back(walk->pg);
	return walk->status;
}
