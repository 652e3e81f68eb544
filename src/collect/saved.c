/* The collection's part of the saved state: what each folder gave, and the filings. */
#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include "collect/state.h"
#include "store/store.h"
#include <outfeed/render.h>

#define FILINGS_KEY "filings"

/* The loading of folders: a walk through the table that can fail on the way. */
struct loading {
	struct of_collected *c;
	size_t n_filings;
	enum of_status status;
	struct of_err *err;
};

static enum of_status fail_damaged(struct of_err *err)
{
	return of_err_set(err, OF_EINPUT, "the saved state makes no sense: remove it");
}

static bool is_sound(struct of_str packed, size_t n_filings)
{
	const struct of_record *record;
	size_t at = 0;

	if (!of_folder_is_sound(packed))
		return false;
	while ((record = of_folder_next(packed, &at)) != NULL)
		for (uint32_t i = 0; i < record->n_filings; i++)
			if (of_record_filings(record)[i].filing >= n_filings)
				return false;
	return true;
}

static enum of_status keep_folder(
	struct loading *loading, struct of_str path, struct of_str packed)
{
	struct of_collected *c = loading->c;
	struct of_saved_folder *grown =
		of_grow(c->saved_folders, c->n_saved, &c->cap_saved, sizeof(*grown));
	char *bytes = of_arena_take_raw(c->arena, packed.len);

	if (grown == NULL || bytes == NULL)
		return of_err_set_nomem(loading->err);
	c->saved_folders = grown;
	if (packed.len > 0)
		memcpy(bytes, packed.ptr, packed.len);
	packed.ptr = bytes;
	if (!is_sound(packed, loading->n_filings))
		return fail_damaged(loading->err);
	grown[c->n_saved] = (struct of_saved_folder){
		.path = of_arena_dup(c->arena, path), .packed = packed};
	c->n_saved++;
	return of_map_put(&c->saved, grown[c->n_saved - 1].path, c->n_saved - 1, loading->err);
}

static bool load_folder(struct of_str path, struct of_str packed, void *payload)
{
	struct loading *loading = payload;

	loading->status = keep_folder(loading, path, packed);
	return loading->status == OF_OK;
}

/* A group that the site has, in a folder that it may have: what is written goes there. */
static bool is_possible(const struct of_filing *filing, const struct of_site *site)
{
	return filing->grouping < site->n_groups &&
	       of_output_path_refusal(filing->category.path) == NULL;
}

static enum of_status check_filings(const struct of_collected *c, struct of_err *err)
{
	size_t count;
	const struct of_filing *filings = of_filings_all(c->filings, &count);

	for (size_t i = 0; i < count; i++)
		if (!is_possible(&filings[i], c->site))
			return fail_damaged(err);
	return OF_OK;
}

/* A full run numbers filings anew; what records of the last run say of them is not used. */
static enum of_status load_filings(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct of_buf packed = {0};
	bool found;
	enum of_status status =
		of_store_get(store, OF_STORE_SETTING, STR(FILINGS_KEY), &packed, &found, err);

	if (status == OF_OK)
		status = of_filings_unpack(c->filings, of_buf_str(&packed), err);
	of_buf_finish(&packed);
	return status == OF_OK && !c->options.full ? check_filings(c, err) : status;
}

static enum of_status forget_filings(struct of_collected *c, struct of_err *err)
{
	of_filings_free(c->filings);
	c->filings = of_filings_new();
	return c->filings != NULL ? OF_OK : of_err_set_nomem(err);
}

enum of_status of_saved_load(struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct loading loading = {.c = c, .err = err};
	enum of_status status;

	if (store == NULL)
		return OF_OK;
	status = load_filings(c, store, err);
	if (status != OF_OK)
		return status;
	of_filings_all(c->filings, &loading.n_filings);
	status = of_store_each(store, OF_STORE_FOLDER, load_folder, &loading, err);
	if (status == OF_OK)
		status = loading.status;
	if (status == OF_OK && c->options.full)
		status = forget_filings(c, err);
	return status;
}

/* A folder is packed anew when anything in it, or what came of it, is not what was saved. */
static bool is_saved(const struct of_collected *c, size_t index)
{
	const struct of_folder *folder = c->folders[index];
	const struct of_record *record;
	size_t i = c->ranges[index].first;
	size_t at = 0;

	if (!folder->same)
		return false;
	while ((record = of_folder_next(folder->saved, &at)) != NULL)
		if (record->fate != c->collection.fates[i++])
			return false;
	return true;
}

static enum of_status save_folder(struct of_collected *c, size_t index, struct of_store *store,
	struct of_buf *packed, struct of_err *err)
{
	const struct of_folder *folder = c->folders[index];
	size_t first = c->ranges[index].first;
	size_t end =
		index + 1 < c->n_folders ? c->ranges[index + 1].first : c->collection.n_records;
	enum of_status status;

	if (is_saved(c, index))
		return OF_OK;
	of_buf_clear(packed);
	of_folder_pack(packed, folder, c->collection.records + first, end - first,
		c->collection.fates + first, c->since);
	status = of_buf_status(packed, err);
	if (status == OF_OK)
		status = of_store_put(
			store, OF_STORE_FOLDER, folder->path, of_buf_str(packed), err);
	return status;
}

static enum of_status save_filings(struct of_collected *c, struct of_store *store,
	struct of_buf *packed, struct of_err *err)
{
	enum of_status status;

	of_buf_clear(packed);
	of_filings_pack(packed, c->filings);
	status = of_buf_status(packed, err);
	return status == OF_OK ? of_store_put(store, OF_STORE_SETTING, STR(FILINGS_KEY),
					 of_buf_str(packed), err)
			       : status;
}

/* An id whose item left is kept for the item's return, one that was taken up no longer. */
static enum of_status save_waiting(struct of_str id, struct of_str keys,
	enum of_tie_source source, void *payload, struct of_err *err)
{
	if (source == OF_TIE_STORED)
		return OF_OK;
	return of_store_put(payload, OF_STORE_IDENTITY, id, keys, err);
}

static enum of_status forget_claimed(struct of_str id, struct of_str keys,
	enum of_tie_source source, void *payload, struct of_err *err)
{
	(void)keys;
	return source == OF_TIE_STORED ? of_store_delete(payload, OF_STORE_IDENTITY, id, err)
				       : OF_OK;
}

enum of_status of_collected_save(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct of_buf packed = {0};
	enum of_status status = OF_OK;

	for (size_t i = 0; i < c->n_folders && status == OF_OK; i++)
		status = save_folder(c, i, store, &packed, err);
	for (size_t i = 0; i < c->n_saved && status == OF_OK; i++)
		if (!c->saved_folders[i].met)
			status = of_store_delete(
				store, OF_STORE_FOLDER, c->saved_folders[i].path, err);
	if (status == OF_OK && c->changed)
		status = save_filings(c, store, &packed, err);
	if (status == OF_OK && c->ties != NULL)
		status = of_ties_each(c->ties, false, save_waiting, store, err);
	if (status == OF_OK && c->ties != NULL)
		status = of_ties_each(c->ties, true, forget_claimed, store, err);
	if (status == OF_OK)
		status = of_ids_write(c, store, err);
	of_buf_finish(&packed);
	return status;
}
