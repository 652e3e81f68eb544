/*
 * The page that lists all feeds of a site (SPEC section 6), with a filter that
 * its script makes work. Thousands of rows are nothing out of the way, so that
 * what each takes is kept short.
 */
#include "base/str.h"
#include "base/url.h"
#include "render/common.h"
#include "render/view.h"

#define NAME_MOST 200 /* characters */

static void add_head(struct of_view *view, const struct of_directory *directory)
{
	const struct of_site *site = view->site;
	const struct of_renderer *format;

	of_view_begin(
		view, site->title, site->description.len > 0 ? site->description : site->title);
	for (size_t row = 0; row < directory->count && row < 1; row++) {
		if (directory->rows[row].by.len > 0)
			continue;
		for (size_t i = 0; (format = of_view_format(site, i)) != NULL; i++)
			of_view_alternate(view, format, directory->rows[row].title,
				directory->rows[row].path);
	}
	of_buf_add_format(view->out,
		"<link rel=\"alternate\" type=\"%s\" title=\"OPML\" href=\"%s\">\n",
		of_directory_opml.media_type, of_directory_opml.file);
	of_view_body(view, "feeds", "Skip to the feeds");
}

static void add_header(struct of_view *view)
{
	struct of_buf *out = view->out;

	of_buf_add_text(out, "<header>\n<h1>");
	of_view_name(view, view->site->title, OF_VIEW_WHOLE);
	of_buf_add_text(out, "</h1>\n");
	if (view->site->description.len > 0 &&
		!of_str_equal(view->site->description, view->site->title)) {
		of_buf_add_text(out, "<p class=\"lead\" dir=\"auto\">");
		of_view_text(view, view->site->description, OF_VIEW_WHOLE);
		of_buf_add_text(out, "</p>\n");
	}
	of_buf_add_text(out, "<div class=\"follow\"");
	of_view_english(view);
	of_buf_add_format(out,
		">\n<p>Each list here is also a feed. Choose one and paste the address of its "
		"page into a feed reader, an app that gathers what is new from the places you "
		"choose, and new entries come to you.</p>\n"
		"<p class=\"ways\"><a class=\"open\" download href=\"%s\">All feeds in one "
		"file (OPML)</a> <span>for a reader that imports subscriptions</span></p>\n"
		"</div>\n</header>\n",
		of_directory_opml.file);
}

/* Hidden until the script makes it work. */
static void add_filter(struct of_view *view, size_t count)
{
	if (count < 2)
		return;
	of_buf_add_text(view->out, "<form role=\"search\" hidden");
	of_view_english(view);
	of_buf_add_text(view->out, ">\n<label for=\"filter\">Filter the feeds <kbd "
				   "aria-hidden=\"true\">/</kbd></label>\n"
				   "<input id=\"filter\" type=\"search\" autocomplete=\"off\" "
				   "spellcheck=\"false\" "
				   "aria-keyshortcuts=\"/\" enterkeyhint=\"search\">\n"
				   "<p role=\"status\"></p>\n</form>\n");
}

/* One word each; what it is called in full is said with what it is of. */
static void add_formats(struct of_view *view, const struct of_directory_row *row)
{
	const struct of_renderer *format;

	for (size_t i = 0; (format = of_view_format(view->site, i)) != NULL; i++) {
		struct of_str label = of_str_from(format->label);

		of_buf_add_text(view->out, " <a href=\"");
		of_view_path(view, row->path);
		of_buf_add_format(
			view->out, "%s\" aria-label=\"%s: ", format->file, format->label);
		of_view_text(view, row->label, NAME_MOST);
		of_buf_add_text(view->out, "\">");
		of_buf_add_str(view->out, of_str_slice(label, 0, of_str_find_byte(label, ' ')));
		of_buf_add_text(view->out, "</a>");
	}
}

static void add_row(struct of_view *view, const struct of_directory_row *row)
{
	of_buf_add_text(view->out, "<li><a href=\"");
	of_view_path(view, row->path);
	of_buf_add_text(view->out, "\">");
	of_view_name(view, row->label.len > 0 ? row->label : row->title, NAME_MOST);
	of_buf_add_text(view->out, "</a> <span");
	of_view_english(view);
	of_buf_add_byte(view->out, '>');
	of_view_count(view, row->n_items, "entry", "entries");
	of_buf_add_text(view->out, "</span> ");
	of_view_date(view, row->updated);
	of_buf_add_text(view->out, " <span>");
	add_formats(view, row);
	of_buf_add_text(view->out, "</span></li>\n");
}

/* The rows of one grouping, from one on; gives the row behind them. */
static size_t add_group(struct of_view *view, const struct of_directory *directory, size_t from,
	unsigned number)
{
	struct of_str by = directory->rows[from].by;
	size_t to = from;

	while (to < directory->count && of_str_equal(directory->rows[to].by, by))
		to++;
	of_buf_add_format(
		view->out, "<section aria-labelledby=\"g%u\">\n<h2 id=\"g%u\"", number, number);
	of_view_english(view);
	of_buf_add_byte(view->out, '>');
	of_buf_truncate(&view->scratch, 0);
	of_view_add_grouping(&view->scratch, by);
	of_view_text(view, of_buf_str(&view->scratch), NAME_MOST);
	of_buf_add_text(view->out, "</h2>\n<ul class=\"feeds\" role=\"list\">\n");
	for (size_t i = from; i < to; i++)
		add_row(view, &directory->rows[i]);
	of_buf_add_text(view->out, "</ul>\n</section>\n");
	return to;
}

static enum of_status render_directory(struct of_buf *out, const struct of_directory *directory,
	const struct of_site *site, struct of_err *err)
{
	struct of_view view = {.out = out,
		.site = site,
		.home = site->url,
		.script = of_view_directory_script,
		.hash = of_view_directory_script_hash};
	unsigned number = 0;

	of_url_add_uri(&view.place, site->url);
	add_head(&view, directory);
	add_header(&view);
	of_buf_add_text(out, "<main id=\"feeds\">\n");
	add_filter(&view, directory->count);
	for (size_t i = 0; i < directory->count;)
		i = add_group(&view, directory, i, ++number);
	if (directory->count == 0)
		of_buf_add_text(out, "<p class=\"shown\">No feed is here yet.</p>\n");
	of_buf_add_text(out, "</main>\n");
	return of_view_end(&view, err);
}

const struct of_directory_renderer of_directory_page = {
	"index.html", "text/html", render_directory};
