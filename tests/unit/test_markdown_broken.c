/*
 * What becomes of a parser that hands on what is not of the Markdown: md4c 0.4.8
 * does, but only by what was in memory before, so that a stand-in does it here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "item/markdown.h"
#include "item/markdown_html.h"
#include <md4c.h>
#include <string.h>

/* It begins with the Markdown; what is far from that is of something else. */
static const char memory[6000] = "012345678\n and what is no longer of it, and long";

#define BODY_LEN 10

/* Of one text, after a reference if before is 'r'; or of an image's source, or title. */
struct act {
	char before, what;
	const char *text;
	MD_SIZE len;
	MD_TEXTTYPE type;
	enum of_markdown_end end;
};

static const struct act *current;

static int show_image(const MD_PARSER *parser, void *payload)
{
	const MD_TEXTTYPE types[] = {MD_TEXT_NORMAL};
	const MD_OFFSET offsets[] = {0, current->len};
	MD_ATTRIBUTE broken = {current->text, current->len, types, offsets};
	MD_SPAN_IMG_DETAIL image = {0};
	int stopped;

	*(current->what == 's' ? &image.src : &image.title) = broken;
	stopped = parser->enter_span(MD_SPAN_IMG, &image, payload);
	return stopped != 0 ? stopped : parser->leave_span(MD_SPAN_IMG, &image, payload);
}

int md_parse(const MD_CHAR *text, MD_SIZE size, const MD_PARSER *parser, void *payload)
{
	int stopped = 0;

	assert_ptr_equal(text, memory);
	assert_int_equal(size, BODY_LEN);
	if (current->before == 'r')
		stopped = parser->text(MD_TEXT_ENTITY, memory, 1, payload);
	if (stopped == 0 && current->what == 't')
		stopped = parser->text(current->type, current->text, current->len, payload);
	else if (stopped == 0)
		stopped = show_image(parser, payload);
	return stopped;
}

static const struct act acts[] = {
	{'-', 't', memory, BODY_LEN, MD_TEXT_NORMAL, OF_MARKDOWN_DONE},
	{'-', 't', memory + 9, 1, MD_TEXT_NORMAL, OF_MARKDOWN_DONE},
	{'-', 't', memory + 9, 2, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'-', 't', memory + 9, (MD_SIZE)-1, MD_TEXT_CODE, OF_MARKDOWN_BROKEN},
	{'-', 't', memory, BODY_LEN + 1, MD_TEXT_HTML, OF_MARKDOWN_BROKEN},
	{'-', 't', memory + 5000, 16, MD_TEXT_CODE, OF_MARKDOWN_DONE},
	{'-', 't', memory + BODY_LEN + 1, 1, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'-', 't', memory + BODY_LEN + 1, 1, MD_TEXT_CODE, OF_MARKDOWN_BROKEN},
	{'-', 't', memory + 5000, 1, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'-', 't', memory + 5000, 17, MD_TEXT_CODE, OF_MARKDOWN_BROKEN},
	{'-', 't', memory + 20, 17, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'r', 't', memory + 9, 1, MD_TEXT_NORMAL, OF_MARKDOWN_OTHER},
	{'r', 't', memory + 9, 2, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'-', 's', memory + 9, 1, MD_TEXT_NORMAL, OF_MARKDOWN_DONE},
	{'-', 's', memory + 9, 2, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'-', 'i', memory + 9, 2, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	{'r', 's', memory + 9, 2, MD_TEXT_NORMAL, OF_MARKDOWN_BROKEN},
	/* md4c's own memory, in which a title is put together */
	{'-', 'i', "a title that is longer", 22, MD_TEXT_NORMAL, OF_MARKDOWN_DONE},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		struct of_buf out = {0};

		current = &acts[i];
		if (of_markdown_write(&out, (struct of_str){memory, BODY_LEN}, 0, 1000) !=
			acts[i].end)
			fail_msg("act %zu", i);
		of_buf_finish(&out);
	}
}

static void test_what_is_said(void **state)
{
	struct of_buf out = {0};
	struct of_err err = {0};

	(void)state;
	current = &acts[2];
	of_buf_add_text(&out, "before");
	assert_int_equal(
		of_markdown_to_html(&out, (struct of_str){memory, BODY_LEN}, &err), OF_EINPUT);
	assert_string_equal(out.ptr, "before");
	assert_non_null(strstr(err.message, "cannot be parsed"));
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_what_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
