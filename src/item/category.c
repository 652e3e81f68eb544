/* One category (SPEC section 4): its slug, path, label and scheme. */
#include "item/category.h"

#include <outfeed/render.h>

#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"

static bool climbs(struct of_str text)
{
	while (text.ptr != NULL) {
		struct of_str segment = of_str_split(&text, '/');

		while (segment.ptr != NULL) {
			struct of_str part = of_str_split(&segment, '\\');

			if (of_str_equal(part, STR("..")))
				return true;
		}
	}
	return false;
}

/* NULL when the slug may name a feed; a slug that means harm is not repaired in silence. */
static const char *slug_refusal(struct of_str raw, struct of_str slug)
{
	/* most have no dot at all, which is sooner seen than that there are not two */
	if (of_str_find_byte(raw, '.') != OF_NPOS && climbs(raw))
		return "climbs out of its folder with '..'";
	if (slug.len == 0)
		return "holds no letter and no digit";
	if (slug.len > OF_LIMIT_SLUG)
		return "is longer than 200 bytes";
	return of_path_refusal(slug);
}

static void add_template_path(struct of_buf *out, struct of_str template, struct of_str slug)
{
	struct of_str mark = STR("{slug}");
	size_t at = of_str_find(template, mark);

	of_buf_add_str(out, of_str_slice(template, 0, at));
	of_buf_add_str(out, slug);
	of_buf_add_str(out, of_str_from_offset(template, at + mark.len));
}

/* category->path: the item's own where it is safe, else by the template; absent without one. */
static const char *choose_path(struct of_category *category, const struct raw_category *raw,
	struct of_str template, const struct fields *fields)
{
	struct of_str own = of_str_ends(raw->path, STR("/"))
				    ? of_str_slice(raw->path, 0, raw->path.len - 1)
				    : raw->path;
	const char *why = own.len > 0 ? of_output_path_refusal(own) : NULL;

	if (own.len > 0 && why == NULL) {
		category->path = own;
		category->own_path = true;
		return NULL;
	}
	if (why != NULL)
		of_report_warning(fields->reporter, raw->path_line, raw->path_column,
			"the category path '%.*s' %s: the path template is used instead",
			(int)(own.len < 60 ? own.len : 60), own.ptr, why);
	if (template.len == 0)
		return NULL;
	add_template_path(fields->scratch, template, category->slug);
	category->path = of_field_keep(fields);
	return of_output_path_refusal(category->path);
}

/*
 * The scheme: the site's url, and the folder that the category's own folder stands in. A
 * path may hold what an IRI may not.
 */
static struct of_str scheme_of(struct of_str path, const struct fields *fields)
{
	struct of_str folder = of_path_folder(path);
	struct of_buf *scratch = fields->scratch;

	of_buf_add_str(scratch, fields->site->url);
	while (folder.len > 0) {
		of_url_add_segment(scratch, of_str_split(&folder, '/'));
		of_buf_add_byte(scratch, '/');
	}
	return of_field_keep(fields);
}

struct category_refusal of_category_make(struct of_category *category,
	const struct raw_category *raw, struct of_str template, const struct fields *fields)
{
	struct category_refusal refusal = {.advice = "use letters, digits and '-'"};

	of_unicode_slug(fields->scratch, raw->slug);
	category->slug = of_field_keep(fields);
	refusal.why = slug_refusal(raw->slug, category->slug);
	if (refusal.why != NULL)
		return refusal;
	category->label = raw->label.len > 0 ? raw->label : category->slug;
	refusal.why = choose_path(category, raw, template, fields);
	if (refusal.why != NULL)
		refusal.advice = "use another slug, or put a folder before {slug} in the path "
				 "template of outfeed.yaml";
	else
		category->scheme = scheme_of(category->path, fields);
	return refusal;
}
