#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "audit/memento.h"
#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define WAYBACK "https://archive.org/wayback/available"

static void test_question(void **state)
{
	struct of_buf url = {0};

	(void)state;
	of_memento_add_question(&url, STR(WAYBACK),
		STR("http://a.example/b c?d=e&f=\xC3\xA9#g"), INT64_C(1609792326));
	assert_string_equal(url.ptr,
		WAYBACK "?url=http%3A%2F%2Fa.example%2Fb%20c%3Fd%3De%26f%3D%C3%A9%23g"
			"&timestamp=20210104203206");
	of_buf_clear(&url);
	of_memento_add_question(
		&url, STR("http://x.example/?key=1"), STR("http://a.example/"), 0);
	assert_string_equal(url.ptr,
		"http://x.example/?key=1&url=http%3A%2F%2Fa.example%2F&timestamp="
		"19700101000000");
	of_buf_finish(&url);
}

/* An answer's parts as text, and the address that comes of them; NULL for none. */
static void check_closest(
	const char *service, const char *url, const char *rest, const char *expected)
{
	char body[512];
	struct of_buf address = {0};
	int64_t captured = 0;
	enum of_memento answer;

	snprintf(body, sizeof(body),
		"{\"archived_snapshots\": {\"closest\": {\"url\": \"%s\", %s}}}", url, rest);
	answer = of_memento_read(&address, &captured, of_str_from(service), of_str_from(body));
	if (expected != NULL) {
		assert_int_equal(answer, OF_MEMENTO_FOUND);
		assert_string_equal(address.ptr, expected);
		assert_int_equal(captured, INT64_C(1609792326));
	} else {
		assert_int_not_equal(answer, OF_MEMENTO_FOUND);
		assert_int_equal(address.len, 0);
	}
	of_buf_finish(&address);
}

#define GOOD "\"available\": true, \"status\": \"200\", \"timestamp\": \"20210104203206\""

static void test_https(void **state)
{
	static const struct {
		const char *service, *url, *expected;
	} cases[] = {
		{WAYBACK, "http://web.archive.org/web/1/http://a.example/",
			"https://web.archive.org/web/1/http://a.example/"},
		{WAYBACK, "http://archive.org:80/x", "https://archive.org/x"},
		{WAYBACK, "http://archive.org:8080/x", "http://archive.org:8080/x"},
		{WAYBACK, "https://web.archive.org/x", "https://web.archive.org/x"},
		{WAYBACK, "http://other.example/x", "http://other.example/x"},
		{WAYBACK, "http://notarchive.org/x", "http://notarchive.org/x"},
		{"http://archive.org/", "http://archive.org/x", "http://archive.org/x"},
		{WAYBACK, "https://web.archive.org/a b", "https://web.archive.org/a%20b"},
		{WAYBACK, "ftp://archive.org/x", NULL},
		{WAYBACK, "data:text/html,x", NULL},
		{WAYBACK, "//archive.org/x", NULL},
		{WAYBACK, "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_closest(cases[i].service, cases[i].url, GOOD, cases[i].expected);
}

static void test_times(void **state)
{
	static const char *const bad[] = {"2021010420320", "202101042032066", "20211304203206",
		"20210100203206", "20210104243206", "20210104206006", "2021010420320x", ""};
	char rest[128];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(rest, sizeof(rest),
			"\"available\": true, \"status\": \"200\", \"timestamp\": \"%s\"",
			bad[i]);
		check_closest(WAYBACK, "https://web.archive.org/x", rest, NULL);
	}
}

static void test_forms(void **state)
{
	static const struct {
		const char *body;
		enum of_memento answer;
	} cases[] = {
		{"{\"archived_snapshots\": {}}", OF_MEMENTO_NONE},
		{"{\"archived_snapshots\": []}", OF_MEMENTO_NONE},
		{"{\"archived_snapshots\": {\"closest\": {}}}", OF_MEMENTO_NONE},
		{"{\"archived_snapshots\": {\"closest\": null}}", OF_MEMENTO_NONE},
		{"{}", OF_MEMENTO_UNCLEAR},
		{"[]", OF_MEMENTO_UNCLEAR},
		{"{\"archived_snapshots\": ", OF_MEMENTO_UNCLEAR},
		{"", OF_MEMENTO_UNCLEAR},
		{"\xFF", OF_MEMENTO_UNCLEAR},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct of_buf address = {0};
		int64_t captured = 0;

		assert_int_equal(of_memento_read(&address, &captured, STR(WAYBACK),
					 of_str_from(cases[i].body)),
			cases[i].answer);
		of_buf_finish(&address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question),
		cmocka_unit_test(test_https),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
