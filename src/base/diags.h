/*
 * Diagnostics that wait: several threads gather them, and they are told at the
 * end, sorted by path, line and column, each once.
 */
#ifndef OF_BASE_DIAGS_H
#define OF_BASE_DIAGS_H

#include <outfeed/err.h>
#include <stddef.h>

struct of_diags;

/* NULL when there is no memory. */
struct of_diags *of_diags_new(void);
/* Accepts NULL. */
void of_diags_free(struct of_diags *diags);

/* An of_diag_fn whose payload is a struct of_diags; thread-safe. Keeps a copy. */
void of_diags_add(const struct of_diag *diag, void *diags);
/* The same from a failed item's err. */
void of_diags_add_err(struct of_diags *diags, const struct of_err *err, enum of_reason reason);

/* Tells all, in order, and counts the warnings, and the errors by reason. diag may be NULL. */
void of_diags_tell(struct of_diags *diags, size_t *warnings, size_t errors[OF_REASON_COUNT],
	of_diag_fn *diag, void *payload);

#endif
