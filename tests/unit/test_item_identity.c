/* Which string an item is known by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "item_fixture.h"

#define TAG "tag:ex.org,2024-01-01:"
#define UUID "33333333-3333-4333-8333-333333333333"

struct row {
	const char *site, *path, *front, *id;
	const char *keys; /* '\n' for each NUL */
};

static void replace_nuls(struct of_buf *out, struct of_str keys)
{
	of_buf_clear(out);
	for (size_t i = 0; i < keys.len; i++)
		of_buf_add_byte(out, keys.ptr[i] != '\0' ? keys.ptr[i] : '\n');
}

static void test_ids(void **state)
{
	static const struct row rows[] = {
		{"", "c/x.md", "", TAG "x", "s:x\n"},
		{"", "c/x.md", "guid: 'https://o.ex/1'\n", "https://o.ex/1",
			"g:https://o.ex/1\ns:x\n"},
		{"", "c/x.md", "id: urn:isbn:1\n", "urn:isbn:1", "i:urn:isbn:1\ns:x\n"},
		{"", "c/x.md", "guid: 'https://o.ex/<1>'\n", TAG "https:%2F%2Fo.ex%2F%3C1%3E",
			"g:https://o.ex/<1>\ns:x\n"},
		{"", "c/x.md", "guid: 'https://o.ex/a b'\n", TAG "https:%2F%2Fo.ex%2Fa%20b",
			"g:https://o.ex/a b\ns:x\n"},
		{"", "c/x.md", "guid: 'a:{1}'\n", TAG "a:%7B1%7D", "g:a:{1}\ns:x\n"},
		{"", "c/x.md", "guid: 'a:\\1'\n", TAG "a:%5C1", "g:a:\\1\ns:x\n"},
		{"", "c/x.md", "guid: 'a:|^`\"'\n", TAG "a:%7C%5E%60%22", "g:a:|^`\"\ns:x\n"},
		{"", "c/x.md", "slug: 'https://o.ex/1'\n", TAG "https:%2F%2Fo.ex%2F1",
			"s:https://o.ex/1\n"},
		{"", "c/x.md", "slug: " UUID "\n", "urn:uuid:" UUID, "s:" UUID "\n"},
		{"", "c/urn:x:1.md", "", TAG "urn:x:1", "s:urn:x:1\n"},
		{"", "c/" UUID ".md", "", "urn:uuid:" UUID, "u:" UUID "\ns:" UUID "\n"},
		{"", "c/x.md", "mdName: " UUID ".md\n", "urn:uuid:" UUID, "u:" UUID "\ns:x\n"},
		{"", "c/x.md", "mdName: a.md\n", TAG "x", "s:x\n"},
		{"", "c/x.md", "guid: [a, b]\n", TAG "a", "g:a\ns:x\n"},
		{"fields: {id: [key]}\n", "c/x.md", "key: 'https://o.ex/1'\n", "https://o.ex/1",
			"g:https://o.ex/1\n"},
		{"fields: {id: [slug]}\n", "c/x.md", "slug: 'a:b'\n", TAG "a:b", "s:a:b\n"},
		{"fields: {id: [key]}\n", "c/x.md", "", TAG "x", "s:x\n"},
	};
	struct fixture *f = *state;
	struct of_buf text = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		have_site(f, rows[i].site);
		of_buf_clear(&text);
		of_buf_add_text(&text, DATED);
		of_buf_add_text(&text, rows[i].front);
		assert_int_equal(read_part(f, rows[i].path, text.ptr, OF_ITEM_HEAD), OF_OK);
		assert_text(rows[i].front, f->item.id, rows[i].id);
		replace_nuls(&text, f->item.keys);
		assert_text(rows[i].front, of_buf_str(&text), rows[i].keys);
	}
	of_buf_finish(&text);
}

/* The day is that of the date as it is written, or of the name that says it. */
static void test_days(void **state)
{
	struct fixture *f = *state;

	have_site(f, "");
	assert_int_equal(
		read_part(f, "c/2021-05-06-x/index.md", "lastmod: 2024-01-01\n", OF_ITEM_HEAD),
		OF_OK);
	assert_text("bundle", f->item.id, "tag:ex.org,2021-05-06:2021-05-06-x");
	assert_int_equal(
		read_part(f, "c/x.md", "date: 2024-01-01T23:00:00-05:00\n", OF_ITEM_HEAD),
		OF_OK);
	assert_text("offset", f->item.id, "tag:ex.org,2024-01-02:x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ids),
		TEST(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
