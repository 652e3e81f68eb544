#include "item/front.h"

#include "base/err.h"
#include "base/str.h"
#include "base/wide.h"
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

/* The offset of the last line. */
static size_t last_line(struct of_str bytes)
{
	size_t end = of_str_find_last_byte(of_str_slice(bytes, 0, bytes.len - 1), '\n');

	return end != OF_NPOS ? end + 1 : 0;
}

static bool closes(struct of_str bytes, size_t offset)
{
	struct of_str line = line_at(bytes, offset);

	return of_str_equal(line, STR("---")) || of_str_equal(line, STR("..."));
}

/* Where a search has come to, and the line ends before that. */
struct search {
	size_t at;
	unsigned ends;
};

#ifdef __SSE2__
#define BLOCK 64
#define BLOCKS_MOST 63 /* four counts of each fit in a byte */

/* Marks the ends of lines that a line follows which begins with one of ",-./". */
static inline __m128i look_at(const char *at, __m128i *counts)
{
	__m128i ends = of_wide_is(of_wide_load(at), '\n');
	__m128i next = _mm_or_si128(of_wide_load(at + 1), _mm_set1_epi8('-' ^ '.'));

	*counts = _mm_sub_epi8(*counts, ends); /* an end is -1 */
	return _mm_and_si128(ends, of_wide_is(next, '-' | '.'));
}

/*
 * Few lines begin like one that closes: blocks without an end of a line that
 * such a line may follow are passed over.
 */
static void pass_others(struct search *search, struct of_str bytes)
{
	const __m128i zero = _mm_setzero_si128();
	const char *at = bytes.ptr + search->at;
	size_t blocks = (bytes.len - search->at - 1) / BLOCK;
	__m128i counts = zero;

	if (blocks > BLOCKS_MOST)
		blocks = BLOCKS_MOST;
	for (; blocks > 0; blocks--, at += BLOCK) {
		__m128i before = counts;
		__m128i found = look_at(at, &counts);

		found = _mm_or_si128(found, look_at(at + 16, &counts));
		found = _mm_or_si128(found, look_at(at + 32, &counts));
		found = _mm_or_si128(found, look_at(at + 48, &counts));
		if (_mm_movemask_epi8(found) != 0) {
			counts = before;
			break;
		}
	}
	counts = _mm_sad_epu8(counts, zero);
	search->ends +=
		(unsigned)_mm_cvtsi128_si32(counts) + (unsigned)_mm_extract_epi16(counts, 4);
	search->at = (size_t)(at - bytes.ptr);
}
#else
static void pass_others(struct search *search, struct of_str bytes)
{
	(void)search;
	(void)bytes;
}
#endif

/* From the end of the first line on; false when no line closes. */
static bool find_closing(struct search *search, struct of_str bytes)
{
	do {
		pass_others(search, bytes);
		search->at = next_line(bytes, search->at);
		search->ends++;
		if (search->at == bytes.len)
			return false;
	} while ((bytes.ptr[search->at] != '-' && bytes.ptr[search->at] != '.') ||
		 !closes(bytes, search->at));
	return true;
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
	struct search search;
	bool found;

	if (of_str_equal(first, STR("+++")))
		return refuse(reason, OF_REASON_TOML, err,
			"TOML front matter (+++) is not read: write it as YAML between --- "
			"lines");
	if (!of_str_equal(first, STR("---")))
		return refuse(reason, OF_REASON_FRONT_MATTER, err,
			"no front matter: begin the file with a --- line, or keep it out of "
			"the content folders");
	start = next_line(bytes, start);
	search = (struct search){start - 1, 0};
	found = find_closing(&search, bytes);
	if ((found ? search.at : last_line(bytes)) > start + OF_LIMIT_FRONT_MATTER)
		return refuse(reason, OF_REASON_LIMIT, err,
			"the front matter is larger than 1 MiB: shorten it, or close "
			"it with a --- line");
	if (!found)
		return refuse(reason, OF_REASON_FRONT_MATTER, err,
			"the front matter is not closed: put a --- line where it ends");
	front->yaml = of_str_slice(bytes, start, search.at);
	front->yaml_line = 2;
	front->body = of_str_from_offset(bytes, next_line(bytes, search.at));
	front->body_line = search.ends + 2;
	return OF_OK;
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
