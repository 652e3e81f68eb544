/*
 * Unified diffs: the first line is a path, the next a number of changes, three
 * bytes each; the rest is the file. Applied, the diff makes what the changes make.
 */
#include "fuzz.h"

#include "audit/diff.h"
#include "patch_checker.h"

#define CHANGES_MOST 12

static const char replacements[] = "new\nlines\n\nof text\r\n";

static size_t take_changes(struct of_change *changes, struct of_str bytes, struct of_str file)
{
	size_t count = 0, at = 0;

	for (size_t i = 0; i + 3 <= bytes.len && count < CHANGES_MOST; i += 3) {
		size_t from = at + (unsigned char)bytes.ptr[i];
		size_t to = from + (unsigned char)bytes.ptr[i + 1] % 64;
		size_t length = (unsigned char)bytes.ptr[i + 2] % sizeof(replacements);

		if (to > file.len || (to == from && length == 0))
			break;
		changes[count++] = (struct of_change){from, to, {replacements, length}};
		at = to + 1;
	}
	return count;
}

static void apply(
	struct of_buf *out, struct of_str file, const struct of_change *changes, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		of_buf_add_str(out, of_str_slice(file, at, changes[i].from));
		of_buf_add_str(out, changes[i].text);
		at = changes[i].to;
	}
	of_buf_add_str(out, of_str_from_offset(file, at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct of_buf diff, want, got;
	struct of_change changes[CHANGES_MOST];
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str path = fuzz_take_line(&input);
	struct of_str bytes = fuzz_take_text(&input);
	size_t count = take_changes(changes, bytes, input.rest);

	if (count == 0)
		return 0;
	of_buf_clear(&diff);
	fuzz_require(of_diff_add(&diff, path, input.rest, changes, count, NULL) == OF_OK,
		"memory for a diff");
	of_buf_clear(&want);
	apply(&want, input.rest, changes, count);
	of_buf_clear(&got);
	if (diff.len > 0 || !of_str_equal(of_buf_str(&want), input.rest))
		patch_apply(&got, of_buf_str(&diff), input.rest);
	else
		of_buf_add_str(&got, input.rest);
	fuzz_require_equal(
		of_buf_str(&got), of_buf_str(&want), "the diff makes something else");
	return 0;
}
