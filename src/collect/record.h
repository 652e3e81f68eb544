/*
 * Packing what a file gave (struct of_record), its diagnostics among it.
 */
#ifndef OF_COLLECT_RECORD_H
#define OF_COLLECT_RECORD_H

#include <outfeed/collection.h>
#include <sys/stat.h>

struct of_diags;

/* What goes into a record; borrowed. */
struct of_record_parts {
	enum of_record_kind kind;
	struct stat stat; /* of the file, before it was read */
	int64_t published, expires;
	unsigned id_line;
	struct of_str name, id, keys, diags;
	const struct of_filed *filings;
	uint32_t n_filings;
};

/* Taken from the arena; NULL for want of memory. */
struct of_record *of_record_make(struct of_arena *arena, const struct of_record_parts *parts);
/* A copy with another id; what tied the item to the old one ties it to the new. */
struct of_record *of_record_with_id(
	struct of_arena *arena, const struct of_record *record, struct of_str id);
/* Appends the bytes of a record's file, whose path is of_record_add_path()'s. */
OF_MUST_CHECK enum of_status of_record_read(struct of_buf *out,
	const struct of_collection *collection, size_t index, const char *path,
	struct of_err *err);
/*
 * The keys of an item as a record holds them: each once, without that of the
 * UUID which the id is made of; and all of them again. Appended to out.
 */
void of_keys_pack(struct of_buf *out, struct of_str keys, struct of_str id);
void of_keys_unpack(struct of_buf *out, struct of_str packed, struct of_str id);
bool of_keys_have(struct of_str keys, struct of_str wanted);
/* Whether a file is what it was when the record was made. */
bool of_record_matches(const struct of_record *record, const struct stat *info);
/* Whether bytes begin with a whole record, every length of which is within it, of a file that
 * is in its folder. */
bool of_record_is_sound(struct of_str bytes);
int64_t of_stat_mtime(const struct stat *info); /* ns since 1970 */
/*
 * Whether what has this mtime may change after `since` without another one
 * (git's racy-clean rule). A whole second may be one that was rounded down.
 */
bool of_is_racy(int64_t mtime, int64_t since);

/* An of_diag_fn whose payload is a struct of_buf: packs the diagnostic, without its path. */
void of_diag_pack(const struct of_diag *diag, void *buf);
/* The same with its path. */
void of_diag_pack_with_path(const struct of_diag *diag, void *buf);
/* Tells packed diagnostics; path is that of those that were packed without one. */
void of_diags_unpack(struct of_diags *diags, struct of_str packed, const char *path);

#endif
