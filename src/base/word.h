/*
 * Eight bytes at once, to pass over text that needs no look. What is asked of
 * a word is true or false for all its bytes together; bytes beyond ASCII are
 * not looked at but by of_word_is_ascii().
 */
#ifndef OF_BASE_WORD_H
#define OF_BASE_WORD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define OF_WORD_SIZE sizeof(uint64_t)

static inline uint64_t of_word_load(const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static inline uint64_t of_word_of(unsigned char byte)
{
	return UINT64_C(0x0101010101010101) * byte;
}

static inline bool of_word_is_ascii(uint64_t word)
{
	return (word & of_word_of(0x80)) == 0;
}

/*
 * True when an ASCII byte is below the limit, which is at most 0x80: the lowest
 * such byte borrows from its own high bit. Now and then true without one, when
 * a byte beyond ASCII has a borrow passed on.
 */
static inline bool of_word_has_below(uint64_t word, unsigned char limit)
{
	return ((word - of_word_of(limit)) & ~word & of_word_of(0x80)) != 0;
}

/* True when a byte is that ASCII character, once the bits of ignored are set in both. */
static inline bool of_word_has(uint64_t word, unsigned char c, unsigned char ignored)
{
	return of_word_has_below((word | of_word_of(ignored)) ^ of_word_of(c | ignored), 1);
}

/* The word with each byte that is that ASCII character, below a space, made a visible one. */
static inline uint64_t of_word_show(uint64_t word, unsigned char control)
{
	uint64_t low_bits = of_word_of(0x7F);
	uint64_t other = word ^ of_word_of(control);
	uint64_t found = ~(((other & low_bits) + low_bits) | other) & ~low_bits;

	return word | found >> 2;
}

#endif
