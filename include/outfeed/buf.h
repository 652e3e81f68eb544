/*
 * Owned, growable bytes with a ceiling.
 *
 * Appending never returns an error: the first failure (no memory, or the
 * ceiling) is kept in `status`, later appends do nothing, and whoever made the
 * buffer checks of_buf_status() once, when the work is done. While there is no
 * failure, the bytes are followed by a NUL that len does not count.
 *
 * Not thread-safe: one buffer belongs to one thread at a time.
 */
#ifndef OUTFEED_BUF_H
#define OUTFEED_BUF_H

#include <outfeed/err.h>
#include <outfeed/str.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OF_BUF_CEILING ((size_t)1 << 30) /* the ceiling where none is given */

struct of_buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t ceiling; /* 0 means OF_BUF_CEILING */
	enum of_status status;
};

/* A zeroed struct of_buf is ready for use as well. */
void of_buf_init(struct of_buf *buf, size_t ceiling);
/* Frees the bytes; the buffer may be used again. Accepts NULL and a zeroed one. */
void of_buf_finish(struct of_buf *buf);
/* Forgets the bytes and any failure, and keeps the memory for the next use. */
void of_buf_clear(struct of_buf *buf);
/* Cuts the buffer back to len bytes, which must not be more than it has. */
void of_buf_truncate(struct of_buf *buf, size_t len);

void of_buf_add(struct of_buf *buf, const void *bytes, size_t len);
void of_buf_add_str(struct of_buf *buf, struct of_str text);
void of_buf_add_text(struct of_buf *buf, const char *text);
void of_buf_add_byte(struct of_buf *buf, char byte);
/* The decimal digits of a number. */
void of_buf_add_uint(struct of_buf *buf, unsigned long long number);
void of_buf_add_format(struct of_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The bytes so far, borrowed until the next change of the buffer. */
struct of_str of_buf_str(const struct of_buf *buf);
/* OF_OK, OF_ENOMEM or OF_ELIMIT; on failure err, which may be NULL, says which. */
OF_MUST_CHECK enum of_status of_buf_status(const struct of_buf *buf, struct of_err *err);

#ifdef __cplusplus
}
#endif
#endif
