/*
 * Links that are due, read ahead for of_sqlite_get_link(). For sqlite_*.c alone.
 */
#ifndef OF_STORE_SQLITE_AHEAD_H
#define OF_STORE_SQLITE_AHEAD_H

#include "store/sqlite_db.h"

/* As of_sqlite_each_due() is asked. */
struct of_due {
	int64_t now;
	bool all;
	unsigned kinds;
	of_history_due_fn *each;
	void *payload;
};

/* Reads what is due, walks it and keeps it. False when it is too much to keep, and nothing was
 * told yet; else *status says how it went. */
bool of_sqlite_walk_ahead(struct of_sqlite *history, const struct of_due *due,
	struct of_err *err, enum of_status *status);
/* The link of link->number, its text the arena's; false when it is not kept, or written since.
 */
bool of_sqlite_get_ahead(
	struct of_sqlite *history, struct of_link *link, struct of_arena *arena);
void of_sqlite_forget_ahead(struct of_sqlite *history, int64_t number);
void of_sqlite_drop_ahead(struct of_sqlite *history);

#endif
