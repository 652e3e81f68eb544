#include "item/markdown_html.h"

#include "base/escape.h"
#include "base/str.h"
#include <md4c.h>
#include <stdbool.h>
#include <stdint.h>

/* The longest text that md4c makes up itself: of the indentation in a code block. */
#define OWN_TEXT_MOST 16
#define BEHIND_MOST 4096

struct writer {
	struct of_buf *out;
	struct of_str markdown;
	size_t start;  /* what out held before */
	size_t most;   /* that out may hold */
	bool in_image; /* its text is the value of an attribute: no tags */
	enum of_markdown_end end;
};

/* What stands before and after a block or a span. */
struct tags {
	struct of_str start, end;
};

static const struct tags blocks[] = {
	[MD_BLOCK_DOC] = {STR_INIT(""), STR_INIT("")},
	[MD_BLOCK_QUOTE] = {STR_INIT("<blockquote>\n"), STR_INIT("</blockquote>\n")},
	[MD_BLOCK_UL] = {STR_INIT("<ul>\n"), STR_INIT("</ul>\n")},
	[MD_BLOCK_OL] = {STR_INIT("<ol"), STR_INIT("</ol>\n")},
	[MD_BLOCK_LI] = {STR_INIT("<li>"), STR_INIT("</li>\n")},
	[MD_BLOCK_HR] = {STR_INIT("<hr>\n"), STR_INIT("")},
	[MD_BLOCK_H] = {STR_INIT("<h"), STR_INIT("</h")},
	[MD_BLOCK_CODE] = {STR_INIT("<pre><code"), STR_INIT("</code></pre>\n")},
	[MD_BLOCK_HTML] = {STR_INIT(""), STR_INIT("")},
	[MD_BLOCK_P] = {STR_INIT("<p>"), STR_INIT("</p>\n")},
	[MD_BLOCK_TABLE] = {STR_INIT("<table>\n"), STR_INIT("</table>\n")},
	[MD_BLOCK_THEAD] = {STR_INIT("<thead>\n"), STR_INIT("</thead>\n")},
	[MD_BLOCK_TBODY] = {STR_INIT("<tbody>\n"), STR_INIT("</tbody>\n")},
	[MD_BLOCK_TR] = {STR_INIT("<tr>\n"), STR_INIT("</tr>\n")},
	[MD_BLOCK_TH] = {STR_INIT("<th"), STR_INIT("</th>\n")},
	[MD_BLOCK_TD] = {STR_INIT("<td"), STR_INIT("</td>\n")},
};

static const struct tags spans[] = {
	[MD_SPAN_EM] = {STR_INIT("<em>"), STR_INIT("</em>")},
	[MD_SPAN_STRONG] = {STR_INIT("<strong>"), STR_INIT("</strong>")},
	[MD_SPAN_A] = {STR_INIT("<a href=\""), STR_INIT("</a>")},
	[MD_SPAN_IMG] = {STR_INIT("<img src=\""), STR_INIT("\">")},
	[MD_SPAN_CODE] = {STR_INIT("<code>"), STR_INIT("</code>")},
	[MD_SPAN_DEL] = {STR_INIT("<del>"), STR_INIT("</del>")},
};

/* As md4c 0.4.8 has it: "~" is none of them. */
static bool stays_in_url(char c)
{
	return of_byte_is_alpha(c) || of_byte_is_digit(c) ||
	       of_str_find_byte(STR("-_.+!*(),%#@?=;:/$"), c) != OF_NPOS;
}

static void add_url(struct of_buf *out, struct of_str url)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t copied = 0;

	for (size_t i = 0; i < url.len; i++) {
		unsigned char c = (unsigned char)url.ptr[i];
		char escape[] = {'%', digits[c >> 4], digits[c & 15]};

		if (stays_in_url(url.ptr[i]))
			continue;
		of_buf_add_str(out, of_str_slice(url, copied, i));
		copied = i + 1;
		if (c == '&')
			of_buf_add_text(out, "&amp;");
		else
			of_buf_add(out, escape, sizeof(escape));
	}
	of_buf_add_str(out, of_str_from_offset(url, copied));
}

static void add_text(struct of_buf *out, struct of_str text)
{
	of_escape_add(out, text, of_escapes_html_attribute);
}

/*
 * md4c 0.4.8 takes the ends of some texts from memory that it never wrote: what
 * begins in the Markdown must end there. Addresses, since it may be of another object.
 */
static bool is_whole(const struct writer *writer, const char *bytes, size_t len)
{
	uintptr_t from = (uintptr_t)bytes - (uintptr_t)writer->markdown.ptr;

	return from >= writer->markdown.len || len <= writer->markdown.len - from;
}

/*
 * Whether it is of the Markdown, or what md4c itself has for it: line ends, a space,
 * indentation. Those are constants, none of which is right behind the Markdown.
 */
static bool is_text(
	const struct writer *writer, MD_TEXTTYPE type, const char *bytes, size_t len)
{
	uintptr_t from = (uintptr_t)bytes - (uintptr_t)writer->markdown.ptr;

	if (len == 0 || from < writer->markdown.len)
		return is_whole(writer, bytes, len);
	return type != MD_TEXT_NORMAL && len <= OWN_TEXT_MOST &&
	       from - writer->markdown.len >= BEHIND_MOST;
}

static bool check_attribute(struct writer *writer, const MD_ATTRIBUTE *attribute)
{
	bool whole = is_whole(writer, attribute->text, attribute->size);

	if (!whole)
		writer->end = OF_MARKDOWN_BROKEN;
	return whole;
}

/* What is broken stays so. */
static void leave_to_other(struct writer *writer)
{
	if (writer->end == OF_MARKDOWN_DONE)
		writer->end = OF_MARKDOWN_OTHER;
}

static void add_attribute(struct writer *writer, const MD_ATTRIBUTE *attribute,
	void (*add)(struct of_buf *out, struct of_str text))
{
	const MD_OFFSET *offsets = attribute->substr_offsets;

	if (!check_attribute(writer, attribute))
		return;
	for (size_t i = 0; attribute->size > 0 && offsets[i] < attribute->size; i++)
		if (attribute->substr_types[i] == MD_TEXT_NORMAL)
			add(writer->out, (struct of_str){attribute->text + offsets[i],
						 offsets[i + 1] - offsets[i]});
		else
			leave_to_other(writer);
}

static void add_title(struct writer *writer, const MD_ATTRIBUTE *title)
{
	if (title->text == NULL)
		return;
	of_buf_add_text(writer->out, "\" title=\"");
	add_attribute(writer, title, add_text);
}

/*
 * What a callback gives: other than 0 the parser stops. It goes on when the rest is
 * only to be looked at: none of that is kept.
 */
static int go_on(struct writer *writer)
{
	if (writer->end == OF_MARKDOWN_OTHER)
		of_buf_truncate(writer->out, writer->start);
	if (writer->end == OF_MARKDOWN_DONE && writer->out->len > writer->most)
		writer->end = OF_MARKDOWN_FULL;
	return writer->end == OF_MARKDOWN_DONE || writer->end == OF_MARKDOWN_OTHER ? 0 : -1;
}

static void add_level(struct of_buf *out, const MD_BLOCK_H_DETAIL *heading)
{
	of_buf_add_byte(out, (char)('0' + heading->level));
}

static void add_list_start(struct of_buf *out, const MD_BLOCK_OL_DETAIL *list)
{
	if (list->start != 1) {
		of_buf_add_text(out, " start=\"");
		of_buf_add_uint(out, list->start);
		of_buf_add_byte(out, '"');
	}
	of_buf_add(out, ">\n", 2);
}

static void add_alignment(struct of_buf *out, const MD_BLOCK_TD_DETAIL *cell)
{
	static const struct of_str ends[] = {[MD_ALIGN_DEFAULT] = STR_INIT(">"),
		[MD_ALIGN_LEFT] = STR_INIT(" align=\"left\">"),
		[MD_ALIGN_CENTER] = STR_INIT(" align=\"center\">"),
		[MD_ALIGN_RIGHT] = STR_INIT(" align=\"right\">")};

	of_buf_add_str(out, ends[cell->align]);
}

static void add_language(struct writer *writer, const MD_BLOCK_CODE_DETAIL *code)
{
	if (code->lang.text != NULL) {
		of_buf_add_text(writer->out, " class=\"language-");
		add_attribute(writer, &code->lang, add_text);
		of_buf_add_byte(writer->out, '"');
	}
	of_buf_add_byte(writer->out, '>');
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *payload)
{
	struct writer *writer = payload;
	struct of_buf *out = writer->out;

	of_buf_add_str(out, blocks[type].start);
	switch (type) {
	case MD_BLOCK_OL:
		add_list_start(out, detail);
		break;
	case MD_BLOCK_H:
		add_level(out, detail);
		of_buf_add_byte(out, '>');
		break;
	case MD_BLOCK_CODE:
		add_language(writer, detail);
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		add_alignment(out, detail);
		break;
	default:
		break;
	}
	return go_on(writer);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *payload)
{
	struct writer *writer = payload;

	of_buf_add_str(writer->out, blocks[type].end);
	if (type == MD_BLOCK_H) {
		add_level(writer->out, detail);
		of_buf_add(writer->out, ">\n", 2);
	}
	return go_on(writer);
}

static int enter_span(MD_SPANTYPE type, void *detail, void *payload)
{
	struct writer *writer = payload;

	if (writer->in_image) {
		if (type == MD_SPAN_IMG)
			leave_to_other(writer);
		return go_on(writer);
	}
	of_buf_add_str(writer->out, spans[type].start);
	if (type == MD_SPAN_A) {
		const MD_SPAN_A_DETAIL *link = detail;

		add_attribute(writer, &link->href, add_url);
		add_title(writer, &link->title);
		of_buf_add(writer->out, "\">", 2);
	} else if (type == MD_SPAN_IMG) {
		const MD_SPAN_IMG_DETAIL *image = detail;

		add_attribute(writer, &image->src, add_url);
		check_attribute(writer, &image->title);
		of_buf_add_text(writer->out, "\" alt=\"");
		writer->in_image = true;
	}
	return go_on(writer);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *payload)
{
	struct writer *writer = payload;

	/* md4c 0.4.8 leaves images that it never entered: "[](![)]()" */
	if (type == MD_SPAN_IMG && !writer->in_image)
		return go_on(writer);
	if (type == MD_SPAN_IMG) {
		const MD_SPAN_IMG_DETAIL *image = detail;

		add_title(writer, &image->title);
		writer->in_image = false;
	}
	if (!writer->in_image)
		of_buf_add_str(writer->out, spans[type].end);
	return go_on(writer);
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE len, void *payload)
{
	struct writer *writer = payload;
	struct of_buf *out = writer->out;

	if (!is_text(writer, type, bytes, len)) {
		writer->end = OF_MARKDOWN_BROKEN;
		return go_on(writer);
	}
	if (writer->end == OF_MARKDOWN_OTHER)
		return go_on(writer);
	switch (type) {
	case MD_TEXT_NORMAL:
	case MD_TEXT_CODE:
		add_text(out, (struct of_str){bytes, len});
		break;
	case MD_TEXT_HTML:
		of_buf_add(out, bytes, len);
		break;
	case MD_TEXT_BR:
		of_buf_add_text(out, writer->in_image ? " " : "<br>\n");
		break;
	case MD_TEXT_SOFTBR:
		of_buf_add_byte(out, writer->in_image ? ' ' : '\n');
		break;
	default:
		leave_to_other(writer);
		break;
	}
	return go_on(writer);
}

enum of_markdown_end of_markdown_write(
	struct of_buf *out, struct of_str markdown, unsigned flags, size_t most)
{
	struct writer writer = {.out = out,
		.markdown = markdown,
		.start = out->len,
		.most = out->len + most,
		.end = OF_MARKDOWN_DONE};
	const MD_PARSER parser = {
		.flags = flags,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = on_text,
	};
	int stopped = md_parse(markdown.ptr, (MD_SIZE)markdown.len, &parser, &writer);

	return stopped != 0 && writer.end == OF_MARKDOWN_DONE ? OF_MARKDOWN_FAILED : writer.end;
}
