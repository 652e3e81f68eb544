#include "base/unicode.h"

#include "base/str.h"
#include "base/wide.h"
#include "base/word.h"
#include <stdlib.h>
#include <utf8proc.h>

#define REPLACEMENT 0xFFFDU

static bool is_xml_character(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
	       (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/* Of a sequence by its first byte: how long it is, and the least that it may stand for. */
struct sequence {
	size_t len;
	uint32_t least;
};

static struct sequence sequence_of(unsigned char first)
{
	if (first < 0x80)
		return (struct sequence){1, 0};
	if (first >= 0xC2 && first <= 0xDF)
		return (struct sequence){2, 0x80};
	if (first >= 0xE0 && first <= 0xEF)
		return (struct sequence){3, 0x800};
	if (first >= 0xF0 && first <= 0xF4)
		return (struct sequence){4, 0x10000};
	return (struct sequence){0, 0};
}

/* The code point at offset, or -1; *len is its bytes, or the invalid ones to pass over. */
static int32_t decode(struct of_str text, size_t offset, size_t *len)
{
	const unsigned char *at = (const unsigned char *)text.ptr + offset;
	struct sequence sequence = sequence_of(at[0]);
	uint32_t c;

	*len = 1;
	if (sequence.len == 0 || sequence.len > text.len - offset)
		return -1;
	c = at[0] & (sequence.len == 1 ? 0x7FU : 0x7FU >> sequence.len);
	for (size_t i = 1; i < sequence.len; i++) {
		if ((at[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | (at[i] & 0x3FU);
	}
	if (c < sequence.least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return -1;
	*len = sequence.len;
	return (int32_t)c;
}

uint32_t of_unicode_next(struct of_str text, size_t *offset)
{
	unsigned char first = (unsigned char)text.ptr[*offset];
	size_t len;
	int32_t code_point;

	if (first < 0x80) {
		(*offset)++;
		return first;
	}
	code_point = decode(text, *offset, &len);
	*offset += len;
	return code_point >= 0 ? (uint32_t)code_point : REPLACEMENT;
}

void of_unicode_append(struct of_buf *out, uint32_t code_point)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t len;

	if (code_point < 0x80) {
		of_buf_add_byte(out, (char)code_point);
		return;
	}
	len = utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);
	of_buf_add(out, bytes, (size_t)len);
}

static bool is_plain(unsigned char c)
{
	return c < 0x80 && (c >= 0x20 || c == '\t' || c == '\n' || c == '\r');
}

/* The offset in a block of the first byte that has to be looked at, or BLOCK. */
#ifdef __SSE2__
#define BLOCK ((size_t)OF_WIDE_SIZE)

static inline size_t find_other(const char *block)
{
	__m128i bytes = of_wide_load(block);
	/* signed: what is not ASCII is below all others */
	__m128i shown = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x1F));
	__m128i white =
		_mm_or_si128(_mm_or_si128(of_wide_is(bytes, '\n'), of_wide_is(bytes, '\t')),
			of_wide_is(bytes, '\r'));
	unsigned others = (unsigned)_mm_movemask_epi8(_mm_or_si128(shown, white)) ^ 0xFFFF;

	return others == 0 ? BLOCK : (size_t)__builtin_ctz(others);
}
#else
#define BLOCK OF_WORD_SIZE

static size_t find_other(const char *block)
{
	uint64_t word = of_word_load(block);
	size_t at = 0;

	if (of_word_is_ascii(word) && !of_word_has_below(of_word_show(word, '\n'), 0x20))
		return BLOCK;
	while (at < BLOCK && is_plain((unsigned char)block[at]))
		at++;
	return at;
}
#endif

/* Offset of the first byte from `from` on that has to be looked at; len when there is none. */
static size_t skip_plain(struct of_str text, size_t from)
{
	while (text.len - from >= BLOCK) {
		size_t found = find_other(text.ptr + from);

		from += found;
		if (found < BLOCK)
			return from;
	}
	while (from < text.len && is_plain((unsigned char)text.ptr[from]))
		from++;
	return from;
}

static bool is_ascii(struct of_str text)
{
	size_t at = 0;

	while (text.len - at >= OF_WORD_SIZE && of_word_is_ascii(of_word_load(text.ptr + at)))
		at += OF_WORD_SIZE;
	while (at < text.len && (unsigned char)text.ptr[at] < 0x80)
		at++;
	return at == text.len;
}

bool of_unicode_is_clean(struct of_str text)
{
	size_t at = 0;
	size_t len;

	while ((at = skip_plain(text, at)) < text.len) {
		int32_t code_point = decode(text, at, &len);

		if (code_point < 0 || !is_xml_character((uint32_t)code_point))
			return false;
		at += len;
	}
	return true;
}

void of_unicode_clean(struct of_buf *out, struct of_str text, struct of_unicode_mends *mends)
{
	struct of_unicode_mends own = {0};
	size_t at = 0;
	size_t from = 0;
	size_t len;

	while ((at = skip_plain(text, at)) < text.len) {
		int32_t code_point = decode(text, at, &len);

		if (code_point >= 0 && is_xml_character((uint32_t)code_point)) {
			at += len;
			continue;
		}
		of_buf_add(out, text.ptr + from, at - from);
		if (code_point < 0) {
			of_unicode_append(out, REPLACEMENT);
			if (own.invalid++ == 0)
				own.first_invalid = at;
		} else if (own.forbidden++ == 0) {
			own.first_forbidden = at;
		}
		at += len;
		from = at;
	}
	of_buf_add(out, text.ptr != NULL ? text.ptr + from : "", text.len - from);
	if (mends != NULL)
		*mends = own;
}

size_t of_unicode_length(struct of_str text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.len; i++)
		if (((unsigned char)text.ptr[i] & 0xC0) != 0x80)
			length++;
	return length;
}

static bool is_letter_or_digit(uint32_t c)
{
	if (c < 0x80)
		return of_byte_is_alpha((char)c) || of_byte_is_digit((char)c);
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN: /* marks belong to the letter before them */
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

/* NFC first, so that a letter and its mark are one before lower case is looked up. */
static void add_nfc(struct of_buf *out, struct of_str text)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t len;

	if (is_ascii(text)) {
		of_buf_add_str(out, text);
		return;
	}
	len = utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len,
		&composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	if (len >= 0)
		of_buf_add(out, composed, (size_t)len);
	else if (len == UTF8PROC_ERROR_NOMEM)
		out->status = OF_ENOMEM;
	free(composed);
}

static uint32_t lower_of(uint32_t c)
{
	if (c < 0x80)
		return (uint32_t)of_byte_lower((char)c);
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

/* Of ASCII, which needs no table of Unicode's and comes out no longer than it was. */
static void add_ascii_slug(struct of_buf *out, struct of_str text)
{
	bool gap = false;
	size_t start = out->len;

	if (!of_buf_reserve(out, text.len))
		return;
	for (size_t i = 0; i < text.len; i++) {
		char c = of_byte_lower(text.ptr[i]);

		if (!of_byte_is_alpha(c) && !of_byte_is_digit(c)) {
			gap = out->len > start;
			continue;
		}
		if (gap)
			out->ptr[out->len++] = '-';
		gap = false;
		out->ptr[out->len++] = c;
	}
	out->ptr[out->len] = '\0';
}

static void add_other_slug(struct of_buf *out, struct of_str text)
{
	struct of_buf nfc = {0};
	struct of_buf lower = {0};
	bool gap = false;
	size_t start;

	add_nfc(&nfc, text);
	for (size_t at = 0; at < nfc.len;) {
		uint32_t c = of_unicode_next(of_buf_str(&nfc), &at);

		if (!is_letter_or_digit(c)) {
			gap = lower.len > 0;
			continue;
		}
		if (gap)
			of_buf_add_byte(&lower, '-');
		gap = false;
		of_unicode_append(&lower, lower_of(c));
	}
	start = out->len;
	if (lower.len > 0)
		add_nfc(out, of_buf_str(&lower));
	if (nfc.status != OF_OK || lower.status != OF_OK) {
		of_buf_truncate(out, start);
		out->status = OF_ENOMEM;
	}
	of_buf_finish(&nfc);
	of_buf_finish(&lower);
}

void of_unicode_slug(struct of_buf *out, struct of_str text)
{
	if (text.len == 0)
		return;
	if (is_ascii(text))
		add_ascii_slug(out, text);
	else
		add_other_slug(out, text);
}

void of_unicode_fold(struct of_buf *out, struct of_str text)
{
	struct of_buf lower = {0};

	for (size_t at = 0; at < text.len;)
		of_unicode_append(&lower, lower_of(of_unicode_next(text, &at)));
	if (lower.len > 0)
		add_nfc(out, of_buf_str(&lower));
	if (lower.status != OF_OK && out->status == OF_OK)
		out->status = lower.status;
	of_buf_finish(&lower);
}

static bool is_white(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x2028 ||
	       c == 0x2029;
}

static bool is_kept_in_address(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

	return (is_letter_or_digit(c) && category != UTF8PROC_CATEGORY_NL &&
		       category != UTF8PROC_CATEGORY_NO) ||
	       (c < 0x80 && c > ' ' && strchr("./_#+~-@", (int)c) != NULL);
}

void of_unicode_urlize(struct of_buf *out, struct of_str text)
{
	struct of_buf kept = {0};
	bool gap = false;

	for (size_t at = 0; at < text.len;) {
		uint32_t c = of_unicode_next(text, &at);

		if (is_white(c)) {
			gap = kept.len > 0 && kept.ptr[kept.len - 1] != '-';
		} else if (is_kept_in_address(c)) {
			if (gap && c != '-')
				of_buf_add_byte(&kept, '-');
			gap = false;
			of_unicode_append(&kept, c);
		}
	}
	of_unicode_fold(out, of_buf_str(&kept));
	if (kept.status != OF_OK && out->status == OF_OK)
		out->status = kept.status;
	of_buf_finish(&kept);
}

/* The end of what is on one line already: visible ASCII, single spaces within. */
static size_t skip_words(struct of_str text, size_t from)
{
	size_t at = from;

	while (at < text.len &&
		((text.ptr[at] > ' ' && text.ptr[at] < 0x7F) ||
			(text.ptr[at] == ' ' && at > from && text.ptr[at - 1] != ' ')))
		at++;
	return at > from && text.ptr[at - 1] == ' ' ? at - 1 : at;
}

void of_unicode_one_line(struct of_buf *out, struct of_str text)
{
	bool gap = false;
	bool any = false;
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;

		at = skip_words(text, from);
		if (at == from && is_white(of_unicode_next(text, &at))) {
			gap = any;
			continue;
		}
		if (gap)
			of_buf_add_byte(out, ' ');
		gap = false;
		any = true;
		of_buf_add(out, text.ptr + from, at - from);
	}
}

void of_unicode_cut(struct of_buf *out, struct of_str text, size_t characters)
{
	static const char ellipsis[] = "\xE2\x80\xA6";
	size_t at = 0;
	size_t word = 0; /* the end of the last whole word within the limit */

	for (size_t count = 0; at < text.len && count < characters; count++) {
		if (text.ptr[at] == ' ')
			word = at;
		of_unicode_next(text, &at);
	}
	if (at < text.len) {
		if (text.ptr[at] == ' ' || word == 0)
			word = at;
		of_buf_add(out, text.ptr, word);
		of_buf_add_text(out, ellipsis);
	} else {
		of_buf_add_str(out, text);
	}
}
