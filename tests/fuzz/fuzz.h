/*
 * What the fuzz targets have in common: a target is one function that is given
 * bytes, and that aborts, with the reason printed, where what must hold does not.
 * It keeps nothing from one call to the next but what makes it quick (an arena that
 * is cleared, a site that is read once).
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <outfeed/arena.h>
#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What the failed demand was, as printf has it; it is the end of the run. */
__attribute__((format(printf, 1, 2), noreturn)) static inline void fuzz_fail(
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("\nfuzz: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	abort();
}

static inline void fuzz_require(bool good, const char *demand)
{
	if (!good)
		fuzz_fail("%s", demand);
}

/* Two texts that must be the same. */
static inline void fuzz_require_equal(struct of_str got, struct of_str want, const char *demand)
{
	if (!of_str_equal(got, want))
		fuzz_fail("%s\n-- got\n%.*s\n-- want\n%.*s", demand, (int)got.len,
			got.len > 0 ? got.ptr : "", (int)want.len,
			want.len > 0 ? want.ptr : "");
}

/* part, unless it is absent, is within the bytes of whole. */
static inline void fuzz_require_within(
	struct of_str part, struct of_str whole, const char *demand)
{
	uintptr_t from = (uintptr_t)part.ptr, start = (uintptr_t)whole.ptr;

	if (part.len > 0)
		fuzz_require(part.len <= whole.len && from >= start &&
				     from - start <= whole.len - part.len,
			demand);
}

/* The input, taken piece by piece; what is past its end is 0 and empty. */
struct fuzz_input {
	struct of_str rest;
};

static inline struct fuzz_input fuzz_input(const uint8_t *data, size_t size)
{
	return (struct fuzz_input){{(const char *)data, size}};
}

static inline unsigned char fuzz_take_byte(struct fuzz_input *input)
{
	unsigned char byte = 0;

	if (input->rest.len > 0) {
		byte = (unsigned char)input->rest.ptr[0];
		input->rest = of_str_from_offset(input->rest, 1);
	}
	return byte;
}

static inline uint64_t fuzz_take_number(struct fuzz_input *input)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < sizeof(number); i++)
		number = number << 8 | fuzz_take_byte(input);
	return number;
}

/* What comes before the next byte 0xFF, which no UTF-8 holds; it goes with it. */
static inline struct of_str fuzz_take_text(struct fuzz_input *input)
{
	return of_str_split(&input->rest, '\xff');
}

/* A line. */
static inline struct of_str fuzz_take_line(struct fuzz_input *input)
{
	return of_str_split(&input->rest, '\n');
}

/* A new folder, in memory where the system has that: a disk takes ten times as long. */
static inline void fuzz_make_folder(char (*path)[64])
{
	snprintf(*path, sizeof(*path), "%s/outfeed-fuzz-XXXXXX",
		access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
	fuzz_require(mkdtemp(*path) != NULL, "a folder");
}

/* The arena of a target, empty. */
static inline struct of_arena *fuzz_arena(void)
{
	static struct of_arena *arena;

	if (arena == NULL)
		arena = of_arena_new();
	fuzz_require(arena != NULL, "memory for an arena");
	of_arena_clear(arena);
	return arena;
}

#endif
