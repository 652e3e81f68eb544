#include "web/document.h"

#include "base/image.h"
#include "base/str.h"
#include "base/time.h"
#include "web/charset.h"
#include "web/html_page.h"

#define SNIFF 1024 /* bytes that are looked at for what they are */

enum kind { HTML, TEXT, OTHER };

/* By the media type; what is not here and not text/... is read by nobody. */
static const struct {
	struct of_str type;
	enum kind kind;
} types[] = {
	{STR_INIT("text/html"), HTML},
	{STR_INIT("application/xhtml+xml"), HTML},
	{STR_INIT("text/xml"), OTHER},
	{STR_INIT("text/css"), OTHER},
	{STR_INIT("text/javascript"), OTHER},
};

/* With any of these a page of no known type begins (MIME Sniffing Standard, section 7.1). */
static const struct of_str beginnings[] = {STR_INIT("<!doctype html"), STR_INIT("<html"),
	STR_INIT("<head"), STR_INIT("<body"), STR_INIT("<title"), STR_INIT("<meta"),
	STR_INIT("<script"), STR_INIT("<style"), STR_INIT("<link"), STR_INIT("<h1"),
	STR_INIT("<div"), STR_INIT("<table"), STR_INIT("<!--")};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct of_str media_type(struct of_str type)
{
	return of_str_trim(of_str_slice(type, 0, of_str_find_byte(type, ';')));
}

static bool begins_as_html(struct of_str body)
{
	body = of_str_trim(of_str_slice(body, 0, SNIFF));
	if (of_str_starts(body, STR("<?xml")))
		return of_str_find(body, STR("<html")) != OF_NPOS;
	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (of_str_starts_nocase(body, beginnings[i]))
			return true;
	return false;
}

/* No bytes that only a file of another kind has (MIME Sniffing Standard, section 3). */
static bool begins_as_text(struct of_str body)
{
	body = of_str_slice(body, 0, SNIFF);
	for (size_t i = 0; i < body.len; i++) {
		unsigned char c = (unsigned char)body.ptr[i];

		if (c < ' ' && !of_byte_is_space((char)c) && c != '\v' && c != 0x1B)
			return false;
	}
	return true;
}

static enum kind kind_of(struct of_str media, struct of_str body, bool wide)
{
	struct of_str top = of_str_slice(media, 0, of_str_find_byte(media, '/'));

	if (media.len == 0 || of_str_equal_nocase(media, STR("application/octet-stream")) ||
		of_str_equal_nocase(media, STR("unknown/unknown")) ||
		of_str_equal_nocase(media, STR("application/xml"))) {
		if (begins_as_html(body))
			return HTML;
		return media.len == 0 && (wide || begins_as_text(body)) ? TEXT : OTHER;
	}
	for (size_t i = 0; i < COUNT(types); i++)
		if (of_str_equal_nocase(media, types[i].type))
			return types[i].kind == OTHER && begins_as_html(body) ? HTML
									      : types[i].kind;
	return of_str_equal_nocase(top, STR("text")) && (wide || begins_as_text(body)) ? TEXT
										       : OTHER;
}

static struct of_str lower_type(struct of_arena *arena, struct of_str media, enum kind kind)
{
	static const struct of_str defaults[] = {
		[HTML] = STR_INIT("text/html"), [TEXT] = STR_INIT("text/plain")};
	char lower[128];

	if (media.len == 0 || media.len > sizeof(lower))
		return kind == OTHER ? (struct of_str){NULL, 0} : defaults[kind];
	for (size_t i = 0; i < media.len; i++)
		lower[i] = of_byte_lower(media.ptr[i]);
	return of_markup_value(arena, (struct of_str){lower, media.len}, sizeof(lower), true);
}

/* UTF-16 has a NUL in each character of a tag: bytes without any are not in it, whoever says.
 */
static const struct of_charset *charset_of_header(struct of_str type, struct of_str body)
{
	const struct of_charset *charset = of_charset_find(of_charset_parameter(type));

	if (charset != NULL && of_charset_is_wide(charset) &&
		of_str_find_byte(of_str_slice(body, 0, SNIFF), '\0') == OF_NPOS)
		return NULL;
	return charset;
}

/* A label that is none is passed over. */
static const struct of_charset *charset_of_meta(struct of_str body)
{
	const struct of_charset *charset = of_charset_find(of_markup_charset(body));

	return charset != NULL && of_charset_is_wide(charset) ? NULL : charset;
}

/* The charset in the order of AUDIT section 4: byte order mark, header, meta. */
static void read_text(
	struct of_arena *arena, struct of_page *page, const struct of_document *document)
{
	struct of_str media = media_type(document->type);
	struct of_str body = document->body;
	const struct of_charset *charset;
	struct of_buf clean = {0};
	struct of_str text;
	enum kind kind;
	size_t mark;

	charset = of_charset_of_mark(body, &mark);
	body = of_str_from_offset(body, mark);
	if (charset == NULL)
		charset = charset_of_header(document->type, body);
	kind = kind_of(media, body, charset != NULL && of_charset_is_wide(charset));
	page->type = lower_type(arena, media, kind);
	if (kind == OTHER || body.len == 0)
		return;
	if (charset == NULL && kind == HTML)
		charset = charset_of_meta(body);
	charset = of_charset_decode(&clean, &text, body, charset);
	page->charset = of_charset_name(charset);
	if (kind == HTML)
		of_markup_read_page(arena, page, text, document->url);
	else
		page->text = of_markup_value(arena, text, OF_PAGE_TEXT, true);
	if (clean.status != OF_OK)
		of_arena_keep(arena, &clean); /* so that the arena knows */
	of_buf_finish(&clean);
}

const struct of_page *of_document_read(
	struct of_arena *arena, const struct of_document *document)
{
	struct of_page *page = of_arena_take(arena, 1, sizeof(*page));
	struct of_image_header image;

	if (page == NULL)
		return NULL;
	page->published = OF_TIME_NONE;
	page->truncated = document->truncated;
	if (of_image_header_read(&image, document->body)) {
		page->type = of_str_from(image.type);
		page->width = image.width;
		page->height = image.height;
		page->length = document->length;
	} else {
		read_text(arena, page, document);
	}
	return of_arena_status(arena, NULL) == OF_OK ? page : NULL;
}
