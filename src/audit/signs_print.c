#include "audit/signs.h"
#include "base/str.h"
#include "base/url.h"

/*
 * The words of title and text, in their order, mixed into one number. What two
 * renderings of one page differ in is left out first: words with digits (times,
 * counters, most request ids), words of a to f alone (the rest of the ids), and
 * where the page says the URL again: its path, or the path's last segment, word
 * after word. A single word of the path elsewhere in the page stays.
 */
#define WORDS_MAX 1024
#define URL_WORDS_MAX 64
/*
 * Bytes of words that are mixed: half of the text that is kept, since an echo
 * of the URL moves the end at which that is cut.
 */
#define MIXED_MAX (OF_PAGE_TEXT / 2)

struct word {
	uint64_t hash;
	size_t len;
	bool varies; /* digits, or what may be hexadecimal ones */
};

struct words {
	struct word *list;
	size_t count, max;
};

/* Bytes of what stands between words at `at`, by blocks: 0 where a word has it. */
static size_t gap_length(struct of_str text, size_t at)
{
	static const struct of_str blocks[] = {STR_INIT("\xC2"), /* Latin-1's signs */
		STR_INIT("\xE2\x80"), STR_INIT("\xE2\x81"),      /* general punctuation */
		STR_INIT("\xE3\x80"), STR_INIT("\xEF\xBC")};     /* that of CJK */
	unsigned char c = (unsigned char)text.ptr[at];

	if (c < 0x80)
		return of_byte_is_alpha((char)c) || of_byte_is_digit((char)c) ? 0 : 1;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (of_str_starts(of_str_from_offset(text, at), blocks[i]))
			return i == 0 ? 2 : 3;
	return 0;
}

static struct word read_word(struct of_str text, size_t *at)
{
	uint64_t hash = 0xcbf29ce484222325U;
	size_t from = *at;
	bool digits = false;
	bool others = false;

	for (; *at < text.len && gap_length(text, *at) == 0; (*at)++) {
		char c = of_byte_lower(text.ptr[*at]);

		digits |= of_byte_is_digit(c);
		others |= !of_byte_is_hex(c);
		hash = (hash ^ (unsigned char)c) * 0x100000001b3U;
	}
	return (struct word){hash, *at - from, digits || !others};
}

static void read_words(struct words *words, struct of_str text)
{
	size_t at = 0;

	while (at < text.len && words->count < words->max) {
		size_t gap = gap_length(text, at);

		if (gap > 0)
			at += gap;
		else
			words->list[words->count++] = read_word(text, &at);
	}
}

static unsigned hex_value(char c)
{
	return of_byte_is_digit(c) ? (unsigned)(c - '0')
				   : (unsigned)(of_byte_lower(c) - 'a' + 10);
}

/* A URL's part as a page would show it: percent-encoding undone, cut at size. */
static struct of_str decode(char *out, size_t size, struct of_str part)
{
	size_t len = 0;

	for (size_t i = 0; i < part.len && len < size; i++) {
		char c = part.ptr[i];

		if (c == '%' && part.len - i > 2 && of_byte_is_hex(part.ptr[i + 1]) &&
			of_byte_is_hex(part.ptr[i + 2])) {
			c = (char)(hex_value(part.ptr[i + 1]) * 16 +
				   hex_value(part.ptr[i + 2]));
			i += 2;
		}
		out[len++] = c;
	}
	return (struct of_str){out, len};
}

static bool stands_at(const struct words *words, size_t at, const struct words *sequence)
{
	if (sequence->count == 0 || sequence->count > words->count - at)
		return false;
	for (size_t i = 0; i < sequence->count; i++)
		if (words->list[at + i].hash != sequence->list[i].hash)
			return false;
	return true;
}

static uint64_t mix(
	const struct words *words, const struct words *path, const struct words *last)
{
	uint64_t print = 0;
	size_t mixed = 0;
	size_t at = 0;

	while (at < words->count && mixed < MIXED_MAX) {
		if (stands_at(words, at, path)) {
			at += path->count;
		} else if (stands_at(words, at, last)) {
			at += last->count;
		} else if (words->list[at].varies) {
			at++;
		} else {
			print = (print + words->list[at].hash) * 0x9E3779B97F4A7C15U;
			print ^= print >> 29;
			mixed += words->list[at].len;
			at++;
		}
	}
	return print;
}

uint64_t of_signs_print(const struct of_page *page, struct of_str url)
{
	struct word all[WORDS_MAX], path_words[URL_WORDS_MAX], last_words[URL_WORDS_MAX];
	struct words words = {all, 0, WORDS_MAX};
	struct words path = {path_words, 0, URL_WORDS_MAX};
	struct words last = {last_words, 0, URL_WORDS_MAX};
	struct of_url parts = of_url_split(url);
	struct of_str segment = of_str_trim_byte(parts.path, '/');
	char decoded[1024];

	if (page == NULL || page->text.len == 0)
		return 0;
	segment = of_str_from_offset(segment, of_str_find_last_byte(segment, '/') + 1);
	read_words(&path, decode(decoded, sizeof(decoded), parts.path));
	read_words(&path, decode(decoded, sizeof(decoded), parts.query));
	read_words(&last, decode(decoded, sizeof(decoded), segment));
	read_words(&words, page->title);
	read_words(&words, page->text);
	return mix(&words, &path, &last);
}
