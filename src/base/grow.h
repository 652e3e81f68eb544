/*
 * Growing an array by doubling.
 */
#ifndef OF_BASE_GROW_H
#define OF_BASE_GROW_H

#include <stddef.h>

/*
 * The array with room for one more than count elements of size bytes: itself,
 * or a larger copy in its place. NULL without memory; the array is then as it was.
 */
void *of_grow(void *array, size_t count, size_t *cap, size_t size);

#endif
