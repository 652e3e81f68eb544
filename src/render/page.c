/*
 * A group's page for people (SPEC section 6): its newest entries, and how to
 * follow it, for those who know what a feed is and for those who do not.
 */
#include "base/str.h"
#include "base/url.h"
#include "render/common.h"
#include "render/view.h"

#define NAME_MOST 200    /* characters of a name where it stands beside others */
#define EXCERPT_MOST 300 /* characters */

/* Of the group, as its own page calls it. */
static struct of_str name_of(const struct of_feed *feed, const struct of_site *site)
{
	return feed->label.len > 0 ? feed->label : of_feed_title(feed, site);
}

static void add_up(struct of_view *view, const struct of_feed *feed)
{
	struct of_str rest = feed->path;

	if (rest.len == 0)
		of_buf_add_text(view->out, "./");
	while (rest.len > 0) {
		of_str_split(&rest, '/');
		of_buf_add_text(view->out, "../");
	}
}

/* The description says more than the title for the feed of all items alone. */
static struct of_str more_of(const struct of_feed *feed)
{
	return of_str_equal(feed->description, feed->title) ? (struct of_str){0}
							    : feed->description;
}

static void add_head(struct of_view *view, const struct of_feed *feed)
{
	struct of_str title = of_feed_title(feed, view->site);
	const struct of_renderer *format;

	of_view_begin(view, title, more_of(feed).len > 0 ? more_of(feed) : title);
	for (size_t i = 0; (format = of_view_format(view->site, i)) != NULL; i++)
		of_view_alternate(view, format, title, (struct of_str){0});
	of_view_body(view, "entries", "Skip to the entries");
}

static void add_header(struct of_view *view, const struct of_feed *feed)
{
	struct of_buf *out = view->out;

	of_buf_add_text(out, "<header>\n<p class=\"up\"><a href=\"");
	add_up(view, feed);
	of_buf_add_text(out, "\">");
	of_view_name(view, view->site->title, NAME_MOST);
	of_buf_add_text(out, "</a></p>\n<h1>");
	of_view_name(view, name_of(feed, view->site), OF_VIEW_WHOLE);
	of_buf_add_text(out, "</h1>\n");
	if (more_of(feed).len > 0) {
		of_buf_add_text(out, "<p class=\"lead\" dir=\"auto\">");
		of_view_text(view, more_of(feed), OF_VIEW_WHOLE);
		of_buf_add_text(out, "</p>\n");
	}
	of_buf_add_text(out, "</header>\n");
}

/*
 * Readers that are programs of the device take `feed:` addresses, and nothing
 * else of a page. A browser shows a document that it is led to as text, and
 * `web+feed:` is for readers that are web sites, of which hardly any asks for it.
 * Where nothing takes the address a click does nothing, so that the address
 * stands first, and the documents themselves follow.
 */
static void add_address(struct of_view *view, const struct of_feed *feed)
{
	const struct of_renderer *best = of_view_format(view->site, 0);
	struct of_buf self = {0};

	of_feed_add_self(&self, feed, view->site, best->file);
	of_buf_add_text(view->out,
		"<div class=\"address\"><label for=\"address\">Address of the feed</label>\n"
		"<input id=\"address\" readonly dir=\"ltr\" spellcheck=\"false\" value=\"");
	of_view_text(view, of_buf_str(&self), OF_VIEW_WHOLE);
	of_buf_add_text(view->out, "\">\n<button type=\"button\" hidden>Copy</button>\n"
				   "<span role=\"status\"></span></div>\n"
				   "<p class=\"ways\"><a class=\"open\" href=\"feed:");
	of_view_text(view, of_buf_str(&self), OF_VIEW_WHOLE);
	of_buf_add_text(view->out, "\">Open in a reader</a> <span>or see the feed itself: ");
	if (view->out->status == OF_OK)
		view->out->status = self.status;
	of_buf_finish(&self);
}

static void add_formats(struct of_view *view)
{
	const struct of_renderer *format;

	for (size_t i = 0; (format = of_view_format(view->site, i)) != NULL; i++)
		of_buf_add_format(view->out, "%s<a type=\"%s\" href=\"%s\">%s</a>",
			i > 0 ? ", " : "", format->media_type, format->file, format->label);
	of_buf_add_text(view->out, "</span></p>\n");
}

static void add_follow(struct of_view *view, const struct of_feed *feed)
{
	if (of_view_format(view->site, 0) == NULL)
		return;
	of_buf_add_text(view->out, "<section class=\"follow\" aria-labelledby=\"follow\"");
	of_view_english(view);
	of_buf_add_text(view->out,
		">\n<h2 id=\"follow\">Follow this list</h2>\n"
		"<p>Paste the address of this page into a feed reader, an app that gathers "
		"what is new from the places you choose, and new entries come to you.</p>\n");
	add_address(view, feed);
	add_formats(view);
	of_buf_add_text(view->out, "</section>\n");
}

/*
 * The page asks its own origin alone: an image elsewhere would tell a stranger
 * who reads it.
 */
static void add_image(struct of_view *view, const struct of_item *item)
{
	const struct of_image *image = &item->image;
	struct of_buf url = {0};

	if (of_entry_has_enclosure(item) && of_view_relative(&url, view, image->url)) {
		of_buf_add_text(view->out, "<img loading=\"lazy\" decoding=\"async\"");
		if (image->width > 0 && image->height > 0)
			of_buf_add_format(view->out, " width=\"%u\" height=\"%u\"",
				image->width, image->height);
		of_buf_add_text(view->out, " src=\"");
		of_view_text(view, of_buf_str(&url), OF_VIEW_WHOLE);
		of_buf_add_text(view->out, "\" alt=\"");
		of_view_text(view, image->alt, EXCERPT_MOST);
		of_buf_add_text(view->out, "\">\n");
	}
	if (url.status != OF_OK && view->out->status == OF_OK)
		view->out->status = url.status;
	of_buf_finish(&url);
}

static void add_title(struct of_view *view, const struct of_item *item)
{
	of_buf_add_text(view->out, "<h2><a");
	of_view_href(view, of_entry_link(item, view->site));
	of_buf_add_byte(view->out, '>');
	of_view_text(view, of_entry_title(item), OF_VIEW_WHOLE);
	of_buf_add_text(view->out, "</a></h2>\n");
}

/* Many entries may be of one source: the link's name says which this is. */
static void add_source(struct of_view *view, const struct of_item *item)
{
	struct of_str name = of_entry_source_name(item);

	if (name.len == 0)
		return;
	of_buf_add_text(view->out, "<a");
	if (of_view_href(view, item->source_url)) {
		of_buf_add_text(view->out, " aria-label=\"");
		of_view_text(view, name, NAME_MOST);
		of_buf_add_text(view->out, ": ");
		of_view_text(view, of_entry_title(item), NAME_MOST);
		of_buf_add_byte(view->out, '"');
	}
	of_buf_add_byte(view->out, '>');
	of_view_name(view, name, NAME_MOST);
	of_buf_add_text(view->out, "</a> ");
}

/* The title, which comes first, decides the direction of all that is said of the entry. */
static void add_entry(struct of_view *view, const struct of_item *item)
{
	struct of_str language = of_entry_language(item, view->site);

	of_buf_add_text(view->out, "<li><article dir=\"auto\"");
	if (language.len > 0) {
		of_buf_add_text(view->out, " lang=\"");
		of_view_text(view, language, OF_VIEW_WHOLE);
		of_buf_add_byte(view->out, '"');
	}
	of_buf_add_text(view->out, ">\n");
	add_title(view, item);
	of_buf_add_text(view->out, "<p class=\"meta\">");
	add_source(view, item);
	of_view_date(view, of_entry_published(item));
	of_buf_add_text(view->out, "</p>\n");
	add_image(view, item);
	if (item->summary.len > 0 && !of_str_equal(item->summary, of_entry_title(item))) {
		of_buf_add_text(view->out, "<p dir=\"auto\">");
		of_view_text(view, item->summary, EXCERPT_MOST);
		of_buf_add_text(view->out, "</p>\n");
	}
	of_buf_add_text(view->out, "</article></li>\n");
}

static void add_shown(struct of_view *view, const struct of_feed *feed)
{
	of_buf_add_text(view->out, "<p class=\"shown\"");
	of_view_english(view);
	of_buf_add_byte(view->out, '>');
	if (feed->n_entries == 0) {
		of_buf_add_text(view->out, "Nothing is here yet. Whoever follows the list "
					   "sees the first entry when it comes.");
	} else if (feed->n_entries < feed->n_items) {
		of_buf_add_text(view->out, "The newest ");
		of_view_number(view, feed->n_entries);
		of_buf_add_text(view->out, " of ");
		of_view_count(view, feed->n_items, "entry", "entries");
	} else {
		of_view_count(view, feed->n_entries, "entry", "entries");
		of_buf_add_text(view->out, feed->n_entries > 1 ? ", newest first" : "");
	}
	of_buf_add_text(view->out, "</p>\n");
}

static void add_entries(struct of_view *view, const struct of_feed *feed)
{
	of_buf_add_text(view->out, "<section id=\"entries\" aria-label=\"Entries\">\n");
	add_shown(view, feed);
	if (feed->n_entries > 0)
		of_buf_add_text(view->out, "<ol class=\"entries\" role=\"list\">\n");
	for (size_t i = 0; i < feed->n_entries; i++)
		add_entry(view, feed->entries[i]);
	if (feed->n_entries > 0)
		of_buf_add_text(view->out, "</ol>\n");
	of_buf_add_text(view->out, "</section>\n");
}

static void add_footer(struct of_view *view, const struct of_feed *feed)
{
	of_buf_add_text(view->out, "<footer");
	of_view_english(view);
	of_buf_add_text(view->out, "><p><a href=\"");
	add_up(view, feed);
	of_buf_add_text(view->out, "\">All feeds of ");
	of_view_name(view, view->site->title, NAME_MOST);
	of_buf_add_text(view->out, "</a> <a download href=\"");
	add_up(view, feed);
	of_buf_add_text(view->out, of_directory_opml.file);
	of_buf_add_text(view->out, "\">All of them in one file (OPML)</a></p></footer>\n");
}

static enum of_status render_page(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, struct of_err *err)
{
	struct of_view view = {.out = out,
		.site = site,
		.home = feed->home_url,
		.script = of_view_page_script,
		.hash = of_view_page_script_hash};
	struct of_feed folder = *feed;

	folder.file = (struct of_str){0};
	of_feed_add_self(&view.place, &folder, site, "");
	add_head(&view, feed);
	add_header(&view, feed);
	of_buf_add_text(out, "<main>\n");
	add_follow(&view, feed);
	add_entries(&view, feed);
	of_buf_add_text(out, "</main>\n");
	add_footer(&view, feed);
	return of_view_end(&view, err);
}

const struct of_renderer of_renderer_page = {
	"page", "index.html", "text/html", render_page, "Page"};
