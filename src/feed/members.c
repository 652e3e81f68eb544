/*
 * The members of a group, as a heap of which the newest is taken off first. The
 * heap is made by who takes the first, since those work side by side.
 */
#include "feed/group.h"

#include "base/err.h"
#include "base/str.h"
#include <outfeed/feed.h>
#include <stdlib.h>

/* Whether a comes before b in a feed. */
static bool comes_first(const struct of_collection *collection, uint32_t a, uint32_t b)
{
	const struct of_record *one = collection->records[a];
	const struct of_record *other = collection->records[b];

	/* the ids are looked at only when they decide */
	if (one->published != other->published)
		return one->published > other->published;
	return of_item_order(one->published, of_record_text(one, OF_TEXT_ID), other->published,
		       of_record_text(other, OF_TEXT_ID)) < 0;
}

static void sink(
	const struct of_group *group, const struct of_collection *collection, size_t at)
{
	uint32_t sinking = group->members[at];

	for (size_t child; (child = 2 * at + 1) < group->n_members; at = child) {
		if (child + 1 < group->n_members &&
			comes_first(
				collection, group->members[child + 1], group->members[child]))
			child++;
		if (!comes_first(collection, group->members[child], sinking))
			break;
		group->members[at] = group->members[child];
	}
	group->members[at] = sinking;
}

static void make_heap(struct of_group *group, const struct of_collection *collection)
{
	for (size_t at = group->n_members / 2; at > 0; at--)
		sink(group, collection, at - 1);
	group->is_heap = true;
}

size_t of_group_next(struct of_group *group, const struct of_collection *collection)
{
	uint32_t top;

	if (group->n_members == 0)
		return OF_NPOS;
	if (!group->is_heap)
		make_heap(group, collection);
	top = group->members[0];
	group->members[0] = group->members[--group->n_members];
	if (group->n_members > 0)
		sink(group, collection, 0);
	return top;
}

static int compare_members(const void *a, const void *b, void *payload)
{
	const struct of_collection *collection = payload;
	const struct of_record *one = collection->records[*(const uint32_t *)a];
	const struct of_record *other = collection->records[*(const uint32_t *)b];

	if (one->published != other->published)
		return one->published > other->published ? -1 : 1;
	return of_item_order(one->published, of_record_text(one, OF_TEXT_ID), other->published,
		of_record_text(other, OF_TEXT_ID));
}

void of_group_sort(struct of_group *group, const struct of_collection *collection)
{
	if (group->n_members > 1)
		qsort_r(group->members, group->n_members, sizeof(*group->members),
			compare_members, (void *)(uintptr_t)collection);
}

static void add_member(struct of_group *group, size_t index)
{
	group->members[group->n_members++] = (uint32_t)index;
}

static enum of_status make_room(struct of_groups *groups, struct of_err *err)
{
	for (size_t g = 0; g < groups->count; g++) {
		struct of_group *group = &groups->groups[g];

		if (group->wanted) {
			group->members = of_arena_take_raw(
				groups->arena, (group->n_items + 1) * sizeof(*group->members));
			if (group->members == NULL)
				return of_err_set_nomem(err);
		}
		group->n_members = 0;
	}
	return OF_OK;
}

enum of_status of_groups_fill(
	struct of_groups *groups, const struct of_collection *collection, struct of_err *err)
{
	enum of_status status = make_room(groups, err);
	bool all = groups->all && groups->groups[0].wanted;

	for (size_t i = 0; i < collection->n_records && status == OF_OK; i++) {
		const struct of_record *record = collection->records[i];
		const struct of_filed *filed = of_record_filings(record);

		if (collection->fates[i] != OF_FATE_LIVE)
			continue;
		if (all)
			add_member(&groups->groups[0], i);
		for (uint32_t f = 0; f < record->n_filings; f++) {
			size_t g = groups->group_of[filed[f].filing];

			if (g != OF_NPOS && groups->groups[g].wanted)
				add_member(&groups->groups[g], i);
		}
	}
	return status;
}
