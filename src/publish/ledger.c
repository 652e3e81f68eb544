#include "publish/ledger.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/str.h"
#include "store/store.h"
#include <errno.h>
#include <outfeed/arena.h>
#include <pthread.h>
#include <stdlib.h>

struct entry {
	struct of_ledger_row row;
	bool used;  /* its group is there */
	bool dirty; /* to be saved */
};

struct of_ledger {
	pthread_mutex_t lock; /* of all below, while rows are put */
	struct of_arena *arena;
	struct entry **entries;
	size_t count, cap;
	struct of_map by_path;
};

/* The fixed part of a packed row; the files and the diagnostics follow. */
struct packed {
	uint64_t group, signature, consumed, entries;
	uint32_t n_documents, n_depends, diags, n_leftovers;
};

static void pack_files(struct of_buf *out, const struct of_ledger_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t len = files[i].name.len;

		of_buf_add(out, &files[i].stamp, sizeof(files[i].stamp));
		of_buf_add(out, &len, sizeof(len));
		of_buf_add_str(out, files[i].name);
		of_buf_add_byte(out, '\0');
	}
}

static void pack(struct of_buf *out, const struct of_ledger_row *row)
{
	struct packed head = {row->group, row->signature, row->consumed, row->n_entries,
		(uint32_t)row->n_documents, (uint32_t)row->n_depends, (uint32_t)row->diags.len,
		(uint32_t)row->n_leftovers};

	of_buf_add(out, &head, sizeof(head));
	pack_files(out, row->documents, row->n_documents);
	pack_files(out, row->depends, row->n_depends);
	of_buf_add_str(out, row->diags);
}

/* NULL when it makes no sense, or for want of memory. */
static const struct of_ledger_file *unpack_files(
	struct of_arena *arena, struct of_str *rest, size_t count)
{
	const size_t least = sizeof(struct of_stamp) + sizeof(uint64_t) + 1;
	struct of_ledger_file *files;

	if (count > rest->len / least)
		return NULL;
	files = of_arena_take(arena, count, sizeof(*files));
	for (size_t i = 0; i < count && files != NULL; i++) {
		uint64_t len;

		if (rest->len < least)
			return NULL;
		memcpy(&files[i].stamp, rest->ptr, sizeof(files[i].stamp));
		memcpy(&len, rest->ptr + sizeof(files[i].stamp), sizeof(len));
		if (len > rest->len - least || rest->ptr[least - 1 + len] != '\0')
			return NULL;
		files[i].name = (struct of_str){rest->ptr + least - 1, len};
		*rest = of_str_from_offset(*rest, least + len);
	}
	return files;
}

/* The row's texts borrow from bytes. */
static bool unpack(struct of_arena *arena, struct of_ledger_row *row, struct of_str bytes)
{
	struct packed head;

	if (bytes.len < sizeof(head))
		return false;
	memcpy(&head, bytes.ptr, sizeof(head));
	bytes = of_str_from_offset(bytes, sizeof(head));
	row->group = head.group;
	row->signature = head.signature;
	row->consumed = head.consumed;
	row->n_entries = head.entries;
	row->n_documents = head.n_documents;
	row->n_leftovers = head.n_leftovers;
	row->n_depends = head.n_depends;
	row->documents = unpack_files(arena, &bytes, head.n_documents);
	if (row->documents == NULL)
		return false;
	row->depends = unpack_files(arena, &bytes, head.n_depends);
	row->diags = bytes;
	return row->depends != NULL && bytes.len == head.diags &&
	       row->n_leftovers <= row->n_documents;
}

static enum of_status add_entry(struct of_ledger *ledger, const struct of_ledger_row *row,
	struct entry **added, struct of_err *err)
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
	grown[ledger->count] = *added = entry;
	return of_map_put(&ledger->by_path, entry->row.path, ledger->count++, err);
}

struct loading {
	struct of_ledger *ledger;
	enum of_status status;
	struct of_err *err;
};

static bool load_row(struct of_str path, struct of_str packed, void *payload)
{
	struct loading *loading = payload;
	struct of_arena *arena = loading->ledger->arena;
	struct of_ledger_row row = {.path = of_arena_dup(arena, path)};
	struct entry *entry;

	packed = of_arena_dup(arena, packed);
	if (packed.ptr == NULL || row.path.ptr == NULL)
		loading->status = of_err_set_nomem(loading->err);
	else if (!unpack(arena, &row, packed))
		loading->status =
			of_arena_status(arena, loading->err) != OF_OK
				? OF_ENOMEM
				: of_err_set(loading->err, OF_EINPUT,
					  "the saved state makes no sense: remove it");
	else
		loading->status = add_entry(loading->ledger, &row, &entry, loading->err);
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
	of_map_finish(&ledger->by_path);
	of_arena_free(ledger->arena);
	free(ledger->entries);
	free(ledger);
}

static struct entry *find(const struct of_ledger *ledger, struct of_str path)
{
	const size_t *index = of_map_get(&ledger->by_path, path);

	return index != NULL ? ledger->entries[*index] : NULL;
}

const struct of_ledger_row *of_ledger_find(struct of_ledger *ledger, struct of_str path)
{
	struct entry *entry = find(ledger, path);

	if (entry == NULL)
		return NULL;
	entry->used = true;
	return &entry->row;
}

bool of_ledger_holds(const struct of_ledger_row *row, const struct of_publisher *publisher)
{
	for (size_t i = 0; i < row->n_documents - row->n_leftovers; i++) {
		struct of_stamp now =
			of_publisher_stamp(publisher, row->path, row->documents[i].name.ptr);

		if (now.inode == 0 || !of_stamp_equal(&now, &row->documents[i].stamp))
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

static enum of_status keep_depends(
	struct of_ledger *ledger, struct of_ledger_row *row, struct of_err *err)
{
	struct of_ledger_file *files =
		of_arena_take(ledger->arena, row->n_depends, sizeof(*files));

	if (files == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < row->n_depends; i++) {
		files[i] = row->depends[i];
		files[i].name = of_arena_dup(ledger->arena, row->depends[i].name);
	}
	row->depends = files;
	return OF_OK;
}

enum of_status of_ledger_put(
	struct of_ledger *ledger, const struct of_ledger_row *row, struct of_err *err)
{
	struct of_ledger_row kept = *row;
	struct entry *entry;
	enum of_status status;

	pthread_mutex_lock(&ledger->lock);
	entry = find(ledger, row->path);
	status = join_documents(ledger, &kept, entry != NULL ? &entry->row : NULL, err);
	if (status == OF_OK)
		status = keep_depends(ledger, &kept, err);
	kept.path = of_arena_dup(ledger->arena, row->path);
	kept.diags = of_arena_dup(ledger->arena, row->diags);
	if (status == OF_OK)
		status = of_arena_status(ledger->arena, err);
	if (status == OF_OK && entry == NULL)
		status = add_entry(ledger, &kept, &entry, err);
	if (status == OF_OK) {
		kept.path = entry->row.path;
		entry->row = kept;
		entry->used = entry->dirty = true;
	}
	pthread_mutex_unlock(&ledger->lock);
	return status;
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

		if (!entry->dirty)
			continue;
		if (!entry->used && entry->row.n_documents == 0) {
			status =
				of_store_delete(store, OF_STORE_DOCUMENT, entry->row.path, err);
			continue;
		}
		status = drop_replaced(ledger, &entry->row, publisher, err);
		of_buf_clear(&packed);
		pack(&packed, &entry->row);
		if (status == OF_OK)
			status = of_buf_status(&packed, err);
		if (status == OF_OK)
			status = of_store_put(store, OF_STORE_DOCUMENT, entry->row.path,
				of_buf_str(&packed), err);
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
		for (size_t d = 0; d < entry->row.n_documents && status == OF_OK; d++) {
			const struct of_ledger_file *file = &entry->row.documents[d];
			bool removed;

			if (entry->used && is_current(file->name, payload)) {
				left[count++] = *file;
				continue;
			}
			status = of_publisher_remove(publisher, entry->row.path, file->name.ptr,
				&file->stamp, &removed, err);
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
