#include "item/markdown.h"

#include "base/err.h"
#include <limits.h>
#include <md4c-html.h>
#include <outfeed/item.h>
#include <stdbool.h>

/* Reference links can repeat a long URL any number of times: HTML has a ceiling of its own. */
#define CEILING (OF_LIMIT_FILE * 8)

struct sink {
	struct of_buf *out;
	size_t start;
	bool full;
};

static void on_html(const MD_CHAR *bytes, MD_SIZE len, void *payload)
{
	struct sink *sink = payload;

	if (len > CEILING - (sink->out->len - sink->start))
		sink->full = true;
	if (!sink->full)
		of_buf_add(sink->out, bytes, len);
}

enum of_status of_markdown_to_html(
	struct of_buf *out, struct of_str markdown, struct of_err *err)
{
	static const unsigned flags =
		MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS;
	struct sink sink = {out, out->len, false};
	enum of_status status;
	int failed = 0;

	/* HTML is somewhat longer: most often the buffer need not grow again */
	if (markdown.len > UINT_MAX / 2)
		sink.full = true;
	else if (markdown.len > 0 && of_buf_reserve(out, markdown.len + markdown.len / 4))
		failed = md_html(markdown.ptr, (MD_SIZE)markdown.len, on_html, &sink, flags, 0);
	if (sink.full)
		status = of_err_set(err, OF_ELIMIT,
			"Markdown makes more than %zu bytes of HTML: make it smaller", CEILING);
	else if (failed != 0)
		status = of_err_set_nomem(err); /* md4c gives up for nothing else */
	else
		status = of_buf_status(out, err);
	if (status != OF_OK)
		of_buf_truncate(out, sink.start);
	return status;
}
