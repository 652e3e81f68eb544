#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/image.h"
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define JPEG "image/jpeg"
#define PNG "image/png"
#define GIF "image/gif"
#define WEBP "image/webp"
#define AVIF "image/avif"
#define SVG "image/svg+xml"

#define JFIF "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define FRAME "\xff\xc0\0\x0b\x08\0\5\0\7\1\1\x11\0" /* 7 by 5 */
#define PNG_IHDR "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
#define RIFF(chunk) "RIFF\0\0\0\0WEBP" chunk "\0\0\0\0"
#define FTYP         \
	"\0\0\0\x14" \
	"ftypavif\0\0\0\0mif1"
#define META(size) "\0\0\0" size "meta\0\0\0\0"
#define ISPE(width, height) "\0\0\0\x14ispe\0\0\0\0" width height
#define ONE_ISPE(width, height) "\0\0\0\x24iprp\0\0\0\x1cipco" ISPE(width, height)

struct sample {
	struct of_str bytes;
	const char *type; /* NULL where it is no image */
	unsigned width, height;
};

static const struct sample samples[] = {
	{STR_INIT(JFIF "\xff\xc0\0\x11\x08\1\0\2\x01\3"
		       "123456789"),
		JPEG, 513, 256},
	/* Fill bytes, markers without a length, a progressive frame. */
	{STR_INIT("\xff\xd8\xff\xff\xff\xe1\0\3x\xff\x01\xff\xd0\xff\xff\xc2\0\x0b\x08\0\5\0\7"
		  "\1"),
		JPEG, 7, 5},
	/* DHT, DAC and JPG are no frames. */
	{STR_INIT("\xff\xd8\xff\xc4\0\4xx\xff\xcc\0\2\xff\xc8\0\2\xff\xcf\0\x0b\x08\0\5\0\7\1"),
		JPEG, 7, 5},
	{STR_INIT("\xff\xd8\xff\xe0\xff\xff"
		  "then nothing"),
		JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xe0\0\1" FRAME), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xe0\0\0" FRAME), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xe0\0\3xx" FRAME), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xda\0\2" FRAME), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xd9" FRAME), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\7\1"), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff\xc0\0\7\x08\0\5\0\7\1"), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\xff"), JPEG, 0, 0},
	{STR_INIT("\xff\xd8\0"), NULL, 0, 0},

	{STR_INIT(PNG_IHDR "\0\0\1\0\0\0\2\1\x08\6\0\0\0"), PNG, 256, 513},
	{STR_INIT(PNG_IHDR "\x7f\xff\xff\xff\0\0\0\1"), PNG, 0x7fffffff, 1},
	{STR_INIT(PNG_IHDR "\x80\0\0\0\0\0\0\1"), PNG, 0, 0},
	{STR_INIT(PNG_IHDR "\0\0\0\0\0\0\0\1"), PNG, 0, 0},
	{STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0d"
		  "CgBI\0\0\1\0\0\0\2\1"),
		PNG, 0, 0},
	{STR_INIT("\x89PNG\n\n\x1a\n\0\0\0\x0dIHDR\0\0\1\0\0\0\2\1"), NULL, 0, 0},

	{STR_INIT("GIF89a\1\2\3\0\0\0\0"), GIF, 513, 3},
	{STR_INIT("GIF87a\xff\xff\1\0"), GIF, 65535, 1},
	{STR_INIT("GIF89a\0\0\3\0"), GIF, 0, 0},
	{STR_INIT("GIF88a\1\2\3\0"), NULL, 0, 0},

	/* The two top bits of VP8's sizes are a scale; a set first bit is no key frame. */
	{STR_INIT(RIFF("VP8 ") "\x10\0\0\x9d\x01\x2a\x01\x42\x03\x80"), WEBP, 513, 3},
	{STR_INIT(RIFF("VP8 ") "\x11\0\0\x9d\x01\x2a\x01\x42\x03\x80"), WEBP, 0, 0},
	{STR_INIT(RIFF("VP8 ") "\x10\0\0\x9d\x01\x2b\x01\x42\x03\x80"), WEBP, 0, 0},
	{STR_INIT(RIFF("VP8L") "\x2f\xff\x03\xc0\x10"), WEBP, 1024, 769},
	{STR_INIT(RIFF("VP8L") "\x2e\xff\x03\xc0\0"), WEBP, 0, 0},
	{STR_INIT(RIFF("VP8X") "\0\0\0\0\xff\1\0\0\0\1"), WEBP, 512, 65537},
	{STR_INIT(RIFF("JUNK") "\0\0\0\0\xff\1\0\0\0\1"), WEBP, 0, 0},
	{STR_INIT("RIFF\0\0\0\0WAVEfmt "), NULL, 0, 0},

	{STR_INIT(FTYP META("\x30") ONE_ISPE("\0\0\4\xb0", "\0\0\2\x76")), AVIF, 1200, 630},
	/* The largest of three, before and after it smaller ones. */
	{STR_INIT(FTYP META("\x58") "\0\0\0\x4ciprp\0\0\0\x44ipco" ISPE("\0\0\0\x40",
		 "\0\0\0\x40") ISPE("\0\0\1\0", "\0\0\0\x80") ISPE("\0\0\0\x10", "\0\0\0\x10")),
		AVIF, 256, 128},
	/* Among the compatible brands; other boxes first; a 64-bit size; a size to the end. */
	{STR_INIT("\0\0\0\x18"
		  "ftypmif1\0\0\0\0miafavis"
		  "\0\0\0\x0c"
		  "freexxxx"
		  "\0\0\0\1meta\0\0\0\0\0\0\0\x38\0\0\0\0" ONE_ISPE("\0\0\0\7", "\0\0\0\5")),
		AVIF, 7, 5},
	{STR_INIT(FTYP META("\0") "\0\0\0\0iprp\0\0\0\0ipco" ISPE("\0\0\0\7", "\0\0\0\5")),
		AVIF, 7, 5},
	{STR_INIT(FTYP META("\x30") ONE_ISPE("\0\0\0\0", "\0\0\0\5")), AVIF, 0, 0},
	{STR_INIT(FTYP META("\x30") ONE_ISPE("\xff\xff\xff\xff", "\xff\xff\xff\xff")), AVIF, 0,
		0},
	/* A box shorter than its own header; one that claims 2^64 - 1 bytes; media first. */
	{STR_INIT(FTYP "\0\0\0\7"
		       "free" META("\x30") ONE_ISPE("\0\0\0\7", "\0\0\0\5")),
		AVIF, 0, 0},
	{STR_INIT(FTYP "\0\0\0\1"
		       "free\xff\xff\xff\xff\xff\xff\xff\xff" META("\x30")
			       ONE_ISPE("\0\0\0\7", "\0\0\0\5")),
		AVIF, 0, 0},
	{STR_INIT(FTYP "\0\1\0\0mdat" META("\x30") ONE_ISPE("\0\0\0\7", "\0\0\0\5")), AVIF, 0,
		0},
	{STR_INIT("\0\0\0\x14"
		  "ftypheic\0\0\0\0mif1"),
		NULL, 0, 0},
	/* The version of the brand is no brand, nor is what follows the box. */
	{STR_INIT("\0\0\0\x10"
		  "ftypmif1avif"
		  "avif"),
		NULL, 0, 0},

	{STR_INIT("<svg viewBox=\"0 0 1200 630\"/>"), SVG, 1200, 630},
	{STR_INIT("\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <svg width='1'> > -->\n"
		  "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN>\" 'x' [\n"
		  "<!ENTITY a \"]>\"> <!-- don't ] --> <!ENTITY b 'c'>\n]>\r\n"
		  "<s:svg\n xmlns:s = 'http://www.w3.org/2000/svg'\n viewBox = ' -1,-2 , "
		  "7.4\t5.5 '>"),
		SVG, 7, 6},
	{STR_INIT("<svg width='10' height='20' viewBox='0 0 1e2 .2E+3'></svg>"), SVG, 100, 200},
	{STR_INIT("<svg width='10px' height=\" 20.6 \">"), SVG, 10, 21},
	{STR_INIT("<svg width='10' height='20' viewBox='0 0 0 0'>"), SVG, 10, 20},
	{STR_INIT("<svg width='10' height='20' viewBox='0 0 5'>"), SVG, 10, 20},
	{STR_INIT("<svg width='100%' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width='10em' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width='-10' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width='0.3' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width='1e999999999999' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width='1e-999999999999' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width='2147483648' height='20'>"), SVG, 0, 0},
	{STR_INIT("<svg width=10 height=20>"), SVG, 0, 0},
	{STR_INIT("<svg><image width='10' height='20'/></svg>"), SVG, 0, 0},
	{STR_INIT("<svg/>"), SVG, 0, 0},
	{STR_INIT("<svg"), NULL, 0, 0},
	{STR_INIT("<svgx viewBox='0 0 1 1'>"), NULL, 0, 0},
	{STR_INIT("<:svg>"), NULL, 0, 0},
	{STR_INIT("<SVG viewBox='0 0 1 1'>"), NULL, 0, 0},
	{STR_INIT("<!-- <svg viewBox='0 0 1 1'>"), NULL, 0, 0},
	{STR_INIT("<!DOCTYPE svg [ <svg viewBox='0 0 1 1'>"), NULL, 0, 0},
	{STR_INIT("<?xml <svg viewBox='0 0 1 1'>"), NULL, 0, 0},
	{STR_INIT("<html><svg viewBox='0 0 1 1'></svg></html>"), NULL, 0, 0},

	{STR_INIT(""), NULL, 0, 0},
	{STR_INIT("\0"), NULL, 0, 0},
	{STR_INIT("<"), NULL, 0, 0},
	{STR_INIT("<!DOCTYPE html><html><body>404</body></html>"), NULL, 0, 0},
	{STR_INIT("An article that mentions <svg> and GIF89a."), NULL, 0, 0},
	{STR_INIT("BM\x36\0\0\0\0\0\0\0"), NULL, 0, 0},
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct sample *sample = &samples[i];
		struct of_image_header header;
		bool known = of_image_header_read(&header, sample->bytes);

		if (known != (sample->type != NULL) || header.width != sample->width ||
			header.height != sample->height)
			fail_msg("sample %zu, %s: %s %ux%u", i, sample->type, header.type,
				header.width, header.height);
		if (known)
			assert_string_equal(header.type, sample->type);
		else
			assert_null(header.type);
	}
}

/*
 * Every beginning of every sample, in memory of its own that ends where it
 * ends: the sanitizers see each byte too many. A beginning has the size of the
 * whole, or of a part of it, or none.
 */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		for (size_t length = 0; length <= samples[i].bytes.len; length++) {
			struct of_image_header header = {"unset", 1, 0};
			char *bytes = malloc(length > 0 ? length : 1);
			bool known;

			assert_non_null(bytes);
			memcpy(bytes, samples[i].bytes.ptr, length);
			known = of_image_header_read(&header, (struct of_str){bytes, length});
			assert_int_equal(known, header.type != NULL);
			assert_int_equal(header.width == 0, header.height == 0);
			if (known && samples[i].type != NULL)
				assert_string_equal(header.type, samples[i].type);
			free(bytes);
		}
	}
}

/* Each byte of each sample takes the values that break arithmetic. */
static void test_damaged(void **state)
{
	static const char values[] = {0, 1, 0x7f, (char)0x80, (char)0xff, '"', '<', '>'};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct of_str sample = samples[i].bytes;
		char *bytes = malloc(sample.len > 0 ? sample.len : 1);

		assert_non_null(bytes);
		memcpy(bytes, sample.ptr, sample.len);
		for (size_t at = 0; at < sample.len; at++) {
			for (size_t v = 0; v < COUNT(values); v++) {
				struct of_image_header header;

				bytes[at] = values[v];
				of_image_header_read(
					&header, (struct of_str){bytes, sample.len});
				assert_true(header.width <= INT32_MAX);
				assert_int_equal(header.width == 0, header.height == 0);
			}
			bytes[at] = sample.ptr[at];
		}
		free(bytes);
	}
}

/* Application segments of all lengths before the frame, up to the head's end and past it. */
static void test_jpeg_frame_beyond_the_head(void **state)
{
	size_t room = OF_IMAGE_HEAD + 70000;
	char *bytes = calloc(1, room);
	struct of_image_header header;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "\xff\xd8", 2);
	for (size_t segments = 1; segments <= 4; segments++) {
		size_t at = 2 + (segments - 1) * 65537;

		memcpy(bytes + at, "\xff\xe1\xff\xff", 4);
		memcpy(bytes + at + 65537, FRAME, sizeof(FRAME) - 1);
		assert_true(of_image_header_read(&header, (struct of_str){bytes, room}));
		assert_string_equal(header.type, JPEG);
		assert_int_equal(header.width, segments < 4 ? 7 : 0);
		assert_int_equal(header.height, segments < 4 ? 5 : 0);
	}
	free(bytes);
}

/* A head full of what the scanner skips, or of digits: this ends at once, or it is quadratic.
 */
static void test_svg_is_linear(void **state)
{
	static const struct of_str fillers[] = {STR_INIT("<!---->"),
		STR_INIT("<?"
			 "?>"),
		STR_INIT("<!DOCTYPE>"), STR_INIT("<!DOCTYPE ["), STR_INIT("<!--"),
		STR_INIT(" ")};
	size_t room = OF_IMAGE_HEAD;
	char *bytes = malloc(room);
	struct of_image_header header;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < COUNT(fillers); i++) {
		for (size_t at = 0; at < room; at++)
			bytes[at] = fillers[i].ptr[at % fillers[i].len];
		assert_false(of_image_header_read(&header, (struct of_str){bytes, room}));
	}
	memset(bytes, '9', room);
	memcpy(bytes, "<svg width='.", 13);
	memcpy(bytes + room - 14, "' height='20'>", 14);
	assert_true(of_image_header_read(&header, (struct of_str){bytes, room}));
	assert_int_equal(header.width, 0);
	free(bytes);
}

static void test_nothing(void **state)
{
	struct of_image_header header = {"unset", 1, 1};

	(void)state;
	assert_false(of_image_header_read(&header, (struct of_str){NULL, 0}));
	assert_null(header.type);
	assert_int_equal(header.width, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_jpeg_frame_beyond_the_head),
		cmocka_unit_test(test_svg_is_linear),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
