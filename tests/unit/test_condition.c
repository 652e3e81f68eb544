#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "serve/condition.h"
#include "serve/date.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define WHEN 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */
#define AT "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"

static void test_dates(void **state)
{
	static const char *const good[] = {
		AT, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", " " AT " "};
	static const char *const bad[] = {"", "x", "Sun", "Sun, ", "Sun, 06 Nov 1994",
		"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 +0000",
		"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 0000 08:49:37 GMT", AT "x", "1994-11-06T08:49:37Z", "784111777"};
	struct of_buf text = {0};
	int64_t seconds;

	(void)state;
	of_http_date_add(&text, WHEN);
	assert_string_equal(text.ptr, AT);
	of_buf_finish(&text);
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!of_http_date_parse(&seconds, of_str_from(good[i])))
			fail_msg("<%s> is a date", good[i]);
		assert_int_equal(seconds, WHEN);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (of_http_date_parse(&seconds, of_str_from(bad[i])))
			fail_msg("<%s> is no date", bad[i]);
}

static void test_tags(void **state)
{
	static const struct {
		const char *header;
		bool strong, weak;
	} rows[] = {
		{"\"a-1\"", true, true},
		{"W/\"a-1\"", false, true},
		{"*", true, true},
		{" * ", true, true},
		{"\"x\", \"a-1\"", true, true},
		{"\"x\",\"a-1\",\"y\"", true, true},
		{"\"x\", W/\"a-1\"", false, true},
		{"W/\"a-1\", \"a-1\"", true, true},
		{", ,\"a-1\"", true, true},
		{"\"a,1\", \"a-1\"", true, true},
		{"\"a-1", false, false},
		{"a-1", false, false},
		{"w/\"a-1\"", false, false},
		{"\"A-1\"", false, false},
		{"\"a-1 \"", false, false},
		{"\"x\"", false, false},
		{"\"\"", false, false},
		{"\"", false, false},
		{"", false, false},
		{"*, \"x\"", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_str header = of_str_from(rows[i].header);

		if (of_tag_is_listed(header, STR("\"a-1\""), false) != rows[i].strong ||
			of_tag_is_listed(header, STR("\"a-1\""), true) != rows[i].weak)
			fail_msg("<%s>", rows[i].header);
	}
}

static void test_conditions(void **state)
{
	static const struct {
		const char *match, *none_match, *modified, *unmodified;
		unsigned status;
	} rows[] = {
		{NULL, NULL, NULL, NULL, 0},
		{NULL, "\"a\"", NULL, NULL, 304},
		{NULL, "W/\"a\"", NULL, NULL, 304},
		{NULL, "\"b\", \"a\"", NULL, NULL, 304},
		{NULL, "*", NULL, NULL, 304},
		{NULL, "\"b\"", NULL, NULL, 0},
		{NULL, "\"b\"", AT, NULL, 0}, /* a date counts only without a tag */
		{NULL, "", AT, NULL, 0},
		{NULL, "\"a\"", BEFORE, NULL, 304},
		{NULL, NULL, AT, NULL, 304},
		{NULL, NULL, AFTER, NULL, 304},
		{NULL, NULL, BEFORE, NULL, 0},
		{NULL, NULL, "yesterday", NULL, 0},
		{"\"a\"", NULL, NULL, NULL, 0},
		{"*", NULL, NULL, NULL, 0},
		{"W/\"a\"", NULL, NULL, NULL, 412},
		{"\"b\"", NULL, NULL, NULL, 412},
		{"\"b\"", "\"a\"", NULL, NULL, 412},
		{"\"a\"", "\"a\"", NULL, NULL, 304},
		{"\"a\"", NULL, NULL, BEFORE, 0},
		{NULL, NULL, NULL, BEFORE, 412},
		{NULL, NULL, NULL, AT, 0},
		{NULL, NULL, NULL, "yesterday", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct of_conditions conditions = {.if_match = of_str_from(rows[i].match),
			.if_none_match = of_str_from(rows[i].none_match),
			.if_modified_since = of_str_from(rows[i].modified),
			.if_unmodified_since = of_str_from(rows[i].unmodified)};
		unsigned status = of_conditions_judge(&conditions, STR("\"a\""), WHEN);

		if (status != rows[i].status)
			fail_msg("row %zu: got %u, want %u", i, status, rows[i].status);
	}
}

static void test_if_range(void **state)
{
	static const struct {
		const char *header;
		bool allowed;
	} rows[] = {{NULL, true}, {"\"a\"", true}, {AT, true}, {"W/\"a\"", false},
		{"\"b\"", false}, {BEFORE, false}, {AFTER, false}, {"*", false}, {"", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct of_conditions conditions = {
			.if_range = of_str_from(rows[i].header)};

		assert_int_equal(of_conditions_allow_range(&conditions, STR("\"a\""), WHEN),
			rows[i].allowed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_dates),
		cmocka_unit_test(test_tags), cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_if_range)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
