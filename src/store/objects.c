#include "store/objects.h"

#include "store/sqlite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OBJECTS 10000 /* of people; ours are a score or two */

enum column { TYPE, NAME, TABLE, SQL };

static const char each_object[] = "SELECT type, name, tbl_name, sql FROM sqlite_master";
/* Tables, views and indexes have one name space, whose letters have no case. */
static const char find_object[] = "SELECT type, name, tbl_name, sql FROM sqlite_master"
				  " WHERE name = ?1 COLLATE NOCASE AND type <> 'trigger'";
/* What cannot fail and computes nothing: columns as they are, of all rows. */
static const char find_plain[] =
	"SELECT count(*) FROM pragma_index_list(?1) WHERE name = ?2 COLLATE NOCASE"
	" AND \"unique\" = 0 AND partial = 0"
	" AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(?2) WHERE cid < -1)";

static const char *text(sqlite3_stmt *row, enum column column)
{
	const unsigned char *found = sqlite3_column_text(row, (int)column);

	return found != NULL ? (const char *)found : "";
}

static bool is_type(sqlite3_stmt *row, const char *type)
{
	return strcmp(text(row, TYPE), type) == 0;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	return statement;
}

static bool bind(sqlite3_stmt *statement, int number, const char *words)
{
	return sqlite3_bind_text(statement, number, words, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

/* A statement's one row is for its name; the caller finalizes it. NULL: none, or trouble. */
static sqlite3_stmt *find(sqlite3 *db, const char *name)
{
	sqlite3_stmt *found = prepare(db, find_object);

	if (found != NULL && bind(found, 1, name) && sqlite3_step(found) == SQLITE_ROW)
		return found;
	sqlite3_finalize(found);
	return NULL;
}

static bool is_same(sqlite3_stmt *a, sqlite3_stmt *b)
{
	/* an index that a constraint makes has no text, and that is none either */
	return sqlite3_column_bytes(a, SQL) == sqlite3_column_bytes(b, SQL) &&
	       strcmp(text(a, TYPE), text(b, TYPE)) == 0 &&
	       strcmp(text(a, NAME), text(b, NAME)) == 0 &&
	       strcmp(text(a, TABLE), text(b, TABLE)) == 0 &&
	       strcmp(text(a, SQL), text(b, SQL)) == 0;
}

/* Whether it can be made of what tables hold: not they, nor what a constraint made. */
static bool is_derived(sqlite3_stmt *row)
{
	return sqlite3_column_type(row, SQL) != SQLITE_NULL &&
	       (is_type(row, "view") || is_type(row, "index"));
}

static bool is_plain(sqlite3 *db, sqlite3_stmt *row)
{
	sqlite3_stmt *plain = prepare(db, find_plain);
	bool found = plain != NULL && bind(plain, 1, text(row, TABLE)) &&
		     bind(plain, 2, text(row, NAME)) && sqlite3_step(plain) == SQLITE_ROW &&
		     sqlite3_column_int(plain, 0) == 1;

	sqlite3_finalize(plain);
	return found;
}

/* One that is not among ours. */
static enum of_objects_fit judge_other(
	sqlite3 *db, sqlite3 *own, sqlite3_stmt *row, enum of_objects_rule rule)
{
	sqlite3_stmt *table;
	bool on_ours;

	if (rule == OF_OBJECTS_EXACT)
		return OF_OBJECTS_OTHER;
	if (!is_type(row, "index"))
		return OF_OBJECTS_FIT;
	table = find(own, text(row, TABLE));
	on_ours = table != NULL;
	sqlite3_finalize(table);
	return !on_ours || is_plain(db, row) ? OF_OBJECTS_FIT : OF_OBJECTS_STRANGE;
}

/* *seen counts ours. */
static enum of_objects_fit judge(
	sqlite3 *db, sqlite3 *own, sqlite3_stmt *row, enum of_objects_rule rule, int *seen)
{
	sqlite3_stmt *ours = is_type(row, "trigger") ? NULL : find(own, text(row, NAME));
	enum of_objects_fit fit = OF_OBJECTS_FIT;

	if (ours == NULL)
		return judge_other(db, own, row, rule);
	++*seen;
	if (!is_same(row, ours)) {
		bool derived = is_derived(ours) && is_type(row, text(ours, TYPE));

		if (rule == OF_OBJECTS_EXACT || !derived)
			fit = OF_OBJECTS_OTHER;
		else if (rule != OF_OBJECTS_OLDER || !is_type(ours, "view"))
			fit = OF_OBJECTS_STALE;
	}
	sqlite3_finalize(ours);
	return fit;
}

/* The first of ours that the database has not; it is the worst of them that counts. */
static enum of_objects_fit find_missing(
	sqlite3 *db, sqlite3 *own, enum of_objects_rule rule, char *name, unsigned size)
{
	sqlite3_stmt *each = prepare(own, each_object);
	enum of_objects_fit fit = OF_OBJECTS_FIT;

	while (each != NULL && fit < OF_OBJECTS_OTHER && sqlite3_step(each) == SQLITE_ROW) {
		sqlite3_stmt *found = find(db, text(each, NAME));
		bool is_there = found != NULL;
		bool can_be_made = rule != OF_OBJECTS_EXACT && is_derived(each);

		sqlite3_finalize(found);
		if (is_there || (rule == OF_OBJECTS_OLDER && is_type(each, "view")))
			continue;
		fit = can_be_made ? OF_OBJECTS_STALE : OF_OBJECTS_OTHER;
		snprintf(name, size, "%s", text(each, NAME));
	}
	sqlite3_finalize(each);
	return fit;
}

static int count(sqlite3 *db)
{
	sqlite3_stmt *each = prepare(db, each_object);
	int n = 0;

	while (each != NULL && sqlite3_step(each) == SQLITE_ROW)
		n++;
	sqlite3_finalize(each);
	return n;
}

enum of_objects_fit of_objects_compare(
	sqlite3 *db, sqlite3 *own, enum of_objects_rule rule, char *name, unsigned size)
{
	sqlite3_stmt *each = prepare(db, each_object);
	enum of_objects_fit worst = OF_OBJECTS_FIT;
	int step = SQLITE_ERROR, seen = 0;

	name[0] = '\0';
	for (int i = 0; each != NULL && worst < OF_OBJECTS_OTHER && i < MOST_OBJECTS; i++) {
		enum of_objects_fit fit;

		step = sqlite3_step(each);
		if (step != SQLITE_ROW)
			break;
		fit = judge(db, own, each, rule, &seen);
		if (fit > worst) {
			worst = fit;
			snprintf(name, size, "%s", text(each, NAME));
		}
	}
	sqlite3_finalize(each);
	if (step == SQLITE_ROW)
		return worst == OF_OBJECTS_FIT ? OF_OBJECTS_OTHER : worst;
	if (step != SQLITE_DONE)
		return OF_OBJECTS_UNREAD;
	if (seen < count(own)) {
		char missing[64] = "";
		enum of_objects_fit fit = find_missing(db, own, rule, missing, sizeof(missing));

		if (fit > worst) {
			worst = fit;
			snprintf(name, size, "%s", missing);
		}
	}
	return worst;
}

static bool renew(sqlite3 *db, sqlite3_stmt *ours)
{
	sqlite3_stmt *there = find(db, text(ours, NAME));
	bool same = there != NULL && is_same(there, ours);
	char *drop;
	bool done;

	sqlite3_finalize(there);
	if (same)
		return true;
	drop = sqlite3_mprintf("DROP %s IF EXISTS \"%w\"", text(ours, TYPE), text(ours, NAME));
	done = drop != NULL && of_sqlite_run(db, drop) && of_sqlite_run(db, text(ours, SQL));
	sqlite3_free(drop);
	return done;
}

bool of_objects_renew(sqlite3 *db, sqlite3 *own)
{
	sqlite3_stmt *each = prepare(own, each_object);
	bool done = each != NULL;

	while (done && sqlite3_step(each) == SQLITE_ROW)
		if (is_derived(each))
			done = renew(db, each);
	sqlite3_finalize(each);
	return done;
}
