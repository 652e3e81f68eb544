/*
 * A feed that has everything, and how its documents are looked at. For the
 * tests of render/ alone; cmocka.h comes first.
 */
#ifndef TEST_RENDER_FIXTURE_H
#define TEST_RENDER_FIXTURE_H

#include "base/str.h"
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <outfeed/render.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
/* The source of the full item. */
#define SOURCE "https://www.example.com/a?b=1&c=2"

/* 2021-01-04T20:32:06Z, a day before, and two days before. */
#define UPDATED 1609792326
#define PUBLISHED 1609705926
#define OLDER 1609619526

static const char hostile[] = "<script>alert(\"1\")</script> & ]]> 'q' "
			      "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\xa9\xba";

static const struct of_person people[] = {
	{STR_INIT("Radhika & Co"), STR_INIT("https://example.com/r?a&b"),
		STR_INIT("r@example.com")},
	{.name = STR_INIT("Second")},
	{.email = STR_INIT("third@example.com")},
	{STR_INIT(""), STR_INIT(""), STR_INIT("")},
};

static const struct of_category categories[] = {
	{STR_INIT("covid19"), STR_INIT("topic/covid19"), STR_INIT("#COVID19 & more"),
		STR_INIT("https://www.medigy.com/topic/"), false},
	{.slug = STR_INIT("ai"), .label = STR_INIT("AI")},
};

static const struct of_str tags[] = {
	STR_INIT("News"), STR_INIT("ai"), STR_INIT("AI"), STR_INIT("News"), STR_INIT("R&D")};

static const struct of_related related[] = {
	{STR_INIT("Test <1>"), STR_INIT("https://www.medigy.com/offering/caf\xc3\xa9")},
	{.url = STR_INIT("https://www.medigy.com/offering/b")},
};

static const struct of_str hubs[] = {STR_INIT("https://hub.example.org/?a&b")};

static const struct of_site plain_site = {
	.title = STR_INIT("Medigy"),
	.description = STR_INIT("Medigy"),
	.url = STR_INIT("https://www.medigy.com/"),
	.host = STR_INIT("www.medigy.com"),
	.language = STR_INIT("en"),
	.author = {.name = STR_INIT("Medigy"), .url = STR_INIT("https://www.medigy.com/")},
	.icon = STR_INIT("https://www.medigy.com/favicon.png"),
	.attribution = true,
	.hubs = hubs,
	.n_hubs = 1,
};

static const struct of_item full = {
	.id = STR_INIT("urn:uuid:051a415b-79f0-5464-8f94-156c7d919d49"),
	.title = {hostile, sizeof(hostile) - 1},
	.summary = STR_INIT("Fish & <b>chips</b> &amp; \"peas\""),
	.content_html = STR_INIT("<p>A &amp; B</p>\n<pre>  x]]&gt;\r\n</pre>"),
	.permalink = STR_INIT("https://www.medigy.com/news/caf\xc3\xa9/"),
	.source_url = STR_INIT(SOURCE),
	.source_name = STR_INIT("Example \"News\" & Co"),
	.via_url = STR_INIT("https://via.example.net/"),
	.via_name = STR_INIT("Via"),
	.language = STR_INIT("de"),
	.published = PUBLISHED,
	.updated = UPDATED,
	.authors = people,
	.n_authors = COUNT(people),
	.categories = categories,
	.n_categories = COUNT(categories),
	.tags = tags,
	.n_tags = COUNT(tags),
	.image = {STR_INIT("https://www.medigy.com/images/\xc3\xa4.jpeg"),
		STR_INIT("image/jpeg"), STR_INIT("An <image>"), 12345, 1200, 630},
	.related = related,
	.n_related = COUNT(related),
};

static const struct of_item lone_author = {
	.id = STR_INIT("https://www.medigy.com/b/"),
	.title = STR_INIT("B"),
	.permalink = STR_INIT("https://www.medigy.com/b/"),
	.language = STR_INIT("EN"),
	.published = OLDER + 60,
	.updated = OLDER + 60,
	.authors = people,
	.n_authors = 1,
	.image = {.url = STR_INIT("https://www.medigy.com/i.png"),
		.type = STR_INIT("image/png")},
};

static const struct of_item least = {
	.id = STR_INIT("tag:www.medigy.com,2021-01-02:c"),
	.title = STR_INIT("C"),
	.permalink = STR_INIT("https://www.medigy.com/c/"),
	.published = OLDER,
	.updated = OF_TIME_NONE,
};

static const struct of_item *const entries[] = {&full, &lone_author, &least};

static const struct of_feed plain_feed = {
	.title = STR_INIT("R&D"),
	.description = STR_INIT("All about R&D"),
	.path = STR_INIT("topic/r&d \xc3\xa9"),
	.home_url = STR_INIT("https://www.medigy.com/topic/r-d/"),
	.icon = {.url = STR_INIT("https://www.medigy.com/favicon.png"),
		.width = 144,
		.height = 144},
	.updated = UPDATED,
	.entries = entries,
	.n_entries = COUNT(entries),
};

/* What the full item's content is with its attribution. */
static const char content[] =
	"<p>Source: <a href=\"https://www.example.com/a?b=1&amp;c=2\">"
	"Example \"News\" &amp; Co</a></p>\n<p>A &amp; B</p>\n<pre>  x]]&gt;\r\n</pre>";

static inline void render(struct of_buf *out, const char *name, const struct of_feed *feed,
	const struct of_site *site)
{
	const struct of_renderer *renderer = of_renderer_find(of_str_from(name));
	struct of_err err = {0};

	assert_non_null(renderer);
	assert_int_equal(renderer->render(out, feed, site, &err), OF_OK);
}

static inline void assert_lines(struct of_buf *out, const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (of_str_find(of_buf_str(out), of_str_from(lines[i])) == OF_NPOS)
			fail_msg("no <%s> in:\n%s", lines[i], out->ptr);
}

/* An XPath expression, and the string that it gives. */
struct fact {
	const char *path, *want;
};

static inline void assert_fact(xmlXPathContextPtr context, const struct fact *fact)
{
	xmlXPathObjectPtr got = xmlXPathEvalExpression((const xmlChar *)fact->path, context);
	xmlChar *text = xmlXPathCastToString(got);

	assert_non_null(got);
	if (strcmp((const char *)text, fact->want) != 0)
		fail_msg("%s: got <%s>, want <%s>", fact->path, (const char *)text, fact->want);
	xmlFree(text);
	xmlXPathFreeObject(got);
}

static inline void assert_facts(struct of_buf *out, const struct fact *facts, size_t count)
{
	static const char *const spaces[][2] = {
		{"a", "http://www.w3.org/2005/Atom"},
		{"content", "http://purl.org/rss/1.0/modules/content/"},
		{"dc", "http://purl.org/dc/elements/1.1/"},
		{"media", "http://search.yahoo.com/mrss/"},
	};
	xmlDocPtr doc = xmlReadMemory(out->ptr, (int)out->len, "x.xml", NULL, XML_PARSE_NONET);
	xmlXPathContextPtr context;

	assert_non_null(doc);
	context = xmlXPathNewContext(doc);
	for (size_t i = 0; i < COUNT(spaces); i++)
		xmlXPathRegisterNs(
			context, (const xmlChar *)spaces[i][0], (const xmlChar *)spaces[i][1]);
	for (size_t i = 0; i < count; i++)
		assert_fact(context, &facts[i]);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
}

#endif
