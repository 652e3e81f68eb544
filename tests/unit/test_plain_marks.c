#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wider.h"
#include "yaml/plain_marks.h"
#include <stdlib.h>
#include <string.h>

#define MOST 400

static bool is_mark(const char *text, size_t len, size_t i)
{
	char next = i + 1 < len ? text[i + 1] : 'x';

	return (unsigned char)text[i] < ' ' || (text[i] == ':' && (unsigned char)next <= ' ') ||
	       (text[i] == '#' && i > 0 && text[i - 1] == ' ');
}

/* The marks of clean text, by what they are said to be. */
static void check_marks(const struct of_plain_marks *marks, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t block = le64toh(marks->blocks[i / OF_PLAIN_MARKS_BLOCK]);

		assert_int_equal(block >> i % OF_PLAIN_MARKS_BLOCK & 1, is_mark(text, len, i));
	}
}

/* Both ways say the same of the bytes, which are a copy that nothing stands beside. */
static bool check_both(const char *text, size_t len)
{
	static struct of_plain_marks narrow, wide;
	char *copy = malloc(len > 0 ? len : 1);
	struct of_str bytes = {copy, len};
	bool clean;

	assert_non_null(copy);
	memcpy(copy, text, len);
	clean = of_plain_mark_by(&narrow, bytes, false);
	if (clean)
		check_marks(&narrow, text, len);
	if (of_wider_is_there()) {
		assert_int_equal(of_plain_mark_by(&wide, bytes, true), clean);
		if (clean)
			check_marks(&wide, text, len);
		of_plain_marks_finish(&wide);
	}
	of_plain_marks_finish(&narrow);
	free(copy);
	return clean;
}

/* Every byte, at every place that a block may have, in text of every length. */
static void test_each_byte(void **state)
{
	char text[200];

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < sizeof(text) - 1; at++) {
			bool good = c == '\n' || (c >= ' ' && c < 0x7F);

			memset(text, 'x', sizeof(text));
			text[sizeof(text) - 1] = '\n';
			text[at] = (char)c;
			/* CR is clean before LF */
			good |= c == '\r' && at == sizeof(text) - 2;
			assert_int_equal(check_both(text, sizeof(text)), good);
		}
}

static void test_texts(void **state)
{
	static const char *const units[] = {": ", ":\n", ":", " #", "#", "\n", "\r\n", "  ",
		"word", "a longer run of words, without a stop in it", "\xC3\xA9",
		"\xE2\x80\xA6", "\xF0\x9F\x98\x80", "\xC2\xA0", "-", "'"};
	uint32_t seed = 1;
	size_t clean = 0;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char text[MOST + 1];
		size_t len = 0;

		for (size_t most = i % MOST; len < most;) {
			const char *unit;

			seed = seed * 1664525 + 1013904223;
			unit = units[(seed >> 8) % (sizeof(units) / sizeof(*units))];
			if (len + strlen(unit) > MOST - 1)
				break;
			memcpy(text + len, unit, strlen(unit));
			len += strlen(unit);
		}
		text[len++] = '\n';
		clean += check_both(text, len);
		if (i % 10 == 0) {
			text[seed % len] = (char)(seed >> 16);
			check_both(text, len);
		}
	}
	assert_int_equal(clean, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
