#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "serve/media.h"
#include "serve/wanted.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_paths(void **state)
{
	static const struct {
		const char *text;
		unsigned status;
		const char *path;
		bool folder;
	} rows[] = {
		{"/", 0, "", true},
		{"//", 0, "", true},
		{"/all", 0, "all", false},
		{"/all/", 0, "all", true},
		{"/all//", 0, "all", true},
		{"//evil.example/x", 0, "evil.example/x", false},
		{"/topic/a/atom.xml", 0, "topic/a/atom.xml", false},
		{"/a%20b/%C3%A9", 0, "a b/\xC3\xA9", false},
		{"/a%2Fb", 0, "a/b", false},
		{"/a%2fb%2F", 0, "a/b", true},
		{"/100%25", 0, "100%", false},
		{"/a%252e", 0, "a%2e", false},
		{"/a..b/c...", 0, "a..b/c...", false},
		{"/a:b;c=d,e+f&g", 0, "a:b;c=d,e+f&g", false},
		{"http://localhost", 0, "", true},
		{"http://localhost/all/?x", 0, "all", true},
		{"HTTPS://localhost:80/all", 0, "all", false},
		{"", 400, NULL, false},
		{"*", 400, NULL, false},
		{"all", 400, NULL, false},
		{"localhost:80", 400, NULL, false},
		{"ftp://localhost/x", 400, NULL, false},
		{"/..", 400, NULL, false},
		{"/../etc/passwd", 400, NULL, false},
		{"/all/../..", 400, NULL, false},
		{"/%2e%2e/x", 400, NULL, false},
		{"/.%2E/x", 400, NULL, false},
		{"/a%2f..%2fb", 400, NULL, false},
		{"/.hidden/../x", 400, NULL, false},
		{"/a\\b", 400, NULL, false},
		{"/a%5Cb", 400, NULL, false},
		{"/..%5c..%5cx", 400, NULL, false},
		{"/a%00.xml", 400, NULL, false},
		{"/a%0Ab", 400, NULL, false},
		{"/a%7f", 400, NULL, false},
		{"/a\tb", 400, NULL, false},
		{"/%", 400, NULL, false},
		{"/%2", 400, NULL, false},
		{"/%zz", 400, NULL, false},
		{"/a%4", 400, NULL, false},
		{"/.", 404, NULL, false},
		{"/./all", 404, NULL, false},
		{"/.git/config", 404, NULL, false},
		{"/all/.htaccess", 404, NULL, false},
		{"/%2ehidden", 404, NULL, false},
		{"/...", 404, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_wanted wanted;
		unsigned status = of_wanted_parse(&wanted, of_str_from(rows[i].text));

		if (status != rows[i].status)
			fail_msg("%s: got %u, want %u", rows[i].text, status, rows[i].status);
		if (status != 0)
			continue;
		assert_string_equal(wanted.path, rows[i].path);
		assert_int_equal(wanted.len, strlen(rows[i].path));
		assert_int_equal(wanted.folder, rows[i].folder);
	}
}

static void test_path_length(void **state)
{
	char text[2 * OF_WANTED_LIMIT];
	struct of_wanted wanted;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	for (size_t len = 1; len < sizeof(text); len++) {
		unsigned status = of_wanted_parse(&wanted, (struct of_str){text, len});

		assert_int_equal(status, len <= OF_WANTED_LIMIT ? 0 : 404);
		if (status == 0)
			assert_int_equal(strlen(wanted.path), len - 1);
	}
	/* each slash and each byte after it, up to the last place */
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = '/';
	for (size_t len = 1; len < sizeof(text); len++) {
		if (of_wanted_parse(&wanted, (struct of_str){text, len}) == 0)
			assert_true(strlen(wanted.path) <= OF_WANTED_LIMIT);
	}
}

static void test_hosts(void **state)
{
	static const char *const good[] = {"localhost", "localhost:8000", "LocalHost",
		"localhost.", "a.localhost:1", "127.0.0.1", "127.0.0.1:8000", "127.9.9.9",
		"[::1]", "[::1]:8000", " localhost "};
	static const char *const bad[] = {"", ".", "example.org", "localhost.example.org",
		"notlocalhost", "128.0.0.1", "10.0.0.1:8000", "0.0.0.0", "[::]", "[::2]:80",
		"127.0.0.1.example.org", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]",
		"example.org:8000@127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!of_host_is_loopback(of_str_from(good[i])))
			fail_msg("%s is this machine", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (of_host_is_loopback(of_str_from(bad[i])))
			fail_msg("%s is not this machine", bad[i]);
}

static void test_media(void **state)
{
	static const struct {
		const char *name, *type;
	} rows[] = {
		{"atom.xml", "application/atom+xml; charset=utf-8"},
		{"2025-03.atom.xml", "application/atom+xml; charset=utf-8"},
		{"ATOM.XML", "application/atom+xml; charset=utf-8"},
		{"rot.xml", "application/atom+xml; charset=utf-8"},
		{"rss.xml", "application/rss+xml; charset=utf-8"},
		{"2025-03.rss.xml", "application/rss+xml; charset=utf-8"},
		{"feed.json", "application/feed+json"},
		{"2025-03.feed.json", "application/feed+json"},
		{"index.html", "text/html; charset=utf-8"},
		{"subscriptions.opml", "text/x-opml; charset=utf-8"},
		{"junit.xml", "application/xml; charset=utf-8"},
		{"notatom.xml", "application/xml; charset=utf-8"},
		{"audit.json", "application/json"},
		{"audit.sarif", "application/sarif+json"},
		{"audit.csv", "text/csv; charset=utf-8"},
		{"a.jpeg", "image/jpeg"},
		{"a.JPG", "image/jpeg"},
		{"a.svg", "image/svg+xml"},
		{"atom.xml.gz", "application/gzip"},
		{"atom.xml.br", "application/octet-stream"},
		{"x", "application/octet-stream"},
		{"", "application/octet-stream"},
		{"xhtml", "application/octet-stream"},
		{"a.html.exe", "application/octet-stream"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(
			of_media_find(of_str_from(rows[i].name))->type, rows[i].type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths),
		cmocka_unit_test(test_path_length), cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_media)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
