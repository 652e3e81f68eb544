/*
 * What a history's file may hold. People may query it and keep things of their own in
 * it: tables, views, triggers, which are never used here, and plain indexes. Ours are as
 * our steps made them. Views and indexes that are not are made anew; a table is not
 * guessed at.
 */
#include "store/sqlite_db.h"

#include "store/objects.h"
#include "store/sqlite.h"
#include "store/sqlite_schema.h"

bool of_sqlite_run_all(sqlite3 *db, const char *const *sql)
{
	for (; *sql != NULL; sql++)
		if (!of_sqlite_run(db, *sql))
			return false;
	return true;
}

/*
 * What the steps up to a version made, in memory; the caller closes it. NULL: no memory.
 * One transaction, or SQLite reads its schema again after each statement.
 */
static sqlite3 *make_own(int version, bool with_views)
{
	sqlite3 *own = NULL;
	bool made = sqlite3_open(":memory:", &own) == SQLITE_OK && of_sqlite_run(own, "BEGIN");

	for (int i = 0; made && i < version; i++)
		made = of_sqlite_run_all(own, of_sqlite_steps[i]);
	if (made && with_views)
		made = of_sqlite_run_all(own, of_sqlite_views);
	if (made)
		return own;
	sqlite3_close(own);
	return NULL;
}

void of_sqlite_heed(struct of_history *base, const volatile sig_atomic_t *stop)
{
	struct of_sqlite *history = of_sqlite_of(base);

	history->guard.stop = stop;
}

static bool renew(struct of_sqlite *history, sqlite3 *own)
{
	if (of_sqlite_run(history->db, "BEGIN IMMEDIATE") &&
		of_objects_renew(history->db, own) && of_sqlite_run(history->db, "COMMIT"))
		return true;
	of_sqlite_roll_back(history);
	return false;
}

bool of_sqlite_is_ours(struct of_sqlite *history, int version)
{
	/* of an older version, ours may be what they were; who only reads uses none */
	bool with_views = !history->reads_only && version == (int)OF_HISTORY_VERSION;
	sqlite3 *own = make_own(version, with_views);
	enum of_objects_fit fit = OF_OBJECTS_UNREAD;
	bool ours = false;

	history->no_memory = own == NULL;
	if (own != NULL)
		fit = of_objects_compare(history->db, own,
			version == 0 ? OF_OBJECTS_EXACT : OF_OBJECTS_OWN, history->object,
			sizeof(history->object));
	if (fit == OF_OBJECTS_STRANGE)
		history->strange = !history->reads_only;
	else if (fit == OF_OBJECTS_STALE)
		history->strange = history->reads_only;
	else if (fit == OF_OBJECTS_OTHER)
		history->damaged = true;
	if (fit == OF_OBJECTS_STALE && !history->reads_only)
		ours = renew(history, own);
	else if (fit != OF_OBJECTS_UNREAD)
		ours = !history->strange && !history->damaged;
	sqlite3_close(own);
	return ours;
}
