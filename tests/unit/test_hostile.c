#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "html_checker.h"
#include "item/markdown.h"
#include <fcntl.h>
#include <outfeed/item.h>

/* hostile/README.md says what is in the files. */
#define FOLDER "tests/unit/hostile/"
#define BASE STR("https://site.example/a/b")

static const char *const files[] = {
	"handlers.html", "urls.html", "elements.html", "mutation.html", "bodies.md"};

static unsigned hex_value(char c)
{
	return of_byte_is_digit(c) ? (unsigned)(c - '0')
				   : (unsigned)(of_byte_lower(c) - 'a' + 10);
}

/* The text with its \xHH decoded. */
static void add_decoded(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.len - i >= 4 && text.ptr[i] == '\\' && text.ptr[i + 1] == 'x' &&
			of_byte_is_hex(text.ptr[i + 2]) && of_byte_is_hex(text.ptr[i + 3])) {
			of_buf_add_byte(out, (char)(hex_value(text.ptr[i + 2]) * 16 +
						     hex_value(text.ptr[i + 3])));
			i += 3;
		} else {
			of_buf_add_byte(out, text.ptr[i]);
		}
	}
}

static const char *text_of(const struct of_buf *buf)
{
	return buf->ptr != NULL ? buf->ptr : "";
}

/* Sanitises, and demands what of every body is demanded. */
static void check(struct of_buf *out, struct of_str html, const char *label)
{
	struct of_buf again = {0};
	struct of_err err = {0};
	const char *complaint;

	if (of_html_sanitise(out, html, BASE, &err) != OF_OK)
		fail_msg("%s: %s", label, err.message);
	complaint = checker_complaint(out->ptr);
	if (complaint != NULL || strlen(text_of(out)) != out->len)
		fail_msg("%s\nbecame %s\n%s", label, text_of(out), complaint);
	assert_int_equal(of_html_sanitise(&again, of_buf_str(out), BASE, &err), OF_OK);
	if (!of_str_equal(of_buf_str(out), of_buf_str(&again)))
		fail_msg("%s\nbecame %s\nthen   %s", label, text_of(out), text_of(&again));
	of_buf_finish(&again);
}

static void check_case(struct of_str body, bool markdown)
{
	struct of_buf source = {0}, html = {0}, out = {0}, expected = {0};
	struct of_str title = of_str_trim(of_str_slice(body, 0, of_str_find_byte(body, '\n')));
	struct of_err err = {0};
	size_t mark;
	char label[200];

	snprintf(label, sizeof(label), "%.*s", (int)title.len, title.ptr);
	body = of_str_from_offset(body, of_str_find_byte(body, '\n') + 1);
	mark = of_str_find(body, STR("\n----\n"));
	add_decoded(&source, of_str_slice(body, 0, mark));
	if (markdown)
		assert_int_equal(of_markdown_to_html(&html, of_buf_str(&source), &err), OF_OK);
	else
		of_buf_add_str(&html, of_buf_str(&source));
	check(&out, of_buf_str(&html), label);
	if (mark != OF_NPOS) {
		add_decoded(&expected, of_str_trim(of_str_from_offset(body, mark + 6)));
		if (!of_str_equal(of_buf_str(&out), of_buf_str(&expected)))
			fail_msg("%s\nbecame   %s\nnot just %s", label, text_of(&out),
				text_of(&expected));
	}
	of_buf_finish(&source);
	of_buf_finish(&html);
	of_buf_finish(&out);
	of_buf_finish(&expected);
}

static size_t check_file(const char *name)
{
	struct of_buf text = {0};
	struct of_err err = {0};
	char path[200];
	struct of_str rest;
	size_t count = 0;
	bool markdown = of_str_ends((struct of_str){name, strlen(name)}, STR(".md"));

	snprintf(path, sizeof(path), FOLDER "%s", name);
	if (of_file_read(&text, AT_FDCWD, path, 1 << 20, NULL, &err) != OF_OK)
		fail_msg("%s: %s", path, err.message);
	assert_true(of_str_starts(of_buf_str(&text), STR("==== ")));
	rest = of_str_from_offset(of_buf_str(&text), 5);
	while (rest.len > 0) {
		size_t end = of_str_find(rest, STR("\n==== "));

		check_case(of_str_slice(rest, 0, end), markdown);
		rest = end == OF_NPOS ? (struct of_str){0} : of_str_from_offset(rest, end + 6);
		count++;
	}
	of_buf_finish(&text);
	return count;
}

static void test_files(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		count += check_file(files[i]);
	assert_true(count >= 120);
}

/* Pieces that do harm where they are put together. */
static const char *const pieces[] = {"<a href=x>", "<a href='javascript:1'>", "<b>", "<p>",
	"<div>", "<table>", "<tr>", "<td>", "<caption>", "<colgroup>", "<col>", "<tbody>",
	"<ul>", "<ol>", "<li>", "<dl>", "<dt>", "<dd>", "<h1>", "<h3>", "<pre>", "<address>",
	"<svg>", "<math>", "<style>", "<script>", "<title>", "<textarea>", "<iframe src=y>",
	"<select>", "<form>", "<custom>", "<template>", "<ruby>", "<rt>", "<rp>",
	"<img src=x onerror=1>", "<br/>", "<wbr>", "<hr>", "<input>", "<noscript>", "<section>",
	"<span title='", "<i title=\"", "</a>", "</b>", "</p>", "</div>", "</table>", "</tr>",
	"</td>", "</ul>", "</ol>", "</li>", "</dl>", "</svg>", "</math>", "</style>",
	"</script>", "</title>", "</textarea>", "</iframe>", "</select>", "</form>",
	"</custom>", "</template>", "</ruby>", "</body>", "</html>", "</head>", "<html>",
	"<body>", "<head>", "<!--", "-->", "<!-->", "--!>", "<![", "]]>", "<?", "</", "<", ">",
	"'", "\"", "`", "=", "/", "&", "&lt;", "&#", "&#60;", "&quot;", "&amp", ";", " ", "\n",
	"\r", "\t", "\x01", "\xff", "\xe2\x80", "é", "text", "onclick=1",
	" src=", " href=", "javascript:", "<plaintext>", "<frameset>", "<listing>", "<center>",
	"<main>", "<u>", "<small>", "<strike>"};

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_pieces(void **state)
{
	uint32_t seed = 20210104;
	struct of_buf html = {0}, out = {0};

	(void)state;
	for (unsigned turn = 0; turn < 20000; turn++) {
		unsigned count = 2 + next_random(&seed) % 24;

		of_buf_clear(&html);
		of_buf_clear(&out);
		while (count-- > 0)
			of_buf_add_text(&html, pieces[next_random(&seed) %
						       (sizeof(pieces) / sizeof(*pieces))]);
		check(&out, of_buf_str(&html), html.ptr);
	}
	of_buf_finish(&html);
	of_buf_finish(&out);
}

/* The judge itself must see what is wrong. */
static void test_checker(void **state)
{
	static const char *const bad[] = {"<script>", "<p>", "</p>", "<b><i></b></i>",
		"<p onclick=\"1\">x</p>", "<a href=\"javascript:1\">x</a>", "<a>x</a>",
		"<p title='x'>y</p>", "<p title=x>y</p>", "<p title=\"<\">y</p>", "a & b",
		"a > b", "<!-- x -->", "<br/>", "<P>x</P>",
		"<img src=\"data:text/html;base64,AA\">", "<p title=\"a\" title=\"b\">x</p>",
		"<img src=\"data:image/png;base64,A<\">", "<img src=\"//x\">", "\x01", "<br",
		"<p title=\"", "<img srcset=\"https://a.example/ 1x, javascript:1\">",
		"<a href=\"https://\">x</a>"};
	static const char *const good[] = {"", "x &amp; &lt;", "<p>x<br></p>",
		"<a href=\"https://a.example/\">x</a>",
		"<img src=\"data:image/png;base64,AA==\">",
		"<img srcset=\"https://a.example/a,b 1x, https://a.example/\">"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (checker_complaint(bad[i]) == NULL)
			fail_msg("nothing said of %s", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (checker_complaint(good[i]) != NULL)
			fail_msg("%s: %s", good[i], checker_complaint(good[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checker),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
