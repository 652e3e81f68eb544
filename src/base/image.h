/*
 * Image headers: what a file's first bytes say of its type and its size.
 * The types are rows of a table. Nothing is decoded, and nothing is trusted:
 * a header that makes no sense gives a type without a size, or no type.
 */
#ifndef OF_BASE_IMAGE_H
#define OF_BASE_IMAGE_H

#include <outfeed/str.h>
#include <stdbool.h>

#define OF_IMAGE_HEAD ((size_t)256 << 10) /* bytes of a file that are looked at */

struct of_image_header {
	const char *type;       /* media type; static */
	unsigned width, height; /* pixels; 0 where unknown */
};

/* False when the bytes are no image of a known type (JPEG, PNG, GIF, WebP, AVIF, SVG). */
bool of_image_header_read(struct of_image_header *header, struct of_str head);

#endif
