/*
 * What a database may do and cost that somebody else may have written: a file
 * holds statements (views, triggers, defaults) and trees that may lead in circles.
 * SQLite finds no fault with either. For sqlite.c and history*.c alone.
 *
 * A statement is bounded by work, not by time: what it does at most for the bytes
 * that the file has, with room to spare. What goes past that is damage.
 */
#ifndef OF_STORE_GUARD_H
#define OF_STORE_GUARD_H

#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct of_guard {
	sqlite3 *db;
	const char *path;                  /* of the file; whose guard it is keeps it */
	const volatile sig_atomic_t *stop; /* true ends a long statement; may be NULL */
	uint64_t work, most;               /* of the statement under way */
	unsigned pages;                    /* read from the cache or the file, when last seen */
	bool over;     /* there was more work, or there were more rows, than can be */
	bool stopped;  /* it was stop that ended a statement */
	bool stop_was; /* before the statement began */
};

/* How much a database may say at once; 0 leaves SQLite's own limit. */
struct of_guard_limits {
	int value; /* bytes of a value or row; 0: what the file can hold */
	int sql, compound, depth, columns;
};

/*
 * Puts a guard over a database that was opened and not yet asked anything: no trigger
 * runs, no view is evaluated, no function with side effects in a column; nothing is
 * loaded, attached or mapped into memory. The guard must stay where it is until the
 * database is closed.
 */
void of_guard_set(struct of_guard *guard, sqlite3 *db, const char *path,
	const struct of_guard_limits *limits);
/* A statement begins, or takes a step. */
static inline void of_guard_begin(struct of_guard *guard)
{
	guard->work = 0;
	guard->stop_was = guard->stop != NULL && *guard->stop;
}
/* Whether one table of the file can hold so many rows, and so many bytes in them. */
bool of_guard_holds(struct of_guard *guard, uint64_t rows, uint64_t bytes);
/* A value that is to be written may be longer than any that there is. */
void of_guard_make_room(struct of_guard *guard, uint64_t bytes);

#endif
