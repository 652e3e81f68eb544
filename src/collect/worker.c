#include "collect/worker.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include <fcntl.h>
#include <stdlib.h>

bool of_worker_init(struct worker *worker)
{
	worker->item = of_arena_new();
	worker->kept = of_arena_new();
	if (worker->item != NULL && worker->kept != NULL)
		return true;
	of_worker_finish(worker);
	return false;
}

void of_worker_finish(struct worker *worker)
{
	of_arena_free(worker->item);
	of_arena_free(worker->kept);
	of_buf_finish(&worker->bytes);
	free(worker->filings);
	of_map_finish(&worker->numbers);
	*worker = (struct worker){0};
}

/* Made unambiguous by the NULs, which no part can hold. */
static struct of_str make_key(struct of_arena *arena, const struct of_membership *membership)
{
	struct of_buf key = {0};
	struct of_str kept;

	of_buf_add_uint(&key, membership->grouping);
	of_buf_add_byte(&key, '\0');
	of_buf_add_str(&key, membership->category.slug);
	of_buf_add_byte(&key, '\0');
	of_buf_add_str(&key, membership->category.path);
	of_buf_add_byte(&key, '\0');
	of_buf_add_str(&key, membership->category.label);
	kept = of_arena_dup(arena, of_buf_str(&key));
	of_buf_finish(&key);
	return kept;
}

static struct of_category keep_category(
	struct of_arena *kept, const struct of_category *category)
{
	return (struct of_category){of_arena_dup(kept, category->slug),
		of_arena_dup(kept, category->path), of_arena_dup(kept, category->label),
		of_arena_dup(kept, category->scheme), category->own_path};
}

static bool grow(struct worker *worker)
{
	size_t cap = worker->cap_filings == 0 ? 64 : worker->cap_filings * 2;
	struct local_filing *grown;

	if (worker->n_filings < worker->cap_filings)
		return true;
	grown = realloc(worker->filings, cap * sizeof(*grown));
	if (grown == NULL)
		return false;
	worker->filings = grown;
	worker->cap_filings = cap;
	return true;
}

/* The worker's number of a filing; false for want of memory. */
static bool number_of(
	struct worker *worker, uint32_t *number, const struct of_membership *membership)
{
	struct of_str key = make_key(worker->item, membership);
	const size_t *known = of_map_get(&worker->numbers, key);

	if (known != NULL) {
		*number = (uint32_t)*known;
		return true;
	}
	key = of_arena_dup(worker->kept, key);
	if (!grow(worker) ||
		of_map_put(&worker->numbers, key, worker->n_filings, NULL) != OF_OK)
		return false;
	*number = (uint32_t)worker->n_filings;
	worker->filings[worker->n_filings++] = (struct local_filing){key, membership->grouping,
		keep_category(worker->kept, &membership->category), membership->line,
		membership->column};
	return true;
}

static bool keep_head(struct worker *worker, struct of_head *head, const struct of_item *item,
	struct of_str path)
{
	uint32_t *filings = of_arena_take(worker->kept, item->n_memberships, sizeof(*filings));

	for (size_t i = 0; i < item->n_memberships; i++)
		if (filings == NULL || !number_of(worker, &filings[i], &item->memberships[i]))
			return false;
	*head = (struct of_head){.path = path,
		.id = of_arena_dup(worker->kept, item->id),
		.published = item->published,
		.updated = item->updated,
		.filings = filings,
		.n_filings = (uint32_t)item->n_memberships,
		.id_line = item->id_line};
	return of_arena_status(worker->kept, NULL) == OF_OK;
}

static enum fate fate_of(const struct of_item *item, int64_t now)
{
	if (item->draft)
		return FATE_DRAFT;
	if (item->published > now)
		return FATE_FUTURE;
	if (item->expires != OF_TIME_NONE && item->expires <= now)
		return FATE_EXPIRED;
	return FATE_KEPT;
}

static enum of_status read_item(struct worker *worker, struct of_item *item,
	enum of_reason *reason, const struct of_site *site, struct of_str path,
	struct of_diags *diags, struct of_err *err)
{
	enum of_status status;

	of_arena_clear(worker->item);
	of_buf_clear(&worker->bytes);
	status = of_file_read(&worker->bytes, AT_FDCWD, path.ptr, OF_LIMIT_FILE, NULL, err);
	*reason = status == OF_ELIMIT ? OF_REASON_LIMIT : OF_REASON_UNREADABLE;
	if (status != OF_OK)
		return status;
	return of_item_parse(item, reason, worker->item, site, path, of_buf_str(&worker->bytes),
		OF_ITEM_HEAD, err, of_diags_add, diags);
}

void of_worker_read(struct worker *worker, struct found *found, const struct of_site *site,
	int64_t now, struct of_str path, struct of_diags *diags)
{
	struct of_item item;
	struct of_err err = {0};
	enum of_status status =
		read_item(worker, &item, &found->reason, site, path, diags, &err);

	if (status == OF_ENOMEM) {
		found->fate = FATE_FAILED;
	} else if (status != OF_OK) {
		found->fate = FATE_SKIPPED;
		of_diags_add_err(diags, &err, found->reason);
	} else {
		found->fate = fate_of(&item, now);
		if (found->fate == FATE_KEPT && !keep_head(worker, &found->head, &item, path))
			found->fate = FATE_FAILED;
	}
}
