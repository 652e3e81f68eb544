#include "store/sqlite_ahead.h"

#include "base/str.h"
#include "store/database_file.h"
#include "store/sqlite.h"
#include "store/sqlite_schema.h"
#include "store/state_folder.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY_NAME "/audit.db"
#define BUSY_MS 10000

/*
 * The cache is all that SQLite may hold. A log of up to 32 MiB before its pages
 * go to the database: links are checked in no order of theirs, and a page that
 * was written twice then goes there once.
 */
static const char *const settings[] = {
	"PRAGMA page_size = 2048",
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = NORMAL",
	"PRAGMA secure_delete = OFF",
	"PRAGMA cache_size = -16384",
	"PRAGMA wal_autocheckpoint = 16384",
	"PRAGMA journal_size_limit = 67108864",
};

static bool name_verdicts(struct of_sqlite *history)
{
	char sql[160];

	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++) {
		bool rot = of_verdict_is_rot((enum of_verdict)i);

		snprintf(sql, sizeof(sql),
			"INSERT OR REPLACE INTO verdict VALUES ('%s', %u, %d, %d)",
			of_verdict_name((enum of_verdict)i), rot ? i : OF_VERDICT_COUNT + i,
			rot, of_verdict_is_ok((enum of_verdict)i));
		if (!of_sqlite_run(history->db, sql))
			return false;
	}
	return true;
}

/* One step in one transaction; another program may have taken it meanwhile. */
static bool step_up(struct of_sqlite *history)
{
	char sql[64];
	int version;

	if (!of_sqlite_run(history->db, "BEGIN IMMEDIATE"))
		return false;
	version = of_sqlite_version(history->db);
	/* or else the steps that are left out would look like damage */
	if (version == OF_SQLITE_UNREAD)
		return false;
	if (version >= 0 && version < (int)OF_HISTORY_VERSION) {
		snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", version + 1);
		if (!of_sqlite_run_all(history->db, of_sqlite_steps[version]) ||
			!of_sqlite_run(history->db, sql))
			return false;
		if (version + 1 == (int)OF_HISTORY_VERSION &&
			(!of_sqlite_run_all(history->db, of_sqlite_views) ||
				!name_verdicts(history)))
			return false;
	}
	return of_sqlite_run(history->db, "COMMIT");
}

/* Each table and its root can be read: what is truncated, or another program's, shows. */
static bool probe(struct of_sqlite *history)
{
	return of_sqlite_run(history->db,
		"SELECT (SELECT count(rot) FROM verdict), (SELECT max(number) FROM host),"
		" (SELECT max(number) + due + length(evidence) FROM link), (SELECT max(number) "
		"FROM item),"
		" (SELECT max(item) FROM use), (SELECT max(number) FROM run),"
		" (SELECT max(number) FROM check_), (SELECT max(link) || words FROM said),"
		" (SELECT max(link) FROM capture)");
}

/* Of a value, what three bytes for each of an item make; people's views may be long. */
static const struct of_guard_limits limits = {.value = 32 << 20, .sql = 256 << 10};

/* Nothing is written before the version is known, not even on closing a newer one. */
static bool open_db(struct of_sqlite *history, int *version)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	if (sqlite3_open_v2(history->path.ptr, &history->db, flags, NULL) != SQLITE_OK)
		return false;
	sqlite3_db_config(history->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_busy_timeout(history->db, BUSY_MS);
	of_guard_set(&history->guard, history->db, history->path.ptr, &limits);
	*version = of_sqlite_version(history->db);
	if (*version == OF_SQLITE_UNREAD)
		return false;
	if (*version > (int)OF_HISTORY_VERSION)
		return true;
	/* no step leads there from before the first one */
	history->damaged = *version < 0;
	if (history->damaged || !of_sqlite_is_ours(history, *version))
		return false;
	sqlite3_db_config(history->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!of_sqlite_run(history->db, settings[i]))
			return false;
	for (; *version < (int)OF_HISTORY_VERSION; ++*version)
		if (!step_up(history))
			return false;
	return probe(history);
}

static void close_db(struct of_sqlite *history)
{
	of_sqlite_roll_back(history);
	for (int i = 0; i < OF_QUERY_SLOTS; i++) {
		sqlite3_finalize(history->statements[i]);
		history->statements[i] = NULL;
	}
	sqlite3_close(history->db);
	history->db = NULL;
}

/* The file or its log, which would be taken for the next one's. */
static bool move(const struct of_sqlite *history, const char *suffix, struct of_buf *aside)
{
	struct of_buf from = {0};
	bool moved;

	of_buf_add_str(&from, history->path);
	of_buf_add_text(&from, suffix);
	of_buf_add_text(aside, suffix);
	moved = from.status == OF_OK && aside->status == OF_OK &&
		(rename(from.ptr, aside->ptr) == 0 || errno == ENOENT);
	if (moved)
		of_buf_truncate(aside, aside->len - strlen(suffix));
	of_buf_finish(&from);
	return moved;
}

static bool set_aside(struct of_sqlite *history, struct of_buf *aside)
{
	/* of a file that is no good nothing is brought up to date */
	if (history->db != NULL)
		sqlite3_db_config(history->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	close_db(history);
	of_database_file_name_aside(aside, history->path, false);
	/* -shm is an index of the log: who still reads the old file must not share the new
	 * one's */
	return of_database_file_drop_journal(history->path) && move(history, "-wal", aside) &&
	       move(history, "-shm", aside) && move(history, "", aside);
}

static enum of_status begin_anew(
	struct of_sqlite *history, const struct of_reporter *reporter, struct of_err *err)
{
	struct of_buf aside = {0};
	enum of_status status = OF_OK;
	int version;

	if (!set_aside(history, &aside)) {
		status = of_err_set_errno(
			err, history->path.ptr, "set the damaged history aside");
		goto done;
	}
	if (reporter != NULL) {
		const struct of_reporter here = {
			reporter->diag, reporter->payload, history->path.ptr};

		of_report_warning(&here, 0, 0,
			"the history of links cannot be read and was set aside as "
			"audit.db%s: a new one is begun",
			aside.ptr + history->path.len);
	}
	history->damaged = false;
	if (!open_db(history, &version))
		status = of_sqlite_fail(history, err);
done:
	of_buf_finish(&aside);
	return status;
}

static enum of_status open_or_begin(
	struct of_sqlite *history, const struct of_reporter *reporter, struct of_err *err)
{
	int version = 0;
	bool forged, opened;
	enum of_status status = of_database_file_look(history->path, &forged, err);

	if (status != OF_OK)
		return status;
	if (forged)
		return begin_anew(history, reporter, err);
	opened = open_db(history, &version);
	if (opened && version <= (int)OF_HISTORY_VERSION)
		return OF_OK;
	if (opened) {
		status = of_err_set(err, OF_ECONFIG,
			"the history of links is of a newer outfeed (version %d, this one "
			"knows %d): use that one",
			version, (int)OF_HISTORY_VERSION);
		if (err != NULL)
			of_err_set_path(err, history->path);
		return status;
	}
	if (history->strange || history->no_memory)
		return of_sqlite_fail(history, err);
	return history->damaged || of_sqlite_is_damage(history->db)
		       ? begin_anew(history, reporter, err)
		       : of_sqlite_fail(history, err);
}

static void close_history(struct of_history *base)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_buf aside = {0};
	enum of_status told;

	told = of_sqlite_flush(base, NULL);
	if (history->damaged && !history->reads_only && told != OF_ENOMEM)
		set_aside(history, &aside);
	close_db(history);
	of_swap_free(history->swap);
	of_buf_finish(&history->hops);
	of_buf_finish(&history->evidence);
	of_buf_finish(&history->words);
	of_buf_finish(&aside);
	free(history);
}

static const struct of_history_backend backend = {
	.close = close_history,
	.flush = of_sqlite_flush,
	.heed = of_sqlite_heed,
	.begin_uses = of_sqlite_begin_uses,
	.add_use = of_sqlite_add_use,
	.end_uses = of_sqlite_end_uses,
	.each_due = of_sqlite_each_due,
	.get_link = of_sqlite_get_link,
	.each_control = of_sqlite_each_control,
	.put_check = of_sqlite_put_check,
	.revise = of_sqlite_revise,
	.begin_run = of_sqlite_begin_run,
	.end_run = of_sqlite_end_run,
	.each_shared = of_sqlite_each_shared,
	.each_landing = of_sqlite_each_landing,
	.each_uncaptured = of_sqlite_each_uncaptured,
	.put_capture = of_sqlite_put_capture,
	.begin_report = of_sqlite_begin_report,
	.next_report = of_sqlite_next_report,
	.end_report = of_sqlite_end_report,
	.totals = of_sqlite_totals,
	.learned = of_sqlite_learned,
	.each_page = of_sqlite_each_page,
};

static struct of_sqlite *make(const char *folder)
{
	size_t len = strlen(folder);
	struct of_sqlite *made = calloc(1, sizeof(*made) + len + sizeof(HISTORY_NAME));

	if (made == NULL)
		return NULL;
	memcpy(made->bytes, folder, len);
	memcpy(made->bytes + len, HISTORY_NAME, sizeof(HISTORY_NAME));
	made->path = of_str_from(made->bytes);
	made->base.backend = &backend;
	return made;
}

enum of_status of_sqlite_open(struct of_history **history, const char *folder,
	const struct of_reporter *reporter, struct of_err *err)
{
	struct of_sqlite *made = make(folder);
	enum of_status status;

	*history = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	status = of_state_folder_make(folder, err);
	if (status == OF_OK)
		status = open_or_begin(made, reporter, err);
	if (status != OF_OK) {
		close_history(&made->base);
		return status;
	}
	*history = &made->base;
	return OF_OK;
}

static enum of_status refuse_version(
	const struct of_sqlite *history, int version, struct of_err *err)
{
	enum of_status status = of_err_set(err, OF_ECONFIG,
		"the history of links is of %s outfeed (version %d, this one knows %d): %s",
		version < (int)OF_HISTORY_VERSION ? "an older" : "a newer", version,
		(int)OF_HISTORY_VERSION,
		version < (int)OF_HISTORY_VERSION ? "audit once more" : "use that one");

	if (err != NULL)
		of_err_set_path(err, history->path);
	return status;
}

/* Writable, since a log that a killed audit left can be read by nobody else; but not written.
 */
static enum of_status open_to_read(struct of_sqlite *history, struct of_err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	enum of_status status;
	int version;

	history->reads_only = true;
	status = of_database_file_look(history->path, &history->damaged, err);
	if (status != OF_OK)
		return status;
	if (history->damaged ||
		sqlite3_open_v2(history->path.ptr, &history->db, flags, NULL) != SQLITE_OK)
		return of_sqlite_fail(history, err);
	of_guard_set(&history->guard, history->db, history->path.ptr, &limits);
	sqlite3_busy_timeout(history->db, BUSY_MS);
	version = of_sqlite_version(history->db);
	if (version == OF_SQLITE_UNREAD)
		return of_sqlite_fail(history, err);
	if (version != (int)OF_HISTORY_VERSION)
		return refuse_version(history, version, err);
	if (!of_sqlite_run(history->db, "PRAGMA query_only = 1") ||
		!of_sqlite_run(history->db, "BEGIN") || !of_sqlite_is_ours(history, version) ||
		!probe(history))
		return of_sqlite_fail(history, err);
	return OF_OK;
}

enum of_status of_sqlite_open_to_read(
	struct of_history **history, const char *folder, struct of_err *err)
{
	struct of_sqlite *made = make(folder);
	enum of_status status;

	*history = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	status = open_to_read(made, err);
	if (status == OF_OK)
		*history = &made->base;
	else
		close_history(&made->base);
	return status;
}

bool of_sqlite_is_there(const char *folder)
{
	struct of_buf path = {0};
	struct stat info;
	bool there;

	of_buf_add_text(&path, folder);
	of_buf_add_text(&path, HISTORY_NAME);
	there = path.status != OF_OK || stat(path.ptr, &info) == 0 || errno != ENOENT;
	of_buf_finish(&path);
	return there;
}

enum of_status of_sqlite_flush(struct of_history *base, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	return history->writing == OF_WRITING_BATCH ? of_sqlite_commit(history, err) : OF_OK;
}
