#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* A message is one line, whatever was put into it: a title, a path, a key. */
static void __attribute__((format(printf, 2, 0)))
set_message(struct of_err *err, const char *format, va_list args)
{
	vsnprintf(err->message, sizeof(err->message), format, args);
	for (char *c = err->message; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

enum of_status of_err_set(struct of_err *err, enum of_status code, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	*err = (struct of_err){.code = code};
	va_start(args, format);
	set_message(err, format, args);
	va_end(args);
	return code;
}

enum of_status of_err_set_at(struct of_err *err, enum of_status code, unsigned line,
	unsigned column, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	*err = (struct of_err){.code = code, .line = line, .column = column};
	va_start(args, format);
	set_message(err, format, args);
	va_end(args);
	return code;
}

enum of_status of_err_set_errno(struct of_err *err, const char *path, const char *what)
{
	int number = errno;
	char words[128];

	if (err == NULL)
		return OF_EIO;
	of_err_set(
		err, OF_EIO, "cannot %s: %s", what, strerror_r(number, words, sizeof(words)));
	err->sys_errno = number;
	if (path != NULL)
		of_err_set_path(err, of_str_from(path));
	return OF_EIO;
}

enum of_status of_err_set_nomem(struct of_err *err)
{
	return of_err_set(err, OF_ENOMEM, "out of memory");
}

void of_err_set_path(struct of_err *err, struct of_str path)
{
	size_t len = path.len < sizeof(err->path) ? path.len : sizeof(err->path) - 1;

	if (err->path[0] != '\0' || len == 0)
		return;
	memcpy(err->path, path.ptr, len);
	err->path[len] = '\0';
}

void of_report_warning(const struct of_reporter *reporter, unsigned line, unsigned column,
	const char *format, ...)
{
	struct of_err text;
	struct of_diag diag = {OF_WARNING, OF_REASON_NONE, reporter->path, line, column, NULL};
	va_list args;

	if (reporter->diag == NULL)
		return;
	va_start(args, format);
	set_message(&text, format, args);
	va_end(args);
	diag.message = text.message;
	reporter->diag(&diag, reporter->payload);
}

const char *of_reason_name(enum of_reason reason)
{
	static const char *const names[OF_REASON_COUNT] = {
		[OF_REASON_NONE] = "none",
		[OF_REASON_UNREADABLE] = "unreadable",
		[OF_REASON_FRONT_MATTER] = "front-matter",
		[OF_REASON_TOML] = "toml",
		[OF_REASON_LIMIT] = "limit",
		[OF_REASON_NO_DATE] = "no-date",
		[OF_REASON_DUPLICATE_ID] = "duplicate-id",
		[OF_REASON_CATEGORY] = "category",
		[OF_REASON_BODY] = "body",
		[OF_REASON_GROUP] = "group",
	};

	return (unsigned)reason < OF_REASON_COUNT ? names[reason] : "unknown";
}
