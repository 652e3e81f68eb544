/* What an item is filed under: categories, parallel lists, groupings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "item_fixture.h"

struct row {
	const char *front;
	const char *categories; /* "slug path label;" of each */
	const char *told;
};

static void add_category(struct of_buf *out, const struct of_category *category)
{
	of_buf_add_str(out, category->slug);
	of_buf_add_byte(out, ' ');
	of_buf_add_str(out, category->path);
	of_buf_add_byte(out, ' ');
	of_buf_add_str(out, category->label);
	of_buf_add_byte(out, ';');
}

static void assert_categories(struct fixture *f, const struct row *row)
{
	struct of_buf front = {0};
	struct of_buf got = {0};
	const struct of_item *item;

	of_buf_add_text(&front, DATED);
	of_buf_add_text(&front, row->front);
	item = read_item(f, front.ptr);
	for (size_t i = 0; i < item->n_categories; i++)
		add_category(&got, &item->categories[i]);
	assert_text(row->front, of_buf_str(&got), row->categories);
	assert_told(f, row->front, row->told);
	of_buf_finish(&front);
	of_buf_finish(&got);
}

static void test_parallel_lists(void **state)
{
	static const struct row rows[] = {
		{"categories: [A, B]\n", "a topic/a A;b topic/b B;", ""},
		{"categories: A\n", "a topic/a A;", ""},
		{"categoryUrl: [p/a, p/b]\ncategories: [A, B]\n", "a p/a A;b p/b B;", ""},
		{"categoryUrl: p/a\ncategories: A\n", "a p/a A;", ""},
		{"categoryLabel: [La, Lb]\ncategories: [A, B]\n", "a topic/a La;b topic/b Lb;",
			""},
		{"categorySlug: [a, b]\n", "a topic/a a;b topic/b b;", ""},
		{"categorySlug: [a, b]\ncategoryLabel: [null, Lb]\ncategories: [A, B]\n",
			"a topic/a A;b topic/b Lb;", ""},
		{"categorySlug: [a]\ncategories: [A, B]\n", "a topic/a A;b topic/b B;",
			"4:15: categorySlug has 1 for 2 categories"},
		{"categorySlug: [a, b]\ncategories: [A]\n", "a topic/a A;b topic/b b;",
			"5:13: categories has 1 for 2 categories"},
		{"categorySlug: [a]\ncategoryUrl: [p/a, p/b]\ncategoryLabel: [A, B]\n",
			"a p/a A;", "5:14: categoryUrl has 2 for 1 categories"},
		{"categorySlug: [null, '']\ncategories: [A, B]\n", "a topic/a A;b topic/b B;",
			""},
		{"categorySlug: [{x: y}, b]\ncategories: [A, B]\n", "a topic/a A;b topic/b B;",
			"4:16: a value of categorySlug must be text, and this is a mapping"},
		{"categorySlug: {x: y}\ncategories: [A]\n", "a topic/a A;",
			"4:15: a value of categorySlug must be a list of texts, and this is a "
			"mapping"},
		{"categoryUrl: [[p]]\ncategories: [A]\n", "a topic/a A;",
			"4:15: a value of categoryUrl must be text, and this is a nested list"},
		{"categoryLabel: {x: y}\ncategories: [A, [B], C]\ncategorySlug: [a, b, c]\n",
			"a topic/a A;b topic/b b;c topic/c C;",
			"4:16: a value of categoryLabel must be a list of texts\n"
			"5:17: a value of categories must be text, and this is a nested list"},
		{"categoryUrl: [p/a]\ncategory: A\n", "a topic/a A;", ""},
		{"categorySlug: [A, a]\ncategoryUrl: [p/1, p/2]\n", "a p/1 A;", ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_categories(*state, &rows[i]);
}

static void test_nameless_categories_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, DATED "categorySlug: [a, '']\n", 4, 19, "no slug and no name");
	assert_refused(f, DATED "categorySlug: [a, null]\ncategories: [A]\n", 4, 19,
		"no slug and no name");
	assert_refused(f, DATED "categories: [A, null]\ncategoryUrl: [a, b]\n", 4, 17,
		"no slug and no name");
	assert_refused(
		f, DATED "categorySlug: [{x: y}]\n", 4, 16, "categorySlug holds a mapping");
	assert_told(f, "mapping", "");
	assert_refused(f, DATED "categorySlug: [[x]]\n", 4, 16, "a nested list");
	assert_refused(f, DATED "categories: ['!!!']\n", 4, 14, "'!!!' holds no letter");
	assert_int_equal(f->reason, OF_REASON_CATEGORY);
}

/* The paths that a site names itself are read alone, whatever else the item has. */
static void test_own_paths_of_the_site(void **state)
{
	static const struct row row = {"topic: News\ncategorySlug: [a]\ncategoryUrl: [p/a]\n",
		"news topic/news News;", ""};

	have_site(*state, "fields: {categories: [topic]}\n");
	assert_categories(*state, &row);
}

static void assert_memberships(struct fixture *f, const char *front, const char *want)
{
	struct of_buf got = {0};
	const struct of_item *item = read_item(f, front);

	for (size_t i = 0; i < item->n_memberships; i++) {
		of_buf_add_uint(&got, item->memberships[i].grouping);
		of_buf_add_byte(&got, ' ');
		add_category(&got, &item->memberships[i].category);
	}
	assert_text(front, of_buf_str(&got), want);
	of_buf_finish(&got);
}

static void test_no_groups(void **state)
{
	struct fixture *f = *state;

	have_site(f, "groups: []\n");
	assert_memberships(f, DATED "categories: [A]\n", "");
	assert_int_equal(f->item.n_categories, 1);
	assert_text("path", f->item.categories[0].path, "");
	assert_text("scheme", f->item.categories[0].scheme, "https://ex.org/");
}

static void test_groups_by_others(void **state)
{
	struct fixture *f = *state;

	have_site(f, "groups: [{by: tags, path: \"tag/{slug}\"},"
		     " {by: author, path: \"by/{slug}\"},"
		     " {by: series.name, path: \"series/{slug}\"}]\n");
	assert_memberships(f,
		DATED "categories: [C]\ntags: ['!!!', news, CON]\n"
		      "author: [{first: x}, '***', Ada]\nseries: {name: [{a: b}, Long]}\n",
		"0 news tag/news news;1 ada by/ada Ada;2 long series/long Long;");
	assert_told(f, "others",
		"6:10: this author has no name\n"
		"5:8: '!!!' names no group by tags, as it holds no letter and no digit\n"
		"5:21: 'CON' names no group by tags, as it has a segment that is the name\n"
		"6:22: '***' names no group by author, as it holds no letter and no digit\n"
		"7:17: a value of series.name must be text, and this is a mapping");
	assert_int_equal(f->item.n_tags, 3);
	assert_int_equal(f->item.n_categories, 1);
}

static void test_own_path_counts_once(void **state)
{
	struct fixture *f = *state;

	have_site(f, "groups: [{by: tags, path: \"tag/{slug}\"},"
		     " {by: categories, path: \"topic/{slug}\"},"
		     " {by: categories, path: \"again/{slug}\"}]\n");
	assert_memberships(f, DATED "categorySlug: [a]\ncategoryUrl: [own/a]\n",
		"1 a own/a a;2 a again/a a;");
	assert_memberships(f, DATED "categorySlug: [a]\ncategoryUrl: [/own]\n",
		"1 a topic/a a;2 a again/a a;");
	assert_told(f, "refused path", "5:15: the category path '/own' is absolute");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parallel_lists),
		TEST(test_nameless_categories_are_refused),
		TEST(test_own_paths_of_the_site),
		TEST(test_no_groups),
		TEST(test_groups_by_others),
		TEST(test_own_path_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
