/*
 * The list of all feeds of a site, for a feed reader (OPML 2.0). A feed is there
 * once, in the best of the formats that the site has.
 */
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include "render/common.h"
#include "render/view.h"
#include "render/xml.h"

struct opml {
	struct of_xml xml;
	const struct of_directory *directory;
	const struct of_site *site;
	const struct of_renderer *format; /* NULL when the site has none */
	struct of_buf text;               /* reused; keeps a failure */
};

static bool has_text(struct of_str text)
{
	return text.len > 0;
}

/* No date of its own making: what a list says depends on its feeds alone. */
static void write_head(struct opml *opml)
{
	int64_t newest = OF_TIME_NONE;

	for (size_t i = 0; i < opml->directory->count; i++)
		if (opml->directory->rows[i].updated > newest)
			newest = opml->directory->rows[i].updated;
	of_xml_open(&opml->xml, "head");
	of_xml_element(&opml->xml, "title", opml->site->title);
	if (newest != OF_TIME_NONE) {
		of_buf_truncate(&opml->text, 0);
		of_time_add_rfc822(&opml->text, newest);
		of_xml_element(&opml->xml, "dateModified", of_buf_str(&opml->text));
	}
	of_xml_element(&opml->xml, "docs", STR("http://opml.org/spec2.opml"));
	of_xml_close(&opml->xml);
}

/* type="rss" is what the specification says of a feed in any format. */
static void write_row(struct opml *opml, const struct of_directory_row *row)
{
	struct of_feed feed = {.path = row->path};
	struct of_str title = has_text(row->title) ? row->title : row->label;

	of_xml_open_leaf(&opml->xml, "outline");
	of_xml_attr(&opml->xml, "text", title);
	of_xml_attr(&opml->xml, "title", title);
	of_xml_attrs(&opml->xml, "type=\"rss\"");
	of_buf_truncate(&opml->text, 0);
	of_feed_add_self(&opml->text, &feed, opml->site, opml->format->file);
	of_xml_attr(&opml->xml, "xmlUrl", of_buf_str(&opml->text));
	of_buf_truncate(&opml->text, 0);
	of_url_add_uri(&opml->text, row->home_url);
	of_xml_attr_if(&opml->xml, "htmlUrl", of_buf_str(&opml->text));
	of_xml_close_leaf(&opml->xml, (struct of_str){0});
}

static bool has_several_groupings(const struct of_directory *directory)
{
	struct of_str first = {0};

	for (size_t i = 0; i < directory->count; i++) {
		struct of_str by = directory->rows[i].by;

		if (has_text(first) && has_text(by) && !of_str_equal(first, by))
			return true;
		if (has_text(by))
			first = by;
	}
	return false;
}

static void write_rows(struct opml *opml)
{
	bool nests = has_several_groupings(opml->directory);
	struct of_str open = {0}; /* the grouping whose outline is open */

	for (size_t i = 0; i < opml->directory->count; i++) {
		const struct of_directory_row *row = &opml->directory->rows[i];

		if (nests && !of_str_equal(open, row->by)) {
			if (has_text(open))
				of_xml_close(&opml->xml);
			open = row->by;
			of_xml_open(&opml->xml, "outline");
			of_buf_truncate(&opml->text, 0);
			of_view_add_grouping(&opml->text, open);
			of_xml_attr(&opml->xml, "text", of_buf_str(&opml->text));
		}
		write_row(opml, row);
	}
	if (has_text(open))
		of_xml_close(&opml->xml);
}

/* A body holds one outline at least. */
static void write_nothing(struct opml *opml)
{
	of_xml_open_leaf(&opml->xml, "outline");
	of_xml_attrs(&opml->xml, "text=\"No feed is here yet\" isComment=\"true\"");
	of_xml_close_leaf(&opml->xml, (struct of_str){0});
}

static enum of_status render_opml(struct of_buf *out, const struct of_directory *directory,
	const struct of_site *site, struct of_err *err)
{
	struct opml opml = {
		.directory = directory, .site = site, .format = of_view_format(site, 0)};
	enum of_status status;

	of_xml_init(&opml.xml, out, OF_XML_NAMED);
	/* by this line a list in the output is known to be outfeed's own */
	of_buf_add_text(out, "\n<!-- generator: " OF_GENERATOR " -->");
	of_xml_open(&opml.xml, "opml");
	of_xml_attr(&opml.xml, "version", STR("2.0"));
	write_head(&opml);
	of_xml_open(&opml.xml, "body");
	if (directory->count > 0 && opml.format != NULL)
		write_rows(&opml);
	else
		write_nothing(&opml);
	of_xml_close(&opml.xml);
	of_xml_close(&opml.xml);
	of_xml_fail(&opml.xml, opml.text.status);
	status = of_xml_finish(&opml.xml, err);
	of_buf_finish(&opml.text);
	return status;
}

const struct of_directory_renderer of_directory_opml = {
	"subscriptions.opml", "text/x-opml", render_opml};
