/*
 * Where the scalars of the plain reader end, and what they say. All of it works
 * on text that of_plain_mark() has found clean, so each line ends in LF or CRLF
 * and a scan needs no other end.
 */
#ifndef OF_YAML_PLAIN_SCAN_H
#define OF_YAML_PLAIN_SCAN_H

#include <endian.h>
#include <outfeed/arena.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/wide.h"
#include "yaml/plain_marks.h"

#define OF_PLAIN_ONES UINT64_C(0x0101010101010101)
#define OF_PLAIN_HIGHS UINT64_C(0x8080808080808080)

struct of_plain_scalar {
	const char *from, *to; /* as it is written, quotes and indicators left out */
	const char *stop;      /* what follows it on its last line */
	unsigned lines;        /* line ends in it */
	ptrdiff_t column;      /* of a block scalar's lines; 0 when it has no text */
	char style;            /* ' " | > or 0 for a plain one */
	char chomp;            /* of a block scalar: - + or 0 */
	bool as_written;       /* the text is from to to, nothing folded or escaped */
};

/* Each gives false for what it does not read; column is the least of further lines. */
bool of_plain_scan_plain(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *at, unsigned column);
bool of_plain_scan_quoted(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *at, unsigned column);
bool of_plain_scan_block(struct of_plain_scalar *scalar, const struct of_plain_marks *marks,
	const char *at, unsigned column);

/* Borrowed from the bytes where it can be, from the arena otherwise. */
struct of_str of_plain_text(const struct of_plain_scalar *scalar, struct of_arena *arena);

/* In clean text nothing but CR and LF is below a space. */
static inline bool of_plain_is_end(char c)
{
	return (unsigned char)c < ' ';
}

/* What may follow the indicators "-" and ":". */
static inline bool of_plain_is_gap(char c)
{
	return (unsigned char)c <= ' ';
}

static inline const char *of_plain_skip_spaces(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

static inline const char *of_plain_next_line(const char *line_end)
{
	return line_end + 1 + (*line_end == '\r');
}

/* The value of a hexadecimal digit; 16 for any other byte. */
static inline unsigned of_plain_hex(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* Eight bytes, the first of them in the lowest bits. */
static inline uint64_t of_plain_load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* Marks the first byte of the word that is c, and perhaps some after it. */
static inline uint64_t of_plain_has(uint64_t word, char c)
{
	uint64_t zero = word ^ (OF_PLAIN_ONES * (unsigned char)c);

	return (zero - OF_PLAIN_ONES) & ~zero & OF_PLAIN_HIGHS;
}

/* The same for a byte less than a space: in clean text, a line's end. */
static inline uint64_t of_plain_has_end(uint64_t word)
{
	return (word - OF_PLAIN_ONES * ' ') & ~word & OF_PLAIN_HIGHS;
}

/* The bytes before the first that is marked; mark is not 0. */
static inline unsigned of_plain_before(uint64_t mark)
{
	return (unsigned)__builtin_ctzll(mark) / 8;
}

/*
 * Where among OF_PLAIN_STEP bytes the first line's end, a or b is; OF_PLAIN_STEP
 * where none is. Most of the reader's time is spent here.
 */
#ifdef __SSE2__
#define OF_PLAIN_STEP OF_WIDE_SIZE

static inline unsigned of_plain_find_near(const char *at, char a, char b)
{
	__m128i bytes = of_wide_load(at);
	__m128i found = _mm_or_si128(of_wide_is_at_most(bytes, ' ' - 1),
		_mm_or_si128(of_wide_is(bytes, a), of_wide_is(bytes, b)));

	return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(found) | 0x10000U);
}
#else
#define OF_PLAIN_STEP 8

static inline unsigned of_plain_find_near(const char *at, char a, char b)
{
	uint64_t word = of_plain_load(at);
	uint64_t mark = of_plain_has_end(word) | of_plain_has(word, a) | of_plain_has(word, b);

	return mark != 0 ? of_plain_before(mark) : OF_PLAIN_STEP;
}
#endif

/* The first line's end, a or b. */
static inline const char *of_plain_find(const char *at, const char *end, char a, char b)
{
	while (end - at >= OF_PLAIN_STEP) {
		unsigned near = of_plain_find_near(at, a, b);

		at += near;
		if (near < OF_PLAIN_STEP)
			return at;
	}
	while (!of_plain_is_end(*at) && *at != a && *at != b)
		at++;
	return at;
}

/* As of_plain_skip_spaces(), where nothing may follow. */
const char *of_plain_skip_far(const char *at, const char *end);

/* The first byte from the beginning of a line on that is no space; the end where no line is. */
static inline const char *of_plain_line_text(const char *at, const char *end)
{
	uint64_t other = 0;

	if (end - at >= 8)
		other = of_plain_load(at) ^ (OF_PLAIN_ONES * ' ');
	return other != 0 ? at + of_plain_before(other) : of_plain_skip_far(at, end);
}

#endif
