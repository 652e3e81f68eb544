/*
 * A survey: what a content folder's front matter, and the files of its site
 * generator, say of how outfeed.yaml should look. `outfeed init` is made of it.
 */
#ifndef OUTFEED_SURVEY_H
#define OUTFEED_SURVEY_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/item.h>
#include <outfeed/site.h>
#include <outfeed/str.h>
#include <signal.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OF_SURVEY_FILES_MOST 200000 /* that are listed; what is past them is said */
#define OF_SURVEY_LOOKED_MOST 4000  /* that are read: all, or these, spread over all */
#define OF_SURVEY_EXAMPLES 2

struct of_survey_example {
	struct of_str file;  /* from the surveyed folder on */
	struct of_str value; /* UTF-8, one line, cut where it is long */
};

/* A path of the front matter, and on how many items it has such a value. */
struct of_survey_path {
	struct of_str path;
	size_t items;
	struct of_survey_example examples[OF_SURVEY_EXAMPLES];
	size_t n_examples;
};

/* A field of SPEC section 3, as the items have it. */
struct of_survey_field {
	enum of_field field;
	size_t items;                       /* that have it, by any of the paths; 0 for none */
	const struct of_survey_path *paths; /* in the order in which they are tried */
	size_t n_paths;
	size_t by_name;  /* published: by the date of the file's name */
	bool overridden; /* the last path is none of the defaults: `fields` has to name it */
};

/* A path that nothing reads, although what it has looks as if something should. */
struct of_survey_left {
	const char *kind; /* "a date", "a link", ...; static */
	struct of_survey_path path;
};

/* What of the site was found, and where. */
struct of_survey_value {
	struct of_str text; /* absent when it was not found */
	struct of_str file; /* that says so, from the surveyed folder on; absent for none */
};

/*
 * All text and all arrays belong to the survey. Its caller may put other text,
 * which outlives it, in place of title, url and output.
 */
struct of_survey {
	struct of_arena *arena;
	struct of_str dir;
	const char *generator;        /* "Hugo", ...; "none" for a plain folder; static */
	const char *command;          /* that makes its site; NULL for a plain folder; static */
	struct of_str generator_file; /* by which it was known; absent for a plain folder */

	struct of_survey_value title, url, language, timezone, description, author;
	struct of_survey_value output;
	struct of_str images_dir;  /* absent for the default */
	struct of_str images_path; /* of their address, behind the site's */
	/* of folders from the surveyed one on; what the generator gives to items that name none
	 */
	const struct of_permalink_pattern *permalinks;
	size_t n_permalinks;
	struct of_str permalinks_file; /* that says so; absent for the generator's usual ones */
	struct of_str permalinks_untold; /* a pattern that `permalinks` cannot say; or absent */
	size_t images_tried, images_found; /* references, and files that are theirs */

	size_t listed;             /* files that look like items */
	bool cut;                  /* there are more than are listed */
	size_t looked;             /* of those, read */
	size_t items;              /* of those, with front matter that outfeed reads */
	size_t toml, bare, broken; /* the others: +++; no front matter; no YAML, or too large */
	size_t drafts;
	size_t undated;

	const struct of_str *content;
	size_t n_content;
	const struct of_str *outside;    /* files that no entry of content leads to: no date */
	size_t n_outside, outside_count; /* those that are kept, and all */
	size_t skipped; /* to which one does, and which are no items all the same */
	const struct of_survey_field *fields;
	size_t n_fields;
	bool by_tags; /* items are grouped by tags: few or none have categories */
	const struct of_survey_left *left;
	size_t n_left;
	const struct of_str
		*notes; /* sentences on what could not be placed, or is to be done */
	size_t n_notes;
};

/*
 * Looks at a folder; nothing is written. OF_EIO when it cannot be read, OF_EEMPTY
 * when it holds nothing that looks like an item or none that outfeed reads,
 * OF_ESTOPPED when stop, which may be NULL, came true.
 */
OF_MUST_CHECK enum of_status of_survey_make(struct of_survey **survey, const char *dir,
	const volatile sig_atomic_t *stop, struct of_err *err);

/*
 * Appends outfeed.yaml as the survey would have it. Without an url a placeholder
 * stands in its place, and a line that says so.
 */
void of_survey_add_config(struct of_buf *out, const struct of_survey *survey);

/* OF_ECONFIG when that outfeed.yaml would not load: an answer that is no address, say. */
OF_MUST_CHECK enum of_status of_survey_check(
	const struct of_survey *survey, struct of_err *err, of_diag_fn *diag, void *payload);

/* The address that stands where none was found; static. */
const char *of_survey_placeholder(void);

/* Accepts NULL. */
void of_survey_free(struct of_survey *survey);

#ifdef __cplusplus
}
#endif
#endif
