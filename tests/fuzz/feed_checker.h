/*
 * What is demanded of the documents of a feed of one item: they parse, they are
 * what their formats ask for, they tell the same story, and their HTML holds
 * nothing outside the allow-list. Each demand that fails ends the run.
 */
#ifndef FEED_CHECKER_H
#define FEED_CHECKER_H

#include "fuzz.h"

#include "../unit/html_checker.h"
#include "base/time.h"
#include "base/url.h"
#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/tree.h>

/* What the documents must have in common; the texts are of the parsers. */
struct story {
	struct of_str id, title, link, content, image;
};

static inline struct of_str story_text(const xmlChar *text)
{
	return of_str_from((const char *)text);
}

static inline xmlDocPtr parse_xml(const struct of_buf *out, const char *name)
{
	xmlDocPtr doc = xmlReadMemory(out->ptr, (int)out->len, name, "UTF-8",
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);

	if (doc == NULL)
		fuzz_fail("%s is not well-formed:\n%.*s", name, (int)out->len, out->ptr);
	return doc;
}

static inline bool is_named(const xmlNode *node, const char *prefix, const char *name)
{
	const char *has = node->ns != NULL ? (const char *)node->ns->prefix : NULL;

	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 &&
	       (prefix == NULL ? has == NULL : has != NULL && strcmp(has, prefix) == 0);
}

/* The first element of the name in a parent; NULL when there is none. */
static inline const xmlNode *child_of(
	const xmlNode *parent, const char *prefix, const char *name)
{
	const xmlNode *node = parent->children;

	while (node != NULL && !is_named(node, prefix, name))
		node = node->next;
	return node;
}

/* Its text: what the writer makes is one text node, or none. */
static inline struct of_str text_of_child(
	const xmlNode *parent, const char *prefix, const char *name)
{
	const xmlNode *child = child_of(parent, prefix, name);

	if (child == NULL || child->children == NULL)
		return (struct of_str){0};
	fuzz_require(child->children->next == NULL, "a leaf of more than a text");
	return story_text(child->children->content);
}

static inline struct of_str attribute_of(const xmlNode *node, const char *name)
{
	const xmlAttr *attribute = node != NULL ? node->properties : NULL;

	while (attribute != NULL && strcmp((const char *)attribute->name, name) != 0)
		attribute = attribute->next;
	return attribute != NULL && attribute->children != NULL
		       ? story_text(attribute->children->content)
		       : (struct of_str){0};
}

static inline void require_address(struct of_str url, const char *what)
{
	if (!of_url_is_http(url))
		fuzz_fail("%s is no http address: %.*s", what, (int)url.len, url.ptr);
}

/* Every href and url of a document, wherever it stands. */
static inline void check_addresses(const xmlNode *node)
{
	for (; node != NULL; node = node->next) {
		struct of_str href = attribute_of(node, "href"),
			      url = attribute_of(node, "url");

		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (href.len > 0)
			require_address(href, "an href");
		if (url.len > 0)
			require_address(url, "a url");
		check_addresses(node->children);
	}
}

static inline void check_html(struct of_str html)
{
	static struct of_buf copy;
	const char *complaint;

	of_buf_clear(&copy);
	of_buf_add_str(&copy, html);
	complaint = checker_complaint(copy.ptr);
	if (complaint != NULL)
		fuzz_fail("content is not as it should be (%s):\n%.*s", complaint,
			(int)html.len, html.ptr);
}

static inline void check_date(struct of_str text, const char *what)
{
	int64_t seconds;

	if (text.len > 0 && !of_time_parse(&seconds, text, NULL))
		fuzz_fail("%s is no date: %.*s", what, (int)text.len, text.ptr);
}

static inline void ignore_error(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* The schema of RFC 4287, read once. */
static inline void check_atom_schema(xmlDocPtr doc)
{
	static xmlRelaxNGValidCtxtPtr context;

	if (context == NULL) {
		xmlRelaxNGParserCtxtPtr parser =
			xmlRelaxNGNewParserCtxt(FUZZ_SCHEMAS "/atom.rng");
		xmlRelaxNGPtr schema = xmlRelaxNGParse(parser);

		xmlRelaxNGFreeParserCtxt(parser);
		fuzz_require(schema != NULL, "the schema of Atom is not there");
		context = xmlRelaxNGNewValidCtxt(schema);
		xmlRelaxNGSetValidErrors(context, ignore_error, ignore_error, NULL);
	}
	if (xmlRelaxNGValidateDoc(context, doc) != 0)
		fuzz_fail("the Atom document is not valid by the schema");
}

static inline struct of_str link_of(const xmlNode *entry, const char *rel)
{
	for (const xmlNode *node = entry->children; node != NULL; node = node->next)
		if (is_named(node, NULL, "link") &&
			of_str_equal(attribute_of(node, "rel"), of_str_from(rel)))
			return attribute_of(node, "href");
	return (struct of_str){0};
}

/* The story's texts live as long as the document. */
static inline struct story read_atom(xmlDocPtr doc)
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	const xmlNode *entry = child_of(root, NULL, "entry");
	struct story story;

	fuzz_require(is_named(root, NULL, "feed") && entry != NULL, "no feed of Atom");
	check_addresses(root);
	story = (struct story){text_of_child(entry, NULL, "id"),
		text_of_child(entry, NULL, "title"), link_of(entry, "alternate"),
		text_of_child(entry, NULL, "content"), link_of(entry, "enclosure")};
	check_date(text_of_child(entry, NULL, "published"), "published");
	check_date(text_of_child(entry, NULL, "updated"), "updated");
	fuzz_require(text_of_child(entry, NULL, "updated").len > 0, "an entry without updated");
	return story;
}

static inline struct story read_rss(xmlDocPtr doc)
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	const xmlNode *channel = child_of(root, NULL, "channel");
	const xmlNode *item = channel != NULL ? child_of(channel, NULL, "item") : NULL;
	const xmlNode *enclosure;
	struct of_str length;
	uint64_t number;

	fuzz_require(item != NULL, "no channel of RSS");
	check_addresses(root);
	require_address(text_of_child(channel, NULL, "link"), "a channel's link");
	fuzz_require(text_of_child(channel, NULL, "description").len > 0,
		"a channel without a description");
	require_address(text_of_child(item, NULL, "link"), "an item's link");
	check_date(text_of_child(item, NULL, "pubDate"), "pubDate");
	enclosure = child_of(item, NULL, "enclosure");
	length = attribute_of(enclosure, "length");
	fuzz_require(enclosure == NULL || (of_str_to_uint(&number, length) &&
						  attribute_of(enclosure, "type").len > 0),
		"an enclosure without length or type");
	return (struct story){text_of_child(item, NULL, "guid"),
		text_of_child(item, NULL, "title"), text_of_child(item, NULL, "link"),
		text_of_child(item, "content", "encoded"), attribute_of(enclosure, "url")};
}

static inline struct of_str text_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	fuzz_require(value == NULL || json_is_string(value), "no text where one must be");
	return (struct of_str){json_string_value(value), json_string_length(value)};
}

static inline struct story read_json(const json_t *root)
{
	const json_t *items = json_object_get(root, "items");
	const json_t *item = json_array_get(items, 0);
	const json_t *attachment = json_array_get(json_object_get(item, "attachments"), 0);

	fuzz_require_equal(text_at(root, "version"), STR("https://jsonfeed.org/version/1.1"),
		"another version of JSON Feed");
	fuzz_require(json_array_size(items) == 1 && text_at(root, "title").len > 0,
		"no items, or no title");
	fuzz_require((text_at(item, "content_html").len > 0) !=
			     (json_object_get(item, "content_text") != NULL),
		"content twice, or not at all");
	require_address(text_at(item, "url"), "an item's url");
	check_date(text_at(item, "date_published"), "date_published");
	check_date(text_at(item, "date_modified"), "date_modified");
	return (struct story){text_at(item, "id"), text_at(item, "title"), text_at(item, "url"),
		text_at(item, "content_html"), text_at(attachment, "url")};
}

static inline struct of_str as_uri(struct of_str iri)
{
	static struct of_buf out;

	of_buf_clear(&out);
	of_url_add_uri(&out, iri);
	return of_buf_str(&out);
}

static inline void compare_stories(
	const struct story *one, const struct story *other, bool uris)
{
	fuzz_require_equal(other->id, one->id, "another id");
	fuzz_require_equal(other->title, one->title, "another title");
	fuzz_require_equal(other->content, one->content, "another content");
	fuzz_require_equal(other->link, uris ? as_uri(one->link) : one->link, "another link");
	fuzz_require_equal(
		other->image, uris ? as_uri(one->image) : one->image, "another image");
}

static inline void check_documents(
	const struct of_buf *atom, const struct of_buf *rss, const struct of_buf *json)
{
	xmlDocPtr atom_doc = parse_xml(atom, "atom.xml"), rss_doc = parse_xml(rss, "rss.xml");
	json_error_t error;
	json_t *root = json_loadb(json->ptr, json->len, JSON_REJECT_DUPLICATES, &error);
	struct story atom_story, rss_story, json_story;

	if (root == NULL)
		fuzz_fail(
			"feed.json is none (%s):\n%.*s", error.text, (int)json->len, json->ptr);
	atom_story = read_atom(atom_doc);
	rss_story = read_rss(rss_doc);
	json_story = read_json(root);
	check_html(atom_story.content);
	compare_stories(&atom_story, &json_story, false);
	compare_stories(&atom_story, &rss_story, true);
	fuzz_require(of_url_is_absolute(atom_story.id), "an id that is no IRI");
	check_atom_schema(atom_doc);
	json_decref(root);
	xmlFreeDoc(atom_doc);
	xmlFreeDoc(rss_doc);
}

#endif
