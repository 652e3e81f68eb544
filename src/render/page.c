/* A group's page for people: its newest entries, and how to subscribe. */
#include "base/str.h"
#include "render/common.h"

static enum of_status render_page(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, struct of_err *err)
{
	of_buf_add_text(out, "<!DOCTYPE html>\n<meta name=\"generator\" content=\"" OF_GENERATOR
			     "\">\n<title>");
	of_render_escape_html(out, of_feed_title(feed, site), false);
	of_buf_add_text(out, "</title>\n");
	return of_buf_status(out, err);
}

const struct of_renderer of_renderer_page = {"page", "index.html", "text/html", render_page};
