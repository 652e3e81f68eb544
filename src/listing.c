#include "listing.h"

#include "audit/uses.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "collect/record.h"
#include <outfeed/item.h>
#include <stdlib.h>

#define BATCH 512 /* items that are read while the links of as many are put */

/* One item of a batch, and what it needs. */
struct slot {
	struct of_arena *arena;
	struct of_buf path, bytes;
	struct of_uses uses;
	enum of_status status;
	struct of_err err;
};

struct listing {
	const struct of_listing_options *how;
	struct of_audit_result *result;
	struct of_history *history;
	struct slot *slots, *put; /* of two batches: one is read, the former one put */
	size_t first;             /* the record of slots[0] */
	size_t n_put;
	enum of_status putting;
	struct of_err *err; /* of putting */
};

static enum of_status read_uses(struct listing *l, struct slot *slot, size_t index)
{
	const struct of_collection *collection = of_collected_collection(l->how->collected);
	struct of_item *item = of_arena_take(slot->arena, 1, sizeof(*item));
	enum of_reason reason = OF_REASON_UNREADABLE;
	enum of_status status = item != NULL ? OF_OK : of_err_set_nomem(&slot->err);

	of_record_add_path(&slot->path, collection, index);
	if (status == OF_OK)
		status = of_buf_status(&slot->path, &slot->err);
	if (status == OF_OK)
		status = of_record_read(
			&slot->bytes, collection, index, slot->path.ptr, &slot->err);
	if (status == OF_OK)
		status = of_item_parse(item, &reason, slot->arena, l->how->site,
			of_buf_str(&slot->path), of_buf_str(&slot->bytes), OF_ITEM_LINKS,
			&slot->err, NULL, NULL);
	if (status == OF_OK)
		item->id = of_record_text(collection->records[index], OF_TEXT_ID);
	if (status == OF_OK)
		status = of_uses_of_item(&slot->uses, item, l->how->settings, l->how->domains,
			slot->arena, &slot->err);
	return status;
}

static void read_slot(struct listing *l, size_t index)
{
	struct slot *slot = &l->slots[index];
	const struct of_collection *collection = of_collected_collection(l->how->collected);
	size_t record = l->first + index;

	slot->uses = (struct of_uses){0};
	slot->status = OF_OK;
	of_arena_clear(slot->arena);
	of_buf_clear(&slot->path);
	of_buf_clear(&slot->bytes);
	if (collection->fates[record] == OF_FATE_LIVE &&
		(l->how->stop == NULL || !*l->how->stop))
		slot->status = read_uses(l, slot, record);
}

/* As seen from the site's folder: the store outlives the folder that this run was called in,
 * and may be other machines' as well. */
static struct of_str below_site(const struct of_site *site, struct of_str file)
{
	struct of_str dir = site->dir;

	return file.len > dir.len + 1 && of_str_starts(file, dir) && file.ptr[dir.len] == '/'
		       ? of_str_from_offset(file, dir.len + 1)
		       : file;
}

/* An item that cannot be read now was told by the collecting, or is by the next build. */
static enum of_status put_slot(struct listing *l, struct slot *slot, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (slot->status == OF_ENOMEM)
		return of_err_set_nomem(err);
	if (slot->status != OF_OK) {
		of_diags_add_err(l->how->diags, &slot->err, OF_REASON_UNREADABLE);
		return OF_OK;
	}
	for (size_t i = 0; i < slot->uses.count && status == OF_OK; i++) {
		struct of_use use = slot->uses.uses[i];

		use.file = below_site(l->how->site, use.file);
		status = of_history_add_use(l->history, &use, err);
	}
	l->result->uses += slot->uses.count;
	l->result->by_verdict[OF_VERDICT_SKIPPED] += slot->uses.other;
	return status;
}

static void put_batch(struct listing *l)
{
	for (size_t i = 0; i < l->n_put && l->putting == OF_OK; i++)
		l->putting = put_slot(l, &l->put[i], l->err);
	if (l->putting == OF_OK && l->how->stop != NULL && *l->how->stop)
		l->putting =
			of_err_set(l->err, OF_ESTOPPED, "interrupted: the next run goes on");
}

/* The history is the first turn's alone, a slot its own turn's. */
static void put_or_read(size_t index, unsigned worker, void *payload)
{
	(void)worker;
	if (index == 0)
		put_batch(payload);
	else
		read_slot(payload, index - 1);
}

/* Reads so many items from the first on, and puts those that were read before. */
static void put_and_read(struct listing *l, size_t count)
{
	struct slot *read = l->slots;

	of_pool_run(1 + count, l->how->jobs, put_or_read, l);
	l->slots = l->put;
	l->put = read;
	l->n_put = count;
}

static void free_slots(struct slot *slots)
{
	for (size_t i = 0; slots != NULL && i < BATCH; i++) {
		of_arena_free(slots[i].arena);
		of_buf_finish(&slots[i].path);
		of_buf_finish(&slots[i].bytes);
	}
	free(slots);
}

static struct slot *make_slots(void)
{
	struct slot *slots = calloc(BATCH, sizeof(*slots));

	for (size_t i = 0; slots != NULL && i < BATCH; i++) {
		slots[i].arena = of_arena_new();
		if (slots[i].arena == NULL) {
			free_slots(slots);
			return NULL;
		}
	}
	return slots;
}

static enum of_status put_all(struct listing *l, struct of_err *err)
{
	size_t count = of_collected_collection(l->how->collected)->n_records;

	l->slots = make_slots();
	l->put = make_slots();
	if (l->slots == NULL || l->put == NULL)
		return of_err_set_nomem(err);
	l->putting = of_history_begin_uses(l->history, err);
	for (l->first = 0; l->first < count && l->putting == OF_OK; l->first += BATCH)
		put_and_read(l, count - l->first < BATCH ? count - l->first : BATCH);
	if (l->putting == OF_OK)
		put_batch(l);
	return l->putting == OF_OK ? of_history_end_uses(l->history, err) : l->putting;
}

enum of_status of_listing_put(struct of_audit_result *result, struct of_history *history,
	const struct of_listing_options *options, struct of_err *err)
{
	struct listing l = {.how = options, .result = result, .history = history, .err = err};
	enum of_status status = put_all(&l, err);

	result->items = of_collected_collection(options->collected)->n_live;
	free_slots(l.slots);
	free_slots(l.put);
	return status;
}
