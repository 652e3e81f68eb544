#include "history_fixture.h"

#include "store/sqlite_schema.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const struct of_history_place nowhere = {.folder = "/nonexistent/folder"};
static const char *const urls[] = {"http://a.org/1", "http://a.org/2", "http://b.org/3"};

static struct of_str read_file(struct place *place, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat info;
	char *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	bytes = of_arena_take(place->arena, 1, (size_t)info.st_size + 1);
	assert_int_equal(fread(bytes, 1, (size_t)info.st_size, file), info.st_size);
	fclose(file);
	return (struct of_str){bytes, (size_t)info.st_size};
}

static void write_file(const char *path, struct of_str bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

static void test_made_and_kept(void **state)
{
	struct place *place = *state;
	char mode[16] = "";
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;

	assert_true(of_history_is_there(&place->where));
	assert_false(of_history_is_there(&nowhere));
	use_all(place, urls, COUNT_OF(urls));
	check_now(place, begin_run(place, NOW), 2, OF_VERDICT_DEAD, NOW);
	place_reopen(place);
	assert_int_equal(link_of(place, 2).past.verdict, OF_VERDICT_DEAD);
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_NONE);
	assert_int_equal(place->warnings, 0);
	assert_int_equal(place_ask(place, "PRAGMA user_version"), OF_HISTORY_VERSION);
	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	snprintf(mode, sizeof(mode), "%s", (const char *)sqlite3_column_text(statement, 0));
	assert_string_equal(mode, "wal");
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void test_verdicts_by_name(void **state)
{
	struct place *place = *state;
	char sql[160];

	assert_int_equal(place_ask(place, "SELECT count(*) FROM verdict"), OF_VERDICT_COUNT);
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
		snprintf(sql, sizeof(sql), "SELECT rot * 2 + ok FROM verdict WHERE word = '%s'",
			of_verdict_name((enum of_verdict)i));
		assert_int_equal(
			place_ask(place, sql), of_verdict_is_rot((enum of_verdict)i) * 2 +
						       of_verdict_is_ok((enum of_verdict)i));
	}
	assert_true(place_ask(place, "SELECT (SELECT max(rank) FROM verdict WHERE rot) <"
				     " (SELECT min(rank) FROM verdict WHERE NOT rot)"));
}

/* As after a crash: what was written last is in the log alone. */
static void leave_in_log(struct place *place, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_true(place_has(place, "audit.db-wal"));
}

static void test_newer_is_left_alone(void **state)
{
	struct place *place = *state;
	struct of_err err = {0};
	struct of_str before, after;

	use_all(place, urls, COUNT_OF(urls));
	place_close(place);
	leave_in_log(place, "PRAGMA user_version = 4711; CREATE TABLE more(x)");
	before = read_file(place, place->db);
	assert_int_equal(place_open(place, &err), OF_ECONFIG);
	assert_null(place->history);
	assert_non_null(strstr(err.message, "newer"));
	assert_string_equal(err.path, place->db);
	after = read_file(place, place->db);
	assert_true(of_str_equal(before, after));
	assert_true(place_has(place, "audit.db-wal"));
	assert_false(place_has(place, "audit.db.corrupt"));
	assert_int_equal(place->warnings, 0);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM more"), 0);
}

/* -- Migration: version 1 as it was made, with a history in it. */

static void make_version_1(struct place *place)
{
	place_close(place);
	unlink(place->db);
	for (const char *const *sql = of_sqlite_steps[0]; *sql != NULL; sql++)
		place_alter(place, *sql);
	place_alter(place,
		"INSERT INTO host VALUES (1, 'a.org', 'a.org');"
		"INSERT INTO item(number, file) VALUES (1, 'a.md');"
		"INSERT INTO run(number, started, ended) VALUES (1, 1000, 1100), (2, 2000, "
		"2100);"
		"INSERT INTO link(number, url, hash, host, kinds, verdict, checks, newest) "
		"VALUES"
		" (1, 'http://a.org/1', 0, 1, 1, 'dead', 2, 3),"
		" (2, 'http://a.org/2', 0, 1, 1, 'alive', 1, 2);"
		"INSERT INTO use VALUES (1, 1, 1, 1, 1, 1, NULL), (1, 2, 2, 1, 1, 1, NULL);"
		"INSERT INTO check_(number, link, run, at, verdict, milliseconds, before) "
		"VALUES"
		" (1, 1, 1, 1001, 'suspect', 5, NULL), (2, 2, 1, 1002, 'alive', 5, NULL),"
		" (3, 1, 2, 2001, 'dead', 5, 1);"
		"PRAGMA user_version = 1");
}

static void test_from_version_1(void **state)
{
	struct place *place = *state;

	make_version_1(place);
	assert_ok(place_open(place, NULL));
	assert_int_equal(place->warnings, 0);
	assert_int_equal(place_ask(place, "PRAGMA user_version"), OF_HISTORY_VERSION);
	assert_int_equal(place_ask(place, "SELECT rot_run FROM link WHERE number = 1"), 2);
	assert_int_equal(
		place_ask(place, "SELECT rot_run IS NULL FROM link WHERE number = 2"), 1);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM capture"), 0);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM rot"), 1);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 3);
	assert_int_equal(link_of(place, 1).past.checks, 2);
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_ALIVE, NOW);
	place_reopen(place);
	assert_int_equal(link_of(place, 1).past.checks, 3);
}

/* What a new one is made of, and what an old one becomes, is the same. */
static void test_versions_meet(void **state)
{
	const char *const sum = "SELECT sum(length(sql) * length(name)) FROM sqlite_schema";
	struct place *place = *state;
	int64_t fresh = place_ask(place, sum);

	make_version_1(place);
	assert_ok(place_open(place, NULL));
	assert_int_equal(place_ask(place, sum), fresh);
}

/* A step that fails half-way leaves nothing of itself. */
static void test_a_step_is_whole(void **state)
{
	struct place *place = *state;

	make_version_1(place);
	place_alter(place, "ALTER TABLE link ADD COLUMN rot_run; CREATE TABLE mine(x)");
	assert_ok(place_open(place, NULL));
	assert_int_equal(place->warnings, 1);
	snprintf(place->db, sizeof(place->db), "%s/audit.db.corrupt", place->folder);
	assert_int_equal(place_ask(place, "PRAGMA user_version"), 1);
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM sqlite_schema WHERE name = 'capture'"),
		0);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 3);
}

/* -- Damage. */

static void test_no_database(void **state)
{
	static const struct of_str rows[] = {
		STR_INIT("this is a text, and no more than that\n"),
		STR_INIT("SQLite format 3\0 and then nothing of what should be there")};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct of_buf bytes = {0};

		place_close(place);
		for (unsigned repeat = 0; repeat < 500; repeat++)
			of_buf_add_str(&bytes, rows[i]);
		write_file(place->db, of_buf_str(&bytes));
		assert_ok(place_open(place, NULL));
		assert_int_equal(place->warnings, i + 1);
		use_all(place, urls, COUNT_OF(urls));
		of_buf_finish(&bytes);
	}
	assert_true(place_has(place, "audit.db.corrupt"));
	assert_true(place_has(place, "audit.db.corrupt.2"));
	assert_non_null(strstr(place->warning, "audit.db.corrupt.2"));
}

/* The log goes with its file: it may hold what people want back. */
static void test_the_log_is_set_aside(void **state)
{
	struct place *place = *state;
	struct of_str log;
	char path[128];

	place_close(place);
	leave_in_log(place, "CREATE TABLE mine(x); INSERT INTO mine VALUES ('what is wanted')");
	snprintf(path, sizeof(path), "%s-wal", place->db);
	log = read_file(place, path);
	write_file(place->db, STR("this is a text, and no more than that\n"));
	assert_ok(place_open(place, NULL));
	assert_int_equal(place->warnings, 1);
	snprintf(path, sizeof(path), "%s.corrupt-wal", place->db);
	assert_true(of_str_equal(read_file(place, path), log));
	use_all(place, urls, COUNT_OF(urls));
	assert_true(place_is_sound(place));
}

static void test_cut_short(void **state)
{
	struct place *place = *state;
	struct of_str bytes;

	use_all(place, urls, COUNT_OF(urls));
	place_close(place);
	bytes = read_file(place, place->db);
	write_file(place->db, of_str_slice(bytes, 0, bytes.len / 2));
	assert_ok(place_open(place, NULL));
	assert_int_equal(place->warnings, 1);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM link"), 0);
}

static void test_tables_that_are_not_ours(void **state)
{
	static const char *const rows[] = {
		"DROP TABLE use", "ALTER TABLE link RENAME COLUMN due TO x"};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		place_close(place);
		place_alter(place, rows[i]);
		assert_ok(place_open(place, NULL));
		assert_int_equal(place->warnings, i + 1);
	}
}

static void break_page(struct place *place, const char *text)
{
	struct of_str bytes = read_file(place, place->db);
	size_t at = of_str_find(bytes, of_str_from(text));
	size_t size = (size_t)place_ask(place, "PRAGMA page_size");
	FILE *file = fopen(place->db, "r+b");

	assert_non_null(file);
	assert_int_not_equal(at, OF_NPOS);
	assert_int_equal(fseek(file, (long)(at / size * size), SEEK_SET), 0);
	assert_int_equal(fwrite("\xff\xff\xff\xff\xff\xff\xff\xff", 1, 8, file), 8);
	assert_int_equal(fclose(file), 0);
}

/* Found in the middle of the work: said, and out of the way for the next run. */
static void test_damage_inside(void **state)
{
	enum { LINKS = 500 };
	struct place *place = *state;
	char text[LINKS][48];
	const char *many[LINKS];
	struct of_link link;
	struct of_err err = {0};

	for (unsigned i = 0; i < LINKS; i++) {
		snprintf(text[i], sizeof(text[i]), "http://a.org/page-%u-of-many", i);
		many[i] = text[i];
	}
	use_all(place, many, LINKS);
	place_close(place);
	break_page(place, text[1]);
	assert_ok(place_open(place, NULL));
	assert_int_equal(place->warnings, 0);
	assert_text(link_of(place, LINKS).url, "http://a.org/page-499-of-many");
	assert_int_equal(
		of_history_get_link(place->history, 2, &link, place->arena, &err), OF_EINPUT);
	assert_non_null(strstr(err.message, "set aside"));
	place_close(place);
	assert_true(place_has(place, "audit.db.corrupt"));
	assert_false(place_has(place, "audit.db"));
	assert_ok(place_open(place, NULL));
	use_all(place, urls, COUNT_OF(urls));
	assert_true(place_is_sound(place));
}

/* -- Trouble that passes. */

static void test_disk_full(void **state)
{
	struct place *place = *state;
	const struct rlimit limit = {64 << 10, RLIM_INFINITY};
	struct rlimit before;
	struct of_err err = {0};
	enum of_status status = OF_OK;
	int64_t run, checks;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (unsigned i = 0; i < 100000 && status == OF_OK; i++) {
		struct of_judgement judgement = judge(place, 1, OF_VERDICT_ALIVE, NOW + i);
		const struct of_observation seen = {.at = NOW + i, .words = STR("words of it")};
		const struct of_check check = {
			.link = 1, .run = run, .seen = &seen, .judgement = &judgement};

		status = of_history_put_check(place->history, &check, &err);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(status, OF_EIO);
	assert_string_equal(err.path, place->db);
	assert_non_null(strstr(err.message, "cannot "));
	assert_false(place_has(place, "audit.db.corrupt"));
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW + DAY);
	place_reopen(place);
	assert_int_equal(place->warnings, 0);
	checks = place_ask(place, "SELECT count(*) FROM check_");
	assert_int_equal(link_of(place, 1).past.checks, checks);
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_DEAD);
	assert_true(place_is_sound(place));
}

static void test_readers_beside_a_writer(void **state)
{
	struct place *place = *state;
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 0); /* of the batch */
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM history", -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	for (unsigned i = 0; i < 3 * OF_HISTORY_BATCH; i++)
		check_now(place, run, 2, OF_VERDICT_ALIVE, NOW + i);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE); /* as it was when asked */
	sqlite3_finalize(statement);
	sqlite3_close(db);
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM check_"), 3 * OF_HISTORY_BATCH + 1);
}

static void test_a_second_one_may_read(void **state)
{
	struct place *place = *state;
	struct of_history *other = NULL;
	struct of_learned learned;
	bool found;

	use_all(place, urls, COUNT_OF(urls));
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_DEAD, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	check_now(place, 1, 1, OF_VERDICT_ALIVE, NOW + 1); /* a batch is open */
	assert_ok(of_history_open(&other, &place->where, NULL, NULL));
	assert_ok(of_history_learned(
		other, STR("http://a.org/1"), &learned, &found, place->arena, NULL));
	assert_true(found);
	assert_int_equal(learned.verdict, OF_VERDICT_DEAD);
	of_history_close(other);
}

static void test_no_folder(void **state)
{
	struct place *place = *state;
	const struct of_history_place no_folder = {.folder = place->db};
	struct of_history *history = NULL;
	struct of_err err = {0};

	assert_int_equal(of_history_open(&history, &nowhere, NULL, &err), OF_EIO);
	assert_null(history);
	assert_int_equal(of_history_open(&history, &no_folder, NULL, &err), OF_EIO);
	assert_null(history);
	of_history_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_made_and_kept),
		TEST(test_verdicts_by_name),
		TEST(test_newer_is_left_alone),
		TEST(test_from_version_1),
		TEST(test_versions_meet),
		TEST(test_a_step_is_whole),
		TEST(test_no_database),
		TEST(test_the_log_is_set_aside),
		TEST(test_cut_short),
		TEST(test_tables_that_are_not_ours),
		TEST(test_damage_inside),
		TEST(test_disk_full),
		TEST(test_readers_beside_a_writer),
		TEST(test_a_second_one_may_read),
		TEST(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
