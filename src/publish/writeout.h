/*
 * Bytes on their way to the disk while more are made: a thread that syncs the
 * file system each time that much was written, so that little is left to wait
 * for at the end.
 */
#ifndef OF_PUBLISH_WRITEOUT_H
#define OF_PUBLISH_WRITEOUT_H

#include <stdbool.h>
#include <stddef.h>

struct of_writeout;

/* Of the file system that folder, a borrowed descriptor, is on. NULL without memory. */
struct of_writeout *of_writeout_new(int folder);
/* Ends the thread, if there is one. Accepts NULL. */
void of_writeout_free(struct of_writeout *writeout);

/* So many bytes more were written. Thread-safe. */
void of_writeout_add(struct of_writeout *writeout, size_t bytes);
/* Whether that was so much that a sync was begun. */
bool of_writeout_begun(struct of_writeout *writeout);
/* All is written: begins the last sync, and does not wait for it. Once. */
void of_writeout_end(struct of_writeout *writeout);
/* Waits for the last sync; false with errno when that or one before it failed. */
bool of_writeout_wait(struct of_writeout *writeout);

#endif
