/*
 * The connection: made without waiting, lost, and made again.
 */
#include "store/postgres_db.h"

#include "base/clock.h"
#include "base/str.h"
#include <poll.h>

#define CONNECT_MS INT64_C(10000) /* that one attempt may take */
#define GREET_MS INT64_C(2000)
#define BACKOFF_MS INT64_C(250) /* after the first; doubled up to */
#define BACKOFF_MOST INT64_C(4000)

/*
 * A connection that died without a word is noticed by the kernel within half a
 * minute.
 */
static const char *const keywords[] = {"dbname", "fallback_application_name", "client_encoding",
	"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
	"tcp_user_timeout", "hostaddr", NULL};
/* Who waits for a row is in nobody's way for long: a batch is tried again. */
#define SESSION                                                              \
	"SET search_path = outfeed, pg_temp; SET TimeZone = 'UTC';"          \
	" SET standard_conforming_strings = on; SET extra_float_digits = 1;" \
	" SET client_min_messages = warning; SET lock_timeout = '2s';"       \
	" SET idle_in_transaction_session_timeout = 0;"
#define READER " BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
#define CLOCK " SELECT (1000 * extract(epoch FROM clock_timestamp()))::bigint"

static void be_quiet(void *payload, const PGresult *result)
{
	(void)payload;
	(void)result;
}

/*
 * Back to the address that it was at: looking up a name is the one thing that waits here,
 * and is done again only when nobody is there. A list of hosts has no one address.
 */
static void start(struct of_postgres *pg)
{
	bool known = pg->address[0] != '\0' && pg->tries < 3 && strchr(pg->store, ',') == NULL;
	const char *values[] = {pg->store, "outfeed", "UTF8", "1", "20", "5", "3", "25000",
		known ? pg->address : NULL, NULL};

	pg->coming = PQconnectStartParams(keywords, values, 1);
	pg->deadline = of_clock_ms() + CONNECT_MS;
}

static void keep_address(struct of_postgres *pg)
{
	const char *address = PQhostaddr(pg->connection);

	snprintf(pg->address, sizeof(pg->address), "%s", address != NULL ? address : "");
}

static int64_t backoff(unsigned tries)
{
	int64_t ms = BACKOFF_MS << (tries < 6 ? tries : 6);

	return ms < BACKOFF_MOST ? ms : BACKOFF_MOST;
}

/* The first line of what libpq or the server says; libpq names host and user, no password. */
static void keep_why(struct of_postgres *pg, const char *words)
{
	struct of_str rest = of_str_from(words);
	struct of_str line = of_str_trim(of_str_split(&rest, '\n'));

	snprintf(pg->why, sizeof(pg->why), "%.*s", (int)line.len, line.ptr);
}

static void give_up(struct of_postgres *pg, const char *why)
{
	keep_why(pg, why != NULL ? why : PQerrorMessage(pg->coming));
	PQfinish(pg->coming);
	pg->coming = NULL;
	pg->next_try = of_clock_ms() + backoff(pg->tries++);
}

void of_pg_set_clock(struct of_postgres *pg, int64_t database_ms, int64_t before)
{
	struct timespec now;
	int64_t half = (of_clock_ms() - before) / 2;

	clock_gettime(CLOCK_REALTIME, &now);
	pg->clock = database_ms + half - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* Reads what the statements of a greeting give: the last of them the clock. */
static bool hear(struct of_postgres *pg, int64_t before)
{
	int64_t deadline = before + GREET_MS;
	struct of_pg_rows rows = {NULL, -1, 0};
	bool fine = true, timed_out = false;
	PGresult *result;

	while ((result = of_pg_result(pg, deadline, &timed_out)) != NULL) {
		PQclear(rows.result);
		rows.result = result;
		fine = fine && of_pg_trouble_of(pg, result) == OF_PG_NO_TROUBLE;
	}
	fine = fine && !timed_out && PQntuples(rows.result) == 1 && of_pg_next(&rows);
	if (fine)
		of_pg_set_clock(pg, of_pg_read_int(&rows), before);
	of_pg_finish(&rows);
	return fine;
}

static bool greet(struct of_postgres *pg)
{
	return PQsetnonblocking(pg->connection, 1) == 0 &&
	       PQsendQuery(pg->connection,
		       pg->reads_only ? SESSION READER CLOCK : SESSION CLOCK) == 1 &&
	       hear(pg, of_clock_ms());
}

static void tell_back(struct of_postgres *pg)
{
	const struct of_diag diag = {
		.severity = OF_NOTE, .path = pg->shown, .message = "the database is back"};

	if (pg->gone && pg->reporter.diag != NULL)
		pg->reporter.diag(&diag, pg->reporter.payload);
	pg->gone = false;
}

static void arrive(struct of_postgres *pg)
{
	PQsetNoticeReceiver(pg->coming, be_quiet, NULL);
	pg->connection = pg->coming;
	if (!greet(pg)) {
		pg->connection = NULL;
		give_up(pg, NULL);
		return;
	}
	pg->coming = NULL;
	pg->tries = 0;
	keep_address(pg);
	tell_back(pg);
}

/* Whether the socket is ready for what libpq waits for, before the deadline. */
static bool wait_for(PGconn *connection, short events, int64_t until)
{
	struct pollfd fd = {.fd = PQsocket(connection), .events = events};
	int64_t left = until - of_clock_ms();

	if (left < 0)
		left = 0;
	return fd.fd >= 0 && poll(&fd, 1, left < 60000 ? (int)left : 60000) > 0;
}

/* One step of the connection that is coming; false when there is nothing to do by then. */
static bool step(struct of_postgres *pg, int64_t until)
{
	PostgresPollingStatusType wants = PGRES_POLLING_WRITING;
	bool ready;

	if (PQstatus(pg->coming) == CONNECTION_BAD) {
		give_up(pg, NULL);
		return true;
	}
	/* what it waits for is known by asking it, which is allowed as soon as it is there */
	wants = pg->wants;
	ready = wait_for(pg->coming, wants == PGRES_POLLING_READING ? POLLIN : POLLOUT, until);
	if (ready) {
		pg->wants = PQconnectPoll(pg->coming);
		if (pg->wants == PGRES_POLLING_OK)
			arrive(pg);
		else if (pg->wants == PGRES_POLLING_FAILED)
			give_up(pg, NULL);
	} else if (of_clock_ms() >= pg->deadline) {
		give_up(pg, "no answer");
	}
	return ready || of_clock_ms() < until;
}

/* A build does without what it cannot look up at once. */
static bool is_enough(const struct of_postgres *pg)
{
	return pg->reads_only && pg->tries > 0;
}

bool of_pg_come_back(struct of_postgres *pg, int64_t milliseconds)
{
	int64_t until = of_clock_ms() + milliseconds;
	bool more = true;

	while (pg->connection == NULL && more) {
		int64_t now = of_clock_ms();

		if (pg->coming != NULL) {
			more = step(pg, until);
		} else if (now >= pg->next_try && !is_enough(pg)) {
			start(pg);
			pg->wants = PGRES_POLLING_WRITING;
		} else if (now < until && !is_enough(pg)) {
			struct timespec nap = {0, 0};
			int64_t left = pg->next_try < until ? pg->next_try - now : until - now;

			nap.tv_sec = left / 1000;
			nap.tv_nsec = left % 1000 * 1000000;
			nanosleep(&nap, NULL);
		} else {
			more = false;
		}
	}
	return pg->connection != NULL;
}

enum of_status of_pg_fail_gone(const struct of_postgres *pg, struct of_err *err)
{
	enum of_status status = of_err_set(err, OF_EIO, "cannot reach the database: %s",
		pg->why[0] != '\0' ? pg->why : "it does not answer");

	if (err != NULL)
		of_err_set_path(err, of_str_from(pg->shown));
	return status;
}

enum of_status of_pg_connect(struct of_postgres *pg, int64_t milliseconds, struct of_err *err)
{
	return of_pg_come_back(pg, milliseconds) ? OF_OK : of_pg_fail_gone(pg, err);
}

void of_pg_lose(struct of_postgres *pg)
{
	const struct of_reporter here = {pg->reporter.diag, pg->reporter.payload, pg->shown};

	if (pg->connection == NULL)
		return;
	keep_why(pg, PQerrorMessage(pg->connection));
	PQfinish(pg->connection);
	pg->connection = NULL;
	pg->inside = false;
	pg->next_try = of_clock_ms();
	pg->tries = 0;
	if (!pg->gone)
		of_report_warning(&here, 0, 0,
			"the database is gone (%s): what is found is kept in memory until it "
			"is back",
			pg->why[0] != '\0' ? pg->why : "no answer");
	pg->gone = true;
}

/* Sends what is to be sent and reads what there is, until a result is whole. */
static bool is_ready(struct of_postgres *pg, int64_t deadline)
{
	PGconn *connection = pg->connection;

	for (;;) {
		int unsent = PQflush(connection);

		if (unsent < 0 || (unsent == 0 && PQisBusy(connection) == 0))
			return true;
		if (of_clock_ms() >= deadline)
			return false;
		if (wait_for(connection, unsent > 0 ? POLLIN | POLLOUT : POLLIN, deadline) &&
			PQconsumeInput(connection) == 0)
			return true;
	}
}

bool of_pg_drain(struct of_postgres *pg, int64_t deadline)
{
	int unsent;

	while ((unsent = PQflush(pg->connection)) > 0) {
		if (of_clock_ms() >= deadline)
			return false;
		if (wait_for(pg->connection, POLLIN | POLLOUT, deadline) &&
			PQconsumeInput(pg->connection) == 0)
			return false;
	}
	return unsent == 0;
}

PGresult *of_pg_result(struct of_postgres *pg, int64_t deadline, bool *timed_out)
{
	*timed_out = !is_ready(pg, deadline);
	return *timed_out ? NULL : PQgetResult(pg->connection);
}
