/*
 * A progress bar on stderr: only when it is a terminal, and the work is long.
 */
#ifndef OF_CLI_PROGRESS_H
#define OF_CLI_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool wanted;
	int64_t began;        /* ms; of the run */
	_Atomic int64_t next; /* ms; when the bar is drawn again */
	atomic_flag drawing;
	atomic_bool drawn; /* something is on the line */
};

/* quiet: never draw. */
void progress_init(struct progress *progress, bool quiet);
/* An of_build_progress_fn whose payload is a struct progress. */
void progress_tell(const char *what, size_t done, size_t total, void *progress);
/* Whether it is time to draw again; for one thread. */
bool progress_is_due(struct progress *progress);
/* Draws, with more words behind; for one thread. */
void progress_draw(struct progress *progress, const char *what, size_t done, size_t total,
	const char *more);
/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
