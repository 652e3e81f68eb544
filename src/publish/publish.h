/*
 * Bytes to documents in the output folder (SPEC section 7).
 *
 * Documents are staged: each is written beside its target under a temporary
 * name. When all are staged they are committed, each by one rename. A failure,
 * a crash or a kill at any moment leaves every document whole, the old one or
 * the new one, and before the commit leaves all the old ones.
 */
#ifndef OF_PUBLISH_PUBLISH_H
#define OF_PUBLISH_PUBLISH_H

#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>

struct of_publisher;

/*
 * Makes ready for documents below the output folder, which is made when it is
 * not there. With dry_run nothing is written at all, and only what would be is
 * counted.
 */
OF_MUST_CHECK enum of_status of_publisher_open(
	struct of_publisher **publisher, const char *output, bool dry_run, struct of_err *err);

/*
 * Stages a document: folder is a safe relative path (of_path_refusal), name a
 * file's. Nothing is staged when the document has these bytes already. May be
 * called from several threads.
 */
OF_MUST_CHECK enum of_status of_publisher_stage(struct of_publisher *publisher,
	struct of_str folder, const char *name, struct of_str bytes, struct of_err *err);

/* Publishes what was staged. */
OF_MUST_CHECK enum of_status of_publisher_commit(
	struct of_publisher *publisher, struct of_err *err);

size_t of_publisher_written(const struct of_publisher *publisher);
size_t of_publisher_unchanged(const struct of_publisher *publisher);

/* Removes what was staged and not committed. Accepts NULL. */
void of_publisher_close(struct of_publisher *publisher);

#endif
