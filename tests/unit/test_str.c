#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void assert_all(bool (*is)(struct of_str), bool want, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (is(of_str_from(*texts)) != want)
			fail_msg("<%s> is %staken", *texts, want ? "not " : "");
}

static void test_language(void **state)
{
	static const char *const good[] = {"en", "de-AT", "zh-Hant", "sl-rozaj-biske",
		"en-a-bbb", "de-1996", "es-419", NULL};
	static const char *const bad[] = {"", "e", "1", "xx-1", "en-x", "en-", "-en", "en--us",
		"en_US", "english language", "abcdefghi", "en-abcdefghi", NULL};

	(void)state;
	assert_all(of_str_is_language, true, good);
	assert_all(of_str_is_language, false, bad);
	assert_false(of_str_is_language((struct of_str){NULL, 0}));
}

static void test_email(void **state)
{
	static const char *const good[] = {"a@b.co", "first.last+tag@sub.example.org",
		"o'neil@example.org", "x_y@ex-ample.xn--p1ai", NULL};
	static const char *const bad[] = {"", "@", "a@", "@b.co", "a@b", "a b@c.de", "a@b .de",
		"a@b.c", "a@b.12", "a@@b.co", "a@b.co@c.de", "a@b..co", ".a@b.co", "a.@b.co",
		"a@b.co.", "a@.b.co", "Ann <a@b.co>", "a@b.co\n", "a,b@c.de", "mailto:a@b.co",
		"\xc3\xa9@b.co", "a@\xc3\xa9.co", NULL};

	(void)state;
	assert_all(of_str_is_email, true, good);
	assert_all(of_str_is_email, false, bad);
	assert_false(of_str_is_email((struct of_str){NULL, 0}));
	assert_false(of_str_is_email((struct of_str){"a\0b@c.de", 8}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_email),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
