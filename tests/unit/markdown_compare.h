/*
 * The two writers of Markdown's HTML: where ours does not leave the work to
 * md4c's own, both must give the same bytes. Shared by the tests and the fuzzer.
 */
#ifndef MARKDOWN_COMPARE_H
#define MARKDOWN_COMPARE_H

#include "base/str.h"
#include "item/markdown_html.h"
#include <md4c-html.h>
#include <stdbool.h>

#define COMPARE_FLAGS (MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS)
#define COMPARE_MOST (1U << 20)

struct html_pair {
	struct of_buf own, other;
	enum of_markdown_end end;
};

static inline void html_pair_finish(struct html_pair *pair)
{
	of_buf_finish(&pair->own);
	of_buf_finish(&pair->other);
}

static inline void on_other_html(const MD_CHAR *bytes, MD_SIZE len, void *payload)
{
	of_buf_add(payload, bytes, len);
}

/* NULL when they agree, or what is wrong. The Markdown's last line has an end. */
static inline const char *compare_ended(struct html_pair *pair, struct of_str markdown)
{
	pair->end = of_markdown_write(&pair->own, markdown, COMPARE_FLAGS, COMPARE_MOST);
	/* what md4c's own writer is not to be trusted with, or too much for both */
	if (pair->end == OF_MARKDOWN_BROKEN || pair->end == OF_MARKDOWN_FULL)
		return NULL;
	if (pair->end == OF_MARKDOWN_FAILED)
		return "failed";
	if (md_html(markdown.ptr, (MD_SIZE)markdown.len, on_other_html, &pair->other,
		    COMPARE_FLAGS, 0) != 0)
		return "md4c's own writer failed";
	if (pair->end == OF_MARKDOWN_DONE &&
		!of_str_equal(of_buf_str(&pair->own), of_buf_str(&pair->other)))
		return "the writers differ";
	return NULL;
}

/* The same of any Markdown. The pair is to be finished in any case. */
static inline const char *compare_writers(struct html_pair *pair, struct of_str markdown)
{
	struct of_buf ended = {0};
	const char *why;

	of_buf_add_str(&ended, markdown);
	if (!of_str_ends(markdown, STR("\n")))
		of_buf_add_byte(&ended, '\n');
	why = ended.status == OF_OK ? compare_ended(pair, of_buf_str(&ended)) : "no memory";
	of_buf_finish(&ended);
	return why;
}

#endif
