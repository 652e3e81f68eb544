#include "render/common.h"

#include "base/escape.h"
#include "base/str.h"
#include "base/url.h"
#include "render/xml.h"

void of_archive_add_folder(struct of_buf *out, struct of_str path)
{
	of_buf_add_str(out, path);
	of_buf_add_text(out, "/" OF_ARCHIVE_FOLDER);
}

void of_archive_add_file(struct of_buf *out, struct of_str month, const char *file)
{
	if (month.len > 0) {
		of_buf_add_str(out, month);
		of_buf_add_byte(out, '.');
	}
	of_buf_add_text(out, file);
}

void of_feed_add_url(struct of_buf *out, const struct of_feed *feed, const struct of_site *site,
	struct of_str month, const char *file)
{
	struct of_str rest = feed->path;
	struct of_buf iri = {0};

	of_buf_add_str(&iri, site->url);
	while (rest.len > 0) {
		of_url_add_segment(&iri, of_str_split(&rest, '/'));
		of_buf_add_byte(&iri, '/');
	}
	if (month.len > 0)
		of_buf_add_text(&iri, OF_ARCHIVE_FOLDER "/");
	if (feed->file.len > 0)
		of_buf_add_str(&iri, feed->file);
	else
		of_archive_add_file(&iri, month, file);
	of_url_add_uri(out, of_buf_str(&iri));
	if (out->status == OF_OK)
		out->status = iri.status;
	of_buf_finish(&iri);
}

void of_feed_add_self(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, const char *file)
{
	of_feed_add_url(out, feed, site, feed->month, file);
}

static void write_neighbour(struct of_xml *xml, const char *element, const char *rel,
	const char *type, struct of_str url)
{
	of_xml_open_leaf(xml, element);
	of_xml_attr(xml, "rel", of_str_from(rel));
	of_xml_attr(xml, "type", of_str_from(type));
	of_xml_attr(xml, "href", url);
	of_xml_close_leaf(xml, (struct of_str){0});
}

void of_feed_write_neighbours(struct of_xml *xml, const char *element,
	const struct of_document_name *name, const struct of_feed *feed,
	const struct of_site *site, struct of_buf *scratch)
{
	const struct {
		const char *rel;
		struct of_str month; /* absent: of the live document */
		bool there;
	} neighbours[] = {{"current", {0}, feed->month.len > 0},
		{"prev-archive", feed->before, feed->before.len > 0},
		{"next-archive", feed->after, feed->after.len > 0}};

	for (size_t i = 0; i < sizeof(neighbours) / sizeof(*neighbours); i++) {
		if (!neighbours[i].there)
			continue;
		of_buf_truncate(scratch, 0);
		of_feed_add_url(scratch, feed, site, neighbours[i].month, name->file);
		write_neighbour(
			xml, element, neighbours[i].rel, name->type, of_buf_str(scratch));
	}
}

struct of_str of_feed_title(const struct of_feed *feed, const struct of_site *site)
{
	return feed->title.len > 0 ? feed->title : site->title;
}

struct of_str of_entry_title(const struct of_item *item)
{
	if (item->title.len > 0)
		return item->title;
	return item->summary.len > 0 ? item->summary : item->id;
}

struct of_str of_entry_link(const struct of_item *item, const struct of_site *site)
{
	if (site->link == OF_LINK_SOURCE && item->source_url.len > 0)
		return item->source_url;
	if (item->permalink.len > 0)
		return item->permalink;
	/* Atom wants an alternate link where there is no content (RFC 4287 section 4.1.2). */
	return item->source_url.len > 0 ? item->source_url : site->url;
}

int64_t of_entry_published(const struct of_item *item)
{
	return item->published != OF_TIME_NONE ? item->published : item->updated;
}

int64_t of_entry_updated(const struct of_item *item)
{
	return item->updated != OF_TIME_NONE ? item->updated : item->published;
}

struct of_str of_entry_source_name(const struct of_item *item)
{
	struct of_str host;

	if (item->source_url.len == 0)
		return (struct of_str){0};
	if (item->source_name.len > 0)
		return item->source_name;
	host = of_url_site_name(item->source_url);
	return host.len > 0 ? host : item->source_url;
}

static void add_attribution(struct of_buf *out, const struct of_item *item)
{
	of_buf_add_text(out, "<p>Source: <a href=\"");
	of_render_escape_html(out, item->source_url, true);
	of_buf_add_text(out, "\">");
	of_render_escape_html(out, of_entry_source_name(item), false);
	of_buf_add_text(out, "</a></p>");
}

static bool is_attributed(const struct of_item *item, const struct of_site *site)
{
	return site->attribution && site->link == OF_LINK_PERMALINK && item->source_url.len > 0;
}

void of_entry_add_content(
	struct of_buf *out, const struct of_item *item, const struct of_site *site)
{
	bool attributed = is_attributed(item, site);

	if (site->content_mode == OF_CONTENT_SUMMARY)
		return;
	if (attributed)
		add_attribution(out, item);
	if (attributed && item->content_html.len > 0)
		of_buf_add_byte(out, '\n');
	of_buf_add_str(out, item->content_html);
}

struct of_str of_entry_summary(const struct of_item *item, const struct of_site *site)
{
	bool has_content = site->content_mode == OF_CONTENT_FULL &&
			   (item->content_html.len > 0 || is_attributed(item, site));

	return item->summary.len > 0 || has_content ? item->summary : of_entry_title(item);
}

bool of_entry_has_enclosure(const struct of_item *item)
{
	return item->image.url.len > 0 && item->image.type.len > 0;
}

struct of_str of_entry_language(const struct of_item *item, const struct of_site *site)
{
	if (of_str_equal_nocase(item->language, site->language))
		return (struct of_str){0};
	return item->language;
}

void of_entry_write_media(
	struct of_xml *xml, const struct of_image *image, struct of_buf *scratch)
{
	if (image->url.len == 0)
		return;
	of_buf_truncate(scratch, 0);
	of_url_add_uri(scratch, image->url);
	of_xml_open(xml, "media:content");
	of_xml_attr(xml, "url", of_buf_str(scratch));
	of_xml_attr_if(xml, "type", image->type);
	of_xml_attrs(xml, "medium=\"image\"");
	of_xml_attr_uint_if(xml, "fileSize", image->length);
	of_xml_attr_uint_if(xml, "width", image->width);
	of_xml_attr_uint_if(xml, "height", image->height);
	if (image->alt.len > 0) {
		of_xml_open_leaf(xml, "media:description");
		of_xml_attrs(xml, "type=\"plain\"");
		of_xml_close_leaf(xml, image->alt);
	}
	of_xml_close(xml);
}

struct of_str of_person_label(const struct of_person *person)
{
	if (person->name.len > 0)
		return person->name;
	return person->email.len > 0 ? person->email : person->url;
}

void of_render_escape_html(struct of_buf *out, struct of_str text, bool in_attribute)
{
	of_escape_add(
		out, text, in_attribute ? of_escapes_html_attribute : of_escapes_html_text);
}

static bool is_seen(const struct of_seen *seen, struct of_str text)
{
	for (size_t i = 0; i < seen->n_few; i++)
		if (of_str_equal(seen->few[i], text))
			return true;
	return of_map_get(&seen->map, text) != NULL;
}

bool of_seen_add(struct of_seen *seen, struct of_str text)
{
	if (text.len == 0 || seen->status != OF_OK || is_seen(seen, text))
		return false;
	if (seen->n_few < OF_SEEN_FEW)
		seen->few[seen->n_few++] = text;
	else
		seen->status = of_map_put(&seen->map, text, 1, NULL);
	return seen->status == OF_OK;
}

void of_seen_add_categories(struct of_seen *seen, const struct of_item *item)
{
	for (size_t i = 0; i < item->n_categories; i++) {
		of_seen_add(seen, item->categories[i].slug);
		of_seen_add(seen, item->categories[i].label);
	}
}

enum of_status of_seen_finish(struct of_seen *seen)
{
	of_map_finish(&seen->map);
	return seen->status;
}

bool of_page_is_ours(struct of_str head)
{
	struct of_str generator = STR("<meta name=\"generator\" content=\"" OF_GENERATOR "\"");
	size_t from = of_str_find(head, STR("<!--"));
	struct of_str comment;

	if (!of_str_starts(head, STR("<?xml")))
		return of_str_find(head, generator) != OF_NPOS;
	if (from == OF_NPOS || from > of_str_find(head, STR("<opml")))
		return false;
	comment = of_str_from_offset(head, from);
	comment = of_str_slice(comment, 0, of_str_find(comment, STR("-->")));
	return of_str_find(comment, STR(OF_GENERATOR)) != OF_NPOS;
}
