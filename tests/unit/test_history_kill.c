/* A writer that is killed at any moment: the history is sound, and lost at most a batch. */
#include "history_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#define KILLS 30
#define LINKS 300

/* What the writer had done when it was killed: checks put, and swaps of uses ended. */
struct done {
	int64_t checks, swaps;
};

static void add_uses(struct of_history *history, int64_t round)
{
	char file[32], url[64];

	if (of_history_begin_uses(history, NULL) != OF_OK)
		_exit(2);
	for (unsigned i = 0; i < LINKS; i++) {
		struct of_use use;

		/* a tenth of them changes with each round */
		snprintf(file, sizeof(file), "%u.md", i);
		snprintf(url, sizeof(url), "http://h%u.org/%u", i % 9, i);
		use = use_of(file, url, OF_LINK_KIND_SOURCE);
		use.line = i % 10 == 0 ? (unsigned)round + 2 : 1;
		if (of_history_add_use(history, &use, NULL) != OF_OK)
			_exit(2);
	}
	if (of_history_end_uses(history, NULL) != OF_OK)
		_exit(2);
}

static void put(struct of_history *history, int64_t run, int64_t link, struct of_arena *arena)
{
	struct of_judgement judgement = {.verdict = OF_VERDICT_ALIVE, .likeness = -1};
	const struct of_page page = {.title = STR_INIT("A page"), .published = OF_TIME_NONE};
	struct of_observation seen = {.at = NOW, .status = 200, .page = &page};
	const struct of_check check = {
		.link = link, .run = run, .seen = &seen, .judgement = &judgement};
	struct of_link row;

	of_arena_clear(arena);
	if (of_history_get_link(history, link, &row, arena, NULL) != OF_OK)
		_exit(2);
	seen.url = seen.final_url = row.url;
	judgement.past = row.past;
	judgement.past.checks++;
	if (of_history_put_check(history, &check, NULL) != OF_OK)
		_exit(2);
}

/* By turns mostly checks, several batches of them, and mostly uses. */
static void work(const struct place *place, int64_t round, int out)
{
	const unsigned checks = round % 2 == 0 ? 20 * OF_HISTORY_BATCH : 100;
	struct of_history *history;
	struct of_arena *arena = of_arena_new();
	struct done done = {0};
	int64_t run;

	if (of_history_open(&history, &place->where, NULL, NULL) != OF_OK)
		_exit(2);
	for (;;) {
		add_uses(history, round * 1000 + done.swaps);
		done.swaps++;
		if (write(out, &done, sizeof(done)) != sizeof(done) ||
			of_history_begin_run(history, NOW, &run, NULL) != OF_OK)
			_exit(2);
		for (unsigned i = 0; i < checks; i++) {
			put(history, run, 1 + (i * 7) % LINKS, arena);
			done.checks++;
			if (write(out, &done, sizeof(done)) != sizeof(done))
				_exit(2);
		}
	}
}

#define ALIVE "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'outfeed'"

/* Lets a child work for a while; what it said last. */
static struct done kill_one(const struct place *place, int64_t round, useconds_t after)
{
	struct done done = {0}, next;
	int ends[2], status;
	pid_t child;
	bool killed = false;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		work(place, round, ends[1]);
	}
	close(ends[1]);
	/* it counts from the first word: how long opening takes depends on the machine */
	while (read(ends[0], &next, sizeof(next)) == sizeof(next)) {
		done = next;
		if (!killed) {
			killed = true;
			usleep(after);
			assert_int_equal(kill(child, SIGKILL), 0);
		}
	}
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	/* what a server has got of a batch is written or not, but not yet */
	while (place_is_postgres(place) && place_ask(place, ALIVE) > 0)
		usleep(1000);
	return done;
}

static void assert_whole(struct place *place)
{
	assert_true(place_is_sound(place));
	assert_int_equal(place_ask(place, "SELECT (SELECT sum(checks) FROM link) -"
					  " (SELECT count(*) FROM check_)"),
		0);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM link WHERE checks > 0 AND"
					  " newest <> (SELECT max(check_.number) FROM check_"
					  " WHERE check_.link = link.number)"),
		0);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), LINKS);
	/* all files are of one swap */
	assert_int_equal(
		place_ask(place, "SELECT count(DISTINCT line) FROM use WHERE line > 1"), 1);
}

static void test_killed(void **state)
{
	struct place *place = *state;
	int64_t before = 0;

	place_close(place);
	for (unsigned i = 0; i < KILLS; i++) {
		/* spread, and not the same for each run of the test's machine */
		const struct done done = kill_one(place, i, (useconds_t)(i * i * 331 % 90000));
		int64_t kept = place_ask(place, "SELECT count(*) FROM check_") - before;

		assert_true(kept >= done.checks - OF_HISTORY_BATCH);
		/* it may have put one more than it said */
		assert_true(kept <= done.checks + 1);
		assert_whole(place);
		before += kept;
	}
	assert_true(before > 0);
	assert_ok(place_open(place, NULL));
	assert_int_equal(place->warnings, 0);
}

/* Killed while the first database is made. */
static void test_killed_at_the_beginning(void **state)
{
	struct place *place = *state;

	for (unsigned i = 0; i < 12; i++) {
		pid_t child;
		int status;

		place_close(place);
		place_forget(place);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct of_history *history;

			if (of_history_open(&history, &place->where, NULL, NULL) != OF_OK)
				_exit(2);
			_exit(0);
		}
		usleep(i * 300);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
		assert_ok(place_open(place, NULL));
		assert_int_equal(place->warnings, 0);
		assert_true(place_is_sound(place));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_killed),
		TEST(test_killed_at_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
