/*
 * What of_sqlite_add_use() keeps in memory until it is written: a file's uses
 * in a row of bytes, whose hash tells whether they changed; and sets of row
 * numbers. For sqlite_uses.c alone.
 */
#ifndef OF_STORE_SQLITE_PACK_H
#define OF_STORE_SQLITE_PACK_H

#include <outfeed/buf.h>

#include "store/history.h"

/* A set of row numbers, which are dense; zeroed is empty. A forged one takes no more than 64
 * MiB.
 */
#define OF_BITS_MOST ((int64_t)1 << 28)
struct of_bits {
	unsigned char *bytes;
	size_t len;
};

bool of_bits_has(const struct of_bits *bits, int64_t number);
/* A number from 0 to OF_BITS_MOST. False when there is no memory. */
OF_MUST_CHECK bool of_bits_add(struct of_bits *bits, int64_t number);
void of_bits_finish(struct of_bits *bits);

/* Appends what a use says of its item; all the same for the uses of one file. */
void of_pack_item(struct of_buf *packed, const struct of_use *use);
/* Appends the rest of a use, but its file. */
void of_pack_use(struct of_buf *packed, const struct of_use *use);
/* Read in the order of packing; rest moves on, and what is read borrows from it. */
void of_unpack_item(struct of_str *rest, struct of_use *use);
void of_unpack_use(struct of_str *rest, struct of_use *use);

#endif
