/*
 * A map from numbers of rows to numbers. Zeroed is empty and ready.
 */
#ifndef OF_STORE_NUMBERS_H
#define OF_STORE_NUMBERS_H

#include <outfeed/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct of_numbers_slot {
	int64_t key; /* 0: free */
	size_t value;
};

struct of_numbers {
	struct of_numbers_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t count;
};

/* NULL when it is not there; until the next put. A key is not 0. */
size_t *of_numbers_get(const struct of_numbers *numbers, int64_t key);
/* Adds a key, or gives one that is there another value; false when there is no memory. */
OF_MUST_CHECK bool of_numbers_put(struct of_numbers *numbers, int64_t key, size_t value);
/* No matter whether it is there. */
void of_numbers_remove(struct of_numbers *numbers, int64_t key);
/* Keeps the memory. */
void of_numbers_clear(struct of_numbers *numbers);
void of_numbers_finish(struct of_numbers *numbers);

#endif
