#include "render/view.h"

#include "base/escape.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"
#include "render/common.h"

static bool is_between(char c, unsigned char first, unsigned char last)
{
	return (unsigned char)c >= first && (unsigned char)c <= last;
}

/*
 * The bytes of the character at an offset when HTML forbids it and XML does not,
 * else 0: the controls from U+007F to U+009F, U+FDD0 to U+FDEF, and the last two
 * of each plane beyond the first (HTML, 13.2.3.5).
 */
static size_t forbidden_length(struct of_str text, size_t at)
{
	const char *c = text.ptr + at;
	size_t left = text.len - at;

	if (c[0] == '\x7F')
		return 1;
	if (c[0] == '\xC2' && left > 1 && is_between(c[1], 0x80, 0x9F))
		return 2;
	if (c[0] == '\xEF' && left > 2 && c[1] == '\xB7' && is_between(c[2], 0x90, 0xAF))
		return 3;
	if (is_between(c[0], 0xF0, 0xF4) && left > 3 && is_between(c[1], 0x80, 0xBF) &&
		((unsigned char)c[1] & 0x0F) == 0x0F && c[2] == '\xBF' &&
		is_between(c[3], 0xBE, 0xBF))
		return 4;
	return 0;
}

static void add_clean(struct of_buf *out, struct of_str text)
{
	size_t from = 0;

	for (size_t at = 0; at < text.len;) {
		size_t forbidden = forbidden_length(text, at);

		if (forbidden > 0) {
			of_escape_add_clean(
				out, of_str_slice(text, from, at), of_escapes_html_attribute);
			from = at + forbidden;
		}
		at += forbidden > 0 ? forbidden : 1;
	}
	of_escape_add_clean(out, of_str_from_offset(text, from), of_escapes_html_attribute);
}

void of_view_text(struct of_view *view, struct of_str text, size_t characters)
{
	struct of_buf cut = {0};

	if (text.len <= characters) {
		add_clean(view->out, text);
		return;
	}
	of_unicode_cut(&cut, text, characters);
	add_clean(view->out, of_buf_str(&cut));
	if (cut.status != OF_OK && view->out->status == OF_OK)
		view->out->status = cut.status;
	of_buf_finish(&cut);
}

void of_view_name(struct of_view *view, struct of_str text, size_t characters)
{
	of_buf_add_text(view->out, "<bdi>");
	of_view_text(view, text, characters);
	of_buf_add_text(view->out, "</bdi>");
}

bool of_view_href(struct of_view *view, struct of_str url)
{
	if (!of_url_is_http(url) && !of_str_starts_nocase(url, STR("mailto:")))
		return false;
	of_buf_add_text(view->out, " href=\"");
	add_clean(view->out, url);
	of_buf_add_byte(view->out, '"');
	return true;
}

void of_view_path(struct of_view *view, struct of_str path)
{
	struct of_buf *scratch = &view->scratch;

	of_buf_truncate(scratch, 0);
	while (path.len > 0) {
		of_url_add_segment(scratch, of_str_split(&path, '/'));
		of_buf_add_byte(scratch, '/');
	}
	add_clean(view->out, of_buf_str(scratch));
}

void of_view_date(struct of_view *view, int64_t seconds)
{
	if (seconds == OF_TIME_NONE)
		return;
	of_buf_add_text(view->out, "<time datetime=\"");
	of_time_add_rfc3339(view->out, seconds);
	of_buf_add_text(view->out, "\">");
	of_time_add_date(view->out, seconds);
	of_buf_add_text(view->out, "</time>");
}

/* NOLINTNEXTLINE(misc-no-recursion): a level for three digits */
static void add_grouped(struct of_buf *out, size_t count)
{
	if (count >= 1000) {
		add_grouped(out, count / 1000);
		of_buf_add_format(out, ",%03u", (unsigned)(count % 1000));
	} else {
		of_buf_add_uint(out, count);
	}
}

void of_view_number(struct of_view *view, size_t number)
{
	add_grouped(view->out, number);
}

void of_view_count(struct of_view *view, size_t count, const char *one, const char *many)
{
	of_view_number(view, count);
	of_buf_add_byte(view->out, ' ');
	of_buf_add_text(view->out, count == 1 ? one : many);
}

static bool is_english(struct of_str language)
{
	return language.len == 0 || of_str_equal_nocase(language, STR("en")) ||
	       of_str_starts_nocase(language, STR("en-"));
}

/* Written from right to left, unless another script is named (BCP 47, section 2.2.3). */
static bool is_leftward(struct of_str language)
{
	static const char *const those[] = {"ar", "ckb", "dv", "fa", "he", "ku-arab", "pa-arab",
		"ps", "sd", "ug", "ur", "yi"};

	if (of_str_find(language, STR("-Latn")) != OF_NPOS)
		return false;
	for (size_t i = 0; i < sizeof(those) / sizeof(*those); i++) {
		struct of_str one = of_str_from(those[i]);

		if (of_str_starts_nocase(language, one) &&
			(language.len == one.len || language.ptr[one.len] == '-'))
			return true;
	}
	return false;
}

void of_view_english(struct of_view *view)
{
	if (is_leftward(view->site->language))
		of_buf_add_text(view->out, " dir=\"ltr\"");
	if (!is_english(view->site->language))
		of_buf_add_text(view->out, " lang=\"en\"");
}

const struct of_renderer *of_view_format(const struct of_site *site, size_t index)
{
	const struct of_renderer *format;

	for (size_t i = 0; (format = of_renderer_at(i)) != NULL; i++)
		for (size_t j = 0; j < site->n_formats; j++)
			if (site->formats[j] == format && index-- == 0)
				return format;
	return NULL;
}

void of_view_add_grouping(struct of_buf *out, struct of_str by)
{
	size_t dot = of_str_find_last_byte(by, '.');
	struct of_str word = dot == OF_NPOS ? by : of_str_from_offset(by, dot + 1);

	if (by.len == 0)
		of_buf_add_text(out, "All together");
	for (size_t i = 0; i < word.len; i++) {
		char letter = word.ptr[i];

		if (letter == '_' || letter == '-')
			letter = ' ';
		else if (i == 0 && letter >= 'a' && letter <= 'z')
			letter = (char)(letter - 'a' + 'A');
		of_buf_add_byte(out, letter);
	}
}

/*
 * The generator comes before anything of a stranger's: a page in the output is
 * known by it to be outfeed's own.
 */
static void add_policy(struct of_view *view)
{
	struct of_str language = view->site->language;

	of_buf_add_text(view->out, "<!DOCTYPE html>\n<html lang=\"");
	add_clean(view->out, language.len > 0 ? language : STR("en"));
	if (is_leftward(language))
		of_buf_add_text(view->out, "\" dir=\"rtl");
	of_buf_add_text(view->out,
		"\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"generator\" content=\"" OF_GENERATOR "\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"img-src 'self'; base-uri 'none'; form-action 'none'; style-src '");
	of_buf_add_text(view->out, of_view_style_hash);
	of_buf_add_text(view->out, "'; script-src '");
	of_buf_add_text(view->out, view->hash);
	of_buf_add_text(view->out,
		"'\">\n<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
}

static void add_icon(struct of_view *view)
{
	struct of_buf icon = {0};

	if (of_view_relative(&icon, view, view->site->icon)) {
		of_buf_add_text(view->out, "<link rel=\"icon\" href=\"");
		add_clean(view->out, of_buf_str(&icon));
		of_buf_add_text(view->out, "\">\n");
	}
	of_buf_finish(&icon);
}

void of_view_begin(struct of_view *view, struct of_str title, struct of_str description)
{
	add_policy(view);
	of_buf_add_text(view->out, "<title>");
	of_view_text(view, title, 200);
	of_buf_add_text(view->out, "</title>\n<meta name=\"description\" content=\"");
	of_view_text(view, description, 200);
	of_buf_add_text(view->out, "\">\n");
	if (of_url_is_http(view->home)) {
		of_buf_add_text(view->out, "<link rel=\"canonical\"");
		of_view_href(view, view->home);
		of_buf_add_text(view->out, ">\n");
	}
	add_icon(view);
}

void of_view_alternate(struct of_view *view, const struct of_renderer *format,
	struct of_str title, struct of_str folder)
{
	of_buf_add_format(
		view->out, "<link rel=\"alternate\" type=\"%s\" title=\"", format->media_type);
	of_view_text(view, title, 200);
	of_buf_add_format(view->out, " (%s)\" href=\"", format->label);
	of_view_path(view, folder);
	of_buf_add_text(view->out, format->file);
	of_buf_add_text(view->out, "\">\n");
}

void of_view_body(struct of_view *view, const char *target, const char *skip)
{
	of_buf_add_text(view->out, "<style>");
	of_buf_add_text(view->out, of_view_style);
	of_buf_add_text(view->out, "</style>\n</head>\n<body>\n<a class=\"skip\"");
	of_view_english(view);
	of_buf_add_format(view->out, " href=\"#%s\">%s</a>\n", target, skip);
}

enum of_status of_view_end(struct of_view *view, struct of_err *err)
{
	enum of_status status;

	of_buf_add_text(view->out, "<script>");
	of_buf_add_text(view->out, view->script);
	of_buf_add_text(view->out, "</script>\n</body>\n</html>\n");
	status = of_buf_status(&view->scratch, err);
	if (status == OF_OK)
		status = of_buf_status(&view->place, err);
	if (status == OF_OK)
		status = of_buf_status(view->out, err);
	of_buf_finish(&view->scratch);
	of_buf_finish(&view->place);
	return status;
}
