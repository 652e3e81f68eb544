/* Memory that is not there. */
#define _GNU_SOURCE
#include "fault.h"

#include <errno.h>
#include <stdlib.h>

DEFINE(reallocarray, malloc, void *, NULL, (void *old, size_t count, size_t size), old, count,
	size)
DEFINE(aligned_alloc, malloc, void *, NULL, (size_t alignment, size_t size), alignment, size)

int posix_memalign(void **out, size_t alignment, size_t size)
{
	return fault_is_due(AT_malloc) ? ENOMEM : REAL(posix_memalign)(out, alignment, size);
}

/*
 * dlsym() may allocate: glibc exports its functions under a second name as well.
 * A sanitizer's are next in line, and ready by the time that anybody asks; clang
 * links them into the program, where nothing comes before them (WITHOUT_MALLOC).
 */
#ifdef SANITIZER_MALLOC
#define NEXT(function) REAL(function)
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
#define NEXT(function) __libc_##function
#endif

#ifndef WITHOUT_MALLOC
void *malloc(size_t size)
{
	return fault_is_due(AT_malloc) ? NULL : NEXT(malloc)(size);
}

void *calloc(size_t count, size_t size)
{
	return fault_is_due(AT_malloc) ? NULL : NEXT(calloc)(count, size);
}

void *realloc(void *old, size_t size)
{
	return fault_is_due(AT_malloc) ? NULL : NEXT(realloc)(old, size);
}
#endif
