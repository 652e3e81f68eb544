/*
 * Every address that an item points at, and where its file says it: what the
 * audit checks, and what a patch may change (AUDIT sections 1 and 6).
 */
#include "item/links.h"

#include "base/str.h"
#include "base/url.h"
#include "base/url_text.h"
#include <outfeed/audit.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
/* The body is searched for its links' places no longer than this times its length. */
#define SEARCH_MOST 64

struct gathering {
	struct of_item *item;
	const struct fields *fields;
	struct of_item_link *links;
	size_t count, cap;
};

static void add(struct gathering *g, const struct of_item_link *link)
{
	if (g->count == g->cap) {
		size_t cap = g->cap > 0 ? 2 * g->cap : 8;
		struct of_item_link *grown =
			of_arena_take(g->fields->arena, cap, sizeof(*grown));

		if (grown == NULL)
			return;
		if (g->count > 0)
			memcpy(grown, g->links, g->count * sizeof(*grown));
		g->links = grown;
		g->cap = cap;
	}
	g->links[g->count++] = *link;
}

/* What is no address as it is written, in the characters of one, cut to what one may have. */
static struct of_str as_written(struct gathering *g, struct of_str text)
{
	size_t end = text.len < OF_LIMIT_URL ? text.len : OF_LIMIT_URL;

	while (end < text.len && end > 0 && ((unsigned char)text.ptr[end] & 0xc0) == 0x80)
		end--;
	of_url_add_encoded(g->fields->scratch, of_str_slice(text, 0, end),
		OF_URL_QUERY | OF_URL_HASH | OF_URL_BRACKET | OF_URL_BEYOND_ASCII);
	return of_field_keep(g->fields);
}

/* An address of a scheme that is counted and not fetched (AUDIT section 1): its name. */
static struct of_str other_scheme(struct of_str text)
{
	static const struct of_str schemes[] = {
		STR_INIT("mailto:"), STR_INIT("tel:"), STR_INIT("data:")};

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (of_str_starts_nocase(text, schemes[i]))
			return of_str_slice(text, 0, schemes[i].len);
	return (struct of_str){NULL, 0};
}

/* Whether it is an address; what is meant as one and is none is told of, and not taken. */
static bool add_scalar(struct gathering *g, enum of_field field, struct of_str base,
	const struct of_yaml *scalar)
{
	struct of_item_link link = {.field = field};
	bool good;

	if (scalar == NULL || scalar->type != OF_YAML_SCALAR)
		return false;
	link.text = of_field_clean(g->fields, scalar);
	link.url = of_field_address(g->fields, base, link.text);
	link.line = scalar->line;
	link.column = scalar->column;
	good = link.url.len > 0;
	if (!good)
		link.url = of_url_claims_http(link.text) ? as_written(g, link.text)
							 : other_scheme(link.text);
	if (link.url.len > 0)
		add(g, &link);
	return good;
}

/* The first of the keys of a mapping that has text, as of_field_text_at() finds it. */
static const struct of_yaml *first_at(const struct fields *fields, const struct of_yaml *map,
	const struct of_str *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct of_yaml *scalar = of_field_scalar(of_yaml_get(map, keys[i]));

		if (of_field_clean(fields, scalar).len > 0)
			return scalar;
	}
	return NULL;
}

/* As of_field_url(): the first value of the field that is an address. */
static void add_field(struct gathering *g, enum of_field field)
{
	const struct of_str none = {NULL, 0};
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while ((value = of_field_next(g->fields, field, &walk)) != NULL)
		if (add_scalar(g, field, none, of_field_scalar(of_field_first(value))))
			return;
}

static void add_image(struct gathering *g)
{
	static const struct of_str keys[] = {
		STR_INIT("href"), STR_INIT("src"), STR_INIT("url"), STR_INIT("uid")};
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while ((value = of_field_next(g->fields, OF_FIELD_IMAGE, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);

		if (first == NULL)
			continue;
		if (first->type == OF_YAML_MAP) {
			if (of_yaml_is_false(of_yaml_get(first, STR("valid"))))
				return;
			first = first_at(g->fields, first, keys, COUNT(keys));
		}
		if (add_scalar(g, OF_FIELD_IMAGE, g->fields->site->images_url, first))
			return;
	}
}

static void add_related(struct gathering *g)
{
	static const struct of_str keys[] = {STR_INIT("permalink"), STR_INIT("url")};
	struct of_field_walk walk = {0};
	const struct of_yaml *value;
	bool found = false;

	while (!found && (value = of_field_next(g->fields, OF_FIELD_RELATED, &walk)) != NULL) {
		size_t count;
		const struct of_yaml *const *items = of_field_items(&value, &count);

		for (size_t i = 0; i < count; i++) {
			const struct of_yaml *node = items[i];

			if (node->type == OF_YAML_MAP)
				node = first_at(g->fields, node, keys, COUNT(keys));
			found |= add_scalar(g, OF_FIELD_RELATED, g->fields->site->url, node);
		}
	}
}

/* -- The body: attributes of what the allow-list has written, in its own regular form. */

struct body {
	const struct front *front;
	size_t cursor; /* behind the last place that was found */
	size_t searched, searched_most;
	size_t line_from; /* where the line begins that the last place is on */
	unsigned line;
	struct of_buf value;
};

/* A character reference as escape.h writes them; the number of bytes it took. */
static size_t add_reference(struct of_buf *out, struct of_str text)
{
	static const struct {
		struct of_str name;
		char byte;
	} names[] = {{STR_INIT("&amp;"), '&'}, {STR_INIT("&lt;"), '<'}, {STR_INIT("&gt;"), '>'},
		{STR_INIT("&quot;"), '"'}, {STR_INIT("&#39;"), '\''}};

	for (size_t i = 0; i < COUNT(names); i++)
		if (of_str_starts(text, names[i].name)) {
			of_buf_add_byte(out, names[i].byte);
			return names[i].name.len;
		}
	of_buf_add_byte(out, '&');
	return 1;
}

static struct of_str unescape(struct of_buf *out, struct of_str value)
{
	size_t at;

	of_buf_clear(out);
	while ((at = of_str_find_byte(value, '&')) != OF_NPOS) {
		of_buf_add_str(out, of_str_slice(value, 0, at));
		value = of_str_from_offset(value, at);
		value = of_str_from_offset(value, add_reference(out, value));
	}
	of_buf_add_str(out, value);
	return of_buf_str(out);
}

static size_t search(struct body *body, struct of_str needle, size_t from)
{
	struct of_str rest = of_str_from_offset(body->front->body, from);
	size_t at;

	if (needle.len == 0 || body->searched > body->searched_most)
		return OF_NPOS;
	at = of_str_find(rest, needle);
	body->searched += at != OF_NPOS ? at : rest.len;
	return at != OF_NPOS ? from + at : OF_NPOS;
}

/* Lines are counted from the last place on, and from the beginning only to go back. */
static struct place place_at(struct body *body, size_t at)
{
	struct of_str text = body->front->body;
	size_t end;

	if (at < body->line_from) {
		body->searched += at;
		body->line_from = 0;
		body->line = body->front->body_line;
	}
	while ((end = of_str_find_byte(of_str_slice(text, body->line_from, at), '\n')) !=
		OF_NPOS) {
		body->line_from += end + 1;
		body->line++;
	}
	return (struct place){body->line, (unsigned)(at - body->line_from) + 1};
}

/*
 * Where the body says it: by its text, from the last one on and then from the
 * beginning; an address that was relative by its path, then by its last segment.
 */
static void locate(struct body *body, struct of_item_link *link)
{
	struct of_url parts = of_url_split(link->url);
	size_t host_end = (size_t)(parts.authority.ptr - link->url.ptr) + parts.authority.len;
	size_t slash = of_str_find_last_byte(parts.path, '/');
	const struct of_str needles[] = {link->url, of_str_from_offset(link->url, host_end),
		of_str_from_offset(link->url, host_end + (slash != OF_NPOS ? slash + 1 : 0))};
	size_t at = OF_NPOS;
	struct place place = {body->front->body_line, 1};

	for (size_t i = 0; i < COUNT(needles) && at == OF_NPOS; i++) {
		if (i > 0 && needles[i].len < 2)
			break;
		at = search(body, needles[i], body->cursor);
		if (at == OF_NPOS && body->cursor > 0)
			at = search(body, needles[i], 0);
		if (at == OF_NPOS)
			continue;
		link->text = needles[i];
		body->cursor = at;
		place = place_at(body, at);
	}
	link->line = place.line;
	link->column = place.column;
}

/* What the body's HTML has no place for. */
static void add_refused(struct gathering *g, struct body *body)
{
	struct of_str rest = of_buf_str(g->fields->refused);
	size_t end;

	while ((end = of_str_find_byte(rest, '\n')) != OF_NPOS) {
		struct of_str url = of_str_slice(rest, 0, end);
		struct of_item_link link = {.field = OF_FIELD_COUNT,
			.url = as_written(g, url),
			.line = body->front->body_line,
			.column = 1};
		size_t at = search(body, url, 0);

		if (at != OF_NPOS) {
			struct place place = place_at(body, at);

			link.text = of_str_slice(body->front->body, at, at + url.len);
			link.line = place.line;
			link.column = place.column;
		}
		add(g, &link);
		rest = of_str_from_offset(rest, end + 1);
	}
}

static void add_url(struct gathering *g, struct body *body, struct of_str url, bool is_image)
{
	struct of_item_link link = {.field = OF_FIELD_COUNT, .is_image = is_image};

	if (!of_url_is_absolute(url))
		return;
	if (!of_url_is_http(url))
		url = of_str_slice(url, 0, of_url_split(url).scheme.len + 1);
	link.url = of_arena_dup(g->fields->arena, url);
	if (link.url.len == 0)
		return;
	if (of_url_is_http(url))
		locate(body, &link);
	add(g, &link);
}

/* "url 2x, url 640w": a comma and a blank stand between two. */
static void add_set(struct gathering *g, struct body *body, struct of_str set)
{
	while (set.len > 0) {
		size_t end = of_str_find(set, STR(", "));
		struct of_str candidate = of_str_slice(set, 0, end != OF_NPOS ? end : set.len);
		size_t space = of_str_find_byte(candidate, ' ');

		add_url(g, body,
			space != OF_NPOS ? of_str_slice(candidate, 0, space) : candidate, true);
		set = of_str_from_offset(set, end != OF_NPOS ? end + 2 : set.len);
	}
}

static const struct {
	struct of_str name; /* with what stands before and behind it */
	bool is_set;
	bool is_image, is_image_of_img; /* wherever it is, or of that element alone */
} attributes[] = {
	{STR_INIT(" href=\""), false, false, false},
	{STR_INIT(" src=\""), false, false, true},
	{STR_INIT(" poster=\""), false, true, true},
	{STR_INIT(" srcset=\""), true, true, true},
};

/* A tag, from behind its '<' to its '>': quotes hold no '>' that counts. */
static void add_tag(struct gathering *g, struct body *body, struct of_str tag)
{
	bool is_img = of_str_starts(tag, STR("img "));
	size_t at;

	while ((at = of_str_find_byte(tag, ' ')) != OF_NPOS) {
		struct of_str attribute = of_str_from_offset(tag, at);
		size_t open = of_str_find_byte(attribute, '"');
		size_t close;

		if (open == OF_NPOS)
			return;
		close = of_str_find_byte(of_str_from_offset(attribute, open + 1), '"');
		if (close == OF_NPOS)
			return;
		for (size_t i = 0; i < COUNT(attributes); i++) {
			struct of_str value;

			if (!of_str_starts(attribute, attributes[i].name))
				continue;
			value = unescape(&body->value,
				of_str_slice(attribute, open + 1, open + 1 + close));
			if (attributes[i].is_set)
				add_set(g, body, value);
			else
				add_url(g, body, value,
					is_img ? attributes[i].is_image_of_img
					       : attributes[i].is_image);
		}
		tag = of_str_from_offset(attribute, open + close + 2);
	}
}

static size_t tag_end(struct of_str html)
{
	bool quoted = false;

	for (size_t i = 0; i < html.len; i++) {
		quoted ^= html.ptr[i] == '"';
		if (html.ptr[i] == '>' && !quoted)
			return i;
	}
	return html.len;
}

static void add_body(struct gathering *g, const struct front *front)
{
	struct body body = {.front = front,
		.searched_most = SEARCH_MOST * (front->body.len + 1),
		.line = front->body_line};
	struct of_str html = g->item->content_html;
	size_t at;

	while ((at = of_str_find_byte(html, '<')) != OF_NPOS) {
		struct of_str tag = of_str_from_offset(html, at + 1);
		size_t end = tag_end(tag);

		add_tag(g, &body, of_str_slice(tag, 0, end));
		html = of_str_from_offset(tag, end);
	}
	add_refused(g, &body);
	if (body.value.status != OF_OK)
		of_arena_keep(g->fields->arena, &body.value);
	of_buf_finish(&body.value);
}

void of_item_gather_links(
	struct of_item *item, const struct fields *fields, const struct front *front)
{
	struct gathering g = {.item = item, .fields = fields};

	add_field(&g, OF_FIELD_SOURCE_URL);
	add_field(&g, OF_FIELD_VIA_URL);
	add_image(&g);
	add_related(&g);
	add_body(&g, front);
	item->links = g.links;
	item->n_links = g.count;
}
