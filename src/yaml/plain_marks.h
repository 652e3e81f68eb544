/*
 * The places where the plain reader may have to stop, all found in one go before
 * it begins: what it reads is then looked at once, and not byte by byte.
 */
#ifndef OF_YAML_PLAIN_MARKS_H
#define OF_YAML_PLAIN_MARKS_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#define OF_PLAIN_MARKS_BLOCK 64 /* bytes, a bit for each */
#define OF_PLAIN_MARKS_FIRST 512

struct of_plain_marks {
	const char *start, *end;
	uint64_t *blocks;
	uint64_t first[OF_PLAIN_MARKS_FIRST];
};

/*
 * Marks each ":" with a space or a line's end behind it, each "#" with a space
 * before it, each CR and each LF. False when there is no memory, or when the
 * bytes are anything but clean: UTF-8 that ends in LF and has no control
 * characters beside it, CR before LF alone, no U+0085, U+2028, U+2029 or U+FEFF,
 * and so no tabs, and no line ends that only YAML knows.
 */
bool of_plain_mark(struct of_plain_marks *marks, struct of_str bytes);
/* Also after a failure. */
void of_plain_marks_finish(struct of_plain_marks *marks);

/* The first ": ", ":" at a line's end, " #", or line's end from at on. */
static inline const char *of_plain_stop(const struct of_plain_marks *marks, const char *at)
{
	size_t offset = (size_t)(at - marks->start);
	size_t i = offset / OF_PLAIN_MARKS_BLOCK;
	uint64_t block = marks->blocks[i] >> offset % OF_PLAIN_MARKS_BLOCK;

	if (block != 0)
		return at + __builtin_ctzll(block);
	/* the last byte is marked */
	do
		block = marks->blocks[++i];
	while (block == 0);
	return marks->start + i * OF_PLAIN_MARKS_BLOCK + __builtin_ctzll(block);
}

/* The first CR or LF from at on. */
static inline const char *of_plain_line_end(const struct of_plain_marks *marks, const char *at)
{
	const char *stop = of_plain_stop(marks, at);

	while (*stop != '\n' && *stop != '\r')
		stop = of_plain_stop(marks, stop + 1);
	return stop;
}

#endif
