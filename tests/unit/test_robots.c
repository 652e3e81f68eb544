#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "web/robots.h"
#include <outfeed/buf.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int setup(void **state)
{
	*state = of_arena_new();
	return *state == NULL;
}

static int teardown(void **state)
{
	of_arena_free(*state);
	return 0;
}

static const struct of_robots_rules *parse(void **state, struct of_str bytes)
{
	const struct of_robots_rules *rules = of_robots_parse(*state, bytes, STR("outfeed"));

	assert_non_null(rules);
	return rules;
}

struct row {
	const char *file, *path;
	bool allowed;
};

static void check(void **state, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct of_robots_rules *rules = parse(state, of_str_from(rows[i].file));

		if (of_robots_allows(rules, of_str_from(rows[i].path)) != rows[i].allowed)
			fail_msg("row %zu: <%s> under <%s>", i, rows[i].path, rows[i].file);
	}
}

static void test_groups(void **state)
{
	static const struct row rows[] = {
		{"", "/", true},
		{"User-agent: *\nDisallow: /", "/a", false},
		{"User-agent: *\nDisallow: /", "/robots.txt", true},
		{"User-agent: *\nDisallow: /", "/robots.txt2", false},
		{"User-agent: *\nDisallow:", "/a", true},
		{"User-agent: *\nAllow:\nDisallow: /a", "/a", false},
		{"User-agent: other\nDisallow: /", "/a", true},
		{"User-agent: OutFeed\nDisallow: /a", "/a", false},
		{"User-agent: outfeed/1.0\nDisallow: /a", "/a", false},
		{"User-agent: outfeed bot\nDisallow: /a", "/a", false},
		{"User-agent: outfeeder\nDisallow: /", "/a", true},
		{"User-agent: outfeed-news\nDisallow: /", "/a", true},
		{"User-agent: out\nDisallow: /", "/a", true},
		{"User-agent:\nDisallow: /", "/a", true},
		{"User-agent: *x\nDisallow: /", "/a", true},
		/* Our own group wins over everyone's, even an empty one. */
		{"User-agent: *\nDisallow: /\nUser-agent: outfeed\nDisallow: /b", "/a", true},
		{"User-agent: outfeed\nDisallow: /b\nUser-agent: *\nDisallow: /", "/a", true},
		{"User-agent: outfeed\nDisallow:\nUser-agent: *\nDisallow: /", "/a", true},
		{"User-agent: *\nDisallow: /\nUser-agent: outfeed", "/a", true},
		/* Lines that name agents share the rules below, blank lines or not. */
		{"User-agent: x\nUser-agent: outfeed\nUser-agent: y\nDisallow: /a", "/a",
			false},
		{"User-agent: outfeed\n\nUser-agent: x\nDisallow: /a", "/a", false},
		{"User-agent: outfeed\nUser-agent: *\nDisallow: /a", "/a", false},
		{"User-agent: outfeed\n\nDisallow: /a\n\nDisallow: /b", "/b", false},
		{"User-agent: outfeed\nAllow: /\nUser-agent: x\nDisallow: /a", "/a", true},
		/* Several groups of one agent are one (section 2.2.1). */
		{"User-agent: outfeed\nDisallow: /a\nUser-agent: x\nDisallow: /c\n"
		 "User-agent: outfeed\nDisallow: /b",
			"/a", false},
		{"User-agent: outfeed\nDisallow: /a\nUser-agent: x\nDisallow: /c\n"
		 "User-agent: outfeed\nDisallow: /b",
			"/b", false},
		{"User-agent: outfeed\nDisallow: /a\nUser-agent: x\nDisallow: /c\n"
		 "User-agent: outfeed\nDisallow: /b",
			"/c", true},
		{"User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", "/a", false},
		/* Other lines divide nothing (section 2.2.4); a delay is of its group. */
		{"User-agent: outfeed\nSitemap: https://e.org/s.xml\nUser-agent: x\nDisallow: "
		 "/",
			"/a", false},
		{"User-agent: outfeed\nHost: e.org\nnonsense\nDisallow: /a", "/a", false},
		{"User-agent: outfeed\nCrawl-delay: 1\nUser-agent: x\nDisallow: /", "/a", true},
		/* Rules before any agent are nobody's. */
		{"Disallow: /\nUser-agent: *\nDisallow: /b", "/a", true},
	};

	check(state, rows, COUNT(rows));
}

static void test_lines(void **state)
{
	static const struct row rows[] = {
		{"\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a", false},
		{"User-agent: *\rDisallow: /a\rDisallow: /b", "/b", false},
		{"User-agent: *\r\nDisallow: /a\r\n", "/a", false},
		{"User-agent: *\n\rDisallow: /a\r\r\n\nDisallow: /b", "/b", false},
		{"  USER-AGENT \t:\t*  \n\tdisallow\t:\t/a\t", "/a", false},
		{"user-agent:*\ndisallow:/a", "/a", false},
		{"# all\nUser-agent: * # all\nDisallow: /a # not /b\n#Disallow: /c", "/a",
			false},
		{"User-agent: *\nDisallow: /a # not /b\n#Disallow: /c", "/c", true},
		{"User-agent: *\nDisallow: /a#b", "/ac", false},
		{"User-agent: *\nDisallow /a", "/a", true},
		{"User-agent: *\nDisallowed: /a", "/a", true},
		{"User-agent: *\nDisallow: /a:b", "/a:b", false},
		{"User-agent: *\nDisallow: /a:b", "/a", true},
		{"<html><body>User-agent: *\nDisallow: /</body>", "/", true},
		{"User-agent: *\nDisallow: a", "/a", true},
		{"User-agent: *\nDisallow: *a", "/ba", false},
	};

	check(state, rows, COUNT(rows));
}

#define ALL "User-agent: *\n"

static void test_match(void **state)
{
	static const struct row rows[] = {
		{ALL "Disallow: /fish", "/fish", false},
		{ALL "Disallow: /fish", "/fish.html", false},
		{ALL "Disallow: /fish", "/fisherman/x", false},
		{ALL "Disallow: /fish", "/Fish", true},
		{ALL "Disallow: /fish", "/catfish", true},
		{ALL "Disallow: /fish/", "/fish", true},
		{ALL "Disallow: /fish*", "/fish", false},
		{ALL "Disallow: /*.php", "/a/b.php?x", false},
		{ALL "Disallow: /*.php", "/php", true},
		{ALL "Disallow: /*.php$", "/b.php", false},
		{ALL "Disallow: /*.php$", "/b.php?x", true},
		{ALL "Disallow: /*.php$", "/b.php/c.php", false},
		{ALL "Disallow: /fish*.php", "/fishheads/x.php?p", false},
		{ALL "Disallow: /$", "/", false},
		{ALL "Disallow: /$", "/a", true},
		{ALL "Disallow: /*$", "/a", false},
		{ALL "Disallow: *", "/", false},
		{ALL "Disallow: /a**b", "/axb", false},
		{ALL "Disallow: /a*b*c$", "/abcbc", false},
		{ALL "Disallow: /a*b*c$", "/abcb", true},
		{ALL "Disallow: /a*bb$", "/ab", true},
		{ALL "Disallow: /ab*bc$", "/abc", true}, /* the two do not overlap */
		{ALL "Disallow: /a$b", "/a$bc", false},
		{ALL "Disallow: /a$b", "/a", true},
		{ALL "Disallow: /a", "", true},
		/* The longest wins, whatever the order (section 2.2.2); ties allow. */
		{ALL "Allow: /p\nDisallow: /", "/page", true},
		{ALL "Disallow: /\nAllow: /p", "/page", true},
		{ALL "Allow: /a\nDisallow: /a/b", "/a/b", false},
		{ALL "Disallow: /a/b\nAllow: /a", "/a/b", false},
		{ALL "Disallow: /folder\nAllow: /folder", "/folder/page", true},
		{ALL "Allow: /folder\nDisallow: /folder", "/folder/page", true},
		{ALL "Allow: /page\nDisallow: /*.htm", "/page.htm", false},
		{ALL "Allow: /$\nDisallow: /", "/", true},
		{ALL "Allow: /$\nDisallow: /", "/page.htm", false},
		{ALL "Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
			"/example/page/disallowed.gif", false},
		{ALL "Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
			"/example/page/x", true},
		/* By octets of what is sent: 3 of a byte that is encoded. */
		{ALL "Allow: /*abcde\nDisallow: /\xe3\x83\x84", "/%E3%83%84abcde", false},
		{ALL "Allow: /*%61%62%63%64\nDisallow: /%E3", "/%E3%83%84abcd", true},
	};

	check(state, rows, COUNT(rows));
}

/* Section 2.2.2, its table and the rules above it; section 2.2.3. */
static void test_encoding(void **state)
{
	static const struct row rows[] = {
		{ALL "Disallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", false},
		{ALL "Disallow: /foo/bar?baz=https://foo.bar",
			"/foo/bar?baz=https%3A%2F%2Ffoo.bar", false},
		{ALL "Disallow: /foo/bar?baz=https%3a%2f%2Ffoo.bar",
			"/foo/bar?baz=https://foo.bar", false},
		{ALL "Disallow: /foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84", false},
		{ALL "Disallow: /foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", false},
		{ALL "Disallow: /foo/bar/%e3%83%84", "/foo/bar/\xe3\x83\x84", false},
		{ALL "Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false},
		{ALL "Disallow: /foo/bar/baz", "/foo/bar/%62%61%7A", false},
		{ALL "Disallow: /~joe", "/%7Ejoe", false},
		{ALL "Disallow: /a%3cd.html", "/a%3Cd.html", false},
		{ALL "Disallow: /a%3cd.html", "/a<d.html", false},
		{ALL "Disallow: /a b", "/a%20b", false},
		{ALL "Disallow: /a%2fb", "/a/b", true},
		{ALL "Disallow: /a%2fb", "/a%2Fb", false},
		{ALL "Disallow: /a/b", "/a%2Fb", true},
		{ALL "Disallow: /a%3Fb", "/a?b", true},
		{ALL "Disallow: /a%252Fb", "/a%2Fb", true},
		{ALL "Disallow: /a%252fb", "/a%252fb", false},
		{ALL "Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", false},
		{ALL "Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-x.html", true},
		{ALL "Disallow: /path/foo-%24", "/path/foo-$", false},
		{ALL "Disallow: /path/foo-%24", "/path/foo-%24x", false},
		{ALL "Disallow: /path/foo-%24", "/path/foo-", true},
		{ALL "Disallow: /100%", "/100%", false},
		{ALL "Disallow: /a%zz", "/a%zz", false},
		{ALL "Disallow: /a%4", "/a%4", false},
		{ALL "Disallow: /a%00", "/a%00", false},
		{ALL "Disallow: /a%00b", "/axb", true},
	};

	check(state, rows, COUNT(rows));
}

static void test_delay(void **state)
{
	static const struct {
		const char *file;
		int64_t delay;
	} rows[] = {
		{"", -1},
		{ALL "Disallow: /", -1},
		{ALL "Crawl-delay: 10", 10000},
		{ALL "crawl-DELAY:0", 0},
		{ALL "Crawl-delay: 0.5 # half", 500},
		{ALL "Crawl-delay: .25", 250},
		{ALL "Crawl-delay: 2.", 2000},
		{ALL "Crawl-delay: 1.0001", 1001},
		{ALL "Crawl-delay: 1.00000", 1000},
		{ALL "Crawl-delay: -1", -1},
		{ALL "Crawl-delay: 1s", -1},
		{ALL "Crawl-delay: 1,5", -1},
		{ALL "Crawl-delay: 1.5.5", -1},
		{ALL "Crawl-delay: .", -1},
		{ALL "Crawl-delay: ", -1},
		{ALL "Crawl-delay: ten", -1},
		{ALL "Crawl-delay: 99999999999999999999999999", INT64_C(1000000000000)},
		{ALL "Crawl-delay: 3\nCrawl-delay: 7\nCrawl-delay: 5", 7000},
		{"Crawl-delay: 4\n" ALL "Disallow: /a", -1},
		{ALL "Crawl-delay: 9\nUser-agent: outfeed\nCrawl-delay: 2", 2000},
		{ALL "Crawl-delay: 9\nUser-agent: outfeed\nDisallow: /a", -1},
		{ALL "User-agent: outfeed\nCrawl-delay: 3", 3000},
		{"User-agent: x\nCrawl-delay: 9\n", -1},
		{"User-agent: outfeed\nCrawl-delay: 1\nUser-agent: outfeed\nCrawl-delay: 6",
			6000},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t delay = of_robots_delay(parse(state, of_str_from(rows[i].file)));

		if (delay != rows[i].delay)
			fail_msg("row %zu: %lld for <%s>", i, (long long)delay, rows[i].file);
	}
}

/* A file of the limit is read whole; of a longer one, whole lines of its beginning. */
static void test_limit(void **state)
{
	static const char before[] = ALL "#";
	static const char rule[] = "\nDisallow: /abc";
	struct of_buf file = {0};
	struct of_buf longer = {0};
	const struct of_robots_rules *rules;

	of_buf_add_str(&file, STR(before));
	while (file.len < OF_ROBOTS_LIMIT - (sizeof(rule) - 1))
		of_buf_add_byte(&file, 'x');
	of_buf_add_str(&file, STR(rule));
	assert_int_equal(file.len, OF_ROBOTS_LIMIT);
	rules = parse(state, of_buf_str(&file));
	assert_false(of_robots_allows(rules, STR("/abc")));

	of_buf_add_str(&longer, STR(before));
	of_buf_add_byte(&longer, 'x');
	of_buf_add_str(&longer, of_str_from_offset(of_buf_str(&file), sizeof(before) - 1));
	rules = parse(state, of_buf_str(&longer));
	assert_true(of_robots_allows(rules, STR("/abc")));
	assert_true(of_robots_allows(rules, STR("/abd")));
	of_buf_finish(&file);
	of_buf_finish(&longer);
}

/* Whatever the bytes are, something comes of them. */
static void test_any_bytes(void **state)
{
	static const char *const words[] = {"User-agent", "Disallow", "Allow", "Crawl-delay",
		":", ":", " ", "\n", "\r", "*", "$", "/", "%", "%2F", "%00", "#", "?",
		"outfeed", "a", "1.5", "\xff"};
	uint64_t random = 1;

	for (size_t turn = 0; turn < 3000; turn++) {
		char file[600], path[300];
		size_t len = 0, path_len = 0;
		const struct of_robots_rules *rules;

		while (len < 500) {
			const char *word;

			random = random * 6364136223846793005U + 1442695040888963407U;
			word = words[(random >> 33) % COUNT(words)];
			if ((random >> 60) == 0)
				word = "\0";
			memcpy(file + len, word, strlen(word) + 1);
			len += strlen(word) + ((random >> 60) == 0);
			if (path_len < 250) {
				memcpy(path + path_len, word, strlen(word));
				path_len += strlen(word);
			}
		}
		rules = parse(state, (struct of_str){file, len});
		of_robots_allows(rules, (struct of_str){path, path_len});
		assert_true(of_robots_delay(rules) >= -1);
		of_arena_clear(*state);
	}
}

/* What is slow where a matcher tries again: this test would not end. */
static void test_wildcards(void **state)
{
	struct of_buf file = {0};
	char path[8000];
	const struct of_robots_rules *rules;

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	of_buf_add_str(&file, STR(ALL "Disallow: /"));
	while (file.len < OF_ROBOTS_LIMIT - 10)
		of_buf_add_str(&file, STR("*a"));
	of_buf_add_str(&file, STR("b\n"));
	rules = parse(state, of_buf_str(&file));
	assert_true(of_robots_allows(rules, (struct of_str){path, sizeof(path)}));

	of_buf_clear(&file);
	of_buf_add_str(&file, STR(ALL));
	for (size_t i = 0; i < 1000; i++)
		of_buf_add_str(&file, STR("Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*aab*$\n"));
	rules = parse(state, of_buf_str(&file));
	assert_true(of_robots_allows(rules, (struct of_str){path, sizeof(path)}));
	assert_true(of_robots_allows(rules, STR("/aaaaaaaaaa")));

	/* As many as there is room for are given up, a short path's are not. */
	for (size_t i = 0; i < 9000; i++)
		of_buf_add_str(&file, STR("Disallow: /*a*a*a*a*aab*a*a*a*a*a*a*a*ab*$\n"));
	rules = parse(state, of_buf_str(&file));
	assert_false(of_robots_allows(rules, (struct of_str){path, sizeof(path)}));
	assert_true(of_robots_allows(rules, STR("/aaaaaaaaaa")));
	of_buf_finish(&file);
}

/* A path longer than any URL that is fetched. */
static void test_long_path(void **state)
{
	const struct of_robots_rules *rules = parse(state, STR(ALL "Disallow: /\xe3\xe3"));
	char *path = malloc(1 << 20);

	assert_non_null(path);
	memset(path, '\xe3', 1 << 20);
	path[0] = '/';
	assert_false(of_robots_allows(rules, (struct of_str){path, 1 << 20}));
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
