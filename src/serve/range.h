/*
 * Parts of a document (RFC 9110 section 14). Pure.
 */
#ifndef OF_SERVE_RANGE_H
#define OF_SERVE_RANGE_H

#include <outfeed/str.h>
#include <stdint.h>

enum of_range {
	OF_RANGE_WHOLE, /* no range, several, another unit, or no sense: all of it */
	OF_RANGE_PART,
	OF_RANGE_UNSATISFIABLE
};

/* Of a document of size bytes. first and length, in bytes, are set in any case. */
enum of_range of_range_parse(
	uint64_t *first, uint64_t *length, struct of_str header, uint64_t size);

#endif
