#include "item/front.h"

#include "base/err.h"
#include "base/str.h"
#include <outfeed/item.h>

/* Takes the next line off *rest, without its LF or CRLF; blanks at its end do not count. */
static struct of_str take_line(struct of_str *rest)
{
	struct of_str line = of_str_split(rest, '\n');

	while (line.len > 0 && of_byte_is_space(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

/* Few lines begin like one that closes: the others cost no more than finding their end. */
static bool closes(struct of_str line)
{
	if (line.len < 3 || (line.ptr[0] != '-' && line.ptr[0] != '.'))
		return false;
	line = of_str_trim(line);
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
	struct of_str rest = bytes;
	struct of_str line;
	unsigned number = 1;

	if (of_str_starts(rest, STR("\xEF\xBB\xBF")))
		rest = of_str_from_offset(rest, 3);
	line = take_line(&rest);
	if (of_str_equal(line, STR("+++")))
		return refuse(reason, OF_REASON_TOML, err,
			"TOML front matter (+++) is not read: write it as YAML between --- "
			"lines");
	if (!of_str_equal(line, STR("---")))
		return refuse(reason, OF_REASON_FRONT_MATTER, err,
			"no front matter: begin the file with a --- line, or keep it out of "
			"the content folders");
	front->yaml = rest;
	front->yaml_line = ++number;
	for (; rest.ptr != NULL; number++) {
		const char *start = rest.ptr;

		if ((size_t)(start - front->yaml.ptr) > OF_LIMIT_FRONT_MATTER)
			return refuse(reason, OF_REASON_LIMIT, err,
				"the front matter is larger than 1 MiB: shorten it, or close "
				"it with a --- line");
		if (!closes(of_str_split(&rest, '\n')))
			continue;
		front->yaml.len = (size_t)(start - front->yaml.ptr);
		front->body = rest;
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
