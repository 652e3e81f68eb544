/*
 * RSS 2.0 by the RSS Best Practices Profile. Every URL is written as a URI.
 */
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include "render/common.h"
#include "render/xml.h"

#define SELF_FILE "rss.xml"
#define SELF_TYPE "application/rss+xml"
#define SPECIFICATION "https://www.rssboard.org/rss-specification"

/* The most that a channel's image may have, in pixels (RSS 2.0, image). */
#define IMAGE_WIDTH 144
#define IMAGE_HEIGHT 400

struct rss {
	struct of_xml xml;
	const struct of_feed *feed;
	const struct of_site *site;
	struct of_buf text; /* reused; keeps a failure */
	struct of_buf url;  /* the same */
};

/* Borrowed until the next call. */
static struct of_str uri(struct rss *rss, struct of_str iri)
{
	of_buf_truncate(&rss->url, 0);
	of_url_add_uri(&rss->url, iri);
	return of_buf_str(&rss->url);
}

/* title may be absent. */
static void write_atom_link(
	struct rss *rss, const char *attributes, struct of_str url, struct of_str title)
{
	if (url.len == 0)
		return;
	of_xml_open_leaf(&rss->xml, "atom:link");
	of_xml_attrs(&rss->xml, attributes);
	of_xml_attr(&rss->xml, "href", uri(rss, url));
	of_xml_attr_if(&rss->xml, "title", title);
	of_xml_close_leaf(&rss->xml, (struct of_str){0});
}

typedef void time_format(struct of_buf *out, int64_t seconds);

static void write_time(
	struct rss *rss, const char *name, int64_t seconds, time_format *add_time)
{
	if (seconds == OF_TIME_NONE)
		return;
	of_buf_truncate(&rss->text, 0);
	add_time(&rss->text, seconds);
	of_xml_element(&rss->xml, name, of_buf_str(&rss->text));
}

static bool is_channel_image(const struct of_image *icon)
{
	static const char *const types[] = {"image/png", "image/gif", "image/jpeg"};

	if (icon->url.len == 0 || icon->width == 0 || icon->width > IMAGE_WIDTH ||
		icon->height == 0 || icon->height > IMAGE_HEIGHT)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (of_str_equal(icon->type, of_str_from(types[i])))
			return true;
	return icon->type.len == 0;
}

static void write_channel_image(struct rss *rss)
{
	const struct of_image *icon = &rss->feed->icon;
	struct of_xml *xml = &rss->xml;

	if (!is_channel_image(icon))
		return;
	of_xml_open(xml, "image");
	of_xml_element(xml, "url", uri(rss, icon->url));
	of_xml_element(xml, "title", of_feed_title(rss->feed, rss->site));
	of_xml_element(xml, "link", uri(rss, rss->feed->home_url));
	of_xml_element_uint(xml, "width", icon->width);
	of_xml_element_uint(xml, "height", icon->height);
	of_xml_close(xml);
}

/* The feed's other documents; a hub knows of the live one alone. */
static void write_neighbours(struct rss *rss)
{
	static const struct of_document_name name = {SELF_FILE, SELF_TYPE};
	const struct of_feed *feed = rss->feed;
	struct of_str none = {0};

	of_feed_write_neighbours(&rss->xml, "atom:link", &name, feed, rss->site, &rss->text);
	for (size_t i = 0; i < rss->site->n_hubs && feed->month.len == 0; i++)
		write_atom_link(rss, "rel=\"hub\"", rss->site->hubs[i], none);
	if (feed->month.len > 0)
		of_xml_element(&rss->xml, "fh:archive", none);
}

static void write_channel_head(struct rss *rss)
{
	const struct of_feed *feed = rss->feed;
	const struct of_site *site = rss->site;
	struct of_xml *xml = &rss->xml;
	struct of_str title = of_feed_title(feed, site);
	struct of_str none = {0};

	of_xml_element(xml, "title", title);
	of_xml_element(xml, "link", uri(rss, feed->home_url));
	of_xml_element(
		xml, "description", feed->description.len > 0 ? feed->description : title);
	of_xml_element_if(xml, "language", site->language);
	write_time(rss, "lastBuildDate", feed->updated, of_time_add_rfc822);
	of_xml_element(xml, "docs", STR(SPECIFICATION));
	of_xml_element(xml, "generator", STR(OF_GENERATOR));
	of_buf_truncate(&rss->text, 0);
	of_feed_add_self(&rss->text, feed, site, SELF_FILE);
	write_atom_link(
		rss, "rel=\"self\" type=\"" SELF_TYPE "\"", of_buf_str(&rss->text), none);
	write_neighbours(rss);
	write_channel_image(rss);
}

static bool is_ascii(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

/* A permalink must be a URL, and the id may not be changed into one. */
static void write_guid(struct rss *rss, const struct of_item *item)
{
	bool permalink = of_str_equal(item->id, item->permalink) && is_ascii(item->id);

	of_xml_open_leaf(&rss->xml, "guid");
	of_xml_attrs(&rss->xml, permalink ? "isPermaLink=\"true\"" : "isPermaLink=\"false\"");
	of_xml_close_leaf(&rss->xml, item->id);
}

/* An item has one author at most, who must have an email; dc:creator has no such bounds. */
static void write_authors(struct rss *rss, const struct of_item *item)
{
	const struct of_person *first = item->authors;

	if (item->n_authors == 1 && first->email.len > 0 && first->name.len > 0) {
		of_buf_truncate(&rss->text, 0);
		of_buf_add_str(&rss->text, first->email);
		of_buf_add_text(&rss->text, " (");
		of_buf_add_str(&rss->text, first->name);
		of_buf_add_text(&rss->text, ")");
		of_xml_element(&rss->xml, "author", of_buf_str(&rss->text));
		return;
	}
	for (size_t i = 0; i < item->n_authors; i++)
		of_xml_element_if(&rss->xml, "dc:creator", of_person_label(&item->authors[i]));
}

static void write_category(struct rss *rss, struct of_str domain, struct of_str text)
{
	of_xml_open_leaf(&rss->xml, "category");
	of_xml_attr_if(&rss->xml, "domain", uri(rss, domain));
	of_xml_close_leaf(&rss->xml, text);
}

/* The label is what readers show, so it is the text. */
static void write_categories(struct rss *rss, const struct of_item *item)
{
	struct of_seen seen = {0};
	struct of_str none = {0};

	for (size_t i = 0; i < item->n_categories; i++) {
		const struct of_category *category = &item->categories[i];
		bool labelled = category->label.len > 0;

		write_category(
			rss, category->scheme, labelled ? category->label : category->slug);
	}
	of_seen_add_categories(&seen, item);
	for (size_t i = 0; i < item->n_tags; i++)
		if (of_seen_add(&seen, item->tags[i]))
			write_category(rss, none, item->tags[i]);
	of_xml_fail(&rss->xml, of_seen_finish(&seen));
}

/* A description is HTML, and it comes before the content (both in the Profile). */
static void write_texts(struct rss *rss, const struct of_item *item)
{
	of_buf_truncate(&rss->text, 0);
	of_render_escape_html(&rss->text, of_entry_summary(item, rss->site), false);
	of_xml_element_if(&rss->xml, "description", of_buf_str(&rss->text));
	of_buf_truncate(&rss->text, 0);
	of_entry_add_content(&rss->text, item, rss->site);
	of_xml_element_if(&rss->xml, "content:encoded", of_buf_str(&rss->text));
}

/* The length is required, and 0 where it is unknown. */
static void write_enclosure(struct rss *rss, const struct of_item *item)
{
	if (!of_entry_has_enclosure(item))
		return;
	of_buf_truncate(&rss->text, 0);
	of_buf_add_uint(&rss->text, item->image.length);
	of_xml_open_leaf(&rss->xml, "enclosure");
	of_xml_attr(&rss->xml, "url", uri(rss, item->image.url));
	of_xml_attr(&rss->xml, "length", of_buf_str(&rss->text));
	of_xml_attr(&rss->xml, "type", item->image.type);
	of_xml_close_leaf(&rss->xml, (struct of_str){0});
}

static void write_links(struct rss *rss, const struct of_item *item)
{
	write_atom_link(rss, "rel=\"via\"", item->source_url, of_entry_source_name(item));
	if (!of_str_equal(item->via_url, item->source_url))
		write_atom_link(rss, "rel=\"via\"", item->via_url, item->via_name);
	for (size_t i = 0; i < item->n_related; i++)
		write_atom_link(
			rss, "rel=\"related\"", item->related[i].url, item->related[i].title);
}

static void write_item(struct rss *rss, const struct of_item *item)
{
	struct of_xml *xml = &rss->xml;
	int64_t published = of_entry_published(item);
	int64_t updated = of_entry_updated(item);

	of_xml_open(xml, "item");
	of_xml_element(xml, "title", of_entry_title(item));
	of_xml_element(xml, "link", uri(rss, of_entry_link(item, rss->site)));
	write_guid(rss, item);
	write_time(rss, "pubDate", published, of_time_add_rfc822);
	if (updated != published)
		write_time(rss, "atom:updated", updated, of_time_add_rfc3339);
	write_authors(rss, item);
	of_xml_element_if(xml, "dc:language", of_entry_language(item, rss->site));
	write_categories(rss, item);
	write_texts(rss, item);
	write_enclosure(rss, item);
	of_entry_write_media(xml, &item->image, &rss->url);
	write_links(rss, item);
	of_xml_close(xml);
}

static enum of_status render_rss(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, struct of_err *err)
{
	struct rss rss = {.feed = feed, .site = site};
	struct of_xml *xml = &rss.xml;

	of_xml_init(xml, out, OF_XML_HEX);
	of_xml_open(xml, "rss");
	of_xml_attr(xml, "version", STR("2.0"));
	of_xml_attr(xml, "xmlns:atom", STR(OF_NS_ATOM));
	of_xml_attr(xml, "xmlns:content", STR(OF_NS_CONTENT));
	of_xml_attr(xml, "xmlns:dc", STR(OF_NS_DC));
	if (feed->month.len > 0)
		of_xml_attr(xml, "xmlns:fh", STR(OF_NS_HISTORY));
	of_xml_attr(xml, "xmlns:media", STR(OF_NS_MEDIA));
	of_xml_open(xml, "channel");
	write_channel_head(&rss);
	for (size_t i = 0; i < feed->n_entries; i++)
		write_item(&rss, feed->entries[i]);
	of_xml_close(xml);
	of_xml_close(xml);
	of_xml_fail(xml, rss.text.status);
	of_xml_fail(xml, rss.url.status);
	of_buf_finish(&rss.text);
	of_buf_finish(&rss.url);
	return of_xml_finish(xml, err);
}

const struct of_renderer of_renderer_rss = {"rss", SELF_FILE, SELF_TYPE, render_rss, "RSS"};
