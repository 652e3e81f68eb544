/*
 * Sixteen bytes at once, where the machine has SSE2: alone with emmintrin.h.
 * Whoever includes this has another way for machines without it.
 */
#ifndef OF_BASE_WIDE_H
#define OF_BASE_WIDE_H

#ifdef __SSE2__
#include <emmintrin.h>

#define OF_WIDE_SIZE 16

static inline __m128i of_wide_load(const char *bytes)
{
	return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

/* All bits of each byte that is c, none of the others. */
static inline __m128i of_wide_is(__m128i bytes, char c)
{
	return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

/* The same of each byte that is most or less, unsigned: none beyond ASCII, if most is ASCII. */
static inline __m128i of_wide_is_at_most(__m128i bytes, char most)
{
	return _mm_cmpeq_epi8(bytes, _mm_min_epu8(bytes, _mm_set1_epi8(most)));
}
#endif

#endif
