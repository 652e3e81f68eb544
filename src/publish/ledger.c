#include "publish/ledger.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "publish/packed_row.h"
#include "store/store.h"
#include <errno.h>
#include <outfeed/arena.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct entry {
	struct of_ledger_row row;
	struct of_str key;     /* in the store: the output, NUL, row.path; NUL, row.part */
	struct of_str old_key; /* under which it is to be forgotten; ptr NULL for none */
	bool foreign;          /* of another output folder than the one at hand */
	bool used;             /* its group is there */
	bool dirty;            /* to be saved */
};

struct of_ledger {
	pthread_mutex_t lock; /* of all below, while rows are put */
	struct of_arena *arena;
	struct entry **entries;
	size_t count, cap;
	struct of_map by_key;
	struct of_str output; /* the folder at hand, as it begins a key */
};

static enum of_status add_entry(struct of_ledger *ledger, const struct of_ledger_row *row,
	struct of_str key, struct entry **added, struct of_err *err)
{
	struct entry **grown =
		of_grow(ledger->entries, ledger->count, &ledger->cap, sizeof(struct entry *));
	struct entry *entry;

	if (grown == NULL)
		return of_err_set_nomem(err);
	ledger->entries = grown;
	entry = of_arena_take(ledger->arena, 1, sizeof(*entry));
	if (entry == NULL)
		return of_err_set_nomem(err);
	entry->row = *row;
	entry->key = key;
	grown[ledger->count] = *added = entry;
	return of_map_put(&ledger->by_key, key, ledger->count++, err);
}

/* What of a key is the output folder; absent in those that were made without. */
static struct of_str output_of(struct of_str key)
{
	size_t end = of_str_find_byte(key, '\0');

	return of_str_slice(key, 0, end == OF_NPOS ? 0 : end);
}

/* The row's path and part borrow from its key. */
static void name_row(struct of_ledger_row *row, struct of_str key)
{
	size_t end = of_str_find_byte(key, '\0');
	struct of_str rest = end == OF_NPOS ? key : of_str_from_offset(key, end + 1);

	row->path = of_str_split(&rest, '\0');
	row->part = rest;
}

/* The key of what is in the folder at hand. */
static void add_key(struct of_buf *out, const struct of_ledger *ledger, struct of_str path,
	struct of_str part)
{
	of_buf_add_str(out, ledger->output);
	of_buf_add_byte(out, '\0');
	of_buf_add_str(out, path);
	if (part.len > 0) {
		of_buf_add_byte(out, '\0');
		of_buf_add_str(out, part);
	}
}

static struct of_str make_key(struct of_ledger *ledger, const struct of_ledger_row *row)
{
	struct of_buf key = {0};
	struct of_str kept;

	add_key(&key, ledger, row->path, row->part);
	kept = of_arena_keep(ledger->arena, &key);
	of_buf_finish(&key);
	return kept;
}

struct loading {
	struct of_ledger *ledger;
	enum of_status status;
	struct of_err *err;
};

/* Whether its documents are below the output: what a run removes follows from a row. */
static bool is_below(const struct of_ledger_row *row)
{
	for (size_t i = 0; i < row->n_documents; i++)
		if (!of_path_is_name(row->documents[i].name))
			return false;
	return row->path.len == 0 || of_path_refusal(row->path) == NULL;
}

static bool load_row(struct of_str key, struct of_str packed, void *payload)
{
	struct loading *loading = payload;
	struct of_arena *arena = loading->ledger->arena;
	struct of_ledger_row row = {0};
	struct entry *entry;

	key = of_arena_dup(arena, key);
	name_row(&row, key);
	packed = of_arena_dup(arena, packed);
	if (packed.ptr == NULL || key.ptr == NULL)
		loading->status = of_err_set_nomem(loading->err);
	else if (!of_row_unpack(&row, arena, packed) || !is_below(&row))
		loading->status =
			of_arena_status(arena, loading->err) != OF_OK
				? OF_ENOMEM
				: of_err_set(loading->err, OF_EINPUT,
					  "the saved state makes no sense: remove it");
	else
		loading->status = add_entry(loading->ledger, &row, key, &entry, loading->err);
	return loading->status == OF_OK;
}

enum of_status of_ledger_load(
	struct of_ledger **ledger, struct of_store *store, struct of_err *err)
{
	struct loading loading = {calloc(1, sizeof(**ledger)), OF_OK, err};
	enum of_status status = OF_OK;

	*ledger = NULL;
	if (loading.ledger == NULL)
		return of_err_set_nomem(err);
	loading.ledger->arena = of_arena_new();
	if (loading.ledger->arena == NULL ||
		pthread_mutex_init(&loading.ledger->lock, NULL) != 0) {
		of_arena_free(loading.ledger->arena);
		free(loading.ledger);
		return of_err_set_nomem(err);
	}
	if (store != NULL)
		status = of_store_each(store, OF_STORE_DOCUMENT, load_row, &loading, err);
	if (status == OF_OK)
		status = loading.status;
	if (status == OF_OK)
		*ledger = loading.ledger;
	else
		of_ledger_free(loading.ledger);
	return status;
}

void of_ledger_free(struct of_ledger *ledger)
{
	if (ledger == NULL)
		return;
	pthread_mutex_destroy(&ledger->lock);
	of_map_finish(&ledger->by_key);
	of_arena_free(ledger->arena);
	free(ledger->entries);
	free(ledger);
}

/* Of a folder that cannot be seen now it is not known: it may come back. */
static bool is_gone(struct of_str folder)
{
	/* the NUL of a key ends the name */
	return access(folder.ptr, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Whether one of the row's documents is at hand, so that its folder was moved here. */
static bool is_here(const struct of_ledger_row *row, const struct of_publisher *publisher)
{
	for (size_t i = 0; i < row->n_documents; i++) {
		struct of_stamp now =
			of_publisher_stamp(publisher, row->path, row->documents[i].name.ptr);

		if (now.inode != 0 && of_stamp_equal(&now, &row->documents[i].stamp))
			return true;
	}
	return false;
}

/* A row of a folder that was moved, or that was made before folders were told apart. */
static enum of_status adopt(
	struct of_ledger *ledger, struct entry *entry, size_t index, struct of_err *err)
{
	struct of_str key = make_key(ledger, &entry->row);

	if (key.ptr == NULL)
		return of_err_set_nomem(err);
	entry->old_key = entry->key;
	if (of_map_get(&ledger->by_key, key) != NULL)
		return OF_OK;
	entry->key = key;
	entry->foreign = false;
	entry->dirty = true;
	return of_map_put(&ledger->by_key, key, index, err);
}

enum of_status of_ledger_use(struct of_ledger *ledger, struct of_str output,
	const struct of_publisher *publisher, struct of_err *err)
{
	enum of_status status;

	ledger->output = of_arena_dup(ledger->arena, output);
	status = of_arena_status(ledger->arena, err);
	for (size_t i = 0; i < ledger->count && status == OF_OK; i++) {
		struct entry *entry = ledger->entries[i];
		struct of_str theirs = output_of(entry->key);

		entry->foreign = theirs.len == 0 || !of_str_equal(theirs, ledger->output);
		if (theirs.len == 0 ||
			(entry->foreign && is_here(&entry->row, publisher) && is_gone(theirs)))
			status = adopt(ledger, entry, i, err);
	}
	return status;
}

static struct entry *find(const struct of_ledger *ledger, struct of_str key)
{
	const size_t *index = of_map_get(&ledger->by_key, key);

	return index != NULL ? ledger->entries[*index] : NULL;
}

const struct of_ledger_row *of_ledger_find(
	struct of_ledger *ledger, struct of_str path, struct of_str part)
{
	struct of_buf key = {0};
	const struct entry *entry = NULL;

	add_key(&key, ledger, path, part);
	pthread_mutex_lock(&ledger->lock);
	if (key.status == OF_OK)
		entry = find(ledger, of_buf_str(&key));
	pthread_mutex_unlock(&ledger->lock);
	of_buf_finish(&key);
	return entry != NULL ? &entry->row : NULL;
}

/* The entry of a row that was found. */
static struct entry *entry_of(const struct of_ledger_row *row)
{
	return (struct entry *)((uintptr_t)row - offsetof(struct entry, row));
}

void of_ledger_keep(struct of_ledger *ledger, const struct of_ledger_row *row)
{
	pthread_mutex_lock(&ledger->lock);
	entry_of(row)->used = true;
	pthread_mutex_unlock(&ledger->lock);
}

bool of_ledger_holds(const struct of_ledger_row *row, const struct of_publisher *publisher)
{
	for (size_t i = 0; i < row->n_documents - row->n_leftovers; i++) {
		const struct of_ledger_file *file = &row->documents[i];

		if (!of_publisher_holds(
			    publisher, row->path, file->name.ptr, &file->stamp, file->copies))
			return false;
	}
	for (size_t i = 0; i < row->n_depends; i++) {
		struct of_stamp now = of_stamp_of(row->depends[i].name.ptr);

		if (!of_stamp_equal(&now, &row->depends[i].stamp))
			return false;
	}
	return true;
}

/*
 * Whether a document of the old row has to be remembered: it has no successor, or
 * may be there until that is in its place, which a run that fails or is killed
 * never sees.
 */
static bool is_leftover(const struct of_ledger_row *row, const struct of_ledger_file *file)
{
	for (size_t i = 0; i < row->n_documents; i++)
		if (of_str_equal(row->documents[i].name, file->name))
			return !of_stamp_equal(&row->documents[i].stamp, &file->stamp);
	return true;
}

/* The new row's documents, and of the old row's what is left over. */
static enum of_status join_documents(struct of_ledger *ledger, struct of_ledger_row *row,
	const struct of_ledger_row *old, struct of_err *err)
{
	size_t n_old = old != NULL ? old->n_documents : 0;
	struct of_ledger_file *files =
		of_arena_take(ledger->arena, row->n_documents + n_old, sizeof(*files));
	size_t count = 0;

	if (files == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < row->n_documents; i++) {
		files[count] = row->documents[i];
		files[count++].name = of_arena_dup(ledger->arena, row->documents[i].name);
	}
	for (size_t i = 0; i < n_old; i++)
		if (is_leftover(row, &old->documents[i]))
			files[count++] = old->documents[i];
	row->documents = files;
	row->n_leftovers = count - row->n_documents;
	row->n_documents = count;
	return OF_OK;
}

enum of_status of_ledger_put(
	struct of_ledger *ledger, const struct of_ledger_row *row, struct of_err *err)
{
	struct of_ledger_row kept = *row;
	struct entry *entry;
	struct of_str key;
	enum of_status status;

	pthread_mutex_lock(&ledger->lock);
	key = make_key(ledger, row);
	entry = find(ledger, key);
	status = join_documents(ledger, &kept, entry != NULL ? &entry->row : NULL, err);
	of_row_keep(&kept, ledger->arena);
	name_row(&kept, key);
	if (status == OF_OK)
		status = of_arena_status(ledger->arena, err);
	if (status == OF_OK && entry == NULL)
		status = add_entry(ledger, &kept, key, &entry, err);
	if (status == OF_OK) {
		name_row(&kept, entry->key);
		entry->row = kept;
		entry->used = entry->dirty = true;
	}
	pthread_mutex_unlock(&ledger->lock);
	return status;
}

void of_ledger_renew(struct of_ledger *ledger, const struct of_ledger_row *row, uint64_t audit)
{
	struct entry *entry = entry_of(row);

	pthread_mutex_lock(&ledger->lock);
	entry->row.audit = audit;
	entry->dirty = true;
	pthread_mutex_unlock(&ledger->lock);
}

static bool has_successor(const struct of_ledger_row *row, struct of_str name)
{
	for (size_t i = 0; i < row->n_documents - row->n_leftovers; i++)
		if (of_str_equal(row->documents[i].name, name))
			return true;
	return false;
}

/* What cannot be seen now may be there. */
static bool may_be_there(const struct of_publisher *publisher, struct of_str path,
	const struct of_ledger_file *file)
{
	struct of_stamp now;

	errno = 0;
	now = of_publisher_stamp(publisher, path, file->name.ptr);
	return now.inode != 0 ? of_stamp_equal(&now, &file->stamp)
			      : errno != ENOENT && errno != ENOTDIR;
}

/* Of those before the one that is to be published, at most one is there; the others never
 * came to their place, or left it.
 */
static enum of_status drop_replaced(struct of_ledger *ledger, struct of_ledger_row *row,
	const struct of_publisher *publisher, struct of_err *err)
{
	size_t n_current = row->n_documents - row->n_leftovers;
	struct of_ledger_file *files;
	size_t count = n_current;

	if (row->n_leftovers == 0)
		return OF_OK;
	files = of_arena_take(ledger->arena, row->n_documents, sizeof(*files));
	if (files == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < row->n_documents; i++) {
		const struct of_ledger_file *file = &row->documents[i];

		if (i < n_current)
			files[i] = *file;
		else if (!has_successor(row, file->name) ||
			 may_be_there(publisher, row->path, file))
			files[count++] = *file;
	}
	row->documents = files;
	row->n_documents = count;
	row->n_leftovers = count - n_current;
	return OF_OK;
}

enum of_status of_ledger_save(struct of_ledger *ledger, const struct of_publisher *publisher,
	struct of_store *store, struct of_err *err)
{
	struct of_buf packed = {0};
	enum of_status status = OF_OK;

	for (size_t i = 0; i < ledger->count && status == OF_OK; i++) {
		struct entry *entry = ledger->entries[i];

		if (entry->old_key.ptr != NULL)
			status = of_store_delete(store, OF_STORE_DOCUMENT, entry->old_key, err);
		entry->old_key = (struct of_str){NULL, 0};
		if (!entry->dirty || status != OF_OK)
			continue;
		if (!entry->used && entry->row.n_documents == 0) {
			status = of_store_delete(store, OF_STORE_DOCUMENT, entry->key, err);
			continue;
		}
		status = drop_replaced(ledger, &entry->row, publisher, err);
		of_buf_clear(&packed);
		of_row_pack(&packed, &entry->row);
		if (status == OF_OK)
			status = of_buf_status(&packed, err);
		if (status == OF_OK)
			status = of_store_put(
				store, OF_STORE_DOCUMENT, entry->key, of_buf_str(&packed), err);
		entry->dirty = status != OF_OK;
	}
	of_buf_finish(&packed);
	return status;
}

enum of_status of_ledger_prune(struct of_ledger *ledger, struct of_publisher *publisher,
	bool (*is_current)(struct of_str name, const void *payload), const void *payload,
	size_t *pruned, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < ledger->count && status == OF_OK; i++) {
		struct entry *entry = ledger->entries[i];
		struct of_ledger_file *left =
			of_arena_take(ledger->arena, entry->row.n_documents, sizeof(*left));
		size_t count = 0;

		if (left == NULL)
			return of_err_set_nomem(err);
		if (entry->foreign)
			continue;
		for (size_t d = 0; d < entry->row.n_documents && status == OF_OK; d++) {
			const struct of_ledger_file *file = &entry->row.documents[d];
			bool removed;

			if (entry->used && is_current(file->name, payload)) {
				left[count++] = *file;
				status = of_publisher_remove_copies(publisher, entry->row.path,
					file->name.ptr, file->copies, err);
				continue;
			}
			status = of_publisher_remove(publisher, entry->row.path, file->name.ptr,
				&file->stamp, file->copies, &removed, err);
			*pruned += removed;
		}
		if (count == entry->row.n_documents)
			continue;
		entry->row.documents = left;
		entry->row.n_documents = count;
		entry->row.n_leftovers = 0;
		entry->dirty = true;
	}
	return status;
}
