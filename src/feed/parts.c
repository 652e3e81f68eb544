#include "feed/parts.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>

/* Months since the year 0. */
static int month_of(const struct of_collection *collection, size_t index)
{
	struct of_civil civil = of_time_to_civil(collection->records[index]->published);

	return civil.year * 12 + civil.month - 1;
}

/* number is counted from 1, the oldest of the month. */
static enum of_status add_part(struct of_parts *parts, size_t first, size_t end, int month,
	size_t number, struct of_err *err)
{
	struct of_part *grown =
		of_grow(parts->parts, parts->count, &parts->cap, sizeof(*grown));
	struct of_part *part;
	int len;

	if (grown == NULL)
		return of_err_set_nomem(err);
	parts->parts = grown;
	part = &grown[parts->count++];
	part->first = first;
	part->end = end;
	len = snprintf(part->name, sizeof(part->name), "%04d-%02d", month / 12, month % 12 + 1);
	if (number > 1)
		snprintf(part->name + len, sizeof(part->name) - (size_t)len, ".%zu", number);
	return OF_OK;
}

/* The newest part has what the full ones leave. */
static enum of_status add_month(
	struct of_parts *parts, size_t first, size_t end, int month, struct of_err *err)
{
	size_t number = (end - first + OF_PART_ITEMS - 1) / OF_PART_ITEMS;
	enum of_status status = OF_OK;

	for (; number > 0 && status == OF_OK; number--) {
		size_t next = end - (number - 1) * OF_PART_ITEMS;

		status = add_part(parts, first, next, month, number, err);
		first = next;
	}
	return status;
}

enum of_status of_parts_make(struct of_parts *parts, const struct of_group *group,
	const struct of_collection *collection, struct of_err *err)
{
	enum of_status status = OF_OK;
	size_t end;

	parts->count = 0;
	for (size_t first = 0; first < group->n_members && status == OF_OK; first = end) {
		int month = month_of(collection, group->members[first]);

		for (end = first + 1; end < group->n_members; end++)
			if (month_of(collection, group->members[end]) != month)
				break;
		status = add_month(parts, first, end, month, err);
	}
	return status;
}

void of_parts_finish(struct of_parts *parts)
{
	free(parts->parts);
	*parts = (struct of_parts){0};
}

const struct of_part *of_parts_at(const struct of_parts *parts, size_t member)
{
	for (size_t i = 0; i < parts->count; i++)
		if (member < parts->parts[i].end)
			return &parts->parts[i];
	return NULL;
}

struct of_str of_part_name(const struct of_part *part)
{
	return part != NULL ? of_str_from(part->name) : (struct of_str){NULL, 0};
}

size_t of_parts_live_end(const struct of_parts *parts, size_t count)
{
	const struct of_part *part = count > 0 ? of_parts_at(parts, count - 1) : NULL;

	return part != NULL ? part->end : count;
}
