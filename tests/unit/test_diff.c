#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/diff.h"
#include "base/str.h"

static void check(const char *path, const char *bytes, const struct of_change *changes,
	size_t n_changes, const char *expected)
{
	struct of_buf out = {0};

	assert_int_equal(of_diff_add(&out, of_str_from(path), of_str_from(bytes), changes,
				 n_changes, NULL),
		OF_OK);
	assert_string_equal(out.ptr, expected);
	of_buf_finish(&out);
}

static void test_one_line(void **state)
{
	const struct of_change change = {10, 11, STR("XY")};

	(void)state;
	check("a/b.md", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", &change, 1,
		"diff --git a/a/b.md b/a/b.md\n--- a/a/b.md\n+++ b/a/b.md\n"
		"@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n+XY\n 7\n 8\n 9\n");
}

static void test_ends_of_the_file(void **state)
{
	const struct of_change first = {0, 1, STR("X")};
	const struct of_change last = {4, 5, STR("X")};

	(void)state;
	check("a", "1\n2\n3", &first, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
		"@@ -1,3 +1,3 @@\n-1\n+X\n 2\n 3\n\\ No newline at end of file\n");
	check("a", "1\n2\n3", &last, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
		"@@ -1,3 +1,3 @@\n 1\n 2\n-3\n\\ No newline at end of file\n"
		"+X\n\\ No newline at end of file\n");
}

static void test_two_on_a_line_and_lines_that_join(void **state)
{
	const struct of_change two[] = {{2, 3, STR("X")}, {4, 5, STR("Y")}};
	const struct of_change join[] = {{3, 6, STR("-")}, {14, 15, STR("Z")}};

	(void)state;
	check("a", "0\na b\nc\n", two, 2,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
		"@@ -1,3 +1,3 @@\n 0\n-a b\n+X Y\n c\n");
	/* the second hunk's new place is one line up */
	check("a", "a\nb1\nb2\nc\nd\ne\n", join, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
		"@@ -1,6 +1,5 @@\n a\n-b1\n-b2\n+b-2\n c\n d\n e\n");
}

/* Seven lines between two changes are one too many for one hunk. */
static void test_hunks(void **state)
{
	const struct of_change near[] = {{0, 1, STR("X")}, {14, 15, STR("Y")}};
	const struct of_change far[] = {{0, 2, STR("")}, {16, 17, STR("Y")}};

	(void)state;
	check("a", "0\n1\n2\n3\n4\n5\n6\n7\n8\n", near, 2,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n"
		"-0\n+X\n 1\n 2\n 3\n 4\n 5\n 6\n-7\n+Y\n 8\n");
	check("a", "0\n1\n2\n3\n4\n5\n6\n7\n8\n", far, 2,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
		"@@ -1,4 +1,3 @@\n-0\n 1\n 2\n 3\n@@ -6,4 +5,4 @@\n 5\n 6\n 7\n-8\n+Y\n");
}

/* A line whose end is taken away goes on with the next; a file may begin with nothing. */
static void test_ends_taken_away(void **state)
{
	const struct of_change glue = {1, 2, STR("")};
	const struct of_change cut = {1, 4, STR("")};
	const struct of_change fill = {0, 0, STR("1\n2")};
	const struct of_change empty = {0, 4, STR("")};

	(void)state;
	check("a", "1\n2\n3\n", &glue, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,2 @@\n-1\n-2\n+12\n 3\n");
	check("a", "1\n2\n3\n", &cut, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,1 @@\n-1\n-2\n-3\n+13\n");
	check("a", "", &fill, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1,2 @@\n+1\n+2\n"
		"\\ No newline at end of file\n");
	check("a", "1\n2\n", &empty, 1,
		"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +0,0 @@\n-1\n-2\n");
}

static void test_names(void **state)
{
	const struct of_change change = {0, 1, STR("X")};

	(void)state;
	check("a b", "1\n", &change, 1,
		"diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n@@ -1,1 +1,1 @@\n-1\n+X\n");
	check("\xC3\xA9\t\"\\\x01", "1\n", &change, 1,
		"diff --git \"a/\\303\\251\\t\\\"\\\\\\001\" \"b/\\303\\251\\t\\\"\\\\\\001\"\n"
		"--- \"a/\\303\\251\\t\\\"\\\\\\001\"\n+++ \"b/\\303\\251\\t\\\"\\\\\\001\"\n"
		"@@ -1,1 +1,1 @@\n-1\n+X\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_ends_of_the_file),
		cmocka_unit_test(test_two_on_a_line_and_lines_that_join),
		cmocka_unit_test(test_hunks),
		cmocka_unit_test(test_ends_taken_away),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
