#include "item/front.h"

#include "base/err.h"
#include "base/str.h"
#include <outfeed/item.h>

/* The line that begins at the offset, without its LF or CRLF; blanks at its end do not count.
 */
static struct of_str line_at(struct of_str bytes, size_t offset)
{
	struct of_str line = of_str_from_offset(bytes, offset);

	line = of_str_slice(line, 0, of_str_find_byte(line, '\n'));
	while (line.len > 0 && of_byte_is_space(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

/* The offset behind the line that begins at the offset; the length when it is the last. */
static size_t next_line(struct of_str bytes, size_t offset)
{
	const char *end = memchr(bytes.ptr + offset, '\n', bytes.len - offset);

	return end != NULL ? (size_t)(end - bytes.ptr) + 1 : bytes.len;
}

/* Few lines begin like one that closes: the others are not looked at any further. */
static bool closes(struct of_str bytes, size_t offset)
{
	char first = bytes.ptr[offset];
	struct of_str line;

	if (first != '-' && first != '.')
		return false;
	line = line_at(bytes, offset);
	return of_str_equal(line, STR("---")) || of_str_equal(line, STR("..."));
}

static enum of_status refuse(
	enum of_reason *reason, enum of_reason why, struct of_err *err, const char *message)
{
	*reason = why;
	return of_err_set_at(
		err, why == OF_REASON_LIMIT ? OF_ELIMIT : OF_EINPUT, 1, 1, "%s", message);
}

enum of_status of_front_split(
	struct front *front, enum of_reason *reason, struct of_str bytes, struct of_err *err)
{
	size_t start = of_str_starts(bytes, STR("\xEF\xBB\xBF")) ? 3 : 0;
	struct of_str first = line_at(bytes, start);
	unsigned number = 2;
	size_t at;

	if (of_str_equal(first, STR("+++")))
		return refuse(reason, OF_REASON_TOML, err,
			"TOML front matter (+++) is not read: write it as YAML between --- "
			"lines");
	if (!of_str_equal(first, STR("---")))
		return refuse(reason, OF_REASON_FRONT_MATTER, err,
			"no front matter: begin the file with a --- line, or keep it out of "
			"the content folders");
	start = next_line(bytes, start);
	for (at = start; at < bytes.len; at = next_line(bytes, at), number++) {
		if (at - start > OF_LIMIT_FRONT_MATTER)
			return refuse(reason, OF_REASON_LIMIT, err,
				"the front matter is larger than 1 MiB: shorten it, or close "
				"it with a --- line");
		if (!closes(bytes, at))
			continue;
		front->yaml = of_str_slice(bytes, start, at);
		front->yaml_line = 2;
		front->body = of_str_from_offset(bytes, next_line(bytes, at));
		front->body_line = number + 1;
		return OF_OK;
	}
	return refuse(reason, OF_REASON_FRONT_MATTER, err,
		"the front matter is not closed: put a --- line where it ends");
}

struct place of_front_place(struct of_str part, unsigned first_line, size_t offset)
{
	struct place place = {first_line, 1};

	for (size_t i = 0; i < offset && i < part.len; i++) {
		place.column = part.ptr[i] == '\n' ? 1 : place.column + 1;
		place.line += part.ptr[i] == '\n';
	}
	return place;
}
