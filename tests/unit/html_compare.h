/*
 * The two readers of HTML: of_html_rebuild() must give what libxml2 alone gives,
 * byte for byte, or the same refusal. Shared by the tests and the fuzzer.
 */
#ifndef HTML_COMPARE_H
#define HTML_COMPARE_H

#include "base/str.h"
#include "base/unicode.h"
#include "item/html.h"
#include "item/html_short.h"
#include "item/html_tokens.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define COMPARE_BASE STR("https://site.example/a/b")

/* What of_html_rebuild() is asked for. */
struct wanted {
	bool html, text; /* one of them, or both */
	size_t text_limit;
};

struct outcome {
	struct of_buf html, text;
	enum of_status status;
	bool by_short_way;
};

static inline void outcome_finish(struct outcome *outcome)
{
	of_buf_finish(&outcome->html);
	of_buf_finish(&outcome->text);
}

static inline void add_tokens(struct of_buf *tokens, struct of_str html)
{
	struct of_buf clean = {0};

	of_unicode_clean(&clean, html, NULL);
	of_buf_add_text(tokens, OF_HTML_HEAD);
	of_html_tokens_add(tokens, of_buf_str(&clean));
	of_buf_finish(&clean);
}

/* Of one reader alone. */
static inline void read_alone(struct outcome *outcome, struct of_str tokens,
	const struct wanted *wanted, bool short_way)
{
	struct of_html_writer writer;

	of_html_writer_init(&writer, &outcome->html, wanted->text ? &outcome->text : NULL,
		wanted->text_limit, COMPARE_BASE);
	writer.text_only = !wanted->html;
	if (short_way) {
		outcome->by_short_way = of_html_read_short(&writer, tokens);
	} else {
		outcome->status = of_html_read_full(&writer, tokens, NULL);
		if (writer.too_deep || of_html_writer_is_full(&writer))
			outcome->status = OF_ELIMIT;
	}
	of_html_writer_close(&writer);
	if (outcome->status != OF_OK)
		of_html_writer_rewind(&writer);
	if (!wanted->html)
		of_buf_clear(&outcome->html);
	of_html_writer_finish(&writer);
}

/* A message when the ways differ; the outcome is of_html_rebuild()'s. */
static inline const char *compare_ways(
	struct outcome *outcome, struct of_str html, const struct wanted *wanted)
{
	/* of its own size, so that the sanitizers see a read past its end */
	char *copy = malloc(html.len > 0 ? html.len : 1);
	struct outcome full = {0}, alone = {0};
	struct of_buf tokens = {0};
	const char *why = NULL;

	if (copy == NULL)
		abort();
	if (html.len > 0)
		memcpy(copy, html.ptr, html.len);
	outcome->status = of_html_rebuild(wanted->html ? &outcome->html : NULL,
		wanted->text ? &outcome->text : NULL, wanted->text_limit,
		(struct of_str){copy, html.len}, COMPARE_BASE, NULL);
	add_tokens(&tokens, html);
	read_alone(&full, of_buf_str(&tokens), wanted, false);
	read_alone(&alone, of_buf_str(&tokens), wanted, true);
	outcome->by_short_way = alone.by_short_way;
	if (outcome->status != full.status)
		why = "status";
	else if (!of_str_equal(of_buf_str(&outcome->html), of_buf_str(&full.html)))
		why = "HTML";
	else if (!of_str_equal(of_buf_str(&outcome->text), of_buf_str(&full.text)))
		why = "plain text";
	if (why != NULL)
		fprintf(stderr,
			"%s of:\n%.*s\n-- by libxml2:\n%.*s\n%.*s\n-- instead:\n%.*s\n%.*s\n",
			why, (int)html.len, html.ptr, (int)full.html.len,
			full.html.len > 0 ? full.html.ptr : "", (int)full.text.len,
			full.text.len > 0 ? full.text.ptr : "", (int)outcome->html.len,
			outcome->html.len > 0 ? outcome->html.ptr : "", (int)outcome->text.len,
			outcome->text.len > 0 ? outcome->text.ptr : "");
	outcome_finish(&full);
	outcome_finish(&alone);
	of_buf_finish(&tokens);
	free(copy);
	return why;
}

#endif
