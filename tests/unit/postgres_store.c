/*
 * What a history is in PostgreSQL alone: fences, a database that goes away, months,
 * many who plan. tests/net/test_postgres.py starts the server, and says by
 * OUTFEED_TEST_STOP and OUTFEED_TEST_START how to stop and start it.
 */
#include "history_fixture.h"

#include "store/postgres_batch.h"
#include <signal.h>
#include <sys/wait.h>

static const char *const urls[] = {"http://a.org/1", "http://b.org/2", "http://a.org/3"};

static struct of_postgres *pg_of(struct place *place)
{
	return of_postgres_of(place->history);
}

static void run_command(const char *name)
{
	const char *command = getenv(name);

	assert_non_null(command);
	assert_int_equal(system(command), 0);
}

/* -- Fences */

struct lease {
	int64_t epoch;
	bool held;
};

static bool tell_epoch(void *payload, int64_t domain, int64_t *epoch)
{
	const struct lease *lease = payload;

	assert_true(domain > 0);
	*epoch = lease->epoch;
	return lease->held;
}

static void test_fence(void **state)
{
	struct place *place = *state;
	struct lease lease = {7, true};
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	place_alter(place, "UPDATE domain SET epoch = 7");
	run = begin_run(place, NOW);
	of_pg_fence(pg_of(place), tell_epoch, &lease);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW);
	/* what was put counts by the lease it was put under; b.org was taken meanwhile */
	place_ask_postgres(place, "UPDATE domain SET epoch = 8 WHERE name = 'b.org'");
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT sum(link) FROM check_"), 1);
	assert_int_equal(place_ask(place, "SELECT sum(checks) FROM link"), 1);
	assert_int_equal(of_history_refused(place->history), 1);
	assert_int_equal(place->warnings, 1);
	lease.held = false;
	check_now(place, run, 3, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 1);
	assert_int_equal(of_history_refused(place->history), 2);
	assert_int_equal(place->warnings, 1);
}

/* A revision is of the check that it knows of, or of none. */
static void test_revision_of_another_check(void **state)
{
	struct place *place = *state;
	struct of_judgement judgement;

	use_all(place, urls, COUNT_OF(urls));
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	judgement = judge(place, 1, OF_VERDICT_SOFT_404, NOW);
	place_ask_postgres(place, "UPDATE link SET last_checked = now() WHERE number = 1");
	assert_ok(of_history_revise(place->history, 1, &judgement, NULL));
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(of_history_refused(place->history), 1);
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM link WHERE verdict = 'soft-404'"), 0);
}

/* -- Trouble */

static void test_gone_and_back(void **state)
{
	enum { LINKS = 60 };
	struct place *place = *state;
	char many[LINKS][32];
	const char *pointers[LINKS];
	int64_t run;

	for (unsigned i = 0; i < LINKS; i++) {
		snprintf(many[i], sizeof(many[i]), "http://a.org/%u", i);
		pointers[i] = many[i];
	}
	use_all(place, pointers, LINKS);
	run = begin_run(place, NOW);
	for (unsigned i = 1; i <= LINKS; i++)
		(void)link_of(place, i);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	run_command("OUTFEED_TEST_STOP");
	for (unsigned i = 2; i <= LINKS; i++)
		check_now(place, run, i, OF_VERDICT_ALIVE, NOW);
	/* neither fails, nor waits, nor forgets */
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(of_history_health(place->history), OF_HISTORY_GONE);
	assert_int_equal(place->warnings, 1);
	assert_non_null(strstr(place->warning, "kept in memory"));
	assert_int_equal(link_of(place, LINKS).past.checks, 1);
	assert_int_equal(of_history_settle(place->history, 300, NULL), OF_EIO);
	run_command("OUTFEED_TEST_START");
	assert_ok(of_history_settle(place->history, 20000, NULL));
	assert_int_equal(of_history_health(place->history), OF_HISTORY_FINE);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), LINKS);
	assert_int_equal(place_ask(place, "SELECT count(DISTINCT link) FROM check_"), LINKS);
	assert_int_equal(place->warnings, 1);
	end_run(place, run, NOW);
	assert_int_equal(place_ask(place, "SELECT checks FROM run"), LINKS);
}

static void test_bound(void **state)
{
	struct place *place = *state;
	struct of_err err = {0};
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	(void)link_of(place, 1);
	run_command("OUTFEED_TEST_STOP");
	for (unsigned i = 0; i < OF_PG_MOST_CHECKS; i++)
		check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_int_equal(of_history_health(place->history), OF_HISTORY_FULL);
	assert_int_equal(of_history_settle(place->history, 0, &err), OF_EIO);
	assert_non_null(strstr(err.message, "20000 checks"));
	run_command("OUTFEED_TEST_START");
	assert_ok(of_history_settle(place->history, 20000, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), OF_PG_MOST_CHECKS);
}

/* A commit that nobody heard of: the same batch again writes nothing. */
static void test_not_twice(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	pg_of(place)->batch->number--;
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 1);
	assert_int_equal(of_history_refused(place->history), 0);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 2);
}

/* Who served us is frozen with our batch in hand, and goes on when it was written by another.
 */
static void test_frozen(void **state)
{
	struct place *place = *state;
	pid_t server;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW);
	server = PQbackendPID(pg_of(place)->connection);
	assert_int_equal(kill(server, SIGSTOP), 0);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 1);
	assert_ok(of_history_settle(place->history, 10000, NULL));
	assert_int_equal(kill(server, SIGCONT), 0);
	while (kill(server, 0) == 0)
		usleep(10000);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 2);
	assert_int_equal(place_ask(place, "SELECT max(checks) FROM link"), 1);
	assert_int_equal(place->warnings, 1);
}

/* A connection that is cut while nothing happens. */
static void test_cut(void **state)
{
	struct place *place = *state;
	struct of_link link;

	use_all(place, urls, COUNT_OF(urls));
	place_ask_postgres(place, "SELECT count(pg_terminate_backend(pid)) FROM"
				  " pg_stat_activity WHERE application_name = 'outfeed'");
	usleep(50000);
	assert_ok(of_history_get_link(place->history, 2, &link, place->arena, NULL));
	assert_text(link.url, "http://b.org/2");
	assert_int_equal(place->warnings, 1);
}

static void test_months(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW + 40 * DAY);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_2023_11"), 1);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_2023_12"), 1);
	place_ask_postgres(place, "DROP TABLE check_2023_11");
	check_now(place, run, 3, OF_VERDICT_ALIVE, NOW);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW + 41 * DAY);
	assert_ok(of_history_settle(place->history, 5000, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_2023_11"), 1);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 3);
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_DEAD);
	assert_int_equal(place->warnings, 0);
}

/* -- What servers send, and what people write. */

static void test_unclean_text(void **state)
{
	struct place *place = *state;
	struct of_judgement judgement = {.verdict = OF_VERDICT_ALIVE, .likeness = -1};
	struct of_observation seen = {.at = NOW,
		.url = STR("http://a.org/1"),
		.final_url = STR("http://a.org/\xff\"{},\\"),
		.words = STR("a\0b\xc0\x80 \"quoted\" \\ {1,NULL}"),
		.status = 200,
		.milliseconds = UINT32_MAX};
	struct of_check check = {.link = 1, .seen = &seen, .judgement = &judgement};
	struct of_use use = use_of("a\\\tb\n.md", "http://a.org/1", OF_LINK_KIND_SOURCE);

	begin_uses(place);
	use.item_title = STR("\xfe\\N\t\n\\.");
	add_use(place, &use);
	use.url = STR("http://x/2");
	use.host = STR("NULL");
	use.field = STR("\\N");
	add_use(place, &use);
	end_uses(place);
	check.run = begin_run(place, NOW);
	check.etag = STR("\"\xe9\"");
	check.last_modified = STR("NULL");
	assert_ok(of_history_put_check(place->history, &check, NULL));
	place_reopen(place);
	assert_int_equal(link_of(place, 1).etag.len, 0);
	assert_text(link_of(place, 1).last_modified, "NULL");
	assert_text(link_of(place, 1).final_url, "http://a.org/\xef\xbf\xbd\"{},\\");
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use WHERE field = '\\N'"), 1);
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM item WHERE file = E'a\\\\\\tb\\n.md'"),
		1);
	assert_true(place_is_sound(place));
}

static void test_refused_stores(void **state)
{
	static const struct {
		const char *sql, *store, *words;
		enum of_status status;
	} rows[] = {
		{"UPDATE outfeed.version SET number = 4711", NULL, "newer", OF_ECONFIG},
		{NULL, "postgresql://u:sesame@127.0.0.1:1/x", "cannot reach", OF_EIO},
		{NULL, "postgresql://u:sesame@h/x?sesame=%zz", "no URL", OF_ECONFIG},
	};
	struct place *place = *state;

	place_close(place);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct of_history_place where = place->where;
		struct of_history *history = NULL;
		struct of_err err = {0};

		if (rows[i].sql != NULL)
			place_ask_postgres(place, rows[i].sql);
		if (rows[i].store != NULL)
			where.store = of_str_from(rows[i].store);
		assert_int_equal(
			of_history_open_to_read(&history, &where, &err), rows[i].status);
		assert_null(history);
		assert_non_null(strstr(err.message, rows[i].words));
		assert_null(strstr(err.message, "sesame"));
		assert_null(strstr(err.path, "sesame"));
	}
	assert_int_equal(place_open(place, NULL), OF_ECONFIG);
	assert_int_equal(place_ask(place, "SELECT number FROM version"), 4711);
}

/* -- Many sites */

static struct place another_site(const struct place *place)
{
	struct place other = *place;

	other.history = NULL;
	other.where.site = STR("https://another.example/");
	return other;
}

static void test_two_sites(void **state)
{
	static const char *const others[] = {"http://b.org/2", "http://c.org/9"};
	struct place *place = *state, other = another_site(place);
	struct of_totals sums;
	int64_t run;

	assert_ok(place_open(&other, NULL));
	use_all(place, urls, COUNT_OF(urls));
	use_all(&other, others, COUNT_OF(others));
	run = begin_run(place, NOW);
	check_now(place, run, 2, OF_VERDICT_DEAD, NOW);
	end_run(place, run, NOW + 1);
	/* what is known of a link is for all; what is used, and what is news, of a site */
	assert_int_equal(link_of(&other, 2).past.verdict, OF_VERDICT_DEAD);
	assert_ok(of_history_totals(other.history, &sums, NULL));
	assert_int_equal(sums.links, 2);
	assert_int_equal(sums.uses, 2);
	assert_int_equal(sums.rot, 1);
	assert_int_equal(sums.new_rot, 1);
	begin_uses(place);
	end_uses(place);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM link WHERE kinds <> 0"), 2);
	assert_ok(of_history_totals(place->history, &sums, NULL));
	assert_int_equal(sums.links, 0);
	assert_int_equal(link_of(&other, 2).kinds, OF_LINK_KIND_SOURCE);
	assert_true(place_is_sound(place));
	place_close(&other);
}

/* Each plans other uses of the same links, again and again, at once. */
static void plan(struct place *place, unsigned seed)
{
	for (unsigned round = 0; round < 8; round++) {
		if (place_open(place, NULL) != OF_OK)
			_exit(2);
		begin_uses(place);
		for (unsigned i = 0; i < 120; i++) {
			unsigned n = (i * (seed + 3) + round * 17) % 150;
			char file[32], url[64];
			struct of_use use;

			snprintf(file, sizeof(file), "%u.md", i / 2);
			snprintf(url, sizeof(url), "http://h%u.org/%u", n % 20, n);
			use = use_of(file, url, 1U << n % 5);
			add_use(place, &use);
		}
		end_uses(place);
		place_close(place);
	}
	_exit(0);
}

static void test_planners_at_once(void **state)
{
	struct place *place = *state;
	pid_t children[4];
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	for (unsigned i = 0; i < COUNT_OF(children); i++) {
		struct place other = i % 2 == 0 ? *place : another_site(place);

		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			other.history = NULL;
			plan(&other, i);
		}
	}
	/* checks go on meanwhile */
	for (unsigned i = 0; i < 200; i++) {
		check_now(place, run, 1 + i % 3, OF_VERDICT_ALIVE, NOW);
		assert_ok(of_history_flush(place->history, NULL));
	}
	for (unsigned i = 0; i < COUNT_OF(children); i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_ok(of_history_settle(place->history, 5000, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 200);
	assert_true(place_is_sound(place));
}

/* The clock is the database's: what is told is how far it is away. */
static void test_clock(void **state)
{
	struct place *place = *state;

	assert_in_range(of_history_clock(place->history) + 2000, 0, 4000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fence),
		TEST(test_revision_of_another_check),
		TEST(test_gone_and_back),
		TEST(test_bound),
		TEST(test_not_twice),
		TEST(test_frozen),
		TEST(test_cut),
		TEST(test_months),
		TEST(test_unclean_text),
		TEST(test_refused_stores),
		TEST(test_two_sites),
		TEST(test_planners_at_once),
		TEST(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
