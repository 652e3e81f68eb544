#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "web/fetch_parts.h"
#include "web/punycode.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void assert_text(struct of_str got, const char *want)
{
	if (!of_str_equal(got, of_str_from(want)))
		fail_msg("got <%.*s>, want <%s>", (int)got.len, got.ptr, want);
}

struct target {
	const char *url, *uri, *host, *path;
	unsigned port;
	bool secure, literal;
};

static const struct target targets[] = {
	{"http://Example.ORG", "http://Example.ORG", "example.org", "/", 80, false, false},
	{"HTTPS://example.org/a?b=c#d", "HTTPS://example.org/a?b=c", "example.org", "/a?b=c",
		443, true, false},
	{"http://example.org:8080/", "http://example.org:8080/", "example.org", "/", 8080,
		false, false},
	{"http://user:word@example.org/", "http://user:word@example.org/", "example.org", "/",
		80, false, false},
	{"http://b\xc3\xbc"
	 "cher.example/\xc3\xa4",
		"http://xn--bcher-kva.example/%C3%A4", "xn--bcher-kva.example", "/%C3%A4", 80,
		false, false},
	{"http://127.1/", "http://127.1/", "127.0.0.1", "/", 80, false, true},
	{"http://0x7f.0.0.1/", "http://0x7f.0.0.1/", "127.0.0.1", "/", 80, false, true},
	{"http://0177.0.0.1/", "http://0177.0.0.1/", "127.0.0.1", "/", 80, false, true},
	{"http://2130706433/", "http://2130706433/", "127.0.0.1", "/", 80, false, true},
	{"http://[::1]:81/", "http://[::1]:81/", "::1", "/", 81, false, true},
	{"http://[::ffff:10.0.0.1]/", "http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1", "/", 80,
		false, true},
};

static void test_targets(void **state)
{
	struct of_arena *arena = of_arena_new();
	struct of_parser parser;

	(void)state;
	assert_true(of_parser_init(&parser));
	for (size_t i = 0; i < COUNT(targets); i++) {
		const struct target *want = &targets[i];
		struct of_target got;

		if (!of_target_parse(&got, &parser, of_str_from(want->url), arena))
			fail_msg("<%s> is refused", want->url);
		assert_text(got.uri, want->uri);
		assert_text(got.host, want->host);
		assert_text(got.path, want->path);
		assert_int_equal(got.port, want->port);
		assert_int_equal(got.secure, want->secure);
		assert_int_equal(got.literal, want->literal);
	}
	of_parser_finish(&parser);
	of_arena_free(arena);
}

static void test_what_is_no_target(void **state)
{
	static const char *const urls[] = {"", "/a", "//example.org/", "ftp://example.org/",
		"file:///etc/passwd", "http://", "http:///a", "http://a b/", "http://x:99999/",
		"http://[::1/", "http://[nonsense]/", "javascript:alert(1)",
		"http://126.0%2.1./", "http://127.0.0.1%25x.example/", "http://1.2%2e5/",
		"http://127%2e1/"};
	struct of_arena *arena = of_arena_new();
	struct of_parser parser;
	struct of_target target;

	(void)state;
	assert_true(of_parser_init(&parser));
	for (size_t i = 0; i < COUNT(urls); i++)
		if (of_target_parse(&target, &parser, of_str_from(urls[i]), arena))
			fail_msg("<%s> is taken", urls[i]);
	of_parser_finish(&parser);
	of_arena_free(arena);
}

/* RFC 3492 section 7.1, and names that exist. */
static void test_punycode(void **state)
{
	static const struct {
		const char *host, *want;
	} rows[] = {
		{"example.org", "example.org"},
		{"EXAMPLE.org.", "example.org."},
		{"b\xc3\xbc"
		 "cher.de",
			"xn--bcher-kva.de"},
		{"B\xc3\x9c"
		 "CHER.de",
			"xn--bcher-kva.de"},
		{"bu\xcc\x88"
		 "cher.de",
			"xn--bcher-kva.de"}, /* decomposed */
		{"m\xc3\xbcnchen-ost.de", "xn--mnchen-ost-9db.de"},
		{"\xe4\xbd\xa0\xe5\xa5\xbd.\xe4\xb8\xad\xe5\x9b\xbd", "xn--6qq79v.xn--fiqs8s"},
		{"\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8"
		 "\xaf"
		 "\xb4\xe4\xb8\xad\xe6\x96\x87",
			"xn--ihqwcrb4cv8a8dqg056pqjye"},
		{"\xe2\x98\x83.net", "xn--n3h.net"},
		{"\xf0\x9f\x92\xa9.la", "xn--ls8h.la"},
		{"a\xe3\x80\x82"
		 "b",
			"a.b"},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		of_buf_clear(&out);
		assert_true(of_punycode_add_host(&out, of_str_from(rows[i].host)));
		assert_text(of_buf_str(&out), rows[i].want);
	}
	of_buf_clear(&out);
	assert_false(of_punycode_add_host(
		&out, STR("\xc3\xbc"
			  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.de")));
	of_buf_finish(&out);
}

static void test_patterns(void **state)
{
	static const struct {
		const char *pattern, *host;
		bool want;
	} rows[] = {
		{"example.org", "example.org", true},
		{"example.org", "www.example.org", false},
		{"*.example.org", "www.example.org", true},
		{"*.example.org", "example.org", false},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"*example.org", "notexample.org", true},
		{"w?w.*.org", "www.a.b.org", true},
		{"w?w.*.org", "ww.a.org", false},
		{"a*b*c", "aXbXbXc", true},
		{"a*b*c", "aXbXbX", false},
		{"127.*", "127.0.0.1", true},
		{"**a", "bba", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (of_str_matches(of_str_from(rows[i].host), of_str_from(rows[i].pattern)) !=
			rows[i].want)
			fail_msg("<%s> and <%s>", rows[i].pattern, rows[i].host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_what_is_no_target),
		cmocka_unit_test(test_punycode),
		cmocka_unit_test(test_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
