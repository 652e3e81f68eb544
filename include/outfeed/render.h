/*
 * Renderers: a feed as the bytes of a document (SPEC section 5).
 *
 * A renderer is a row of a const table, and nothing outside the table names
 * one. What a renderer writes depends on the feed and the site alone: the same
 * input gives the same bytes.
 *
 * A renderer of a caller's own, in a site's `formats`, is treated as these are. A
 * build knows by `name` alone that it is the same: one that writes otherwise than it
 * did takes a build that is `full`, or another name.
 */
#ifndef OUTFEED_RENDER_H
#define OUTFEED_RENDER_H

#include <outfeed/buf.h>
#include <outfeed/feed.h>
#include <outfeed/site.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_renderer {
	const char *name;       /* as `formats:` spells it */
	const char *file;       /* the document's name in the group's folder */
	const char *media_type; /* what a server should say */
	/*
	 * Appends a document to out, which keeps a failure; OF_OK, or err says why not, and
	 * the build fails. A build calls it from several threads at a time. The entries'
	 * permalink and published are never absent in a build.
	 */
	OF_MUST_CHECK enum of_status (*render)(struct of_buf *out, const struct of_feed *feed,
		const struct of_site *site, struct of_err *err);
	const char *label; /* what people call the format */
};

/* A group's page for people. It is no format that `formats:` may name. */
extern const struct of_renderer of_renderer_page;

/* What stands once for a whole site, in the output folder itself. */
struct of_directory_renderer {
	const char *file;
	const char *media_type;
	OF_MUST_CHECK enum of_status (*render)(struct of_buf *out,
		const struct of_directory *directory, const struct of_site *site,
		struct of_err *err);
};
/* The page that lists all feeds, and the list of them for a feed reader (OPML 2.0). */
extern const struct of_directory_renderer of_directory_page, of_directory_opml;

/* NULL when index is past the last; static. */
const struct of_renderer *of_renderer_at(size_t index);
/* NULL when there is none of that name; static. */
const struct of_renderer *of_renderer_find(struct of_str name);

/*
 * NULL when a group's folder may have the path below the output: one that stays
 * inside, and takes no name that a document, a page, their compressed copies or
 * the folders of archives and of the audit have. Else what is wrong with it, as
 * the end of a sentence; static.
 */
const char *of_output_path_refusal(struct of_str path);

#ifdef __cplusplus
}
#endif
#endif
