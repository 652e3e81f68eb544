/*
 * Filling a struct of_err. Each returns the code it was given, so that a
 * failure is reported in the statement that returns it. err may be NULL.
 */
#ifndef OF_BASE_ERR_H
#define OF_BASE_ERR_H

#include <outfeed/err.h>
#include <outfeed/str.h>

enum of_status of_err_set(struct of_err *err, enum of_status code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with a place in a file. */
enum of_status of_err_set_at(struct of_err *err, enum of_status code, unsigned line,
	unsigned column, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* OF_EIO from errno: "cannot WHAT: strerror"; path may be NULL. */
enum of_status of_err_set_errno(struct of_err *err, const char *path, const char *what);
/* OF_ENOMEM. */
enum of_status of_err_set_nomem(struct of_err *err);
/* Names the file, where err does not name one yet. */
void of_err_set_path(struct of_err *err, struct of_str path);

/* Where diagnostics of one item go: a callback, its payload, and the item's path. */
struct of_reporter {
	of_diag_fn *diag; /* may be NULL */
	void *payload;
	const char *path;
};

void of_report_warning(const struct of_reporter *reporter, unsigned line, unsigned column,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
