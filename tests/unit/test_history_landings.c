#include "history_fixture.h"

/* -- Shared landings. */

static bool add_link(int64_t link, void *payload)
{
	of_buf_add_format(payload, "%lld ", (long long)link);
	return true;
}

static void assert_shared(struct place *place, int64_t run, unsigned least, const char *want)
{
	struct of_buf out = {0};

	assert_ok(of_history_each_shared(place->history, run, least, add_link, &out, NULL));
	assert_string_equal(out.ptr != NULL ? out.ptr : "", want);
	of_buf_finish(&out);
}

static void test_shared(void **state)
{
	static const char *const many[] = {"http://a.org/1", "http://www.a.org/2",
		"http://w.a.org/3?x=1", "http://a.org/4", "http://b.org/5", "http://a.org/6"};
	struct place *place = *state;
	int64_t run;

	use_all(place, many, COUNT_OF(many));
	run = begin_run(place, NOW);
	check_at(place, run, 1, OF_VERDICT_REDIRECTED, NOW, "http://a.org/");
	check_at(place, run, 2, OF_VERDICT_REDIRECTED, NOW, "http://a.org/");
	check_at(place, run, 4, OF_VERDICT_REDIRECTED, NOW, "http://a.org/other");
	check_at(place, run, 5, OF_VERDICT_REDIRECTED, NOW, "http://a.org/");
	check_at(place, run, 6, OF_VERDICT_DEAD, NOW, "http://a.org/");
	assert_shared(place, run, 3, "");
	assert_shared(place, run, 2, "1 2 ");
	assert_shared(place, run, 1, "1 2 4 5 ");
	run = begin_run(place, NOW + 59 * DAY); /* the third of them comes later */
	check_at(place, run, 3, OF_VERDICT_REDIRECTED, NOW + 59 * DAY, "http://a.org/");
	assert_shared(place, run, 3, "3 ");
	assert_shared(place, run - 1, 3, "1 2 ");
	run = begin_run(place, NOW + 61 * DAY); /* too late: the others are old */
	check_at(place, run, 3, OF_VERDICT_REDIRECTED, NOW + 61 * DAY, "http://a.org/");
	assert_shared(place, run, 3, "");
}

/* The same page by other names is no landing, and one URL in two spellings no second one. */
static void test_alike(void **state)
{
	static const char *const many[] = {"http://a.org/p", "http://www.a.org/p/",
		"http://a.org/p?utm=1", "http://a.org/q", "http://www.a.org/q/",
		"https://a.org/q", "http://a.org/r"};
	struct place *place = *state;
	int64_t run;

	use_all(place, many, COUNT_OF(many));
	run = begin_run(place, NOW);
	for (unsigned i = 0; i < COUNT_OF(many); i++)
		check_at(place, run, i + 1, OF_VERDICT_REDIRECTED, NOW, "https://a.org/p");
	assert_shared(place, run, 3, "");
	assert_shared(place, run, 2, "4 5 6 7 ");
}

/* -- Where a domain's links lead. */

struct landings {
	struct of_buf out;
	unsigned most;
};

static bool add_landing(int64_t link, struct of_str final_url, unsigned signs, void *payload)
{
	struct landings *landings = payload;

	of_buf_add_format(&landings->out, "%lld:%.*s:%u ", (long long)link, (int)final_url.len,
		final_url.ptr, signs);
	return --landings->most > 0;
}

static void assert_landings(
	struct place *place, const char *domain, unsigned most, const char *want)
{
	struct landings landings = {.most = most};

	assert_ok(of_history_each_landing(
		place->history, of_str_from(domain), add_landing, &landings, NULL));
	assert_string_equal(landings.out.ptr != NULL ? landings.out.ptr : "", want);
	of_buf_finish(&landings.out);
}

static void test_landings(void **state)
{
	static const char *const many[] = {"http://a.org/1", "http://www.a.org/2",
		"http://a.org/3", "http://a.org/4", "http://b.org/5", "http://a.org/6"};
	struct place *place = *state;
	int64_t run;

	use_all(place, many, COUNT_OF(many));
	run = begin_run(place, NOW);
	assert_landings(place, "a.org", 9, "");
	check_at(place, run, 6, OF_VERDICT_REDIRECTED, NOW, "http://n.org/6");
	check_at(place, run, 1, OF_VERDICT_MOVED, NOW, "http://n.org/1");
	check_at(place, run, 2, OF_VERDICT_MOVED, NOW, "http://n.org/2");
	check_at(place, run, 3, OF_VERDICT_SUSPECT, NOW, "http://n.org/3");
	check_now(place, run, 4, OF_VERDICT_ALIVE, NOW);
	check_at(place, run, 5, OF_VERDICT_MOVED, NOW, "http://n.org/5");
	assert_landings(
		place, "a.org", 9, "1:http://n.org/1:0 2:http://n.org/2:0 6:http://n.org/6:0 ");
	assert_landings(place, "a.org", 2, "1:http://n.org/1:0 2:http://n.org/2:0 ");
	assert_landings(place, "b.org", 9, "5:http://n.org/5:0 ");
	assert_landings(place, "org", 9, "");
	assert_ok(of_history_flush(place->history, NULL));
	for (unsigned bit = 0; bit < 8; bit++) {
		char sql[64];
		const unsigned soft = OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND |
				      OF_SIGN_SHARED | OF_SIGN_SIBLING;
		char want[64] = "";

		snprintf(sql, sizeof(sql), "UPDATE link SET signs = %u WHERE number = 5",
			1U << bit);
		if ((1U << bit & soft) == 0)
			snprintf(want, sizeof(want), "5:http://n.org/5:%u ", 1U << bit);
		place_alter(place, sql);
		assert_landings(place, "b.org", 9, want);
	}
	/* what it leads to now counts, and only while it is used */
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW + 1);
	check_at(place, run, 2, OF_VERDICT_DEAD, NOW + 1, "http://n.org/2");
	assert_landings(place, "a.org", 9, "6:http://n.org/6:0 ");
	use_all(place, many, 5);
	assert_landings(place, "a.org", 9, "");
}

struct revising {
	struct place *place;
	unsigned n;
};

static bool revise_it(int64_t link, void *payload)
{
	struct revising *revising = payload;
	const struct of_judgement judgement =
		judge(revising->place, link, OF_VERDICT_SOFT_404, NOW);

	assert_ok(of_history_revise(revising->place->history, link, &judgement, NULL));
	revising->n++;
	return true;
}

/* What a callback writes, over several batches, does not disturb the walk. */
static void test_writing_in_a_walk(void **state)
{
	enum { LINKS = 3 * OF_HISTORY_BATCH };
	struct place *place = *state;
	struct revising revising = {.place = place};
	char(*text)[48] = of_arena_take(place->arena, LINKS, sizeof(*text));
	const char **many = of_arena_take(place->arena, LINKS, sizeof(*many));
	int64_t run;

	for (unsigned i = 0; i < LINKS; i++) {
		snprintf(text[i], sizeof(text[i]), "http://a.org/%u", i);
		many[i] = text[i];
	}
	use_all(place, many, LINKS);
	run = begin_run(place, NOW);
	for (unsigned i = 0; i < LINKS; i++)
		check_at(place, run, i + 1, OF_VERDICT_REDIRECTED, NOW, "http://a.org/");
	assert_ok(of_history_each_shared(place->history, run, 5, revise_it, &revising, NULL));
	assert_int_equal(revising.n, LINKS);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(
		place_ask(place, "SELECT count(*) FROM check_ WHERE verdict = 'soft-404'"),
		LINKS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shared),
		TEST(test_alike),
		TEST(test_landings),
		TEST(test_writing_in_a_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
