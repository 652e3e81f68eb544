#include "publish/due.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/str.h"
#include "store/store.h"
#include <outfeed/arena.h>
#include <stdio.h>
#include <stdlib.h>

#define FORMAT UINT64_C(1) /* of the packed rows */

struct of_due {
	struct of_arena *arena;
	struct of_due_row *rows;
	size_t count, cap;
	struct of_map places; /* hub, NUL, document: index of the row */
	struct of_buf place;
	size_t left_out;
	uint64_t saved; /* hash of what the store holds; 0 for nothing */
	char key[24];
};

static enum of_status make(struct of_due **due, uint64_t output, struct of_err *err)
{
	struct of_due *made = calloc(1, sizeof(*made));

	*due = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->arena = of_arena_new();
	if (made->arena == NULL) {
		free(made);
		return of_err_set_nomem(err);
	}
	snprintf(made->key, sizeof(made->key), "due:%016llx", (unsigned long long)output);
	*due = made;
	return OF_OK;
}

void of_due_free(struct of_due *due)
{
	if (due == NULL)
		return;
	of_map_finish(&due->places);
	of_buf_finish(&due->place);
	of_arena_free(due->arena);
	free(due->rows);
	free(due);
}

static enum of_status append(
	struct of_due *due, struct of_str hub, struct of_str document, struct of_err *err)
{
	struct of_due_row *grown = of_grow(due->rows, due->count, &due->cap, sizeof(*grown));
	struct of_str place = of_arena_dup(due->arena, of_buf_str(&due->place));
	enum of_status status;

	if (grown == NULL || place.ptr == NULL)
		return of_err_set_nomem(err);
	due->rows = grown;
	status = of_map_put(&due->places, place, due->count, err);
	if (status != OF_OK)
		return status;
	grown[due->count++] = (struct of_due_row){.hub = of_str_slice(place, 0, hub.len),
		.document = of_str_from_offset(place, place.len - document.len)};
	return OF_OK;
}

/* *row is NULL when there is no place for it. */
static enum of_status find_or_append(struct of_due *due, struct of_due_row **row,
	struct of_str hub, struct of_str document, struct of_err *err)
{
	enum of_status status;
	const size_t *index;

	*row = NULL;
	of_buf_clear(&due->place);
	of_buf_add_str(&due->place, hub);
	of_buf_add_byte(&due->place, '\0');
	of_buf_add_str(&due->place, document);
	status = of_buf_status(&due->place, err);
	if (status != OF_OK)
		return status;
	index = of_map_get(&due->places, of_buf_str(&due->place));
	if (index != NULL) {
		*row = &due->rows[*index];
		return OF_OK;
	}
	if (due->count == OF_DUE_MOST) {
		due->left_out++;
		return OF_OK;
	}
	status = append(due, hub, document, err);
	if (status == OF_OK)
		*row = &due->rows[due->count - 1];
	return status;
}

enum of_status of_due_add(
	struct of_due *due, struct of_str hub, struct of_str document, struct of_err *err)
{
	struct of_due_row *row;
	enum of_status status = find_or_append(due, &row, hub, document, err);

	if (row != NULL) {
		row->fresh = true;
		row->settled = false;
	}
	return status;
}

struct of_due_row *of_due_rows(struct of_due *due, size_t *count)
{
	*count = due->count;
	return due->rows;
}

size_t of_due_left_out(const struct of_due *due)
{
	return due->left_out;
}

/* ---- Packed: the format, then the rows; a hub that is the one before's has length 0 ---- */

static void pack_number(struct of_buf *out, uint64_t number)
{
	of_buf_add(out, &number, sizeof(number));
}

void of_due_pack(struct of_buf *out, const struct of_due *due)
{
	struct of_str last = {0};

	pack_number(out, FORMAT);
	for (size_t i = 0; i < due->count; i++) {
		const struct of_due_row *row = &due->rows[i];
		struct of_str hub = row->hub;

		if (row->settled)
			continue;
		if (of_str_equal(hub, last))
			hub.len = 0;
		last = row->hub;
		pack_number(out, hub.len);
		of_buf_add_str(out, hub);
		pack_number(out, row->document.len);
		of_buf_add_str(out, row->document);
	}
}

static bool take_number(uint64_t *number, struct of_str *rest)
{
	if (rest->len < sizeof(*number))
		return false;
	memcpy(number, rest->ptr, sizeof(*number));
	*rest = of_str_from_offset(*rest, sizeof(*number));
	return true;
}

static bool take_text(struct of_str *text, struct of_str *rest)
{
	uint64_t len;

	if (!take_number(&len, rest) || len > rest->len)
		return false;
	*text = of_str_slice(*rest, 0, len);
	*rest = of_str_from_offset(*rest, len);
	return true;
}

static bool is_among(struct of_str hub, const struct of_str *hubs, size_t n_hubs)
{
	for (size_t i = 0; i < n_hubs; i++)
		if (of_str_equal(hub, hubs[i]))
			return true;
	return false;
}

static bool take_row(struct of_str *hub, struct of_str *document, struct of_str *rest)
{
	struct of_str own;

	if (!take_text(&own, rest) || !take_text(document, rest) || document->len == 0)
		return false;
	if (own.len > 0)
		*hub = own;
	return hub->len > 0;
}

static bool makes_sense(struct of_str bytes)
{
	struct of_str hub = {0}, document;
	uint64_t format;

	if (!take_number(&format, &bytes) || format != FORMAT)
		return false;
	while (bytes.len > 0)
		if (!take_row(&hub, &document, &bytes))
			return false;
	return true;
}

enum of_status of_due_unpack(struct of_due *due, struct of_str bytes, const struct of_str *hubs,
	size_t n_hubs, struct of_err *err)
{
	struct of_str hub = {0}, document;
	enum of_status status = OF_OK;
	struct of_due_row *row;

	if (!makes_sense(bytes))
		return of_err_set(
			err, OF_EINPUT, "the list of what hubs are to be told is damaged");
	bytes = of_str_from_offset(bytes, sizeof(FORMAT));
	while (status == OF_OK && bytes.len > 0 && take_row(&hub, &document, &bytes))
		if (is_among(hub, hubs, n_hubs))
			status = find_or_append(due, &row, hub, document, err);
	return status;
}

/* ---- The store ---- */

static enum of_status load(struct of_due *due, struct of_store *store,
	const struct of_str *hubs, size_t n_hubs, struct of_err *err)
{
	struct of_buf saved = {0};
	bool found = false;
	enum of_status status = of_store_get(
		store, OF_STORE_SETTING, of_str_from(due->key), &saved, &found, err);

	if (status == OF_OK && found) {
		due->saved = of_str_hash(of_buf_str(&saved));
		status = of_due_unpack(due, of_buf_str(&saved), hubs, n_hubs, err);
		/* not worth the ids that the same state holds: the next change is told */
		if (status == OF_EINPUT)
			status = OF_OK;
	}
	of_buf_finish(&saved);
	return status;
}

enum of_status of_due_load(struct of_due **due, struct of_store *store, uint64_t output,
	const struct of_str *hubs, size_t n_hubs, struct of_err *err)
{
	enum of_status status = make(due, output, err);

	if (status != OF_OK || store == NULL)
		return status;
	status = load(*due, store, hubs, n_hubs, err);
	if (status != OF_OK) {
		of_due_free(*due);
		*due = NULL;
	}
	return status;
}

static bool is_empty(const struct of_due *due)
{
	for (size_t i = 0; i < due->count; i++)
		if (!due->rows[i].settled)
			return false;
	return true;
}

enum of_status of_due_save(struct of_due *due, struct of_store *store, struct of_err *err)
{
	const struct of_str key = of_str_from(due->key);
	struct of_buf packed = {0};
	enum of_status status = OF_OK;
	uint64_t hash = 0;

	if (!is_empty(due)) {
		of_due_pack(&packed, due);
		status = of_buf_status(&packed, err);
		hash = of_str_hash(of_buf_str(&packed));
	}
	if (status == OF_OK && hash != due->saved)
		status = hash == 0 ? of_store_delete(store, OF_STORE_SETTING, key, err)
				   : of_store_put(store, OF_STORE_SETTING, key,
					     of_buf_str(&packed), err);
	if (status == OF_OK)
		due->saved = hash;
	of_buf_finish(&packed);
	return status;
}
