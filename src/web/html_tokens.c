#include "web/html_tokens.h"

#include "base/str.h"

#define NAME_MAX_KNOWN 10 /* bytes of the longest name in the table */

enum {
	RAW = 1,   /* its content is text up to its end tag */
	LEAVES = 2 /* its start ends an open <svg> (HTML standard, 13.2.6.5) */
};

struct row {
	struct of_str name;
	enum of_markup_element element;
	unsigned flags;
};

#define INLINE(name)                                \
	{                                           \
		STR_INIT(name), OF_MARKUP_INLINE, 0 \
	}
#define LEAVING(name)                                   \
	{                                               \
		STR_INIT(name), OF_MARKUP_BLOCK, LEAVES \
	}
#define HIDDEN(name)                                  \
	{                                             \
		STR_INIT(name), OF_MARKUP_HIDDEN, RAW \
	}

/* In the order of their bytes. */
static const struct row rows[] = {
	INLINE("a"),
	INLINE("abbr"),
	INLINE("b"),
	{STR_INIT("base"), OF_MARKUP_BASE, 0},
	INLINE("bdi"),
	INLINE("bdo"),
	LEAVING("body"),
	INLINE("cite"),
	INLINE("code"),
	INLINE("del"),
	INLINE("dfn"),
	LEAVING("div"),
	INLINE("em"),
	INLINE("font"),
	{STR_INIT("h1"), OF_MARKUP_H1, LEAVES},
	LEAVING("h2"),
	LEAVING("h3"),
	{STR_INIT("html"), OF_MARKUP_HTML, 0},
	INLINE("i"),
	HIDDEN("iframe"),
	{STR_INIT("input"), OF_MARKUP_INPUT, 0},
	INLINE("ins"),
	INLINE("kbd"),
	LEAVING("li"),
	{STR_INIT("link"), OF_MARKUP_LINK, 0},
	INLINE("mark"),
	{STR_INIT("meta"), OF_MARKUP_META, 0},
	HIDDEN("noembed"),
	HIDDEN("noframes"),
	HIDDEN("noscript"),
	LEAVING("p"),
	INLINE("q"),
	INLINE("s"),
	INLINE("samp"),
	{STR_INIT("script"), OF_MARKUP_SCRIPT, RAW},
	INLINE("small"),
	INLINE("span"),
	INLINE("strong"),
	HIDDEN("style"),
	INLINE("sub"),
	INLINE("sup"),
	{STR_INIT("svg"), OF_MARKUP_SVG, 0},
	LEAVING("table"),
	{STR_INIT("template"), OF_MARKUP_TEMPLATE, 0},
	{STR_INIT("textarea"), OF_MARKUP_TEXTAREA, RAW},
	INLINE("time"),
	{STR_INIT("title"), OF_MARKUP_TITLE, RAW},
	INLINE("tt"),
	INLINE("u"),
	LEAVING("ul"),
	INLINE("var"),
	INLINE("wbr"),
	HIDDEN("xmp"),
};

static const struct row other = {STR_INIT(""), OF_MARKUP_BLOCK, 0};

static const struct row *find_row(struct of_str name)
{
	char lower[NAME_MAX_KNOWN];
	size_t low = 0;
	size_t high = sizeof(rows) / sizeof(*rows);

	if (name.len > sizeof(lower))
		return &other;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = of_byte_lower(name.ptr[i]);
	name.ptr = lower;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = of_str_compare(name, rows[middle].name);

		if (order == 0)
			return &rows[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return &other;
}

static bool ends_name(char c)
{
	return of_byte_is_space(c) || c == '/' || c == '>';
}

static size_t skip_spaces(struct of_str html, size_t at)
{
	while (at < html.len && of_byte_is_space(html.ptr[at]))
		at++;
	return at;
}

/* Past the value that begins at `at`, which is in *value; html.len where a quote is open. */
static size_t take_value(struct of_str html, size_t at, struct of_str *value)
{
	char quote = at < html.len ? html.ptr[at] : '\0';
	size_t from = at;

	if (quote == '"' || quote == '\'') {
		struct of_str rest = of_str_from_offset(html, at + 1);

		*value = of_str_slice(rest, 0, of_str_find_byte(rest, quote));
		return value->len == rest.len ? html.len : at + value->len + 2;
	}
	while (at < html.len && !of_byte_is_space(html.ptr[at]) && html.ptr[at] != '>')
		at++;
	*value = of_str_slice(html, from, at);
	return at;
}

/* Takes the attribute at *at, if there is one before the '>' or the end, where *at then is. */
static bool take_attribute(
	struct of_str html, size_t *at, struct of_str *name, struct of_str *value)
{
	size_t i = *at;
	size_t from, after;

	while (i < html.len && (of_byte_is_space(html.ptr[i]) || html.ptr[i] == '/'))
		i++;
	*at = from = i;
	if (i >= html.len || html.ptr[i] == '>')
		return false;
	for (i++; i < html.len && !ends_name(html.ptr[i]) && html.ptr[i] != '='; i++)
		;
	*name = of_str_slice(html, from, i);
	*value = of_str_slice(html, i, i);
	after = skip_spaces(html, i);
	if (after < html.len && html.ptr[after] == '=')
		i = take_value(html, skip_spaces(html, after + 1), value);
	*at = i;
	return true;
}

struct of_str of_markup_attribute(struct of_str attributes, struct of_str name)
{
	struct of_str found, value;
	size_t at = 0;

	while (take_attribute(attributes, &at, &found, &value))
		if (of_str_equal_nocase(found, name))
			return value;
	return (struct of_str){NULL, 0};
}

/* The content of a raw element from reader->at on; the reader goes past its end tag. */
static struct of_str take_raw(struct of_markup_reader *reader, struct of_str name)
{
	struct of_str html = reader->html;
	size_t from = reader->at;
	size_t at = from;

	while (at < html.len) {
		size_t found = of_str_find(of_str_from_offset(html, at), STR("</"));
		struct of_str tag;

		if (found == OF_NPOS)
			break;
		at += found;
		tag = of_str_from_offset(html, at + 2);
		if (of_str_starts_nocase(tag, name) && tag.len > name.len &&
			ends_name(tag.ptr[name.len])) {
			size_t end = of_str_find_byte(tag, '>');

			reader->at = end == OF_NPOS ? html.len : at + 2 + end + 1;
			return of_str_slice(html, from, at);
		}
		at += 2;
	}
	reader->at = html.len;
	return of_str_from_offset(html, from);
}

static void follow_svg(struct of_markup_reader *reader, const struct of_markup_token *token,
	const struct row *row, bool closed)
{
	if (row->element == OF_MARKUP_SVG && token->kind == OF_MARKUP_END) {
		if (reader->svg > 0)
			reader->svg--;
	} else if (row->element == OF_MARKUP_SVG) {
		reader->svg += !closed;
	} else if ((row->flags & LEAVES) != 0) {
		reader->svg = 0;
	}
}

/* A tag whose name begins at `from`. False at the end of the page, where it is dropped. */
static bool take_tag(
	struct of_markup_reader *reader, struct of_markup_token *token, size_t from)
{
	struct of_str html = reader->html;
	struct of_str name, attribute, value;
	const struct row *row;
	size_t at = from;
	bool closed;

	while (at < html.len && !ends_name(html.ptr[at]))
		at++;
	name = of_str_slice(html, from, at);
	from = at;
	while (take_attribute(html, &at, &attribute, &value))
		;
	reader->at = at + 1;
	if (at >= html.len) {
		reader->at = html.len;
		return false;
	}
	closed = html.ptr[at - 1] == '/';
	row = find_row(name);
	token->element = row->element;
	token->attributes = of_str_slice(html, from, at);
	token->text = (struct of_str){NULL, 0};
	follow_svg(reader, token, row, closed);
	if (token->kind == OF_MARKUP_START && (row->flags & RAW) != 0 &&
		!(reader->svg > 0 && closed))
		token->text = take_raw(reader, name);
	return true;
}

/* Past a comment, a declaration or a processing instruction, whose '<' is at `at`. */
static size_t skip_declaration(struct of_str html, size_t at)
{
	struct of_str rest = of_str_from_offset(html, at + 2);
	struct of_str body;
	size_t end;

	if (html.ptr[at + 1] != '!' || !of_str_starts(rest, STR("--"))) {
		end = of_str_find_byte(rest, '>');
		return end == OF_NPOS ? html.len : at + 2 + end + 1;
	}
	body = of_str_from_offset(rest, 2);
	if (of_str_starts(body, STR(">")))
		return at + 5;
	if (of_str_starts(body, STR("->")))
		return at + 6;
	for (size_t i = 0; i < body.len; i += end + 2) {
		struct of_str tail = of_str_from_offset(body, i);

		end = of_str_find(tail, STR("--"));
		if (end == OF_NPOS)
			break;
		tail = of_str_from_offset(tail, end + 2);
		while (of_str_starts(tail, STR("-")))
			tail = of_str_from_offset(tail, 1);
		if (of_str_starts(tail, STR(">")) || of_str_starts(tail, STR("!>")))
			return (size_t)(tail.ptr - html.ptr) + (tail.ptr[0] == '!' ? 2 : 1);
		end = (size_t)(tail.ptr - body.ptr) - i - 2;
	}
	return html.len;
}

/* Whether the '<' at `at` begins a tag, or what is passed over as one. */
static bool begins_markup(struct of_str html, size_t at)
{
	char next = at + 1 < html.len ? html.ptr[at + 1] : '\0';

	return of_byte_is_alpha(next) || next == '!' || next == '?' ||
	       (next == '/' && at + 2 < html.len);
}

/* The text from `from` on, up to markup. */
static struct of_str take_text(struct of_str html, size_t from)
{
	size_t at = from;

	while (at < html.len) {
		size_t found = of_str_find_byte(of_str_from_offset(html, at), '<');

		if (found == OF_NPOS)
			return of_str_from_offset(html, from);
		at += found;
		if (begins_markup(html, at))
			break;
		at++;
	}
	return of_str_slice(html, from, at);
}

bool of_markup_next(struct of_markup_reader *reader, struct of_markup_token *token)
{
	struct of_str html = reader->html;

	while (reader->at < html.len) {
		size_t at = reader->at;
		char next;

		if (html.ptr[at] != '<' || !begins_markup(html, at)) {
			token->kind = OF_MARKUP_TEXT;
			token->text = take_text(html, at);
			reader->at += token->text.len;
			return true;
		}
		next = html.ptr[at + 1];
		token->kind = next == '/' ? OF_MARKUP_END : OF_MARKUP_START;
		if (of_byte_is_alpha(next))
			return take_tag(reader, token, at + 1);
		if (next == '/' && of_byte_is_alpha(html.ptr[at + 2]))
			return take_tag(reader, token, at + 2);
		reader->at = skip_declaration(html, at);
	}
	return false;
}
