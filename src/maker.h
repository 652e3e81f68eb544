/*
 * One thread's memory while documents are made: the items of the feed at hand, and
 * what goes into the ledger with its documents.
 */
#ifndef OF_MAKER_H
#define OF_MAKER_H

#include "documents.h"
#include "learned.h"

/* What to do about a file in a page's place, as the end of a sentence. */
#define OF_PAGE_ADVICE "say pages: false, or choose another output"

struct of_maker {
	const struct of_documents *d;
	unsigned number;        /* among the makers */
	struct of_arena *arena; /* the items that are shown */
	struct of_arena *kept;  /* what is in the ledger of those that are not, too */
	struct of_buf document; /* for one that is rendered */
	struct of_buf path, bytes;
	const struct of_ledger_row *known; /* what the last run made of it; NULL for none */

	const struct of_item **items; /* those that can be shown, as they were read */
	size_t n_items, cap_items;
	int64_t updated;     /* the newest of theirs; OF_TIME_NONE for none */
	size_t n_left_out;   /* what the audit's findings keep out */
	bool unread;         /* a file could not be read now, which the next run may */
	struct of_buf diags; /* packed */
	struct of_ledger_file *depends, *documents;
	size_t n_depends, cap_depends, n_documents, cap_documents;
	struct of_learned_links links;
	struct of_err err; /* the failure that ended its work */
};

/* A zeroed one is made ready. */
OF_MUST_CHECK enum of_status of_maker_start(struct of_maker *maker,
	const struct of_documents *d, unsigned number, struct of_err *err);
/* Accepts a zeroed one. */
void of_maker_finish(struct of_maker *maker);

/* Forgets the feed that was at hand. */
void of_maker_clear(struct of_maker *maker);
/* An of_diag_fn whose payload is a maker: to the run's, and with the feed into the ledger. */
void of_maker_tell(const struct of_diag *diag, void *maker);
/* Reads a record's item and, when it can be shown, adds it to the items. */
void of_maker_read(struct of_maker *maker, size_t index);
/*
 * Stages a document of the bytes in maker->document. With advice it gives way to a file
 * in its place that is not outfeed's: that stays, with a warning that ends in the advice,
 * and copies that outfeed made of a document that stood there go.
 */
OF_MUST_CHECK enum of_status of_maker_stage(
	struct of_maker *maker, struct of_str folder, const char *name, const char *advice);
/* Puts what was gathered into the row, and the row into the ledger. */
OF_MUST_CHECK enum of_status of_maker_put(struct of_maker *maker, struct of_ledger_row *row);

#endif
