#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/url.h"
#include "base/url_text.h"

struct pair {
	const char *in, *out;
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void assert_text(struct of_str got, const char *want)
{
	if (of_str_equal(got, of_str_from(want)))
		return;
	fail_msg("got <%.*s>, want <%s>", (int)got.len, got.ptr != NULL ? got.ptr : "", want);
}

static void assert_buf(struct of_buf *buf, const char *what, const char *want)
{
	struct of_err err;

	assert_int_equal(of_buf_status(buf, &err), OF_OK);
	if (!of_str_equal(of_buf_str(buf), of_str_from(want)))
		print_error("for <%s>:\n", what);
	assert_text(of_buf_str(buf), want);
	of_buf_clear(buf);
}

static void assert_resolved(const char *base, const struct pair *pairs, size_t count)
{
	struct of_buf out = {0};

	for (size_t i = 0; i < count; i++) {
		of_url_resolve(&out, of_str_from(base), of_str_from(pairs[i].in));
		assert_buf(&out, pairs[i].in, pairs[i].out);
	}
	of_buf_finish(&out);
}

/* RFC 3986 section 5.4.1. */
static void test_resolve_normal(void **state)
{
	static const struct pair pairs[] = {
		{"g:h", "g:h"},
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q#s"},
		{"g#s", "http://a/b/c/g#s"},
		{"g?y#s", "http://a/b/c/g?y#s"},
		{";x", "http://a/b/c/;x"},
		{"g;x", "http://a/b/c/g;x"},
		{"g;x?y#s", "http://a/b/c/g;x?y#s"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"./", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../", "http://a/"},
		{"../../g", "http://a/g"},
	};

	(void)state;
	assert_resolved("http://a/b/c/d;p?q", pairs, COUNT(pairs));
}

/* RFC 3986 section 5.4.2. */
static void test_resolve_abnormal(void **state)
{
	static const struct pair pairs[] = {
		{"../../../g", "http://a/g"},
		{"../../../../g", "http://a/g"},
		{"/./g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},
		{".g", "http://a/b/c/.g"},
		{"g..", "http://a/b/c/g.."},
		{"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"},
		{"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"},
		{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
		{"g;x=1/../y", "http://a/b/c/y"},
		{"g?y/./x", "http://a/b/c/g?y/./x"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
		{"g#s/./x", "http://a/b/c/g#s/./x"},
		{"g#s/../x", "http://a/b/c/g#s/../x"},
		{"http:g", "http:g"},
	};

	(void)state;
	assert_resolved("http://a/b/c/d;p?q", pairs, COUNT(pairs));
}

static void test_resolve_mends(void **state)
{
	static const struct pair pairs[] = {
		{" \t\r\n g \n", "http://a/b/c/g"},
		{"\x01g\x1f", "http://a/b/c/g"},
		{"\xc2\xa0g\xe2\x80\x8b", "http://a/b/c/g"},
		{"\xef\xbb\xbfhttp://x/", "http://x/"},
		{"a b\tc", "http://a/b/c/a%20b%09c"},
		{"\"<>\\^`{|}", "http://a/b/c/%22%3C%3E%5C%5E%60%7B%7C%7D"},
		{"\\\\evil\\x", "http://a/b/c/%5C%5Cevil%5Cx"},
		{"a[0]?b[]=1#c#d[", "http://a/b/c/a%5B0%5D?b%5B%5D=1#c%23d%5B"},
		{"100%", "http://a/b/c/100%25"},
		{"%4g%c3%A9%", "http://a/b/c/%254g%c3%A9%25"},
		{"caf\xc3\xa9?\xe6\x97\xa5", "http://a/b/c/caf\xc3\xa9?\xe6\x97\xa5"},
		{"a\xc2\xa0z", "http://a/b/c/a%C2%A0z"},
		{"a\xe2\x80\xaez", "http://a/b/c/a%E2%80%AEz"},
		{"a\xe2\x80\x8ez", "http://a/b/c/a%E2%80%8Ez"},
		{"a\xe2\x80\x8dz", "http://a/b/c/a\xe2\x80\x8dz"},
		{"a\xffz", "http://a/b/c/a%FFz"},
		{"a\xc3", "http://a/b/c/a%C3"},
		{"\xf0\x9f\x98\x80", "http://a/b/c/\xf0\x9f\x98\x80"},
		{"http://[::1]:80/", "http://[::1]:80/"},
		{"http://a[b/", "http://a%5Bb/"},
		{"http://ex ample/", "http://ex%20ample/"},
		{"http://h/a/../../b/./c", "http://h/b/c"},
		{"HTTP://H/", "HTTP://H/"},
		{"java\nscript:x", "http://a/b/c/java%0Ascript:x"},
		{"\x02javascript:x", "javascript:x"},
		{"//", "http://"},
	};

	(void)state;
	assert_resolved("http://a/b/c/d;p?q", pairs, COUNT(pairs));
}

static void test_resolve_bases(void **state)
{
	static const struct {
		const char *base, *reference, *want;
	} rows[] = {
		{"http://a", "g", "http://a/g"},
		{"http://a?q", "", "http://a?q"},
		{"http://a#f", "", "http://a"},
		{"http://a#f", "?", "http://a?"},
		{"http://a/b", "#", "http://a/b#"},
		{"  http://a/b c/d  ", "e", "http://a/b%20c/e"},
		{"http://a/b/./x/../c", "", "http://a/b/./x/../c"},
		{"http://a/b/./x/../c", "d", "http://a/b/d"},
		/* By the letter of section 5.2.4 the slash stays. */
		{"mid", "content=5/../6", "/6"},
		{"", "mid/content=5/../6", "mid/6"},
		{"", "../../a", "a"},
		{"", "", ""},
		{"x:a", "b", "x:b"},
		{"x:", "/.//c", "x:/.//c"},
		{"x:/a", "..//c", "x:/.//c"},
		{"", "./javascript:x", "./javascript:x"},
		{"http://u@h:1/", "a", "http://u@h:1/a"},
		{"http://a/b//c/", "../d", "http://a/b//d"},
		{"http://a/b//", "../d", "http://a/b/d"},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		of_url_resolve(&out, of_str_from(rows[i].base), of_str_from(rows[i].reference));
		assert_buf(&out, rows[i].reference, rows[i].want);
	}
	of_buf_finish(&out);
}

static void test_resolve_twice_changes_nothing(void **state)
{
	static const char *const texts[] = {"a b%zz[\\", "http://h\xc3\xa9/\xff?%#x#y",
		"//[::1]/", "..//x", "http://a[b]/", "x:.//y"};
	struct of_buf once = {0};
	struct of_buf twice = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		of_url_resolve(&once, STR("http://a/b/"), of_str_from(texts[i]));
		of_url_resolve(&twice, STR("http://a/b/"), of_buf_str(&once));
		assert_true(of_str_equal(of_buf_str(&once), of_buf_str(&twice)));
		of_buf_clear(&once);
		of_buf_clear(&twice);
	}
	of_buf_finish(&once);
	of_buf_finish(&twice);
}

/* A million steps up: this ends at once, or it is quadratic. */
static void test_resolve_is_linear(void **state)
{
	enum { STEPS = 1000000 };
	struct of_buf reference = {0};
	struct of_buf out = {0};

	(void)state;
	for (int i = 0; i < STEPS; i++)
		of_buf_add_text(&reference, "a/");
	for (int i = 0; i < STEPS; i++)
		of_buf_add_text(&reference, "../");
	of_buf_add_text(&reference, "z");
	of_url_resolve(&out, STR("http://h/b/"), of_buf_str(&reference));
	assert_buf(&out, "up", "http://h/b/z");
	of_buf_finish(&reference);
	of_buf_finish(&out);
}

static void test_resolve_keeps_to_the_ceiling(void **state)
{
	struct of_err err;

	(void)state;
	for (size_t ceiling = 1; ceiling < sizeof("x:/.//ff%20ff%20gg%20hh") - 1; ceiling++) {
		struct of_buf out;

		of_buf_init(&out, ceiling);
		of_url_resolve(&out, STR("x:"), STR("/.//c/d/../e/../../ff ff gg hh"));
		assert_int_equal(of_buf_status(&out, &err), OF_ELIMIT);
		of_buf_finish(&out);
	}
}

struct parts {
	const char *reference;
	const char *scheme, *authority, *host, *port, *path, *query, *fragment;
};

static void test_split(void **state)
{
	static const struct parts rows[] = {
		{"http://u:p@h.org:80/a/b?q=1#f", "http", "u:p@h.org:80", "h.org", "80", "/a/b",
			"q=1", "f"},
		{"http://[::1]:8080/", "http", "[::1]:8080", "[::1]", "8080", "/", "", ""},
		{"http://[::1]", "http", "[::1]", "[::1]", "", "", "", ""},
		{"http://h:/", "http", "h:", "h", "", "/", "", ""},
		{"http://h:x/", "http", "h:x", "h:x", "", "/", "", ""},
		{"http://@", "http", "@", "", "", "", "", ""},
		{"http://:80", "http", ":80", "", "80", "", "", ""},
		{"http://a@b@c", "http", "a@b@c", "c", "", "", "", ""},
		{"//h?q", "", "h", "h", "", "", "q", ""},
		{"//h#f?x", "", "h", "h", "", "", "", "f?x"},
		{"mailto:a@b", "mailto", "", "", "", "a@b", "", ""},
		{"urn:uuid:1-2", "urn", "", "", "", "uuid:1-2", "", ""},
		{"1a:b", "", "", "", "", "1a:b", "", ""},
		{"a/b:c", "", "", "", "", "a/b:c", "", ""},
		{":", "", "", "", "", ":", "", ""},
		{"?a?b#c#d", "", "", "", "", "", "a?b", "c#d"},
		{"", "", "", "", "", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct parts *row = &rows[i];
		struct of_url url = of_url_split(of_str_from(row->reference));

		assert_text(url.scheme, row->scheme);
		assert_text(url.authority, row->authority);
		assert_text(url.host, row->host);
		assert_text(url.port, row->port);
		assert_text(url.path, row->path);
		assert_text(url.query, row->query);
		assert_text(url.fragment, row->fragment);
	}
}

static void test_split_tells_empty_from_absent(void **state)
{
	struct of_url url = of_url_split(STR("x://?#"));

	(void)state;
	assert_true(url.has_authority && url.has_query && url.has_fragment);
	url = of_url_split(STR("x:/"));
	assert_false(url.has_authority || url.has_query || url.has_fragment);
	url = of_url_split((struct of_str){NULL, 0});
	assert_false(url.has_authority || url.has_query || url.has_fragment);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text;
		bool absolute, http;
		const char *host;
	} rows[] = {
		{"http://Example.ORG:80/x", true, true, "example.org"},
		{"HTTPS://u@[2001:DB8::1]/", true, true, "[2001:db8::1]"},
		{"http://h", true, true, "h"},
		{"http://h:65535", true, true, "h"},
		{"http://h:65536", true, false, ""},
		{"http://h:1x", true, false, ""},
		{"http://", true, false, ""},
		{"http:///x", true, false, ""},
		{"http://:80/", true, false, ""},
		{"http://[]/", true, false, ""},
		{"http://[::1/", true, false, ""},
		{"http:h", true, false, ""},
		{"httpx://h", true, false, ""},
		{"mailto:a@b", true, false, ""},
		{"urn:x", true, false, ""},
		{"http://h/a b", false, false, ""},
		{"http://h/a\x7f", false, false, ""},
		{"http://h/\xc2\x85", false, false, ""},
		{" http://h/", false, false, ""},
		{"//h/", false, false, ""},
		{"h.org", false, false, ""},
		{"", false, false, ""},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_str text = of_str_from(rows[i].text);

		assert_int_equal(of_url_is_absolute(text), rows[i].absolute);
		assert_int_equal(of_url_is_http(text), rows[i].http);
		of_url_add_host(&out, text);
		assert_buf(&out, rows[i].text, rows[i].host);
	}
	of_buf_finish(&out);
}

static void test_add_uri(void **state)
{
	static const struct pair pairs[] = {
		{"http://h/a?b=c&d#e", "http://h/a?b=c&d#e"},
		{"http://h\xc3\xa9/\xe6\x97\xa5?\xc3\xa9#\xff",
			"http://h%C3%A9/%E6%97%A5?%C3%A9#%FF"},
		{"http://h/%C3%a9%2", "http://h/%C3%a9%252"},
		{"http://h/%", "http://h/%25"},
		{"http://h/%%41", "http://h/%25%41"},
		{"http://h/a b\"<>", "http://h/a%20b%22%3C%3E"},
		{"http://[::1]/[x]", "http://[::1]/%5Bx%5D"},
		{"a/../b", "a/../b"},
		{"", ""},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		of_url_add_uri(&out, of_str_from(pairs[i].in));
		assert_buf(&out, pairs[i].in, pairs[i].out);
	}
	of_buf_finish(&out);
}

static void test_add_segment(void **state)
{
	static const struct pair pairs[] = {
		{"plain-._~", "plain-._~"},
		{"a/b?c#d", "a%2Fb%3Fc%23d"},
		{"50%41 [x]", "50%2541%20%5Bx%5D"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"\xff\n", "%FF%0A"},
		{"", ""},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		of_url_add_segment(&out, of_str_from(pairs[i].in));
		assert_buf(&out, pairs[i].in, pairs[i].out);
	}
	of_url_add_segment(&out, (struct of_str){"\0", 1});
	assert_buf(&out, "NUL", "%00");
	of_buf_finish(&out);
}

/* Every byte at every place of texts of all lengths. */
static void test_pass_settled(void **state)
{
	static const unsigned settled = OF_URL_SEGMENT | OF_URL_SLASH | OF_URL_QUESTION;
	static const char beside[] = {'a', '/', '.'};
	char text[50];

	(void)state;
	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 1; at < len; at++)
			for (unsigned c = 0; c < 256; c++) {
				bool stops = !of_url_byte_is((char)c, settled);
				char before = beside[c % sizeof(beside)];

				memset(text, 'a', sizeof(text));
				text[at - 1] = before;
				text[at] = (char)c;
				stops |= c == '.' && before == '/';
				assert_int_equal(
					of_url_pass_settled((struct of_str){text, len}, at),
					stops ? at : len);
			}
}

/* The short way and the long one, which a base with a fragment is left to. */
static void test_resolve_settled(void **state)
{
	static const char *const bases[] = {"https://h.example", "https://h.example/",
		"https://h.example/a/b", "https://h.example/a//b/", "https://h.example/a?b/",
		"https://h.example?a/", "https://", "https:///", "http://u@h:80/a:b/"};
	static const char *const references[] = {"", "/", "//", "/a", "/a/b-c_d~e/f.g?h=i&j",
		"/a/.b", "/./a", "/a/..", "/a%20b", "/a b", "//x.example/y", "a", "a/b", ".a",
		"./a", "../a", "a:b", "1:b", "?a", "a?b", "a?b/./c", "#a", "/a#b", "g.h/i.j",
		"/a/path/of/more/than/thirty-two/bytes/altogether", "a;b=c", "@a", ":a"};
	struct of_buf given = {0}, with = {0}, without = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(bases); i++)
		for (size_t k = 0; k < COUNT(references); k++) {
			struct of_str reference = of_str_from(references[k]);

			of_buf_clear(&given);
			of_buf_add_text(&given, bases[i]);
			of_url_resolve(&without, of_buf_str(&given), reference);
			of_buf_add_text(&given, "#f");
			of_url_resolve(&with, of_buf_str(&given), reference);
			assert_buf(&without, references[k], with.ptr);
			of_buf_clear(&with);
		}
	of_buf_finish(&given);
	of_buf_finish(&with);
	of_buf_finish(&without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve_normal),
		cmocka_unit_test(test_resolve_abnormal),
		cmocka_unit_test(test_resolve_mends),
		cmocka_unit_test(test_resolve_bases),
		cmocka_unit_test(test_resolve_twice_changes_nothing),
		cmocka_unit_test(test_resolve_is_linear),
		cmocka_unit_test(test_resolve_keeps_to_the_ceiling),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_tells_empty_from_absent),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_add_uri),
		cmocka_unit_test(test_add_segment),
		cmocka_unit_test(test_pass_settled),
		cmocka_unit_test(test_resolve_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
