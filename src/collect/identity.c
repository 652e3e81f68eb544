/*
 * The id that each item keeps (SPEC section 3): a file that still holds the
 * same item keeps its id, and an item that is new may take up the id of one
 * that left, when a key ties them.
 */
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "collect/state.h"
#include "store/store.h"
#include <stdlib.h>

static enum of_status need_ties(struct of_collected *c, struct of_err *err)
{
	if (c->ties == NULL)
		c->ties = of_ties_new();
	return c->ties != NULL ? OF_OK : of_err_set_nomem(err);
}

static enum of_status leave(
	struct of_collected *c, const struct of_record *record, struct of_err *err)
{
	enum of_status status;

	if (record->kind != OF_RECORD_ITEM)
		return OF_OK;
	status = need_ties(c, err);
	return status == OF_OK ? of_ties_add(c->ties, of_record_text(record, OF_TEXT_ID),
					 of_record_text(record, OF_TEXT_KEYS), OF_TIE_LEFT, err)
			       : status;
}

static bool same_item(const struct of_record *saved, const struct of_record *record)
{
	return saved->kind == OF_RECORD_ITEM && record->kind == OF_RECORD_ITEM &&
	       of_ties_hold(of_record_text(saved, OF_TEXT_KEYS),
		       of_record_text(record, OF_TEXT_KEYS));
}

/* Puts another id in a record's place, unless it has that one. */
static enum of_status give_id(
	struct of_collected *c, struct of_slot *slot, struct of_str id, struct of_err *err)
{
	const struct of_record *renamed;

	if (of_str_equal(of_record_text(slot->record, OF_TEXT_ID), id))
		return OF_OK;
	renamed = of_record_with_id(c->arena, slot->record, id);
	if (renamed == NULL)
		return of_err_set_nomem(err);
	slot->record = renamed;
	return OF_OK;
}

/* Files that left, and files whose item is another now, leave their ids behind. */
static enum of_status leave_from_folder(
	struct of_collected *c, const struct of_folder *folder, struct of_err *err)
{
	const struct of_record *record;
	enum of_status status = OF_OK;
	size_t at = 0;
	size_t slot = 0;

	while (!folder->same && status == OF_OK &&
		(record = of_folder_next(folder->saved, &at)) != NULL) {
		while (slot < folder->n_slots && folder->slots[slot].saved == NULL)
			slot++;
		if (slot >= folder->n_slots || folder->slots[slot].saved != record)
			status = leave(c, record, err);
		else if (folder->slots[slot].record != record &&
			 !same_item(record, folder->slots[slot].record))
			status = leave(c, record, err);
		if (slot < folder->n_slots && folder->slots[slot].saved == record)
			slot++;
	}
	return status;
}

static enum of_status leave_all(struct of_collected *c, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t f = 0; f < c->n_folders && status == OF_OK; f++)
		status = leave_from_folder(c, c->folders[f], err);
	for (size_t f = 0; f < c->n_saved && status == OF_OK; f++) {
		const struct of_record *record;
		size_t at = 0;

		while (!c->saved_folders[f].met && status == OF_OK &&
			(record = of_folder_next(c->saved_folders[f].packed, &at)) != NULL)
			status = leave(c, record, err);
	}
	return status;
}

struct adding {
	struct of_collected *c;
	enum of_status status;
	struct of_err *err;
};

static bool add_stored(struct of_str id, struct of_str keys, void *payload)
{
	struct adding *adding = payload;

	adding->status = of_ties_add(adding->c->ties, id, keys, OF_TIE_STORED, adding->err);
	return adding->status == OF_OK;
}

static enum of_status add_all_stored(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct adding adding = {c, OF_OK, err};
	enum of_status status = need_ties(c, err);

	if (status == OF_OK && store != NULL)
		status = of_store_each(store, OF_STORE_IDENTITY, add_stored, &adding, err);
	return status == OF_OK ? adding.status : status;
}

static bool is_settled(const struct of_reading *reading)
{
	const struct of_slot *slot = reading->slot;

	return slot->record->kind != OF_RECORD_ITEM ||
	       (slot->saved != NULL && same_item(slot->saved, slot->record));
}

static int compare_readings(const void *a, const void *b)
{
	const struct of_reading *one = *(const struct of_reading *const *)a;
	const struct of_reading *other = *(const struct of_reading *const *)b;
	int order = of_str_compare(one->folder->path, other->folder->path);

	return order != 0 ? order : of_str_compare(one->slot->name, other->slot->name);
}

/* In the order of paths: of two that may claim one id, the first has it. */
static enum of_status claim_all(
	struct of_collected *c, struct of_reading **open, size_t count, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (count > 0)
		qsort(open, count, sizeof(struct of_reading *), compare_readings);
	for (size_t i = 0; i < count && status == OF_OK; i++) {
		struct of_slot *slot = open[i]->slot;
		struct of_str id =
			of_ties_claim(c->ties, of_record_text(slot->record, OF_TEXT_ID),
				of_record_text(slot->record, OF_TEXT_KEYS), open[i]->aliases);

		if (id.len > 0)
			status = give_id(c, slot, id, err);
	}
	return status;
}

enum of_status of_collected_identify(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct of_reading **open = calloc(c->n_readings + 1, sizeof(struct of_reading *));
	enum of_status status = open != NULL ? leave_all(c, err) : of_err_set_nomem(err);
	size_t count = 0;

	for (size_t i = 0; i < c->n_readings && status == OF_OK; i++) {
		struct of_slot *slot = c->readings[i].slot;

		if (!is_settled(&c->readings[i]))
			open[count++] = &c->readings[i];
		else if (slot->record->kind == OF_RECORD_ITEM)
			status = give_id(c, slot, of_record_text(slot->saved, OF_TEXT_ID), err);
	}
	if (status == OF_OK && count > 0)
		status = add_all_stored(c, store, err);
	if (status == OF_OK && count > 0)
		status = of_ids_read(c, err);
	if (status == OF_OK && count > 0 && of_ties_count(c->ties) > 0)
		status = claim_all(c, open, count, err);
	free(open);
	return status;
}
