/*
 * The places where the plain reader may have to stop, all found in one go before
 * it begins: what it reads is then looked at once, and not byte by byte.
 */
#ifndef OF_YAML_PLAIN_MARKS_H
#define OF_YAML_PLAIN_MARKS_H

#include <endian.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#define OF_PLAIN_MARKS_BLOCK 64 /* bytes, a bit for each */
#define OF_PLAIN_MARKS_FIRST 512
#define OF_PLAIN_WINDOW 57 /* bytes whose marks are at hand at once, at least */

struct of_plain_marks {
	const char *start, *end;
	uint64_t *blocks; /* little-endian, and an empty one behind the last */
	uint64_t first[OF_PLAIN_MARKS_FIRST + 1];
};

/*
 * Marks each ":" with a space or a line's end behind it, each "#" with a space
 * before it, each CR and each LF. False when there is no memory, or when the
 * bytes are anything but clean: UTF-8 that ends in LF and has no control
 * characters beside it, CR before LF alone, no U+0085, U+2028, U+2029 or U+FEFF,
 * and so no tabs, and no line ends that only YAML knows.
 */
bool of_plain_mark(struct of_plain_marks *marks, struct of_str bytes);
/* The same, wider or not: for tests. wider is for machines where of_wider_is_there(). */
bool of_plain_mark_by(struct of_plain_marks *marks, struct of_str bytes, bool wider);
/* Also after a failure. */
void of_plain_marks_finish(struct of_plain_marks *marks);

/* The marks of OF_PLAIN_WINDOW bytes from at on, and perhaps of more; the lowest bit is at's.
 */
static inline uint64_t of_plain_window(const struct of_plain_marks *marks, const char *at)
{
	size_t offset = (size_t)(at - marks->start);
	uint64_t window;

	memcpy(&window, (const char *)marks->blocks + offset / 8, sizeof(window));
	return le64toh(window) >> offset % 8;
}

/*
 * The first ": ", ":" at a line's end, " #", or line's end from at on. Most are
 * near: a window from at on finds them at once, where a block that ends anywhere
 * behind it would be as good as a coin's toss.
 */
static inline const char *of_plain_stop(const struct of_plain_marks *marks, const char *at)
{
	uint64_t window = of_plain_window(marks, at);

	/* the last byte is marked */
	while (window == 0) {
		at += OF_PLAIN_WINDOW;
		window = of_plain_window(marks, at);
	}
	return at + __builtin_ctzll(window);
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
