/*
 * A row of the ledger as bytes, without its path and part. For this machine alone.
 */
#ifndef OF_PUBLISH_PACKED_ROW_H
#define OF_PUBLISH_PACKED_ROW_H

#include "publish/ledger.h"

struct of_arena;

void of_row_pack(struct of_buf *out, const struct of_ledger_row *row);
/*
 * The row's texts borrow from bytes, its lists are the arena's; the path is left
 * alone. False when the bytes make no sense, or for want of memory.
 */
bool of_row_unpack(struct of_ledger_row *row, struct of_arena *arena, struct of_str bytes);

/*
 * Makes all that the row borrows the arena's, but for its path, part and documents;
 * the arena's status tells of memory.
 */
void of_row_keep(struct of_ledger_row *row, struct of_arena *arena);

#endif
