/*
 * What the renderers have in common, so that the documents of a feed tell the
 * same story. Text that is given back borrows from the item, the site or the
 * feed, or is static.
 */
#ifndef OF_RENDER_COMMON_H
#define OF_RENDER_COMMON_H

#include "base/map.h"

#include <outfeed/render.h>
#include <stdbool.h>

struct of_xml;

#define OF_NS_ATOM "http://www.w3.org/2005/Atom"
#define OF_NS_CONTENT "http://purl.org/rss/1.0/modules/content/"
#define OF_NS_HISTORY "http://purl.org/syndication/history/1.0"
#define OF_NS_DC "http://purl.org/dc/elements/1.1/"
#define OF_NS_MEDIA "http://search.yahoo.com/mrss/"

#define OF_ARCHIVE_FOLDER "archive" /* in a group's folder */

#define OF_GENERATOR "outfeed" /* without a version: an upgrade must not change documents */

extern const struct of_renderer of_renderer_atom, of_renderer_rss, of_renderer_json;

#define OF_PAGE_HEAD 1024 /* bytes of a page within which it says whose it is */

/*
 * Whether outfeed wrote the page or the OPML that begins so: HTML by its generator, XML
 * by a comment with outfeed's name before the first element.
 */
bool of_page_is_ours(struct of_str head);

/* Appends the folder of a group's archive, below the output. */
void of_archive_add_folder(struct of_buf *out, struct of_str path);
/* Appends the name that a file has for a month; the file's own without one. */
void of_archive_add_file(struct of_buf *out, struct of_str month, const char *file);

/*
 * Appends the URL of a feed's document: site.url, the feed's path, and the file's
 * name; with a month, the one in the archive. A URI in all formats, as validators
 * compare it with where they fetched.
 */
void of_feed_add_url(struct of_buf *out, const struct of_feed *feed, const struct of_site *site,
	struct of_str month, const char *file);
/* The same of the document at hand. */
void of_feed_add_self(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, const char *file);
/* What a document is called, and its media type. */
struct of_document_name {
	const char *file, *type;
};
/*
 * Writes where the feed's other documents are (RFC 5005 section 4), a leaf of that
 * element each: the live one from its archive, then the archive, from the live one back.
 */
void of_feed_write_neighbours(struct of_xml *xml, const char *element,
	const struct of_document_name *name, const struct of_feed *feed,
	const struct of_site *site, struct of_buf *scratch);
struct of_str of_feed_title(const struct of_feed *feed, const struct of_site *site);

/* Never absent: an entry without a title is named by its summary, then by its id. */
struct of_str of_entry_title(const struct of_item *item);
/* What the entry's main link opens; never absent. */
struct of_str of_entry_link(const struct of_item *item, const struct of_site *site);
/* Each stands in for the other; OF_TIME_NONE when there is neither. */
int64_t of_entry_published(const struct of_item *item);
int64_t of_entry_updated(const struct of_item *item);
/* Its name, else the host of its URL; absent when the item has no source. */
struct of_str of_entry_source_name(const struct of_item *item);
/* Appends the attribution and the HTML; nothing in content_mode summary. */
void of_entry_add_content(
	struct of_buf *out, const struct of_item *item, const struct of_site *site);
/* The title where an entry would have no text at all, which validators warn of. */
struct of_str of_entry_summary(const struct of_item *item, const struct of_site *site);
/* All three formats ask for a type; an image without one is no enclosure. */
bool of_entry_has_enclosure(const struct of_item *item);
/* The entry's language where it is given and is not the site's; else absent. */
struct of_str of_entry_language(const struct of_item *item, const struct of_site *site);
/* Writes media:content, whose url must be a URI; nothing without an image. */
void of_entry_write_media(
	struct of_xml *xml, const struct of_image *image, struct of_buf *scratch);

/* What stands where a name must; absent when nothing is known of the person. */
struct of_str of_person_label(const struct of_person *person);

/* Appends plain text as HTML; quotes matter in an attribute alone. */
void of_render_escape_html(struct of_buf *out, struct of_str text, bool in_attribute);

#define OF_SEEN_FEW 12

/*
 * Texts met so far in one entry: most entries have so few that they are compared
 * one by one, with no memory to be had. A zeroed one is ready; a failure is kept.
 */
struct of_seen {
	struct of_str few[OF_SEEN_FEW];
	size_t n_few;
	struct of_map map; /* those after the first few */
	enum of_status status;
};

/* True when the text is not empty and was not met before. */
bool of_seen_add(struct of_seen *seen, struct of_str text);
/* Marks the item's categories, slugs and labels: tags need not repeat them. */
void of_seen_add_categories(struct of_seen *seen, const struct of_item *item);
/* Frees what it holds, and says whether all went well. */
OF_MUST_CHECK enum of_status of_seen_finish(struct of_seen *seen);

#endif
