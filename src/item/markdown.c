#include "item/markdown.h"

#include "base/err.h"
#include "item/markdown_cost.h"
#include "item/markdown_html.h"
#include <limits.h>
#include <md4c-html.h>
#include <outfeed/item.h>
#include <stdbool.h>

struct sink {
	struct of_buf *out;
	size_t start;
	bool full;
};

static void on_html(const MD_CHAR *bytes, MD_SIZE len, void *payload)
{
	struct sink *sink = payload;

	if (len > OF_LIMIT_HTML - (sink->out->len - sink->start))
		sink->full = true;
	if (!sink->full)
		of_buf_add(sink->out, bytes, len);
}

/* md4c's own writer: it knows all named references. */
static enum of_markdown_end write_all(
	struct of_buf *out, struct of_str markdown, unsigned flags)
{
	struct sink sink = {out, out->len, false};
	int failed = md_html(markdown.ptr, (MD_SIZE)markdown.len, on_html, &sink, flags, 0);

	if (sink.full)
		return OF_MARKDOWN_FULL;
	return failed != 0 ? OF_MARKDOWN_FAILED : OF_MARKDOWN_DONE;
}

/* Where the ceiling is near, only as much as there is. */
static bool make_room(struct of_buf *out, size_t room)
{
	if (out->ceiling != 0 && room > out->ceiling - out->len)
		room = out->ceiling - out->len;
	return of_buf_reserve(out, room);
}

static enum of_markdown_end write_ended(
	struct of_buf *out, struct of_str markdown, unsigned flags)
{
	enum of_markdown_end end = OF_MARKDOWN_DONE;
	size_t start = out->len;

	/* HTML is somewhat longer: most often the buffer need not grow again */
	if (make_room(out, markdown.len + markdown.len / 4))
		end = of_markdown_write(out, markdown, flags, OF_LIMIT_HTML);
	if (end == OF_MARKDOWN_OTHER) {
		of_buf_truncate(out, start);
		end = write_all(out, markdown, flags);
	}
	return end;
}

/*
 * md4c 0.4.8 looks for the ")" of a link behind a last line that has no end, and
 * is lost in memory that is not its own where it finds one: such a line gets an end.
 */
static enum of_markdown_end write_any(
	struct of_buf *out, struct of_str markdown, unsigned flags)
{
	struct of_buf ended = {0};
	enum of_markdown_end end = OF_MARKDOWN_FAILED;

	if (markdown.len == 0)
		return OF_MARKDOWN_DONE;
	if (markdown.ptr[markdown.len - 1] == '\n')
		return write_ended(out, markdown, flags);
	of_buf_add_str(&ended, markdown);
	of_buf_add_byte(&ended, '\n');
	if (ended.status == OF_OK)
		end = write_ended(out, of_buf_str(&ended), flags);
	of_buf_finish(&ended);
	return end;
}

enum of_status of_markdown_to_html(
	struct of_buf *out, struct of_str markdown, struct of_err *err)
{
	static const unsigned flags =
		MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS;
	enum of_markdown_end end = OF_MARKDOWN_FULL;
	size_t start = out->len;
	enum of_status status;

	if (of_markdown_is_costly(markdown))
		return of_err_set(err, OF_ELIMIT,
			"too much Markdown for one item: its paragraphs hold too many marks, "
			"brackets, bare addresses or list items: split it, or put blank lines "
			"into it");
	if (markdown.len <= UINT_MAX / 2)
		end = write_any(out, markdown, flags);
	if (end == OF_MARKDOWN_FULL || out->status == OF_ELIMIT)
		status = of_err_set(err, OF_ELIMIT,
			"Markdown makes more than %zu bytes of HTML: make it smaller",
			OF_LIMIT_HTML);
	else if (end == OF_MARKDOWN_BROKEN)
		status = of_err_set(err, OF_EINPUT,
			"Markdown that cannot be parsed: look for links whose brackets do not "
			"match");
	else if (end == OF_MARKDOWN_FAILED)
		status = of_err_set_nomem(err); /* md4c gives up for nothing else */
	else
		status = of_buf_status(out, err);
	if (status != OF_OK)
		of_buf_truncate(out, start);
	return status;
}
