#include "base/path.h"

#include "base/str.h"

#define SEGMENT_LIMIT 200
#define PATH_LIMIT 1000

struct of_str of_path_base(struct of_str path)
{
	size_t slash = of_str_find_last_byte(path, '/');

	return slash == OF_NPOS ? path : of_str_from_offset(path, slash + 1);
}

/* The root keeps its slash, or it could not be told from no folder. */
struct of_str of_path_folder(struct of_str path)
{
	size_t slash = of_str_find_last_byte(path, '/');

	if (slash == OF_NPOS)
		return (struct of_str){NULL, 0};
	return of_str_slice(path, 0, slash > 0 ? slash : 1);
}

/* Dots that a name begins with hide it and begin no extension; nor does a dot at its end. */
struct of_str of_path_extension(struct of_str path)
{
	struct of_str base = of_path_base(path);
	size_t dot = of_str_find_last_byte(base, '.');
	size_t leading = 0;

	while (leading < base.len && base.ptr[leading] == '.')
		leading++;
	if (dot == OF_NPOS || dot < leading || dot + 1 == base.len)
		return (struct of_str){NULL, 0};
	return of_str_from_offset(base, dot);
}

struct of_str of_path_stem(struct of_str path)
{
	struct of_str base = of_path_base(path);

	return of_str_slice(base, 0, base.len - of_path_extension(path).len);
}

void of_path_join(struct of_buf *out, struct of_str folder, struct of_str name)
{
	bool alone = folder.len == 0 || of_str_equal(folder, STR(".")) ||
		     of_str_starts(name, STR("/"));

	if (!alone) {
		of_buf_add_str(out, folder);
		if (!of_str_ends(folder, STR("/")))
			of_buf_add_byte(out, '/');
	}
	of_buf_add_str(out, name);
}

/* Takes the last segment off what was written since start, unless it is "..". */
static bool climb(struct of_buf *out, size_t start)
{
	struct of_str written = of_str_from_offset(of_buf_str(out), start);
	size_t slash = of_str_find_last_byte(written, '/');
	size_t at = slash == OF_NPOS ? 0 : slash + 1;

	if (at == written.len || of_str_equal(of_str_from_offset(written, at), STR("..")))
		return false;
	of_buf_truncate(out, start + (slash == OF_NPOS ? 0 : slash));
	return true;
}

void of_path_normalise(struct of_buf *out, struct of_str path)
{
	bool absolute = of_str_starts(path, STR("/"));
	size_t start;

	if (absolute)
		of_buf_add_byte(out, '/');
	start = out->len;
	while (path.ptr != NULL) {
		struct of_str segment = of_str_split(&path, '/');
		bool up = of_str_equal(segment, STR(".."));

		if (segment.len == 0 || of_str_equal(segment, STR(".")) ||
			(up && (climb(out, start) || absolute)))
			continue;
		if (out->len > start)
			of_buf_add_byte(out, '/');
		of_buf_add_str(out, segment);
	}
	if (out->len == start && !absolute)
		of_buf_add_byte(out, '.');
}

bool of_path_is_name(struct of_str name)
{
	return name.len > 0 && of_str_find_byte(name, '/') == OF_NPOS &&
	       of_str_find_byte(name, '\0') == OF_NPOS && !of_str_equal(name, STR(".")) &&
	       !of_str_equal(name, STR(".."));
}

static bool has_control(struct of_str path)
{
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		unsigned char next = i + 1 < path.len ? (unsigned char)path.ptr[i + 1] : 0;

		if (c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0))
			return true;
	}
	return false;
}

enum { MAY_BE_CONTROL = 1, BACKSLASH = 2, COLON = 4 };

/* Which kinds of bytes that are refused the path has. */
static unsigned kinds_in(struct of_str path)
{
	static const unsigned char kinds[256] = {[0x7F] = MAY_BE_CONTROL,
		[0xC2] = MAY_BE_CONTROL,
		['\\'] = BACKSLASH,
		[':'] = COLON};
	unsigned found = 0;

	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		found |= c < 0x20 ? MAY_BE_CONTROL : kinds[c];
	}
	return found;
}

/* Windows opens the device whatever extension, or spaces, follow its name. */
static bool is_device(struct of_str segment)
{
	static const struct of_str devices[] = {
		STR_INIT("CON"), STR_INIT("PRN"), STR_INIT("AUX"), STR_INIT("NUL")};
	static const struct of_str numbered[] = {STR_INIT("COM"), STR_INIT("LPT")};
	struct of_str name = of_str_trim(of_str_split(&segment, '.'));

	if (name.len < 3 || name.len > 4)
		return false;
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (of_str_equal_nocase(name, devices[i]))
			return true;
	for (size_t i = 0; i < sizeof(numbered) / sizeof(*numbered); i++)
		if (name.len == 4 && of_str_starts_nocase(name, numbered[i]) &&
			name.ptr[3] >= '1' && name.ptr[3] <= '9')
			return true;
	return false;
}

static const char *segment_refusal(struct of_str segment)
{
	if (segment.len == 0)
		return "has an empty segment";
	if (segment.ptr[0] == '.')
		return "has a segment that begins with '.'";
	if (segment.len > SEGMENT_LIMIT)
		return "has a segment of more than 200 bytes";
	if (is_device(segment))
		return "has a segment that is the name of a device on Windows";
	return NULL;
}

const char *of_path_refusal(struct of_str path)
{
	const char *refusal = NULL;
	unsigned kinds;

	if (path.len == 0)
		return "is empty";
	if (path.ptr[0] == '/')
		return "is absolute";
	if (path.len > PATH_LIMIT)
		return "has more than 1,000 bytes";
	kinds = kinds_in(path);
	if ((kinds & MAY_BE_CONTROL) != 0 && has_control(path))
		return "has a control character";
	if ((kinds & BACKSLASH) != 0)
		return "has a backslash";
	if ((kinds & COLON) != 0)
		return "has a colon";
	while (refusal == NULL && path.ptr != NULL)
		refusal = segment_refusal(of_str_split(&path, '/'));
	return refusal;
}
