#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>

#define CAP_FIRST 32

void *of_grow(void *array, size_t count, size_t *cap, size_t size)
{
	size_t grown_cap = *cap == 0 ? CAP_FIRST : *cap * 2;
	void *grown;

	if (count < *cap)
		return array;
	if (grown_cap > PTRDIFF_MAX / size)
		return NULL;
	grown = realloc(array, grown_cap * size);
	if (grown != NULL)
		*cap = grown_cap;
	return grown;
}
