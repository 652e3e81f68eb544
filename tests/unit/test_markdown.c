#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "item/markdown.h"
#include "markdown_compare.h"
#include <outfeed/item.h>
#include <string.h>

struct sample {
	const char *in, *expected;
};

static struct of_str text_str(const char *text)
{
	return (struct of_str){text, strlen(text)};
}

static void check_markdown(const char *markdown, const char *expected)
{
	struct of_buf out = {0};
	struct of_err err = {0};

	assert_int_equal(of_markdown_to_html(&out, text_str(markdown), &err), OF_OK);
	assert_string_equal(out.ptr != NULL ? out.ptr : "", expected);
	of_buf_finish(&out);
}

static void test_markdown(void **state)
{
	static const struct sample samples[] = {
		{"", ""},
		{"# T\n\na *b* **c** `d`\n", "<h1>T</h1>\n<p>a <em>b</em> <strong>c</strong> "
					     "<code>d</code></p>\n"},
		{"~~x~~\n", "<p><del>x</del></p>\n"},
		{"https://x.example/ a@b.example www.y.example\n",
			"<p><a href=\"https://x.example/\">https://x.example/</a> "
			"<a href=\"mailto:a@b.example\">a@b.example</a> "
			"<a href=\"http://www.y.example\">www.y.example</a></p>\n"},
		{"|a|b|\n|---|:-:|\n|1|2|\n", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th "
					      "align=\"center\">b</th>\n</tr>\n"
					      "</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td "
					      "align=\"center\">2</td>\n</tr>\n"
					      "</tbody>\n</table>\n"},
		{"a <b>c</b>\n\n<div>\nd\n</div>\n", "<p>a <b>c</b></p>\n<div>\nd\n</div>\n"},
		{"a\r\nb  \r\nc\r\n", "<p>a\nb<br>\nc</p>\n"},
		{"a & b < c \"q\"\n", "<p>a &amp; b &lt; c &quot;q&quot;</p>\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		check_markdown(samples[i].in, samples[i].expected);
}

/* What is in memory behind a last line without an end is no part of it. */
static void test_no_line_end(void **state)
{
	static const struct sample samples[] = {
		{"[a](b)", "<p>[a](b</p>\n"},
		{"[a](b \"t\")", "<p>[a](b &quot;t&quot;</p>\n"},
		{"&copy; [a](b)", "<p>\xC2\xA9 [a](b</p>\n"},
		{"a\n", "<p>a</p>\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct of_str whole = text_str(samples[i].in);
		struct of_buf out = {0};

		assert_int_equal(
			of_markdown_to_html(&out, of_str_slice(whole, 0, whole.len - 1), NULL),
			OF_OK);
		assert_string_equal(out.ptr, samples[i].expected);
		of_buf_finish(&out);
	}
}

/* True when it is not left to md4c's own writer; then it must be the same to the byte. */
static bool check_same(struct of_str markdown)
{
	struct html_pair pair = {0};
	const char *wrong = compare_writers(&pair, markdown);
	enum of_markdown_end end = pair.end;

	if (wrong != NULL)
		fail_msg("%s: %.*s\nbecame %s\nand not %s", wrong, (int)markdown.len,
			markdown.ptr, pair.own.ptr, pair.other.ptr);
	assert_true(end == OF_MARKDOWN_DONE || end == OF_MARKDOWN_OTHER);
	html_pair_finish(&pair);
	return end == OF_MARKDOWN_DONE;
}

static void test_as_md4c_writes_it(void **state)
{
	static const char *const units[] = {"# ", "## ", "###### ", "> ", "- ", "* ", "1. ",
		"7. ", "12) ", "    ", "```c\n", "```\n", "~~~ a\"b x\n", "| a | b |\n",
		"|:--|--:|\n", "|---|:-:|\n", "|", "***\n", "===\n", "\n", "\n", "\n\n", "  \n",
		"\\\n", "text", "word ", "\\*", "\\<", "*", "**", "_", "`", "``", "~~", "~",
		"[", "]", "](", ")", "](/a%20b?c=d&e=[f]'\"{é} ", " \"ti&t\"le\")", "![",
		"[a]: <x y> 't\"u'\n", "[a]", "<b>", "</b>", "<div>\n", "<!-- c -->",
		"<https://x.example/?a&b>", "<m@x.example>", "https://y.example/a_b ",
		"www.z.example ", "a@b.example ", "&", "&copy;", "<", ">", "\"", "é", "\xFF",
		"\t"};
	struct of_buf text = {0};
	size_t done = 0;
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		of_buf_clear(&text);
		for (size_t n = 1 + i % 24; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			of_buf_add_text(
				&text, units[(seed >> 8) % (sizeof(units) / sizeof(*units))]);
		}
		done += check_same(of_buf_str(&text));
	}
	assert_in_range(done, 10000, 19999);
	of_buf_finish(&text);
}

/* What is left to md4c's own writer comes out like the rest. */
static void test_references(void **state)
{
	static const struct sample samples[] = {
		{"a &nbsp;&lsh;&#65; b\n", "<p>a \xC2\xA0\xE2\x86\xB0"
					   "A b</p>\n"},
		{"[a](/b&amp;c \"&copy;\")\n",
			"<p><a href=\"/b&amp;c\" title=\"\xC2\xA9\">a</a></p>\n"},
		{"``` x&ouml;\n```\n",
			"<pre><code class=\"language-x\xC3\xB6\"></code></pre>\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		check_markdown(samples[i].in, samples[i].expected);
		assert_false(check_same(text_str(samples[i].in)));
	}
	assert_false(check_same(STR("![a ![b](c) d](e)\n")));
	assert_false(check_same((struct of_str){"a\0b\n", 4}));
}

/* What the fuzzer found. */
static void test_as_md4c_writes_oddities(void **state)
{
	static const char *const bodies[] = {
		"a [](![)]() b\n",
		"[](![)]()",
		"![a](b \"c\") [](![)](d \"e\") *f*\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_true(check_same(text_str(bodies[i])));
	check_markdown("a [](![)]() b\n", "<p>a <a href=\"!%5B\"></a> b</p>\n");
}

/* Appends, and takes back what it appended when it fails. */
static void test_failure(void **state)
{
	struct of_buf out;
	struct of_err err = {0};

	(void)state;
	of_buf_init(&out, 20);
	of_buf_add_text(&out, "before");
	assert_int_equal(
		of_markdown_to_html(&out, STR("0123456789 0123456789"), &err), OF_ELIMIT);
	assert_string_equal(out.ptr, "before");
	assert_int_equal(err.code, OF_ELIMIT);
	of_buf_finish(&out);
}

/* A definition that is used over and over: HTML without end from a small file. */
static void test_amplification(void **state)
{
	struct of_buf in = {0}, out = {0};
	struct of_err err = {0};

	(void)state;
	of_buf_add_text(&in, "[a]: <https://x.example/");
	for (size_t i = 0; i < 20000; i++)
		of_buf_add_byte(&in, 'x');
	of_buf_add_text(&in, ">\n\n");
	for (size_t i = 0; i < 5000; i++)
		of_buf_add_text(&in, "[a] ");
	assert_int_equal(of_markdown_to_html(&out, of_buf_str(&in), &err), OF_ELIMIT);
	assert_int_equal(out.len, 0);
	of_buf_finish(&in);
	of_buf_finish(&out);
}

static void check_shortcodes(const char *body, const char *expected)
{
	struct of_buf out = {0};

	of_shortcodes_remove(&out, text_str(body));
	assert_string_equal(out.ptr != NULL ? out.ptr : "", expected);
	of_buf_finish(&out);
}

static void check_all_shortcodes(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_shortcodes(samples[i].in, samples[i].expected);
}

#define CHECK_SHORTCODES(samples) \
	check_all_shortcodes(samples, sizeof(samples) / sizeof(*(samples)))

static void test_shortcodes(void **state)
{
	static const struct sample samples[] = {
		{"", ""},
		{"plain", "plain"},
		{"a {{< figure src=\"x.jpg\" >}} b", "a  b"},
		{"{{< note >}}\ninner *text*\n{{< /note >}}\n", "\ninner *text*\n\n"},
		{"{{% note %}}x{{% /note %}}", "x"},
		{"{{<x/>}}{{%x%}}y", "y"},
		{"{{<\n  figure\n  src=\"x\"\n>}}y", "y"},
		{"{% if page.x %}a{% else %}b{% endif %}", "ab"},
		{"{%- include x.html -%}y", "y"},
		{"a {{ page.title }} b {{.Title}} c", "a {{ page.title }} b {{.Title}} c"},
		{"<a href=\"{{< ref \"x\" >}}\">y</a>", "<a href=\"\">y</a>"},
	};

	(void)state;
	CHECK_SHORTCODES(samples);
}

/* What is no shortcode, or is not closed, is text. */
static void test_text_that_stays(void **state)
{
	static const struct sample samples[] = {
		{"{", "{"},
		{"{{", "{{"},
		{"{%", "{%"},
		{"{{<", "{{<"},
		{"{{< x", "{{< x"},
		{"{{ x }", "{{ x }"},
		{"{{ x\n}}", "{{ x\n}}"},
		{"{{< x\n\ny >}}", "{{< x\n\ny >}}"},
		{"{{< a {{< b >}} c", "{{< a  c"},
		{"{% a {% b %} c", "{% a  c"},
		{"{{1,2},{3,4}} x^{{2}} {{}} {{{x}}} }} %}",
			"{{1,2},{3,4}} x^{{2}} {{}} {{{x}}} }} %}"},
		{"100% {sure}", "100% {sure}"},
		{"a ~ b ` c {{< x >}}", "a ~ b ` c "},
	};

	(void)state;
	CHECK_SHORTCODES(samples);
}

static void test_code_that_stays(void **state)
{
	static const struct sample samples[] = {
		{"`{% x %}` {% x %}", "`{% x %}` "},
		{"`` ` {% x %} `` {% x %}", "`` ` {% x %} `` "},
		{"` {% x %}\n\n`", "` \n\n`"},
		{"```\n{% x %}\n```\n{% x %}", "```\n{% x %}\n```\n"},
		{"````\n```\n{% x %}\n````\n{% x %}", "````\n```\n{% x %}\n````\n"},
		{"~~~ liquid\n{% x %}\n```\n~~~\n{% x %}", "~~~ liquid\n{% x %}\n```\n~~~\n"},
		{"> - ```\n>   {% x %}\n>   ```\n{% x %}", "> - ```\n>   {% x %}\n>   ```\n"},
		{"```\n{% x %}", "```\n{% x %}"},
		{"``` {% x %} ``` {% x %}", "``` {% x %} ``` "},
		{"<pre>{% x %}</pre>{% x %}", "<pre>{% x %}</pre>"},
		{"<PRE class=a><code>{% x %}</code>{% y %}</PRE>{% x %}",
			"<PRE class=a><code>{% x %}</code>{% y %}</PRE>"},
		{"<code>{% x %}</code><codex>{% x %}</codex>",
			"<code>{% x %}</code><codex></codex>"},
		{"<pre>{% x %}", "<pre>"},
		{"{% raw %}{% x %}{% y %}{% endraw %}{% x %}", "{% x %}{% y %}"},
		{"{%- raw -%}{% x %}{%- endraw -%}", "{% x %}"},
		{"{% raw %}{% x %}", ""},
	};

	(void)state;
	CHECK_SHORTCODES(samples);
}

/* Hugo's way to write about shortcodes. */
static void test_shown_shortcodes(void **state)
{
	static const struct sample samples[] = {
		{"{{</* x */>}} y", "{{&lt; x &gt;}} y"},
		{"{{%/* x */%}} y", "{{% x %}} y"},
		{"```\n{{</* x */>}}\n```", "```\n{{< x >}}\n```"},
		{"`{{</* x */>}}`", "`{{< x >}}`"},
		{"<pre>{{</* x */>}}</pre>", "<pre>{{&lt; x &gt;}}</pre>"},
	};

	(void)state;
	CHECK_SHORTCODES(samples);
}

/* Each would take minutes if it were quadratic. */
static void test_linear(void **state)
{
	static const char *const units[] = {"{", "{{", "{{<", "{%", "{{ x", "{{</*",
		"{{< x >} ", "`", "` ", "`` ` ", "```", "\n```x`", "~~~", "<pre>", "<code ",
		"{% raw %}", "</", "{% raw %}{% endraw", "<pre></pre", "`{{</* ", "{ { { a\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		struct of_buf in = {0}, out = {0};

		while (in.len < (2 << 20))
			of_buf_add_text(&in, units[i]);
		of_shortcodes_remove(&out, of_buf_str(&in));
		assert_true(out.status == OF_OK && out.len <= in.len);
		of_buf_finish(&in);
		of_buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_no_line_end),
		cmocka_unit_test(test_as_md4c_writes_it),
		cmocka_unit_test(test_as_md4c_writes_oddities),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_amplification),
		cmocka_unit_test(test_shortcodes),
		cmocka_unit_test(test_text_that_stays),
		cmocka_unit_test(test_code_that_stays),
		cmocka_unit_test(test_shown_shortcodes),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
