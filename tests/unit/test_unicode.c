#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/unicode.h"
#include <utf8proc.h>

/* A sequence is what utf8proc says it is, whole or cut short. */
static void check_next(const char *bytes, size_t len)
{
	utf8proc_int32_t expected;
	utf8proc_ssize_t used = utf8proc_iterate(
		(const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)len, &expected);
	size_t at = 0;
	uint32_t c = of_unicode_next((struct of_str){bytes, len}, &at);

	assert_int_equal(at, used > 0 ? used : 1);
	assert_int_equal(c, used > 0 ? expected : 0xFFFD);
}

static void sequences(void **state)
{
	static const unsigned char last[] = {
		0x00, 0x41, 0x7f, 0x80, 0x8f, 0xbe, 0xbf, 0xc0, 0xff};
	char bytes[4];

	(void)state;
	for (unsigned first = 0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++)
			for (size_t i = 0; i < sizeof(last) * sizeof(last); i++) {
				bytes[0] = (char)first;
				bytes[1] = (char)second;
				bytes[2] = (char)last[i / sizeof(last)];
				bytes[3] = (char)last[i % sizeof(last)];
				for (size_t len = 1; len <= sizeof(bytes); len++)
					check_next(bytes, len);
			}
}

/* Every byte, at every place of a word and around it, beside bytes that borrow and carry. */
static void is_clean(void **state)
{
	static const char beside[] = {'a', ' ', '!', '\n', '\t', '\x7f'};
	char bytes[19];

	(void)state;
	for (size_t fill = 0; fill < sizeof(beside); fill++)
		for (size_t at = 0; at < sizeof(bytes); at++)
			for (int c = 0; c < 256; c++) {
				bool clean = c < 0x80 &&
					     (c >= 0x20 || c == '\t' || c == '\n' || c == '\r');

				memset(bytes, beside[fill], sizeof(bytes));
				bytes[at] = (char)c;
				assert_int_equal(of_unicode_is_clean(
							 (struct of_str){bytes, sizeof(bytes)}),
					clean);
			}
}

static void clean(void **state)
{
	struct of_unicode_mends mends;
	struct of_buf out = {0};

	(void)state;
	of_unicode_clean(&out, STR("plain \x01text\xC3\xA9 \xFF and \xEF\xBF\xBE"), &mends);
	assert_string_equal(out.ptr, "plain text\xC3\xA9 \xEF\xBF\xBD and ");
	assert_int_equal(mends.forbidden, 2);
	assert_int_equal(mends.first_forbidden, 6);
	assert_int_equal(mends.invalid, 1);
	assert_int_equal(mends.first_invalid, 14);
	of_buf_finish(&out);
}

struct change {
	const char *from, *to;
};

static void one_line(void **state)
{
	static const struct change changes[] = {
		{"", ""},
		{" \n ", ""},
		{"one", "one"},
		{"  one  two\n\nthree ", "one two three"},
		{"one \xC2\xA0 two", "one two"},
		{"one \xC3\xA9", "one \xC3\xA9"},
		{"\xC3\xA9 one\xE2\x80\xA8two", "\xC3\xA9 one two"},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		of_buf_clear(&out);
		of_unicode_one_line(&out, of_str_from(changes[i].from));
		assert_string_equal(out.ptr != NULL ? out.ptr : "", changes[i].to);
	}
	of_buf_finish(&out);
}

static void slugs(void **state)
{
	static const struct change changes[] = {
		{"Clinical Wire: Predictive Research", "clinical-wire-predictive-research"},
		{"--A--", "a"},
		{"A\xCC\x8A", "\xC3\xA5"},
		{"\xC3\x89T\xC3\x89 2021", "\xC3\xA9t\xC3\xA9-2021"},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		of_buf_clear(&out);
		of_unicode_slug(&out, of_str_from(changes[i].from));
		assert_string_equal(out.ptr, changes[i].to);
	}
	of_buf_finish(&out);
}

/* The rows are what Hugo made of such titles. */
static void test_urlize(void **state)
{
	const struct {
		const char *text, *address;
	} rows[] = {
		{"What's *New*?  A/B test", "whats-new-a/b-test"},
		{"\xc3\x9cn\xc3\xaf & co \xe2\x80\x94 x", "\xc3\xbcn\xc3\xaf-co-x"},
		{" 50% off: a.b_c 5\xc2\xbc ", "50-off-a.b_c-5"},
		{"a - b", "a-b"},
		{"\xff\xfe", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct of_buf out = {0};

		of_unicode_urlize(&out, of_str_from(rows[i].text));
		assert_int_equal(out.status, OF_OK);
		assert_string_equal(out.ptr != NULL ? out.ptr : "", rows[i].address);
		of_buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urlize),
		cmocka_unit_test(sequences),
		cmocka_unit_test(is_clean),
		cmocka_unit_test(clean),
		cmocka_unit_test(one_line),
		cmocka_unit_test(slugs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
