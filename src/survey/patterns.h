/*
 * The patterns by which generators make addresses, as `permalinks` has them.
 */
#ifndef OF_SURVEY_PATTERNS_H
#define OF_SURVEY_PATTERNS_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

/*
 * Appends a pattern of Jekyll's, Hugo's or Eleventy's in outfeed's marks. section is
 * the folder that it is for, as the generator names it; it may be absent. False, and
 * something appended all the same, where it says what those marks cannot.
 */
bool of_pattern_translate(struct of_buf *out, const char *generator, struct of_str pattern,
	struct of_str section);

#endif
