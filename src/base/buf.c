#include <outfeed/buf.h>

#include "base/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void of_buf_init(struct of_buf *buf, size_t ceiling)
{
	*buf = (struct of_buf){.ceiling = ceiling};
}

void of_buf_finish(struct of_buf *buf)
{
	if (buf == NULL)
		return;
	free(buf->ptr);
	of_buf_init(buf, buf->ceiling);
}

void of_buf_clear(struct of_buf *buf)
{
	buf->len = 0;
	buf->status = OF_OK;
	if (buf->ptr != NULL)
		buf->ptr[0] = '\0';
}

void of_buf_truncate(struct of_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->ptr[len] = '\0';
}

bool of_buf_reserve(struct of_buf *buf, size_t extra)
{
	size_t ceiling = buf->ceiling != 0 ? buf->ceiling : OF_BUF_CEILING;
	size_t cap = buf->cap;
	char *grown;

	if (buf->status != OF_OK)
		return false;
	if (extra > ceiling - buf->len) {
		buf->status = OF_ELIMIT;
		return false;
	}
	if (buf->len + extra < cap)
		return true;
	if (cap == 0)
		cap = 64;
	while (cap <= buf->len + extra)
		cap *= 2;
	if (cap - 1 > ceiling)
		cap = ceiling + 1;
	grown = realloc(buf->ptr, cap);
	if (grown == NULL) {
		buf->status = OF_ENOMEM;
		return false;
	}
	grown[buf->len] = '\0';
	buf->ptr = grown;
	buf->cap = cap;
	return true;
}

void of_buf_add_uint(struct of_buf *buf, unsigned long long number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	of_buf_add(buf, digits + at, sizeof(digits) - at);
}

void of_buf_add_format(struct of_buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !of_buf_reserve(buf, (size_t)len)) {
		if (len < 0 && buf->status == OF_OK)
			buf->status = OF_ENOMEM;
		return;
	}
	va_start(args, format);
	vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

enum of_status of_buf_status(const struct of_buf *buf, struct of_err *err)
{
	if (buf->status == OF_ENOMEM)
		return of_err_set_nomem(err);
	if (buf->status != OF_OK)
		return of_err_set(err, buf->status, "more than %zu bytes: make it smaller",
			buf->ceiling != 0 ? buf->ceiling : OF_BUF_CEILING);
	return OF_OK;
}
