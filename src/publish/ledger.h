/*
 * The ledger: which documents outfeed wrote for each group, and what they
 * depend on, from one run to the next. A document that is not in it is not
 * outfeed's, and is never removed.
 */
#ifndef OF_PUBLISH_LEDGER_H
#define OF_PUBLISH_LEDGER_H

#include <outfeed/buf.h>
#include <outfeed/err.h>

#include "publish/publish.h"

struct of_store;
struct of_ledger;

/* A file, and by which it is known. */
struct of_ledger_file {
	struct of_str name; /* of a document in its folder; or the path of a dependency */
	struct of_stamp stamp;
	struct of_stamp copies[OF_COPIES]; /* of a document; of_publisher_stage() */
};

/* A URL that documents depend on by what the audit said of it. */
struct of_ledger_link {
	struct of_str url;
	uint64_t print; /* of what was said; 0 for nothing */
};

/*
 * What is known of documents that are made together, such as a group's live ones;
 * borrowed from the ledger or the caller.
 */
struct of_ledger_row {
	struct of_str path; /* of their folder; empty for the output itself */
	struct of_str part; /* tells rows of one folder apart; absent where there is one */
	uint64_t group;     /* tells this group from another that once had the path */
	uint64_t signature; /* of the entries that were shown, and of the group */
	size_t consumed;    /* members that had to be looked at to fill the document */
	size_t n_entries;   /* of those, shown */
	const struct of_ledger_file *documents;
	size_t n_documents;
	size_t n_leftovers; /* the last so many of documents: no run makes them any more */
	const struct of_ledger_file *depends; /* images, also those that are not there */
	size_t n_depends;
	struct of_str diags; /* packed by who makes documents */
	const struct of_ledger_link *links;
	size_t n_links;
	uint64_t audit;      /* of the audit's history when the links were last looked at */
	int64_t updated;     /* of the feed; OF_TIME_NONE when it is empty */
	struct of_str parts; /* of the group's archive, a space after each; "" for none */
};

/* Loads the ledger; store may be NULL. OF_EINPUT when it makes no sense. */
OF_MUST_CHECK enum of_status of_ledger_load(
	struct of_ledger **ledger, struct of_store *store, struct of_err *err);
/*
 * Says of which output folder, by an absolute path, everything below is: rows of
 * another one are not found, not pruned, and stay. Those of a folder that is gone
 * are taken for this one's where the publisher, which is of the output, sees one of
 * their documents: the folder was renamed.
 */
OF_MUST_CHECK enum of_status of_ledger_use(struct of_ledger *ledger, struct of_str output,
	const struct of_publisher *publisher, struct of_err *err);
/* Accepts NULL. */
void of_ledger_free(struct of_ledger *ledger);

/* A row, or NULL; it stays where it is. Thread-safe, as is the use of it by one thread. */
const struct of_ledger_row *of_ledger_find(
	struct of_ledger *ledger, struct of_str path, struct of_str part);
/* A row that was found counts as used from now on, as one that is put does. Thread-safe. */
void of_ledger_keep(struct of_ledger *ledger, const struct of_ledger_row *row);
/*
 * Whether documents with their copies, without leftovers, and what they depend on are
 * as the row says. Thread-safe.
 */
bool of_ledger_holds(const struct of_ledger_row *row, const struct of_publisher *publisher);

/*
 * Puts a row, for of_ledger_save(). Documents of an older row that are not among
 * the new ones stay in it, as leftovers. Thread-safe.
 */
OF_MUST_CHECK enum of_status of_ledger_put(
	struct of_ledger *ledger, const struct of_ledger_row *row, struct of_err *err);
/*
 * Notes of a row that was found that what the links depend on is the same by the history
 * as it now is. Thread-safe.
 */
void of_ledger_renew(struct of_ledger *ledger, const struct of_ledger_row *row, uint64_t audit);
/* Leftovers that the publisher does not see in their place any more are dropped. */
OF_MUST_CHECK enum of_status of_ledger_save(struct of_ledger *ledger,
	const struct of_publisher *publisher, struct of_store *store, struct of_err *err);

/*
 * Stages the removal of documents of groups that are gone, that is, of rows that
 * were not used, and of those of formats that are; and of copies that are made no more.
 * Copies go with their document, and pruned counts documents alone. is_current says whether a
 * document of a used row is. Rows must be saved before, since what was not yet
 * removed must be known to be outfeed's, and once more after the commit.
 */
OF_MUST_CHECK enum of_status of_ledger_prune(struct of_ledger *ledger,
	struct of_publisher *publisher,
	bool (*is_current)(struct of_str name, const void *payload), const void *payload,
	size_t *pruned, struct of_err *err);

#endif
