#include "store/store.h"

#include "base/str.h"
#include "store/database_file.h"
#include "store/guard.h"
#include "store/objects.h"
#include "store/sqlite.h"
#include "store/state_folder.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_NAME "/state.db"
#define STATE_FORMAT 2 /* PRAGMA user_version; another one is begun anew */
#define BUSY_MS 2000
#define SUM_SIZE sizeof(uint64_t)

static const char *const table_names[OF_STORE_TABLES] = {
	[OF_STORE_SETTING] = "setting",
	[OF_STORE_FOLDER] = "folder",
	[OF_STORE_DOCUMENT] = "document",
	[OF_STORE_IDENTITY] = "identity",
};

enum verb { GET, EACH, PUT, DELETE, VERBS };

/* The words around the table's name. */
static const struct {
	const char *before, *after;
} verbs[VERBS] = {
	[GET] = {"SELECT value FROM ", " WHERE key = ?1"},
	[EACH] = {"SELECT key, value FROM ", " ORDER BY key"},
	[PUT] = {"INSERT OR REPLACE INTO ", "(key, value) VALUES (?1, ?2)"},
	[DELETE] = {"DELETE FROM ", " WHERE key = ?1"},
};

struct of_store {
	sqlite3 *db;
	sqlite3_stmt *statements[OF_STORE_TABLES][VERBS]; /* made when first used */
	struct of_guard guard;
	bool foreign;           /* the state is of another format: as good as none */
	bool strange;           /* it holds what outfeed never made */
	struct of_buf value;    /* a value with its checksum behind it */
	struct of_buf last_key; /* of a walk */
	struct of_str path;
	char bytes[]; /* of path */
};

int of_sqlite_errno(sqlite3 *db)
{
	int number = 0;

	if (sqlite3_file_control(db, NULL, SQLITE_FCNTL_LAST_ERRNO, &number) != SQLITE_OK)
		return 0;
	return number;
}

bool of_sqlite_is_damage(sqlite3 *db)
{
	int code = db != NULL ? sqlite3_errcode(db) : SQLITE_NOMEM;

	/* it says so when a read fails, too: that may well succeed the next time */
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return of_sqlite_errno(db) == 0;
	/* there is more to do, or a longer value, than the file can hold (guard.h) */
	if (code == SQLITE_INTERRUPT || code == SQLITE_TOOBIG)
		return true;
	/* the tables are not there, or not ours */
	return code == SQLITE_ERROR;
}

static enum of_status fail_damaged(const struct of_store *store, struct of_err *err)
{
	of_err_set(err, OF_EINPUT, "the saved state is damaged: remove it");
	if (err != NULL)
		of_err_set_path(err, store->path);
	return OF_EINPUT;
}

static enum of_status fail(const struct of_store *store, struct of_err *err)
{
	int code = sqlite3_errcode(store->db);
	char words[128];

	if (code == SQLITE_NOMEM)
		return of_err_set_nomem(err);
	if (of_sqlite_is_damage(store->db))
		return fail_damaged(store, err);
	of_err_set(err, OF_EIO, "cannot use the saved state: %s: mend it, or remove it",
		code == SQLITE_CORRUPT || code == SQLITE_NOTADB
			? strerror_r(of_sqlite_errno(store->db), words, sizeof(words))
			: sqlite3_errmsg(store->db));
	if (err != NULL)
		of_err_set_path(err, store->path);
	return OF_EIO;
}

/* Not for enemies, for disks: eight bytes a step, so that it costs next to nothing. */
static uint64_t checksum(struct of_str bytes)
{
	uint64_t sum = 0x9E3779B97F4A7C15U ^ bytes.len;
	uint64_t word = 0;
	size_t at = 0;

	for (; at + sizeof(word) <= bytes.len; at += sizeof(word)) {
		memcpy(&word, bytes.ptr + at, sizeof(word));
		sum = (sum ^ word) * 0xFF51AFD7ED558CCDU;
		sum ^= sum >> 32;
	}
	word = 0;
	if (at < bytes.len)
		memcpy(&word, bytes.ptr + at, bytes.len - at);
	sum = (sum ^ word) * 0xFF51AFD7ED558CCDU;
	return sum ^ (sum >> 29);
}

bool of_sqlite_run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

int of_sqlite_version(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	int version = OF_SQLITE_UNREAD;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return version;
}

static bool run(struct of_store *store, const char *sql)
{
	of_guard_begin(&store->guard);
	return of_sqlite_run(store->db, sql);
}

static bool make_tables(sqlite3 *db)
{
	char sql[256];

	for (int i = 0; i < OF_STORE_TABLES; i++) {
		snprintf(sql, sizeof(sql),
			"CREATE TABLE IF NOT EXISTS %s(key BLOB PRIMARY KEY NOT NULL, value "
			"BLOB NOT NULL)",
			table_names[i]);
		if (!of_sqlite_run(db, sql))
			return false;
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", STATE_FORMAT);
	return of_sqlite_run(db, sql);
}

/* Whether there is nothing but our tables; in a new one, nothing at all. */
static bool is_ours(struct of_store *store, int version)
{
	enum of_objects_fit fit = OF_OBJECTS_UNREAD;
	sqlite3 *own = NULL;
	char name[64];

	if (sqlite3_open(":memory:", &own) == SQLITE_OK && (version == 0 || make_tables(own)))
		fit = of_objects_compare(store->db, own, OF_OBJECTS_EXACT, name, sizeof(name));
	sqlite3_close(own);
	store->strange = fit != OF_OBJECTS_FIT && fit != OF_OBJECTS_UNREAD;
	return fit == OF_OBJECTS_FIT;
}

/*
 * A state of another format is as good as none. Pages are large because folders
 * are: a value then spans few of them.
 */
static bool begin(struct of_store *store)
{
	int version;

	sqlite3_busy_timeout(store->db, BUSY_MS);
	if (!run(store, "PRAGMA page_size = 16384") ||
		!run(store, "PRAGMA journal_mode = DELETE") ||
		!run(store, "PRAGMA synchronous = NORMAL") || !run(store, "BEGIN IMMEDIATE"))
		return false;
	version = of_sqlite_version(store->db);
	/* what could not be read now may well be read the next time */
	store->foreign = version != STATE_FORMAT && version != 0 && version != OF_SQLITE_UNREAD;
	if ((version != STATE_FORMAT && version != 0) || !is_ours(store, version))
		return false;
	return version == STATE_FORMAT || make_tables(store->db);
}

static void close_db(struct of_store *store)
{
	for (int t = 0; t < OF_STORE_TABLES; t++) {
		for (int v = 0; v < VERBS; v++) {
			sqlite3_finalize(store->statements[t][v]);
			store->statements[t][v] = NULL;
		}
	}
	sqlite3_close(store->db);
	store->db = NULL;
}

static bool open_db(struct of_store *store)
{
	/* of statements, those that we make are the longest */
	static const struct of_guard_limits limits = {
		.sql = 4096, .compound = 2, .depth = 20, .columns = 8};
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	if (sqlite3_open_v2(store->path.ptr, &store->db, flags, NULL) != SQLITE_OK)
		return false;
	of_guard_set(&store->guard, store->db, store->path.ptr, &limits);
	return begin(store);
}

static bool is_no_good(const struct of_store *store)
{
	return store->strange || store->foreign || of_sqlite_is_damage(store->db);
}

/* Ids that were kept when an item's keys changed cannot be derived again. */
static const char *words_of(const struct of_store *store)
{
	return store->foreign
		       ? "the saved state is of another version of outfeed and was set aside "
			 "as "
			 "state.db.corrupt: everything is built anew, and of ids that items "
			 "took along only those in outfeed.ids are known; to keep the others "
			 "run that version once more, with --export-ids, on that state"
		       : "the saved state cannot be read and was set aside as "
			 "state.db.corrupt: everything is built anew";
}

static enum of_status set_aside(
	struct of_store *store, const struct of_reporter *reporter, struct of_err *err)
{
	const struct of_reporter here = {reporter->diag, reporter->payload, store->path.ptr};
	struct of_buf aside = {0};
	enum of_status status;

	close_db(store);
	of_database_file_name_aside(&aside, store->path, true);
	status = of_buf_status(&aside, err);
	if (status == OF_OK &&
		(!of_database_file_drop_journal(store->path) ||
			(rename(store->path.ptr, aside.ptr) != 0 && errno != ENOENT)))
		status = of_err_set_errno(err, store->path.ptr, "set the damaged state aside");
	if (status == OF_OK)
		of_report_warning(&here, 0, 0, "%s", words_of(store));
	of_buf_finish(&aside);
	store->strange = store->foreign = false;
	if (status == OF_OK && !open_db(store))
		status = fail(store, err);
	return status;
}

enum of_status of_store_open(struct of_store **store, const char *folder,
	const struct of_reporter *reporter, struct of_err *err)
{
	size_t len = strlen(folder);
	struct of_store *made = calloc(1, sizeof(*made) + len + sizeof(STATE_NAME));
	enum of_status status = OF_OK;

	*store = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	memcpy(made->bytes, folder, len);
	memcpy(made->bytes + len, STATE_NAME, sizeof(STATE_NAME));
	made->path = of_str_from(made->bytes);
	status = of_state_folder_make(folder, err);
	if (status == OF_OK)
		status = of_database_file_look(made->path, &made->strange, err);
	if (status == OF_OK && (made->strange || !open_db(made))) {
		if (!is_no_good(made))
			status = fail(made, err);
		else
			status = reporter != NULL ? set_aside(made, reporter, err)
						  : fail_damaged(made, err);
	}
	if (status != OF_OK) {
		of_store_close(made);
		return status;
	}
	*store = made;
	return OF_OK;
}

bool of_store_is_there(const char *folder)
{
	struct of_buf path = {0};
	struct stat info;
	bool there;

	of_buf_add_text(&path, folder);
	of_buf_add_text(&path, STATE_NAME);
	there = path.status != OF_OK ||
		(stat(path.ptr, &info) == 0 ? !S_ISREG(info.st_mode) || info.st_size > 0
					    : errno != ENOENT);
	of_buf_finish(&path);
	return there;
}

enum of_status of_store_begin_anew(
	struct of_store *store, const struct of_reporter *reporter, struct of_err *err)
{
	return set_aside(store, reporter, err);
}

void of_store_close(struct of_store *store)
{
	if (store == NULL)
		return;
	close_db(store);
	of_buf_finish(&store->value);
	of_buf_finish(&store->last_key);
	free(store);
}

static sqlite3_stmt *prepare(struct of_store *store, enum of_store_table table, enum verb verb)
{
	sqlite3_stmt **statement = &store->statements[table][verb];
	char sql[128];

	of_guard_begin(&store->guard);
	if (*statement != NULL) {
		sqlite3_reset(*statement);
		return *statement;
	}
	snprintf(sql, sizeof(sql), "%s%s%s", verbs[verb].before, table_names[table],
		verbs[verb].after);
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement,
		    NULL) != SQLITE_OK)
		return NULL;
	return *statement;
}

static bool bind_blob(sqlite3_stmt *statement, int number, struct of_str bytes)
{
	/* a NULL pointer would bind NULL, which is no key */
	return sqlite3_bind_blob64(statement, number, bytes.len > 0 ? bytes.ptr : "", bytes.len,
		       SQLITE_STATIC) == SQLITE_OK;
}

static struct of_str column(sqlite3_stmt *statement, int number)
{
	const char *bytes = sqlite3_column_blob(statement, number);

	return (struct of_str){bytes, (size_t)sqlite3_column_bytes(statement, number)};
}

/* The value without its checksum; false when they do not agree. */
static bool check(struct of_str *value)
{
	uint64_t sum;

	if (value->len < SUM_SIZE)
		return false;
	value->len -= SUM_SIZE;
	memcpy(&sum, value->ptr + value->len, SUM_SIZE);
	return sum == checksum(*value);
}

enum of_status of_store_get(struct of_store *store, enum of_store_table table,
	struct of_str key, struct of_buf *out, bool *found, struct of_err *err)
{
	sqlite3_stmt *statement = prepare(store, table, GET);
	enum of_status status = OF_OK;
	int step;

	*found = false;
	if (statement == NULL || !bind_blob(statement, 1, key))
		return fail(store, err);
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW) {
		struct of_str value = column(statement, 0);

		*found = check(&value);
		if (*found)
			of_buf_add_str(out, value);
		status = *found ? of_buf_status(out, err) : fail_damaged(store, err);
	} else if (step != SQLITE_DONE) {
		status = fail(store, err);
	}
	sqlite3_reset(statement);
	return status;
}

struct walk {
	uint64_t rows, bytes;
};

/* A tree can lead in circles: keys that do not grow, or more than the file can hold. */
static bool can_be_next(
	struct of_store *store, struct walk *walk, struct of_str key, struct of_str value)
{
	struct of_str last = of_buf_str(&store->last_key);

	if (walk->rows > 0 && of_str_compare(last, key) >= 0)
		return false;
	of_buf_clear(&store->last_key);
	of_buf_add_str(&store->last_key, key);
	walk->rows++;
	walk->bytes += key.len + value.len;
	return store->last_key.status == OF_OK &&
	       of_guard_holds(&store->guard, walk->rows, walk->bytes);
}

enum of_status of_store_each(struct of_store *store, enum of_store_table table,
	of_store_each_fn *each, void *payload, struct of_err *err)
{
	sqlite3_stmt *statement = prepare(store, table, EACH);
	struct walk walk = {0};
	enum of_status status = OF_OK;
	bool more = true;
	int step = SQLITE_DONE;

	if (statement == NULL)
		return fail(store, err);
	while (more && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		bool bytes = sqlite3_column_type(statement, 0) == SQLITE_BLOB;
		struct of_str key = column(statement, 0);
		struct of_str value = column(statement, 1);

		/* texts and numbers have an order of their own, and are not ours */
		if (!bytes || !can_be_next(store, &walk, key, value) || !check(&value)) {
			status = of_buf_status(&store->last_key, err);
			if (status == OF_OK)
				status = fail_damaged(store, err);
			break;
		}
		more = each(key, value, payload);
		of_guard_begin(&store->guard);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		status = fail(store, err);
	sqlite3_reset(statement);
	return status;
}

enum of_status of_store_put(struct of_store *store, enum of_store_table table,
	struct of_str key, struct of_str value, struct of_err *err)
{
	sqlite3_stmt *statement = prepare(store, table, PUT);
	uint64_t sum = checksum(value);
	enum of_status status;

	of_guard_make_room(&store->guard, key.len + value.len);
	of_buf_clear(&store->value);
	of_buf_add_str(&store->value, value);
	of_buf_add(&store->value, &sum, SUM_SIZE);
	status = of_buf_status(&store->value, err);
	if (status != OF_OK)
		return status;
	if (statement == NULL || !bind_blob(statement, 1, key) ||
		!bind_blob(statement, 2, of_buf_str(&store->value)) ||
		sqlite3_step(statement) != SQLITE_DONE)
		status = fail(store, err);
	sqlite3_reset(statement);
	return status;
}

enum of_status of_store_delete(struct of_store *store, enum of_store_table table,
	struct of_str key, struct of_err *err)
{
	sqlite3_stmt *statement = prepare(store, table, DELETE);
	enum of_status status = OF_OK;

	if (statement == NULL || !bind_blob(statement, 1, key) ||
		sqlite3_step(statement) != SQLITE_DONE)
		status = fail(store, err);
	sqlite3_reset(statement);
	return status;
}

enum of_status of_store_clear(
	struct of_store *store, enum of_store_table table, struct of_err *err)
{
	char sql[64];

	/* row by row: what clears a whole tree at once is bounded by nothing */
	snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE length(key) >= 0", table_names[table]);
	of_guard_begin(&store->guard);
	return run(store, sql) ? OF_OK : fail(store, err);
}

enum of_status of_store_commit(struct of_store *store, struct of_err *err)
{
	return run(store, "COMMIT") ? OF_OK : fail(store, err);
}

enum of_status of_store_begin(struct of_store *store, struct of_err *err)
{
	return run(store, "BEGIN IMMEDIATE") ? OF_OK : fail(store, err);
}
