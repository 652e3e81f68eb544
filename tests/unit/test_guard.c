/* The work that a statement may do, rows that a file can hold, and what stops it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/guard.h"
#include "store/objects.h"
#include "store/sqlite.h"

#define COUNTING "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"

static const struct of_guard_limits limits = {.sql = 2000};

struct place {
	char path[64];
	sqlite3 *db;
	struct of_guard guard;
	volatile sig_atomic_t stop;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	int fd;

	if (place == NULL)
		return 1;
	snprintf(place->path, sizeof(place->path), "/tmp/outfeed-guard-XXXXXX");
	fd = mkstemp(place->path);
	if (fd < 0 || close(fd) != 0 || sqlite3_open(place->path, &place->db) != SQLITE_OK)
		return 1;
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	sqlite3_close(place->db);
	unlink(place->path);
	free(place);
	return 0;
}

static bool run(struct place *place, const char *sql)
{
	of_guard_begin(&place->guard);
	return of_sqlite_run(place->db, sql);
}

static void guard(struct place *place)
{
	of_guard_set(&place->guard, place->db, place->path, &limits);
	place->guard.stop = &place->stop;
}

static void test_work_has_an_end(void **state)
{
	struct place *place = *state;

	guard(place);
	assert_true(run(place, COUNTING " LIMIT 10000) SELECT sum(i) FROM n"));
	assert_false(run(place, COUNTING ") SELECT sum(i) FROM n"));
	assert_int_equal(sqlite3_errcode(place->db), SQLITE_INTERRUPT);
	assert_true(place->guard.over);
	assert_true(of_sqlite_is_damage(place->db));
}

/* What the file can be worth is measured when it comes to that. */
static void test_more_bytes_are_more_work(void **state)
{
	static const char join[] = "SELECT count(*) FROM t a, t b WHERE a.x + b.x < 0";
	struct place *place = *state;

	guard(place);
	assert_true(run(place, "CREATE TABLE t(x)"));
	assert_true(run(place, "INSERT INTO t " COUNTING " LIMIT 1000) SELECT i FROM n"));
	assert_false(run(place, join)); /* a million rows of a thousand */
	place->guard.over = false;
	assert_true(run(place, "CREATE TABLE other(x)"));
	for (unsigned i = 0; i < 5; i++)
		assert_true(run(place, "INSERT INTO other VALUES (zeroblob(900000))"));
	assert_true(run(place, join));
}

static void test_rows_of_a_file(void **state)
{
	struct place *place = *state;

	guard(place);
	assert_true(run(place, "CREATE TABLE t(x); INSERT INTO t VALUES (zeroblob(100000))"));
	assert_true(of_guard_holds(&place->guard, 1000, 100000));
	assert_true(of_guard_holds(&place->guard, 20000, 1000000));
	assert_false(of_guard_holds(&place->guard, 1000000, 1));
	assert_false(of_guard_holds(&place->guard, 1, 10000000));
}

static void halt(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct place *place = sqlite3_user_data(context);

	(void)count;
	(void)values;
	place->stop = 1;
}

static void test_stop(void **state)
{
	static const char halting[] = COUNTING ") SELECT halt() FROM n WHERE i < 10";
	struct place *place = *state;

	guard(place);
	assert_int_equal(sqlite3_create_function(
				 place->db, "halt", 0, SQLITE_UTF8, place, halt, NULL, NULL),
		SQLITE_OK);
	assert_false(run(place, halting));
	assert_true(place->guard.stopped);
	assert_false(place->guard.over);
	/* what begins afterwards is not stopped, but by its own work */
	place->guard.stopped = false;
	assert_false(run(place, halting));
	assert_false(place->guard.stopped);
	assert_true(place->guard.over);
}

static void test_nothing_of_the_file_runs(void **state)
{
	struct place *place = *state;

	assert_true(of_sqlite_run(place->db,
		"CREATE TABLE t(x); CREATE VIEW v AS SELECT 1 AS x;"
		"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT RAISE(FAIL, 'it ran'); END"));
	sqlite3_close(place->db);
	assert_int_equal(sqlite3_open(place->path, &place->db), SQLITE_OK);
	guard(place);
	assert_false(run(place, "SELECT * FROM v"));
	assert_true(run(place, "INSERT INTO t VALUES (1)"));
	assert_false(run(place, "ATTACH ':memory:' AS other"));
	run(place, "PRAGMA writable_schema = 1");
	assert_false(run(place, "DELETE FROM sqlite_master"));
	assert_false(run(place, "SELECT load_extension('x')"));
}

/* -- What the schema holds */

struct objects_row {
	const char *sql;
	enum of_objects_rule rule;
	enum of_objects_fit fit;
	const char *name;
};

#define OURS                                                                               \
	"CREATE TABLE a(x, y UNIQUE); CREATE INDEX ax ON a(x); CREATE VIEW v AS SELECT x " \
	"FROM a"

static const struct objects_row objects_rows[] = {
	{"", OF_OBJECTS_EXACT, OF_OBJECTS_FIT, ""},
	{"", OF_OBJECTS_OWN, OF_OBJECTS_FIT, ""},
	{"DROP VIEW v", OF_OBJECTS_EXACT, OF_OBJECTS_OTHER, "v"},
	{"DROP VIEW v", OF_OBJECTS_OWN, OF_OBJECTS_STALE, "v"},
	{"DROP VIEW v; CREATE VIEW v AS SELECT 1", OF_OBJECTS_OWN, OF_OBJECTS_STALE, "v"},
	{"DROP VIEW v; CREATE TABLE V(x)", OF_OBJECTS_OWN, OF_OBJECTS_OTHER, "V"},
	{"DROP INDEX ax", OF_OBJECTS_OWN, OF_OBJECTS_STALE, "ax"},
	{"DROP INDEX ax; CREATE INDEX ax ON a(y)", OF_OBJECTS_OWN, OF_OBJECTS_STALE, "ax"},
	{"ALTER TABLE a ADD COLUMN z", OF_OBJECTS_OWN, OF_OBJECTS_OTHER, "a"},
	{"DROP TABLE a; CREATE VIEW a AS SELECT 1", OF_OBJECTS_OWN, OF_OBJECTS_OTHER, "a"},
	{"DROP TABLE a", OF_OBJECTS_OWN, OF_OBJECTS_OTHER, "a"},
	{"CREATE TABLE b(x)", OF_OBJECTS_EXACT, OF_OBJECTS_OTHER, "b"},
	{"CREATE TABLE b(x UNIQUE)", OF_OBJECTS_OWN, OF_OBJECTS_FIT, ""},
	{"CREATE VIEW w AS SELECT 1", OF_OBJECTS_OWN, OF_OBJECTS_FIT, ""},
	{"CREATE TRIGGER a AFTER INSERT ON a BEGIN SELECT 1; END", OF_OBJECTS_OWN,
		OF_OBJECTS_FIT, ""},
	{"CREATE INDEX ay ON a(y DESC)", OF_OBJECTS_OWN, OF_OBJECTS_FIT, ""},
	{"CREATE UNIQUE INDEX ay ON a(x)", OF_OBJECTS_OWN, OF_OBJECTS_STRANGE, "ay"},
	{"CREATE INDEX ay ON a(x + 1)", OF_OBJECTS_OWN, OF_OBJECTS_STRANGE, "ay"},
	{"CREATE INDEX ay ON a(x) WHERE y", OF_OBJECTS_OWN, OF_OBJECTS_STRANGE, "ay"},
	{"CREATE TABLE b(x); CREATE UNIQUE INDEX ay ON b(x + 1)", OF_OBJECTS_OWN,
		OF_OBJECTS_FIT, ""},
};

static void test_objects(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(objects_rows) / sizeof(objects_rows[0]); i++) {
		const struct objects_row *row = &objects_rows[i];
		sqlite3 *db = NULL, *own = NULL;
		char name[16];

		assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
		assert_int_equal(sqlite3_open(":memory:", &own), SQLITE_OK);
		assert_true(of_sqlite_run(own, OURS) && of_sqlite_run(db, OURS));
		assert_true(of_sqlite_run(db, row->sql));
		assert_int_equal(
			of_objects_compare(db, own, row->rule, name, sizeof(name)), row->fit);
		assert_string_equal(name, row->name);
		if (row->fit == OF_OBJECTS_STALE) {
			assert_true(of_objects_renew(db, own));
			assert_int_equal(of_objects_compare(
						 db, own, OF_OBJECTS_EXACT, name, sizeof(name)),
				OF_OBJECTS_FIT);
		}
		sqlite3_close(db);
		sqlite3_close(own);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_work_has_an_end),
		TEST(test_more_bytes_are_more_work),
		TEST(test_rows_of_a_file),
		TEST(test_stop),
		TEST(test_nothing_of_the_file_runs),
		cmocka_unit_test(test_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
