/*
 * One content folder: what its files gave in the last run, and which of them
 * have to be read in this one.
 */
#ifndef OF_COLLECT_FOLDER_H
#define OF_COLLECT_FOLDER_H

#include "collect/record.h"
#include "collect/roots.h"

#define OF_LIMIT_LEVELS 128 /* of folders in each other, below what `content` names */

/* A file of the folder. */
struct of_slot {
	const char *name;
	const struct of_record *saved;  /* of the last run; NULL for a file that is new */
	const struct of_record *record; /* of this run; NULL until the file is read */
};

struct of_folder {
	struct of_str path; /* NUL-terminated */
	size_t root; /* bytes of path that `content` names: those may lead through links */
	/* from the last run */
	struct of_str saved; /* the packed folder, 8-aligned; absent when there is none */
	/* from this one */
	bool same;     /* nothing in it is changed: slots is not filled */
	int64_t mtime; /* ns since 1970; 0 when it may have changed since */
	uint64_t inode;
	struct of_slot *slots; /* by name; until of_folder_drop_slots() */
	size_t n_slots;
	struct of_str subfolders; /* names, each ended by a NUL */
	struct of_str diags;      /* packed */
	bool cut;                 /* it holds folders that are too deep */
	struct of_err err;        /* of a folder that could not be read */
};

/* What looking into folders takes. */
struct of_looking {
	const struct of_roots *roots;
	dev_t output_device; /* the output folder is passed over */
	ino_t output_inode;  /* 0 when there is none */
	int64_t since; /* ns: what changed at or after this time may change again unseen */
	bool full;     /* every file is to be read */
};

/* False for a packed folder that makes no sense. */
bool of_folder_is_sound(struct of_str packed);
/*
 * Looks into the folder: fills what comes from this run. Memory is the arena's,
 * but for the slots, and for their names, which are names'. Trouble goes to folder->err.
 */
void of_folder_look(struct of_folder *folder, const struct of_looking *looking,
	struct of_arena *arena, struct of_arena *names);

/* Once its records are listed: a slot is a tenth of what is held of a file. */
void of_folder_drop_slots(struct of_folder *folder);

/* Packs the folder as it is now: its records in the order of their names, and what came of
 * each.
 */
void of_folder_pack(struct of_buf *out, const struct of_folder *folder,
	const struct of_record *const *records, size_t count, const uint8_t *fates,
	int64_t since);

/* Steps through the records of a packed folder: *at is 0 at first; NULL after the last. */
const struct of_record *of_folder_next(struct of_str packed, size_t *at);

#endif
