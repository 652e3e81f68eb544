#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "render/common.h"
#include <outfeed/render.h>

static void test_output_path(void **state)
{
	static const char *const good[] = {"all", "topic/x", "topic/archive", "topic/audit",
		"archives", "atom", "topic/atom.xml.bak", "a/2024-03", "a/2024-03.x.atom.xml",
		"a/2024-3.atom.xml", "index.htm", "gz", NULL};
	static const char *const bad[] = {"", "/all", "../all", "a//b", ".a", "archive",
		"Audit", "archive/x", "audit/x/y", "atom.xml", "topic/atom.xml",
		"topic/ATOM.XML/x", "rss.xml.gz", "feed.json.BR", "a/index.html",
		"index.html.br", "Subscriptions.opml", "a/subscriptions.opml.gz",
		"a/2024-03.atom.xml", "a/2024-03.12.RSS.xml", "2024-03.feed.json.gz", NULL};

	(void)state;
	for (size_t i = 0; good[i] != NULL; i++)
		if (of_output_path_refusal(of_str_from(good[i])) != NULL)
			fail_msg("<%s> is refused", good[i]);
	for (size_t i = 0; bad[i] != NULL; i++)
		if (of_output_path_refusal(of_str_from(bad[i])) == NULL)
			fail_msg("<%s> is not refused", bad[i]);
}

/* What outfeed wrote says so near its beginning; what only speaks of it does not. */
static void test_whose_page(void **state)
{
	static const char *const ours[] = {
		"<!DOCTYPE html>\n<html><head><meta name=\"generator\" content=\"outfeed\">",
		"<?xml version=\"1.0\"?>\n<!-- by outfeed -->\n<opml version=\"2.0\">", NULL};
	static const char *const theirs[] = {"", "outfeed", "<!-- outfeed --><html>",
		"<meta name=\"generator\" content=\"Hugo\"><p>content=\"outfeed\"",
		"<?xml version=\"1.0\"?><opml version=\"2.0\"><!-- outfeed -->",
		"<?xml version=\"1.0\"?><!-- mine --><opml><head><title>outfeed",
		"<?xml version=\"1.0\"?><opml/>", NULL};

	(void)state;
	for (size_t i = 0; ours[i] != NULL; i++)
		assert_true(of_page_is_ours(of_str_from(ours[i])));
	for (size_t i = 0; theirs[i] != NULL; i++)
		assert_false(of_page_is_ours(of_str_from(theirs[i])));
}

/* Each renderer of what gives way to theirs, by the rule that knows its own again. */
static void test_pages_are_known_again(void **state)
{
	const struct of_directory_renderer *const renderers[] = {
		&of_directory_page, &of_directory_opml};
	const struct of_site site = {.title = STR("T"), .url = STR("https://example.org/")};
	const struct of_directory directory = {0};
	const struct of_feed feed = {.title = STR("T"),
		.path = STR("all"),
		.home_url = STR("https://example.org/all/"),
		.updated = OF_TIME_NONE};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		of_buf_clear(&out);
		assert_int_equal(renderers[i]->render(&out, &directory, &site, NULL), OF_OK);
		assert_true(of_page_is_ours(of_str_slice(of_buf_str(&out), 0, OF_PAGE_HEAD)));
	}
	of_buf_clear(&out);
	assert_int_equal(of_renderer_page.render(&out, &feed, &site, NULL), OF_OK);
	assert_true(of_page_is_ours(of_str_slice(of_buf_str(&out), 0, OF_PAGE_HEAD)));
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_path),
		cmocka_unit_test(test_whose_page),
		cmocka_unit_test(test_pages_are_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
