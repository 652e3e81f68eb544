#include "store/sqlite_db.h"

#include "base/str.h"
#include "base/time.h"
#include "store/sqlite.h"
#include "store/sqlite_ahead.h"

static enum of_status fail_with(struct of_sqlite *history, int code, struct of_err *err)
{
	char words[128];

	if (code == SQLITE_NOMEM || history->no_memory)
		return of_err_set_nomem(err);
	if (history->guard.stopped)
		return of_err_set(err, OF_ESTOPPED, "stopped");
	if (history->strange && history->reads_only)
		return of_err_set(err, OF_ECONFIG,
			"`%s` is not as outfeed made it: the next audit puts it right",
			history->object);
	if (history->strange)
		return of_err_set(err, OF_ECONFIG,
			"the index `%s` could fail or hold up an audit: DROP it, or let it be "
			"of plain columns, of all rows, not unique, and one of few",
			history->object);
	if (code == SQLITE_BUSY)
		return of_err_set(err, OF_EBUSY,
			"the history is being written by another program: try again");
	if (history->damaged && history->reads_only)
		return of_err_set(err, OF_EINPUT,
			"the history is damaged: the next audit begins a new one");
	if (history->damaged)
		return of_err_set(err, OF_EINPUT,
			"the history is damaged: it is set aside as audit.db.corrupt, and "
			"the next audit begins a new one");
	if (code == SQLITE_FULL)
		return of_err_set(err, OF_EIO,
			"cannot write the history: the disk is full: make room, and audit "
			"again");
	if (of_sqlite_errno(history->db) != 0)
		return of_err_set(err, OF_EIO, "cannot use the history: %s",
			strerror_r(of_sqlite_errno(history->db), words, sizeof(words)));
	return of_err_set(
		err, OF_EIO, "cannot use the history: %s", sqlite3_errmsg(history->db));
}

enum of_status of_sqlite_fail(struct of_sqlite *history, struct of_err *err)
{
	enum of_status status;

	/* what is wrong with a statement alone says nothing of the file */
	if (sqlite3_errcode(history->db) != SQLITE_ERROR && !history->guard.stopped &&
		of_sqlite_is_damage(history->db))
		history->damaged = true;
	status = fail_with(history, sqlite3_errcode(history->db), err);
	if (err != NULL)
		of_err_set_path(err, history->path);
	/* a look that was broken off takes nothing with it of what was put */
	if (status != OF_ESTOPPED || history->writing != OF_WRITING_BATCH ||
		sqlite3_get_autocommit(history->db) != 0)
		of_sqlite_roll_back(history);
	history->guard.stopped = false;
	return status;
}

void of_sqlite_roll_back(struct of_sqlite *history)
{
	/* some failures have done so already */
	if (history->db != NULL && sqlite3_get_autocommit(history->db) == 0)
		of_sqlite_run(history->db, "ROLLBACK");
	history->writing = OF_WRITING_NOTHING;
	history->batched = 0;
	memset(history->known, 0, sizeof(history->known));
	of_sqlite_drop_ahead(history);
}

enum of_status of_sqlite_begin(
	struct of_sqlite *history, enum of_history_writing writing, struct of_err *err)
{
	if (history->writing != OF_WRITING_NOTHING)
		return OF_OK;
	of_guard_begin(&history->guard);
	if (!of_sqlite_run(history->db, "BEGIN IMMEDIATE"))
		return of_sqlite_fail(history, err);
	history->writing = writing;
	return OF_OK;
}

enum of_status of_sqlite_commit(struct of_sqlite *history, struct of_err *err)
{
	of_guard_begin(&history->guard);
	if (!of_sqlite_run(history->db, "COMMIT"))
		return of_sqlite_fail(history, err);
	history->writing = OF_WRITING_NOTHING;
	history->batched = 0;
	return OF_OK;
}

struct of_cursor of_cursor_begin(struct of_sqlite *history, const struct of_query *query)
{
	sqlite3_stmt **statement = &history->statements[query->slot];
	struct of_cursor cursor = {.history = history};

	of_guard_begin(&history->guard);
	cursor.nulls = &history->nulls[query->slot];
	if (*statement == NULL) {
		*cursor.nulls = UINT64_MAX;
		cursor.failed =
			sqlite3_prepare_v3(history->db, query->sql, -1,
				SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK;
	}
	cursor.statement = *statement;
	return cursor;
}

static void keep(struct of_cursor *cursor, int code)
{
	if (code != SQLITE_OK)
		cursor->failed = true;
}

/* Of the parameter that is bound next: whether it was NULL, and whether it will be. */
static bool swap_null(struct of_cursor *cursor, bool null)
{
	uint64_t bit = UINT64_C(1) << cursor->bound++;
	bool was = (*cursor->nulls & bit) != 0;

	*cursor->nulls = null ? *cursor->nulls | bit : *cursor->nulls & ~bit;
	return was;
}

void of_cursor_put_int(struct of_cursor *cursor, int64_t number)
{
	if (cursor->failed)
		return;
	swap_null(cursor, false);
	keep(cursor, sqlite3_bind_int64(cursor->statement, cursor->bound, number));
}

/* What is bound outlives a step: half of a link's columns are NULL time and again. */
static void put_null(struct of_cursor *cursor)
{
	if (!cursor->failed && !swap_null(cursor, true))
		keep(cursor, sqlite3_bind_null(cursor->statement, cursor->bound));
}

void of_cursor_put_some(struct of_cursor *cursor, int64_t number)
{
	if (number != 0)
		of_cursor_put_int(cursor, number);
	else
		put_null(cursor);
}

void of_cursor_put_date(struct of_cursor *cursor, int64_t seconds)
{
	if (seconds != OF_TIME_NONE)
		of_cursor_put_int(cursor, seconds);
	else
		put_null(cursor);
}

void of_cursor_put_real(struct of_cursor *cursor, double number)
{
	if (number < 0) {
		put_null(cursor);
	} else if (!cursor->failed) {
		swap_null(cursor, false);
		keep(cursor, sqlite3_bind_double(cursor->statement, cursor->bound, number));
	}
}

void of_cursor_put_words(struct of_cursor *cursor, struct of_str text)
{
	if (cursor->failed)
		return;
	swap_null(cursor, false);
	/* a NULL pointer would bind NULL */
	keep(cursor,
		sqlite3_bind_text64(cursor->statement, cursor->bound,
			text.len > 0 ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void of_cursor_put_text(struct of_cursor *cursor, struct of_str text)
{
	if (text.len == 0)
		put_null(cursor);
	else
		of_cursor_put_words(cursor, text);
}

void of_cursor_put_verdict(struct of_cursor *cursor, enum of_verdict verdict)
{
	of_cursor_put_text(cursor, of_str_from(of_verdict_name(verdict)));
}

void of_cursor_put_failure(struct of_cursor *cursor, enum of_failure failure)
{
	if (failure == OF_FAILURE_NONE)
		put_null(cursor);
	else
		of_cursor_put_text(cursor, of_str_from(of_failure_name(failure)));
}

bool of_cursor_next(struct of_cursor *cursor)
{
	int step;

	if (cursor->failed || cursor->no_memory)
		return false;
	of_guard_begin(&cursor->history->guard);
	step = sqlite3_step(cursor->statement);
	cursor->read = 0;
	cursor->failed = step != SQLITE_ROW && step != SQLITE_DONE;
	/* no walk gives more rows than one table can hold, unless that leads in circles */
	if (step == SQLITE_ROW && !of_guard_holds(&cursor->history->guard, ++cursor->rows, 0))
		cursor->failed = cursor->history->damaged = true;
	return step == SQLITE_ROW && !cursor->failed;
}

int64_t of_cursor_int(struct of_cursor *cursor)
{
	return sqlite3_column_int64(cursor->statement, cursor->read++);
}

int64_t of_cursor_date(struct of_cursor *cursor)
{
	if (sqlite3_column_type(cursor->statement, cursor->read) == SQLITE_NULL) {
		cursor->read++;
		return OF_TIME_NONE;
	}
	return of_cursor_int(cursor);
}

double of_cursor_real(struct of_cursor *cursor)
{
	int column = cursor->read++;

	if (sqlite3_column_type(cursor->statement, column) == SQLITE_NULL)
		return -1;
	return sqlite3_column_double(cursor->statement, column);
}

struct of_str of_cursor_text(struct of_cursor *cursor)
{
	int column = cursor->read++;
	const unsigned char *text = sqlite3_column_text(cursor->statement, column);

	if (text == NULL)
		return (struct of_str){0};
	return (struct of_str){
		(const char *)text, (size_t)sqlite3_column_bytes(cursor->statement, column)};
}

/* People may write to a database: a word that is none is no reason to fail. */
enum of_verdict of_cursor_verdict(struct of_cursor *cursor)
{
	struct of_str word = of_cursor_text(cursor);
	enum of_verdict verdict = word.len > 0 ? of_verdict_find(word) : OF_VERDICT_NONE;

	return verdict != OF_VERDICT_COUNT ? verdict : OF_VERDICT_NONE;
}

enum of_failure of_cursor_failure(struct of_cursor *cursor)
{
	struct of_str name = of_cursor_text(cursor);
	unsigned failure = OF_FAILURE_NONE;

	if (name.len == 0)
		return OF_FAILURE_NONE;
	while (failure < OF_FAILURE_COUNT &&
		!of_str_equal(name, of_str_from(of_failure_name((enum of_failure)failure))))
		failure++;
	return failure < OF_FAILURE_COUNT ? (enum of_failure)failure : OF_FAILURE_OTHER;
}

enum of_status of_cursor_end(struct of_cursor *cursor, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (cursor->failed)
		status = of_sqlite_fail(cursor->history, err);
	else if (cursor->no_memory)
		status = of_err_set_nomem(err);
	sqlite3_reset(cursor->statement);
	return status;
}

enum of_status of_cursor_run(struct of_cursor *cursor, struct of_err *err)
{
	of_cursor_next(cursor);
	return of_cursor_end(cursor, err);
}

int64_t of_sqlite_hash(struct of_str url)
{
	return (int64_t)of_str_hash(url);
}
