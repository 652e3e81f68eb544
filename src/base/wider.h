/*
 * Thirty-two bytes at once, for functions that are compiled for AVX2 on top of
 * what the rest is compiled for: alone with immintrin.h. Whoever has one asks
 * of_wider_is_there() before it is called, and has another way beside it.
 */
#ifndef OF_BASE_WIDER_H
#define OF_BASE_WIDER_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__SSE2__) && defined(__GNUC__)
#include <immintrin.h>

#define OF_WIDER __attribute__((target("avx2")))
#define OF_WIDER_SIZE 32

static inline bool of_wider_is_there(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

OF_WIDER static inline __m256i of_wider_load(const char *bytes)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

/* All bits of each byte that is c, none of the others. */
OF_WIDER static inline __m256i of_wider_is(__m256i bytes, char c)
{
	return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
}

/* The same of each byte that is most or less, unsigned. */
OF_WIDER static inline __m256i of_wider_is_at_most(__m256i bytes, char most)
{
	return _mm256_cmpeq_epi8(bytes, _mm256_min_epu8(bytes, _mm256_set1_epi8(most)));
}
#else
#define OF_WIDER

static inline bool of_wider_is_there(void)
{
	return false;
}
#endif

#endif
