/*
 * What both databases of a site need to know of SQLite: state.db (sqlite.c)
 * and audit.db (sqlite_*.c).
 */
#ifndef OF_STORE_SQLITE_H
#define OF_STORE_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

#define OF_SQLITE_UNREAD (-1)

/* The errno of the last failure to read or write the file, 0 for none. */
int of_sqlite_errno(sqlite3 *db);
/* Whether the last failure, NULL for one to open, says that the file's content is no good. */
bool of_sqlite_is_damage(sqlite3 *db);
/* Statements without results; false when one fails. */
bool of_sqlite_run(sqlite3 *db, const char *sql);
/* PRAGMA user_version, or OF_SQLITE_UNREAD. */
int of_sqlite_version(sqlite3 *db);

#endif
