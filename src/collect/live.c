/*
 * Which records feeds may show now, and which filings are touched by what
 * changed since the last run.
 */
#include "base/diags.h"
#include "base/err.h"
#include "base/str.h"
#include "collect/state.h"
#include <stdlib.h>

/* Ids to records: half the hash beside the record's index, so that few ids are looked at. */
struct id_table {
	uint64_t *slots; /* hash's upper half << 32 | index + 1; 0 is free */
	size_t cap;      /* a power of two */
};

static bool may_live(struct of_collected *c, const struct of_record *record)
{
	int64_t now = c->options.now;

	switch (record->kind) {
	case OF_RECORD_DRAFT:
		c->counts.drafts++;
		return false;
	case OF_RECORD_ITEM:
		break;
	default:
		c->counts.broken++;
		return false;
	}
	if (record->published > now) {
		c->counts.future++;
		return false;
	}
	if (record->expires != OF_TIME_NONE && record->expires <= now) {
		c->counts.expired++;
		return false;
	}
	return true;
}

/* Of two items that claim one id, the first by path has it (SPEC section 3). */
static void refuse_duplicate(struct of_collected *c, size_t index, size_t first)
{
	struct of_buf path = {0};
	struct of_buf other = {0};
	struct of_err err;

	of_record_add_path(&path, &c->collection, index);
	of_record_add_path(&other, &c->collection, first);
	if (of_str_compare(of_buf_str(&path), of_buf_str(&other)) < 0) {
		struct of_buf swap = path;

		path = other;
		other = swap;
		c->collection.fates[first] = OF_FATE_REFUSED;
		index = first;
	} else {
		c->collection.fates[index] = OF_FATE_REFUSED;
	}
	if (path.status == OF_OK && other.status == OF_OK) {
		of_err_set_at(&err, OF_EINPUT, c->collection.records[index]->id_line, 1,
			"the id %.200s is that of %.400s already: give this item an id of its "
			"own",
			of_record_text(c->collection.records[index], OF_TEXT_ID).ptr,
			other.ptr);
		of_err_set_path(&err, of_buf_str(&path));
		of_diags_add_err(c->diags, &err, OF_REASON_DUPLICATE_ID);
	}
	c->counts.duplicates++;
	of_buf_finish(&path);
	of_buf_finish(&other);
}

/* Enters a record, or meets the one that has its id. */
static void enter(struct of_collected *c, struct id_table *table, size_t index)
{
	struct of_str id = of_record_text(c->collection.records[index], OF_TEXT_ID);
	uint64_t hash = of_str_hash(id);
	size_t at = (size_t)hash & (table->cap - 1);

	for (; table->slots[at] != 0; at = (at + 1) & (table->cap - 1)) {
		size_t other = (size_t)(table->slots[at] & UINT32_MAX) - 1;

		if (table->slots[at] >> 32 != hash >> 32 ||
			!of_str_equal(
				id, of_record_text(c->collection.records[other], OF_TEXT_ID)))
			continue;
		refuse_duplicate(c, index, other);
		if (c->collection.fates[index] == OF_FATE_LIVE)
			table->slots[at] = (hash >> 32 << 32) | (index + 1);
		return;
	}
	table->slots[at] = (hash >> 32 << 32) | (index + 1);
}

static enum of_status find_duplicates(struct of_collected *c, struct of_err *err)
{
	struct id_table table = {NULL, 64};

	while (table.cap < c->collection.n_records * 2)
		table.cap *= 2;
	table.slots = calloc(table.cap, sizeof(*table.slots));
	if (table.slots == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < c->collection.n_records; i++)
		if (c->collection.fates[i] == OF_FATE_LIVE)
			enter(c, &table, i);
	free(table.slots);
	return OF_OK;
}

static void touch(struct of_collected *c, const struct of_record *record)
{
	const struct of_filed *filed = of_record_filings(record);

	for (uint32_t i = 0; i < record->n_filings; i++)
		if (filed[i].filing < c->collection.n_filings)
			c->collection.filings[filed[i].filing].touched = true;
}

static void count(struct of_collected *c, const struct of_record *record)
{
	const struct of_filed *filed = of_record_filings(record);

	for (uint32_t i = 0; i < record->n_filings; i++)
		c->collection.filings[filed[i].filing].count++;
	c->collection.n_live++;
}

/* A file that was read anew: what it was files it as much as what it is. */
static void touch_read(struct of_collected *c)
{
	for (size_t i = 0; i < c->n_readings; i++) {
		const struct of_record *saved = c->readings[i].slot->saved;

		c->changed = true;
		if (saved != NULL && saved->fate == OF_FATE_LIVE)
			touch(c, saved);
	}
}

/* Records of the last run whose file, or whose folder, is gone. */
static void touch_gone(struct of_collected *c)
{
	for (size_t f = 0; f < c->n_saved; f++) {
		const struct of_record *record;
		size_t at = 0;

		if (c->saved_folders[f].met)
			continue;
		c->changed = true;
		while ((record = of_folder_next(c->saved_folders[f].packed, &at)) != NULL)
			if (record->fate == OF_FATE_LIVE)
				touch(c, record);
	}
	for (size_t f = 0; f < c->n_folders; f++) {
		const struct of_folder *folder = c->folders[f];
		const struct of_record *record;
		size_t at = 0;
		size_t slot = 0;

		while (!folder->same && (record = of_folder_next(folder->saved, &at)) != NULL) {
			while (slot < folder->n_slots && folder->slots[slot].saved == NULL)
				slot++;
			if (slot < folder->n_slots && folder->slots[slot].saved == record) {
				slot++;
				continue;
			}
			c->changed = true;
			if (record->fate == OF_FATE_LIVE)
				touch(c, record);
		}
	}
}

enum of_status of_collected_enliven(struct of_collected *c, struct of_err *err)
{
	struct of_collection *collection = &c->collection;
	enum of_status status;

	for (size_t i = 0; i < collection->n_records; i++)
		collection->fates[i] =
			may_live(c, collection->records[i]) ? OF_FATE_LIVE : OF_FATE_OUT;
	status = find_duplicates(c, err);
	if (status != OF_OK)
		return status;
	for (size_t i = 0; i < collection->n_records; i++) {
		const struct of_record *record = collection->records[i];
		bool live = collection->fates[i] == OF_FATE_LIVE;

		if (live)
			count(c, record);
		if (live != (!record->fresh && record->fate == OF_FATE_LIVE)) {
			touch(c, record);
			c->changed = true;
		}
	}
	touch_read(c);
	touch_gone(c);
	return OF_OK;
}
