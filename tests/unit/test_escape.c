#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/str.h"
#include "base/unicode.h"

/* Byte by byte: what the runs and words must come to. */
static void add_slowly(struct of_buf *out, struct of_str text, of_escapes escapes)
{
	for (size_t i = 0; i < text.len; i++) {
		const struct of_escape *escape = &escapes[(unsigned char)text.ptr[i]];

		if (escape->len > 0)
			of_buf_add(out, escape->bytes, escape->len);
		else
			of_buf_add_byte(out, text.ptr[i]);
	}
}

static void check_same(struct of_buf *out, struct of_buf *expected)
{
	assert_int_equal(out->status, OF_OK);
	assert_int_equal(out->len, expected->len);
	assert_memory_equal(out->ptr, expected->ptr, expected->len);
	of_buf_clear(out);
	of_buf_clear(expected);
}

static void check(struct of_str text, of_escapes escapes)
{
	struct of_buf out = {0};
	struct of_buf expected = {0};
	struct of_buf clean = {0};

	of_escape_add(&out, text, escapes);
	add_slowly(&expected, text, escapes);
	check_same(&out, &expected);
	of_escape_add_clean(&out, text, escapes);
	of_unicode_clean(&clean, text, NULL);
	add_slowly(&expected, of_buf_str(&clean), escapes);
	check_same(&out, &expected);
	of_buf_finish(&out);
	of_buf_finish(&expected);
	of_buf_finish(&clean);
}

/* Every byte, at every place of a word and around it, beside bytes that borrow and carry. */
static void every_byte_at_every_place(void **state)
{
	static const char beside[] = {'a', ' ', '\0', '\x7f', '\x80', '\xff', '!', '&'};
	char bytes[37];

	(void)state;
	for (size_t fill = 0; fill < sizeof(beside); fill++)
		for (size_t at = 0; at < sizeof(bytes); at++)
			for (int c = 0; c < 256; c++) {
				memset(bytes, beside[fill], sizeof(bytes));
				bytes[at] = (char)c;
				check((struct of_str){bytes, sizeof(bytes)},
					of_escapes_html_attribute);
				check((struct of_str){bytes, at + 1}, of_escapes_html_text);
			}
}

/* Characters of all lengths, whole and cut, across the ends of words and blocks. */
static void beyond_ascii(void **state)
{
	static const char *const parts[] = {"\xc3\xa9", "\xe2\x84\xa2", "\xf0\x9f\x98\x80",
		"\xef\xbf\xbe", "\xed\xa0\x80", "\xe2\x84<", "\xf0\x9f\xe2\x84\xa2",
		"\xc2\x85"};
	struct of_buf text = {0};

	(void)state;
	for (size_t before = 0; before < 34; before++)
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
			for (size_t cut = 0; cut < 4; cut++) {
				of_buf_clear(&text);
				for (size_t fill = 0; fill < before; fill++)
					of_buf_add_byte(&text, 'a');
				of_buf_add_text(&text, parts[i]);
				of_buf_add_text(&text, parts[i]);
				of_buf_truncate(&text, text.len - cut);
				check(of_buf_str(&text), of_escapes_html_text);
				of_buf_add_text(&text, "& a text that goes on");
				check(of_buf_str(&text), of_escapes_html_text);
			}
	of_buf_finish(&text);
}

static void html(void **state)
{
	struct of_buf out = {0};

	(void)state;
	of_escape_add(&out, STR("a \"<b>\" & c"), of_escapes_html_text);
	assert_string_equal(out.ptr, "a \"&lt;b&gt;\" &amp; c");
	of_buf_clear(&out);
	of_escape_add(&out, STR("a \"<b>\" & c"), of_escapes_html_attribute);
	assert_string_equal(out.ptr, "a &quot;&lt;b&gt;&quot; &amp; c");
	of_buf_finish(&out);
}

static void the_ceiling_holds(void **state)
{
	struct of_buf out;

	(void)state;
	of_buf_init(&out, 12);
	of_escape_add(&out, STR("<<<"), of_escapes_html_text);
	assert_int_equal(out.status, OF_OK);
	assert_string_equal(out.ptr, "&lt;&lt;&lt;");
	of_escape_add(&out, STR("<"), of_escapes_html_text);
	assert_int_equal(out.status, OF_ELIMIT);
	assert_int_equal(out.len, 12);
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_at_every_place),
		cmocka_unit_test(beyond_ascii),
		cmocka_unit_test(html),
		cmocka_unit_test(the_ceiling_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
