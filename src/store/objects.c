#include "store/objects.h"

#include "store/sqlite.h"
#include <stdio.h>
#include <string.h>

#define MOST_OBJECTS 10000 /* of people; ours are a score or two */
#define MOST_INDEXES 64    /* of people, on our tables: each is written with every row */

enum column { TYPE, NAME, TABLE, SQL };

/* In an order by which two schemas are compared side by side; we have no triggers. */
static const char each_object[] = "SELECT type, name, tbl_name, sql FROM sqlite_master"
				  " ORDER BY type = 'trigger', name COLLATE NOCASE";
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

/* Two schemas on their way. A row that is NULL is past the end. */
struct pair {
	sqlite3 *db, *own;
	enum of_objects_rule rule;
	unsigned indexes; /* plain ones of people, on our tables */
	sqlite3_stmt *row, *ours;
	bool has_row, has_ours;
	enum of_objects_fit worst;
	char *name; /* of the worst */
	unsigned size;
};

static void note(struct pair *pair, enum of_objects_fit fit, sqlite3_stmt *row)
{
	if (fit <= pair->worst)
		return;
	pair->worst = fit;
	snprintf(pair->name, pair->size, "%s", text(row, NAME));
}

/* One that is not among ours. */
static enum of_objects_fit judge_other(struct pair *pair)
{
	sqlite3_stmt *table;
	bool on_ours;

	if (pair->rule == OF_OBJECTS_EXACT)
		return OF_OBJECTS_OTHER;
	if (!is_type(pair->row, "index"))
		return OF_OBJECTS_FIT;
	table = find(pair->own, text(pair->row, TABLE));
	on_ours = table != NULL;
	sqlite3_finalize(table);
	if (!on_ours)
		return OF_OBJECTS_FIT;
	return ++pair->indexes <= MOST_INDEXES && is_plain(pair->db, pair->row)
		       ? OF_OBJECTS_FIT
		       : OF_OBJECTS_STRANGE;
}

static enum of_objects_fit judge_missing(const struct pair *pair)
{
	return pair->rule != OF_OBJECTS_EXACT && is_derived(pair->ours) ? OF_OBJECTS_STALE
									: OF_OBJECTS_OTHER;
}

static enum of_objects_fit judge_both(const struct pair *pair)
{
	if (is_same(pair->row, pair->ours))
		return OF_OBJECTS_FIT;
	return is_type(pair->row, text(pair->ours, TYPE)) ? judge_missing(pair)
							  : OF_OBJECTS_OTHER;
}

/* Negative: the row is none of ours; positive: one of ours is not there. */
static int order(const struct pair *pair)
{
	if (!pair->has_row || !pair->has_ours)
		return pair->has_row ? -1 : 1;
	if (is_type(pair->row, "trigger"))
		return 1;
	return sqlite3_stricmp(text(pair->row, NAME), text(pair->ours, NAME));
}

static bool next(sqlite3_stmt *statement, bool *has)
{
	int step = sqlite3_step(statement);

	*has = step == SQLITE_ROW;
	return *has || step == SQLITE_DONE;
}

/* False when something cannot be read. */
static bool compare_next(struct pair *pair)
{
	int which = order(pair);

	if (which < 0)
		note(pair, judge_other(pair), pair->row);
	else if (which > 0)
		note(pair, judge_missing(pair), pair->ours);
	else
		note(pair, judge_both(pair), pair->row);
	return (which > 0 || next(pair->row, &pair->has_row)) &&
	       (which < 0 || next(pair->ours, &pair->has_ours));
}

enum of_objects_fit of_objects_compare(
	sqlite3 *db, sqlite3 *own, enum of_objects_rule rule, char *name, unsigned size)
{
	struct pair pair = {.db = db, .own = own, .rule = rule, .name = name, .size = size};
	bool good;

	name[0] = '\0';
	pair.row = prepare(db, each_object);
	pair.ours = prepare(own, each_object);
	good = pair.row != NULL && pair.ours != NULL && next(pair.row, &pair.has_row) &&
	       next(pair.ours, &pair.has_ours);
	for (int i = 0; good && (pair.has_row || pair.has_ours); i++) {
		if (pair.worst == OF_OBJECTS_OTHER || i == MOST_OBJECTS)
			break;
		good = compare_next(&pair);
	}
	/* more than people can mean is as good as not ours */
	if (good && pair.worst != OF_OBJECTS_OTHER && pair.has_row)
		note(&pair, OF_OBJECTS_OTHER, pair.row);
	sqlite3_finalize(pair.row);
	sqlite3_finalize(pair.ours);
	return good ? pair.worst : OF_OBJECTS_UNREAD;
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
