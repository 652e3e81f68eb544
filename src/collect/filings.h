/*
 * The numbers of filings: every way that items are filed is kept once.
 */
#ifndef OF_COLLECT_FILINGS_H
#define OF_COLLECT_FILINGS_H

#include <outfeed/collection.h>

#include "base/map.h"

struct of_filings;

/* NULL when there is no memory. */
struct of_filings *of_filings_new(void);
/* Accepts NULL. */
void of_filings_free(struct of_filings *filings);

/* One thread's way to numbers: what it has asked for once it knows. */
struct of_numberer {
	struct of_filings *filings; /* shared */
	struct of_map known;
	struct of_buf key; /* of the filing that is asked for */
};

void of_numberer_finish(struct of_numberer *numberer);

/* The number of a filing, which gets one when it has none. False without memory. */
bool of_filings_number(
	struct of_numberer *numberer, uint32_t *number, const struct of_membership *membership);
/* Borrowed; no thread may ask for numbers meanwhile. */
struct of_filing *of_filings_all(struct of_filings *filings, size_t *count);

void of_filings_pack(struct of_buf *out, const struct of_filings *filings);
/* OF_EINPUT when packed makes no sense; the filings are to be freed after a failure. */
OF_MUST_CHECK enum of_status of_filings_unpack(
	struct of_filings *filings, struct of_str packed, struct of_err *err);

#endif
