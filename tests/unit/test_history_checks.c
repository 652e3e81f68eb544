#include "history_fixture.h"

static const char *const urls[] = {"http://a.org/1", "http://a.org/2", "http://b.org/3"};

/* Every field with a value of its own. */
static struct of_past full_past(void)
{
	return (struct of_past){.verdict = OF_VERDICT_SUSPECT,
		.failure = OF_FAILURE_TLS_WRONG_NAME,
		.status = 503,
		.checks = 11,
		.last_checked = NOW + 1,
		.last_ok = NOW + 2,
		.first_failed = NOW + 3,
		.last_failed = NOW + 4,
		.streak = 12,
		.last_counted = NOW + 5,
		.streak_hard = 13,
		.first_hard = NOW + 6,
		.last_hard = NOW + 7,
		.rechecks = 14,
		.since = NOW + 8,
		.signs = 0x55,
		.finding = OF_VERDICT_HIJACKED,
		.finding_seen = 15,
		.finding_first = NOW + 10,
		.finding_last = NOW + 11};
}

static void assert_past(const struct of_past *is, const struct of_past *want)
{
	const unsigned counts[][2] = {{is->verdict, want->verdict},
		{is->failure, want->failure}, {is->status, want->status},
		{is->checks, want->checks}, {is->streak, want->streak},
		{is->streak_hard, want->streak_hard}, {is->rechecks, want->rechecks},
		{is->signs, want->signs}, {is->finding, want->finding},
		{is->finding_seen, want->finding_seen}};
	const int64_t times[][2] = {{is->last_checked, want->last_checked},
		{is->last_ok, want->last_ok}, {is->first_failed, want->first_failed},
		{is->last_failed, want->last_failed}, {is->last_counted, want->last_counted},
		{is->first_hard, want->first_hard}, {is->last_hard, want->last_hard},
		{is->since, want->since}, {is->finding_first, want->finding_first},
		{is->finding_last, want->finding_last}};

	for (size_t i = 0; i < COUNT_OF(counts); i++)
		assert_int_equal(counts[i][0], counts[i][1]);
	for (size_t i = 0; i < COUNT_OF(times); i++)
		assert_int_equal(times[i][0], times[i][1]);
}

static void test_all_of_a_check(void **state)
{
	const struct of_hop hops[] = {
		{301, STR_INIT("https://a.org/1")}, {302, STR_INIT("https://a.org/one")}};
	const struct of_observation seen = {.at = NOW,
		.url = STR_INIT("http://a.org/1"),
		.failure = OF_FAILURE_TLS_WRONG_NAME,
		.status = 503,
		.final_url = STR_INIT("https://a.org/one"),
		.hops = hops,
		.n_hops = 2,
		.words = STR_INIT("the name is not in the certificate"),
		.milliseconds = 321};
	const struct of_judgement judgement = {.verdict = OF_VERDICT_SUSPECT,
		.past = full_past(),
		.due = NOW + 9,
		.suggestion = STR_INIT("https://a.org/uno"),
		.likeness = 0.25};
	struct of_check check = {.link = 1,
		.seen = &seen,
		.judgement = &judgement,
		.etag = STR_INIT("\"e\""),
		.last_modified = STR_INIT("Mon"),
		.print = UINT64_MAX};
	struct place *place = *state;
	struct of_link link;
	struct of_past past;

	use_all(place, urls, COUNT_OF(urls));
	check.run = begin_run(place, NOW);
	assert_ok(of_history_put_check(place->history, &check, NULL));
	place_reopen(place);
	link = link_of(place, 1);
	past = full_past();
	assert_past(&link.past, &past);
	assert_text(link.etag, "\"e\"");
	assert_text(link.last_modified, "Mon");
	assert_true(link.print == UINT64_MAX);
	assert_text(link.final_url, "https://a.org/one");
	assert_int_equal(
		place_ask(place,
			"SELECT count(*) FROM check_ JOIN link ON newest = check_.number WHERE"
			" link = 1 AND run = 1 AND @at = 1700000000 AND check_.verdict = "
			"'suspect'"
			" AND check_.failure = 'tls-wrong-name' AND check_.status = 503 AND"
			" milliseconds = 321 AND check_.final_url IS NULL AND hops ="
			" '301 https://a.org/1\n302 https://a.org/one' AND words"
			" LIKE 'the name is %' AND @due = 1700000009 AND"
			" likeness = 0.25 AND suggestion = 'https://a.org/uno'"),
		1);
	assert_int_equal(
		place_ask_either(place, "SELECT count(*) FROM check_ WHERE before IS NULL",
			"SELECT count(*) FROM check_"),
		1);
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM link WHERE newest IS NOT NULL"), 1);
}

static void test_zeroes(void **state)
{
	struct place *place = *state;
	struct of_observation seen = {.at = NOW, .url = STR("http://a.org/1")};
	const struct of_judgement judgement = {.verdict = OF_VERDICT_BLOCKED, .likeness = -1};
	struct of_check check = {.link = 1, .seen = &seen, .judgement = &judgement};
	const struct of_past none = {0};
	struct of_link link;

	use_all(place, urls, COUNT_OF(urls));
	check.run = begin_run(place, NOW);
	assert_ok(of_history_put_check(place->history, &check, NULL));
	link = link_of(place, 1);
	assert_past(&link.past, &none);
	assert_int_equal(link.final_url.len, 0);
	assert_int_equal(link.etag.len, 0);
	assert_true(link.print == 0);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(
		place_ask(place, "SELECT last_ok IS NULL AND likeness IS NULL AND etag IS NULL"
				 " AND final_url IS NULL FROM link WHERE number = 1"),
		1);
}

/* A page that is as it was says neither what it is nor, at times, its tags. */
static void test_not_modified(void **state)
{
	struct place *place = *state;
	struct of_observation seen = {.at = NOW, .url = STR("http://a.org/1")};
	const struct of_judgement judgement = {.verdict = OF_VERDICT_ALIVE, .likeness = -1};
	struct of_check check = {.link = 1,
		.seen = &seen,
		.judgement = &judgement,
		.etag = STR("e"),
		.last_modified = STR("m"),
		.print = 5};
	struct of_link link;

	use_all(place, urls, COUNT_OF(urls));
	check.run = begin_run(place, NOW);
	assert_ok(of_history_put_check(place->history, &check, NULL));
	check.etag = check.last_modified = STR("");
	check.print = 0;
	seen.not_modified = true;
	assert_ok(of_history_put_check(place->history, &check, NULL));
	link = link_of(place, 1);
	assert_text(link.etag, "e");
	assert_text(link.last_modified, "m");
	assert_true(link.print == 5);
	seen.not_modified = false;
	assert_ok(of_history_put_check(place->history, &check, NULL));
	link = link_of(place, 1);
	assert_int_equal(link.etag.len, 0);
	assert_int_equal(link.last_modified.len, 0);
}

/* What get_link left is not taken for what is there when another link took its place. */
static void test_many_under_way(void **state)
{
	enum { LINKS = 2100 }; /* more than are kept in mind, twice over */
	struct place *place = *state;
	char(*text)[48] = of_arena_take(place->arena, LINKS, sizeof(*text));
	const char **many = of_arena_take(place->arena, LINKS, sizeof(*many));
	int64_t run;

	for (unsigned i = 0; i < LINKS; i++) {
		snprintf(text[i], sizeof(text[i]), "http://a.org/%u", i);
		many[i] = text[i];
	}
	use_all(place, many, LINKS);
	for (unsigned round = 0; round < 2; round++) {
		run = begin_run(place, NOW + round);
		for (unsigned i = 0; i < LINKS; i++)
			link_of(place, i + 1);
		for (unsigned i = 0; i < LINKS; i++) {
			const struct of_page page = {
				.title = STR("A title"), .published = OF_TIME_NONE};
			const struct of_judgement judgement = {.verdict = OF_VERDICT_ALIVE};
			const struct of_observation seen = {
				.at = NOW + round, .status = 200, .page = &page};
			const struct of_check check = {.link = i + 1,
				.run = run,
				.seen = &seen,
				.judgement = &judgement};

			assert_ok(of_history_put_check(place->history, &check, NULL));
		}
	}
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask_either(place,
				 "SELECT count(*) FROM check_ AS last JOIN check_ AS former"
				 " ON former.number = last.before AND former.link = last.link"
				 " JOIN link ON newest = last.number",
				 "SELECT count(*) FROM link JOIN (SELECT link, count(*) AS n,"
				 " max(number) AS last FROM check_ GROUP BY link) c"
				 " ON c.link = link.number WHERE newest = last AND n = 2"),
		LINKS);
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM page WHERE @changed = 1700000000"),
		LINKS);
}

static void test_each_word(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	for (unsigned i = 0; i < OF_FAILURE_COUNT; i++) {
		struct of_judgement judgement = {
			.verdict = (enum of_verdict)(i % OF_VERDICT_COUNT)};
		const struct of_observation seen = {
			.at = NOW, .failure = (enum of_failure)i, .url = STR("http://a.org/1")};
		const struct of_check check = {
			.link = 1, .run = run, .seen = &seen, .judgement = &judgement};

		judgement.past.verdict = judgement.verdict;
		judgement.past.failure = seen.failure;
		assert_ok(of_history_put_check(place->history, &check, NULL));
		assert_int_equal(link_of(place, 1).past.verdict, judgement.verdict);
		assert_int_equal(link_of(place, 1).past.failure, i);
	}
	assert_ok(of_history_flush(place->history, NULL));
	place_alter(place, "UPDATE link SET verdict = 'strange', failure = 'strange'");
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_NONE);
	assert_int_equal(link_of(place, 1).past.failure, OF_FAILURE_OTHER);
}

/* -- Batches. */

static void test_batches(void **state)
{
	enum { LINKS = 500 };
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
	for (unsigned i = 0; i < OF_HISTORY_BATCH - 1; i++)
		check_now(place, run, 1 + i % LINKS, OF_VERDICT_ALIVE, NOW);
	assert_in_range(
		place_ask(place, "SELECT count(*) FROM check_"), 0, OF_HISTORY_BATCH - 1);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	for (unsigned i = 0; i < OF_HISTORY_BATCH; i++)
		check_now(place, run, 1 + i % LINKS, OF_VERDICT_ALIVE, NOW);
	assert_in_range(place_ask(place, "SELECT count(*) FROM check_"), OF_HISTORY_BATCH + 1,
		2 * OF_HISTORY_BATCH);
	assert_ok(of_history_flush(place->history, NULL));
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 2 * OF_HISTORY_BATCH);
}

static void test_a_second(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	usleep(1050000);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM check_"), 2);
}

static void test_runs(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM run WHERE ended IS NULL"), 1);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW);
	assert_ok(of_history_end_run(place->history, run, NOW + 60, false, NULL));
	run = begin_run(place, NOW + DAY);
	assert_int_equal(run, 2);
	end_run(place, run, NOW + DAY + 5);
	assert_int_equal(place_ask(place, "SELECT checks FROM run WHERE number = 1 AND"
					  " @started = 1700000000 AND @ended = 1700000060"
					  " AND NOT complete"),
		2);
	assert_int_equal(place_ask(place, "SELECT complete FROM run WHERE number = 2"), 1);
}

static void test_revise(void **state)
{
	struct place *place = *state;
	struct of_judgement judgement;
	struct of_err err = {0};

	use_all(place, urls, COUNT_OF(urls));
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_ALIVE, NOW);
	check_now(place, begin_run(place, NOW + DAY), 1, OF_VERDICT_ALIVE, NOW + DAY);
	judgement = judge(place, 1, OF_VERDICT_SOFT_404, NOW + DAY);
	judgement.past.signs = OF_SIGN_SHARED;
	judgement.likeness = 0.25;
	assert_ok(of_history_revise(place->history, 1, &judgement, NULL));
	judgement.likeness = -1; /* not compared again */
	assert_ok(of_history_revise(place->history, 1, &judgement, NULL));
	assert_int_equal(of_history_revise(place->history, 2, &judgement, &err), OF_EINPUT);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(
		place_ask(place, "SELECT sum(number) FROM check_ WHERE verdict = 'soft-404'"),
		2);
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_SOFT_404);
	assert_int_equal(link_of(place, 1).past.signs, OF_SIGN_SHARED);
	assert_int_equal(place_ask(place, "SELECT 4 * likeness FROM link WHERE number = 1"), 1);
	assert_int_equal(
		place_ask_either(place, "SELECT rot_run = 2 FROM link WHERE number = 1",
			"SELECT @rot_since = 1700086400 FROM link WHERE number = 1"),
		1);
	judgement = judge(place, 1, OF_VERDICT_ALIVE, NOW + DAY);
	assert_ok(of_history_revise(place->history, 1, &judgement, NULL));
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(
		place_ask_either(place, "SELECT rot_run IS NULL FROM link WHERE number = 1",
			"SELECT rot_since IS NULL FROM link WHERE number = 1"),
		1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_of_a_check),
		TEST(test_zeroes),
		TEST(test_not_modified),
		TEST(test_many_under_way),
		TEST(test_each_word),
		TEST(test_batches),
		TEST(test_a_second),
		TEST(test_runs),
		TEST(test_revise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
