/*
 * The differential test of the two ways through HTML: over all pairs of
 * elements, over generated HTML and Markdown, and over the bodies at hand, as
 * they are and changed, the short way gives what libxml2 gives, or gives up.
 *
 * OUTFEED_HTML_CASES asks for another count of inputs, OUTFEED_HTML_SEED for
 * other ones. A failure prints the input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "html_compare.h"
#include "html_generator.h"
#include "item/markdown.h"
#include <glob.h>

#define CASES 40000
#define SAMPLES_MOST 400

static const struct wanted ways[] = {{true, false, 0}, {true, true, 4096}, {true, true, 20},
	{false, true, 4096}, {false, true, 3}, {true, true, 1500}, {false, true, 1001}};

struct run {
	struct generator generator;
	size_t inputs, accepted;
	struct of_str samples[SAMPLES_MOST]; /* HTML */
	bool from_medigy[SAMPLES_MOST];
	size_t n_samples;
	struct of_arena *kept;
};

static bool check(struct run *run, struct of_str html, const struct wanted *wanted)
{
	struct outcome outcome = {0};
	const char *why = compare_ways(&outcome, html, wanted);

	if (why != NULL)
		fail_msg("the ways differ: %s", why);
	run->inputs++;
	run->accepted += outcome.by_short_way;
	outcome_finish(&outcome);
	return outcome.by_short_way;
}

static bool check_any(struct run *run, struct of_str html)
{
	return check(run, html, &ways[below(&run->generator, COUNT(ways))]);
}

static bool check_text(struct run *run, const char *html)
{
	bool accepted = check_any(run, of_str_from(html));

	for (size_t i = 0; i < COUNT(ways); i++)
		assert_int_equal(check(run, of_str_from(html), &ways[i]), accepted);
	return accepted;
}

static size_t number_from(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static void run_init(struct run *run)
{
	*run = (struct run){
		.generator.state =
			88172645463325252U + number_from("OUTFEED_HTML_SEED", 0) * 2654435761U,
		.kept = of_arena_new()};
	assert_non_null(run->kept);
}

static void run_finish(struct run *run, const char *what, unsigned least, unsigned most)
{
	print_message("%s: %zu inputs, %zu the short way (%zu in 100)\n", what, run->inputs,
		run->accepted, run->accepted * 100 / run->inputs);
	assert_in_range(run->accepted * 100 / run->inputs, least, most);
	of_buf_finish(&run->generator.text);
	of_arena_free(run->kept);
}

/* What the short way must take, and what it must not. */
static void test_taken(void **state)
{
	static const char *const taken[] = {"", "plain", "<p>a &amp; b &lt; &gt; &quot;</p>",
		"<p>a</p>\n<p>b <em>c</em></p>\n", "a <b>b</b> c", "<p>a<br>b<br/>c</p>\n<hr>",
		"<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>",
		"<ol start=\"3\"><li><p>a</p></li></ol>",
		"<table><thead><tr><th align=\"left\">a</th></tr></thead><tbody><tr><td>b</td>"
		"</tr></tbody></table>",
		"<blockquote>\n<p>a</p>\n</blockquote>",
		"<pre><code class=\"language-c\">a &lt; b\n</code></pre>",
		"<p><a href=\"?a=1&amp;b=2&c=3\" title=\"x\">a</a><img src=\"i\" "
		"alt=\"&eacute;\"></p>",
		"<h1>a</h1><del>b</del>", "<p>R & D &#8217; &#xE9; &nbsp;</p>",
		"<p>a<!-- c -->b</p>", "a < b <1", "&copy &amp &= &", "&\xC3\xA9; &a\xC3\xA9;",
		"<P CLASS=x onclick=y>a</P >", "a<script>b</script>c<style>d</style>",
		"<iframe src=//v.example></iframe>", "<div/>a</div>",
		"<dl><dt>a</dt><dd>b</dd></dl>",
		"<figure><img src=x><figcaption>c</figcaption></figure>",
		"<table><caption>a</caption><colgroup><col></colgroup><tr><td>b</td></tr></"
		"table>"};
	static const char *const left[] = {"<p>a", "a</p>", "<p>a<p>b</p></p>",
		"<b>a<i>b</b>c</i>", "<p>a<div>b</div></p>", "<li>a<li>b</li></li>",
		"<a href=x>a<a href=y>b</a></a>", "<custom>a</custom>", "<td>a</td>",
		"<table><td>a</td></table>", "<h1>a<p>b</p></h1>", "<b>a<p>b</p></b>",
		"<p title=a title=b>x</p>", "&unknown;", "&#0;", "&#x80;", "&#13;", "&#65",
		"<p title=\"&copy;&copyx;\">x</p>", "<svg>a</svg>", "<main>a</main>",
		"<center>a</center>", "<pre>a<ul></ul></pre>", "<ul><ol></ol></ul>",
		"<dl><dt>a<dd>b</dd></dt></dl>"};
	struct run run;

	(void)state;
	run_init(&run);
	for (size_t i = 0; i < COUNT(taken); i++)
		if (!check_text(&run, taken[i]))
			fail_msg("the long way for %s", taken[i]);
	for (size_t i = 0; i < COUNT(left); i++)
		if (check_text(&run, left[i]))
			fail_msg("the short way for %s", left[i]);
	run_finish(&run, "taken or left", 20, 80);
}

/* The names that are known, and numbers up to where all are letters, and at the planes' ends.
 */
static void test_references(void **state)
{
	static const char names[] = "aacute acirc agrave amp apos atilde auml bdquo bull "
				    "ccedil copy deg eacute ecirc "
				    "egrave euro frac12 gt hellip iacute laquo ldquo lsquo lt "
				    "mdash middot nbsp ndash "
				    "ntilde oacute ouml plusmn pound quot raquo rarr rdquo reg "
				    "rsquo sbquo sect shy "
				    "szlig times trade uacute uuml";
	struct of_str rest = STR(names);
	struct of_buf html = {0};
	struct run run;

	(void)state;
	run_init(&run);
	while (rest.ptr != NULL) {
		struct of_str name = of_str_split(&rest, ' ');

		of_buf_clear(&html);
		of_buf_add_format(&html, "<p title='&%.*s;'>&%.*s;</p>", (int)name.len,
			name.ptr, (int)name.len, name.ptr);
		assert_true(check_text(&run, html.ptr));
	}
	for (unsigned c = 0; c < 0x110010; c += c < 0x400 || (c & 0xFFF) > 0xFE0 ? 1 : 61) {
		of_buf_clear(&html);
		of_buf_add_format(&html, "<p title='&#x%x;'>&#%u;</p>", c, c);
		check_any(&run, of_buf_str(&html));
	}
	of_buf_finish(&html);
	run_finish(&run, "references", 80, 99);
}

static void fill(struct of_buf *html, const char *pattern, const char *const *three)
{
	of_buf_clear(html);
	for (; *pattern != '\0'; pattern++)
		if (*pattern >= '1' && *pattern <= '3')
			of_buf_add_text(html, three[*pattern - '1']);
		else
			of_buf_add_byte(html, *pattern);
}

/* What ends what: all elements in each other, and a third in them. */
static void test_pairs(void **state)
{
	static const char *const names[] = {"a", "abbr", "acronym", "address", "article",
		"aside", "audio", "b", "bdi", "bdo", "big", "blockquote", "br", "button",
		"caption", "center", "cite", "code", "col", "colgroup", "custom", "dd", "del",
		"details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "fieldset",
		"figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5",
		"h6", "header", "hgroup", "hr", "i", "iframe", "img", "ins", "kbd", "label",
		"legend", "li", "main", "map", "mark", "menu", "nav", "noscript", "object",
		"ol", "option", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp",
		"section", "select", "small", "source", "span", "strike", "strong", "sub",
		"summary", "sup", "svg", "table", "tbody", "td", "tfoot", "th", "thead", "time",
		"tr", "tt", "u", "ul", "var", "video", "wbr"};
	/* 1, 2 and 3 are their names */
	static const char *const patterns[] = {"<1 href=x src=y>a<2 href=x src=y>b</2>c</1>d",
		"<1>a<2>b<3>c</3>d</2>e</1>f",
		"<table><tr><td><1 src=y><2 src=y>a</2> </1> </td></tr></table>",
		"<ul><li>a<1><2>b</2></1> c</li></ul>", "<table><1>\n<2>a</2>\n</1></table>",
		"<table><tr><1>\n<2>a</2>\n</1></tr></table>"};
	struct of_buf html = {0};
	struct run run;

	(void)state;
	run_init(&run);
	for (size_t i = 0; i < COUNT(names) * COUNT(names); i++)
		for (size_t p = 0; p < COUNT(patterns); p++) {
			const char *three[] = {names[i / COUNT(names)], names[i % COUNT(names)],
				names[below(&run.generator, COUNT(names))]};

			fill(&html, patterns[p], three);
			check_any(&run, of_buf_str(&html));
		}
	of_buf_finish(&html);
	run_finish(&run, "pairs", 20, 80);
}

static void test_generated(void **state)
{
	size_t cases = number_from("OUTFEED_HTML_CASES", CASES);
	struct of_buf base = {0};
	struct run run;

	(void)state;
	run_init(&run);
	while (run.inputs < cases) {
		generate_html(&run.generator);
		check_any(&run, of_buf_str(&run.generator.text));
		if (one_in(&run.generator, 2)) {
			of_buf_clear(&base);
			of_buf_add_str(&base, of_buf_str(&run.generator.text));
			generate_change(&run.generator, of_buf_str(&base));
			check_any(&run, of_buf_str(&run.generator.text));
		}
	}
	of_buf_finish(&base);
	run_finish(&run, "generated HTML", 15, 90);
}

static void test_markdown(void **state)
{
	size_t cases = number_from("OUTFEED_HTML_CASES", CASES);
	struct of_buf html = {0};
	struct run run;

	(void)state;
	run_init(&run);
	while (run.inputs < cases) {
		bool accepted;

		generate_markdown(&run.generator);
		of_buf_clear(&html);
		assert_int_equal(
			of_markdown_to_html(&html, of_buf_str(&run.generator.text), NULL),
			OF_OK);
		accepted = check_any(&run, of_buf_str(&html));
		if (run.generator.tame && !accepted)
			fail_msg("the long way for:\n%s\n-- which is:\n%s",
				run.generator.text.ptr, html.ptr);
	}
	of_buf_finish(&html);
	run_finish(&run, "generated Markdown", 50, 99);
}

static void keep_sample(struct run *run, const char *path)
{
	static char bytes[1 << 16];
	FILE *file = fopen(path, "rb");
	struct of_buf html = {0};
	struct of_str body;
	size_t end;

	assert_non_null(file);
	body = (struct of_str){bytes, fread(bytes, 1, sizeof(bytes), file)};
	fclose(file);
	end = of_str_find(of_str_from_offset(body, 3), STR("\n---"));
	if (end == OF_NPOS || run->n_samples == SAMPLES_MOST)
		return;
	body = of_str_from_offset(body, end + 7);
	if (of_str_ends(of_str_from(path), STR(".md"))) {
		assert_int_equal(of_markdown_to_html(&html, body, NULL), OF_OK);
		body = of_buf_str(&html);
	}
	run->from_medigy[run->n_samples] = strstr(path, "feeds/medigy") != NULL;
	run->samples[run->n_samples++] = of_arena_dup(run->kept, body);
	of_buf_finish(&html);
}

static void find_samples(struct run *run)
{
	static const char *const patterns[] = {"feeds/*/content/*", "feeds/*/content/*/*",
		"tests/golden/*/content/*", "tests/golden/*/content/*/*",
		"tests/unit/hostile/*"};

	for (size_t i = 0; i < COUNT(patterns); i++) {
		glob_t found;

		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			struct of_str path = of_str_from(found.gl_pathv[k]);

			if (of_str_ends(path, STR(".md")) || of_str_ends(path, STR(".html")))
				keep_sample(run, path.ptr);
		}
		globfree(&found);
	}
	assert_true(run->n_samples > 50);
}

/* The bodies at hand; what people write must not take the long way. */
static void test_real(void **state)
{
	struct run run;
	size_t medigy = 0;

	(void)state;
	run_init(&run);
	find_samples(&run);
	for (size_t i = 0; i < run.n_samples; i++) {
		bool accepted = check(&run, run.samples[i], &ways[1]);

		medigy += run.from_medigy[i];
		if (run.from_medigy[i] && !accepted)
			fail_msg("the long way for:\n%.*s", (int)run.samples[i].len,
				run.samples[i].ptr);
	}
	assert_true(medigy > 30);
	run_finish(&run, "real", 60, 100);
}

static void test_changed(void **state)
{
	size_t cases = number_from("OUTFEED_HTML_CASES", CASES);
	struct run run;

	(void)state;
	run_init(&run);
	find_samples(&run);
	while (run.inputs < cases) {
		struct of_str sample =
			run.samples[below(&run.generator, (unsigned)run.n_samples)];
		size_t from = one_in(&run.generator, 2)
				      ? 0
				      : below(&run.generator, (unsigned)sample.len + 1);

		/* a piece, so that many are tried in the time */
		sample = of_str_slice(sample, from, from + 100 + below(&run.generator, 500));
		generate_change(&run.generator, sample);
		check_any(&run, of_buf_str(&run.generator.text));
	}
	run_finish(&run, "changed", 5, 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests_name("html_short", tests, NULL, NULL);
}
