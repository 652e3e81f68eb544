#include "audit/words.h"

#include "base/str.h"
#include "base/unicode.h"

struct range {
	uint32_t first, last;
};

static const struct range unspaced[] = {
	{0x0E00, 0x0EFF},   /* Thai, Lao */
	{0x1000, 0x109F},   /* Myanmar */
	{0x1100, 0x11FF},   /* Hangul Jamo */
	{0x1780, 0x17FF},   /* Khmer */
	{0x3005, 0x3007},   /* ideographic marks */
	{0x3040, 0x30FF},   /* Hiragana, Katakana */
	{0x31F0, 0x31FF},   /* more Katakana */
	{0x3400, 0x4DBF},   /* Han */
	{0x4E00, 0x9FFF},   /* Han */
	{0xAC00, 0xD7AF},   /* Hangul */
	{0xF900, 0xFAFF},   /* Han */
	{0xFF66, 0xFF9F},   /* half-width Katakana */
	{0x20000, 0x323AF}, /* Han */
};

/* What stands between a title and a site's name. Those that words hold too need spaces. */
static const struct separator {
	struct of_str text;
	bool is_colon;
} separators[] = {
	{STR_INIT("|"), false}, {STR_INIT(" - "), false},
	{STR_INIT("\xE2\x80\x93 "), false},                                  /* en dash */
	{STR_INIT(" \xE2\x80\x94"), false},                                  /* em dash */
	{STR_INIT("\xE2\x80\x94 "), false}, {STR_INIT(" \xC2\xB7 "), false}, /* middle dot */
	{STR_INIT(" \xE2\x80\xA2 "), false},                                 /* bullet */
	{STR_INIT("\xEF\xBD\x9C"), false}, /* full-width bar */
	{STR_INIT(" \xC2\xBB "), false},   /* guillemets */
	{STR_INIT(" \xC2\xAB "), false}, {STR_INIT(" :: "), false}, {STR_INIT(": "), true},
	{STR_INIT("\xEF\xBC\x9A"), true}, /* full-width colon */
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

void of_words_add(struct of_buf *out, struct of_str text)
{
	struct of_buf slug = {0};

	of_unicode_slug(&slug, text);
	if (slug.len > 0) {
		of_buf_add_byte(out, '-');
		of_buf_add_str(out, of_buf_str(&slug));
		of_buf_add_byte(out, '-');
	}
	if (slug.status != OF_OK && out->status == OF_OK)
		out->status = slug.status;
	of_buf_finish(&slug);
}

struct of_str of_words_next(struct of_str *words)
{
	struct of_str word = {NULL, 0};

	while (word.len == 0 && words->ptr != NULL)
		word = of_str_split(words, '-');
	return word;
}

size_t of_words_count(struct of_str words)
{
	size_t count = 0;

	while (of_words_next(&words).len > 0)
		count++;
	return count;
}

bool of_words_is_unspaced(uint32_t code_point)
{
	if (code_point < unspaced[0].first)
		return false;
	for (size_t i = 0; i < COUNT(unspaced); i++)
		if (code_point >= unspaced[i].first && code_point <= unspaced[i].last)
			return true;
	return false;
}

bool of_words_have(struct of_str words, struct of_str phrase)
{
	size_t first = 0;
	size_t at = 0;

	if (phrase.len == 0)
		return false;
	if (of_words_is_unspaced(of_unicode_next(phrase, &first)))
		return of_str_find(words, phrase) != OF_NPOS;
	while (at < words.len) {
		size_t found = of_str_find(of_str_from_offset(words, at), phrase);

		if (found == OF_NPOS)
			return false;
		at += found;
		if (at > 0 && words.ptr[at - 1] == '-' && at + phrase.len < words.len &&
			words.ptr[at + phrase.len] == '-')
			return true;
		at++;
	}
	return false;
}

/* The length of the separator that the text begins with, 0 where there is none. */
static size_t separator_length(struct of_str text, bool colons)
{
	if (of_byte_is_alpha(text.ptr[0]))
		return 0;
	for (size_t i = 0; i < COUNT(separators); i++)
		if ((colons || !separators[i].is_colon) &&
			of_str_starts(text, separators[i].text))
			return separators[i].text.len;
	return 0;
}

struct of_str of_words_next_part(struct of_str *title, bool colons)
{
	struct of_str part;

	for (size_t i = 0; i < title->len; i++) {
		size_t len = separator_length(of_str_from_offset(*title, i), colons);

		if (len == 0)
			continue;
		part = of_str_slice(*title, 0, i);
		*title = of_str_from_offset(*title, i + len);
		return of_str_trim(part);
	}
	part = of_str_trim(*title);
	*title = (struct of_str){NULL, 0};
	return part;
}
