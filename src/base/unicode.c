#include "base/unicode.h"

#include "base/str.h"
#include <stdlib.h>
#include <utf8proc.h>

#define REPLACEMENT 0xFFFDU

static bool is_xml_character(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
	       (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/* The code point at offset, or -1; *len is its bytes, or the invalid ones to pass over. */
static int32_t decode(struct of_str text, size_t offset, size_t *len)
{
	utf8proc_int32_t code_point;
	utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + offset,
		(utf8proc_ssize_t)(text.len - offset), &code_point);

	*len = used > 0 ? (size_t)used : 1;
	return used > 0 ? code_point : -1;
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
	utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);

	of_buf_add(out, bytes, (size_t)len);
}

/* Offset of the first byte from `from` on that has to be looked at; len when there is none. */
static size_t skip_plain(struct of_str text, size_t from)
{
	while (from < text.len) {
		unsigned char c = (unsigned char)text.ptr[from];

		if (c >= 0x80 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			break;
		from++;
	}
	return from;
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
	utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)text.ptr,
		(utf8proc_ssize_t)text.len, &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	if (len >= 0)
		of_buf_add(out, composed, (size_t)len);
	else if (len == UTF8PROC_ERROR_NOMEM)
		out->status = OF_ENOMEM;
	free(composed);
}

void of_unicode_slug(struct of_buf *out, struct of_str text)
{
	struct of_buf nfc = {0};
	struct of_buf lower = {0};
	bool gap = false;
	size_t start;

	if (text.len == 0)
		return;
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
		of_unicode_append(&lower, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
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

void of_unicode_fold(struct of_buf *out, struct of_str text)
{
	struct of_buf lower = {0};

	for (size_t at = 0; at < text.len;)
		of_unicode_append(&lower, (uint32_t)utf8proc_tolower((
						  utf8proc_int32_t)of_unicode_next(text, &at)));
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

void of_unicode_one_line(struct of_buf *out, struct of_str text)
{
	bool gap = false;
	bool any = false;
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;

		if (is_white(of_unicode_next(text, &at))) {
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
