#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/signs.h"
#include "audit/signs_table.h"
#include "base/unicode.h"
#include "page_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	unsigned sign;
	const char *name;
} names[] = {
	{OF_SIGN_ROOT, "root"},
	{OF_SIGN_LOGIN, "login"},
	{OF_SIGN_NOT_FOUND, "not-found"},
	{OF_SIGN_PARKED, "parked"},
	{OF_SIGN_CHALLENGE, "challenge"},
};

static unsigned parse_signs(struct of_str words)
{
	unsigned signs = 0;

	while (words.len > 0) {
		struct of_str word = of_str_split(&words, ' ');
		bool known = of_str_equal(word, STR("none"));

		for (size_t i = 0; i < COUNT(names); i++) {
			if (!of_str_equal(word, of_str_from(names[i].name)))
				continue;
			signs |= names[i].sign;
			known = true;
		}
		assert_true(known);
	}
	return signs;
}

static void add_signs(struct of_buf *out, unsigned signs)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if ((signs & names[i].sign) != 0)
			of_buf_add_format(out, " %s", names[i].name);
}

static struct of_buf complaints;

/* A page that says nothing of signs has none that speak of its content. */
static void check_page(struct page_case *page)
{
	const struct of_sign_hints hints = {.server = page->server};
	unsigned signs =
		of_signs_of_page(page->page, page->asked, page->url, page->status, &hints);

	if (signs == parse_signs(page->signs))
		return;
	of_buf_add_format(&complaints, "%s has", page->name);
	add_signs(&complaints, signs);
	of_buf_add_format(&complaints, ", not %.*s\n", (int)page->signs.len, page->signs.ptr);
}

static void test_pages(void **state)
{
	(void)state;
	assert_true(page_cases_each(check_page) >= 90);
	if (complaints.len > 0)
		fail_msg("%s", complaints.ptr);
}

static void test_without_a_page(void **state)
{
	const struct of_sign_hints challenge = {.challenge_header = true};
	const struct of_sign_hints datadome = {.server = STR("DataDome")};
	struct of_str url = STR("https://site.example/a");

	(void)state;
	assert_int_equal(of_signs_of_page(NULL, url, url, 200, NULL), 0);
	assert_int_equal(of_signs_of_page(NULL, url, (struct of_str){NULL, 0}, 200, NULL), 0);
	assert_int_equal(of_signs_of_page(NULL, url, STR("https://site.example"), 200, NULL),
		OF_SIGN_ROOT);
	assert_int_equal(of_signs_of_page(NULL, url, url, 202, &challenge), OF_SIGN_CHALLENGE);
	assert_int_equal(of_signs_of_page(NULL, url, url, 403, &datadome), OF_SIGN_CHALLENGE);
	assert_int_equal(of_signs_of_page(NULL, url, url, 200, &datadome), 0);
}

static void check_phrase(struct of_str phrase)
{
	struct of_buf slug = {0};

	of_unicode_slug(&slug, phrase);
	if (!of_str_equal(of_buf_str(&slug), phrase))
		fail_msg("%.*s would be %s", (int)phrase.len, phrase.ptr, slug.ptr);
	of_buf_finish(&slug);
}

/* A phrase that is not as words are written is never found. */
static void test_phrases(void **state)
{
	static const struct of_str *const lists[] = {
		of_signs_fillers, of_signs_login_titles, of_signs_parked};

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++)
		for (const struct of_str *row = lists[i]; row->len > 0; row++)
			check_phrase(*row);
	for (const struct of_phrase *row = of_signs_not_found; row->words.len > 0; row++)
		check_phrase(row->words);
	for (const struct of_wall *wall = of_signs_walls; wall->words.len > 0; wall++) {
		check_phrase(wall->words);
		if (wall->with.len > 0)
			check_phrase(wall->with);
	}
}

/* Every phrase as a title is the sign, but as a part of an article's title it is none. */
static void test_each_phrase(void **state)
{
	struct of_str url = STR("https://site.example/a");

	(void)state;
	for (const struct of_phrase *row = of_signs_not_found; row->words.len > 0; row++) {
		struct of_buf title = {0};
		struct of_page page = {.title = row->words, .text = STR("x")};

		if (of_signs_of_page(&page, url, url, 200, NULL) != OF_SIGN_NOT_FOUND)
			fail_msg("%.*s is no sign", (int)row->words.len, row->words.ptr);
		of_buf_add_text(&title, "A history of ");
		of_buf_add_str(&title, row->words);
		page.title = of_buf_str(&title);
		if (of_signs_of_page(&page, url, url, 200, NULL) != 0)
			fail_msg("%s is a sign", title.ptr);
		of_buf_finish(&title);
	}
}

static uint64_t print_of(const char *title, const char *text, const char *url)
{
	const struct of_page page = {.title = of_str_from(title), .text = of_str_from(text)};

	return of_signs_print(&page, of_str_from(url));
}

struct rendering {
	const char *title, *text, *url;
};

static const struct {
	bool alike;
	struct rendering one, other;
} prints[] = {
	{true, {"T", "Page not found", "https://a.example/x"},
		{"T", "Page not found", "https://a.example/y/z"}},
	/* The URL again, whole, as a path, as words, and percent-encoded. */
	{true,
		{"Not found", "The URL /news/old-story was not found. Home News Contact",
			"https://a.example/news/old-story"},
		{"Not found", "The URL /qzx/wv was not found. Home News Contact",
			"https://a.example/qzx/wv"}},
	{true, {"Not found", "https://a.example/one/two is gone", "https://a.example/one/two"},
		{"Not found", "https://a.example/three is gone", "https://a.example/three"}},
	{true, {"Not found", "No results for Old Story.", "https://a.example/news/old-story"},
		{"Not found", "No results for Wv zzz qqq.", "https://a.example/t/wv-zzz-qqq"}},
	{true, {"Not found", "“/alt grün” fehlt", "https://a.example/alt%20gr%C3%BCn"},
		{"Not found", "“/neu” fehlt", "https://a.example/neu"}},
	/* Ids, times, counters. */
	{true,
		{"Error", "Request ID: 7f3a9c02-beef-4e1d 12:04:31 visitor 100234 sorry",
			"https://a.example/x"},
		{"Error", "Request ID: 0001aa37-acdc-9f00 23:59:00 visitor 7 sorry",
			"https://a.example/y"}},
	/* A word of the path that the page has anyway stays. */
	{true, {"Gone", "Home News Contact. This is gone.", "https://a.example/news/x1"},
		{"Gone", "Home News Contact. This is gone.", "https://a.example/contact/y1"}},
	{false, {"One story", "Menu. Clinics in the country.", "https://a.example/one"},
		{"Another", "Menu. Roads in the city.", "https://a.example/another"}},
	{false, {"T", "Clinics in the country.", "https://a.example/one"},
		{"T", "Roads in the country.", "https://a.example/two"}},
	{false, {"One", "The same menu", "https://a.example/x"},
		{"Other", "The same menu", "https://a.example/y"}},
};

static void test_prints(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(prints); i++) {
		const struct rendering *one = &prints[i].one;
		const struct rendering *other = &prints[i].other;
		uint64_t print = print_of(one->title, one->text, one->url);

		assert_true(print != 0);
		if ((print == print_of(other->title, other->text, other->url)) !=
			prints[i].alike)
			fail_msg("%s | %s", one->text, other->text);
	}
	assert_int_equal(print_of("Title", "", "https://a.example/"), 0);
	assert_int_equal(of_signs_print(NULL, STR("https://a.example/")), 0);
}

/* An echo moves the end at which the text is cut; the prints stay alike. */
static void test_print_of_long_text(void **state)
{
	struct of_buf texts[2] = {{0}, {0}};
	uint64_t found[2];
	static const char *const urls[] = {"https://a.example/x",
		"https://a.example/a-rather-long/and-winding/road-of-a-path"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		of_buf_add_text(&texts[i], "Not found: ");
		of_buf_add_text(&texts[i], urls[i] + strlen("https://a.example"));
		for (unsigned k = 0; texts[i].len < OF_PAGE_TEXT; k++)
			of_buf_add_format(&texts[i], " w%cx%cy", 'g' + (int)(k % 19),
				'h' + (int)(k / 19 % 17));
		of_buf_truncate(&texts[i], OF_PAGE_TEXT);
		found[i] = print_of("T", texts[i].ptr, urls[i]);
		of_buf_finish(&texts[i]);
	}
	assert_true(found[0] == found[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_without_a_page),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_each_phrase),
		cmocka_unit_test(test_prints),
		cmocka_unit_test(test_print_of_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
