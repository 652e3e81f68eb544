/* The list of all feeds of a site, for a feed reader (OPML 2.0). */
#include "base/str.h"
#include "render/common.h"
#include "render/xml.h"

static enum of_status render_opml(struct of_buf *out, const struct of_directory *directory,
	const struct of_site *site, struct of_err *err)
{
	struct of_xml xml;

	of_xml_init(&xml, out, OF_XML_NAMED);
	of_buf_add_text(out, "\n<!-- by " OF_GENERATOR " -->");
	of_xml_open(&xml, "opml");
	of_xml_attr(&xml, "version", STR("2.0"));
	of_xml_element(&xml, "title", site->title);
	for (size_t i = 0; i < directory->count; i++)
		of_xml_element(&xml, "outline", directory->rows[i].title);
	of_xml_close(&xml);
	return of_xml_finish(&xml, err);
}

const struct of_directory_renderer of_directory_opml = {
	"subscriptions.opml", "text/x-opml", render_opml};
