#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

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

static void test_hash(void **state)
{
	static const struct of_str different[] = {STR_INIT(""), STR_INIT("\0"), STR_INIT("a"),
		STR_INIT("a\0"), STR_INIT("abcdefgh"), STR_INIT("abcdefgh\0"),
		STR_INIT("abcdefghi"), STR_INIT("bbcdefghi"), STR_INIT("abcdefghj")};
	static const char text[] = "xabcdefghi";
	const size_t count = sizeof(different) / sizeof(different[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(
				of_str_hash(different[i]), of_str_hash(different[j]));
	assert_int_equal(of_str_hash((struct of_str){text + 1, 9}), of_str_hash(different[6]));
	assert_int_equal(of_str_hash((struct of_str){NULL, 0}), of_str_hash(different[0]));
}

/* Tables are indexed by the low bits. */
static void test_hash_spreads(void **state)
{
	bool taken[1024] = {false};
	size_t count = 0;
	char text[32];

	(void)state;
	for (unsigned i = 0; i < 1024; i++) {
		snprintf(text, sizeof(text), "content/items/%06u.md", i);
		taken[of_str_hash(of_str_from(text)) & 1023] = true;
	}
	for (unsigned i = 0; i < 1024; i++)
		count += taken[i];
	/* of balls thrown by chance, 1 - 1/e of the boxes hold some */
	assert_in_range(count, 560, 740);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_email),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_hash_spreads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
