/*
 * The first look at the bytes, 64 at a time: whether the plain reader need look
 * at any of them twice, and where it may have to stop.
 */
#include "yaml/plain_marks.h"

#include "base/wide.h"
#include "base/wider.h"
#include "yaml/plain_scan.h"
#include <stdlib.h>

#define BLOCK OF_PLAIN_MARKS_BLOCK
#define MARGIN 1 /* readable bytes that a block needs before it and after it */

/* One bit for each byte of a block where the reader may stop, the lowest for the first. */
#ifdef __SSE2__
/* What a block is made of. */
struct kinds {
	__m128i easy, hash;
};

/* Of what is below a space LF alone: a block with any other such byte is not easy. */
static inline uint64_t stops_near(const char *at, struct kinds *kinds)
{
	__m128i bytes = of_wide_load(at);
	__m128i end = of_wide_is(bytes, '\n');
	__m128i colon = _mm_and_si128(
		of_wide_is(bytes, ':'), of_wide_is_at_most(of_wide_load(at + 1), ' '));
	/* signed: what is not ASCII, and 0x7F with one added to it, is below all others */
	__m128i shown =
		_mm_cmpgt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(1)), _mm_set1_epi8(' '));

	kinds->easy = _mm_and_si128(kinds->easy, _mm_or_si128(shown, end));
	kinds->hash = _mm_or_si128(kinds->hash, of_wide_is(bytes, '#'));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(end, colon));
}

static uint64_t comments_in(const char *block)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < BLOCK; i++)
		found |= (uint64_t)(block[i] == '#' && block[(int)i - 1] == ' ') << i;
	return found;
}

/* CR, and what is no stop but makes the bytes unclean. */
static uint64_t other_ends_in(const char *block)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < BLOCK; i += OF_WIDE_SIZE) {
		__m128i end = of_wide_is_at_most(of_wide_load(block + i), ' ' - 1);

		found |= (uint64_t)(unsigned)_mm_movemask_epi8(end) << i;
	}
	return found;
}

/* The stops of a block, with those that few blocks have. */
static inline uint64_t add_rare(uint64_t stops, const char *block, bool easy, bool hash)
{
	if (!easy)
		stops |= other_ends_in(block);
	return hash ? stops | comments_in(block) : stops;
}

/* *easy: all of the block is printable ASCII and LF. */
static inline uint64_t stops_in(const char *block, bool *easy)
{
	struct kinds kinds = {_mm_set1_epi8(-1), _mm_setzero_si128()};
	uint64_t stops = stops_near(block, &kinds);

	stops |= stops_near(block + 16, &kinds) << 16;
	stops |= stops_near(block + 32, &kinds) << 32;
	stops |= stops_near(block + 48, &kinds) << 48;
	*easy = _mm_movemask_epi8(kinds.easy) == 0xFFFF;
	return add_rare(stops, block, *easy, _mm_movemask_epi8(kinds.hash) != 0);
}
#else
static inline uint64_t stops_in(const char *block, bool *easy)
{
	uint64_t stops = 0;

	*easy = true;
	for (unsigned i = 0; i < BLOCK; i++) {
		const char *at = block + i;
		unsigned char c = (unsigned char)*at;
		bool stop = c < ' ' || (c == ':' && (unsigned char)at[1] <= ' ') ||
			    (c == '#' && at[-1] == ' ');

		stops |= (uint64_t)stop << i;
		*easy &= c == '\n' || (c >= ' ' && c < 0x7F);
	}
	return stops;
}
#endif

#ifdef OF_WIDER_SIZE
/* The same in half as many steps. */
struct wider_kinds {
	__m256i easy, hash;
};

OF_WIDER static inline uint64_t wider_stops_near(const char *at, struct wider_kinds *kinds)
{
	__m256i bytes = of_wider_load(at);
	__m256i end = of_wider_is(bytes, '\n');
	__m256i colon = _mm256_and_si256(
		of_wider_is(bytes, ':'), of_wider_is_at_most(of_wider_load(at + 1), ' '));
	__m256i shown = _mm256_cmpgt_epi8(
		_mm256_add_epi8(bytes, _mm256_set1_epi8(1)), _mm256_set1_epi8(' '));

	kinds->easy = _mm256_and_si256(kinds->easy, _mm256_or_si256(shown, end));
	kinds->hash = _mm256_or_si256(kinds->hash, of_wider_is(bytes, '#'));
	return (unsigned)_mm256_movemask_epi8(_mm256_or_si256(end, colon));
}

OF_WIDER static inline uint64_t wider_stops_in(const char *block, bool *easy)
{
	struct wider_kinds kinds = {_mm256_set1_epi8(-1), _mm256_setzero_si256()};
	uint64_t stops = wider_stops_near(block, &kinds);

	stops |= wider_stops_near(block + OF_WIDER_SIZE, &kinds) << OF_WIDER_SIZE;
	*easy = _mm256_movemask_epi8(kinds.easy) == -1;
	return add_rare(stops, block, *easy, _mm256_movemask_epi8(kinds.hash) != 0);
}
#else
static inline uint64_t wider_stops_in(const char *block, bool *easy)
{
	return stops_in(block, easy);
}
#endif

static bool is_tail(const char *at, const char *end)
{
	return at < end && ((unsigned char)*at & 0xC0) == 0x80;
}

static uint32_t bits_of(const char *at, unsigned char mask)
{
	return (unsigned char)*at & mask;
}

static size_t two_bytes(const char *at, const char *end)
{
	if (!is_tail(at + 1, end))
		return 0;
	return (bits_of(at, 0x1F) << 6 | bits_of(at + 1, 0x3F)) >= 0xA0 ? 2 : 0;
}

static size_t three_bytes(const char *at, const char *end)
{
	uint32_t c;

	if (!is_tail(at + 1, end) || !is_tail(at + 2, end))
		return 0;
	c = bits_of(at, 0x0F) << 12 | bits_of(at + 1, 0x3F) << 6 | bits_of(at + 2, 0x3F);
	if (c < 0x800 || (c >= 0xD800 && c < 0xE000) || c > 0xFFFD)
		return 0;
	return c == 0x2028 || c == 0x2029 || c == 0xFEFF ? 0 : 3;
}

static size_t four_bytes(const char *at, const char *end)
{
	uint32_t c;

	if (!is_tail(at + 1, end) || !is_tail(at + 2, end) || !is_tail(at + 3, end))
		return 0;
	c = bits_of(at, 0x07) << 18 | bits_of(at + 1, 0x3F) << 12 | bits_of(at + 2, 0x3F) << 6;
	return c >= 0x10000 && c <= 0x10FFFF ? 4 : 0;
}

/* The bytes of the character at at; 0 when the reader has no use for it. */
static size_t measure(const char *at, const char *end)
{
	unsigned char c = (unsigned char)*at;

	if (c == '\n' || (c >= ' ' && c < 0x7F))
		return 1;
	if (c == '\r')
		return at + 1 < end && at[1] == '\n' ? 2 : 0;
	if (c >= 0xC0 && c < 0xE0)
		return two_bytes(at, end);
	if (c >= 0xE0 && c < 0xF0)
		return three_bytes(at, end);
	return c >= 0xF0 && c < 0xF8 ? four_bytes(at, end) : 0;
}

/* True only for printable ASCII. */
static bool is_easy_word(uint64_t word)
{
	return ((word & OF_PLAIN_HIGHS) | of_plain_has_end(word) | of_plain_has(word, 0x7F)) ==
	       0;
}

/* True when the reader has a use for all characters that begin before to. */
static bool is_clean(const char **checked, const char *to, const char *end)
{
	const char *at = *checked;

	while (at < to) {
		bool easy = end - at >= 8 && is_easy_word(of_plain_load(at));
		size_t size = easy ? 8 : measure(at, end);

		if (size == 0)
			return false;
		at += size;
	}
	*checked = at;
	return true;
}

/* Those of a block at the beginning or the end, which is read from a copy. */
static uint64_t stops_at_edge(struct of_str bytes, size_t from, bool *easy)
{
	char copy[MARGIN + BLOCK + MARGIN];
	size_t before = from < MARGIN ? from : MARGIN;
	size_t after = bytes.len - from < BLOCK + MARGIN ? bytes.len - from : BLOCK + MARGIN;

	memset(copy, 'x', sizeof(copy));
	memcpy(copy + MARGIN - before, bytes.ptr + from - before, before + after);
	return stops_in(copy + MARGIN, easy);
}

/* Keeps the marks of the nth block, which ends at to; false when its bytes are not clean. */
static inline bool keep_block(struct of_plain_marks *marks, const char **checked,
	const char *to, uint64_t stops, bool easy, size_t n)
{
	marks->blocks[n] = htole64(stops);
	if (!easy)
		return is_clean(checked, to, marks->end);
	*checked = to;
	return true;
}

/* The blocks from one to another, none of them at an edge. */
static bool mark_inner(
	struct of_plain_marks *marks, const char **checked, size_t from, size_t to)
{
	bool easy;

	for (size_t n = from; n < to; n++) {
		const char *block = marks->start + n * BLOCK;
		uint64_t stops = stops_in(block, &easy);

		if (!keep_block(marks, checked, block + BLOCK, stops, easy, n))
			return false;
	}
	return true;
}

OF_WIDER static bool mark_inner_wider(
	struct of_plain_marks *marks, const char **checked, size_t from, size_t to)
{
	bool easy;

	for (size_t n = from; n < to; n++) {
		const char *block = marks->start + n * BLOCK;
		uint64_t stops = wider_stops_in(block, &easy);

		if (!keep_block(marks, checked, block + BLOCK, stops, easy, n))
			return false;
	}
	return true;
}

static bool mark_edge(
	struct of_plain_marks *marks, const char **checked, struct of_str bytes, size_t n)
{
	size_t to = (n + 1) * BLOCK;
	bool easy;
	uint64_t stops = stops_at_edge(bytes, n * BLOCK, &easy);

	return keep_block(
		marks, checked, bytes.ptr + (to < bytes.len ? to : bytes.len), stops, easy, n);
}

static bool mark_blocks(struct of_plain_marks *marks, struct of_str bytes, bool wider)
{
	const char *checked = bytes.ptr;
	size_t last = (bytes.len - 1) / BLOCK;

	marks->blocks[last + 1] = 0;
	return mark_edge(marks, &checked, bytes, 0) &&
	       (wider ? mark_inner_wider(marks, &checked, 1, last)
		      : mark_inner(marks, &checked, 1, last)) &&
	       (last == 0 || mark_edge(marks, &checked, bytes, last));
}

bool of_plain_mark_by(struct of_plain_marks *marks, struct of_str bytes, bool wider)
{
	marks->blocks = marks->first;
	marks->start = bytes.ptr;
	marks->end = bytes.ptr + bytes.len;
	if (bytes.len == 0 || marks->end[-1] != '\n')
		return false;
	if (bytes.len > (size_t)BLOCK * OF_PLAIN_MARKS_FIRST)
		marks->blocks = malloc((bytes.len / BLOCK + 2) * sizeof(*marks->blocks));
	return marks->blocks != NULL && mark_blocks(marks, bytes, wider);
}

bool of_plain_mark(struct of_plain_marks *marks, struct of_str bytes)
{
	return of_plain_mark_by(marks, bytes, of_wider_is_there());
}

void of_plain_marks_finish(struct of_plain_marks *marks)
{
	if (marks->blocks != marks->first)
		free(marks->blocks);
}
