/*
 * The first look at the bytes, 64 at a time: whether the plain reader need look
 * at any of them twice, and where it may have to stop.
 */
#include "yaml/plain_marks.h"

#include "base/wide.h"
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

/* *easy: all of the block is printable ASCII and LF. */
static inline uint64_t stops_in(const char *block, bool *easy)
{
	struct kinds kinds = {_mm_set1_epi8(-1), _mm_setzero_si128()};
	uint64_t stops = stops_near(block, &kinds);

	stops |= stops_near(block + 16, &kinds) << 16;
	stops |= stops_near(block + 32, &kinds) << 32;
	stops |= stops_near(block + 48, &kinds) << 48;
	*easy = _mm_movemask_epi8(kinds.easy) == 0xFFFF;
	if (!*easy)
		stops |= other_ends_in(block);
	return _mm_movemask_epi8(kinds.hash) == 0 ? stops : stops | comments_in(block);
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

static bool mark_blocks(struct of_plain_marks *marks, struct of_str bytes)
{
	const char *checked = bytes.ptr;
	uint64_t *block = marks->blocks;

	for (size_t at = 0; at < bytes.len; at += BLOCK, block++) {
		size_t to = at + BLOCK;
		bool easy;

		if (at > 0 && to < bytes.len) {
			*block = htole64(stops_in(bytes.ptr + at, &easy));
		} else {
			*block = htole64(stops_at_edge(bytes, at, &easy));
			to = to < bytes.len ? to : bytes.len;
		}
		if (easy)
			checked = bytes.ptr + to;
		else if (!is_clean(&checked, bytes.ptr + to, marks->end))
			return false;
	}
	*block = 0;
	return true;
}

bool of_plain_mark(struct of_plain_marks *marks, struct of_str bytes)
{
	marks->blocks = marks->first;
	marks->start = bytes.ptr;
	marks->end = bytes.ptr + bytes.len;
	if (bytes.len == 0 || marks->end[-1] != '\n')
		return false;
	if (bytes.len > BLOCK * OF_PLAIN_MARKS_FIRST)
		marks->blocks = malloc((bytes.len / BLOCK + 2) * sizeof(*marks->blocks));
	return marks->blocks != NULL && mark_blocks(marks, bytes);
}

void of_plain_marks_finish(struct of_plain_marks *marks)
{
	if (marks->blocks != marks->first)
		free(marks->blocks);
}
