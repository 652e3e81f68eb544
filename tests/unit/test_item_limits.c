/* How much of anything one item may hold: at each limit, and past it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "item_fixture.h"

/* "KEY: [c0,c1,…]\n" below a dated head. */
static enum of_status read_list(struct fixture *f, const char *key, unsigned count)
{
	struct of_buf front = {0};
	enum of_status status;

	of_buf_add_format(&front, DATED "%s: [", key);
	for (unsigned i = 0; i < count; i++)
		of_buf_add_format(&front, "c%u,", i);
	of_buf_add_text(&front, "]\n");
	status = read_part(f, "content/x.md", front.ptr, OF_ITEM_WHOLE);
	of_buf_finish(&front);
	return status;
}

static void test_categories(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(OF_OK, read_list(f, "categories", OF_LIMIT_CATEGORIES));
	assert_int_equal(OF_LIMIT_CATEGORIES, f->item.n_categories);
	assert_int_equal(OF_ELIMIT, read_list(f, "categories", OF_LIMIT_CATEGORIES + 1));
	assert_int_equal(4, f->err.line);
	assert_int_equal(OF_ELIMIT, read_list(f, "categorySlug", OF_LIMIT_CATEGORIES + 1));
}

/* What is no category costs the item nothing but the groups past the limit. */
static void test_groups_by_tags(void **state)
{
	struct fixture *f = *state;

	have_site(f, "groups: [{by: tags, path: \"t/{slug}\"}]\n");
	assert_int_equal(OF_OK, read_list(f, "tags", OF_LIMIT_CATEGORIES + 7));
	assert_int_equal(OF_LIMIT_CATEGORIES, f->item.n_memberships);
	assert_int_equal(OF_LIMIT_CATEGORIES + 7, f->item.n_tags);
	assert_true(of_str_find(of_buf_str(&f->told), STR("107 groups by tags")) != OF_NPOS);
}

/* The text of an entry is in the documents of each of its groups. */
static void test_long_text_in_many_groups(void **state)
{
	struct fixture *f = *state;
	struct of_buf bytes = {0};

	for (unsigned groups = 1; groups <= 11; groups++) {
		of_buf_clear(&bytes);
		of_buf_add_text(&bytes, DATED "categories: [");
		for (unsigned i = 0; i < groups; i++)
			of_buf_add_format(&bytes, "c%u,", i);
		of_buf_add_text(&bytes, "]\n---\n");
		for (size_t i = 0; i < 1000 * 1024; i++)
			of_buf_add_byte(&bytes, 'x');
		assert_int_equal(groups <= 10 ? OF_OK : OF_ELIMIT,
			read_part(f, "content/x.md", bytes.ptr, OF_ITEM_WHOLE));
	}
	assert_int_equal(OF_REASON_LIMIT, f->reason);
	assert_int_equal(4, f->err.line);
	of_buf_finish(&bytes);
}

static unsigned count_told(const struct fixture *f)
{
	unsigned count = 0;

	for (size_t i = 0; i < f->told.len; i++)
		count += f->told.ptr[i] == '\n';
	return count;
}

static void test_warnings(void **state)
{
	struct fixture *f = *state;

	for (unsigned twice = OF_LIMIT_WARNINGS - 1; twice < OF_LIMIT_WARNINGS + 9;
		twice += 9) {
		struct of_buf front = {0};

		of_buf_add_text(&front, DATED "k: 1\n");
		for (unsigned i = 0; i < twice; i++)
			of_buf_add_text(&front, "k: 1\n");
		read_item(f, front.ptr);
		assert_int_equal(
			twice < OF_LIMIT_WARNINGS ? twice : OF_LIMIT_WARNINGS, count_told(f));
		assert_int_equal(twice >= OF_LIMIT_WARNINGS,
			of_str_find(of_buf_str(&f->told), STR("1:1: more warnings follow")) !=
				OF_NPOS);
		of_buf_finish(&front);
	}
}

/* 500 aliases of a long text are not 500 nodes; without aliases a long text is one. */
static void test_texts_that_aliases_repeat(void **state)
{
	struct fixture *f = *state;
	struct of_buf front = {0};

	of_buf_add_text(&front, DATED "text: &t \"");
	for (unsigned i = 0; i < 400000; i++)
		of_buf_add_byte(&front, 'x');
	of_buf_add_text(&front, "\"\ntags: [");
	for (unsigned i = 0; i < 500; i++)
		of_buf_add_text(&front, i % 250 == 249 ? "*t," : "a,");
	of_buf_add_text(&front, "]\n");
	read_item(f, front.ptr);
	front.len -= 2;
	for (unsigned i = 0; i < 100; i++)
		of_buf_add_text(&front, "*t,");
	of_buf_add_text(&front, "]\n");
	assert_int_equal(OF_ELIMIT, read_part(f, "content/x.md", front.ptr, OF_ITEM_WHOLE));
	of_buf_finish(&front);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_categories, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_groups_by_tags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_long_text_in_many_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_warnings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_texts_that_aliases_repeat, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
