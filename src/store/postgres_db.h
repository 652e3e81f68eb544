/*
 * The history in PostgreSQL below its subjects: a connection that comes back,
 * parameters, rows. For postgres_*.c alone, and the one home of libpq.
 *
 * One connection a history, and one thread at a time. Statements run by themselves, or
 * in the transaction that is open. Texts are cleaned on their way in: PostgreSQL takes no
 * NUL and no byte that is not UTF-8, whatever a server may have sent. Times are
 * timestamptz there and seconds since 1970 here.
 */
#ifndef OF_STORE_POSTGRES_DB_H
#define OF_STORE_POSTGRES_DB_H

#include <outfeed/buf.h>

#include "store/history_backend.h"

#include <libpq-fe.h>

/* Numbers of advisory locks, all of the class OF_PG_LOCKS. */
#define OF_PG_LOCKS "1869968486" /* "outf" */
#define OF_PG_LOCK_SCHEMA "1"
#define OF_PG_LOCK_USES "2"
#define OF_PG_LOCK_MONTHS "3"

/* ms: of a statement that is quick, of one that reads much, of a plan of 10^7 uses. */
#define OF_PG_QUICK INT64_C(10000)
#define OF_PG_LONG INT64_C(600000)
#define OF_PG_LONGEST INT64_C(7200000)

#define OF_PG_NO_SITE (-1) /* one that was never audited, asked about by a reader */

struct of_pg_batch;
struct of_pg_ahead;
struct of_pg_uses;

/* The epoch of the lease under which a domain's link is checked; false where none is held. */
typedef bool of_pg_fence_fn(void *payload, int64_t domain, int64_t *epoch);

struct of_postgres {
	struct of_history base;
	struct of_arena *arena; /* of the texts below */
	const char *store;      /* may hold a password: never in a message */
	const char *shown;      /* "postgresql://host:port/database" */
	struct of_str site_url;
	struct of_reporter reporter;
	int64_t site; /* its row; 0: of all sites */
	bool reads_only;

	PGconn *connection; /* NULL, or ready for statements, or one that broke */
	PGconn *coming;     /* being made, without waiting; NULL: none */
	int64_t next_try;   /* of_clock_ms() before which none is made */
	int64_t deadline;   /* of the one that is coming */
	unsigned tries;
	char address[64];                /* where it was; empty: on a socket, or not known */
	bool gone;                       /* and it was told */
	bool inside;                     /* a transaction is open, that somebody will end */
	unsigned walks;                  /* so far: their cursors' names */
	PostgresPollingStatusType wants; /* what the one that is coming waits for */
	int64_t clock;                   /* ms, of_history_clock() */
	char why[256];                   /* the last failure to connect, in one line */

	char name[80];   /* host and process, for people */
	char writer[40]; /* names this history among those that write (table `writer`) */
	int64_t run, run_checks;
	uint64_t refused;
	bool told_refused;
	of_pg_fence_fn *fence; /* NULL: checks are not fenced */
	void *fence_payload;
	struct of_pg_batch *batch;
	struct of_pg_ahead *ahead;
	struct of_pg_uses *uses; /* from begin_uses() to end_uses() */
};

/* The history that a backend's function was called for; NULL for SQLite's. */
static inline struct of_postgres *of_postgres_of(struct of_history *base)
{
	return (struct of_postgres *)(void *)base;
}

/* -- Parameters: $1, $2, ... in the order they are put. Texts are borrowed until it ran. */

#define OF_PG_ARGS 48
struct of_pg_args {
	int n;
	Oid types[OF_PG_ARGS];
	const char *values[OF_PG_ARGS];
	int lengths[OF_PG_ARGS], formats[OF_PG_ARGS];
	char numbers[OF_PG_ARGS][32];
	struct of_buf *opened[OF_PG_ARGS]; /* arrays that were closed */
	uint64_t owned;                    /* bits: texts that had to be cleaned */
	bool no_memory;
};

/* A zeroed one is ready; of_pg_run() finishes it. */
void of_pg_args_finish(struct of_pg_args *args);
/* Arrays may grow again. */
void of_pg_reopen(struct of_pg_args *args);
void of_pg_int(struct of_pg_args *args, int64_t number);  /* bigint */
void of_pg_some(struct of_pg_args *args, int64_t number); /* NULL for a 0 */
void of_pg_bool(struct of_pg_args *args, bool flag);
void of_pg_text(struct of_pg_args *args, struct of_str text);  /* NULL when absent */
void of_pg_words(struct of_pg_args *args, struct of_str text); /* never NULL */
void of_pg_time_text(
	struct of_pg_args *args, const char *time); /* timestamptz, as it reads it */

/* An array that grows, a parameter by of_pg_array(): write $n::bigint[], $n::text[] ... */
void of_pg_add_int(struct of_buf *array, int64_t number);
void of_pg_add_some(struct of_buf *array, int64_t number);      /* NULL for a 0 */
void of_pg_add_date(struct of_buf *array, int64_t seconds);     /* NULL for OF_TIME_NONE */
void of_pg_add_real(struct of_buf *array, double number);       /* NULL for a negative one */
void of_pg_add_text(struct of_buf *array, struct of_str text);  /* NULL when absent */
void of_pg_add_exact(struct of_buf *array, struct of_str text); /* and where it is unclean */
/* Closes the array, which is borrowed until the statement ran; of_pg_reopen() undoes that. */
void of_pg_array(struct of_pg_args *args, struct of_buf *array);

/* -- Rows, columns in their order. */

struct of_pg_rows {
	PGresult *result;
	int row, column; /* of what is read next; row from -1 */
};
/* Whether there is one more. Zeroed but for row -1, or of_pg_finish()ed, it has none. */
bool of_pg_next(struct of_pg_rows *rows);
int of_pg_count(const struct of_pg_rows *rows);
/* Rows that a statement without any changed. */
uint64_t of_pg_changed(const struct of_pg_rows *rows);
/* NULL is 0, absent, negative, or OF_TIME_NONE. Text is the rows'. */
int64_t of_pg_read_int(struct of_pg_rows *rows);
bool of_pg_read_bool(struct of_pg_rows *rows);
int64_t of_pg_read_date(struct of_pg_rows *rows);
double of_pg_read_real(struct of_pg_rows *rows);
struct of_str of_pg_read_text(struct of_pg_rows *rows);
enum of_verdict of_pg_read_verdict(struct of_pg_rows *rows);
enum of_failure of_pg_read_failure(struct of_pg_rows *rows);
/* Those of OF_PG_PAST. */
void of_pg_read_past(struct of_pg_rows *rows, struct of_past *past);
void of_pg_finish(struct of_pg_rows *rows);

/* Seconds of a column, and the other way. */
#define OF_PG_SECONDS(column) "extract(epoch FROM " column ")::bigint"
#define OF_PG_TIME(value) "to_timestamp(" value ")"
#define OF_PG_PAST                                                                            \
	"l.verdict, l.failure, l.status, l.checks, " OF_PG_SECONDS(                           \
		"l.last_checked") ", " OF_PG_SECONDS("l.last_ok") ", " OF_PG_SECONDS("l."     \
										     "first_" \
										     "failed") ", l.streak, " OF_PG_SECONDS("l.since") ", l.signs, l.evidence"

/* -- Statements. */

/*
 * Runs one statement, and waits for what it gives: for milliseconds at most, the
 * way back to a database that is gone included. args and rows may be NULL. OF_EIO
 * when it fails; the connection is then fine, and a transaction that was open is not.
 */
OF_MUST_CHECK enum of_status of_pg_run(struct of_postgres *pg, const char *sql,
	struct of_pg_args *args, struct of_pg_rows *rows, int64_t milliseconds,
	struct of_err *err);
/* The same by the connection that is there: nothing is waited for when it is gone. */
OF_MUST_CHECK enum of_status of_pg_try(
	struct of_postgres *pg, const char *sql, int64_t milliseconds, struct of_err *err);
/* COPY ... FROM STDIN, which does not wait for a connection: ready for PQputCopyData(). */
OF_MUST_CHECK enum of_status of_pg_run_copy(
	struct of_postgres *pg, const char *sql, struct of_err *err);
/* After PQputCopyEnd(). */
OF_MUST_CHECK enum of_status of_pg_end_copy(struct of_postgres *pg, struct of_err *err);
/* A statement that fails between them rolls back. */
OF_MUST_CHECK enum of_status of_pg_begin(struct of_postgres *pg, struct of_err *err);
OF_MUST_CHECK enum of_status of_pg_commit(struct of_postgres *pg, struct of_err *err);
void of_pg_roll_back(struct of_postgres *pg);

/* A statement's rows in pages, in a transaction of its own: of any number. */
struct of_pg_walk {
	struct of_postgres *pg;
	struct of_pg_rows rows;
	unsigned number;
	bool open, began, last;
	enum of_status status;
	struct of_err *err;
};
struct of_pg_walk of_pg_walk_begin(
	struct of_postgres *pg, const char *sql, struct of_pg_args *args, struct of_err *err);
/* The next row is walk->rows'. */
bool of_pg_walk_next(struct of_pg_walk *walk);
OF_MUST_CHECK enum of_status of_pg_walk_end(struct of_pg_walk *walk);

/* -- The connection (postgres_connect.c). */

/* Makes it in so many milliseconds; OF_EIO says why not. */
OF_MUST_CHECK enum of_status of_pg_connect(
	struct of_postgres *pg, int64_t milliseconds, struct of_err *err);
/* Goes on making it, waiting for so many milliseconds at most; true when it is there. */
bool of_pg_come_back(struct of_postgres *pg, int64_t milliseconds);
/* Drops what broke, and tells of it. */
void of_pg_lose(struct of_postgres *pg);
bool of_pg_is_lost(const struct of_postgres *pg);
/* A moment of the database's clock, in ms since 1970, and of_clock_ms() before it was asked. */
void of_pg_set_clock(struct of_postgres *pg, int64_t database_ms, int64_t before);
/* Waits for the next result of what was sent; NULL at the end, or with *timed_out. */
PGresult *of_pg_result(struct of_postgres *pg, int64_t deadline, bool *timed_out);

/* Sends what waits to be sent; false when it could not be by then. */
bool of_pg_drain(struct of_postgres *pg, int64_t deadline);

/* What a result says went wrong. */
enum of_pg_trouble {
	OF_PG_NO_TROUBLE,
	OF_PG_GONE,  /* the connection, or the server goes down or is not up yet */
	OF_PG_AGAIN, /* somebody was in the way: try the transaction again */
	OF_PG_MONTH, /* `check_` has no partition for a row */
	OF_PG_WRONG  /* anything else */
};
enum of_pg_trouble of_pg_trouble_of(const struct of_postgres *pg, const PGresult *result);
/* Says in one line what a result, or the connection where it is NULL, tells. */
enum of_status of_pg_fail(
	const struct of_postgres *pg, const PGresult *result, struct of_err *err);
enum of_status of_pg_fail_gone(const struct of_postgres *pg, struct of_err *err);

/* -- The batch (postgres_batch.c): checks in memory, until they are written. */

/* Every check that is put from now on is fenced by what it says; NULL ends that. */
void of_pg_fence(struct of_postgres *pg, of_pg_fence_fn *fence, void *payload);

/* -- Links that are kept for get_link (postgres_ahead.c). */

/*
 * What OF_PG_LINK reads of a link: $1 is of_pg_site(), the site's number or NULL for
 * all. Add WHERE, ORDER BY to it.
 */
#define OF_PG_LINK                                                                           \
	"SELECT l.number, l.domain, d.name, l.url,"                                          \
	" CASE WHEN $1::bigint IS NULL THEN l.kinds ELSE coalesce(k.kinds, 0) END, k.fixed," \
	" l.etag, l.last_modified, l.print, l.final_url, l.said, i.title, "                  \
	"i.summary, " OF_PG_PAST " FROM link l JOIN domain d ON d.number = l.domain"         \
	" LEFT JOIN site_link k ON k.site = $1 AND k.link = l.number"                        \
	" LEFT JOIN item i ON i.number ="                                                    \
	" CASE WHEN $1::bigint IS NULL THEN l.first_item ELSE k.first_item END"
void of_pg_site(const struct of_postgres *pg, struct of_pg_args *args);

/* Keeps the row that is read next, by OF_PG_LINK; what was kept of the link goes. False when
 * there is no memory, or 16 MiB are kept: it is read again then, when it is asked for. */
bool of_pg_ahead_add(struct of_postgres *pg, struct of_pg_rows *rows);
/* Forgets the links of a domain, or all of them (0). */
void of_pg_ahead_drop(struct of_postgres *pg, int64_t domain);

#endif
