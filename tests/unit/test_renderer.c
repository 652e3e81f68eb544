#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <outfeed/render.h>

static void test_output_path(void **state)
{
	static const char *const good[] = {"all", "topic/x", "topic/archive", "topic/audit",
		"archives", "atom", "topic/atom.xml.bak", "index.htm", "gz", NULL};
	static const char *const bad[] = {"", "/all", "../all", "a//b", ".a", "archive",
		"Audit", "archive/x", "audit/x/y", "atom.xml", "topic/atom.xml",
		"topic/ATOM.XML/x", "rss.xml.gz", "feed.json.BR", "a/index.html",
		"index.html.br", "Subscriptions.opml", "a/subscriptions.opml.gz", NULL};

	(void)state;
	for (size_t i = 0; good[i] != NULL; i++)
		if (of_output_path_refusal(of_str_from(good[i])) != NULL)
			fail_msg("<%s> is refused", good[i]);
	for (size_t i = 0; bad[i] != NULL; i++)
		if (of_output_path_refusal(of_str_from(bad[i])) == NULL)
			fail_msg("<%s> is not refused", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
