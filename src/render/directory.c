/* The page that lists all feeds of a site. */
#include "base/str.h"
#include "render/common.h"

static enum of_status render_directory(struct of_buf *out, const struct of_directory *directory,
	const struct of_site *site, struct of_err *err)
{
	of_buf_add_text(out, "<!DOCTYPE html>\n<meta name=\"generator\" content=\"" OF_GENERATOR
			     "\">\n<title>");
	of_render_escape_html(out, site->title, false);
	of_buf_add_text(out, "</title>\n");
	for (size_t i = 0; i < directory->count; i++)
		of_render_escape_html(out, directory->rows[i].title, false);
	return of_buf_status(out, err);
}

const struct of_directory_renderer of_directory_page = {
	"index.html", "text/html", render_directory};
