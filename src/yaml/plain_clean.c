/* Bytes that the plain reader need not look at twice. */
#include "yaml/plain_scan.h"

/* True only when OF_PLAIN_STEP bytes are printable ASCII, or LF where that costs nothing. */
#ifdef __SSE2__
static bool is_easy(const char *at)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i shown = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)),
		_mm_cmpgt_epi8(bytes, _mm_set1_epi8(' ' - 1)));
	__m128i easy = _mm_or_si128(shown, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));

	return _mm_movemask_epi8(easy) == 0xFFFF;
}
#else
static bool is_easy(const char *at)
{
	uint64_t word = of_plain_load(at);

	return ((word & OF_PLAIN_HIGHS) | of_plain_has_end(word) | of_plain_has(word, 0x7F)) ==
	       0;
}
#endif

static bool is_tail(const char *at, const char *end)
{
	return at < end && ((unsigned char)*at & 0xC0) == 0x80;
}

static uint32_t bits_of(const char *at, unsigned char mask)
{
	return (unsigned char)*at & mask;
}

static size_t two_bytes(const char *at, const char *end)
{
	if (!is_tail(at + 1, end))
		return 0;
	return (bits_of(at, 0x1F) << 6 | bits_of(at + 1, 0x3F)) >= 0xA0 ? 2 : 0;
}

static size_t three_bytes(const char *at, const char *end)
{
	uint32_t c;

	if (!is_tail(at + 1, end) || !is_tail(at + 2, end))
		return 0;
	c = bits_of(at, 0x0F) << 12 | bits_of(at + 1, 0x3F) << 6 | bits_of(at + 2, 0x3F);
	if (c < 0x800 || (c >= 0xD800 && c < 0xE000) || c > 0xFFFD)
		return 0;
	return c == 0x2028 || c == 0x2029 || c == 0xFEFF ? 0 : 3;
}

static size_t four_bytes(const char *at, const char *end)
{
	uint32_t c;

	if (!is_tail(at + 1, end) || !is_tail(at + 2, end) || !is_tail(at + 3, end))
		return 0;
	c = bits_of(at, 0x07) << 18 | bits_of(at + 1, 0x3F) << 12 | bits_of(at + 2, 0x3F) << 6;
	return c >= 0x10000 && c <= 0x10FFFF ? 4 : 0;
}

/* The bytes of the character at at; 0 when the reader has no use for it. */
static size_t measure(const char *at, const char *end)
{
	unsigned char c = (unsigned char)*at;

	if (c == '\n' || (c >= ' ' && c < 0x7F))
		return 1;
	if (c == '\r')
		return at + 1 < end && at[1] == '\n' ? 2 : 0;
	if (c >= 0xC0 && c < 0xE0)
		return two_bytes(at, end);
	if (c >= 0xE0 && c < 0xF0)
		return three_bytes(at, end);
	return c >= 0xF0 && c < 0xF8 ? four_bytes(at, end) : 0;
}

bool of_plain_is_clean(struct of_str bytes)
{
	const char *at = bytes.ptr;
	const char *end = at + bytes.len;

	if (bytes.len == 0 || end[-1] != '\n')
		return false;
	while (at < end) {
		bool easy = end - at >= OF_PLAIN_STEP && is_easy(at);
		size_t size = easy ? OF_PLAIN_STEP : measure(at, end);

		if (size == 0)
			return false;
		at += size;
	}
	return true;
}
