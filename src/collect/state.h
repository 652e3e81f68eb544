/*
 * A collection in the making, shared by the files of this folder.
 */
#ifndef OF_COLLECT_STATE_H
#define OF_COLLECT_STATE_H

#include "collect/collect.h"
#include "collect/reader.h"
#include "collect/ties.h"

struct of_collected {
	const struct of_site *site;
	struct of_collect_options options;
	struct of_diags *diags;
	struct of_arena *arena; /* owns folders, saved bytes, final records */
	int64_t since;          /* ns: when this run began to look, and a little before */

	/* the saved state */
	struct of_map saved; /* folder's path to its index in saved_folders */
	struct of_saved_folder {
		struct of_str path, packed;
		bool met; /* the folder is still there */
	} * saved_folders;
	size_t n_saved, cap_saved;

	/* this run */
	struct of_roots roots;
	struct of_map met; /* paths of folders */
	struct of_folder **folders;
	size_t n_folders, cap_folders;
	struct of_arena **lookers; /* of the threads that look into folders */
	struct of_arena **names;   /* of the slots, until their files are read */
	struct of_filings *filings;
	struct of_reader *readers;
	unsigned n_workers;
	struct of_reading *readings;
	const struct of_str **aliases; /* of each reading; NULL when no id waits for an item */
	size_t n_readings, cap_readings;
	struct of_ties *ties;  /* NULL when nothing can be tied */
	struct of_buf keys[2]; /* of records that are compared */

	struct of_folder_range *ranges; /* of the collection, one a folder */
	struct of_collection collection;
	struct of_collect_counts counts;
	bool changed;
};

/* saved.c */
OF_MUST_CHECK enum of_status of_saved_load(
	struct of_collected *c, struct of_store *store, struct of_err *err);

/* idle.c: warns of entries of `content`, and folders of `permalinks`, without any item. */
void of_collected_warn_idle(const struct of_collected *c);

/* identity.c: gives each record that was read the id it keeps. */
OF_MUST_CHECK enum of_status of_collected_identify(
	struct of_collected *c, struct of_store *store, struct of_err *err);

/* Whether some id may wait for an item, so that it matters under what names items were known.
 */
OF_MUST_CHECK enum of_status of_collected_may_wait(
	const struct of_collected *c, struct of_store *store, bool *may, struct of_err *err);

/* live.c: which records feeds may show, and which filings that touches. */
OF_MUST_CHECK enum of_status of_collected_enliven(struct of_collected *c, struct of_err *err);

/* Whether there is an outfeed.ids. */
bool of_ids_exist(const struct of_collected *c);
/* ids.c: outfeed.ids, the ids and keys of a site as text. */
/* Adds what the file lists and no saved record has; no error when there is no file. */
OF_MUST_CHECK enum of_status of_ids_read(struct of_collected *c, struct of_err *err);
OF_MUST_CHECK enum of_status of_ids_write(
	struct of_collected *c, struct of_store *store, struct of_err *err);

#endif
