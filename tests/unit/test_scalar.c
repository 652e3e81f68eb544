#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/scalar.h"
#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_find(void **state)
{
	static const struct {
		const char *bytes;
		unsigned line, column;
		const char *text, *found; /* NULL: not there */
		enum of_scalar_style style;
	} cases[] = {
		{"---\na: b c # d\n", 2, 4, "b c", "b c", OF_SCALAR_PLAIN},
		{"---\r\na: b\r\nc: d\r\n", 3, 4, "d", "d", OF_SCALAR_PLAIN},
		{"---\na: 'b''c'\n", 2, 4, "b'c", "'b''c'", OF_SCALAR_SINGLE},
		{"---\na: \"b\\\"\\u00E9\\x41\\/\" #\n", 2, 4,
			"b\"\xC3\xA9"
			"A/",
			"\"b\\\"\\u00E9\\x41\\/\"", OF_SCALAR_DOUBLE},
		{"---\na: \"b\\\n   c\\\r\n d\"\n", 2, 4, "bcd", "\"b\\\n   c\\\r\n d\"",
			OF_SCALAR_DOUBLE},
		{"---\na: 'b\n\n  c'\n", 2, 4, "b c", "'b\n\n  c'", OF_SCALAR_SINGLE},
		{"---\na: |2-\n\n   b\nc: d\n", 2, 4, "b", "b", OF_SCALAR_BLOCK},
		{"---\na: >  # c\r\n  b \r\n", 2, 4, "b", "b", OF_SCALAR_BLOCK},
		{"---\na: &x !!str b\n", 2, 4, "b", "b", OF_SCALAR_PLAIN},
		/* columns are characters, and lines end as YAML says */
		{"---\n\xC3\xA9: \xE2\x82\xAC, b\n", 2, 7, "b", "b", OF_SCALAR_PLAIN},
		{"---\na: x\xE2\x80\xA8y: b\n", 3, 4, "b", "b", OF_SCALAR_PLAIN},
		{"---\na: x\ry: b\n", 3, 4, "b", "b", OF_SCALAR_PLAIN},
		{"\xEF\xBB\xBF---\na: b\n", 2, 4, "b", "b", OF_SCALAR_PLAIN},
		/* something else stands there, or nothing */
		{"---\na: b\n", 2, 4, "c", NULL, OF_SCALAR_PLAIN},
		{"---\na: b\n", 2, 9, "b", NULL, OF_SCALAR_PLAIN},
		{"---\na: b\n", 9, 1, "b", NULL, OF_SCALAR_PLAIN},
		{"---\na: b\n", 1, 1, "---", NULL, OF_SCALAR_PLAIN},
		{"---\na: |\n b\n c\n", 2, 4, "b c", NULL, OF_SCALAR_BLOCK},
		{"---\na: b\n  c\n", 2, 4, "b c", NULL, OF_SCALAR_PLAIN},
		{"---\na: \"b", 2, 4, "b", NULL, OF_SCALAR_DOUBLE},
		{"---\na: \"b\\", 2, 4, "b", NULL, OF_SCALAR_DOUBLE},
		{"---\na: 'b'", 2, 4, "b'", NULL, OF_SCALAR_SINGLE},
		{"---\na: |", 2, 4, "b", NULL, OF_SCALAR_BLOCK},
		{"---\na: &", 2, 4, "b", NULL, OF_SCALAR_PLAIN},
		{"---", 2, 4, "b", NULL, OF_SCALAR_PLAIN},
		{"", 2, 4, "b", NULL, OF_SCALAR_PLAIN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct of_str bytes = of_str_from(cases[i].bytes);
		struct of_scalar scalar;
		bool found = of_scalar_find(&scalar, bytes, cases[i].line, cases[i].column,
			of_str_from(cases[i].text));

		if (found != (cases[i].found != NULL))
			fail_msg("case %zu: %s", i, cases[i].bytes);
		if (!found)
			continue;
		assert_int_equal(scalar.style, cases[i].style);
		assert_true(of_str_equal(of_str_slice(bytes, scalar.from, scalar.to),
			of_str_from(cases[i].found)));
	}
}

static void test_add(void **state)
{
	static const struct {
		enum of_scalar_style style;
		const char *text, *written; /* NULL: it cannot be */
	} cases[] = {
		{OF_SCALAR_PLAIN, "https://a.example/#b,c", "https://a.example/#b,c"},
		{OF_SCALAR_PLAIN, "https://a.example/ #b", NULL},
		{OF_SCALAR_PLAIN, "https://a.example/: b", NULL},
		{OF_SCALAR_PLAIN, "https://a.example/:", NULL},
		{OF_SCALAR_PLAIN, "*a", NULL},
		{OF_SCALAR_PLAIN, "", NULL},
		{OF_SCALAR_SINGLE, "it's", "'it''s'"},
		{OF_SCALAR_DOUBLE, "a\"b\\c", "\"a\\\"b\\\\c\""},
		{OF_SCALAR_BLOCK, "a # b: c", "a # b: c"},
		{OF_SCALAR_BLOCK, " a", NULL},
		{OF_SCALAR_DOUBLE, "a\nb", NULL},
		{OF_SCALAR_SINGLE,
			"a\xE2\x80\xA9"
			"b",
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct of_buf out = {0};
		bool written = of_scalar_add(&out, cases[i].style, of_str_from(cases[i].text));

		if (written != (cases[i].written != NULL))
			fail_msg("case %zu: %s", i, cases[i].text);
		if (written)
			assert_string_equal(out.ptr, cases[i].written);
		of_buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
