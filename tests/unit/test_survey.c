/* What a survey takes values, keys and lines of configuration for. */
#include "base/str.h"
#include "survey/kind.h"
#include "survey/scan.h"
#include "survey/sought.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum of_kind kind_of(struct of_arena *arena, const char *value)
{
	const struct of_yaml_limits limits = {16, 1000, 1, NULL, 0};
	const struct of_reporter silent = {NULL, NULL, ""};
	const struct of_yaml *root = NULL;
	struct of_err err;

	assert_int_equal(
		of_yaml_parse(&root, arena, of_str_from(value), &limits, &silent, &err), OF_OK);
	return of_kind_find(root);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *value;
		enum of_kind kind;
	} cases[] = {
		{"2024-05-31", OF_KIND_DATE},
		{"2024-05-31T10:00:00Z", OF_KIND_DATE},
		{"Jul 08 2022", OF_KIND_ODD_DATE},
		{"8 July 2022", OF_KIND_ODD_DATE},
		{"08/07/2022", OF_KIND_ODD_DATE},
		{"Marketing plan 2022", OF_KIND_SHORT},
		{"2022", OF_KIND_NUMBER},
		{"1.2.3", OF_KIND_NUMBER},
		{"https://a.test/x", OF_KIND_LINK},
		{"https://a.test/x.PNG?v=1", OF_KIND_IMAGE},
		{"images/x.jpeg", OF_KIND_IMAGE},
		{".png", OF_KIND_SHORT},
		{"{src: x.png, alt: y}", OF_KIND_IMAGE},
		{"{name: Ann}", OF_KIND_PEOPLE},
		{"{a: b}", OF_KIND_MAP},
		{"[{name: Ann}]", OF_KIND_PEOPLE},
		{"[a, b]", OF_KIND_TEXTS},
		{"[2023, 2024]", OF_KIND_TEXTS},
		{"[x.png]", OF_KIND_IMAGE},
		{"[[a]]", OF_KIND_OTHER},
		{"[]", OF_KIND_NONE},
		{"~", OF_KIND_NONE},
		{"true", OF_KIND_FLAG},
		{"a word", OF_KIND_SHORT},
		{"a sentence that is so long that nobody would take it for a category",
			OF_KIND_LONG},
	};
	struct of_arena *arena = of_arena_new();

	(void)state;
	assert_non_null(arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (kind_of(arena, cases[i].value) != cases[i].kind)
			fail_msg("%s: kind %d", cases[i].value,
				(int)kind_of(arena, cases[i].value));
	of_arena_free(arena);
}

static void check_scan(const char *text, bool toml, const char *value)
{
	struct of_str found = of_scan_value(of_str_from(text), STR("title"), toml);

	if (!of_str_equal(found, of_str_from(value)))
		fail_msg("%s: '%.*s'", text, (int)found.len, found.len > 0 ? found.ptr : "");
}

static void test_scan(void **state)
{
	(void)state;
	check_scan("title = \"A b\"\n", true, "A b");
	check_scan("x = 1\r\ntitle='A'\r\n", true, "A");
	check_scan("[params]\ntitle = 'A'", true, "");
	check_scan("{ \"title\": \"A\" }", false, "A");
	check_scan("export default { url: 'x', title: `A`, }", false, "A");
	check_scan("subtitle: 'B'\npage.title = 'C'\n", false, "");
	check_scan("// title: 'B'\n# title: 'B'\n * title: 'B'", false, "");
	check_scan("title: site.title", false, "");
	check_scan("title = \"never closed", true, "");
	check_scan("title", false, "");
	check_scan("", false, "");
}

static enum of_name_says says(enum of_field field, const char *path)
{
	for (unsigned row = 0; row < OF_SOUGHT_COUNT; row++)
		if (of_sought_rows[row].field == field)
			return of_sought_by_name(&of_sought_rows[row], of_str_from(path));
	fail_msg("no row");
	return OF_NAME_NOTHING;
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(says(OF_FIELD_SOURCE_URL, "bookmark"), OF_NAME_YES);
	assert_int_equal(says(OF_FIELD_SOURCE_URL, "meta.Canonical_URL"), OF_NAME_NO);
	assert_int_equal(says(OF_FIELD_SOURCE_URL, "x"), OF_NAME_NOTHING);
	assert_int_equal(says(OF_FIELD_PUBLISHED, "dateCreated"), OF_NAME_YES);
	assert_int_equal(says(OF_FIELD_PUBLISHED, "dateModified"), OF_NAME_NO);
	assert_int_equal(says(OF_FIELD_UPDATED, "dateModified"), OF_NAME_YES);
	assert_int_equal(says(OF_FIELD_IMAGE, "author.photo"), OF_NAME_NO);
	assert_true(of_sought_is_known(STR("link.href")));
	assert_true(of_sought_is_known(STR("categorySlug")));
	assert_false(of_sought_is_known(STR("bookmark")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
