#include "collect/collect.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/pool.h"
#include "base/str.h"
#include "collect/walk.h"
#include "collect/worker.h"
#include <fcntl.h>
#include <stdlib.h>

struct of_collected {
	struct of_collection collection;
	struct of_arena *arena; /* owns the filings' numbers and the merged filings */
	struct walk walk;       /* owns the paths */
	struct worker *workers; /* own the ids and the categories */
	unsigned n_workers;
	size_t cap_filings;
};

/* What the turns of the loop share. */
struct turns {
	struct of_collected *collected;
	const struct of_site *site;
	int64_t now;
	struct of_diags *diags;
	struct found *found; /* one for each path of the walk */
};

static void take_turn(size_t index, unsigned number, void *payload)
{
	struct turns *turns = payload;

	of_worker_read(&turns->collected->workers[number], &turns->found[index], turns->site,
		turns->now, turns->collected->walk.paths[index], turns->diags);
	turns->found[index].worker = number;
}

static void count_found(struct of_collect_counts *counts, const struct found *found)
{
	switch (found->fate) {
	case FATE_SKIPPED:
		counts->skipped_by[found->reason]++;
		return;
	case FATE_DRAFT:
		counts->drafts++;
		break;
	case FATE_FUTURE:
		counts->future++;
		break;
	case FATE_EXPIRED:
		counts->expired++;
		break;
	case FATE_KEPT:
	case FATE_FAILED:
		break;
	}
	counts->read++;
}

static void tell_duplicate(
	struct of_diags *diags, const struct of_head *head, const struct of_head *first)
{
	struct of_err err;

	of_err_set_at(&err, OF_EINPUT, head->id_line, 1,
		"the id %.200s is that of %.400s already: give this item an id of its own",
		head->id.ptr, first->path.ptr);
	of_err_set_path(&err, head->path);
	of_diags_add_err(diags, &err, OF_REASON_DUPLICATE_ID);
}

static struct of_filing *add_filing(struct of_collected *collected)
{
	struct of_collection *collection = &collected->collection;

	if (collection->n_filings == collected->cap_filings) {
		size_t cap = collected->cap_filings == 0 ? 64 : collected->cap_filings * 2;
		struct of_filing *grown =
			realloc(collection->filings, cap * sizeof(*collection->filings));

		if (grown == NULL)
			return NULL;
		collection->filings = grown;
		collected->cap_filings = cap;
	}
	return &collection->filings[collection->n_filings++];
}

/* A worker's filing gets its number for all when the first head that is kept has it. */
static enum of_status number_filings(struct of_collected *collected, struct of_map *numbers,
	struct worker *worker, struct of_head *head, size_t index, struct of_err *err)
{
	uint32_t *numbered =
		of_arena_take(collected->arena, head->n_filings, sizeof(*numbered));

	if (numbered == NULL && head->n_filings > 0)
		return of_err_set_nomem(err);
	for (uint32_t i = 0; i < head->n_filings; i++) {
		const struct local_filing *local = &worker->filings[head->filings[i]];
		const size_t *number = of_map_get(numbers, local->key);
		struct of_filing *filing;

		if (number == NULL) {
			filing = add_filing(collected);
			if (filing == NULL)
				return of_err_set_nomem(err);
			*filing = (struct of_filing){.grouping = local->grouping,
				.category = local->category,
				.first = index,
				.line = local->line,
				.column = local->column};
			numbered[i] = (uint32_t)(collected->collection.n_filings - 1);
			if (of_map_put(numbers, local->key, numbered[i], err) != OF_OK)
				return OF_ENOMEM;
		} else {
			numbered[i] = (uint32_t)*number;
		}
		collected->collection.filings[numbered[i]].count++;
	}
	head->filings = numbered;
	return OF_OK;
}

/* In the order of paths, so that the outcome does not depend on who read what. */
static enum of_status merge(
	struct turns *turns, struct of_collect_counts *counts, struct of_err *err)
{
	struct of_collected *collected = turns->collected;
	struct of_collection *collection = &collected->collection;
	struct of_map ids = {0};
	struct of_map numbers = {0};
	enum of_status status = OF_OK;

	for (size_t i = 0; i < collected->walk.count && status == OF_OK; i++) {
		struct found *found = &turns->found[i];
		const size_t *first;

		if (found->fate == FATE_FAILED) {
			status = of_err_set_nomem(err);
			break;
		}
		count_found(counts, found);
		if (found->fate != FATE_KEPT)
			continue;
		first = of_map_get(&ids, found->head.id);
		if (first != NULL) {
			tell_duplicate(turns->diags, &found->head, &collection->heads[*first]);
			counts->skipped_by[OF_REASON_DUPLICATE_ID]++;
			continue;
		}
		status = of_map_put(&ids, found->head.id, collection->n_heads, err);
		if (status == OF_OK)
			status = number_filings(collected, &numbers,
				&collected->workers[found->worker], &found->head,
				collection->n_heads, err);
		collection->heads[collection->n_heads++] = found->head;
	}
	of_map_finish(&ids);
	of_map_finish(&numbers);
	return status;
}

static enum of_status start_workers(
	struct of_collected *collected, unsigned jobs, struct of_err *err)
{
	collected->workers = calloc(jobs, sizeof(*collected->workers));
	if (collected->workers == NULL)
		return of_err_set_nomem(err);
	for (; collected->n_workers < jobs; collected->n_workers++)
		if (!of_worker_init(&collected->workers[collected->n_workers]))
			return of_err_set_nomem(err);
	return OF_OK;
}

static enum of_status collect(struct turns *turns, struct of_collect_counts *counts,
	unsigned jobs, struct of_err *err)
{
	struct of_collected *collected = turns->collected;
	size_t count;
	enum of_status status;

	status = of_walk_site(&collected->walk, turns->site, of_diags_add, turns->diags, err);
	if (status != OF_OK)
		return status;
	count = collected->walk.count;
	counts->found = count;
	if (count == 0)
		return OF_OK;
	turns->found = calloc(count, sizeof(*turns->found));
	collected->collection.heads = calloc(count, sizeof(*collected->collection.heads));
	collected->arena = of_arena_new();
	if (turns->found == NULL || collected->collection.heads == NULL ||
		collected->arena == NULL)
		return of_err_set_nomem(err);
	status = start_workers(collected, jobs, err);
	if (status != OF_OK)
		return status;
	of_pool_run(count, jobs, take_turn, turns);
	return merge(turns, counts, err);
}

enum of_status of_collect(struct of_collected **collected, struct of_collect_counts *counts,
	const struct of_site *site, int64_t now, unsigned jobs, struct of_diags *diags,
	struct of_err *err)
{
	struct turns turns = {calloc(1, sizeof(**collected)), site, now, diags, NULL};
	enum of_status status;

	*counts = (struct of_collect_counts){0};
	*collected = NULL;
	if (turns.collected == NULL)
		return of_err_set_nomem(err);
	status = collect(&turns, counts, jobs > 0 ? jobs : 1, err);
	free(turns.found);
	if (status == OF_OK)
		*collected = turns.collected;
	else
		of_collected_free(turns.collected);
	return status;
}

const struct of_collection *of_collected_collection(const struct of_collected *collected)
{
	return &collected->collection;
}

void of_collected_free(struct of_collected *collected)
{
	if (collected == NULL)
		return;
	for (unsigned i = 0; i < collected->n_workers; i++)
		of_worker_finish(&collected->workers[i]);
	free(collected->workers);
	free(collected->collection.heads);
	free(collected->collection.filings);
	of_arena_free(collected->arena);
	of_walk_finish(&collected->walk);
	free(collected);
}
