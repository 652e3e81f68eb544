/*
 * The build: a site's items collected, grouped, rendered and published, as
 * `outfeed build` does it (SPEC sections 1 to 5 and 7).
 */
#ifndef OUTFEED_BUILD_H
#define OUTFEED_BUILD_H

#include <outfeed/err.h>
#include <outfeed/site.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is at work ("reading", "writing"), and how far. From any thread, and often. */
typedef void of_build_progress_fn(const char *what, size_t done, size_t total, void *payload);

struct of_build_options {
	unsigned jobs;    /* threads; 0 for one a core */
	int64_t now;      /* decides future and expired items; seconds since 1970, UTC */
	bool full;        /* ignore the saved state; ids are kept all the same */
	bool allow_empty; /* publish even when no items were found */
	bool prune;       /* remove documents of groups and formats that are gone */
	bool dry_run;     /* count what would be written, write nothing */
	bool ping;        /* tell hubs of the feeds that changed since they were last told */
	bool export_ids;  /* write outfeed.ids, which is kept up to date where it is */
	of_diag_fn
		*diag; /* called on the caller's thread, sorted by path and line; may be NULL */
	void *payload;
	of_build_progress_fn *progress; /* may be NULL */
	void *progress_payload;
	const volatile sig_atomic_t *stop; /* true ends the run, OF_ESTOPPED; may be NULL */
};

/* What the summary of `outfeed build` prints. */
struct of_build_result {
	size_t found;   /* files that look like items */
	size_t read;    /* of those, understood, now or in an earlier run */
	size_t fresh;   /* of those found, read in this run */
	size_t skipped; /* of those found, left out for trouble; by reason below */
	size_t skipped_by[OF_REASON_COUNT];
	size_t drafts, future, expired; /* understood and left out on purpose */
	size_t warnings;
	size_t feeds;
	size_t refused;     /* groups whose path is another group's */
	size_t written;     /* documents whose bytes are new */
	size_t unchanged;   /* documents that kept their file and its mtime */
	size_t pruned;      /* documents that were removed */
	size_t pinged;      /* topics that hubs were told of, each for each hub */
	size_t ping_failed; /* those that they were not: the next run that pings does it */
	double seconds;
};

/*
 * Builds the site. Trouble with single items goes to options->diag. On failure
 * (OF_EEMPTY, OF_EIO, OF_EBUSY, OF_ESTOPPED, OF_ENOMEM) err says what, and what
 * was published before is still whole. One that is stopped while hubs are told has
 * published what is new; hubs that could not be told are a warning alone.
 */
OF_MUST_CHECK enum of_status of_build_run(struct of_build_result *result,
	const struct of_site *site, const struct of_build_options *options, struct of_err *err);

#ifdef __cplusplus
}
#endif
#endif
