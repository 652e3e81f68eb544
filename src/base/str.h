/*
 * Looking at borrowed text. Nothing here allocates, and ASCII is all it knows;
 * Unicode is unicode.h's. Results borrow from the argument.
 */
#ifndef OF_BASE_STR_H
#define OF_BASE_STR_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/* A literal as borrowed text, also in static initialisers. */
#define STR_INIT(literal)                      \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}
#define STR(literal) ((struct of_str)STR_INIT(literal))

#define OF_NPOS SIZE_MAX

/* Space, tab, CR, LF, FF. */
static inline bool of_byte_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static inline bool of_byte_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool of_byte_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Without a branch: in what is hexadecimal any of its digits is as likely as another. */
static inline bool of_byte_is_hex(char c)
{
	return ((unsigned char)(c - '0') < 10) | ((unsigned char)((c | 0x20) - 'a') < 6);
}

static inline char of_byte_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool of_str_equal(struct of_str a, struct of_str b)
{
	return a.len == b.len &&
	       (a.len == 0 || (*a.ptr == *b.ptr && memcmp(a.ptr, b.ptr, a.len) == 0));
}

bool of_str_equal_nocase(struct of_str a, struct of_str b);
/* A pattern in which * stands for any bytes and ? for any one. */
bool of_str_matches(struct of_str text, struct of_str pattern);
/* By bytes; for UTF-8 that is by code point. */
int of_str_compare(struct of_str a, struct of_str b);
bool of_str_starts_nocase(struct of_str s, struct of_str prefix);
bool of_str_ends(struct of_str s, struct of_str suffix);
bool of_str_ends_nocase(struct of_str s, struct of_str suffix);
/* OF_NPOS when there is none. */
size_t of_str_find(struct of_str s, struct of_str needle);
static inline size_t of_str_find_byte(struct of_str s, char byte)
{
	const char *at = s.len > 0 ? memchr(s.ptr, byte, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.ptr) : OF_NPOS;
}

size_t of_str_find_last_byte(struct of_str s, char byte);
/* Both ends are clamped to the text. */
static inline struct of_str of_str_slice(struct of_str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct of_str){s.ptr != NULL ? s.ptr + from : NULL, to - from};
}

static inline struct of_str of_str_from_offset(struct of_str s, size_t from)
{
	return of_str_slice(s, from, s.len);
}

static inline bool of_str_starts(struct of_str s, struct of_str prefix)
{
	return s.len >= prefix.len && of_str_equal(of_str_slice(s, 0, prefix.len), prefix);
}

/* Without spaces, tabs and line ends at its ends. */
static inline struct of_str of_str_trim(struct of_str s)
{
	while (s.len > 0 && of_byte_is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && of_byte_is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct of_str of_str_trim_byte(struct of_str s, char byte);
/* The part before the first separator; *rest is what follows, ptr NULL after the last. */
struct of_str of_str_split(struct of_str *rest, char separator);
/* Decimal digits alone, no sign; false when it is not that, or does not fit. */
bool of_str_to_uint(uint64_t *number, struct of_str s);
uint64_t of_str_hash(struct of_str s);
/* The shape of a language tag (BCP 47): letters, then parts of letters and digits. */
bool of_str_is_language(struct of_str s);
/* The shape of an address that a mail can go to: ASCII, a host with a dot, no quotes. */
bool of_str_is_email(struct of_str s);

#endif
