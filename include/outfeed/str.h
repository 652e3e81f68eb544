/*
 * Borrowed text.
 *
 * A struct of_str points at bytes that somebody else owns; the declaration
 * that holds one says who, and for how long. It is not NUL-terminated. An
 * absent value has len 0; ptr may then be NULL.
 */
#ifndef OUTFEED_STR_H
#define OUTFEED_STR_H

#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

struct of_str {
	const char *ptr;
	size_t len; /* bytes */
};

/* Borrows a C string, which must outlive the result; NULL gives an absent one. */
static inline struct of_str of_str_from(const char *text)
{
	struct of_str s = {text, text != NULL ? strlen(text) : 0};
	return s;
}

#ifdef __cplusplus
}
#endif
#endif
