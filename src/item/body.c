#include "item/body.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "item/html.h"
#include "item/html_table.h"
#include "item/markdown.h"

#define TEXT_LIMIT ((size_t)4096) /* bytes of plain text that a summary may need */
#define TITLE_CHARACTERS 80       /* of a title made from the body */

static void warn_at(const struct front *front, const struct fields *fields, size_t offset,
	size_t count, const char *what)
{
	struct place place = of_front_place(front->body, front->body_line, offset);

	of_report_warning(fields->reporter, place.line, place.column, "%zu %s", count, what);
}

static void clean(struct of_buf *out, const struct front *front, const struct fields *fields)
{
	struct of_unicode_mends mends;

	of_buf_init(out, OF_LIMIT_HTML);
	of_unicode_clean(out, front->body, &mends);
	if (out->status != OF_OK)
		return; /* an error, which says more than what follows */
	if (mends.invalid > 0)
		warn_at(front, fields, mends.first_invalid, mends.invalid,
			"bytes or sequences are not UTF-8 and became U+FFFD: save the file as "
			"UTF-8");
	if (mends.forbidden > 0)
		warn_at(front, fields, mends.first_forbidden, mends.forbidden,
			"control characters that XML forbids were left out: remove them");
}

/* Every line end LF: CRLF, and CR alone, are LF to HTML and to CommonMark. */
static void add_lines(struct of_buf *out, struct of_str text)
{
	size_t at;

	while ((at = of_str_find_byte(text, '\r')) != OF_NPOS) {
		of_buf_add_str(out, of_str_slice(text, 0, at));
		of_buf_add_byte(out, '\n');
		text = of_str_from_offset(text, at + 1);
		if (of_str_starts(text, STR("\n")))
			text = of_str_from_offset(text, 1);
	}
	of_buf_add_str(out, text);
}

static bool is_html(struct of_str path)
{
	struct of_str extension = of_path_extension(path);

	return of_str_equal_nocase(extension, STR(".html")) ||
	       of_str_equal_nocase(extension, STR(".htm"));
}

/* The next step's result takes the place of the one before it, which is freed. */
static enum of_status take(
	struct of_buf *held, struct of_str *text, struct of_buf *next, struct of_err *err)
{
	enum of_status status = of_buf_status(next, err);

	of_buf_finish(held);
	*held = *next;
	*next = (struct of_buf){0};
	*text = of_buf_str(held);
	return status;
}

/* Source bytes to HTML that is still untrusted: part of the source, or of what is held. */
static enum of_status to_html(struct of_buf *held, struct of_str *html,
	const struct front *front, const struct fields *fields, struct of_err *err)
{
	struct of_buf next = {0};
	enum of_status status = OF_OK;

	*html = front->body;
	if (!of_unicode_is_clean(*html)) {
		clean(&next, front, fields);
		status = take(held, html, &next, err);
	}
	if (status == OF_OK && of_str_find_byte(*html, '\r') != OF_NPOS) {
		add_lines(&next, *html);
		status = take(held, html, &next, err);
	}
	if (status == OF_OK && of_str_find_byte(*html, '{') != OF_NPOS) {
		of_shortcodes_remove(&next, *html);
		status = take(held, html, &next, err);
	}
	if (status == OF_OK && !is_html(fields->path)) {
		of_buf_init(&next, OF_LIMIT_HTML);
		status = of_markdown_to_html(&next, *html, err);
		if (status == OF_OK)
			status = take(held, html, &next, err);
		of_buf_finish(&next);
	}
	return status;
}

/* The name of the tag that begins at a '<', if it has one. */
static struct of_str tag_name(struct of_str text)
{
	size_t from = text.len > 1 && text.ptr[1] == '/' ? 2 : 1;
	size_t to = from;

	while (to < text.len &&
		(of_byte_is_alpha(text.ptr[to]) || of_byte_is_digit(text.ptr[to])))
		to++;
	return of_str_slice(text, from, to);
}

/* Text that holds tags of HTML: an editor's field that was meant as such. "a < b" is none. */
static bool holds_tags(struct of_str text)
{
	size_t at;

	while ((at = of_str_find_byte(text, '<')) != OF_NPOS) {
		struct of_str name;

		text = of_str_from_offset(text, at);
		if (of_str_find_byte(text, '>') == OF_NPOS)
			return false;
		name = tag_name(text);
		if (name.len > 0 && of_html_element_find(name) != NULL)
			return true;
		text = of_str_from_offset(text, 1);
	}
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
		item->summary = of_arena_keep(fields->arena, &line);
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
		item->summary = of_arena_keep(fields->arena, &cut);
		item->summary_made = true;
	}
	if (item->title.len == 0) {
		of_buf_clear(&cut);
		of_unicode_cut(&cut, of_buf_str(&line), TITLE_CHARACTERS);
		item->title = cut.len > 0 ? of_arena_keep(fields->arena, &cut) : item->slug;
	}
	of_buf_finish(&line);
	of_buf_finish(&cut);
}

enum of_status of_item_body(struct of_item *item, enum of_reason *reason,
	const struct fields *fields, const struct front *front, struct of_err *err)
{
	struct of_buf held = {0};
	struct of_buf rebuilt = {0};
	struct of_buf text = {0};
	struct of_html_wanted wanted = {
		.out = &rebuilt, .text_limit = TEXT_LIMIT, .refused = fields->refused};
	struct of_str html;
	enum of_status status = to_html(&held, &html, front, fields, err);
	bool wordless;

	if (status == OF_OK)
		status = summary_from_field(item, fields, err);
	wordless = item->summary.len == 0 || item->title.len == 0;
	wanted.text = wordless ? &text : NULL;
	if (status == OF_OK)
		status = of_html_rebuild_wanted(&wanted, html, item->permalink, err);
	of_buf_finish(&held); /* before what came of it is copied */
	if (status == OF_OK) {
		item->content_html = of_arena_keep(fields->arena, &rebuilt);
		if (wordless)
			fill_from_text(item, fields, of_buf_str(&text));
	} else {
		*reason = status == OF_ELIMIT ? OF_REASON_LIMIT : OF_REASON_BODY;
		if (err != NULL && err->line == 0) {
			err->line = front->body_line;
			err->column = 1;
		}
	}
	of_buf_finish(&rebuilt);
	of_buf_finish(&text);
	return status;
}
