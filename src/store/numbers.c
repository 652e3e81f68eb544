#include "store/numbers.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 64

static size_t home_of(const struct of_numbers *numbers, int64_t key)
{
	uint64_t hash = (uint64_t)key * 0x9E3779B97F4A7C15U;

	return (size_t)(hash >> 20) & (numbers->cap - 1);
}

/* Where a key is, or the free place that it would take; there always is one. */
static struct of_numbers_slot *find(const struct of_numbers *numbers, int64_t key)
{
	size_t at = home_of(numbers, key);

	while (numbers->slots[at].key != 0 && numbers->slots[at].key != key)
		at = (at + 1) & (numbers->cap - 1);
	return &numbers->slots[at];
}

size_t *of_numbers_get(const struct of_numbers *numbers, int64_t key)
{
	struct of_numbers_slot *slot;

	if (numbers->count == 0)
		return NULL;
	slot = find(numbers, key);
	return slot->key == key ? &slot->value : NULL;
}

static bool grow(struct of_numbers *numbers)
{
	struct of_numbers larger = {
		.cap = numbers->cap > 0 ? numbers->cap * 2 : LEAST, .count = numbers->count};

	larger.slots = calloc(larger.cap, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < numbers->cap; i++)
		if (numbers->slots[i].key != 0)
			*find(&larger, numbers->slots[i].key) = numbers->slots[i];
	free(numbers->slots);
	*numbers = larger;
	return true;
}

bool of_numbers_put(struct of_numbers *numbers, int64_t key, size_t value)
{
	struct of_numbers_slot *slot;

	if ((numbers->count + 1) * 4 > numbers->cap * 3 && !grow(numbers))
		return false;
	slot = find(numbers, key);
	numbers->count += slot->key == 0;
	*slot = (struct of_numbers_slot){key, value};
	return true;
}

/* What follows without a gap moves up, where it may: no place is ever marked as left. */
void of_numbers_remove(struct of_numbers *numbers, int64_t key)
{
	size_t mask = numbers->cap - 1, hole, at;

	if (of_numbers_get(numbers, key) == NULL)
		return;
	hole = at = (size_t)(find(numbers, key) - numbers->slots);
	for (;;) {
		at = (at + 1) & mask;
		if (numbers->slots[at].key == 0)
			break;
		if (((at - home_of(numbers, numbers->slots[at].key)) & mask) <
			((at - hole) & mask))
			continue;
		numbers->slots[hole] = numbers->slots[at];
		hole = at;
	}
	numbers->slots[hole] = (struct of_numbers_slot){0, 0};
	numbers->count--;
}

void of_numbers_clear(struct of_numbers *numbers)
{
	if (numbers->count > 0)
		memset(numbers->slots, 0, numbers->cap * sizeof(*numbers->slots));
	numbers->count = 0;
}

void of_numbers_finish(struct of_numbers *numbers)
{
	free(numbers->slots);
	*numbers = (struct of_numbers){0};
}
