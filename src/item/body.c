#include "item/body.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "item/html.h"
#include "item/markdown.h"

#define TEXT_LIMIT ((size_t)4096) /* bytes of plain text that a summary may need */
#define TITLE_CHARACTERS 80       /* of a title made from the body */

/* The line that an offset of the body stands in. */
static unsigned line_at(const struct front *front, size_t offset)
{
	unsigned line = front->body_line;

	for (size_t i = 0; i < offset; i++)
		line += front->body.ptr[i] == '\n';
	return line;
}

static void clean(struct of_buf *out, const struct front *front, const struct fields *fields)
{
	struct of_unicode_mends mends;

	of_unicode_clean(out, front->body, &mends);
	if (mends.invalid > 0)
		of_report_warning(fields->reporter, line_at(front, mends.first_invalid), 0,
			"%zu bytes or sequences are not UTF-8 and became U+FFFD: save the file "
			"as UTF-8",
			mends.invalid);
	if (mends.forbidden > 0)
		of_report_warning(fields->reporter, line_at(front, mends.first_forbidden), 0,
			"%zu control characters that XML forbids were left out: remove them",
			mends.forbidden);
}

static bool is_html(struct of_str path)
{
	struct of_str extension = of_path_extension(path);

	return of_str_equal_nocase(extension, STR(".html")) ||
	       of_str_equal_nocase(extension, STR(".htm"));
}

/* Source bytes to HTML that is still untrusted; buffers are the steps' results. */
static enum of_status to_html(struct of_buf *html, const struct front *front,
	const struct fields *fields, struct of_err *err)
{
	struct of_buf cleaned = {0};
	struct of_buf bare = {0};
	struct of_str source = front->body;
	enum of_status status = OF_OK;

	if (!of_unicode_is_clean(source)) {
		clean(&cleaned, front, fields);
		source = of_buf_str(&cleaned);
	}
	if (is_html(fields->path)) {
		of_shortcodes_remove(html, source);
	} else {
		of_shortcodes_remove(&bare, source);
		status = of_markdown_to_html(html, of_buf_str(&bare), err);
	}
	if (status == OF_OK)
		status = of_buf_status(&cleaned, err);
	if (status == OF_OK)
		status = of_buf_status(&bare, err);
	if (status == OF_OK)
		status = of_buf_status(html, err);
	of_buf_finish(&cleaned);
	of_buf_finish(&bare);
	return status;
}

/* Text that seems to hold tags: an editor's field that was meant as HTML. */
static bool holds_tags(struct of_str text)
{
	for (size_t i = 0; i + 2 < text.len; i++)
		if (text.ptr[i] == '<' &&
			(of_byte_is_alpha(text.ptr[i + 1]) || text.ptr[i + 1] == '/') &&
			of_str_find_byte(of_str_from_offset(text, i), '>') != OF_NPOS)
			return true;
	return false;
}

static enum of_status summary_from_field(
	struct of_item *item, const struct fields *fields, struct of_err *err)
{
	struct of_buf text = {0};
	struct of_buf line = {0};
	enum of_status status;

	item->summary = of_field_text(fields, OF_FIELD_SUMMARY, NULL);
	if (!holds_tags(item->summary))
		return OF_OK;
	status = of_html_rebuild(
		NULL, &text, item->summary.len, item->summary, item->permalink, err);
	of_unicode_one_line(&line, of_buf_str(&text));
	if (status == OF_OK)
		item->summary = of_arena_dup(fields->arena, of_buf_str(&line));
	of_buf_finish(&text);
	of_buf_finish(&line);
	return status;
}

/* What the front matter left out is made of the body's first words. */
static void fill_from_text(
	struct of_item *item, const struct fields *fields, struct of_str text)
{
	struct of_buf line = {0};
	struct of_buf cut = {0};

	of_unicode_one_line(&line, text);
	if (item->summary.len == 0) {
		of_unicode_cut(&cut, of_buf_str(&line), OF_SUMMARY_CHARACTERS);
		item->summary = of_arena_dup(fields->arena, of_buf_str(&cut));
	}
	if (item->title.len == 0) {
		of_buf_clear(&cut);
		of_unicode_cut(&cut, of_buf_str(&line), TITLE_CHARACTERS);
		item->title = cut.len > 0 ? of_arena_dup(fields->arena, of_buf_str(&cut))
					  : item->slug;
	}
	of_buf_finish(&line);
	of_buf_finish(&cut);
}

enum of_status of_item_body(struct of_item *item, enum of_reason *reason,
	const struct fields *fields, const struct front *front, struct of_err *err)
{
	struct of_buf html = {0};
	struct of_buf rebuilt = {0};
	struct of_buf text = {0};
	enum of_status status = to_html(&html, front, fields, err);

	if (status == OF_OK)
		status = of_html_rebuild(
			&rebuilt, &text, TEXT_LIMIT, of_buf_str(&html), item->permalink, err);
	if (status == OF_OK)
		status = summary_from_field(item, fields, err);
	if (status == OF_OK) {
		item->content_html = of_arena_dup(fields->arena, of_buf_str(&rebuilt));
		fill_from_text(item, fields, of_buf_str(&text));
	} else {
		*reason = status == OF_ELIMIT ? OF_REASON_LIMIT : OF_REASON_BODY;
		if (err != NULL && err->line == 0)
			err->line = front->body_line;
	}
	of_buf_finish(&html);
	of_buf_finish(&rebuilt);
	of_buf_finish(&text);
	return status;
}
