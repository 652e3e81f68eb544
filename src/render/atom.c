/*
 * Atom 1.0 (RFC 4287). URLs are written as the IRIs they are.
 */
#include "base/str.h"
#include "base/time.h"
#include "render/common.h"
#include "render/xml.h"

#define SELF_FILE "atom.xml"
#define SELF_TYPE "application/atom+xml"

struct atom {
	struct of_xml xml;
	const struct of_feed *feed;
	const struct of_site *site;
	struct of_buf text; /* reused; keeps a failure */
};

/* title may be absent. */
static void write_link(
	struct of_xml *xml, const char *attributes, struct of_str url, struct of_str title)
{
	if (url.len == 0)
		return;
	of_xml_open_leaf(xml, "link");
	of_xml_attrs(xml, attributes);
	of_xml_attr(xml, "href", url);
	of_xml_attr_if(xml, "title", title);
	of_xml_close_leaf(xml, (struct of_str){0});
}

static void write_time(struct atom *atom, const char *name, int64_t seconds)
{
	of_buf_truncate(&atom->text, 0);
	of_time_add_rfc3339(&atom->text, seconds);
	of_xml_element(&atom->xml, name, of_buf_str(&atom->text));
}

static void write_typed(
	struct of_xml *xml, const char *name, const char *attributes, struct of_str text)
{
	if (text.len == 0)
		return;
	of_xml_open_leaf(xml, name);
	of_xml_attrs(xml, attributes);
	of_xml_close_leaf(xml, text);
}

/* atom:name is required (RFC 4287 section 3.2.1). */
static void write_author(struct of_xml *xml, const struct of_person *person)
{
	struct of_str name = of_person_label(person);

	if (name.len == 0)
		return;
	of_xml_open(xml, "author");
	of_xml_element(xml, "name", name);
	of_xml_element_if(xml, "uri", person->url);
	of_xml_element_if(xml, "email", person->email);
	of_xml_close(xml);
}

/* A feed has an author, so that no entry needs one (RFC 4287 section 4.1.1). */
static void write_feed_author(struct atom *atom)
{
	struct of_person author = atom->site->author;

	if (of_person_label(&author).len == 0)
		author.name = of_feed_title(atom->feed, atom->site);
	write_author(&atom->xml, &author);
}

/* The feed's other documents; a hub knows of the live one alone. */
static void write_neighbours(struct atom *atom)
{
	static const struct of_document_name name = {SELF_FILE, SELF_TYPE};
	const struct of_feed *feed = atom->feed;
	struct of_str none = {0};

	of_feed_write_neighbours(&atom->xml, "link", &name, feed, atom->site, &atom->text);
	for (size_t i = 0; i < atom->site->n_hubs && feed->month.len == 0; i++)
		write_link(&atom->xml, "rel=\"hub\"", atom->site->hubs[i], none);
}

static void write_feed_head(struct atom *atom)
{
	const struct of_feed *feed = atom->feed;
	const struct of_site *site = atom->site;
	struct of_xml *xml = &atom->xml;
	struct of_str title = of_feed_title(feed, site);
	struct of_str none = {0};

	of_xml_element(xml, "id", feed->home_url);
	write_typed(xml, "title", "type=\"text\"", title);
	if (!of_str_equal(feed->description, title))
		write_typed(xml, "subtitle", "type=\"text\"", feed->description);
	write_time(atom, "updated", feed->updated != OF_TIME_NONE ? feed->updated : 0);
	of_buf_truncate(&atom->text, 0);
	of_feed_add_self(&atom->text, feed, site, SELF_FILE);
	write_link(xml, "rel=\"self\" type=\"" SELF_TYPE "\"", of_buf_str(&atom->text), none);
	write_link(xml, "rel=\"alternate\" type=\"text/html\"", feed->home_url, none);
	write_neighbours(atom);
	of_xml_element(xml, "generator", STR(OF_GENERATOR));
	of_xml_element_if(xml, "icon", site->icon);
	write_feed_author(atom);
	if (feed->month.len > 0)
		of_xml_element(xml, "fh:archive", none);
}

static void write_category(
	struct of_xml *xml, struct of_str term, struct of_str scheme, struct of_str label)
{
	of_xml_open_leaf(xml, "category");
	of_xml_attr(xml, "term", term);
	of_xml_attr_if(xml, "scheme", scheme);
	of_xml_attr_if(xml, "label", label);
	of_xml_close_leaf(xml, (struct of_str){0});
}

static void write_categories(struct atom *atom, const struct of_item *item)
{
	struct of_seen seen = {0};
	struct of_str none = {0};

	for (size_t i = 0; i < item->n_categories; i++)
		write_category(&atom->xml, item->categories[i].slug, item->categories[i].scheme,
			item->categories[i].label);
	of_seen_add_categories(&seen, item);
	for (size_t i = 0; i < item->n_tags; i++)
		if (of_seen_add(&seen, item->tags[i]))
			write_category(&atom->xml, item->tags[i], none, none);
	of_xml_fail(&atom->xml, of_seen_finish(&seen));
}

static void write_enclosure(struct of_xml *xml, const struct of_item *item)
{
	if (!of_entry_has_enclosure(item))
		return;
	of_xml_open_leaf(xml, "link");
	of_xml_attrs(xml, "rel=\"enclosure\"");
	of_xml_attr(xml, "type", item->image.type);
	of_xml_attr(xml, "href", item->image.url);
	of_xml_attr_uint_if(xml, "length", item->image.length);
	of_xml_attr_if(xml, "title", item->image.alt);
	of_xml_close_leaf(xml, (struct of_str){0});
}

static void write_entry_links(struct atom *atom, const struct of_item *item)
{
	struct of_xml *xml = &atom->xml;
	struct of_str none = {0};

	write_link(xml, "rel=\"alternate\" type=\"text/html\"", of_entry_link(item, atom->site),
		none);
	write_link(xml, "rel=\"via\"", item->source_url, of_entry_source_name(item));
	if (!of_str_equal(item->via_url, item->source_url))
		write_link(xml, "rel=\"via\"", item->via_url, item->via_name);
	for (size_t i = 0; i < item->n_related; i++)
		write_link(
			xml, "rel=\"related\"", item->related[i].url, item->related[i].title);
	write_enclosure(xml, item);
}

static void write_entry(struct atom *atom, const struct of_item *item)
{
	struct of_xml *xml = &atom->xml;
	int64_t published = of_entry_published(item);
	int64_t updated = of_entry_updated(item);

	of_xml_open(xml, "entry");
	of_xml_attr_if(xml, "xml:lang", of_entry_language(item, atom->site));
	of_xml_element(xml, "id", item->id);
	write_typed(xml, "title", "type=\"text\"", of_entry_title(item));
	write_entry_links(atom, item);
	if (published != OF_TIME_NONE)
		write_time(atom, "published", published);
	write_time(atom, "updated", updated != OF_TIME_NONE ? updated : 0);
	for (size_t i = 0; i < item->n_authors; i++)
		write_author(xml, &item->authors[i]);
	write_categories(atom, item);
	write_typed(xml, "summary", "type=\"text\"", of_entry_summary(item, atom->site));
	of_buf_truncate(&atom->text, 0);
	of_entry_add_content(&atom->text, item, atom->site);
	write_typed(xml, "content", "type=\"html\"", of_buf_str(&atom->text));
	of_entry_write_media(xml, &item->image, &atom->text);
	of_xml_close(xml);
}

static enum of_status render_atom(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, struct of_err *err)
{
	struct atom atom = {.feed = feed, .site = site};
	struct of_xml *xml = &atom.xml;

	of_xml_init(xml, out, OF_XML_NAMED);
	of_xml_open(xml, "feed");
	of_xml_attr(xml, "xmlns", STR(OF_NS_ATOM));
	of_xml_attr(xml, "xmlns:media", STR(OF_NS_MEDIA));
	if (feed->month.len > 0)
		of_xml_attr(xml, "xmlns:fh", STR(OF_NS_HISTORY));
	of_xml_attr_if(xml, "xml:lang", site->language);
	write_feed_head(&atom);
	for (size_t i = 0; i < feed->n_entries; i++)
		write_entry(&atom, feed->entries[i]);
	of_xml_close(xml);
	of_xml_fail(xml, atom.text.status);
	of_buf_finish(&atom.text);
	return of_xml_finish(xml, err);
}

const struct of_renderer of_renderer_atom = {"atom", SELF_FILE, SELF_TYPE, render_atom, "Atom"};
