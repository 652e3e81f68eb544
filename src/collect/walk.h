/*
 * Content folders to the files that look like items.
 */
#ifndef OF_COLLECT_WALK_H
#define OF_COLLECT_WALK_H

#include <outfeed/arena.h>
#include <outfeed/err.h>
#include <outfeed/site.h>

struct walk {
	struct of_str *paths; /* sorted by bytes, each once; freed by of_walk_finish() */
	size_t count, cap;
	struct of_arena *arena; /* owns their text */
};

/*
 * Finds the files of site->content: those of folders (.md, .markdown, .html),
 * those named, those that a glob (*, ?, **) matches. Hidden names, the output
 * folder and section pages (_index.*) are passed over; symbolic links below a
 * folder are not followed and are a warning. A folder that cannot be read is
 * OF_EIO.
 */
OF_MUST_CHECK enum of_status of_walk_site(struct walk *walk, const struct of_site *site,
	of_diag_fn *diag, void *payload, struct of_err *err);
/* Accepts a zeroed one. */
void of_walk_finish(struct walk *walk);

/* Whether a path matches a glob; '*' and '?' stop at '/', "**" does not. */
bool of_walk_glob(struct of_str pattern, struct of_str path);

#endif
