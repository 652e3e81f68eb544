/*
 * A site: what outfeed.yaml says (SPEC section 2), with its defaults filled in.
 */
#ifndef OUTFEED_SITE_H
#define OUTFEED_SITE_H

#include <outfeed/arena.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_audit_settings; /* <outfeed/audit.h> */
struct of_renderer;
struct of_zone;

struct of_person {
	struct of_str name, url, email; /* any may be absent */
};

enum of_content_mode { OF_CONTENT_FULL, OF_CONTENT_SUMMARY };
enum of_main_link { OF_LINK_PERMALINK, OF_LINK_SOURCE };
enum of_archive { OF_ARCHIVE_NONE, OF_ARCHIVE_MONTH };
enum of_rot { OF_ROT_KEEP, OF_ROT_ARCHIVE, OF_ROT_DROP };

/* One row of `groups:`. */
struct of_grouping {
	struct of_str by;   /* "categories", or a dotted front matter path */
	struct of_str path; /* template of the feeds' path; holds {slug} */
};

/* One row of `permalinks:`: the addresses of the items of a folder that name none. */
struct of_permalink_pattern {
	struct of_str folder;  /* as diagnostics show it: dir already in front */
	struct of_str pattern; /* of_permalink_refusal() has nothing against it */
	unsigned line;         /* of the pattern in config */
};

/* One row of `fields:`: it takes the place of the table's paths. */
struct of_field_override {
	unsigned field; /* enum of_field, <outfeed/item.h> */
	const struct of_str *paths;
	size_t n_paths;
};

/* All text and all arrays belong to `arena`; the struct itself too. */
struct of_site {
	struct of_arena *arena;
	struct of_str dir; /* the folder of outfeed.yaml, no slash at its end; "." at least */
	struct of_str config; /* the path of outfeed.yaml */

	struct of_str title,
		description; /* description: of the feed of all items; may be absent */
	struct of_str url;   /* absolute, ends in a slash */
	struct of_str host;  /* of url, lower case, no port */
	struct of_str language;
	struct of_str timezone;
	struct of_zone *zone;    /* of timezone, for dates that carry none; never NULL */
	struct of_person author; /* name: the title where none is given */
	struct of_str icon;

	const struct of_str *content; /* folders, files or globs, relative to dir */
	size_t n_content;
	unsigned content_line, output_line; /* of the values in config; 0 for the defaults */
	struct of_str output; /* relative to the current folder, dir already in front */

	const struct of_grouping *groups;
	size_t n_groups;
	bool all;
	struct of_str all_path, all_title;

	/* <outfeed/render.h>; a caller may put an array of its own here, with renderers of
	 * its own, which outlives the site */
	const struct of_renderer *const *formats;
	size_t n_formats;
	size_t limit;
	enum of_archive archive;
	enum of_content_mode content_mode;
	enum of_main_link link;
	const struct of_permalink_pattern *permalinks;
	size_t n_permalinks;
	bool attribution;
	struct of_str images_dir; /* dir already in front; absent for none */
	struct of_str images_url; /* absolute, ends in a slash; absent for none */
	enum of_rot rot;
	const struct of_field_override *fields;
	size_t n_fields;
	bool pages;    /* an index.html for each group, and the directory of all */
	bool compress; /* a .gz and a .br beside each document */
	const struct of_str *hubs;
	size_t n_hubs;
	struct of_audit_settings *audit; /* never NULL */
	/* what of_item_head_keys() gives of all that; NULL has every key looked at */
	const struct of_str *head_keys;
	size_t n_head_keys;
};

/*
 * Reads a site. path names outfeed.yaml or the folder that holds it; overrides
 * of the caller (an output folder, say) are made on the struct afterwards, with
 * text that outlives it. Warnings go to diag, which may be NULL. On failure
 * (OF_ECONFIG, OF_EIO, OF_ENOMEM) *site is NULL and err says where and what.
 */
OF_MUST_CHECK enum of_status of_site_load(struct of_site **site, const char *path,
	struct of_err *err, of_diag_fn *diag, void *payload);

/* The same from bytes; config is the path they are said to come from. */
OF_MUST_CHECK enum of_status of_site_parse(struct of_site **site, const char *config,
	struct of_str bytes, struct of_err *err, of_diag_fn *diag, void *payload);

/*
 * OF_ECONFIG when the output is the site's folder, or holds content: what is
 * written would be read. Reading a site does this; who overrides output calls it
 * again, output_line set to 0.
 */
OF_MUST_CHECK enum of_status of_site_check(const struct of_site *site, struct of_err *err);

/*
 * The same for a folder of reports: OF_ECONFIG when it lies in content, but for
 * what is in the output, which is never read.
 */
OF_MUST_CHECK enum of_status of_site_check_reports(
	const struct of_site *site, struct of_str folder, struct of_err *err);

/*
 * The keys of outfeed.yaml in order: those at its top, or those of the mapping
 * below one of them (above, such as "site"). NULL past the last; static.
 */
const char *of_site_key_at(const char *above, size_t index);

/* Accepts NULL. */
void of_site_free(struct of_site *site);

#ifdef __cplusplus
}
#endif
#endif
