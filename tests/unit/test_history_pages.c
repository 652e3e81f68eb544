#include "history_fixture.h"

static const char *const urls[] = {"http://a.org/1", "http://a.org/2", "http://b.org/3"};

static struct of_page full_page(void)
{
	struct of_page page = {.published = NOW,
		.asks_password = true,
		.truncated = true,
		.length = (uint64_t)1 << 40,
		.width = 640,
		.height = 480,
		.n_feeds = 2};
	struct of_str *const texts[] = {&page.title, &page.description, &page.canonical,
		&page.heading, &page.og_title, &page.og_description, &page.og_image,
		&page.og_site_name, &page.og_type, &page.twitter_card, &page.twitter_title,
		&page.twitter_description, &page.twitter_image, &page.ld_headline,
		&page.ld_image, &page.oembed, &page.favicon, &page.language, &page.charset,
		&page.refresh, &page.type, &page.feeds[0], &page.feeds[1]};
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVW";

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = (struct of_str){letters + i, i % 3 + 1 > 23 - i ? 1 : i % 3 + 1};
	return page;
}

static void assert_page(const struct of_page *is, const struct of_page *want)
{
	const struct of_str *a = &is->title, *b = &want->title;

	for (size_t i = 0; i < 15; i++)
		assert_true(of_str_equal(a[i], b[i]));
	assert_true(of_str_equal(is->oembed, want->oembed));
	assert_true(of_str_equal(is->favicon, want->favicon));
	assert_true(of_str_equal(is->language, want->language));
	assert_true(of_str_equal(is->charset, want->charset));
	assert_true(of_str_equal(is->refresh, want->refresh));
	assert_true(of_str_equal(is->type, want->type));
	assert_int_equal(is->n_feeds, want->n_feeds);
	for (size_t i = 0; i < want->n_feeds; i++)
		assert_true(of_str_equal(is->feeds[i], want->feeds[i]));
	assert_int_equal(is->published, want->published);
	assert_int_equal(is->asks_password, want->asks_password);
	assert_int_equal(is->truncated, want->truncated);
	assert_true(is->length == want->length);
	assert_int_equal(is->width, want->width);
	assert_int_equal(is->height, want->height);
}

static void put_page(struct place *place, int64_t link, const struct of_page *page, int64_t now)
{
	struct of_judgement judgement = judge(place, link, OF_VERDICT_ALIVE, now);
	const struct of_observation seen = {.at = now, .page = page, .status = 200};
	const struct of_check check = {
		.link = link, .run = 1, .seen = &seen, .judgement = &judgement};

	assert_ok(of_history_put_check(place->history, &check, NULL));
}

struct pages {
	unsigned n;
	struct of_page want;
};

static bool see_page(
	const struct of_page_source *source, const struct of_page *page, void *payload)
{
	struct pages *pages = payload;

	assert_text(source->url, "http://a.org/2");
	assert_page(page, &pages->want);
	pages->n++;
	return true;
}

static void test_pages(void **state)
{
	struct place *place = *state;
	struct pages pages = {.want = full_page()};
	struct of_learned learned;
	bool found;

	use_all(place, urls, COUNT_OF(urls));
	begin_run(place, NOW);
	put_page(place, 2, &pages.want, NOW);
	put_page(place, 2, &pages.want, NOW + DAY);
	put_page(place, 2, NULL, NOW + 2 * DAY);
	assert_ok(of_history_each_page(place->history, see_page, &pages, NULL));
	assert_int_equal(pages.n, 1);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT @changed FROM page"), NOW);
	pages.want.published = OF_TIME_NONE;
	pages.want.title = STR("");
	pages.want.n_feeds = 0;
	put_page(place, 2, &pages.want, NOW + 3 * DAY);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT @changed FROM page"), NOW + 3 * DAY);
	assert_ok(of_history_each_page(place->history, see_page, &pages, NULL));
	assert_int_equal(pages.n, 2);
	assert_ok(of_history_learned(
		place->history, STR("http://a.org/2"), &learned, &found, place->arena, NULL));
	assert_true(found);
	assert_true(learned.has_page);
	assert_page(&learned.page, &pages.want);
}

/* Of an answer that a test tells of; its page is always another than the good one. */
static void put_answer(struct place *place, int64_t now, enum of_verdict verdict,
	enum of_failure failure, unsigned status, unsigned signs)
{
	const struct of_page page = {.title = STR("Not the page"), .published = OF_TIME_NONE};
	struct of_judgement judgement = judge(place, 2, verdict, now);
	const struct of_observation seen = {
		.at = now, .page = &page, .failure = failure, .status = status, .signs = signs};
	const struct of_check check = {
		.link = 2, .run = 1, .seen = &seen, .judgement = &judgement};

	assert_ok(of_history_put_check(place->history, &check, NULL));
}

/* An error's page, a bot wall's, one that may be somebody else's: none is the link's own. */
static void test_the_last_good_page_stays(void **state)
{
	static const struct {
		enum of_verdict verdict;
		enum of_failure failure;
		unsigned status, signs;
	} bad[] = {
		{OF_VERDICT_SUSPECT, OF_FAILURE_HTTP, 503, 0},
		{OF_VERDICT_SUSPECT, OF_FAILURE_HTTP, 404, 0},
		{OF_VERDICT_DEAD, OF_FAILURE_HTTP, 404, 0},
		{OF_VERDICT_BLOCKED, OF_FAILURE_HTTP, 403, 0},
		{OF_VERDICT_BLOCKED, OF_FAILURE_NONE, 200, OF_SIGN_CHALLENGE},
		{OF_VERDICT_SUSPECT, OF_FAILURE_NONE, 200, OF_SIGN_NOT_FOUND | OF_SIGN_ROOT},
		{OF_VERDICT_SOFT_404, OF_FAILURE_NONE, 200, OF_SIGN_NOT_FOUND | OF_SIGN_ROOT},
		{OF_VERDICT_HIJACKED, OF_FAILURE_NONE, 200, OF_SIGN_PARKED},
	};
	struct place *place = *state;
	struct pages pages = {.want = full_page()};

	use_all(place, urls, COUNT_OF(urls));
	begin_run(place, NOW);
	put_answer(place, NOW, bad[0].verdict, bad[0].failure, bad[0].status, bad[0].signs);
	assert_ok(of_history_each_page(place->history, see_page, &pages, NULL));
	assert_int_equal(pages.n, 0);
	put_page(place, 2, &pages.want, NOW);
	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		put_answer(place, NOW + DAY, bad[i].verdict, bad[i].failure, bad[i].status,
			bad[i].signs);
		assert_ok(of_history_each_page(place->history, see_page, &pages, NULL));
		assert_int_equal(pages.n, i + 1);
	}
	put_page(place, 2, &pages.want, NOW + 2 * DAY);
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(place_ask(place, "SELECT @changed FROM page"), NOW);
}

static bool see_source(
	const struct of_page_source *source, const struct of_page *page, void *payload)
{
	(void)page;
	assert_int_equal(source->status, 200);
	assert_int_equal(source->n_hops, 1);
	assert_int_equal(source->hops[0].status, 301);
	assert_text(source->hops[0].url, "http://c.org/");
	assert_text(source->final_url, "http://c.org/");
	if (*(bool *)payload) {
		assert_text(source->etag, "\"tag\"");
		assert_text(source->last_modified, "then");
	} else {
		assert_int_equal(source->etag.len + source->last_modified.len, 0);
	}
	return true;
}

/* The check that gave the page is told of, and none that failed since. */
static void test_source_of_a_page(void **state)
{
	struct place *place = *state;
	const struct of_page page = full_page();
	const struct of_hop hop = {301, STR("http://c.org/")};
	struct of_judgement judgement;
	const struct of_observation seen = {.at = NOW,
		.url = STR("http://a.org/2"),
		.page = &page,
		.status = 200,
		.final_url = hop.url,
		.hops = &hop,
		.n_hops = 1};
	const struct of_check check = {.link = 2,
		.run = 1,
		.seen = &seen,
		.judgement = &judgement,
		.etag = STR("\"tag\""),
		.last_modified = STR("then")};
	bool newest = true;

	use_all(place, urls, COUNT_OF(urls));
	begin_run(place, NOW);
	judgement = judge(place, 2, OF_VERDICT_MOVED, NOW);
	assert_ok(of_history_put_check(place->history, &check, NULL));
	assert_ok(of_history_each_page(place->history, see_source, &newest, NULL));
	newest = false;
	for (unsigned i = 1; i < 4; i++) {
		put_answer(place, NOW + i * DAY, OF_VERDICT_SUSPECT, OF_FAILURE_HTTP, 503, 0);
		assert_ok(of_history_each_page(place->history, see_source, &newest, NULL));
	}
}

/* Whatever a page says anew is written. */
static void test_each_change_of_a_page(void **state)
{
	struct place *place = *state;
	const struct of_page plain = full_page();
	struct of_page page;
	unsigned n = 0;

	use_all(place, urls, COUNT_OF(urls));
	begin_run(place, NOW);
	for (unsigned i = 0; i < 15 + 6; i++) {
		struct of_learned learned;
		bool found;

		page = plain;
		if (i < 15)
			(&page.title)[i] = STR("changed");
		page.published += i == 15;
		page.asks_password = i != 16;
		page.truncated = i != 17;
		page.length += i == 18;
		page.height += i == 19;
		page.feeds[1] = i == 20 ? STR("changed") : page.feeds[1];
		put_page(place, 2, &page, NOW + i);
		assert_ok(of_history_learned(place->history, STR("http://a.org/2"), &learned,
			&found, place->arena, NULL));
		assert_page(&learned.page, &page);
		n++;
	}
	assert_int_equal(n, 21);
}

static void test_learned(void **state)
{
	struct place *place = *state;
	struct of_learned learned;
	bool found = true;

	use_all(place, urls, COUNT_OF(urls));
	assert_ok(of_history_learned(place->history, STR("http://a.org/none"), &learned, &found,
		place->arena, NULL));
	assert_false(found);
	assert_ok(of_history_learned(
		place->history, STR("http://a.org/1"), &learned, &found, place->arena, NULL));
	assert_true(found);
	assert_false(learned.has_page);
	assert_int_equal(learned.verdict, OF_VERDICT_NONE);
	assert_int_equal(learned.capture.len, 0);
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_DEAD, NOW);
	assert_ok(of_history_put_capture(
		place->history, 1, STR("http://m.org/1"), NOW - DAY, NOW, NULL));
	assert_ok(of_history_put_capture(place->history, 2, STR(""), 0, NOW, NULL));
	assert_ok(of_history_learned(
		place->history, STR("http://a.org/1"), &learned, &found, place->arena, NULL));
	assert_int_equal(learned.verdict, OF_VERDICT_DEAD);
	assert_text(learned.capture, "http://m.org/1");
	assert_ok(of_history_flush(place->history, NULL));
	assert_int_equal(
		place_ask(
			place, "SELECT count(*) FROM capture WHERE url IS NULL AND @asked > 0"),
		1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages),
		TEST(test_the_last_good_page_stays),
		TEST(test_source_of_a_page),
		TEST(test_each_change_of_a_page),
		TEST(test_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
