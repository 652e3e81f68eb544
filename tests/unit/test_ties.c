#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "collect/ties.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define KEYS(literal) ((struct of_str){literal, sizeof(literal) - 1})
#define NONE ((struct of_str){NULL, 0})

static void assert_id(struct of_str got, const char *want)
{
	if (!of_str_equal(got, of_str_from(want != NULL ? want : "")))
		fail_msg("got <%.*s>, want <%s>", (int)got.len, got.ptr != NULL ? got.ptr : "",
			want != NULL ? want : "");
}

static struct of_ties *make(void)
{
	struct of_ties *ties = of_ties_new();

	assert_non_null(ties);
	return ties;
}

static void add(struct of_ties *ties, const char *id, struct of_str keys)
{
	assert_int_equal(of_ties_add(ties, of_str_from(id), keys, OF_TIE_STORED, NULL), OF_OK);
}

static struct of_str claim(struct of_ties *ties, enum of_tie_way way, const char *id,
	struct of_str keys, struct of_str aliases)
{
	const struct of_tie_claim what = {of_str_from(id), keys, aliases};

	return of_ties_claim(ties, &what, way);
}

/* What the second keys tell of the first. */
static void test_hold_and_bind(void **state)
{
	static const struct {
		struct of_str before, now, aliases;
		bool hold, bind;
	} rows[] = {
		{STR_INIT("s:a\0"), STR_INIT("s:a\0"), {NULL, 0}, true, true},
		{STR_INIT("s:a\0"), STR_INIT("s:b\0"), {NULL, 0}, true, false},
		{STR_INIT("s:a\0"), STR_INIT("s:b\0"), STR_INIT("s:a\0"), true, true},
		{STR_INIT("s:a\0"), STR_INIT("s:b\0"), STR_INIT("s:c\0s:a\0"), true, true},
		{STR_INIT("s:a\0"), STR_INIT("s:ab\0"), STR_INIT("s:aa\0"), true, false},
		{STR_INIT("i:1\0s:a\0"), STR_INIT("i:2\0s:a\0"), {NULL, 0}, true, false},
		{STR_INIT("i:1\0s:a\0"), STR_INIT("i:1\0s:b\0"), {NULL, 0}, true, true},
		{STR_INIT("i:1\0s:a\0"), STR_INIT("s:a\0"), {NULL, 0}, true, true},
		{STR_INIT("i:1\0s:a\0"), STR_INIT("i:2\0s:b\0"), STR_INIT("s:a\0"), true,
			false},
		{STR_INIT("u:1\0s:a\0"), STR_INIT("u:2\0s:a\0"), {NULL, 0}, false, false},
		{STR_INIT("u:1\0u:2\0"), STR_INIT("u:2\0s:x\0"), {NULL, 0}, true, true},
		{STR_INIT("u:1\0i:1\0"), STR_INIT("u:1\0i:2\0"), {NULL, 0}, true, true},
		{STR_INIT("s:a\0"), STR_INIT("g:x\0s:a\0"), {NULL, 0}, false, true},
		{STR_INIT("g:x\0s:a\0"), STR_INIT("s:a\0"), {NULL, 0}, true, true},
		{STR_INIT("s:a"), STR_INIT("s:a\0"), {NULL, 0}, true, true},
		{{NULL, 0}, STR_INIT("s:a\0"), {NULL, 0}, true, false},
		{STR_INIT("s:\0"), STR_INIT("s:\0"), {NULL, 0}, true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool hold = of_ties_hold(rows[i].before, rows[i].now);
		bool bind = of_ties_bind(rows[i].before, rows[i].now, rows[i].aliases);

		if (hold != rows[i].hold || bind != rows[i].bind)
			fail_msg("row %zu: %d %d", i, hold, bind);
	}
}

static void test_the_strongest_key_first(void **state)
{
	struct of_ties *ties = make();

	(void)state;
	add(ties, "slug", KEYS("s:x\0"));
	add(ties, "id", KEYS("i:7\0s:other\0"));
	add(ties, "uuid", KEYS("u:1\0s:third\0"));
	assert_int_equal(of_ties_count(ties), 3);
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("u:1\0i:7\0s:x\0"), NONE), "uuid");
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("u:1\0i:7\0s:x\0"), NONE), "id");
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("u:1\0i:7\0s:x\0"), NONE), "slug");
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("u:1\0i:7\0s:x\0"), NONE), NULL);
	of_ties_free(ties);
}

static void test_a_stronger_key_that_differs(void **state)
{
	struct of_ties *ties = make();

	(void)state;
	add(ties, "one", KEYS("u:1\0i:1\0s:x\0"));
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("u:2\0s:x\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("u:2\0i:1\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("i:2\0s:x\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_ALIAS, "own", KEYS("i:2\0s:y\0"), KEYS("s:x\0")), NULL);
	assert_id(claim(ties, OF_TIE_BY_ALIAS, "own", KEYS("s:y\0"), KEYS("s:x\0")), "one");
	of_ties_free(ties);
}

static void test_of_several_the_unchanged_one(void **state)
{
	struct of_ties *ties = make();
	const struct of_str same = KEYS("u:1\0s:c\0");

	(void)state;
	add(ties, "a", KEYS("u:1\0s:a\0"));
	add(ties, "b", KEYS("u:1\0s:b\0"));
	add(ties, "c", same);
	assert_id(claim(ties, OF_TIE_UNCHANGED, "own", KEYS("u:1\0s:d\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_UNCHANGED, "b", KEYS("u:1\0s:d\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_KEY, "b", KEYS("u:1\0s:d\0"), NONE), "b");
	assert_id(claim(ties, OF_TIE_UNCHANGED, "a", same, NONE), "c");
	assert_id(claim(ties, OF_TIE_UNCHANGED, "own", same, NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", same, NONE), "a");
	of_ties_free(ties);
}

/* Its own id alone is no tie, unless nothing better is known. */
static void test_by_id(void **state)
{
	struct of_ties *ties = make();

	(void)state;
	add(ties, "a", KEYS("s:elsewhere\0"));
	assert_id(claim(ties, OF_TIE_UNCHANGED, "a", KEYS("s:a\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_KEY, "a", KEYS("s:a\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_ALIAS, "a", KEYS("s:a\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_ID, "a", KEYS("s:a\0"), NONE), "a");
	assert_id(claim(ties, OF_TIE_BY_ID, "a", KEYS("s:a\0"), NONE), NULL);
	of_ties_free(ties);
}

static void test_a_guid_is_what_it_says(void **state)
{
	struct of_ties *ties = make();

	(void)state;
	add(ties, "old", KEYS("g:x\0s:a\0"));
	for (unsigned way = 0; way < OF_TIE_WAYS; way++)
		assert_id(claim(ties, (enum of_tie_way)way, "new", KEYS("g:y\0s:a\0"),
				  KEYS("s:a\0")),
			NULL);
	assert_id(claim(ties, OF_TIE_UNCHANGED, "old", KEYS("g:x\0s:b\0"), NONE), "old");
	of_ties_free(ties);
}

static void test_take(void **state)
{
	struct of_ties *ties = make();

	(void)state;
	add(ties, "a", KEYS("s:a\0"));
	assert_false(of_ties_take(ties, STR("b")));
	assert_true(of_ties_take(ties, STR("a")));
	assert_false(of_ties_take(ties, STR("a")));
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("s:a\0"), NONE), NULL);
	of_ties_free(ties);
}

/* An id that waits already is left as it is: by whom it was added first, and with what. */
static void test_added_twice(void **state)
{
	struct of_ties *ties = make();

	(void)state;
	add(ties, "a", KEYS("s:a\0"));
	add(ties, "a", KEYS("s:b\0"));
	assert_int_equal(of_ties_count(ties), 1);
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("s:b\0"), NONE), NULL);
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("s:a\0"), NONE), "a");
	of_ties_free(ties);
}

static void test_copies_are_its_own(void **state)
{
	struct of_ties *ties = make();
	char id[] = "id";
	char keys[] = "s:a";

	(void)state;
	add(ties, id, (struct of_str){keys, sizeof(keys)});
	memset(id, '?', sizeof(id) - 1);
	memset(keys, '?', sizeof(keys));
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("s:a\0"), NONE), "id");
	of_ties_free(ties);
}

static void test_keys_of_no_shape(void **state)
{
	static const struct of_str rows[] = {{NULL, 0}, STR_INIT(""), STR_INIT("\0"),
		STR_INIT("\0\0\0"), STR_INIT("s"), STR_INIT("s:"), STR_INIT("s:\0u:\0"),
		STR_INIT(":::\0"), STR_INIT("x:y\0")};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_ties *ties = make();

		add(ties, "id", rows[i]);
		assert_id(claim(ties, OF_TIE_BY_KEY, "own", rows[i], rows[i]), NULL);
		assert_id(claim(ties, OF_TIE_BY_ALIAS, "own", rows[0], rows[1]), NULL);
		of_ties_free(ties);
	}
}

struct seen {
	unsigned count, listed, fail_at;
};

static enum of_status see(struct of_str id, struct of_str keys, enum of_tie_source source,
	void *payload, struct of_err *err)
{
	struct seen *seen = payload;

	(void)err;
	assert_true(id.len > 0);
	assert_true(keys.len > 0);
	seen->count++;
	seen->listed += source == OF_TIE_LISTED;
	return seen->count == seen->fail_at ? OF_EIO : OF_OK;
}

static void test_each(void **state)
{
	struct of_ties *ties = make();
	struct seen waiting = {0, 0, 0};
	struct seen claimed = {0, 0, 0};
	struct seen failing = {0, 0, 2};

	(void)state;
	for (char c = 'a'; c <= 'e'; c++) {
		const char id[] = {c, '\0'};
		const char keys[] = {'s', ':', c, '\0'};

		assert_int_equal(
			of_ties_add(ties, of_str_from(id), (struct of_str){keys, sizeof(keys)},
				c < 'c' ? OF_TIE_LISTED : OF_TIE_LEFT, NULL),
			OF_OK);
	}
	assert_id(claim(ties, OF_TIE_BY_KEY, "own", KEYS("s:b\0"), NONE), "b");
	assert_int_equal(of_ties_each(ties, false, see, &waiting, NULL), OF_OK);
	assert_int_equal(of_ties_each(ties, true, see, &claimed, NULL), OF_OK);
	assert_int_equal(of_ties_each(ties, false, see, &failing, NULL), OF_EIO);
	assert_int_equal(waiting.count, 4);
	assert_int_equal(waiting.listed, 1);
	assert_int_equal(claimed.count, 1);
	assert_int_equal(failing.count, 2);
	of_ties_free(ties);
	of_ties_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold_and_bind),
		cmocka_unit_test(test_the_strongest_key_first),
		cmocka_unit_test(test_a_stronger_key_that_differs),
		cmocka_unit_test(test_of_several_the_unchanged_one),
		cmocka_unit_test(test_by_id),
		cmocka_unit_test(test_a_guid_is_what_it_says),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_added_twice),
		cmocka_unit_test(test_copies_are_its_own),
		cmocka_unit_test(test_keys_of_no_shape),
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
