/*
 * A history in a folder of its own, and what tests put into it. With OUTFEED_TEST_STORE
 * it is one in PostgreSQL, in a schema that is made anew for each test: the same tests
 * hold there (tests/net/test_postgres.py runs them so).
 */
#ifndef HISTORY_FIXTURE_H
#define HISTORY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#ifdef OUTFEED_HAVE_LIBPQ
#include <libpq-fe.h>
#endif
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "store/history.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)

#define assert_ok(status) assert_int_equal(status, OF_OK)
#define assert_text(text, literal) assert_true(of_str_equal(text, STR(literal)))

struct place {
	char folder[64], db[96];
	struct of_history_place where;
	unsigned warnings;
	char warning[256];
	struct of_history *history;
	struct of_arena *arena;
};

static inline void place_warn(const struct of_diag *diag, void *payload)
{
	struct place *place = payload;

	/* the database is back */
	if (diag->severity == OF_NOTE && place->where.store.len > 0)
		return;
	assert_int_equal(diag->severity, OF_WARNING);
	if (place->where.store.len == 0)
		assert_string_equal(diag->path, place->db);
	snprintf(place->warning, sizeof(place->warning), "%s", diag->message);
	place->warnings++;
}

static inline enum of_status place_open(struct place *place, struct of_err *err)
{
	const struct of_reporter reporter = {place_warn, place, ""};

	return of_history_open(&place->history, &place->where, &reporter, err);
}

static inline void place_close(struct place *place)
{
	of_history_close(place->history);
	place->history = NULL;
}

static inline void place_reopen(struct place *place)
{
	place_close(place);
	assert_ok(place_open(place, NULL));
}

static inline bool place_has(const struct place *place, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", place->folder, name);
	return access(path, F_OK) == 0;
}

/* Whether it is in PostgreSQL. */
static inline bool place_is_postgres(const struct place *place)
{
	return place->where.store.len > 0;
}

/* SQL for both: @name is a time as seconds, and #(...) seconds as a time. */
static inline void place_translate(const struct place *place, const char *sql, char out[8192])
{
	bool postgres = place_is_postgres(place);
	size_t n = 0;

	for (; *sql != '\0' && n < 8000; sql++) {
		size_t len = strspn(sql + 1, "abcdefghijklmnopqrstuvwxyz_.");

		if (*sql == '@' && postgres)
			n += (size_t)snprintf(out + n, 8192 - n,
				"extract(epoch FROM %.*s)::bigint", (int)len, sql + 1);
		else if (*sql == '@')
			n += (size_t)snprintf(out + n, 8192 - n, "%.*s", (int)len, sql + 1);
		else if (*sql == '#' && postgres)
			n += (size_t)snprintf(out + n, 8192 - n, "to_timestamp");
		else if (*sql != '#')
			out[n++] = *sql;
		if (*sql == '@')
			sql += len;
	}
	out[n] = '\0';
}

#ifdef OUTFEED_HAVE_LIBPQ
static inline int64_t place_ask_postgres(const struct place *place, const char *sql)
{
	PGconn *connection = PQconnectdb(place->where.store.ptr);
	PGresult *result;
	const char *value;
	int64_t number;

	PQclear(PQexec(connection, "SET client_min_messages = error; SET TimeZone = 'UTC';"
				   " SET search_path = outfeed"));
	result = PQexec(connection, sql);
	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
		PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(connection));
	value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "0";
	number = strcmp(value, "t") == 0 ? 1 : strtoll(value, NULL, 10);
	PQclear(result);
	PQfinish(connection);
	return number;
}
#else
static inline int64_t place_ask_postgres(const struct place *place, const char *sql)
{
	(void)place;
	fail_msg("%s: built without libpq", sql);
	return 0;
}
#endif

/* As another program asks, while the history is open or not: one number, or true as 1. */
static inline int64_t place_ask(const struct place *place, const char *text)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	char sql[8192];
	int64_t number;

	place_translate(place, text, sql);
	if (place_is_postgres(place))
		return place_ask_postgres(place, sql);
	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

/* Where the two have other columns for it. */
static inline int64_t place_ask_either(
	const struct place *place, const char *sqlite, const char *postgres)
{
	return place_ask(place, place_is_postgres(place) ? postgres : sqlite);
}

static inline void place_alter(struct place *place, const char *text)
{
	sqlite3 *db = NULL;
	char *message = NULL, sql[8192];

	place_translate(place, text, sql);
	if (place_is_postgres(place)) {
		place_ask_postgres(place, sql);
		/* what it keeps in memory is no longer true */
		if (place->history != NULL)
			place_reopen(place);
		return;
	}
	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
	sqlite3_close(db);
}

/* PostgreSQL: what is summed up elsewhere is what it is the sum of. */
#define PLACE_SUMS                                                                           \
	"SELECT NOT EXISTS (SELECT FROM (SELECT i.site, u.link, bit_or(u.kind) AS kinds,"    \
	" min(u.kind) AS first FROM use u JOIN item i ON i.number = u.item GROUP BY 1, 2) a" \
	" FULL JOIN site_link k USING (site, link) WHERE a.kinds IS DISTINCT FROM k.kinds)"  \
	" AND NOT EXISTS (SELECT FROM link l LEFT JOIN (SELECT link, bit_or(kinds)"          \
	" AS kinds FROM site_link WHERE fixed IS NULL GROUP BY 1) k ON k.link = l.number"    \
	" WHERE l.kinds <> coalesce(k.kinds, 0))"                                            \
	" AND NOT EXISTS (SELECT FROM use LEFT JOIN link ON link.number = use.link"          \
	" LEFT JOIN item ON item.number = use.item WHERE link.number IS NULL"                \
	" OR item.number IS NULL)"                                                           \
	" AND NOT EXISTS (SELECT FROM domain d WHERE leased_until IS NULL AND ready >"       \
	" coalesce((SELECT min(due) FROM link l WHERE l.domain = d.number AND kinds <> 0),"  \
	" 'infinity'))"

static inline bool place_is_sound(const struct place *place)
{
	return place_ask_either(place,
		       "SELECT integrity_check = 'ok' FROM pragma_integrity_check",
		       PLACE_SUMS) == 1;
}

/* As if there had never been one. */
static inline void place_forget(struct place *place)
{
	if (place_is_postgres(place))
		place_ask_postgres(place, "DROP SCHEMA IF EXISTS outfeed CASCADE");
	else
		unlink(place->db);
}

static inline int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return 1;
	snprintf(place->folder, sizeof(place->folder), "/tmp/outfeed-history-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return 1;
	snprintf(place->db, sizeof(place->db), "%s/audit.db", place->folder);
	place->where.folder = place->folder;
	place->where.site = STR("https://site.example/");
	place->where.store = of_str_from(getenv("OUTFEED_TEST_STORE"));
	place_forget(place);
	place->arena = of_arena_new();
	*state = place;
	return place_open(place, NULL) != OF_OK;
}

static inline int place_teardown(void **state)
{
	struct place *place = *state;
	struct dirent *entry;
	DIR *folder;

	place_close(place);
	folder = opendir(place->folder);
	while (folder != NULL && (entry = readdir(folder)) != NULL)
		unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(place->folder);
	of_arena_free(place->arena);
	free(place);
	return 0;
}

/* -- Uses: a URL's host is what stands between "//" and the next slash; its domain the last
 * two parts of that. */

static inline struct of_use use_of(const char *file, const char *url, unsigned kind)
{
	struct of_str host = of_str_from(strstr(url, "//") + 2);
	struct of_use use = {.url = of_str_from(url), .kind = kind, .file = of_str_from(file)};
	size_t dot;

	host = of_str_slice(host, 0, of_str_find_byte(host, '/'));
	use.host = use.domain = host;
	dot = of_str_find_last_byte(host, '.');
	dot = dot != OF_NPOS ? of_str_find_last_byte(of_str_slice(host, 0, dot), '.') : OF_NPOS;
	if (dot != OF_NPOS)
		use.domain = of_str_from_offset(host, dot + 1);
	use.line = 3;
	use.column = 5;
	use.field = kind == OF_LINK_KIND_SOURCE ? STR("source_url") : STR("body");
	use.item_id = of_str_from(file);
	use.item_title = STR("A title");
	use.item_summary = STR("A summary");
	use.category = STR("News");
	use.published = NOW - 100 * DAY;
	return use;
}

static inline void add_use(struct place *place, const struct of_use *use)
{
	assert_ok(of_history_add_use(place->history, use, NULL));
}

static inline void begin_uses(struct place *place)
{
	assert_ok(of_history_begin_uses(place->history, NULL));
}

static inline void end_uses(struct place *place)
{
	assert_ok(of_history_end_uses(place->history, NULL));
}

/* Each URL as the source of one file, "0.md", "1.md", ...; links are numbered so, too. */
static inline void use_all(struct place *place, const char *const *urls, size_t n)
{
	char file[32];

	begin_uses(place);
	for (size_t i = 0; i < n; i++) {
		struct of_use use;

		snprintf(file, sizeof(file), "%zu.md", i);
		use = use_of(file, urls[i], OF_LINK_KIND_SOURCE);
		add_use(place, &use);
	}
	end_uses(place);
}

/* -- Checks. */

static inline int64_t begin_run(struct place *place, int64_t now)
{
	int64_t run = 0;

	assert_ok(of_history_begin_run(place->history, now, &run, NULL));
	return run;
}

static inline void end_run(struct place *place, int64_t run, int64_t now)
{
	assert_ok(of_history_end_run(place->history, run, now, true, NULL));
}

static inline struct of_link link_of(struct place *place, int64_t number)
{
	struct of_link link;

	assert_ok(of_history_get_link(place->history, number, &link, place->arena, NULL));
	return link;
}

/* What follows from a verdict, so far as the history is concerned. */
static inline struct of_judgement judge(
	struct place *place, int64_t link, enum of_verdict verdict, int64_t now)
{
	struct of_judgement judgement = {.verdict = verdict,
		.past = link_of(place, link).past,
		.due = now + 10 * DAY,
		.likeness = -1};

	judgement.past.since = judgement.past.verdict == verdict ? judgement.past.since : now;
	judgement.past.verdict = verdict;
	judgement.past.checks++;
	judgement.past.last_checked = now;
	judgement.past.status = verdict == OF_VERDICT_DEAD ? 404 : 200;
	judgement.past.failure = verdict == OF_VERDICT_DEAD ? OF_FAILURE_HTTP : OF_FAILURE_NONE;
	return judgement;
}

/* A check that ended at a URL, NULL for the link's own. */
static inline void check_at(struct place *place, int64_t run, int64_t link,
	enum of_verdict verdict, int64_t now, const char *final_url)
{
	struct of_judgement judgement = judge(place, link, verdict, now);
	struct of_observation seen = {.at = now,
		.url = link_of(place, link).url,
		.failure = judgement.past.failure,
		.status = judgement.past.status,
		.milliseconds = 120};
	const struct of_hop hop = {302, of_str_from(final_url)};
	const struct of_check check = {
		.link = link, .run = run, .seen = &seen, .judgement = &judgement};

	seen.final_url = seen.url;
	if (final_url != NULL) {
		seen.final_url = hop.url;
		seen.hops = &hop;
		seen.n_hops = 1;
	}
	assert_ok(of_history_put_check(place->history, &check, NULL));
}

static inline void check_now(
	struct place *place, int64_t run, int64_t link, enum of_verdict verdict, int64_t now)
{
	check_at(place, run, link, verdict, now, NULL);
}

#endif
