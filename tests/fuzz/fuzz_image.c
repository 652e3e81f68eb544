/*
 * Headers of images: sizes are whole or absent, and those of PNG, GIF and the
 * largest forms of WebP are what their specifications' offsets say.
 */
#include "fuzz.h"

#include "base/image.h"

static uint64_t number_at(struct of_str head, size_t at, size_t size, bool big)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number =
			number << 8 | (unsigned char)head.ptr[big ? at + i : at + size - 1 - i];
	return number;
}

static void require_size(const struct of_image_header *header, uint64_t width, uint64_t height)
{
	bool sane = width > 0 && height > 0 && width <= INT32_MAX && height <= INT32_MAX;

	fuzz_require(sane ? header->width == width && header->height == height
			  : header->width == 0 && header->height == 0,
		"a size other than the one at its offset");
}

static void check_type(const struct of_image_header *header, struct of_str head)
{
	if (strcmp(header->type, "image/png") == 0 && head.len >= 24 &&
		memcmp(head.ptr + 12, "IHDR", 4) == 0)
		require_size(
			header, number_at(head, 16, 4, true), number_at(head, 20, 4, true));
	if (strcmp(header->type, "image/gif") == 0 && head.len >= 10)
		require_size(
			header, number_at(head, 6, 2, false), number_at(head, 8, 2, false));
	if (strcmp(header->type, "image/webp") == 0 && head.len >= 30 &&
		memcmp(head.ptr + 12, "VP8X", 4) == 0)
		require_size(header, number_at(head, 24, 3, false) + 1,
			number_at(head, 27, 3, false) + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"image/jpeg", "image/png", "image/gif",
		"image/webp", "image/avif", "image/svg+xml"};
	struct of_str head = {(const char *)data, size};
	struct of_image_header header = {"unset", 1, 1};
	bool known = false;

	if (!of_image_header_read(&header, head)) {
		fuzz_require(header.width == 0 && header.height == 0, "a size without a type");
		return 0;
	}
	for (size_t i = 0; i < FUZZ_COUNT(types); i++)
		known = known || strcmp(header.type, types[i]) == 0;
	fuzz_require(known, "a type that is none");
	fuzz_require((header.width == 0) == (header.height == 0), "half a size");
	fuzz_require(
		header.width <= INT32_MAX && header.height <= INT32_MAX, "a size past all");
	check_type(&header, head);
	return 0;
}
