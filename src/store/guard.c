#include "store/guard.h"

#include "store/sqlite.h"
#include <linux/magic.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define STEPS 1000                  /* of SQLite's machine, between two looks at the work */
#define PAGE_WORK 16                /* steps that reading a page is worth */
#define LEAST_WORK UINT64_C(500000) /* some hundredths of a second */
#define BYTE_WORK 8                 /* a row of 30 bytes is read, joined and sorted in 100 */
#define LONG_WORK UINT64_C(200000)  /* what is shorter than that waits for no signal */
#define LEAST_ROWS 1000
#define ROW_BYTES 4 /* a cell: its length, its number, a header, its place in the page */
#define LEAST_VALUE (UINT64_C(1) << 20)
#define MOST_VALUE UINT64_C(1000000000) /* SQLite's own */

/*
 * Holes cost nothing to make. How much of a file is none, its blocks say; but where
 * blocks are counted late, or files are compressed, a file may well have few of them.
 */
struct blocks {
	uint64_t dense;  /* bytes of a file that need no blocks */
	uint64_t packed; /* bytes that a byte of a block may stand for */
};

static struct blocks blocks_of(const char *path)
{
	static const struct blocks counted = {16 << 20, 2}, late = {256 << 20, 64};
	struct statfs info;

	if (statfs(path, &info) != 0)
		return late;
	switch ((unsigned)info.f_type) {
	case EXT4_SUPER_MAGIC:
	case XFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
		return counted;
	default:
		return late;
	}
}

static uint64_t bytes_of(const char *path, const char *suffix)
{
	char name[4096];
	struct stat info;
	struct blocks blocks;
	uint64_t size, solid;

	sqlite3_snprintf((int)sizeof(name), name, "%s%s", path, suffix);
	if (lstat(name, &info) != 0 || info.st_size < 0)
		return 0;
	blocks = blocks_of(name);
	size = (uint64_t)info.st_size;
	solid = blocks.dense + blocks.packed * 512 * (uint64_t)info.st_blocks;
	return size < solid ? size : solid;
}

static uint64_t status_of(sqlite3 *db, int what)
{
	int now = 0, highest;

	sqlite3_db_status(db, what, &now, &highest, 0);
	return (unsigned)now;
}

/* What the database can hold: its file, its log, and what is not written yet. */
static uint64_t measure(const struct of_guard *guard)
{
	return bytes_of(guard->path, "") + bytes_of(guard->path, "-wal") +
	       status_of(guard->db, SQLITE_DBSTATUS_CACHE_USED);
}

static void count_pages(struct of_guard *guard)
{
	unsigned pages = (unsigned)(status_of(guard->db, SQLITE_DBSTATUS_CACHE_HIT) +
				    status_of(guard->db, SQLITE_DBSTATUS_CACHE_MISS));

	/* they are counted in 31 bits */
	guard->work += (uint64_t)((pages - guard->pages) & 0x7fffffffU) * PAGE_WORK;
	guard->pages = pages;
}

/* After every STEPS of a statement; true ends it. */
static int look(void *payload)
{
	struct of_guard *guard = payload;

	guard->work += STEPS;
	count_pages(guard);
	if (guard->work > LONG_WORK && guard->stop != NULL && *guard->stop &&
		!guard->stop_was) {
		guard->stopped = true;
		return 1;
	}
	if (guard->work > guard->most)
		guard->most = LEAST_WORK + BYTE_WORK * measure(guard);
	guard->over |= guard->work > guard->most;
	return guard->over;
}

bool of_guard_holds(struct of_guard *guard, uint64_t rows, uint64_t bytes)
{
	uint64_t room;

	if (rows <= LEAST_ROWS && bytes <= LEAST_VALUE)
		return true;
	room = measure(guard);
	if (rows <= LEAST_ROWS + room / ROW_BYTES && bytes <= LEAST_VALUE + room)
		return true;
	guard->over = true;
	return false;
}

static void allow_value(struct of_guard *guard, uint64_t bytes)
{
	sqlite3_limit(guard->db, SQLITE_LIMIT_LENGTH,
		(int)(bytes < LEAST_VALUE    ? LEAST_VALUE
			: bytes > MOST_VALUE ? MOST_VALUE
					     : bytes));
}

void of_guard_make_room(struct of_guard *guard, uint64_t bytes)
{
	uint64_t row = bytes + LEAST_VALUE; /* its key and header as well */

	if (row > (uint64_t)sqlite3_limit(guard->db, SQLITE_LIMIT_LENGTH, -1))
		allow_value(guard, row);
}

static void set_limits(struct of_guard *guard, const struct of_guard_limits *limits)
{
	const int rows[][2] = {
		{SQLITE_LIMIT_SQL_LENGTH, limits->sql},
		{SQLITE_LIMIT_COMPOUND_SELECT, limits->compound},
		{SQLITE_LIMIT_EXPR_DEPTH, limits->depth},
		{SQLITE_LIMIT_COLUMN, limits->columns},
		{SQLITE_LIMIT_VDBE_OP, 25000},
		{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
		{SQLITE_LIMIT_VARIABLE_NUMBER, 100},
		{SQLITE_LIMIT_TRIGGER_DEPTH, 1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i][1] > 0)
			sqlite3_limit(guard->db, rows[i][0], rows[i][1]);
	/* of these, none at all */
	sqlite3_limit(guard->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(guard->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	allow_value(guard, limits->value > 0 ? (uint64_t)limits->value : measure(guard));
}

void of_guard_set(struct of_guard *guard, sqlite3 *db, const char *path,
	const struct of_guard_limits *limits)
{
	static const int settings[][2] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
		{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
		{SQLITE_DBCONFIG_ENABLE_FKEY, 0},
		{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
		{SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
		{SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
	};

	*guard = (struct of_guard){.db = db, .path = path, .most = LEAST_WORK};
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		sqlite3_db_config(db, settings[i][0], settings[i][1], NULL);
	set_limits(guard, limits);
	sqlite3_progress_handler(db, STEPS, look, guard);
	of_sqlite_run(db, "PRAGMA mmap_size = 0");
	of_sqlite_run(db, "PRAGMA cell_size_check = 1");
}
