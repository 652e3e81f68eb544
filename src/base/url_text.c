#include "base/url_text.h"

#include "base/str.h"
#include "base/unicode.h"
#include "base/wide.h"

struct range {
	uint32_t first, last;
};

/* White space and control characters of Unicode, and what looks like them: no width at all. */
static const struct range blanks[] = {
	{0x0000, 0x0020},
	{0x007f, 0x00a0},
	{0x1680, 0x1680},
	{0x2000, 0x200b},
	{0x2028, 0x2029},
	{0x202f, 0x202f},
	{0x205f, 0x205f},
	{0x3000, 0x3000},
	{0xfeff, 0xfeff},
};

/*
 * ucschar of RFC 3987 section 2.2 below U+10000, without the blanks above and
 * without the bidirectional controls (section 4.1).
 */
static const struct range iri_characters[] = {
	{0x00a1, 0x167f},
	{0x1681, 0x1fff},
	{0x200c, 0x200d},
	{0x2010, 0x2027},
	{0x2030, 0x205e},
	{0x2060, 0x2065},
	{0x206a, 0x2fff},
	{0x3001, 0xd7ff},
	{0xf900, 0xfdcf},
	{0xfdf0, 0xfefe},
	{0xff00, 0xffef},
};

enum {
	S = OF_URL_SEGMENT,
	A = OF_URL_SCHEME | OF_URL_SEGMENT,
	SLASH = OF_URL_SLASH,
	QUESTION = OF_URL_QUESTION,
	HASH = OF_URL_HASH,
	BRACKET = OF_URL_BRACKET
};

/* clang-format off */
const unsigned char of_url_kinds[256] = {
	[' '] = 0, S, 0, HASH, S, 0, S, S, S, S, S, A, S, A, A, SLASH,
	A, A, A, A, A, A, A, A, A, A, S, S, 0, S, 0, QUESTION,
	S, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, BRACKET, 0, BRACKET, 0, S,
	0, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, 0, 0, 0, S, 0
};
/* clang-format on */

/* The offset of the first byte from `from` on that is of none of the kinds, or the end. */
static size_t skip_kinds(struct of_str s, size_t from, unsigned wanted)
{
	while (from < s.len && of_url_byte_is(s.ptr[from], wanted))
		from++;
	return from;
}

size_t of_url_length_until(struct of_str s, unsigned ends)
{
	size_t i = 0;

	while (i < s.len && !of_url_byte_is(s.ptr[i], ends))
		i++;
	return i;
}

static bool in_ranges(uint32_t code_point, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code_point >= ranges[i].first && code_point <= ranges[i].last)
			return true;
	return false;
}

bool of_url_is_blank(uint32_t code_point)
{
	return in_ranges(code_point, blanks, sizeof(blanks) / sizeof(*blanks));
}

static bool is_iri_character(uint32_t code_point)
{
	if (code_point < 0x10000)
		return in_ranges(code_point, iri_characters,
			sizeof(iri_characters) / sizeof(*iri_characters));
	return (code_point & 0xffff) < 0xfffe && code_point < 0xf0000 &&
	       (code_point < 0xe0000 || code_point > 0xe0fff);
}

size_t of_url_scheme_length(struct of_str s)
{
	size_t i =
		s.len > 0 && of_byte_is_alpha(s.ptr[0]) ? skip_kinds(s, 0, OF_URL_SCHEME) : 0;

	return i > 0 && i < s.len && s.ptr[i] == ':' ? i : 0;
}

#ifdef __SSE2__
/* Marks what of_url_pass_settled() stops at; the byte before the block is looked at too. */
static inline unsigned stops_in(const char *block)
{
	__m128i bytes = of_wide_load(block);
	__m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
	__m128i dot =
		_mm_and_si128(of_wide_is(bytes, '.'), of_wide_is(of_wide_load(block - 1), '/'));
	/* signed: what is not ASCII is below all others */
	__m128i shown = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(' '));
	/* brackets, braces, what is between them, and three more, of which two are fine */
	__m128i last = _mm_cmpgt_epi8(folded, _mm_set1_epi8('z'));
	__m128i fine = _mm_or_si128(of_wide_is(bytes, '_'), of_wide_is(bytes, '~'));
	__m128i quote =
		_mm_or_si128(of_wide_is(bytes, '`'), of_wide_is_either(bytes, '"', '#'));
	__m128i angle =
		_mm_or_si128(of_wide_is(bytes, '%'), of_wide_is_either(bytes, '<', '>'));
	__m128i stops = _mm_or_si128(
		_mm_or_si128(dot, _mm_andnot_si128(fine, last)), _mm_or_si128(quote, angle));

	return (unsigned)_mm_movemask_epi8(stops) |
	       ((unsigned)_mm_movemask_epi8(shown) ^ 0xFFFF);
}

/* To the first stop or the end, where there is a block and a byte before it. */
static size_t pass_blocks(struct of_str s, size_t from)
{
	size_t last = s.len - OF_WIDE_SIZE; /* offset of the last block */
	unsigned stops = 0;

	if (s.len <= OF_WIDE_SIZE)
		return from;
	while (from <= last && (stops = stops_in(s.ptr + from)) == 0)
		from += OF_WIDE_SIZE;
	if (stops == 0 && from < s.len)
		stops = stops_in(s.ptr + last) >> (from - last);
	else if (stops == 0)
		return from;
	return stops != 0 ? from + (unsigned)__builtin_ctz(stops) : s.len;
}
#else
static size_t pass_blocks(struct of_str s, size_t from)
{
	(void)s;
	return from;
}
#endif

size_t of_url_pass_settled(struct of_str s, size_t from)
{
	const unsigned settled = OF_URL_SEGMENT | OF_URL_SLASH | OF_URL_QUESTION;

	for (from = pass_blocks(s, from); from < s.len; from++)
		if (!of_url_byte_is(s.ptr[from], settled) ||
			(s.ptr[from] == '.' && s.ptr[from - 1] == '/'))
			break;
	return from;
}

bool of_url_is_settled(struct of_str reference)
{
	size_t i = of_url_scheme_length(reference);

	return i > 0 && of_str_starts(of_str_from_offset(reference, i), STR("://")) &&
	       of_url_pass_settled(reference, i) == reference.len;
}

/* Whether the character at *i may stand as it is; *i moves past it. */
static bool stands(unsigned part, struct of_str text, size_t *i)
{
	char c = text.ptr[*i];

	if ((unsigned char)c >= 0x80)
		return is_iri_character(of_unicode_next(text, i)) &&
		       (part & OF_URL_BEYOND_ASCII) != 0;
	(*i)++;
	if (c == '%')
		return (part & OF_URL_ESCAPES) != 0 && text.len - *i >= 2 &&
		       of_byte_is_hex(text.ptr[*i]) && of_byte_is_hex(text.ptr[*i + 1]);
	return of_url_byte_is(c, part);
}

static void add_percent(struct of_buf *out, struct of_str bytes)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];

		of_buf_add_byte(out, '%');
		of_buf_add_byte(out, digits[byte >> 4]);
		of_buf_add_byte(out, digits[byte & 15]);
	}
}

void of_url_add_encoded(struct of_buf *out, struct of_str text, unsigned part)
{
	size_t copied = 0;
	size_t i = 0;

	while ((i = skip_kinds(text, i, part)) < text.len) {
		size_t from = i;

		if (stands(part, text, &i))
			continue;
		of_buf_add_str(out, of_str_slice(text, copied, from));
		add_percent(out, of_str_slice(text, from, i));
		copied = i;
	}
	of_buf_add_str(out, of_str_from_offset(text, copied));
}
