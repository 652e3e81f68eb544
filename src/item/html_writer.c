#include "item/html_writer.h"

#include "base/str.h"
#include <string.h>

void of_html_writer_init(struct of_html_writer *writer, struct of_buf *out, struct of_buf *text,
	size_t text_limit, struct of_str base)
{
	writer->out = out;
	writer->text = text;
	writer->out_start = out->len;
	writer->text_start = text != NULL ? text->len : 0;
	writer->text_limit = text_limit;
	writer->text_only = false;
	writer->urls = (struct of_html_urls){.base = base};
	of_buf_init(&writer->urls.reference, OF_LIMIT_HTML);
	of_buf_init(&writer->urls.resolved, OF_LIMIT_HTML);
	of_html_writer_rewind(writer);
}

void of_html_writer_rewind(struct of_html_writer *writer)
{
	of_buf_truncate(writer->out, writer->out_start);
	if (writer->text != NULL)
		of_buf_truncate(writer->text, writer->text_start);
	if (writer->urls.refused != NULL)
		of_buf_clear(writer->urls.refused);
	writer->depth = 0;
	writer->dropped = 0;
	writer->gap = false;
	writer->too_deep = false;
}

void of_html_writer_finish(struct of_html_writer *writer)
{
	of_buf_finish(&writer->urls.reference);
	of_buf_finish(&writer->urls.resolved);
}

static void write_tag(struct of_html_writer *writer, const char *open, struct of_str name)
{
	of_buf_add_text(writer->out, open);
	of_buf_add_str(writer->out, name);
}

static void keep_apart(struct of_html_writer *writer, unsigned flags)
{
	if ((flags & OF_HTML_BLOCK) != 0)
		writer->gap = true;
}

/* Writes the end tags of the levels from index on that still need one. */
static void close_from(struct of_html_writer *writer, size_t index)
{
	for (size_t i = writer->depth; i-- > index;) {
		struct of_html_level *level = &writer->levels[i];

		if (!level->written)
			continue;
		level->written = false;
		keep_apart(writer, level->element->flags);
		write_tag(writer, "</", level->element->name);
		of_buf_add_byte(writer->out, '>');
	}
}

/* Makes the nearest element that may be the parent the current one, if there is any. */
static bool find_parent(struct of_html_writer *writer, const struct of_html_model *model)
{
	for (size_t i = writer->depth; i-- > 0;) {
		const struct of_html_level *level = &writer->levels[i];

		if (!level->written)
			continue;
		if ((level->element->model->group & model->parents) != 0) {
			close_from(writer, i + 1);
			return true;
		}
		if (level->element->model->barrier)
			return false;
	}
	return false;
}

/* Ends what the element's start ends. False when it may not stand here. */
static bool make_place(struct of_html_writer *writer, const struct of_html_model *model)
{
	size_t from = writer->depth;

	if (model->parents != 0)
		return find_parent(writer, model);
	if (model->closes == 0)
		return true;
	for (size_t i = writer->depth; i-- > 0;) {
		uint32_t group;

		if (!writer->levels[i].written)
			continue;
		group = writer->levels[i].element->model->group;
		if ((group & model->closes) != 0)
			from = i;
		else if ((group & model->past) == 0)
			break;
	}
	close_from(writer, from);
	return true;
}

static bool is_in_link(const struct of_html_writer *writer)
{
	for (size_t i = writer->depth; i-- > 0;)
		if (writer->levels[i].written &&
			(writer->levels[i].element->flags & OF_HTML_LINK) != 0)
			return true;
	return false;
}

static bool is_source(enum of_html_kind kind)
{
	return kind == OF_HTML_URL || kind == OF_HTML_MEDIA_URL || kind == OF_HTML_IMAGE_URL ||
	       kind == OF_HTML_SRCSET;
}

/* True when one of the attributes gives the element the URL that it is about. */
static bool write_attributes(
	struct of_html_writer *writer, const struct of_html_given *given, size_t n_given)
{
	bool has_source = false;

	for (size_t i = 0; i < n_given; i++)
		if (of_html_attribute_add(
			    writer->out, &writer->urls, given[i].attribute, given[i].value) &&
			is_source(given[i].attribute->kind))
			has_source = true;
	return has_source;
}

/* False, and nothing written, when the element is not to be had. */
static bool write_start(struct of_html_writer *writer, const struct of_html_element *element,
	const struct of_html_given *given, size_t n_given)
{
	size_t start;
	bool has_source;

	if ((element->flags & OF_HTML_LINK) != 0 && is_in_link(writer))
		return false;
	if (!make_place(writer, element->model))
		return false;
	start = writer->out->len;
	write_tag(writer, "<", element->name);
	has_source = write_attributes(writer, given, n_given);
	if (!has_source && (element->flags & (OF_HTML_LINK | OF_HTML_SOURCE)) != 0) {
		of_buf_truncate(writer->out, start);
		return false;
	}
	of_buf_add_byte(writer->out, '>');
	return true;
}

/* `<a href="URL">URL</a>` for a frame that has a URL; the URL alone inside of a link. */
static void write_frame(
	struct of_html_writer *writer, const struct of_html_given *given, size_t n_given)
{
	static const char open[] = "<a href=\"", src[] = " src=\"";
	struct of_buf *out = writer->out;
	bool linked = is_in_link(writer);
	size_t start = out->len;
	struct of_buf *url = &writer->urls.resolved;

	if (!write_attributes(writer, given, n_given) || out->status != OF_OK) {
		of_buf_truncate(out, start);
		return;
	}
	of_buf_clear(url);
	of_buf_add_str(
		url, of_str_slice(of_buf_str(out), start + sizeof(src) - 1, out->len - 1));
	of_buf_truncate(out, start);
	if (!linked) {
		of_buf_add_text(out, open);
		of_buf_add_str(out, of_buf_str(url));
		of_buf_add_text(out, "\">");
	}
	of_buf_add_str(out, of_buf_str(url));
	if (!linked)
		of_buf_add_text(out, "</a>");
}

static void push(struct of_html_writer *writer, const char *name,
	const struct of_html_element *element, bool written)
{
	writer->levels[writer->depth++] = (struct of_html_level){name, element, written};
}

void of_html_writer_start(struct of_html_writer *writer, const char *name,
	const struct of_html_element *element, const struct of_html_given *given,
	size_t n_given)
{
	unsigned flags = element != NULL ? element->flags : 0;
	bool shown = writer->dropped == 0;
	bool written = false;

	if ((flags & OF_HTML_VOID) == 0 && writer->depth == OF_LIMIT_HTML_DEPTH) {
		writer->too_deep = true;
		return;
	}
	if (shown)
		keep_apart(writer, flags);
	if (shown && (flags & OF_HTML_FRAME) != 0)
		write_frame(writer, given, n_given);
	if (shown && (flags & OF_HTML_WRITE) != 0)
		written = write_start(writer, element, given, n_given);
	if ((flags & OF_HTML_VOID) != 0)
		return;
	push(writer, name, element, written);
	if (shown && (flags & OF_HTML_DROP) != 0)
		writer->dropped = writer->depth;
}

void of_html_writer_end(struct of_html_writer *writer, const char *name)
{
	size_t i = writer->depth;

	while (i > 0 && strcmp(writer->levels[i - 1].name, name) != 0)
		i--;
	if (i == 0)
		return;
	close_from(writer, i - 1);
	if (writer->levels[i - 1].element != NULL && writer->dropped == 0)
		keep_apart(writer, writer->levels[i - 1].element->flags);
	writer->depth = i - 1;
	if (writer->dropped > writer->depth)
		writer->dropped = 0;
}

static bool is_blank(struct of_str text)
{
	return of_str_trim(text).len == 0;
}

static void add_plain(struct of_html_writer *writer, struct of_str text)
{
	if (of_html_writer_has_text(writer))
		return;
	if (writer->gap && is_blank(text))
		return;
	if (writer->gap && writer->text->len > writer->text_start)
		of_buf_add_byte(writer->text, '\n');
	writer->gap = false;
	of_buf_add_str(writer->text, text);
}

/* The white space that the output begins with: behind control characters that were left out. */
static void drop_first_space(struct of_html_writer *writer)
{
	struct of_buf *out = writer->out;
	size_t from = writer->out_start, rest;

	while (from < out->len && of_byte_is_space(out->ptr[from]))
		from++;
	if (from == writer->out_start)
		return;
	rest = out->len - from;
	memmove(out->ptr + writer->out_start, out->ptr + from, rest);
	of_buf_truncate(out, writer->out_start + rest);
}

void of_html_writer_add(struct of_html_writer *writer, struct of_str text)
{
	bool first = writer->out->len == writer->out_start;

	if (writer->dropped != 0)
		return;
	if (first)
		while (text.len > 0 && of_byte_is_space(text.ptr[0]))
			text = of_str_from_offset(text, 1);
	of_html_text_add(writer->out, text);
	if (first)
		drop_first_space(writer);
	add_plain(writer, text);
}

void of_html_writer_close(struct of_html_writer *writer)
{
	struct of_buf *out = writer->out;
	size_t len;

	close_from(writer, 0);
	writer->depth = 0;
	writer->dropped = 0;
	len = out->len;
	while (len > writer->out_start && of_byte_is_space(out->ptr[len - 1]))
		len--;
	of_buf_truncate(out, len);
}
