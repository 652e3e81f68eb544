#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "store/store.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A folder of its own for each test, and the warnings of what is done in it. */
struct place {
	char folder[64], db[96], aside[96];
	unsigned warnings;
	const char *says; /* of the state that is set aside; NULL for that it is damaged */
	struct of_store *store;
};

static void warn(const struct of_diag *diag, void *payload)
{
	struct place *place = payload;

	assert_int_equal(diag->severity, OF_WARNING);
	assert_non_null(strstr(diag->message, "state.db.corrupt"));
	assert_non_null(
		strstr(diag->message, place->says != NULL ? place->says : "cannot be read"));
	assert_string_equal(diag->path, place->db);
	place->warnings++;
}

static enum of_status open_store(struct place *place)
{
	const struct of_reporter reporter = {warn, place, ""};

	return of_store_open(&place->store, place->folder, &reporter, NULL);
}

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return 1;
	snprintf(place->folder, sizeof(place->folder), "/tmp/outfeed-store-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return 1;
	snprintf(place->db, sizeof(place->db), "%s/state.db", place->folder);
	snprintf(place->aside, sizeof(place->aside), "%s/state.db.corrupt", place->folder);
	*state = place;
	return open_store(place) != OF_OK;
}

static int teardown(void **state)
{
	struct place *place = *state;

	of_store_close(place->store);
	unlink(place->db);
	unlink(place->aside);
	rmdir(place->folder);
	free(place);
	return 0;
}

static void reopen(struct place *place)
{
	of_store_close(place->store);
	place->store = NULL;
	assert_int_equal(open_store(place), OF_OK);
}

static void put(struct place *place, const char *key, struct of_str value)
{
	assert_int_equal(
		of_store_put(place->store, OF_STORE_FOLDER, of_str_from(key), value, NULL),
		OF_OK);
}

static void assert_value(struct place *place, const char *key, struct of_str want)
{
	struct of_buf value = {0};
	bool found;

	assert_int_equal(of_store_get(place->store, OF_STORE_FOLDER, of_str_from(key), &value,
				 &found, NULL),
		OF_OK);
	assert_true(found);
	assert_true(of_str_equal(of_buf_str(&value), want));
	of_buf_finish(&value);
}

static void assert_none(struct place *place, enum of_store_table table, const char *key)
{
	struct of_buf value = {0};
	bool found = true;

	assert_int_equal(
		of_store_get(place->store, table, of_str_from(key), &value, &found, NULL),
		OF_OK);
	assert_false(found);
	assert_int_equal(value.len, 0);
}

/* Of all lengths up to some, and with bytes of all kinds. */
static void test_values(void **state)
{
	struct place *place = *state;
	char bytes[600];
	char key[16];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t len = 0; len < sizeof(bytes); len += len < 20 ? 1 : 97) {
		snprintf(key, sizeof(key), "%zu", len);
		put(place, key, (struct of_str){bytes, len});
	}
	assert_int_equal(of_store_commit(place->store, NULL), OF_OK);
	reopen(place);
	for (size_t len = 0; len < sizeof(bytes); len += len < 20 ? 1 : 97) {
		snprintf(key, sizeof(key), "%zu", len);
		assert_value(place, key, (struct of_str){bytes, len});
	}
	assert_none(place, OF_STORE_FOLDER, "no such key");
	assert_none(place, OF_STORE_DOCUMENT, "1");
}

static void test_put_again(void **state)
{
	struct place *place = *state;

	put(place, "a", STR("one"));
	put(place, "a", STR("another"));
	put(place, "", STR("of no key"));
	assert_value(place, "a", STR("another"));
	assert_value(place, "", STR("of no key"));
	assert_int_equal(of_store_delete(place->store, OF_STORE_FOLDER, STR("a"), NULL), OF_OK);
	assert_int_equal(of_store_delete(place->store, OF_STORE_FOLDER, STR("a"), NULL), OF_OK);
	assert_none(place, OF_STORE_FOLDER, "a");
	assert_value(place, "", STR("of no key"));
}

static void test_values_are_added_to_what_is_there(void **state)
{
	struct place *place = *state;
	struct of_buf value = {0};
	bool found;

	put(place, "a", STR("two"));
	of_buf_add_text(&value, "one ");
	assert_int_equal(
		of_store_get(place->store, OF_STORE_FOLDER, STR("a"), &value, &found, NULL),
		OF_OK);
	assert_string_equal(value.ptr, "one two");
	of_buf_finish(&value);
}

struct walk {
	struct of_buf keys;
	unsigned left;
};

static bool step(struct of_str key, struct of_str value, void *payload)
{
	struct walk *walk = payload;

	of_buf_add_str(&walk->keys, key);
	of_buf_add_str(&walk->keys, value);
	return --walk->left > 0;
}

static void assert_walk(struct place *place, unsigned left, const char *want)
{
	struct walk walk = {{0}, left};

	assert_int_equal(
		of_store_each(place->store, OF_STORE_FOLDER, step, &walk, NULL), OF_OK);
	assert_string_equal(walk.keys.ptr != NULL ? walk.keys.ptr : "", want);
	of_buf_finish(&walk.keys);
}

static void test_each_in_order(void **state)
{
	struct place *place = *state;

	assert_walk(place, 9, "");
	put(place, "b", STR("2"));
	put(place, "\xC3\xA9", STR("4"));
	put(place, "a", STR("1"));
	put(place, "bb", STR("3"));
	assert_walk(place, 9,
		"a1b2bb3\xC3\xA9"
		"4");
	assert_walk(place, 2, "a1b2");
	assert_walk(place, 9,
		"a1b2bb3\xC3\xA9"
		"4");
	assert_int_equal(of_store_clear(place->store, OF_STORE_FOLDER, NULL), OF_OK);
	assert_walk(place, 9, "");
}

static void test_what_is_not_committed_is_not_kept(void **state)
{
	struct place *place = *state;

	put(place, "a", STR("kept"));
	assert_int_equal(of_store_commit(place->store, NULL), OF_OK);
	assert_int_equal(of_store_begin(place->store, NULL), OF_OK);
	put(place, "a", STR("dropped"));
	put(place, "b", STR("dropped"));
	reopen(place);
	assert_value(place, "a", STR("kept"));
	assert_none(place, OF_STORE_FOLDER, "b");
}

/* As another program would do it. */
static void alter(struct place *place, const char *sql)
{
	sqlite3 *db = NULL;

	of_store_close(place->store);
	place->store = NULL;
	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void keep_two(struct place *place)
{
	put(place, "a", STR("12345678 and more"));
	put(place, "b", STR("x"));
	assert_int_equal(of_store_commit(place->store, NULL), OF_OK);
}

static void test_a_checksum_that_does_not_agree(void **state)
{
	static const char *const rows[] = {
		"UPDATE folder SET value = value || x'00'",
		"UPDATE folder SET value = x'00' || value",
		"UPDATE folder SET value = substr(value, 2)",
		"UPDATE folder SET value = substr(value, 1, length(value) - 1)",
		"UPDATE folder SET value = x''",
		"UPDATE folder SET value = 'text'",
		"UPDATE folder SET value = 5",
		"UPDATE folder SET value = zeroblob(100)",
		"UPDATE folder SET value = CAST(upper(value) AS BLOB)",
	};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_buf value = {0};
		struct walk walk = {{0}, 9};
		bool found;

		keep_two(place);
		alter(place, rows[i]);
		assert_int_equal(open_store(place), OF_OK);
		assert_int_equal(of_store_get(place->store, OF_STORE_FOLDER, STR("a"), &value,
					 &found, NULL),
			OF_EINPUT);
		assert_int_equal(
			of_store_each(place->store, OF_STORE_FOLDER, step, &walk, NULL),
			OF_EINPUT);
		of_buf_finish(&value);
		of_buf_finish(&walk.keys);
	}
	assert_int_equal(place->warnings, 0);
}

static void test_begun_anew(void **state)
{
	struct place *place = *state;
	const struct of_reporter reporter = {warn, place, ""};

	keep_two(place);
	assert_int_equal(of_store_begin_anew(place->store, &reporter, NULL), OF_OK);
	assert_int_equal(place->warnings, 1);
	assert_int_equal(access(place->aside, F_OK), 0);
	assert_none(place, OF_STORE_FOLDER, "a");
	put(place, "a", STR("new"));
	assert_int_equal(of_store_commit(place->store, NULL), OF_OK);
	reopen(place);
	assert_value(place, "a", STR("new"));
	assert_int_equal(place->warnings, 1);
}

static void test_another_format(void **state)
{
	struct place *place = *state;

	keep_two(place);
	alter(place, "PRAGMA user_version = 4711");
	assert_int_equal(of_store_open(&place->store, place->folder, NULL, NULL), OF_EINPUT);
	assert_int_equal(access(place->aside, F_OK), -1);
	place->says = "--export-ids";
	assert_int_equal(open_store(place), OF_OK);
	assert_int_equal(place->warnings, 1);
	assert_int_equal(access(place->aside, F_OK), 0);
	assert_none(place, OF_STORE_FOLDER, "a");
}

static void test_other_tables(void **state)
{
	static const char *const rows[] = {"DROP TABLE folder",
		"ALTER TABLE folder RENAME COLUMN value TO worth",
		"DROP TABLE folder; CREATE VIEW folder AS SELECT 1 AS key",
		"CREATE VIEW more AS SELECT 1", "CREATE TABLE more(x)",
		"CREATE INDEX more ON folder(value)",
		"CREATE TRIGGER more AFTER INSERT ON folder BEGIN DELETE FROM setting; END",
		"ALTER TABLE folder ADD COLUMN more AS (length(value))"};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct walk walk = {{0}, 9};

		keep_two(place);
		alter(place, rows[i]);
		assert_int_equal(open_store(place), OF_OK);
		assert_int_equal(place->warnings, i + 1);
		assert_int_equal(
			of_store_each(place->store, OF_STORE_FOLDER, step, &walk, NULL), OF_OK);
		assert_int_equal(walk.keys.len, 0);
		of_buf_finish(&walk.keys);
	}
	assert_int_equal(place->warnings, COUNT(rows));
}

static void test_no_database(void **state)
{
	static const struct of_str rows[] = {STR_INIT("x"), STR_INIT("this is a text\n"),
		STR_INIT("SQLite format 3\0"),
		STR_INIT("SQLite format 3\0 and then nothing of "
			 "what should be there, for a while yet "
			 "and a while more, beyond a header")};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		FILE *file;

		of_store_close(place->store);
		place->store = NULL;
		file = fopen(place->db, "wb");
		assert_non_null(file);
		for (unsigned repeat = 0; repeat < 1000; repeat++)
			fwrite(rows[i].ptr, 1, rows[i].len, file);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(open_store(place), OF_OK);
		assert_int_equal(place->warnings, i + 1);
		put(place, "a", STR("new"));
		assert_value(place, "a", STR("new"));
	}
}

static void test_no_folder(void **state)
{
	struct place *place = *state;
	struct of_store *store = NULL;
	struct of_err err = {0};

	assert_int_equal(of_store_open(&store, "/nonexistent/folder", NULL, &err), OF_EIO);
	assert_null(store);
	assert_true(strlen(err.message) > 0);
	assert_int_equal(of_store_open(&store, place->db, NULL, &err), OF_EIO);
	assert_null(store);
	of_store_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_put_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_values_are_added_to_what_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_is_not_committed_is_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_checksum_that_does_not_agree, setup, teardown),
		cmocka_unit_test_setup_teardown(test_begun_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_format, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_database, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_folder, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
