/*
 * The build: a site's items collected, grouped, rendered and published, as
 * `outfeed build` does it (SPEC sections 1 to 5 and 7).
 */
#ifndef OUTFEED_BUILD_H
#define OUTFEED_BUILD_H

#include <outfeed/err.h>
#include <outfeed/site.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_build_options {
	unsigned jobs;    /* threads; 0 for one a core */
	int64_t now;      /* decides future and expired items; seconds since 1970, UTC */
	bool allow_empty; /* publish even when no items were found */
	bool dry_run;     /* count what would be written, write nothing */
	of_diag_fn
		*diag; /* called on the caller's thread, sorted by path and line; may be NULL */
	void *payload;
};

/* What the summary of `outfeed build` prints. */
struct of_build_result {
	size_t found;   /* files that look like items */
	size_t read;    /* of those, understood */
	size_t skipped; /* of those, left out for trouble; by reason below */
	size_t skipped_by[OF_REASON_COUNT];
	size_t drafts, future, expired; /* understood and left out on purpose */
	size_t warnings;
	size_t feeds;
	size_t refused; /* groups whose path is another group's */
	size_t written;   /* documents whose bytes are new */
	size_t unchanged; /* documents that kept their file and its mtime */
	double seconds;
};

/*
 * Builds the site. Trouble with single items goes to options->diag. OF_EEMPTY,
 * OF_EIO, OF_ENOMEM: err says what; what was published before is still whole.
 */
OF_MUST_CHECK enum of_status of_build_run(struct of_build_result *result,
	const struct of_site *site, const struct of_build_options *options, struct of_err *err);

#ifdef __cplusplus
}
#endif
#endif
