/*
 * The id that each item keeps (SPEC section 3): a file that still holds the
 * same item keeps its id, and an item that is new may take up the id of one
 * that left, when a key ties them. Where no key of a file's item is what it was,
 * keys count more than the file (two files may have exchanged their names); the
 * file counts when they lead nowhere.
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

/* All keys of a record, in one of the two buffers that there are for that. */
static struct of_str keys_of(
	struct of_collected *c, unsigned number, const struct of_record *record)
{
	struct of_buf *keys = &c->keys[number];

	of_buf_clear(keys);
	of_keys_unpack(
		keys, of_record_text(record, OF_TEXT_KEYS), of_record_text(record, OF_TEXT_ID));
	return of_buf_str(keys);
}

static enum of_status leave(
	struct of_collected *c, const struct of_record *record, struct of_err *err)
{
	enum of_status status;

	/* an id that was another's all along does not leave with the item */
	if (record->kind != OF_RECORD_ITEM || record->fate == OF_FATE_REFUSED)
		return OF_OK;
	status = need_ties(c, err);
	return status == OF_OK ? of_ties_add(c->ties, of_record_text(record, OF_TEXT_ID),
					 keys_of(c, 0, record), OF_TIE_LEFT, err)
			       : status;
}

static bool same_item(
	struct of_collected *c, const struct of_record *saved, const struct of_record *record)
{
	return saved->kind == OF_RECORD_ITEM && record->kind == OF_RECORD_ITEM &&
	       of_ties_hold(keys_of(c, 0, saved), keys_of(c, 1, record));
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
		if (slot >= folder->n_slots || folder->slots[slot].saved != record ||
			(folder->slots[slot].record != record &&
				!same_item(c, record, folder->slots[slot].record)))
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

static struct of_str aliases_of(const struct of_collected *c, const struct of_reading *reading)
{
	const struct of_str *aliases =
		c->aliases != NULL ? c->aliases[reading - c->readings] : NULL;

	return aliases != NULL ? *aliases : (struct of_str){NULL, 0};
}

static bool is_same_file(struct of_collected *c, const struct of_reading *reading)
{
	const struct of_slot *slot = reading->slot;

	return slot->saved != NULL && same_item(c, slot->saved, slot->record);
}

/* An item that was refused for its id has none to keep once its keys change. */
static bool is_settled(struct of_collected *c, const struct of_reading *reading)
{
	const struct of_slot *slot = reading->slot;
	struct of_str before, now;

	if (!is_same_file(c, reading))
		return false;
	before = keys_of(c, 0, slot->saved);
	now = keys_of(c, 1, slot->record);
	return slot->saved->fate == OF_FATE_REFUSED
		       ? of_str_equal(before, now)
		       : of_ties_bind(before, now, aliases_of(c, reading));
}

/* A byte of a path; -1 behind its end. */
static int byte_at(const struct of_reading *reading, size_t at)
{
	struct of_str folder = reading->folder->path;

	if (at < folder.len)
		return (unsigned char)folder.ptr[at];
	if (at == folder.len)
		return '/';
	at -= folder.len + 1;
	return at < strlen(reading->slot->name) ? (unsigned char)reading->slot->name[at] : -1;
}

static int compare_readings(const void *a, const void *b)
{
	const struct of_reading *one = *(const struct of_reading *const *)a;
	const struct of_reading *other = *(const struct of_reading *const *)b;
	size_t at = 0;

	if (one->folder == other->folder)
		return strcmp(one->slot->name, other->slot->name);
	while (byte_at(one, at) >= 0 && byte_at(one, at) == byte_at(other, at))
		at++;
	return byte_at(one, at) - byte_at(other, at);
}

/* The readings whose item has no id yet that it keeps. */
struct open {
	struct of_reading **readings;
	size_t count;
};

/* In the order of paths: of two that may take up one id, the first has it. */
static enum of_status claim_all(
	struct of_collected *c, struct open *open, enum of_tie_way way, struct of_err *err)
{
	enum of_status status = OF_OK;
	size_t left = 0;

	for (size_t i = 0; i < open->count && status == OF_OK; i++) {
		struct of_reading *reading = open->readings[i];
		struct of_slot *slot = reading->slot;
		const struct of_tie_claim claim = {of_record_text(slot->record, OF_TEXT_ID),
			keys_of(c, 0, slot->record), aliases_of(c, reading)};
		struct of_str id = of_ties_claim(c->ties, &claim, way);

		if (id.len > 0)
			status = give_id(c, slot, id, err);
		else
			open->readings[left++] = reading;
	}
	open->count = left;
	return status;
}

/* The items that no key led anywhere: those of files that had one keep its id. */
static enum of_status keep_by_file(
	struct of_collected *c, struct open *open, struct of_err *err)
{
	enum of_status status = OF_OK;
	size_t left = 0;

	for (size_t i = 0; i < open->count && status == OF_OK; i++) {
		struct of_reading *reading = open->readings[i];

		if (is_same_file(c, reading) && reading->slot->saved->fate != OF_FATE_REFUSED &&
			of_ties_take(c->ties, of_record_text(reading->slot->saved, OF_TEXT_ID)))
			status = give_id(c, reading->slot,
				of_record_text(reading->slot->saved, OF_TEXT_ID), err);
		else
			open->readings[left++] = reading;
	}
	open->count = left;
	return status;
}

static enum of_status settle_open(
	struct of_collected *c, struct of_store *store, struct open *open, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (open->count == 0)
		return OF_OK;
	status = add_all_stored(c, store, err);
	if (status == OF_OK)
		status = of_ids_read(c, err);
	if (status != OF_OK || of_ties_count(c->ties) == 0)
		return status;
	qsort(open->readings, open->count, sizeof(struct of_reading *), compare_readings);
	for (unsigned way = 0; way < OF_TIE_BY_ID && status == OF_OK; way++)
		status = claim_all(c, open, (enum of_tie_way)way, err);
	if (status == OF_OK)
		status = keep_by_file(c, open, err);
	return status == OF_OK ? claim_all(c, open, OF_TIE_BY_ID, err) : status;
}

static bool note_any(struct of_str id, struct of_str keys, void *payload)
{
	bool *any = payload;

	(void)id;
	(void)keys;
	*any = true;
	return false;
}

enum of_status of_collected_may_wait(
	const struct of_collected *c, struct of_store *store, bool *may, struct of_err *err)
{
	*may = c->n_saved > 0 || of_ids_exist(c);
	if (*may || store == NULL)
		return OF_OK;
	return of_store_each(store, OF_STORE_IDENTITY, note_any, may, err);
}

enum of_status of_collected_identify(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct open open = {calloc(c->n_readings + 1, sizeof(struct of_reading *)), 0};
	enum of_status status =
		open.readings != NULL ? leave_all(c, err) : of_err_set_nomem(err);

	for (size_t i = 0; i < c->n_readings && status == OF_OK; i++) {
		struct of_slot *slot = c->readings[i].slot;

		if (slot->record->kind != OF_RECORD_ITEM)
			continue;
		if (is_settled(c, &c->readings[i])) {
			status = give_id(c, slot, of_record_text(slot->saved, OF_TEXT_ID), err);
			continue;
		}
		open.readings[open.count++] = &c->readings[i];
		if (is_same_file(c, &c->readings[i]))
			status = leave(c, slot->saved, err);
	}
	if (status == OF_OK)
		status = settle_open(c, store, &open, err);
	free(open.readings);
	return status;
}
