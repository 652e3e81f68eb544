/*
 * How far a long work is, told to whoever asked, and whether it is to stop.
 */
#ifndef OF_BASE_PROGRESS_H
#define OF_BASE_PROGRESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* done of total, in what; called from several threads, often: be quick. */
typedef void of_progress_fn(const char *what, size_t done, size_t total, void *payload);

struct of_progress {
	of_progress_fn *tell; /* may be NULL */
	void *payload;
	const volatile sig_atomic_t *stop; /* true ends the work; may be NULL */
};

static inline void of_progress_tell(
	const struct of_progress *progress, const char *what, size_t done, size_t total)
{
	if (progress != NULL && progress->tell != NULL)
		progress->tell(what, done, total, progress->payload);
}

static inline bool of_progress_stopped(const struct of_progress *progress)
{
	return progress != NULL && progress->stop != NULL && *progress->stop;
}

#endif
