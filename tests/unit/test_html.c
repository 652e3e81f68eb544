#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "html_checker.h"
#include "item/html.h"
#include "item/html_table.h"
#include <outfeed/item.h>

#define BASE STR("https://site.example/a/b")

struct sample {
	const char *html, *expected;
};

static void check(const char *html, const char *expected)
{
	struct of_buf once = {0}, twice = {0};
	struct of_err err = {0};
	const char *complaint;

	assert_int_equal(
		of_html_sanitise(&once, (struct of_str){html, strlen(html)}, BASE, &err),
		OF_OK);
	complaint = checker_complaint(once.ptr);
	if (complaint != NULL)
		fail_msg("%s\nbecame %s\n%s", html, once.ptr, complaint);
	if (expected != NULL)
		assert_string_equal(once.ptr != NULL ? once.ptr : "", expected);
	assert_int_equal(of_html_sanitise(&twice, of_buf_str(&once), BASE, &err), OF_OK);
	if (!of_str_equal(of_buf_str(&once), of_buf_str(&twice)))
		fail_msg("%s\nbecame %s\nthen   %s", html, once.ptr, twice.ptr);
	of_buf_finish(&once);
	of_buf_finish(&twice);
}

static void check_all(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(samples[i].html, samples[i].expected);
}

#define CHECK_ALL(samples) check_all(samples, sizeof(samples) / sizeof(*(samples)))

static void test_text(void **state)
{
	static const struct sample samples[] = {
		{"", ""},
		{" \n\t ", ""},
		{"plain", "plain"},
		{"  plain \n", "plain"},
		{"\r\xC2\x8F\r \nx", "x"},
		{"\xC2\x8F \n", ""},
		{"a < b > c & d", "a &lt; b &gt; c &amp; d"},
		{"&lt;script&gt; &amp;amp; &quot;", "&lt;script&gt; &amp;amp; \""},
		{"caf&eacute; &#x263A; &#9731; &nbsp;x", "café ☺ ☃ \u00a0x"},
		{"&unknown; &#xD800; &#0;", "&amp;unknown;"},
		{"AT&T &copy &amp &a.b; &_x; &é; &=", "AT&amp;T &amp;copy &amp;amp &amp;a.b; "
						      "&amp;_x; &amp;é; &amp;="},
		{"&am<!-- -->p;&lt", "&amp;amp;&amp;lt"},
		{"a\r\nb\rc&#13;d", "a\nb\nc\nd"},
		{"1 <2 <3", "1 &lt;2 &lt;3"},
		{"it&#146;s \xC2\x96 x&#x80;&#129;", "it\u2019s \u2013 x\u20ac"},
		{"\xEF\xBB\xBFx", "\xEF\xBB\xBFx"},
		{"a\x01\x0b"
		 "b",
			"ab"},
		{"\xff\xfe", "\uFFFD\uFFFD"},
		{"a<!-- b -->c<!---->d<!-->e<!--->f<!--x--!>g", "acdefg"},
		{"a<!-- never closed", "a"},
		{"a<?xml version='1.0'?>b<!DOCTYPE html>c<![CDATA[x]]>d</ x>e", "abcde"},
	};

	(void)state;
	CHECK_ALL(samples);
}

static void test_elements(void **state)
{
	static const struct sample samples[] = {
		{"<p>one<p>two", "<p>one</p><p>two</p>"},
		{"<P CLASS=x ID=y STYLE='color:red'>x</P>", "<p>x</p>"},
		{"<b><i>x</b>y</i>", "<b><i>x</i></b>y"},
		{"<ul><li>a<li>b<ul><li>c</ul></ul>",
			"<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"},
		{"<dl><dt>a<dd>b<dd>c<dt>d</dl>",
			"<dl><dt>a</dt><dd>b</dd><dd>c</dd><dt>d</dt></dl>"},
		{"<p>a<b>b<div>c</div>", "<p>a<b>b</b></p><div>c</div>"},
		{"a<br>b<br/>c</br>d<wbr>e<hr>", "a<br>b<br>cd<wbr>e<hr>"},
		{"<div/>x", "<div>x</div>"},
		{"<html lang=en><head><title>t</title><meta charset=latin1></head>"
		 "<body bgcolor=red><p>é</p></body></html> tail",
			"<p>é</p> tail"},
		{"</p></div></body></html>x<p>y", "x<p>y</p>"},
		{"<main><center><font color=red><custom-x>x</custom-x></font></center></main>",
			"x"},
		{"a<form action=/x><input name=q><label>l</label><button>b</button></form>c",
			"alc"},
		{"a<select><option>x</select><textarea><b>x</b></textarea><object>o</object>b",
			"ab"},
		{"a<script>if (a<b) '<p>'</script>b<style>p{}</style>c", "abc"},
		{"a<script>never closed", "a"},
		{"a<svg><p>x</p></svg>b<math><mi>x</mi></math>c<template>t</template>d",
			"abcd"},
		{"<noscript><p>x</p></noscript>", "<p>x</p>"},
		{"<bdo dir=rtl>x</bdo>", "x"},
		{"<details open><summary>s</summary>d</details>",
			"<details open=\"\"><summary>s</summary>d</details>"},
		{"<b title='never closed>x", ""},
		{"x<b", "x"},
	};

	(void)state;
	CHECK_ALL(samples);
}

static void test_tables(void **state)
{
	static const struct sample samples[] = {
		{"<table><tr><td>a<td>b<tr><th scope=row align=LEFT>c</table>",
			"<table><tr><td>a</td><td>b</td></tr>"
			"<tr><th scope=\"row\" align=\"LEFT\">c</th></tr></table>"},
		{"<table><caption>t<colgroup><col span=2><thead><tr><td>a<tbody><tr><td><b>b"
		 "<td>c</table>",
			"<table><caption>t</caption><colgroup><col span=\"2\"></colgroup>"
			"<thead><tr><td>a</td></tr></thead>"
			"<tbody><tr><td><b>b</b></td><td>c</td></tr></tbody></table>"},
		{"<td>a</td><tr>b<li>c", "ab<li>c</li>"},
		{"<table><tr><td><table><tr><td>in</table>out</table>",
			"<table><tr><td><table><tr><td>in</td></tr></table>out</td></tr></"
			"table>"},
		{"<tr><td colspan=2 rowspan=x>a", "a"},
	};

	(void)state;
	CHECK_ALL(samples);
}

static void test_urls(void **state)
{
	static const struct sample samples[] = {
		{"<a href=c>x</a>", "<a href=\"https://site.example/a/c\">x</a>"},
		{"<a href='../?a=1&b=2#f'>x</a>",
			"<a href=\"https://site.example/?a=1&amp;b=2#f\">x</a>"},
		{"<a href=//other.example/p>x</a>",
			"<a href=\"https://other.example/p\">x</a>"},
		{"<a href='mailto:a@b.example'>x</a><a href='TEL:+1-2'>y</a>",
			"<a href=\"mailto:a@b.example\">x</a><a href=\"TEL:+1-2\">y</a>"},
		{"<a>x</a><a name=n>y</a><a href='javascript:1'>z</a>", "xyz"},
		{"<a href=ftp://h/x>x</a><a href=data:text/html,x>y</a>", "xy"},
		{"<a href='https:///x'>x</a><a href='https:x'>y</a><a href='http://'>z</a>",
			"xyz"},
		{"<a href=1>a<b><a href=2>b</a></b>c</a>",
			"<a href=\"https://site.example/a/1\">a<b>b</b>c</a>"},
		{"<a href=' \t\nc\n '>x</a>", "<a href=\"https://site.example/a/c\">x</a>"},
		{"<a href='a b\"<>`{}'>x</a>",
			"<a href=\"https://site.example/a/a%20b%22%3C%3E%60%7B%7D\">x</a>"},
		{"<img><img src=''><img src=i.png alt='a \"b\" <c>' width=10 height=20px>",
			"<img src=\"https://site.example/a/b\">"
			"<img src=\"https://site.example/a/i.png\" "
			"alt=\"a &quot;b&quot; &lt;c&gt;\" width=\"10\">"},
		{"<img src=javascript:1><img src=mailto:x><img src=i srcset='a 1x,b 2x, c'>",
			"<img src=\"https://site.example/a/i\" "
			"srcset=\"https://site.example/a/a 1x, "
			"https://site.example/a/b 2x, https://site.example/a/c\">"},
		{"<img src=i srcset='javascript:1 2x, data:x 1x, ok 100w, ok2 junk'>",
			"<img src=\"https://site.example/a/i\" "
			"srcset=\"https://site.example/a/ok 100w\">"},
		{"<img src='data:image/png;base64,iVBORw0KGgo='>",
			"<img src=\"data:image/png;base64,iVBORw0KGgo=\">"},
		{"<img src='data:image/svg+xml;base64,PHN2Zz4='><img src='data:image/png,x'>"
		 "<img src='data:image/png;base64,<x'>",
			""},
		{"<video src=v poster=p controls width=5><source src=s type='video/mp4'>"
		 "<source><track src=t>x</video>",
			"<video src=\"https://site.example/a/v\" "
			"poster=\"https://site.example/a/p\" "
			"controls=\"\" width=\"5\"><source src=\"https://site.example/a/s\" "
			"type=\"video/mp4\">x</video>"},
		{"<blockquote cite=/c>x</blockquote><q cite='javascript:1'>y</q>",
			"<blockquote cite=\"https://site.example/c\">x</blockquote><q>y</q>"},
		{"<p>a <iframe src='https://v.example/e?a=1&amp;b=2'><b>no</b></iframe> b",
			"<p>a <a href=\"https://v.example/e?a=1&amp;b=2\">"
			"https://v.example/e?a=1&amp;b=2</a> b</p>"},
		{"<a href=x>a <iframe src=//v.example></iframe></a>",
			"<a href=\"https://site.example/a/x\">a https://v.example</a>"},
		{"x<iframe srcdoc='<script>'></iframe><iframe src='javascript:1'></iframe>y",
			"xy"},
	};

	(void)state;
	CHECK_ALL(samples);
}

static void test_attributes(void **state)
{
	static const struct sample samples[] = {
		{"<p title='a&quot;b' lang=en-GB dir=RTL onclick=x data-x=1>x</p>",
			"<p title=\"a&quot;b\" lang=\"en-GB\" dir=\"RTL\">x</p>"},
		{"<p title=a title=b>x</p>", "<p title=\"a\">x</p>"},
		{"<p dir=up lang='e n' title>x</p>", "<p title=\"\">x</p>"},
		{"<ol start=-3 reversed type=A><li value=5>x</ol>",
			"<ol start=\"-3\" reversed=\"\" type=\"A\"><li "
			"value=\"5\">x</li></ol>"},
		{"<ol type=disc start=x><li>x</ol>", "<ol><li>x</li></ol>"},
		{"<time datetime=2021-01-04>x</time><p datetime=y width=5 href=z>p</p>",
			"<time datetime=\"2021-01-04\">x</time><p>p</p>"},
		{"<p title = \"x\"lang=en/dir=ltr>y</p>", "<p title=\"x\">y</p>"},
	};

	(void)state;
	CHECK_ALL(samples);
}

static void check_status(enum of_status expected, const char *unit, size_t count)
{
	struct of_buf html = {0}, out = {0};
	struct of_err err = {0};

	for (size_t i = 0; i < count; i++)
		of_buf_add_text(&html, unit);
	of_buf_add_text(&out, "before");
	assert_int_equal(of_html_sanitise(&out, of_buf_str(&html), BASE, &err), expected);
	if (expected != OF_OK) {
		assert_int_equal(err.code, expected);
		assert_true(err.message[0] != '\0');
		assert_string_equal(out.ptr, "before");
	}
	of_buf_finish(&html);
	of_buf_finish(&out);
}

static void test_depth(void **state)
{
	(void)state;
	check_status(OF_OK, "<div>", OF_LIMIT_HTML_DEPTH);
	check_status(OF_ELIMIT, "<div>", OF_LIMIT_HTML_DEPTH + 1);
	check_status(OF_ELIMIT, "<custom>", OF_LIMIT_HTML_DEPTH + 1);
	check_status(OF_ELIMIT, "<object>", OF_LIMIT_HTML_DEPTH + 1);
	check_status(OF_OK, "<p>", 5000);
	check_status(OF_OK, "<br><img src=x><wbr><hr><input><source src=x>", 5000);
	check_status(OF_OK, "<b></b>", 5000);
}

/* Each would take minutes if it were quadratic. */
static void test_large(void **state)
{
	(void)state;
	check_status(OF_OK, "&", 1 << 20);
	check_status(OF_OK, "<", 1 << 20);
	check_status(OF_OK, "<a ", 300 << 10);
	check_status(OF_OK, "<!--", 300 << 10);
	check_status(OF_OK, "<title>", 300 << 10);
	check_status(OF_OK, "</b>", 300 << 10);
	check_status(OF_OK, "<wbr>x</i>", 100 << 10);
	check_status(OF_OK, "<b title='", 200 << 10);
	check_status(OF_OK, "<script></scrip", 200 << 10);
}

static void test_many_attributes(void **state)
{
	struct of_buf html = {0}, out = {0};
	struct of_err err = {0};

	(void)state;
	of_buf_add_text(&html, "<p");
	for (unsigned i = 0; i < 200000; i++)
		of_buf_add_format(&html, " a%u=x title=t%u", i, i);
	of_buf_add_text(&html, ">x");
	assert_int_equal(of_html_sanitise(&out, of_buf_str(&html), BASE, &err), OF_OK);
	assert_string_equal(out.ptr, "<p title=\"t0\">x</p>");
	of_buf_finish(&html);
	of_buf_finish(&out);
}

/* libxml2 reads more than ASCII as a name, and forgets what it has when its buffer moves. */
static void test_no_name(void **state)
{
	struct of_buf html = {0}, expected = {0};

	(void)state;
	for (size_t turn = 0; turn < 20; turn++) {
		of_buf_add_text(&html, "<p>&");
		of_buf_add_text(&expected, "<p>&amp;");
		for (size_t i = 0; i < 90 + 20 * turn; i++) {
			of_buf_add_text(&html, "café");
			of_buf_add_text(&expected, "café");
		}
		of_buf_add_text(&html, "</p>");
		of_buf_add_text(&expected, "</p>");
		check(html.ptr, expected.ptr);
	}
	of_buf_finish(&html);
	of_buf_finish(&expected);
}

static void test_data_url_size(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		static const char head[] = "<img src='data:image/png;base64,";
		struct of_buf html = {0}, out = {0};
		struct of_err err = {0};

		of_buf_add_text(&html, head);
		while (html.len < strlen("<img src='") + 32768 + extra)
			of_buf_add_byte(&html, 'A');
		of_buf_add_text(&html, "'>");
		assert_int_equal(of_html_sanitise(&out, of_buf_str(&html), BASE, &err), OF_OK);
		assert_int_equal(out.len > 0, extra == 0);
		of_buf_finish(&html);
		of_buf_finish(&out);
	}
}

/* A short reference may become a long URL, but not without end. */
static void test_amplification(void **state)
{
	struct of_buf html = {0}, base = {0}, out = {0};
	struct of_err err = {0};

	(void)state;
	of_buf_add_text(&base, "https://site.example/");
	for (size_t i = 0; i < 10000; i++)
		of_buf_add_text(&base, "aaaaaaaaa/");
	for (size_t i = 0; i < 10000; i++)
		of_buf_add_text(&html, "<a href=x>x</a>");
	assert_int_equal(
		of_html_sanitise(&out, of_buf_str(&html), of_buf_str(&base), &err), OF_ELIMIT);
	assert_int_equal(out.len, 0);
	of_buf_finish(&html);
	of_buf_finish(&base);
	of_buf_finish(&out);
}

static void check_plain(const char *html, size_t limit, const char *expected)
{
	struct of_buf text = {0}, out = {0}, both = {0};
	struct of_str source = {html, strlen(html)};
	struct of_err err = {0};

	assert_int_equal(of_html_rebuild(NULL, &text, limit, source, BASE, &err), OF_OK);
	assert_string_equal(text.ptr != NULL ? text.ptr : "", expected);
	assert_int_equal(of_html_rebuild(&out, &both, limit, source, BASE, &err), OF_OK);
	assert_true(of_str_equal(of_buf_str(&text), of_buf_str(&both)));
	of_buf_finish(&text);
	of_buf_finish(&out);
	of_buf_finish(&both);
}

static void test_plain_text(void **state)
{
	(void)state;
	check_plain("", 100, "");
	check_plain("a &amp; b &lt;c&gt; &eacute;", 100, "a & b <c> é");
	check_plain("<h1>One</h1><p>Two <b>bo</b>ld<p>Three", 100, "One\nTwo bold\nThree");
	check_plain("a<br>b<hr>c<li>d<form>e</form>f", 100, "a\nb\nc\nd\ne\nf");
	check_plain("<ul>\n <li>a</li>\n <li>b</li>\n</ul>\n", 100, "a\nb");
	check_plain("<table><tr><td>a</td><td>b</td></tr></table>", 100, "a\nb");
	check_plain("a<img src=x alt=no>b<script>no</script><iframe src=//v.example></iframe>c",
		100, "ab\nc");
	check_plain("<p>one</p><p>two</p><p>three</p>", 5, "one\ntwo");
	check_plain("<p>one</p>", 0, "");
}

/* Any element in any other, closed or not, is the same after a second pass. */
static void test_pairs(void **state)
{
	static const char names[] =
		" a abbr address article b bdi blockquote br caption center code col colgroup "
		"custom "
		"dd del details div dl dt em fieldset figure font form h1 h2 hr i iframe img "
		"li "
		"listing main menu nav object ol option p pre q rp rt ruby s section select "
		"small "
		"span strong summary table tbody td tfoot th thead tr tt u ul video wbr xmp ";
	char a[16], b[16], c[16], html[400];
	int used_a = 0, used_b = 0, used_c = 0;
	unsigned third = 0;

	(void)state;
	for (const char *p = names; sscanf(p, "%15s%n", a, &used_a) == 1; p += used_a)
		for (const char *q = names; sscanf(q, "%15s%n", b, &used_b) == 1; q += used_b) {
			const char *r = names + third++ % (sizeof(names) - 10);

			while (*r != ' ')
				r++;
			if (sscanf(r, "%15s%n", c, &used_c) != 1)
				memcpy(c, "p", 2);
			snprintf(html, sizeof(html), "<%s href=x src=y>1<%s href=x src=y>2", a,
				b);
			check(html, NULL);
			snprintf(html, sizeof(html),
				"<ul><table><%s href=x src=y><x><%s href=x "
				"src=y>1<%s>2</%s>3</%s>4"
				"<%s>5</table>6",
				a, b, c, a, b, a);
			check(html, NULL);
		}
}

/* All that the table has, whatever letter they begin with; and what it has not. */
static void test_names(void **state)
{
	struct of_str names =
		STR("a abbr acronym address applet area article aside audio b base basefont "
		    "bdi bgsound blockquote body br button canvas caption center cite code "
		    "col colgroup command datalist dd del details dfn dialog dir div dl dt "
		    "em embed fieldset figcaption figure footer form frame frameset h1 h2 "
		    "h3 h4 h5 h6 head header hgroup hr html i iframe img input ins isindex "
		    "kbd keygen legend li link listing main map mark math menu meta nav "
		    "nextid noembed noframes object ol p param picture plaintext pre q rp "
		    "rt ruby s samp script section select small source span strike strong "
		    "style sub summary sup svg table tbody td template textarea tfoot th "
		    "thead time title tr track tt u ul var video wbr xmp");
	static const char *const others[] = {
		"", "`", "{", "A", "P", "aa", "e", "g", "j", "x", "xmpx", "zoo", "\xFF", "p "};

	(void)state;
	while (names.ptr != NULL) {
		struct of_str name = of_str_split(&names, ' ');
		const struct of_html_element *element = of_html_element_find(name);

		assert_non_null(element);
		assert_true(of_str_equal(element->name, name));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_null(of_html_element_find(of_str_from(others[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_many_attributes),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_data_url_size),
		cmocka_unit_test(test_amplification),
		cmocka_unit_test(test_plain_text),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
