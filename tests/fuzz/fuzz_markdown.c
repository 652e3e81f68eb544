/*
 * of_markdown_write() gives what md4c's own writer gives, or leaves it to that
 * one. All of the input is Markdown, as bodies come: without control characters
 * other than the end of a line. What is left of shortcodes is no more than was.
 */
#include "fuzz.h"

#include "../unit/markdown_compare.h"
#include "item/markdown.h"

static void check_shortcodes(struct of_str body)
{
	static struct of_buf out;

	of_buf_clear(&out);
	of_shortcodes_remove(&out, body);
	fuzz_require(out.len <= body.len, "without shortcodes there is more");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct html_pair pair = {0};
	/* of its very size: what reads beyond it is seen */
	char *body = malloc(size > 0 ? size : 1);
	const char *wrong;

	fuzz_require(body != NULL, "memory for a body");
	for (size_t i = 0; i < size; i++)
		body[i] = (char)(data[i] < ' ' && data[i] != '\n' ? ' ' : data[i]);
	wrong = compare_writers(&pair, (struct of_str){body, size});
	if (wrong != NULL)
		fuzz_fail("%s\n-- own\n%.*s\n-- md4c's\n%.*s", wrong, (int)pair.own.len,
			pair.own.ptr, (int)pair.other.len, pair.other.ptr);
	check_shortcodes((struct of_str){body, size});
	html_pair_finish(&pair);
	free(body);
	return 0;
}
