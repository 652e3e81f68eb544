/* What the reports make of strangers' text, and what they count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "audit/report_csv.h"
#include "audit/report_mask.h"
#include "audit/report_md.h"
#include "audit/report_page.h"
#include "base/str.h"
#include "base/time.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

struct sample {
	const char *text, *want;
};

typedef void add_fn(struct of_buf *out, struct of_str text);

static void each(const struct sample *samples, size_t count, add_fn *add)
{
	for (size_t i = 0; i < count; i++) {
		struct of_buf out = {0};

		add(&out, of_str_from(samples[i].text));
		assert_string_equal(out.ptr != NULL ? out.ptr : "", samples[i].want);
		of_buf_finish(&out);
	}
}

static void csv(void **state)
{
	static const struct sample samples[] = {
		{"", ""},
		{"plain text", "plain text"},
		{"a,b", "\"a,b\""},
		{"say \"no\"", "\"say \"\"no\"\"\""},
		{"two\nlines", "\"two\nlines\""},
		{" edge", "\" edge\""},
		{"=1+1", "'=1+1"},
		{"+49", "'+49"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\tx", "'\tx"},
		{"\rx", "\"'\rx\""},
		{"=A1,\"x\"", "\"'=A1,\"\"x\"\"\""},
		{"1-1=0", "1-1=0"},
		{"'quoted", "'quoted"},
	};

	(void)state;
	each(samples, COUNT_OF(samples), of_csv_add);
}

static void markdown(void **state)
{
	static const struct sample samples[] = {
		{"plain, text - and (more)!", "plain, text - and (more)!"},
		{"a|b", "a&#124;b"},
		{"<b>&amp;", "&#60;b&#62;&#38;amp;"},
		{"[x](y)", "&#91;x&#93;(y)"},
		{"*a* _b_ ~c~ `d` $e$ \\", "&#42;a&#42; &#95;b&#95; &#126;c&#126; &#96;d&#96; "
					   "&#36;e&#36; &#92;"},
		{"https://x.example", "https&#58;//x.example"},
		{"see www.x.example", "see www&#46;x.example"},
		{"file.md:3", "file.md:3"},
		{"@one #2", "&#64;&#8203;one &#35;&#8203;2"},
	};

	(void)state;
	each(samples, COUNT_OF(samples), of_md_add);
}

static void mask(void **state)
{
	static const struct sample samples[] = {
		{"https://a.example/", "https://a.example/"},
		{"https://me:word@a.example/x@y", "https://***@a.example/x@y"},
		{"http://me@a.example", "http://***@a.example"},
		{"http://me:a@b@a.example/", "http://***@a.example/"},
		{"//me:word@a.example/", "//***@a.example/"},
		{"http://me:word@[bad", "http://***@[bad"},
		{"https://a.example/?mail=me@b.example",
			"https://a.example/?mail=me@b.example"},
		{"https://a.example//x@y/", "https://a.example//x@y/"},
		{"https://a.example/@me", "https://a.example/@me"},
		{"https://m.example/2020/http://me:word@a.example/",
			"https://m.example/2020/http://***@a.example/"},
		{"no 'http://me:word@a.example/' and http://b@c/",
			"no 'http://***@a.example/' and http://***@c/"},
		{"write to me@a.example", "write to me@a.example"},
		{"", ""},
	};

	(void)state;
	each(samples, COUNT_OF(samples), of_report_mask_text);
}

static void clean(void **state)
{
	static const struct {
		const char *text;
		size_t characters;
		const char *want;
	} samples[] = {
		{"  a \n\tb  ", SIZE_MAX, "a b"},
		{"a\x07"
		 "b\xFF",
			SIZE_MAX, "ab\xEF\xBF\xBD"},
		{"a\xE2\x80\xAE"
		 "b",
			SIZE_MAX,
			"a\xEF\xBF\xBD"
			"b"},
		{"\xE2\x81\xA6x\xE2\x81\xA9", SIZE_MAX, "\xEF\xBF\xBDx\xEF\xBF\xBD"},
		{"\xE2\x81\xA5 \xE2\x81\xAA", SIZE_MAX, "\xE2\x81\xA5 \xE2\x81\xAA"},
		{"one two three", 8, "one two\xE2\x80\xA6"},
		{"unbreakable", 4, "unbr\xE2\x80\xA6"},
		{"", 4, ""},
	};
	struct of_report report = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct of_str got = of_report_clean_cut(
			&report, of_str_from(samples[i].text), samples[i].characters);

		assert_int_equal(got.len, strlen(samples[i].want));
		assert_memory_equal(got.ptr, samples[i].want, got.len);
	}
	of_buf_finish(&report.text);
}

static void why(void **state)
{
	static const struct {
		struct of_past past;
		const char *want;
	} samples[] = {
		{{.failure = OF_FAILURE_HTTP, .status = 410}, "http-410"},
		{{.failure = OF_FAILURE_DNS_NXDOMAIN}, "dns-nxdomain"},
		{{.verdict = OF_VERDICT_SOFT_404, .signs = OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND},
			"lands on a log-in page, says not found"},
		{{.verdict = OF_VERDICT_ALIVE, .signs = OF_SIGN_LOGIN}, ""},
		{{.verdict = OF_VERDICT_HIJACKED, .signs = OF_SIGN_PARKED},
			"parked or for sale"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct of_buf out = {0};

		of_report_add_why(&out, &samples[i].past);
		assert_string_equal(out.ptr != NULL ? out.ptr : "", samples[i].want);
		of_buf_finish(&out);
	}
}

/* SARIF takes the advice of what it reports; a case that fails has some, too. */
static void verdicts_have_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
		const struct of_report_verdict *words = &of_report_verdicts[i];

		assert_non_null(words->label);
		assert_non_null(words->meaning);
		if (words->level != NULL || words->outcome == OF_REPORT_FAILED)
			assert_non_null(words->advice);
		assert_int_equal(
			words->group == OF_REPORT_ROT, of_verdict_is_rot((enum of_verdict)i));
		assert_int_equal(words->outcome == OF_REPORT_FAILED,
			of_verdict_is_rot((enum of_verdict)i));
	}
}

static void files(void **state)
{
	const struct of_report_about about = {.dir = STR("../site")}, root = {.dir = STR("/s")};
	const struct of_report_about below = {.dir = STR("./o")}, none = {0};

	(void)state;
	assert_true(of_str_equal(
		of_report_file(&about, STR("../site/content/a.md")), STR("content/a.md")));
	assert_true(of_str_equal(
		of_report_file(&about, STR("../sites/a.md")), STR("../sites/a.md")));
	assert_true(of_str_equal(of_report_file(&root, STR("/s/a.md")), STR("a.md")));
	assert_true(of_str_equal(of_report_file(&root, STR("/s/")), STR("/s/")));
	assert_true(of_str_equal(of_report_file(&root, STR("feeds/a.md")), STR("feeds/a.md")));
	assert_true(of_str_equal(
		of_report_file(&below, STR("./o/content/a.md")), STR("content/a.md")));
	assert_true(of_str_equal(
		of_report_file(&below, STR("./o/../posts/a.md")), STR("../posts/a.md")));
	assert_true(of_str_equal(of_report_file(&none, STR("/s/a.md")), STR("/s/a.md")));
}

/* Kept by those who were given it: a change would open each alert again. */
static void print_stays(void **state)
{
	(void)state;
	assert_true(of_report_print(STR("https://a.example/"), STR("content/a.md")) ==
		    UINT64_C(0xF8FDC8E049C0D4AC));
	assert_true(
		of_report_print(STR("ab"), STR("c")) != of_report_print(STR("a"), STR("bc")));
}

static void counts(void **state)
{
	struct of_buf out = {0};

	(void)state;
	of_report_add_count(&out, 7);
	of_buf_add_byte(&out, ' ');
	of_report_add_count(&out, 1000);
	of_buf_add_byte(&out, ' ');
	of_report_add_count(&out, 1234067);
	assert_string_equal(out.ptr, "7 1,000 1,234,067");
	of_buf_finish(&out);
}

static void tally(void **state)
{
	struct of_tally tally = {0};

	(void)state;
	of_tally_add(&tally, STR("a"), 1, true, false);
	of_tally_add(&tally, STR("a"), 1, true, false);
	of_tally_add(&tally, STR("b"), 1, true, false);
	of_tally_add(&tally, STR("b"), 2, true, false);
	of_tally_add(&tally, STR("a"), 3, false, false);
	of_tally_add(&tally, STR("c"), 3, false, false);
	of_tally_add(&tally, STR(""), 3, false, true);
	assert_int_equal(tally.count, 3);
	of_tally_sort_by_rot(&tally);
	assert_true(of_str_equal(tally.rows[0].name, STR("b")));
	assert_int_equal(tally.rows[0].rot, 2);
	assert_int_equal(tally.rows[0].links, 2);
	assert_int_equal(tally.rows[1].rot, 1);
	assert_int_equal(tally.rows[1].links, 2);
	of_tally_sort_by_name(&tally);
	assert_int_equal(tally.rows[0].name.len, 0);
	assert_int_equal(tally.status, OF_OK);
	of_tally_finish(&tally);
}

/* Only what a browser would fetch by http or https becomes a link. */
static void links(void **state)
{
	static const struct sample samples[] = {
		{"javascript:alert(1)", "<bdi>javascript:alert(1)</bdi>"},
		{"java\tscript:alert(1)", "<bdi>java script:alert(1)</bdi>"},
		{"data:text/html,<b>", "<bdi>data:text/html,&lt;b&gt;</bdi>"},
		{" https://x.example/", "<bdi>https://x.example/</bdi>"},
		{"https:x", "<bdi>https:x</bdi>"},
		{"HTTPS://x.example/?a=\"&b='<>",
			"<a href=\"HTTPS://x.example/?a=&quot;&amp;b='&lt;&gt;\" "
			"rel=\"noreferrer noopener nofollow\">"
			"<bdi>HTTPS://x.example/?a=&quot;&amp;b='&lt;&gt;</bdi></a>"},
	};
	struct of_report report = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct of_str url = of_str_from(samples[i].text);
		struct of_buf out = {0};

		of_page_link(&report, &out, url, url);
		assert_string_equal(out.ptr, samples[i].want);
		of_buf_finish(&out);
	}
	of_buf_finish(&report.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv),
		cmocka_unit_test(markdown),
		cmocka_unit_test(mask),
		cmocka_unit_test(clean),
		cmocka_unit_test(why),
		cmocka_unit_test(verdicts_have_words),
		cmocka_unit_test(files),
		cmocka_unit_test(print_stays),
		cmocka_unit_test(counts),
		cmocka_unit_test(tally),
		cmocka_unit_test(links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
