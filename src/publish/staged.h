/*
 * What a publisher is made of, for the files of this folder alone.
 */
#ifndef OF_PUBLISH_STAGED_H
#define OF_PUBLISH_STAGED_H

#include "publish/publish.h"
#include <limits.h>
#include <outfeed/buf.h>
#include <pthread.h>

struct of_arena;
struct of_writeout;

/* What became of a staged file on the way to its place, or of one to be removed. */
enum of_step {
	OF_STEP_NONE, /* there is no such file, or it stays as it is */
	OF_STEP_STAGED,
	OF_STEP_PLACED,
	OF_STEP_ADDED,
	OF_STEP_EXCHANGED,
	OF_STEP_UNWANTED,
	OF_STEP_REMOVED
};

/*
 * A document and its copies, in the order in which they are committed. When the
 * document changes, old copies leave before it comes and new ones come after it:
 * at every moment, and after a kill, a copy that is there is of the document
 * that it stands beside. A reader meanwhile gets the document itself.
 */
enum {
	OF_SLOT_OLD_COPY, /* the first of OF_COPIES */
	OF_SLOT_DOCUMENT = OF_COPIES,
	OF_SLOT_NEW_COPY, /* the first of OF_COPIES */
	OF_SLOTS = OF_SLOT_NEW_COPY + OF_COPIES
};

/* Folders are opened again for the commit: a descriptor for each would be too many. */
struct of_staged {
	struct of_str folder, name; /* of the document */
	unsigned long long number;  /* in the names that the files have while staged */
	enum of_step steps[OF_SLOTS];
};

struct of_publisher {
	pthread_mutex_t lock; /* of all that changes after of_publisher_open() */
	struct of_str output;
	int root;  /* -1 when dry_run and there is no output folder */
	int stage; /* -1 until something is staged */
	char stage_name[40];
	bool dry_run;
	bool compress;
	bool settled; /* all is staged, and the last sync begun where there is one */
	struct of_writeout *writeout; /* NULL when dry_run */
	struct of_arena *arena;
	struct of_staged *staged;
	size_t count, cap;
	size_t n_files; /* that are staged */
	size_t written, unchanged;
};

#define OF_STAGED_NAME (NAME_MAX + 8) /* room for a file's name, and a copy's extension */

/* The name that a file of the document has in its place, and while it is staged. */
void of_staged_name(char name[OF_STAGED_NAME], const struct of_staged *staged, unsigned slot);
void of_staged_temporary(
	char name[OF_STAGED_NAME], const struct of_staged *staged, unsigned slot);
/* Whether there is a step of this kind to be taken. */
bool of_staged_has(const struct of_staged *staged, enum of_step step);

/* Of a file of a folder, a link not followed; zero when it is not there. */
struct of_stamp of_stamp_at(int folder, const char *name);

/* "cannot WHAT" of a file of the output folder, from errno. */
enum of_status of_publisher_fail(const struct of_publisher *publisher, struct of_str folder,
	const char *name, const char *what, struct of_err *err);

/*
 * Plans what is to become of the copies of a document: fills steps, but not that
 * of the document, which must be set; the bytes of copies that are to be staged,
 * in buffers that the caller finishes; and the stamps of those that stay. now is
 * the document's stamp as it stands in its folder. Without a lock.
 */
OF_MUST_CHECK enum of_status of_copies_plan(struct of_staged *staged,
	struct of_buf made[OF_COPIES], struct of_stamp copies[OF_COPIES],
	const struct of_publisher *publisher, int folder, const struct of_stamp *now,
	struct of_str bytes, struct of_err *err);

/*
 * Marks for removal the copies with these stamps, and where the document goes,
 * which is when now is its stamp and not NULL, those that are of it.
 */
OF_MUST_CHECK enum of_status of_copies_remove(struct of_staged *staged,
	const struct of_publisher *publisher, int folder, const struct of_stamp *now,
	const struct of_stamp copies[OF_COPIES], struct of_err *err);
/* Whether the copies that this publisher makes are there with these stamps. */
bool of_copies_hold(const struct of_publisher *publisher, int folder, const char *document,
	const struct of_stamp copies[OF_COPIES]);
/* Those that it makes no more, the others zero; false when there are none. */
bool of_copies_unwanted(struct of_stamp unwanted[OF_COPIES],
	const struct of_publisher *publisher, const struct of_stamp copies[OF_COPIES]);

/*
 * The files of a document to their places, step by step; and back again, as far
 * as they came: false when the document is not the old one.
 */
OF_MUST_CHECK enum of_status of_staged_commit(
	const struct of_publisher *publisher, struct of_staged *staged, struct of_err *err);
bool of_staged_undo(const struct of_publisher *publisher, const struct of_staged *staged);
/* Before a rename may take a file's place, its bytes must be on the disk. */
OF_MUST_CHECK enum of_status of_staged_sync(const struct of_publisher *publisher,
	const struct of_staged *staged, struct of_err *err);

#endif
