/*
 * A file cut into front matter and body: by bytes, by blocks of 16 and of 32 it
 * is cut alike, where a slow reader of lines would cut it; nothing is lost.
 */
#include "fuzz.h"

#include "base/wider.h"
#include "item/front.h"

struct cut {
	enum of_status status;
	struct front front;
	enum of_reason reason;
	struct of_err err;
};

static struct cut cut_by(struct of_str bytes, bool wider)
{
	struct cut cut = {.reason = OF_REASON_COUNT};

	cut.status = of_front_split_by(&cut.front, &cut.reason, bytes, wider, &cut.err);
	return cut;
}

static bool is_closing(struct of_str line)
{
	while (line.len > 0 && strchr(" \t\r\f", line.ptr[line.len - 1]) != NULL &&
		line.ptr[line.len - 1] != '\0')
		line.len--;
	return of_str_equal(line, STR("---")) || of_str_equal(line, STR("..."));
}

/* The number of the line that closes, from 1; 0 when none does. */
static unsigned closing_line(struct of_str bytes)
{
	unsigned number = 1;

	of_str_split(&bytes, '\n');
	while (bytes.ptr != NULL)
		if (number++, is_closing(of_str_split(&bytes, '\n')))
			return number;
	return 0;
}

static void check_front(const struct front *front, struct of_str bytes)
{
	struct of_str last = of_str_from_offset(front->yaml, front->yaml.len);
	size_t lines = 0;

	fuzz_require_within(front->yaml, bytes, "front matter that is not of the file");
	fuzz_require_within(front->body, bytes, "a body that is not of the file");
	fuzz_require(front->yaml_line == 2, "front matter begins on another line");
	fuzz_require(closing_line(bytes) + 1 == front->body_line, "another line closes it");
	for (size_t i = 0; i < front->yaml.len; i++)
		lines += front->yaml.ptr[i] == '\n';
	fuzz_require(lines + 3 == front->body_line, "the body's line is miscounted");
	fuzz_require(front->body.len == 0 ||
			     front->body.ptr + front->body.len == bytes.ptr + bytes.len,
		"the body ends before the file");
	fuzz_require(front->body.len == 0 || last.ptr < front->body.ptr,
		"the body begins in the front matter");
}

static void check_place(const struct front *front, size_t offset)
{
	struct place place = of_front_place(front->body, front->body_line, offset);

	fuzz_require(place.line >= front->body_line && place.column >= 1 &&
			     place.line - front->body_line + place.column - 1 <= offset,
		"a place past its offset");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct of_str bytes = {(const char *)data, size};
	struct cut cut = cut_by(bytes, false);
	struct cut wide = cut_by(bytes, of_wider_is_there());

	fuzz_require(cut.status == wide.status && cut.reason == wide.reason,
		"by blocks it is refused otherwise");
	if (cut.status != OF_OK) {
		fuzz_require(cut.err.line == 1 && cut.err.message[0] != '\0',
			"a refusal without place or reason");
		fuzz_require(cut.status == OF_EINPUT || cut.status == OF_ELIMIT,
			"a refusal of another kind");
		return 0;
	}
	fuzz_require_equal(
		wide.front.yaml, cut.front.yaml, "by blocks the front matter differs");
	fuzz_require_equal(wide.front.body, cut.front.body, "by blocks the body differs");
	fuzz_require(wide.front.body_line == cut.front.body_line, "by blocks the lines differ");
	check_front(&cut.front, bytes);
	check_place(&cut.front, size);
	return 0;
}
