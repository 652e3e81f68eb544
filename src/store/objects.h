/*
 * What a database's schema holds, against what outfeed's own statements make: a
 * table that became a view, a column that computes itself or an index that can fail
 * does not show in the answers, it is what makes them. For sqlite.c and history*.c.
 */
#ifndef OF_STORE_OBJECTS_H
#define OF_STORE_OBJECTS_H

#include <sqlite3.h>
#include <stdbool.h>

enum of_objects_fit {
	OF_OBJECTS_FIT,
	OF_OBJECTS_STALE,   /* an index or view of ours lacks or differs: it is made of the rest
			     */
	OF_OBJECTS_STRANGE, /* an index of somebody's on our table, which may fail or take long
			     */
	OF_OBJECTS_OTHER,   /* not ours */
	OF_OBJECTS_UNREAD   /* SQLite's last failure says why */
};

/* How strict it is. */
enum of_objects_rule {
	OF_OBJECTS_EXACT, /* nothing else, and all as it was made */
	OF_OBJECTS_OWN    /* people may have tables, views, triggers and plain indexes beside */
};

/*
 * own is a database in which our statements ran. name: the first object that does not
 * fit, cut to size, empty where there is none.
 */
enum of_objects_fit of_objects_compare(
	sqlite3 *db, sqlite3 *own, enum of_objects_rule rule, char *name, unsigned size);
/* Makes what is stale anew, in the transaction that is open. */
bool of_objects_renew(sqlite3 *db, sqlite3 *own);

#endif
