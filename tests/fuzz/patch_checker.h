/*
 * A reader of unified diffs of its own: what a diff makes of a file, judged
 * line by line as `git apply` does, without tolerance.
 */
#ifndef PATCH_CHECKER_H
#define PATCH_CHECKER_H

#include "fuzz.h"

struct patching {
	struct of_str diff, file; /* what of each is left */
	struct of_buf *out;
	size_t line; /* of the file, from 1 */
};

/* The line with its end; the last may have none. */
static inline struct of_str patch_line(struct of_str *rest)
{
	size_t end = of_str_find_byte(*rest, '\n');
	struct of_str line = of_str_slice(*rest, 0, end == OF_NPOS ? rest->len : end + 1);

	*rest = of_str_from_offset(*rest, line.len);
	return line;
}

static inline size_t patch_number(struct of_str *head, size_t none)
{
	size_t number = 0, digits = 0;

	while (digits < head->len && of_byte_is_digit(head->ptr[digits]))
		number = number * 10 + (size_t)(head->ptr[digits++] - '0');
	*head = of_str_from_offset(*head, digits);
	return digits > 0 ? number : none;
}

/* ",count" of a range; 1 where it is left out. */
static inline size_t patch_count(struct of_str *head)
{
	if (head->len == 0 || head->ptr[0] != ',')
		return 1;
	*head = of_str_from_offset(*head, 1);
	return patch_number(head, OF_NPOS);
}

/* A line of the diff without its mark; "\ No newline" behind it takes its end away. */
static inline struct of_str patch_text(struct patching *patching, struct of_str line)
{
	struct of_str text = of_str_from_offset(line, 1);

	if (patching->diff.len > 0 && patching->diff.ptr[0] == '\\') {
		patch_line(&patching->diff);
		text.len--;
	}
	return text;
}

static inline void patch_hunk(struct patching *patching, struct of_str head)
{
	size_t at, left, right;

	fuzz_require(of_str_starts(head, STR("@@ -")), "a hunk without its head");
	head = of_str_from_offset(head, 4);
	at = patch_number(&head, 0);
	left = patch_count(&head);
	head = of_str_from_offset(head, 2);
	patch_number(&head, 0);
	right = patch_count(&head);
	at += left == 0;
	fuzz_require(at >= patching->line, "a hunk before the last");
	for (; patching->line < at; patching->line++)
		of_buf_add_str(patching->out, patch_line(&patching->file));
	while (left > 0 || right > 0) {
		struct of_str line = patch_line(&patching->diff);
		char mark = line.len > 0 ? line.ptr[0] : '\0';
		struct of_str text = patch_text(patching, line);

		fuzz_require(mark == ' ' || mark == '-' || mark == '+', "a line of no kind");
		if (mark != '+') {
			fuzz_require(left-- > 0, "more old lines than told");
			fuzz_require_equal(
				text, patch_line(&patching->file), "an old line differs");
			patching->line++;
		}
		if (mark != '-') {
			fuzz_require(right-- > 0, "more new lines than told");
			of_buf_add_str(patching->out, text);
		}
	}
}

/* Appends what the diff, of one file, makes of the file. */
static inline void patch_apply(struct of_buf *out, struct of_str diff, struct of_str file)
{
	struct patching patching = {diff, file, out, 1};

	fuzz_require(of_str_starts(patch_line(&patching.diff), STR("diff --git ")), "no diff");
	fuzz_require(of_str_starts(patch_line(&patching.diff), STR("--- ")), "no old name");
	fuzz_require(of_str_starts(patch_line(&patching.diff), STR("+++ ")), "no new name");
	while (patching.diff.len > 0)
		patch_hunk(&patching, patch_line(&patching.diff));
	of_buf_add_str(out, patching.file);
}

#endif
