#include "web/html_page.h"

#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include "web/charset.h"
#include "web/html_fold.h"
#include "web/html_tokens.h"
#include "web/linked_data.h"

#define PRESCAN 4096  /* bytes in which a charset is looked for; the standard has 1024 */
#define REFRESH_MAX 5 /* seconds after which a refresh is no redirect */
#define ICON_TYPICAL 16

/* One page on its way. URLs stay as the page has them until its <base> is known for sure. */
struct maker {
	struct of_arena *arena;
	struct of_page *page;
	struct of_str url, base;
	struct of_buf text_out, heading_out;
	struct of_markup_fold text, heading;
	struct of_linked_data data;
	unsigned templates; /* that are open: what is in them is not of the page */
	bool in_heading;
	bool oembed_is_json;
	unsigned icon_rank;
};

/* What a <meta> with a name or a property fills: the first that says something. */
struct meta_row {
	struct of_str name;
	size_t field; /* its offset in struct of_page */
	bool is_url;
};

#define FIELD(name) offsetof(struct of_page, name)

static const struct meta_row metas[] = {
	{STR_INIT("description"), FIELD(description), false},
	{STR_INIT("og:title"), FIELD(og_title), false},
	{STR_INIT("og:description"), FIELD(og_description), false},
	{STR_INIT("og:image"), FIELD(og_image), true},
	{STR_INIT("og:image:url"), FIELD(og_image), true},
	{STR_INIT("og:image:secure_url"), FIELD(og_image), true},
	{STR_INIT("og:site_name"), FIELD(og_site_name), false},
	{STR_INIT("og:type"), FIELD(og_type), false},
	{STR_INIT("twitter:card"), FIELD(twitter_card), false},
	{STR_INIT("twitter:title"), FIELD(twitter_title), false},
	{STR_INIT("twitter:description"), FIELD(twitter_description), false},
	{STR_INIT("twitter:image"), FIELD(twitter_image), true},
	{STR_INIT("twitter:image:src"), FIELD(twitter_image), true},
};

/* The fields that hold URLs, feeds aside. */
static const size_t urls[] = {FIELD(canonical), FIELD(og_image), FIELD(twitter_image),
	FIELD(ld_image), FIELD(oembed), FIELD(favicon), FIELD(refresh)};

static const struct of_str feed_types[] = {STR_INIT("application/rss+xml"),
	STR_INIT("application/atom+xml"), STR_INIT("application/feed+json"),
	STR_INIT("application/rdf+xml")};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct of_str *field_at(struct of_page *page, size_t offset)
{
	return (struct of_str *)(void *)((char *)page + offset);
}

struct of_str of_markup_value(
	struct of_arena *arena, struct of_str value, size_t limit, bool plain)
{
	struct of_buf out = {0};
	struct of_markup_fold fold = {.out = &out, .limit = limit, .plain = plain};
	struct of_str kept;

	of_markup_fold_add(&fold, value);
	kept = of_arena_keep(arena, &out);
	of_buf_finish(&out);
	return kept;
}

static void set_text(struct maker *maker, struct of_str *field, struct of_str value)
{
	if (field->len == 0 && value.len > 0)
		*field = of_markup_value(maker->arena, value, OF_PAGE_VALUE, false);
}

static void set_url(struct of_str *field, struct of_str value)
{
	value = of_str_trim(value);
	if (field->len == 0)
		*field = value;
}

/* Absolute, http or https, the arena's; absent where it is not that or too long to be kept. */
static struct of_str resolve(struct maker *maker, struct of_str base, struct of_str value)
{
	struct of_buf plain = {0}, out = {0};
	struct of_markup_fold fold = {.out = &plain, .limit = OF_PAGE_VALUE, .attribute = true};
	struct of_str url = {NULL, 0};

	of_markup_fold_add(&fold, value);
	if (plain.len > 0 && !fold.full) {
		of_url_resolve(&out, base, of_buf_str(&plain));
		if (out.len <= OF_PAGE_VALUE && of_url_is_http(of_buf_str(&out)))
			url = of_arena_keep(maker->arena, &out);
	}
	if (plain.status != OF_OK || out.status != OF_OK) /* so that the arena knows */
		url = of_arena_keep(maker->arena, plain.status != OF_OK ? &plain : &out);
	of_buf_finish(&plain);
	of_buf_finish(&out);
	return url;
}

/* Whether a list between spaces has a word, in any case. */
static bool has_word(struct of_str list, struct of_str word)
{
	size_t at = 0;

	while (at < list.len) {
		size_t from = at;

		while (at < list.len && !of_byte_is_space(list.ptr[at]))
			at++;
		if (of_str_equal_nocase(of_str_slice(list, from, at), word))
			return true;
		at++;
	}
	return false;
}

/* "5; url='/there'", "0;/there" (HTML standard, 4.2.5.3); fractions count for nothing. */
static void read_refresh(struct maker *maker, struct of_str content)
{
	struct of_str rest = of_str_trim(content);
	uint64_t seconds = 0;
	size_t digits = 0;

	while (digits < rest.len && of_byte_is_digit(rest.ptr[digits]))
		digits++;
	if ((digits > 0 && !of_str_to_uint(&seconds, of_str_slice(rest, 0, digits))) ||
		(digits == 0 && !of_str_starts(rest, STR("."))) || seconds > REFRESH_MAX)
		return;
	rest = of_str_from_offset(rest, digits);
	while (rest.len > 0 && (of_byte_is_digit(rest.ptr[0]) || rest.ptr[0] == '.'))
		rest = of_str_from_offset(rest, 1);
	rest = of_str_trim(rest);
	if (rest.len > 0 && (rest.ptr[0] == ';' || rest.ptr[0] == ','))
		rest = of_str_trim(of_str_from_offset(rest, 1));
	if (of_str_starts_nocase(rest, STR("url"))) {
		struct of_str after = of_str_trim(of_str_from_offset(rest, 3));

		if (of_str_starts(after, STR("=")))
			rest = of_str_trim(of_str_from_offset(after, 1));
	}
	if (rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\'')) {
		char quote = rest.ptr[0];

		rest = of_str_from_offset(rest, 1);
		rest = of_str_slice(rest, 0, of_str_find_byte(rest, quote));
	}
	set_url(&maker->page->refresh, rest);
}

static void set_language(struct maker *maker, struct of_str value)
{
	struct of_str *language = &maker->page->language;
	char tag[64];

	value = of_str_trim(value);
	if (language->len > 0 || value.len >= sizeof(tag))
		return;
	for (size_t i = 0; i < value.len; i++)
		tag[i] = value.ptr[i] == '_' ? '-' : value.ptr[i];
	value.ptr = tag;
	if (of_str_is_language(value))
		*language = of_arena_dup(maker->arena, value);
}

static void read_html(struct maker *maker, struct of_str attributes)
{
	set_language(maker, of_markup_attribute(attributes, STR("lang")));
	set_language(maker, of_markup_attribute(attributes, STR("xml:lang")));
}

static void read_meta(struct maker *maker, struct of_str attributes)
{
	struct of_str name = of_markup_attribute(attributes, STR("property"));
	struct of_str content = of_markup_attribute(attributes, STR("content"));
	struct of_str equivalent;

	if (content.len == 0)
		return;
	if (name.len == 0)
		name = of_markup_attribute(attributes, STR("name"));
	name = of_str_trim(name);
	for (size_t i = 0; name.len > 0 && i < COUNT(metas); i++) {
		struct of_str *field = field_at(maker->page, metas[i].field);

		if (!of_str_equal_nocase(name, metas[i].name))
			continue;
		if (metas[i].is_url)
			set_url(field, content);
		else
			set_text(maker, field, content);
		return;
	}
	equivalent = of_markup_attribute(attributes, STR("http-equiv"));
	if (of_str_equal_nocase(equivalent, STR("refresh")))
		read_refresh(maker, content);
	else if (of_str_equal_nocase(equivalent, STR("content-language")))
		set_language(maker, content);
}

static bool is_feed_type(struct of_str type)
{
	for (size_t i = 0; i < COUNT(feed_types); i++)
		if (of_str_equal_nocase(type, feed_types[i]))
			return true;
	return false;
}

static void read_alternate(struct maker *maker, struct of_str type, struct of_str href)
{
	struct of_page *page = maker->page;
	bool is_json;

	type = of_str_trim(of_str_slice(type, 0, of_str_find_byte(type, ';')));
	if (is_feed_type(type)) {
		if (page->n_feeds < OF_PAGE_FEEDS)
			page->feeds[page->n_feeds++] = href;
		return;
	}
	is_json = of_str_equal_nocase(type, STR("application/json+oembed"));
	if (!is_json && !of_str_equal_nocase(type, STR("text/xml+oembed")) &&
		!of_str_equal_nocase(type, STR("application/xml+oembed")))
		return;
	if (page->oembed.len == 0 || (is_json && !maker->oembed_is_json)) {
		page->oembed = href;
		maker->oembed_is_json = is_json;
	}
}

/* The largest of its "16x16 32x32"; "any" is larger than all. */
static unsigned icon_size(struct of_str sizes)
{
	unsigned best = 0;
	uint64_t size;

	sizes = of_str_trim(of_str_slice(sizes, 0, 256));
	if (of_str_equal_nocase(sizes, STR("any")))
		return 10000;
	while (sizes.ptr != NULL) {
		struct of_str word = of_str_split(&sizes, ' ');

		for (size_t i = 0; i < word.len; i++)
			if (word.ptr[i] == 'x' || word.ptr[i] == 'X')
				word.len = i;
		if (of_str_to_uint(&size, word) && size < 10000 && size > best)
			best = (unsigned)size;
	}
	return best;
}

/* A site's icon goes before a touch screen's, the larger before the smaller. */
static void read_icon(
	struct maker *maker, struct of_str rel, struct of_str attributes, struct of_str href)
{
	bool site = has_word(rel, STR("icon"));
	struct of_str type = of_markup_attribute(attributes, STR("type"));
	unsigned size = icon_size(of_markup_attribute(attributes, STR("sizes")));
	unsigned rank;

	if (!site && !has_word(rel, STR("apple-touch-icon")) &&
		!has_word(rel, STR("apple-touch-icon-precomposed")))
		return;
	if (size == 0)
		size = of_str_equal_nocase(type, STR("image/svg+xml")) ? 10000 : ICON_TYPICAL;
	rank = size + (site ? 20000 : 0);
	if (rank > maker->icon_rank && !of_str_starts_nocase(href, STR("data:"))) {
		maker->page->favicon = href;
		maker->icon_rank = rank;
	}
}

static void read_link(struct maker *maker, struct of_str attributes)
{
	struct of_str rel = of_markup_attribute(attributes, STR("rel"));
	struct of_str href = of_str_trim(of_markup_attribute(attributes, STR("href")));

	if (rel.len == 0 || rel.len > 256 || href.len == 0)
		return;
	if (has_word(rel, STR("canonical")))
		set_url(&maker->page->canonical, href);
	else if (has_word(rel, STR("alternate")))
		read_alternate(maker, of_markup_attribute(attributes, STR("type")), href);
	else
		read_icon(maker, rel, attributes, href);
}

static void read_script(struct maker *maker, const struct of_markup_token *token)
{
	struct of_str type = of_str_trim(of_markup_attribute(token->attributes, STR("type")));

	type = of_str_trim(of_str_slice(type, 0, of_str_find_byte(type, ';')));
	if (of_str_equal_nocase(type, STR("application/ld+json")))
		of_linked_data_read(maker->arena, &maker->data, token->text);
}

static void add_text(struct maker *maker, struct of_str text)
{
	of_markup_fold_add(&maker->text, text);
	if (maker->in_heading)
		of_markup_fold_add(&maker->heading, text);
}

static void read_start(struct maker *maker, const struct of_markup_reader *reader,
	const struct of_markup_token *token)
{
	struct of_str attributes = token->attributes;

	switch (token->element) {
	case OF_MARKUP_HTML:
		read_html(maker, attributes);
		break;
	case OF_MARKUP_BASE:
		set_url(&maker->base, of_markup_attribute(attributes, STR("href")));
		break;
	case OF_MARKUP_META:
		read_meta(maker, attributes);
		break;
	case OF_MARKUP_LINK:
		read_link(maker, attributes);
		break;
	case OF_MARKUP_TITLE:
		if (reader->svg == 0)
			set_text(maker, &maker->page->title, token->text);
		break;
	case OF_MARKUP_SCRIPT:
		read_script(maker, token);
		break;
	case OF_MARKUP_INPUT:
		if (of_str_equal_nocase(
			    of_markup_attribute(attributes, STR("type")), STR("password")))
			maker->page->asks_password = true;
		break;
	case OF_MARKUP_H1:
		maker->in_heading = maker->heading_out.len == 0;
		break;
	default:
		break;
	}
}

static void read_tag(struct maker *maker, const struct of_markup_reader *reader,
	const struct of_markup_token *token)
{
	bool start = token->kind == OF_MARKUP_START;

	if (token->element == OF_MARKUP_TEMPLATE) {
		maker->templates += start ? 1 : 0;
		maker->templates -= !start && maker->templates > 0 ? 1 : 0;
		return;
	}
	if (token->element == OF_MARKUP_INLINE || maker->templates > 0)
		return;
	maker->text.gap = true;
	maker->heading.gap = true;
	if (start)
		read_start(maker, reader, token);
	else if (token->element == OF_MARKUP_H1)
		maker->in_heading = false;
}

static struct of_str final_base(struct maker *maker)
{
	struct of_str base = {NULL, 0};

	if (maker->base.len > 0)
		base = resolve(maker, maker->url, maker->base);
	return base.len > 0 ? base : maker->url;
}

static void finish_urls(struct maker *maker)
{
	struct of_page *page = maker->page;
	struct of_str base = final_base(maker);
	size_t kept = 0;

	for (size_t i = 0; i < COUNT(urls); i++) {
		struct of_str *field = field_at(page, urls[i]);

		if (field->len > 0)
			*field = resolve(maker, base, *field);
	}
	for (size_t i = 0; i < page->n_feeds; i++) {
		struct of_str feed = resolve(maker, base, page->feeds[i]);

		page->feeds[i] = (struct of_str){NULL, 0};
		if (feed.len > 0)
			page->feeds[kept++] = feed;
	}
	page->n_feeds = kept;
	if (of_str_equal(page->refresh, maker->url)) /* it waits, and leads nowhere */
		page->refresh = (struct of_str){NULL, 0};
}

static void finish(struct maker *maker)
{
	struct of_page *page = maker->page;

	set_text(maker, &page->ld_headline, maker->data.headline);
	page->ld_image = maker->data.image;
	page->published = maker->data.published;
	finish_urls(maker);
	page->text = of_arena_keep(maker->arena, &maker->text_out);
	page->heading = of_arena_keep(maker->arena, &maker->heading_out);
	of_buf_finish(&maker->text_out);
	of_buf_finish(&maker->heading_out);
}

void of_markup_read_page(
	struct of_arena *arena, struct of_page *page, struct of_str html, struct of_str url)
{
	struct of_markup_reader reader = {.html = html};
	struct of_markup_token token = {0};
	struct maker maker = {
		.arena = arena, .page = page, .url = url, .data.published = OF_TIME_NONE};

	maker.text = (struct of_markup_fold){.out = &maker.text_out, .limit = OF_PAGE_TEXT};
	maker.heading =
		(struct of_markup_fold){.out = &maker.heading_out, .limit = OF_PAGE_VALUE};
	while (of_markup_next(&reader, &token)) {
		if (token.kind != OF_MARKUP_TEXT)
			read_tag(&maker, &reader, &token);
		else if (maker.templates == 0 && reader.svg == 0)
			add_text(&maker, token.text);
	}
	finish(&maker);
}

/* <?xml version="1.0" encoding="..."?> */
static struct of_str declared_encoding(struct of_str bytes)
{
	struct of_str declaration = of_str_slice(bytes, 0, of_str_find(bytes, STR("?>")));
	size_t at;

	if (!of_str_starts(bytes, STR("<?xml")))
		return (struct of_str){NULL, 0};
	at = of_str_find(declaration, STR("encoding"));
	if (at == OF_NPOS)
		return (struct of_str){NULL, 0};
	return of_markup_attribute(of_str_from_offset(declaration, at), STR("encoding"));
}

struct of_str of_markup_charset(struct of_str bytes)
{
	struct of_markup_reader reader = {.html = of_str_slice(bytes, 0, PRESCAN)};
	struct of_markup_token token = {0};

	while (of_markup_next(&reader, &token)) {
		struct of_str charset;

		if (token.kind != OF_MARKUP_START || token.element != OF_MARKUP_META)
			continue;
		charset = of_markup_attribute(token.attributes, STR("charset"));
		if (charset.len == 0 &&
			of_str_equal_nocase(
				of_markup_attribute(token.attributes, STR("http-equiv")),
				STR("content-type")))
			charset = of_charset_parameter(
				of_markup_attribute(token.attributes, STR("content")));
		if (charset.len > 0)
			return charset;
	}
	return declared_encoding(reader.html);
}
