/*
 * What hubs are still to be told: which documents changed since each hub last
 * heard of them, from one run to the next. A document is known by its path, so
 * that its URL is the one that it has when the hub is told.
 */
#ifndef OF_PUBLISH_DUE_H
#define OF_PUBLISH_DUE_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OF_DUE_MOST ((size_t)100000) /* rows; a site without --ping must not grow its state */

struct of_store;
struct of_due;

/* A hub, and a document that it has not heard of. Text is the list's. */
struct of_due_row {
	struct of_str hub;      /* as `hubs:` spells it */
	struct of_str document; /* its path below the output */
	bool fresh;             /* added in this run */
	bool settled;           /* the caller sets it: it is not kept any longer */
};

/*
 * Loads what is due of one output folder, known by a number; store may be NULL.
 * Rows of hubs that the site does not name any more are left out, and a list
 * that makes no sense is an empty one.
 */
OF_MUST_CHECK enum of_status of_due_load(struct of_due **due, struct of_store *store,
	uint64_t output, const struct of_str *hubs, size_t n_hubs, struct of_err *err);
/* Accepts NULL. */
void of_due_free(struct of_due *due);

/* Adds a row; one that is there already is fresh from now on. */
OF_MUST_CHECK enum of_status of_due_add(
	struct of_due *due, struct of_str hub, struct of_str document, struct of_err *err);
/* In the order in which they were added; valid until the next change. */
struct of_due_row *of_due_rows(struct of_due *due, size_t *count);
/* Rows that found no place any more. */
size_t of_due_left_out(const struct of_due *due);

/* Puts what is not settled, if that is not what the store holds. */
OF_MUST_CHECK enum of_status of_due_save(
	struct of_due *due, struct of_store *store, struct of_err *err);

/* The rows that are not settled as bytes, for this machine alone. */
void of_due_pack(struct of_buf *out, const struct of_due *due);
/* Adds the rows of such bytes. OF_EINPUT, and the list is as it was, when they make no sense.
 */
OF_MUST_CHECK enum of_status of_due_unpack(struct of_due *due, struct of_str bytes,
	const struct of_str *hubs, size_t n_hubs, struct of_err *err);

#endif
