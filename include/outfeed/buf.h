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
#include <stdbool.h>

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

/*
 * Makes room for extra more bytes, so that appending them takes no more memory.
 * False when there is none, or the ceiling is in the way; that is kept.
 */
bool of_buf_reserve(struct of_buf *buf, size_t extra);

/* The decimal digits of a number. */
void of_buf_add_uint(struct of_buf *buf, unsigned long long number);
void of_buf_add_format(struct of_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* OF_OK, OF_ENOMEM or OF_ELIMIT; on failure err, which may be NULL, says which. */
OF_MUST_CHECK enum of_status of_buf_status(const struct of_buf *buf, struct of_err *err);

static inline void of_buf_add(struct of_buf *buf, const void *bytes, size_t len)
{
	/* cap is at most the ceiling and the NUL: nearly every time this is all. */
	if ((buf->status != OF_OK || len >= buf->cap - buf->len) && !of_buf_reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->ptr + buf->len, bytes, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
}

static inline void of_buf_add_str(struct of_buf *buf, struct of_str text)
{
	of_buf_add(buf, text.ptr, text.len);
}

static inline void of_buf_add_text(struct of_buf *buf, const char *text)
{
	of_buf_add(buf, text, strlen(text));
}

static inline void of_buf_add_byte(struct of_buf *buf, char byte)
{
	of_buf_add(buf, &byte, 1);
}

/* The bytes so far, borrowed until the next change of the buffer. */
static inline struct of_str of_buf_str(const struct of_buf *buf)
{
	struct of_str text = {buf->ptr, buf->len};
	return text;
}

#ifdef __cplusplus
}
#endif
#endif
