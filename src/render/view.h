/*
 * Pieces of the pages for people (SPEC section 6), for page.c and directory.c
 * alone. A page asks for nothing but itself and images of its own origin, names
 * its style and its script in its policy by their hashes, and can be read and
 * used without the script. What comes from items and the configuration goes
 * through of_view_text(), of_view_name() or of_view_href(), and by no other way.
 */
#ifndef OF_RENDER_VIEW_H
#define OF_RENDER_VIEW_H

#include <outfeed/render.h>
#include <stdbool.h>

/* Made of the files of src/render/page by the build: text, and its hash as a
 * Content-Security-Policy names it ("sha256-..."). */
extern const char of_view_style[], of_view_style_hash[];
extern const char of_view_page_script[], of_view_page_script_hash[];
extern const char of_view_directory_script[], of_view_directory_script_hash[];

#define OF_VIEW_WHOLE SIZE_MAX /* for `characters`: nothing is cut */

/* A page as it is written. Borrows all but scratch, which of_view_end() frees. */
struct of_view {
	struct of_buf *out;
	const struct of_site *site;
	struct of_str home;           /* of the page, absolute; ends in a slash */
	const char *script, *hash;    /* what the page ends in */
	struct of_buf scratch, place; /* reused; place is home as a URI */
};

/* From the doctype to the head's title, with all that pages have in common. */
void of_view_begin(struct of_view *view, struct of_str title, struct of_str description);
/* <link rel="alternate"> of a feed, by the folder that it is in relative to the page. */
void of_view_alternate(struct of_view *view, const struct of_renderer *format,
	struct of_str title, struct of_str folder);
/* Ends the head, and begins the body. target is the id that the skip link leads to. */
void of_view_body(struct of_view *view, const char *target, const char *skip);
/* Ends the document, and says how all of it went. */
OF_MUST_CHECK enum of_status of_view_end(struct of_view *view, struct of_err *err);

/*
 * Plain text for an element or an attribute, cut past so many characters at a
 * word; what HTML forbids is dropped.
 */
void of_view_text(struct of_view *view, struct of_str text, size_t characters);
/*
 * The same for an element, isolated: its direction is its own, and a control
 * character that would turn what is around it around does not.
 */
void of_view_name(struct of_view *view, struct of_str text, size_t characters);
/* An attribute href; false, and nothing, for other than http, https and mailto. */
bool of_view_href(struct of_view *view, struct of_str url);
/* A path below the page's folder, percent-encoded, a slash behind each segment. */
void of_view_path(struct of_view *view, struct of_str path);
/* <time>, a day in UTC; nothing when it is not known. */
void of_view_date(struct of_view *view, int64_t seconds);
/* "1,234". */
void of_view_number(struct of_view *view, size_t number);
/* "1 entry", "1,234 entries". */
void of_view_count(struct of_view *view, size_t count, const char *one, const char *many);
/*
 * lang="en" for the words of the pages themselves, which are English, where the
 * site's language is another, and their direction where that is another as well.
 */
void of_view_english(struct of_view *view);

/*
 * Appends what leads from the page to a URL of its own origin, so that it does
 * the same where the output is looked at on another; false, and nothing, for a
 * URL of any other origin.
 */
bool of_view_relative(struct of_buf *out, struct of_view *view, struct of_str url);

/* Those of the site's formats in the table's order, of which the first is the best. */
const struct of_renderer *of_view_format(const struct of_site *site, size_t index);

/*
 * How a site groups its items, as a heading: "Categories", or "Series name" for
 * "params.series_name"; an absent one is that of the feed of all items.
 */
void of_view_add_grouping(struct of_buf *out, struct of_str by);

#endif
