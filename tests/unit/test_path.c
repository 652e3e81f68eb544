#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/path.h"
#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void assert_text(struct of_str got, const char *want)
{
	if (!of_str_equal(got, of_str_from(want)))
		fail_msg("got <%.*s>, want <%s>", (int)got.len, got.ptr != NULL ? got.ptr : "",
			want);
}

static void test_parts(void **state)
{
	static const struct {
		const char *path, *folder, *base, *stem, *extension;
	} rows[] = {
		{"index.html", "", "index.html", "index", ".html"},
		{"a.b/c", "a.b", "c", "c", ""},
		{"a/b/c.tar.gz", "a/b", "c.tar.gz", "c.tar", ".gz"},
		{".hidden", "", ".hidden", ".hidden", ""},
		{"a/.hidden", "a", ".hidden", ".hidden", ""},
		{".hidden.md", "", ".hidden.md", ".hidden", ".md"},
		{"a/..", "a", "..", "..", ""},
		{"..x", "", "..x", "..x", ""},
		{".", "", ".", ".", ""},
		{"a.", "", "a.", "a.", ""},
		{"a/", "a", "", "", ""},
		{"/x.md", "/", "x.md", "x", ".md"},
		{"/", "/", "", "", ""},
		{"", "", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_str path = of_str_from(rows[i].path);

		assert_text(of_path_folder(path), rows[i].folder);
		assert_text(of_path_base(path), rows[i].base);
		assert_text(of_path_stem(path), rows[i].stem);
		assert_text(of_path_extension(path), rows[i].extension);
	}
	assert_int_equal(of_path_stem((struct of_str){NULL, 0}).len, 0);
}

static void test_normalise(void **state)
{
	static const struct {
		const char *path, *plain;
	} rows[] = {
		{"a", "a"},
		{"./a", "a"},
		{"a/", "a"},
		{"a//b/./c/", "a/b/c"},
		{"a/../b", "b"},
		{"a/b/../../c", "c"},
		{"a/b/..", "a"},
		{"a/..", "."},
		{"a/../..", ".."},
		{"../a", "../a"},
		{"../../a/../b", "../../b"},
		{"..a/...", "..a/..."},
		{".", "."},
		{"", "."},
		{"/", "/"},
		{"//a/..", "/"},
		{"/../a", "/a"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_buf out = {0};

		of_buf_add_text(&out, "x/");
		of_path_normalise(&out, of_str_from(rows[i].path));
		assert_text(of_str_from_offset(of_buf_str(&out), 2), rows[i].plain);
		of_buf_finish(&out);
	}
}

static void test_join(void **state)
{
	static const struct {
		const char *folder, *name, *joined;
	} rows[] = {
		{"a", "b", "a/b"},
		{"a/", "b", "a/b"},
		{"/", "b", "/b"},
		{"", "b", "b"},
		{".", "b", "b"},
		{"..", "b", "../b"},
		{"a", "/b", "/b"},
		{"a", "", "a/"},
	};
	struct of_buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		of_path_join(&out, of_str_from(rows[i].folder), of_str_from(rows[i].name));
		assert_text(of_buf_str(&out), rows[i].joined);
		of_buf_clear(&out);
	}
	of_path_join(&out, (struct of_str){NULL, 0}, STR("b"));
	assert_text(of_buf_str(&out), "b");
	of_buf_finish(&out);
}

static void test_paths_that_may_be_used(void **state)
{
	static const char *const paths[] = {"a", "topic/ai", "a.b/c..d", "a b/-x",
		"caf\xc3\xa9", "console", "com0", "com10", "com", "lpt", "nul-1", "a.con",
		"xcon", "\xc2\xa0x"};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		if (of_path_refusal(of_str_from(paths[i])) != NULL)
			fail_msg("<%s> %s", paths[i], of_path_refusal(of_str_from(paths[i])));
}

static void test_paths_that_are_refused(void **state)
{
	static const struct {
		const char *path, *why;
	} rows[] = {
		{"", "empty"},
		{"/", "absolute"},
		{"/a", "absolute"},
		{"a//b", "empty segment"},
		{"a/", "empty segment"},
		{"..", "'.'"},
		{".", "'.'"},
		{"a/../b", "'.'"},
		{"a/.b", "'.'"},
		{"a/...", "'.'"},
		{"a\\b", "backslash"},
		{"c:", "colon"},
		{"a/b:c", "colon"},
		{"a\nb", "control"},
		{"a\x7f", "control"},
		{"a\xc2\x80", "control"},
		{"CON", "device"},
		{"a/nul/b", "device"},
		{"Aux.txt", "device"},
		{"prn.tar.gz", "device"},
		{"con .txt", "device"},
		{"com1", "device"},
		{"LPT9.x", "device"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = of_path_refusal(of_str_from(rows[i].path));

		if (why == NULL || strstr(why, rows[i].why) == NULL)
			fail_msg("<%s> %s", rows[i].path, why != NULL ? why : "passes");
	}
	assert_non_null(of_path_refusal((struct of_str){NULL, 0}));
	assert_non_null(of_path_refusal((struct of_str){"a\0b", 3}));
}

static void test_lengths(void **state)
{
	char path[1002];

	(void)state;
	memset(path, 'a', sizeof(path));
	assert_null(of_path_refusal((struct of_str){path, 200}));
	assert_non_null(of_path_refusal((struct of_str){path, 201}));
	for (size_t i = 100; i < 1000; i += 100)
		path[i] = '/';
	assert_null(of_path_refusal((struct of_str){path, 1000}));
	assert_non_null(of_path_refusal((struct of_str){path, 1001}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_paths_that_may_be_used),
		cmocka_unit_test(test_paths_that_are_refused),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
