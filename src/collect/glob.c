#include "collect/roots.h"

#include "base/str.h"

/* The offset, from `from` on, where a segment begins; OF_NPOS past the last. */
static size_t segment_from(struct of_str path, size_t from)
{
	size_t slash = from > 0 ? of_str_find_byte(of_str_from_offset(path, from - 1), '/') : 0;

	return from == 0 ? 0 : slash != OF_NPOS ? from + slash : OF_NPOS;
}

/*
 * The classic matcher with one point of return for '*' and one for "**": each
 * star takes as little as it can, and only the last of its kind is tried again.
 * What stands behind a star and a slash begins with a segment.
 */
bool of_glob_matches(struct of_str pattern, struct of_str path)
{
	size_t p = 0, s = 0;
	size_t star_p = OF_NPOS, star_s = 0;
	size_t deep_p = OF_NPOS, deep_s = 0;
	bool whole = false; /* "**" stands for whole segments */

	while (s < path.len) {
		char c = p < pattern.len ? pattern.ptr[p] : '\0';

		if (c == '*' && p + 1 < pattern.len && pattern.ptr[p + 1] == '*') {
			p += 2;
			whole = p + 1 < pattern.len && pattern.ptr[p] == '/';
			deep_p = p += whole;
			deep_s = s = whole ? segment_from(path, s) : s;
			star_p = OF_NPOS;
		} else if (c == '*') {
			star_p = ++p;
			star_s = s;
		} else if (p < pattern.len &&
			   (c == path.ptr[s] || (c == '?' && path.ptr[s] != '/'))) {
			p++;
			s++;
		} else if (star_p != OF_NPOS && path.ptr[star_s] != '/') {
			p = star_p;
			s = ++star_s;
		} else if (deep_p != OF_NPOS) {
			p = deep_p;
			deep_s = s = whole ? segment_from(path, deep_s + 1) : deep_s + 1;
			star_p = OF_NPOS;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return s == path.len && p == pattern.len;
}

bool of_glob_matches_above(struct of_str pattern, struct of_str path)
{
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/' && of_glob_matches(pattern, of_str_slice(path, 0, i)))
			return true;
	return of_glob_matches(pattern, path);
}

/* Segment by segment, until one is no match, or may stand for any number of them. */
bool of_glob_goes_below(struct of_str pattern, struct of_str folder)
{
	while (folder.len > 0) {
		struct of_str want = of_str_split(&pattern, '/');

		if (of_str_find(want, STR("**")) != OF_NPOS)
			return true;
		if (!of_glob_matches(want, of_str_split(&folder, '/')))
			return false;
	}
	return pattern.len > 0;
}
