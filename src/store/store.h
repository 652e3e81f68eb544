/*
 * What outlives a run: named values in a few tables, behind which a database
 * stands. Alone with its header: sqlite.c.
 *
 * The tables of a build's state, `<site>/.outfeed/state.db`. Values are packed
 * by who owns the table; each is kept with a checksum, so that what comes back
 * is what was put. Losing the state costs a full build, never a document.
 */
#ifndef OF_STORE_STORE_H
#define OF_STORE_STORE_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>

#include "base/err.h"

enum of_store_table {
	OF_STORE_SETTING,  /* name: what the last run depended on and counted */
	OF_STORE_FOLDER,   /* path: what each of its files gave (collect/folder.h) */
	OF_STORE_DOCUMENT, /* output, NUL, group's path: its documents as written
			      (publish/ledger.h) */
	OF_STORE_IDENTITY, /* id of an item that is gone: its keys (collect/ties.h) */
	OF_STORE_TABLES
};

struct of_store;

/*
 * Opens the state in a folder, making both where they are missing. A state that
 * cannot be read is set aside as state.db.corrupt, with a warning, and a new
 * one begun; with no reporter it stays, and that is OF_EINPUT. Everything from
 * here to of_store_close() is one transaction.
 */
OF_MUST_CHECK enum of_status of_store_open(struct of_store **store, const char *folder,
	const struct of_reporter *reporter, struct of_err *err);
/* Whether a folder holds a state, sound or not; what cannot be seen counts as one. */
bool of_store_is_there(const char *folder);
/* The same when it turns out later that what was read cannot be (OF_EINPUT). */
OF_MUST_CHECK enum of_status of_store_begin_anew(
	struct of_store *store, const struct of_reporter *reporter, struct of_err *err);
/* Drops what was put since of_store_open() unless committed. Accepts NULL. */
void of_store_close(struct of_store *store);

/* Every function below gives OF_EINPUT when the state is damaged, OF_EIO for other trouble. */

/* Appends the value to out; *found says whether there is one. */
OF_MUST_CHECK enum of_status of_store_get(struct of_store *store, enum of_store_table table,
	struct of_str key, struct of_buf *out, bool *found, struct of_err *err);
/* Both are borrowed until the callback returns; false ends the walk. */
typedef bool of_store_each_fn(struct of_str key, struct of_str value, void *payload);
/* In the order of keys, by bytes. */
OF_MUST_CHECK enum of_status of_store_each(struct of_store *store, enum of_store_table table,
	of_store_each_fn *each, void *payload, struct of_err *err);

OF_MUST_CHECK enum of_status of_store_put(struct of_store *store, enum of_store_table table,
	struct of_str key, struct of_str value, struct of_err *err);
/* No error when there is none. */
OF_MUST_CHECK enum of_status of_store_delete(struct of_store *store, enum of_store_table table,
	struct of_str key, struct of_err *err);
/* Forgets a whole table. */
OF_MUST_CHECK enum of_status of_store_clear(
	struct of_store *store, enum of_store_table table, struct of_err *err);
OF_MUST_CHECK enum of_status of_store_commit(struct of_store *store, struct of_err *err);
/* Another transaction after a commit. */
OF_MUST_CHECK enum of_status of_store_begin(struct of_store *store, struct of_err *err);

/*
 * The lock of a site: one run at a time. Waits up to seconds for another to
 * end, then OF_EBUSY says who holds it. name is the lock's file in the folder: builds have
 * one, audits another.
 */
struct of_lock;
OF_MUST_CHECK enum of_status of_lock_take(struct of_lock **lock, const char *folder,
	const char *name, unsigned seconds, struct of_err *err);
/* The same of the folder itself, where nothing can be written. */
OF_MUST_CHECK enum of_status of_lock_take_folder(
	struct of_lock **lock, const char *folder, unsigned seconds, struct of_err *err);
/* Accepts NULL. */
void of_lock_release(struct of_lock *lock);

#endif
