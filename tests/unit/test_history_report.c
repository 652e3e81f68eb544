#include "history_fixture.h"

struct seen {
	struct of_buf links; /* "number:verdict[*] " */
	struct of_buf more;  /* of the link that is asked for */
	int64_t wanted;
	unsigned left;
	struct of_totals sums;
};

static void describe(struct of_buf *out, const struct of_report_link *link)
{
	for (size_t i = 0; i < link->n_uses; i++) {
		const struct of_report_use *use = &link->uses[i];

		of_buf_add_format(out, "%.*s:%u:%u %u ", (int)use->file.len, use->file.ptr,
			use->line, use->column, use->kind);
		of_buf_add_str(out, use->item_title);
		of_buf_add_text(out, "; ");
	}
	for (size_t i = 0; i < link->n_checks; i++) {
		const struct of_report_check *check = &link->checks[i];

		of_buf_add_format(out, "%lld %s %s %u %u ", (long long)(check->at - NOW),
			of_verdict_name(check->verdict), of_failure_name(check->failure),
			check->status, check->milliseconds);
		of_buf_add_str(out, check->final_url);
		for (size_t j = 0; j < check->n_hops; j++) {
			of_buf_add_format(out, " %u>", check->hops[j].status);
			of_buf_add_str(out, check->hops[j].url);
		}
		of_buf_add_text(out, "; ");
	}
}

static bool see(const struct of_report_link *link, void *payload)
{
	struct seen *seen = payload;

	of_buf_add_format(&seen->links, "%lld:%s%s ", (long long)link->number,
		of_verdict_name(link->past.verdict), link->is_new_rot ? "*" : "");
	seen->sums.links++;
	seen->sums.uses += link->n_uses;
	seen->sums.by_verdict[link->past.verdict]++;
	seen->sums.rot += of_verdict_is_rot(link->past.verdict);
	seen->sums.new_rot += link->is_new_rot;
	if (link->number == seen->wanted)
		describe(&seen->more, link);
	return --seen->left > 0;
}

/* And what is counted of it is what is told. */
static void assert_report(struct place *place, const char *want)
{
	struct seen seen = {.left = 1000};
	struct of_totals sums;

	assert_ok(of_history_totals(place->history, &sums, NULL));
	assert_ok(of_history_each_report(place->history, OF_VERDICTS_ALL, 3, see, &seen, NULL));
	assert_string_equal(seen.links.ptr != NULL ? seen.links.ptr : "", want);
	assert_memory_equal(&sums, &seen.sums, sizeof(sums));
	of_buf_finish(&seen.links);
}

static void assert_described(
	struct place *place, int64_t link, unsigned checks, const char *want)
{
	struct seen seen = {.left = 1000, .wanted = link};

	assert_ok(of_history_each_report(
		place->history, OF_VERDICTS_ALL, checks, see, &seen, NULL));
	assert_string_equal(seen.more.ptr != NULL ? seen.more.ptr : "", want);
	of_buf_finish(&seen.links);
	of_buf_finish(&seen.more);
}

static void test_order(void **state)
{
	static const char *const urls[] = {"http://b.org/1", "http://a.org/2", "http://a.org/3",
		"http://b.org/4", "http://c.org/5", "http://c.org/6", "http://c.org/7"};
	static const enum of_verdict verdicts[] = {OF_VERDICT_ALIVE, OF_VERDICT_ALIVE,
		OF_VERDICT_HIJACKED, OF_VERDICT_DEAD, OF_VERDICT_NONE, OF_VERDICT_BLOCKED,
		OF_VERDICT_SOFT_404};
	struct place *place = *state;
	struct seen seen = {.left = 2};
	int64_t run;

	assert_report(place, "");
	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	for (unsigned i = 0; i < COUNT_OF(urls); i++)
		if (verdicts[i] != OF_VERDICT_NONE)
			check_now(place, run, i + 1, verdicts[i], NOW);
	assert_report(
		place, "4:dead* 7:soft-404* 3:hijacked* 5:none 2:alive 1:alive 6:blocked ");
	assert_ok(of_history_each_report(place->history, OF_VERDICTS_ALL, 3, see, &seen, NULL));
	assert_string_equal(seen.links.ptr, "4:dead* 7:soft-404* ");
	of_buf_clear(&seen.links);
	seen.left = 1000;
	assert_ok(of_history_each_report(place->history,
		1U << OF_VERDICT_BLOCKED | 1U << OF_VERDICT_NONE | 1U << OF_VERDICT_HIJACKED, 0,
		see, &seen, NULL));
	assert_string_equal(seen.links.ptr, "3:hijacked* 5:none 6:blocked ");
	of_buf_finish(&seen.links);
	use_all(place, urls, 3);
	assert_report(place, "3:hijacked* 2:alive 1:alive ");
}

static void test_uses_and_checks(void **state)
{
	struct place *place = *state;
	struct of_use use = use_of("b.md", "http://a.org/1", OF_LINK_KIND_SOURCE);
	int64_t run;

	begin_uses(place);
	use.item_title = STR("B");
	add_use(place, &use);
	use = use_of("a.md", "http://a.org/2", OF_LINK_KIND_BODY);
	add_use(place, &use);
	use = use_of("a.md", "http://a.org/1", OF_LINK_KIND_BODY);
	use.line = 9;
	add_use(place, &use);
	use.line = 8;
	add_use(place, &use);
	end_uses(place);
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW + 1);
	check_at(place, run, 1, OF_VERDICT_REDIRECTED, NOW + 2, "http://a.org/one");
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW + 3);
	assert_described(place, 1, 2,
		"a.md:9:5 4 A title; a.md:8:5 4 A title; b.md:3:5 1 B; "
		"3 dead http 404 120 http://a.org/1; "
		"2 redirected none 200 120 http://a.org/one 302>http://a.org/one; ");
	assert_described(place, 1, 0, "a.md:9:5 4 A title; a.md:8:5 4 A title; b.md:3:5 1 B; ");
	assert_described(
		place, 2, 9, "a.md:3:5 4 A title; 1 alive none 200 120 http://a.org/2; ");
	assert_described(place, 1, 9,
		"a.md:9:5 4 A title; a.md:8:5 4 A title; b.md:3:5 1 B; "
		"3 dead http 404 120 http://a.org/1; "
		"2 redirected none 200 120 http://a.org/one 302>http://a.org/one; "
		"0 alive none 200 120 http://a.org/1; ");
}

/* -- New rot, run by run. */

static const char *const one[] = {"http://a.org/1"};

static void test_new_rot(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, one, 1);
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW);
	assert_report(place, "1:dead* "); /* ended or not */
	end_run(place, run, NOW + 9);
	assert_report(place, "1:dead* ");
	run = begin_run(place, NOW + DAY); /* not even checked */
	assert_report(place, "1:dead ");
	end_run(place, run, NOW + DAY);
	assert_report(place, "1:dead ");
	run = begin_run(place, NOW + 2 * DAY);
	check_now(place, run, 1, OF_VERDICT_HIJACKED, NOW + 2 * DAY); /* rot of another kind */
	end_run(place, run, NOW + 2 * DAY);
	assert_report(place, "1:hijacked ");
	run = begin_run(place, NOW + 3 * DAY);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW + 3 * DAY);
	end_run(place, run, NOW + 3 * DAY);
	assert_report(place, "1:alive ");
	run = begin_run(place, NOW + 4 * DAY);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW + 4 * DAY);
	end_run(place, run, NOW + 4 * DAY);
	assert_report(place, "1:dead* ");
}

/* A run that was killed made no report: what it found is news yet. */
static void test_new_rot_of_a_killed_run(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, one, 1);
	end_run(place, begin_run(place, NOW), NOW);
	run = begin_run(place, NOW + DAY);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW + DAY);
	place_reopen(place);
	run = begin_run(place, NOW + 2 * DAY);
	end_run(place, run, NOW + 2 * DAY);
	assert_report(place, "1:dead* ");
	end_run(place, begin_run(place, NOW + 3 * DAY), NOW + 3 * DAY);
	assert_report(place, "1:dead ");
}

/* Called sound by a check, and rot again by what came later in the run: no news. */
static void test_new_rot_revised(void **state)
{
	struct place *place = *state;
	struct of_judgement judgement;
	int64_t run;

	use_all(place, one, 1);
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW);
	judgement = judge(place, 1, OF_VERDICT_SOFT_404, NOW);
	assert_ok(of_history_revise(place->history, 1, &judgement, NULL));
	end_run(place, run, NOW);
	assert_report(place, "1:soft-404* ");
	run = begin_run(place, NOW + DAY);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW + DAY);
	assert_report(place, "1:alive ");
	judgement.past.last_checked = NOW + DAY;
	assert_ok(of_history_revise(place->history, 1, &judgement, NULL));
	end_run(place, run, NOW + DAY);
	assert_report(place, "1:soft-404 ");
}

static void test_fixed(void **state)
{
	struct place *place = *state;
	struct of_use use = use_of("a.md", "http://a.org/1", OF_LINK_KIND_SOURCE);

	use_all(place, one, 1);
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_DEAD, NOW);
	begin_uses(place);
	use.fixed = OF_VERDICT_SKIPPED;
	add_use(place, &use);
	end_uses(place);
	assert_report(place, "1:skipped ");
	assert_int_equal(place_ask(place, "SELECT count(*) FROM rot"), 0);
}

struct text {
	struct of_report_link link;
	unsigned n;
};

static bool see_text(const struct of_report_link *link, void *payload)
{
	struct text *text = payload;

	assert_text(link->url, "http://www.a.org/1");
	assert_text(link->host, "www.a.org");
	assert_text(link->domain, "a.org");
	assert_text(link->final_url, "http://a.org/uno");
	assert_text(link->words, "words");
	assert_text(link->title, "A page");
	assert_text(link->suggestion, "http://a.org/uno");
	assert_text(link->capture, "http://m.org/1");
	assert_int_equal(link->captured, NOW - DAY);
	assert_int_equal(link->due, NOW + 5);
	assert_true(link->likeness == 0.5);
	assert_int_equal(link->past.streak, 7);
	assert_text(link->uses[0].item_id, "a.md");
	assert_text(link->uses[0].category, "News");
	assert_text(link->uses[0].field, "source_url");
	assert_int_equal(link->uses[0].published, NOW - 100 * DAY);
	text->n++;
	return true;
}

static void test_all_of_a_link(void **state)
{
	const struct of_page page = {.title = STR_INIT("A page"), .published = OF_TIME_NONE};
	const struct of_observation seen = {.at = NOW,
		.url = STR_INIT("http://www.a.org/1"),
		.final_url = STR_INIT("http://a.org/uno"),
		.status = 200,
		.words = STR_INIT("words"),
		.page = &page};
	const struct of_judgement judgement = {.verdict = OF_VERDICT_MOVED,
		.past = {.verdict = OF_VERDICT_MOVED, .streak = 7, .status = 200},
		.due = NOW + 5,
		.suggestion = seen.final_url,
		.likeness = 0.5};
	const struct of_check check = {
		.link = 1, .run = 1, .seen = &seen, .judgement = &judgement};
	struct place *place = *state;
	struct of_use use = use_of("a.md", "http://www.a.org/1", OF_LINK_KIND_SOURCE);
	struct text text = {.n = 0};

	begin_uses(place);
	add_use(place, &use);
	end_uses(place);
	begin_run(place, NOW);
	assert_ok(of_history_put_check(place->history, &check, NULL));
	assert_ok(of_history_put_capture(
		place->history, 1, STR("http://m.org/1"), NOW - DAY, NOW, NULL));
	assert_ok(of_history_each_report(
		place->history, OF_VERDICTS_ALL, 0, see_text, &text, NULL));
	assert_ok(of_history_each_report(
		place->history, OF_VERDICTS_ALL, 5, see_text, &text, NULL));
	assert_int_equal(text.n, 2);
}

/* -- The questions that people ask. */

static void test_views(void **state)
{
	static const char *const urls[] = {"http://a.org/1", "http://a.org/2", "http://b.org/3",
		"http://b.org/4", "http://c.org/5"};
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW - DAY);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW);
	check_now(place, run, 3, OF_VERDICT_SOFT_404, NOW - 40 * DAY);
	check_now(place, run, 4, OF_VERDICT_DEAD, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(
		place_ask_either(place,
			"SELECT group_concat(file || title || why || line) ="
			" '0.mdA titlehttp-4043,3.mdA titlehttp-4043' FROM rot"
			" WHERE since >= date('2023-11-14', 'start of month')",
			"SELECT string_agg(file || title || why || line, ',' ORDER BY file) ="
			" '0.mdA titlehttp-4043,3.mdA titlehttp-4043' FROM rot"
			" WHERE since >= date_trunc('month', timestamptz '2023-11-14')"),
		1);
	assert_int_equal(place_ask_either(place,
				 "SELECT group_concat(host || links || rotten ||"
				 " percent) = 'b.org22100.0,a.org2150.0' FROM hosts_by_rot",
				 "SELECT string_agg(host || links || rotten || percent, ',') ="
				 " 'b.org22100.0,a.org2150.0' FROM hosts_by_rot"),
		1);
	assert_int_equal(place_ask_either(place,
				 "SELECT group_concat(at || verdict, ' ') ="
				 " '2023-11-13 22:13:20alive 2023-11-14 22:13:20dead'"
				 " FROM history WHERE url = 'http://a.org/1'",
				 "SELECT string_agg(at || verdict, ' ' ORDER BY at) ="
				 " '2023-11-13 22:13:20+00alive 2023-11-14 22:13:20+00dead'"
				 " FROM history WHERE md5(url) = md5('http://a.org/1')"),
		1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_uses_and_checks),
		TEST(test_new_rot),
		TEST(test_new_rot_of_a_killed_run),
		TEST(test_new_rot_revised),
		TEST(test_fixed),
		TEST(test_all_of_a_link),
		TEST(test_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
