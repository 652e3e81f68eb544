/*
 * Reading the files that have to be read: one reader a thread, each file to a
 * record.
 */
#ifndef OF_COLLECT_READER_H
#define OF_COLLECT_READER_H

#include "collect/filings.h"
#include "collect/folder.h"

/* A file to read, and what came of it. */
struct of_reading {
	struct of_folder *folder;
	struct of_slot *slot; /* its record is made */
};

struct of_reader {
	const struct of_site *site;
	struct of_numberer filings;
	struct of_arena *item; /* cleared for each file */
	struct of_arena *kept; /* owns the records */
	struct of_buf bytes;   /* of the file at hand */
	struct of_buf path;
	struct of_buf diags, keys;
	const struct of_folder *folder; /* that fd is open on; NULL for none */
	int fd;
	bool failed; /* for want of memory */
};

bool of_reader_init(
	struct of_reader *reader, const struct of_site *site, struct of_filings *filings);
/* Accepts a zeroed one. The records go with it. */
void of_reader_finish(struct of_reader *reader);
/* aliases, when not NULL, takes the slugs that the item had, "s:…\0s:…\0", the reader's; NULL
 * for none. */
void of_reader_read(struct of_reader *reader, const struct of_reading *reading,
	const struct of_str **aliases);

#endif
