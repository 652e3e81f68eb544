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

/* The number of a filing, which gets one when it has none; thread-safe. False without memory.
 */
bool of_filings_number(
	struct of_filings *filings, uint32_t *number, const struct of_membership *membership);
/* Borrowed; no thread may ask for numbers meanwhile. */
struct of_filing *of_filings_all(struct of_filings *filings, size_t *count);

void of_filings_pack(struct of_buf *out, const struct of_filings *filings);
/* False when packed makes no sense; the filings are then to be freed. */
bool of_filings_unpack(struct of_filings *filings, struct of_str packed);

#endif
