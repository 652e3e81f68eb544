/*
 * libFuzzer: of_markdown_write() gives what md4c's own writer gives, or leaves
 * it to that one. All of the input is Markdown, as bodies come: without control
 * characters other than the end of a line.
 */
#include "../unit/markdown_compare.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct html_pair pair = {0};
	/* of its very size: what reads beyond it is seen */
	char *body = malloc(size > 0 ? size : 1);
	const char *wrong;

	if (body == NULL)
		return 0;
	for (size_t i = 0; i < size; i++)
		body[i] = (char)(data[i] < ' ' && data[i] != '\n' ? ' ' : data[i]);
	wrong = compare_writers(&pair, (struct of_str){body, size});
	if (wrong != NULL) {
		fprintf(stderr, "%s\n-- own\n%.*s\n-- md4c's\n%.*s\n", wrong, (int)pair.own.len,
			pair.own.ptr, (int)pair.other.len, pair.other.ptr);
		abort();
	}
	html_pair_finish(&pair);
	free(body);
	return 0;
}
