/*
 * A unit: documents that are made together, of some members of a group in a row. Its
 * live documents are one, and each part of its archive is one; each has a row of its
 * own in the ledger, by which it is known again.
 */
#ifndef OF_UNIT_H
#define OF_UNIT_H

#include "feed/parts.h"
#include "maker.h"

#include <outfeed/feed.h>
#include <stdatomic.h>

/* One thread's work, a group at a time. */
struct of_worker {
	struct of_maker maker;
	uint32_t *picked; /* members taken off the group, in order */
	size_t n_picked, cap_picked;
	struct of_parts parts; /* of the group's archive */
	struct of_buf names;   /* of the parts, as the ledger has them */
	struct of_buf folder;  /* of the archive */
	struct of_buf path;
};

struct of_making {
	struct of_documents *d;
	struct of_image icon;
	const struct of_ledger_row **rows;  /* for each group; NULL for none that holds */
	const struct of_ledger_row **found; /* the same, whether it holds or not */
	struct of_worker *workers;
	atomic_bool failed;
	atomic_size_t kept, shown, done;
};

/* Documents that are made together, of some members of a group in a row. */
struct of_unit {
	const struct of_group *group;
	struct of_str folder;
	struct of_str part, before, after; /* as in struct of_feed */
	struct of_ledger_row row;
	const struct of_ledger_row *found; /* what the ledger has of it, or NULL */
};

/*
 * Of what shows of a group in its documents, beside its items. Settings count, since a
 * group's documents stay as they are while the group is away; so does what the icon's
 * file says of itself.
 */
uint64_t of_unit_print(const struct of_making *m, const struct of_group *group);
/*
 * By what documents of these members are known again. 0, which is never known, when
 * a file may have changed since it was looked at. path is scratch.
 */
uint64_t of_unit_sign(const struct of_documents *d, const uint32_t *members, size_t count,
	struct of_buf *path);
/* The same with what the documents link to: the parts beside them. */
uint64_t of_unit_sign_links(uint64_t sum, const struct of_unit *unit);
/*
 * Whether documents, and all that they depend on, are as the row says, and the group
 * what its print says. Thread-safe, each worker being one thread's.
 */
bool of_unit_holds(
	struct of_making *m, unsigned worker, const struct of_ledger_row *row, uint64_t group);

/*
 * Makes the documents of the items that the worker's maker has read, and puts the
 * unit's row. A failure is the maker's.
 */
void of_unit_finish(struct of_making *m, struct of_worker *w, struct of_unit *unit);
/* The documents of a row stay as they are. */
void of_unit_keep(struct of_making *m, const struct of_ledger_row *row);

#endif
