#include "item/html_values.h"

#include "base/escape.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include "base/word.h"

/* Line ends come out as LF: a CR is one, unless an LF follows it. */
static void add_lines(struct of_buf *out, struct of_str text, of_escapes escapes)
{
	size_t cr;

	while ((cr = of_str_find_byte(text, '\r')) != OF_NPOS) {
		of_escape_add(out, of_str_slice(text, 0, cr), escapes);
		text = of_str_from_offset(text, cr + 1);
		if (text.len == 0 || text.ptr[0] != '\n')
			of_buf_add_byte(out, '\n');
	}
	of_escape_add(out, text, escapes);
}

/*
 * What U+0080 to U+009F, which are no characters anybody means, stand for in
 * the HTML standard: the same numbers of windows-1252. 0 for nothing.
 */
static const uint16_t windows_1252[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C,
	0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
	0x0178};

/* The offset of the first of them (C2 80 to C2 9F in UTF-8), or OF_NPOS. */
static size_t find_c1(struct of_str text)
{
	size_t at = 0;

	for (;;) {
		size_t lead = of_str_find_byte(of_str_from_offset(text, at), '\xC2');

		if (lead == OF_NPOS || at + lead + 1 >= text.len)
			return OF_NPOS;
		at += lead;
		if ((unsigned char)text.ptr[at + 1] < 0xA0)
			return at;
		at++;
	}
}

static bool holds(struct of_str text, char byte)
{
	return text.len > 0 && memchr(text.ptr, byte, text.len) != NULL;
}

/* Text as it is meant; nearly all of it has neither a CR nor such a character. */
static void add_escaped(struct of_buf *out, struct of_str text, of_escapes escapes)
{
	size_t at;

	if (!holds(text, '\r') && !holds(text, '\xC2')) {
		of_escape_add(out, text, escapes);
		return;
	}
	while ((at = find_c1(text)) != OF_NPOS) {
		uint16_t meant = windows_1252[(unsigned char)text.ptr[at + 1] - 0x80];

		add_lines(out, of_str_slice(text, 0, at), escapes);
		if (meant != 0)
			of_unicode_append(out, meant);
		text = of_str_from_offset(text, at + 2);
	}
	add_lines(out, text, escapes);
}

void of_html_text_add(struct of_buf *out, struct of_str text)
{
	add_escaped(out, text, of_escapes_html_text);
}

/* A scheme and what must follow it. */
struct scheme {
	struct of_str prefix;
	bool loaded; /* may be fetched by the reader on its own */
};

static const struct scheme schemes[] = {
	{STR_INIT("https:"), true},
	{STR_INIT("http:"), true},
	{STR_INIT("mailto:"), false},
	{STR_INIT("tel:"), false},
};

/* Characters that need an escape in a URL: the space, controls, DEL and these. */
static bool needs_escape(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' ||
	       c == '`';
}

/* True when no byte does. Now and then false without one, beside bytes beyond ASCII. */
static bool is_plain(uint64_t word)
{
	return !of_word_has_below(word, ' ' + 1) && !of_word_has(word, '<', '<' ^ '>') &&
	       !of_word_has(word, '"', 0) && !of_word_has(word, '`', 0) &&
	       !of_word_has(word, 0x7f, 0);
}

/* A URL that may be written: its scheme is in the table, and nothing in it needs an escape. */
static bool is_allowed(struct of_str url, bool loaded)
{
	size_t plain = 0;

	while (url.len - plain >= OF_WORD_SIZE && is_plain(of_word_load(url.ptr + plain)))
		plain += OF_WORD_SIZE;
	for (size_t i = plain; i < url.len; i++)
		if (needs_escape(url.ptr[i]))
			return false;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (!of_str_starts_nocase(url, schemes[i].prefix))
			continue;
		if (schemes[i].loaded)
			return of_url_is_http(url);
		return !loaded && url.len > schemes[i].prefix.len;
	}
	return false;
}

/* Without tabs and line ends, which browsers drop from a URL; borrowed from urls. */
static struct of_str unwrap(struct of_html_urls *urls, struct of_str reference)
{
	size_t i = 0;

	while (i < reference.len &&
		(reference.ptr[i] >= ' ' || !of_byte_is_space(reference.ptr[i])))
		i++;
	if (i == reference.len)
		return reference;
	of_buf_clear(&urls->reference);
	for (i = 0; i < reference.len; i++)
		if (!of_byte_is_space(reference.ptr[i]) || reference.ptr[i] == ' ')
			of_buf_add_byte(&urls->reference, reference.ptr[i]);
	return of_buf_str(&urls->reference);
}

/* It would be one to fetch, were it one: the audit tells of it. */
static void note_refused(struct of_html_urls *urls, struct of_str url)
{
	if (urls->refused == NULL || !of_url_claims_http(url))
		return;
	of_buf_add_str(urls->refused, url);
	of_buf_add_byte(urls->refused, '\n');
}

/*
 * The scheme is looked at after resolving, on the very text that is written.
 * Memory that ran out is out's failure, not a URL that is refused.
 */
static bool add_url(
	struct of_buf *out, struct of_html_urls *urls, struct of_str reference, bool loaded)
{
	struct of_buf *resolved = &urls->resolved;

	reference = unwrap(urls, reference);
	of_buf_clear(resolved);
	of_url_resolve(resolved, urls->base, reference);
	if (out->status == OF_OK && urls->reference.status != OF_OK)
		out->status = urls->reference.status;
	if (out->status == OF_OK)
		out->status = resolved->status;
	if (out->status != OF_OK)
		return false;
	if (!is_allowed(of_buf_str(resolved), loaded)) {
		note_refused(urls, of_str_trim(reference));
		return false;
	}
	add_escaped(out, of_buf_str(resolved), of_escapes_html_attribute);
	return true;
}

static const struct of_str image_prefixes[] = {
	STR_INIT("data:image/png;base64,"),
	STR_INIT("data:image/jpeg;base64,"),
	STR_INIT("data:image/gif;base64,"),
	STR_INIT("data:image/webp;base64,"),
};

/* The offset of the base64 text of a small image, or 0. */
static size_t image_data_offset(struct of_str url)
{
	if (url.len > OF_HTML_DATA_URL_MAX)
		return 0;
	for (size_t i = 0; i < sizeof(image_prefixes) / sizeof(*image_prefixes); i++)
		if (of_str_starts_nocase(url, image_prefixes[i]))
			return image_prefixes[i].len;
	return 0;
}

static bool is_base64(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!of_byte_is_alpha(c) && !of_byte_is_digit(c) && c != '+' && c != '/' &&
			c != '=')
			return false;
	}
	return text.len > 0;
}

static bool add_image_url(
	struct of_buf *out, struct of_html_urls *urls, struct of_str reference)
{
	struct of_str url = of_str_trim(reference);
	size_t data = image_data_offset(url);

	if (data == 0)
		return add_url(out, urls, reference, true);
	if (!is_base64(of_str_from_offset(url, data)))
		return false;
	of_buf_add_str(out, url);
	return true;
}

/* "2x", "1.5x", "640w"; or nothing. */
static bool is_descriptor(struct of_str text)
{
	char unit = text.len > 1 ? text.ptr[text.len - 1] : '\0';

	for (size_t i = 0; i + 1 < text.len; i++)
		if (!of_byte_is_digit(text.ptr[i]) && (text.ptr[i] != '.' || unit != 'x'))
			return false;
	return text.len == 0 || unit == 'x' || unit == 'w' || unit == 'h';
}

/* The next image candidate's URL and descriptor; *at moves past it. False at the end. */
static bool next_candidate(
	struct of_str set, size_t *at, struct of_str *url, struct of_str *descriptor)
{
	size_t i = *at;
	size_t from;

	while (i < set.len && (of_byte_is_space(set.ptr[i]) || set.ptr[i] == ','))
		i++;
	from = i;
	while (i < set.len && !of_byte_is_space(set.ptr[i]))
		i++;
	*url = of_str_slice(set, from, i);
	*descriptor = (struct of_str){0};
	if (url->len > 0 && url->ptr[url->len - 1] == ',') {
		*url = of_str_trim_byte(*url, ',');
	} else {
		from = i;
		while (i < set.len && set.ptr[i] != ',')
			i++;
		*descriptor = of_str_trim(of_str_slice(set, from, i));
	}
	*at = i;
	return url->len > 0;
}

/* The candidates that are not to be had are left out. */
static bool add_srcset(struct of_buf *out, struct of_html_urls *urls, struct of_str set)
{
	size_t start = out->len;
	struct of_str url, descriptor;

	for (size_t at = 0; next_candidate(set, &at, &url, &descriptor);) {
		size_t before = out->len;

		if (!is_descriptor(descriptor))
			continue;
		if (before > start)
			of_buf_add(out, ", ", 2);
		if (!add_url(out, urls, url, true)) {
			of_buf_truncate(out, before);
		} else if (descriptor.len > 0) {
			of_buf_add_byte(out, ' ');
			of_buf_add_str(out, descriptor);
		}
	}
	return out->len > start;
}

static bool is_number(struct of_str text, char prefix, char suffix)
{
	if (text.len > 0 && text.ptr[0] == prefix)
		text = of_str_from_offset(text, 1);
	if (text.len > 0 && text.ptr[text.len - 1] == suffix)
		text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (!of_byte_is_digit(text.ptr[i]))
			return false;
	return text.len > 0 && text.len <= 6;
}

static bool is_token(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!of_byte_is_alpha(text.ptr[i]) && !of_byte_is_digit(text.ptr[i]) &&
			text.ptr[i] != '-')
			return false;
	return text.len > 0 && text.len <= 35;
}

static bool is_word_of(struct of_str words, struct of_str text)
{
	while (words.ptr != NULL)
		if (of_str_equal_nocase(of_str_split(&words, ' '), text))
			return true;
	return false;
}

static bool add_if(struct of_buf *out, bool wanted, struct of_str value)
{
	if (wanted)
		of_buf_add_str(out, value);
	return wanted;
}

static bool add_value(struct of_buf *out, struct of_html_urls *urls,
	const struct of_html_attribute *attribute, struct of_str value)
{
	switch (attribute->kind) {
	case OF_HTML_TEXT:
		add_escaped(out, value, of_escapes_html_attribute);
		return true;
	case OF_HTML_URL:
		return add_url(out, urls, value, false);
	case OF_HTML_MEDIA_URL:
		return add_url(out, urls, value, true);
	case OF_HTML_IMAGE_URL:
		return add_image_url(out, urls, value);
	case OF_HTML_SRCSET:
		return add_srcset(out, urls, value);
	case OF_HTML_NUMBER:
		return add_if(out, is_number(value, '\0', '%'), value);
	case OF_HTML_SIGNED:
		return add_if(out, is_number(value, '-', '\0'), value);
	case OF_HTML_TOKEN:
		return add_if(out, is_token(value), value);
	case OF_HTML_WORD:
		return add_if(out, is_word_of(attribute->words, value), value);
	case OF_HTML_SWITCH:
		return true;
	}
	return false;
}

bool of_html_attribute_add(struct of_buf *out, struct of_html_urls *urls,
	const struct of_html_attribute *attribute, struct of_str value)
{
	size_t start = out->len;

	of_buf_add_byte(out, ' ');
	of_buf_add_str(out, attribute->name);
	of_buf_add(out, "=\"", 2);
	if (attribute->kind != OF_HTML_TEXT)
		value = of_str_trim(value);
	if (!add_value(out, urls, attribute, value)) {
		of_buf_truncate(out, start);
		return false;
	}
	of_buf_add_byte(out, '"');
	return true;
}
