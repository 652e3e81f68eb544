/*
 * Bytes to documents in the output folder (SPEC section 7).
 *
 * Documents are staged: each is written into a hidden folder of the output.
 * When all are staged they are committed, each by one rename. A crash or a kill
 * at any moment leaves every document whole, the old one or the new one; a
 * failure leaves all the old ones, where the file system can exchange names.
 */
#ifndef OF_PUBLISH_PUBLISH_H
#define OF_PUBLISH_PUBLISH_H

#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct of_publisher;

#define OF_COPIES 2 /* compressed ones that a document may have beside it: .gz and .br */

/* By which a file is known again. All zero for none. */
struct of_stamp {
	uint64_t size, inode;
	int64_t mtime; /* ns since 1970 */
};

bool of_stamp_equal(const struct of_stamp *a, const struct of_stamp *b);
/* Of any file, links followed; zero when there is none. */
struct of_stamp of_stamp_of(const char *path);

/*
 * Makes ready for documents below the output folder, which is made when it is
 * not there. owner tells the runs of this site from those of others that write
 * to the same output: what a killed run of the same owner left is removed. With
 * dry_run nothing is written at all, and only what would be is counted. With
 * compress documents get copies beside them.
 */
OF_MUST_CHECK enum of_status of_publisher_open(struct of_publisher **publisher,
	const char *output, uint64_t owner, bool dry_run, bool compress, struct of_err *err);

/*
 * Stages a document: folder is a safe relative path (of_path_refusal), name a
 * file's. Nothing is staged when the document has these bytes already. stamp is
 * what the document will be known by. May be called from several threads.
 *
 * With it go its copies: made when the document changes or lacks one, with the
 * same mtime, and left out where they would not be smaller. Their names are the
 * document's: with compress, a file of another that stands there is replaced.
 * Without, an older copy goes when the document changes, since it is then of
 * none; a file of another stays. A copy that is there with the document's time
 * is the document's, whoever made it. copies is what they will be known by, also
 * those that stay without compress: for of_publisher_remove().
 */
OF_MUST_CHECK enum of_status of_publisher_stage(struct of_publisher *publisher,
	struct of_str folder, const char *name, struct of_str bytes, struct of_stamp *stamp,
	struct of_stamp copies[OF_COPIES], struct of_err *err);

/*
 * No document is staged any more, though removals may be: begins to put them on
 * the disk while the caller does something else. A commit does it when need be.
 */
void of_publisher_settle(struct of_publisher *publisher);
/* Publishes what was staged; when that fails, documents are as they were before. */
OF_MUST_CHECK enum of_status of_publisher_commit(
	struct of_publisher *publisher, struct of_err *err);

/* The stamp of a document as it is; zero when it is not there. Thread-safe. */
struct of_stamp of_publisher_stamp(
	const struct of_publisher *publisher, struct of_str folder, const char *name);

/* Whether a document, and the copies that are made of it, are as they were. Thread-safe. */
bool of_publisher_holds(const struct of_publisher *publisher, struct of_str folder,
	const char *name, const struct of_stamp *stamp,
	const struct of_stamp copies[OF_COPIES]);

/*
 * Stages the removal of a document, if it is still the one of the stamp, of its
 * copies, and of the folders that are empty without them. *removed says whether
 * the document is.
 */
OF_MUST_CHECK enum of_status of_publisher_remove(struct of_publisher *publisher,
	struct of_str folder, const char *name, const struct of_stamp *stamp,
	const struct of_stamp copies[OF_COPIES], bool *removed, struct of_err *err);
/* The same of copies alone, those that are made no more. */
OF_MUST_CHECK enum of_status of_publisher_remove_copies(struct of_publisher *publisher,
	struct of_str folder, const char *name, const struct of_stamp copies[OF_COPIES],
	struct of_err *err);

/* Calls back with each document whose bytes are new: also those that a dry run would write. */
typedef void of_publisher_written_fn(struct of_str folder, struct of_str name, void *payload);
void of_publisher_each_written(
	const struct of_publisher *publisher, of_publisher_written_fn *written, void *payload);

/* Of documents; copies are not counted. */
size_t of_publisher_written(const struct of_publisher *publisher);
size_t of_publisher_unchanged(const struct of_publisher *publisher);

/* Removes what was staged and not committed. Accepts NULL. */
void of_publisher_close(struct of_publisher *publisher);

#endif
