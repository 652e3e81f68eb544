/*
 * Names of files: two lines, a folder and a path. A path that is not refused
 * stays below whatever folder it is joined to; patterns are matched as a slow
 * matcher, which tries everything, matches them.
 */
#include "fuzz.h"

#include "base/path.h"
#include "collect/roots.h"
#include <outfeed/render.h>

#define SLOW_MOST 64 /* bytes that the slow matcher is given */

static void check_parts(struct of_str path)
{
	struct of_str stem = of_path_stem(path), extension = of_path_extension(path);
	struct of_str base = of_path_base(path);

	fuzz_require_within(of_path_folder(path), path, "a folder outside its path");
	fuzz_require_within(base, path, "a name outside its path");
	fuzz_require(stem.len + extension.len == base.len, "a name is not stem and extension");
	fuzz_require(of_str_find_byte(base, '/') == OF_NPOS, "a slash in a name");
}

static void check_normal(struct of_str path)
{
	static struct of_buf normal, again;

	of_buf_clear(&normal);
	of_path_normalise(&normal, path);
	of_buf_clear(&again);
	of_path_normalise(&again, of_buf_str(&normal));
	fuzz_require_equal(
		of_buf_str(&again), of_buf_str(&normal), "normalising twice differs");
	fuzz_require(
		of_str_starts(path, STR("/")) == of_str_starts(of_buf_str(&normal), STR("/")),
		"absolute and relative changed places");
}

/* What is refused nowhere is within the folder, by an own reading of the bytes. */
static void check_inside(struct of_str path)
{
	static struct of_buf joined, normal;
	struct of_str rest = path;

	fuzz_require(path.len > 0 && path.len <= 1000, "a path of no such length");
	for (size_t i = 0; i < path.len; i++)
		fuzz_require((unsigned char)path.ptr[i] >= ' ' && path.ptr[i] != '\\' &&
				     path.ptr[i] != ':' && path.ptr[i] != 0x7f,
			"a path with a byte that is refused");
	while (rest.ptr != NULL) {
		struct of_str segment = of_str_split(&rest, '/');

		fuzz_require(segment.len > 0 && segment.ptr[0] != '.' && segment.len <= 200,
			"a path with a segment that is refused");
	}
	of_buf_clear(&joined);
	of_path_join(&joined, STR("/out/feeds"), path);
	of_buf_clear(&normal);
	of_path_normalise(&normal, of_buf_str(&joined));
	fuzz_require_equal(of_buf_str(&normal), of_buf_str(&joined), "an accepted path moves");
	fuzz_require(of_str_starts(of_buf_str(&normal), STR("/out/feeds/")),
		"an accepted path leaves its folder");
}

static void check_refusals(struct of_str path)
{
	bool refused = of_path_refusal(path) != NULL;

	if (!refused)
		check_inside(path);
	fuzz_require(!refused || of_output_path_refusal(path) != NULL,
		"a path below the output that no folder may have");
}

/* One step of a glob's "**": what is behind it from here, or one byte more of the text. */
static bool slow_deep(struct of_str text, size_t t, bool behind, bool later, bool whole)
{
	bool begins = t == 0 || text.ptr[t - 1] == '/';

	return (behind && (begins || !whole)) || later;
}

/*
 * Each of the pattern's ends against each of the text's, from the last: true
 * where they match. deep: as globs are, where '*' and '?' stop at a slash.
 */
static bool slow_match(struct of_str pattern, struct of_str text, bool deep)
{
	bool rows[SLOW_MOST + 1][SLOW_MOST + 1];

	for (size_t p = pattern.len + 1; p-- > 0;) {
		struct of_str rest = of_str_from_offset(pattern, p);
		char c = rest.len > 0 ? rest.ptr[0] : '\0';
		bool two = deep && of_str_starts(rest, STR("**"));
		bool whole = two && rest.len > 3 && rest.ptr[2] == '/';

		for (size_t t = text.len + 1; t-- > 0;) {
			bool more = t < text.len;
			bool slash = more && deep && text.ptr[t] == '/';

			if (rest.len == 0)
				rows[p][t] = !more;
			else if (!more)
				rows[p][t] = c == '*' && rows[p + 1][t];
			else if (two)
				rows[p][t] = slow_deep(text, t, rows[p + (whole ? 3 : 2)][t],
					rows[p][t + 1], whole);
			else if (c == '*')
				rows[p][t] = rows[p + 1][t] || (!slash && rows[p][t + 1]);
			else
				rows[p][t] = (c == text.ptr[t] || (c == '?' && !slash)) &&
					     rows[p + 1][t + 1];
		}
	}
	return rows[0][0];
}

static void check_match(struct of_str pattern, struct of_str text)
{
	pattern = of_str_slice(pattern, 0, SLOW_MOST);
	/* no path ends with a slash */
	text = of_str_trim_byte(of_str_slice(text, 0, SLOW_MOST), '/');
	fuzz_require(of_str_matches(text, pattern) == slow_match(pattern, text, false),
		"a pattern matches otherwise");
	fuzz_require(of_glob_matches(pattern, text) == slow_match(pattern, text, true),
		"a glob matches otherwise");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str first = fuzz_take_line(&input), path = input.rest;

	check_parts(path);
	check_normal(path);
	check_normal(first);
	check_refusals(path);
	check_match(first, path);
	return 0;
}
