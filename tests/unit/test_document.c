#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/unicode.h"
#include "page_checker.h"
#include "page_fixture.h"
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define CAP ((size_t)512 << 10) /* what the audit reads of a page */

static size_t compared;

static void page_dump_str(struct of_buf *out, const char *key, struct of_str value)
{
	if (value.len == 0)
		return;
	of_buf_add_text(out, key);
	of_buf_add_text(out, ": ");
	of_buf_add_str(out, value);
	of_buf_add_byte(out, '\n');
}

/* Everything that a page says, a line each, in the order of page.h. */
static void page_dump(struct of_buf *out, const struct of_page *page)
{
	const struct {
		const char *key;
		struct of_str value;
	} values[] = {
		{"title", page->title},
		{"heading", page->heading},
		{"description", page->description},
		{"canonical", page->canonical},
		{"og:title", page->og_title},
		{"og:description", page->og_description},
		{"og:image", page->og_image},
		{"og:site_name", page->og_site_name},
		{"og:type", page->og_type},
		{"twitter:card", page->twitter_card},
		{"twitter:title", page->twitter_title},
		{"twitter:description", page->twitter_description},
		{"twitter:image", page->twitter_image},
		{"ld:headline", page->ld_headline},
		{"ld:image", page->ld_image},
		{"oembed", page->oembed},
		{"favicon", page->favicon},
		{"refresh", page->refresh},
		{"language", page->language},
		{"charset", page->charset},
		{"type", page->type},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		page_dump_str(out, values[i].key, values[i].value);
	for (size_t i = 0; i < page->n_feeds; i++)
		page_dump_str(out, "feed", page->feeds[i]);
	if (page->published != OF_TIME_NONE) {
		of_buf_add_text(out, "published: ");
		of_time_add_rfc3339(out, page->published);
		of_buf_add_byte(out, '\n');
	}
	if (page->width > 0)
		of_buf_add_format(out, "size: %ux%u\n", page->width, page->height);
	if (page->asks_password)
		of_buf_add_text(out, "password: yes\n");
	page_dump_str(out, "text", page->text);
}

static void check_page(struct page_case *page)
{
	struct of_buf dump = {0};
	const char *complaint = page_complaint(page->page);

	if (complaint != NULL)
		fail_msg("%s: %s", page->name, complaint);
	page_dump(&dump, page->page);
	if (page->expected.len > 0) {
		if (!of_str_equal(of_str_trim(of_buf_str(&dump)), page->expected))
			fail_msg("%s\nsays\n%s\nnot\n%.*s", page->name, dump.ptr,
				(int)page->expected.len, page->expected.ptr);
		compared++;
	}
	of_buf_finish(&dump);
}

static void test_pages(void **state)
{
	(void)state;
	compared = 0;
	page_cases_each(check_page);
	assert_true(compared >= 35);
}

static const struct of_page *read_body(
	struct of_arena *arena, struct of_str body, const char *type)
{
	const struct of_document document = {.url = STR("https://site.example/a/b?c"),
		.type = of_str_from(type),
		.body = body};
	const struct of_page *page = of_document_read(arena, &document);

	assert_non_null(page);
	return page;
}

static void assert_refresh(const char *content, const char *expected)
{
	struct of_arena *arena = of_arena_new();
	struct of_buf html = {0};
	const struct of_page *page;

	of_buf_add_format(&html, "<meta http-equiv=\"refresh\" content=\"%s\">", content);
	page = read_body(arena, of_buf_str(&html), "text/html");
	if (!of_str_equal(page->refresh, of_str_from(expected)))
		fail_msg("%s leads to %.*s, not to %s", content, (int)page->refresh.len,
			page->refresh.ptr, expected);
	of_buf_finish(&html);
	of_arena_free(arena);
}

static void test_refresh(void **state)
{
	(void)state;
	assert_refresh("0;url=x", "https://site.example/a/x");
	assert_refresh(" 0 ; URL = 'x' ", "https://site.example/a/x");
	assert_refresh("0.9, /y", "https://site.example/y");
	assert_refresh(".5; url=/y", "https://site.example/y");
	assert_refresh("5;https://b.example/", "https://b.example/");
	assert_refresh("0;url='x", "https://site.example/a/x");
	assert_refresh("6;url=x", "");
	assert_refresh("99999999999999999999999;url=x", "");
	assert_refresh("soon;url=x", "");
	assert_refresh("0", "");
	assert_refresh("0;url=", "");
	assert_refresh("0;url=javascript:alert(1)", "");
	assert_refresh("0;url=b?c", ""); /* the page itself */
}

/* Values are cut at a character's border, URLs that long are none. */
static void test_limits(void **state)
{
	struct of_arena *arena = of_arena_new();
	struct of_buf html = {0};
	const struct of_page *page;

	(void)state;
	of_buf_add_text(&html, "<title>a");
	for (size_t i = 0; i < 5000; i++)
		of_buf_add_text(&html, "\xE2\x82\xAC");
	of_buf_add_text(&html, "</title><link rel=canonical href=\"/");
	for (size_t i = 0; i < 3000; i++)
		of_buf_add_byte(&html, 'u');
	of_buf_add_text(&html, "\"><p>bc");
	for (size_t i = 0; i < 5000; i++)
		of_buf_add_text(&html, "\xF0\x9F\x98\x80");
	for (size_t i = 0; i < 20; i++)
		of_buf_add_text(&html, "<link rel=alternate type=application/rss+xml href=f>");
	page = read_body(arena, of_buf_str(&html), "text/html");
	assert_int_equal(page->title.len, 1 + (OF_PAGE_VALUE - 1) / 3 * 3);
	assert_true(of_unicode_is_clean(page->title));
	assert_int_equal(page->text.len, 2 + (OF_PAGE_TEXT - 2) / 4 * 4);
	assert_true(of_unicode_is_clean(page->text));
	assert_int_equal(page->canonical.len, 0);
	assert_int_equal(page->n_feeds, OF_PAGE_FEEDS);
	of_buf_finish(&html);
	of_arena_free(arena);
}

/* What is owed before a character counts as well. */
static void test_text_at_the_limit(void **state)
{
	struct of_arena *arena = of_arena_new();

	(void)state;
	for (size_t len = OF_PAGE_TEXT - 6; len <= OF_PAGE_TEXT; len++) {
		struct of_buf html = {0};
		const struct of_page *page;
		size_t fitting = len + 3 <= OF_PAGE_TEXT ? len + 3 : len;

		of_buf_add_text(&html, "<p>");
		for (size_t i = 0; i < len; i++)
			of_buf_add_byte(&html, 'a');
		of_buf_add_text(&html, " b");
		page = read_body(arena, of_buf_str(&html), "text/html");
		assert_null(page_complaint(page));
		of_buf_truncate(&html, html.len - 2);
		of_buf_add_text(&html, " \xC3\xA9\xC3\xA9\xC3\xA9");
		page = read_body(arena, of_buf_str(&html), "text/html");
		fitting += fitting > len ? (OF_PAGE_TEXT - fitting) / 2 * 2 : 0;
		assert_int_equal(page->text.len, fitting < len + 7 ? fitting : len + 7);
		of_buf_finish(&html);
	}
	of_arena_free(arena);
}

static void test_image(void **state)
{
	struct of_arena *arena = of_arena_new();
	const struct of_document document = {.url = STR("https://site.example/i"),
		.type = STR("text/html"),
		.body = STR("GIF89a\1\2\3\0\0\0\0"),
		.truncated = true,
		.length = 12345};
	const struct of_page *page = of_document_read(arena, &document);

	(void)state;
	assert_true(of_str_equal(page->type, STR("image/gif")));
	assert_int_equal(page->width, 513);
	assert_int_equal(page->height, 3);
	assert_int_equal(page->length, 12345);
	assert_true(page->truncated);
	assert_int_equal(page->charset.len, 0);
	of_arena_free(arena);
}

/* A cap that cuts a character in two does not make the page windows-1252. */
static void test_cut_character(void **state)
{
	static const struct of_str cuts[] = {STR_INIT("<p>\xC3\xA9\xC3"),
		STR_INIT("<p>\xC3\xA9\xE2\x82"), STR_INIT("<p>\xC3\xA9\xF0\x9F\x98")};

	(void)state;
	for (size_t i = 0; i < COUNT(cuts); i++) {
		struct of_arena *arena = of_arena_new();
		const struct of_page *page = read_body(arena, cuts[i], "text/html");

		assert_true(of_str_equal(page->charset, STR("utf-8")));
		assert_true(of_str_equal(page->text, STR("\xC3\xA9")));
		of_arena_free(arena);
	}
}

/* "a \xHH" in a charset, and what it is. */
static void test_charsets(void **state)
{
	static const struct {
		const char *label, *name;
		struct of_str bytes, text;
	} rows[] = {
		{"UTF8", "utf-8", STR_INIT("\xC3\xA9"), STR_INIT("é")},
		{"us-ascii", "windows-1252", STR_INIT("\xE9\x92\x81"), STR_INIT("é’")},
		{"iso-8859-9", "windows-1254", STR_INIT("\xFD"), STR_INIT("ı")},
		{"iso-8859-2", "iso-8859-2", STR_INIT("\xB1"), STR_INIT("ą")},
		{"windows-1250", "windows-1250", STR_INIT("\xB9"), STR_INIT("ą")},
		{"koi8-r", "koi8-r", STR_INIT("\xC1"), STR_INIT("а")},
		{"big5", "big5", STR_INIT("\xA4\xA4"), STR_INIT("中")},
		{"gbk", "gbk", STR_INIT("\xD6\xD0"), STR_INIT("中")},
		{"euc-jp", "euc-jp", STR_INIT("\xC6\xFC"), STR_INIT("日")},
		{"x-sjis", "shift_jis", STR_INIT("\x93\xFA"), STR_INIT("日")},
		{"iso-2022-jp", "iso-2022-jp", STR_INIT("\x1B$BF|\x1B(B"), STR_INIT("日")},
		{"ks_c_5601-1987", "euc-kr", STR_INIT("\xC7\xD1"), STR_INIT("한")},
		{"tis-620", "windows-874", STR_INIT("\xA1"), STR_INIT("ก")},
		{"windows-1256", "windows-1256", STR_INIT("\xC7"), STR_INIT("ا")},
		{"iso-8859-8-i", "iso-8859-8", STR_INIT("\xE0"), STR_INIT("א")},
		{"utf-16le", "utf-16le", STR_INIT("\xE9\0"), STR_INIT("é")},
		{"utf-7", "utf-8", STR_INIT("+AOk-"), STR_INIT("+AOk-")},
		/* Broken in the middle: the rest is still there. */
		{"utf-8", "utf-8", STR_INIT("a\xE9z"), STR_INIT("a\xEF\xBF\xBDz")},
		{"euc-kr", "euc-kr", STR_INIT("a\xFFz"), STR_INIT("a\xEF\xBF\xBDz")},
		{"gbk", "gbk", STR_INIT("a\x81"), STR_INIT("a\xEF\xBF\xBD")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_arena *arena = of_arena_new();
		char type[100];
		const struct of_page *page;

		snprintf(type, sizeof(type), "text/plain; Charset=\"%s\"", rows[i].label);
		page = read_body(arena, rows[i].bytes, type);
		if (!of_str_equal(page->charset, of_str_from(rows[i].name)) ||
			!of_str_equal(page->text, rows[i].text))
			fail_msg("%s: %.*s as %.*s", rows[i].label, (int)page->text.len,
				page->text.ptr, (int)page->charset.len, page->charset.ptr);
		of_arena_free(arena);
	}
}

/* Pieces that are repeated until the cap: a parser that goes back pays for it. */
struct flood {
	const char *before, *piece, *after;
};

static const struct flood floods[] = {
	{"", "<b>", ""},
	{"", "<div>", "<title>T</title>"},
	{"", "<b></i>", ""},
	{"", "<table><tr><td>", ""},
	{"<p ", "a ", ">"},
	{"<p ", "a%u=b ", ">"},
	{"<meta ", "a%u=b ", "name=description content=x>"},
	{"", "<meta a=b ", ""},
	{"<meta name=\"", "x ", ""},
	{"", "<meta name='", ""},
	{"", "<meta property=og:image content=/%u>", ""},
	{"", "<link rel=alternate type=application/rss+xml href=/%u>", ""},
	{"", "<link rel=icon href=/%u>", ""},
	{"<p>", "&ensp;", ""},
	{"<p>", "&#x9;", ""},
	{"<p>", "&", ""},
	{"<p>", "&lt", ""},
	{"<title>", "&zwnj;", "</title>"},
	{"<title>", "</", ""},
	{"<title>", "</titlex>", ""},
	{"", "<title>", ""},
	{"", "<script>", ""},
	{"<script>", "</scrip", ""},
	{"", "<!--", ""},
	{"<!--", "-", ""},
	{"<!--", "-- ", ""},
	{"<!--", "--!", ""},
	{"", "<!", ""},
	{"", "<?", ""},
	{"", "</", ""},
	{"", "<", ""},
	{"", "</ ", ""},
	{"", "<a/", ""},
	{"", "<svg>", "<title>T</title>"},
	{"", "<template>", ""},
	{"", "<svg><title>", ""},
	{"", "<h1>", ""},
	{"", "<base href=/>", ""},
	{"<script type=application/ld+json>", "[", ""},
	{"<script type=application/ld+json>", "{\"@graph\":", ""},
	{"<script type=application/ld+json>[", "{\"@type\":\"Article\",\"headline\":\"x\"},",
		"1]"},
	{"", "<script type=application/ld+json>[</script>", ""},
	{"", "\x01", ""},
	{"", "\xFF", ""},
	{"<p>", " ", "x"},
};

static void add_flood(struct of_buf *html, const struct flood *flood, size_t size)
{
	size_t mark = of_str_find(of_str_from(flood->piece), STR("%u"));

	of_buf_add_text(html, flood->before);
	for (unsigned i = 0; html->len < size; i++) {
		if (mark == OF_NPOS) {
			of_buf_add_text(html, flood->piece);
			continue;
		}
		of_buf_add(html, flood->piece, mark);
		of_buf_add_uint(html, i);
		of_buf_add_text(html, flood->piece + mark + 2);
	}
	of_buf_add_text(html, flood->after);
}

/* Pieces that do harm where they are put together. */
static const char *const pieces[] = {"<a href=x>", "<b>", "<p>", "<div>", "<table>", "<h1>",
	"<svg>", "<math>", "<style>", "<script>", "<title>", "<textarea>", "<template>",
	"<noscript>", "<iframe src=y>", "<input type=password>", "<base href=/z/>",
	"<base href=\"",
	"<meta name=description content=", "<meta property='og:title' content='",
	"<meta http-equiv=refresh content=\"0;url=", "<meta charset=utf-16>",
	"<link rel=icon href=", "<link rel=alternate type=application/rss+xml href=",
	"<html lang=", "<script type=application/ld+json>",
	"{\"@type\":\"Article\",\"headline\":\"", "\"image\":[", "</b>", "</p>", "</h1>",
	"</svg>", "</script>", "</style>", "</title>", "</template>", "</noscript>", "<!--",
	"-->", "<!-->", "--!>", "<![CDATA[", "]]>", "<?", "</", "<", ">", "/>", "'", "\"", "=",
	"&", "&lt;", "&#", "&#0;", "&#x85;", "&nbsp", "&zwj;", "&copy=", ";", " ", "\n", "\t",
	"\x01", "\x1B", "\xff", "\xe2\x80", "\xC2\x85", "é", "中", "text", "//host/", "{", "}",
	"[", "]", ",", ":"};

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_pieces(void **state)
{
	uint32_t seed = 20210104;
	struct of_arena *arena = of_arena_new();
	struct of_buf html = {0};

	(void)state;
	for (unsigned turn = 0; turn < 20000; turn++) {
		unsigned count = 2 + next_random(&seed) % 30;
		const char *complaint;

		of_buf_clear(&html);
		of_arena_clear(arena);
		while (count-- > 0)
			of_buf_add_text(&html, pieces[next_random(&seed) % COUNT(pieces)]);
		complaint = page_complaint(read_body(arena, of_buf_str(&html), "text/html"));
		if (complaint != NULL)
			fail_msg("%s\n%s", html.ptr, complaint);
	}
	of_buf_finish(&html);
	of_arena_free(arena);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_floods(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(floods); i++) {
		struct of_arena *arena = of_arena_new();
		struct of_buf html = {0};
		double start;
		double taken;

		add_flood(&html, &floods[i], CAP);
		start = cpu_seconds();
		read_body(arena, of_buf_str(&html), "text/html; charset=utf-8");
		taken = cpu_seconds() - start;
		/* What goes back takes minutes; sanitizers and valgrind get their share. */
		if (taken > 5)
			fail_msg("%s: %f s", floods[i].piece, taken);
		if (of_arena_size(arena) > 2 * CAP)
			fail_msg("%s: %zu bytes", floods[i].piece, of_arena_size(arena));
		of_buf_finish(&html);
		of_arena_free(arena);
	}
}

static void test_nesting_keeps_what_follows(void **state)
{
	struct of_arena *arena = of_arena_new();
	struct of_buf html = {0};
	const struct of_page *page;

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		of_buf_add_text(&html, "<i>");
	of_buf_add_text(&html, "<title>T</title>deep");
	page = read_body(arena, of_buf_str(&html), "text/html");
	assert_true(of_str_equal(page->title, STR("T")));
	assert_true(of_str_equal(page->text, STR("deep")));
	of_buf_finish(&html);
	of_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_text_at_the_limit),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_cut_character),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_nesting_keeps_what_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
