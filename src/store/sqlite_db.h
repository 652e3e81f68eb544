/*
 * The history in SQLite below its subjects: kept statements, batches, failure.
 * For sqlite_*.c alone.
 */
#ifndef OF_STORE_SQLITE_DB_H
#define OF_STORE_SQLITE_DB_H

#include <outfeed/buf.h>

#include "store/guard.h"
#include "store/history_backend.h"
#include "store/sqlite_page.h"

#include <sqlite3.h>

/* A statement's place among those that are kept, once prepared, until the history closes. */
enum of_query_slot {
	OF_QUERY_FIND_HOST,
	OF_QUERY_ADD_HOST,
	OF_QUERY_FIND_LINK,
	OF_QUERY_ADD_LINK,
	OF_QUERY_SET_LINK_USE,
	OF_QUERY_SET_LINK_KINDS,
	OF_QUERY_FIND_ITEM,
	OF_QUERY_PUT_ITEM,
	OF_QUERY_DROP_ITEM,
	OF_QUERY_EACH_ITEM,
	OF_QUERY_ADD_USE,
	OF_QUERY_USED_LINKS,
	OF_QUERY_DROP_USES,
	OF_QUERY_EACH_DUE,
	OF_QUERY_EACH_WHOLE,
	OF_QUERY_GET_LINK,
	OF_QUERY_GET_KNOWN,
	OF_QUERY_ADD_CHECK,
	OF_QUERY_SET_LINK,
	OF_QUERY_KEEP_LINK,
	OF_QUERY_REVISE_LINK,
	OF_QUERY_REVISE_CHECK,
	OF_QUERY_BEFORE,
	OF_QUERY_PUT_PAGE,
	OF_QUERY_BEGIN_RUN,
	OF_QUERY_END_RUN,
	OF_QUERY_EACH_LANDING,
	OF_QUERY_EACH_LANDED,
	OF_QUERY_EACH_BY_HASH,
	OF_QUERY_ANY_CHECK,
	OF_QUERY_PUT_CAPTURE,
	OF_QUERY_EACH_UNCAPTURED,
	OF_QUERY_RUN_BEFORE,
	OF_QUERY_TALLY,
	OF_QUERY_COUNT_USES,
	OF_QUERY_EACH_REPORTED,
	OF_QUERY_REPORT_LINK,
	OF_QUERY_REPORT_USES,
	OF_QUERY_REPORT_CHECK,
	OF_QUERY_LEARNED,
	OF_QUERY_EACH_PAGE,
	OF_QUERY_SLOTS
};

struct of_query {
	enum of_query_slot slot;
	const char *sql;
};

/*
 * What put_check needs of a link and get_link has read. One that is not here, or
 * gave way to another of the same place, is read again; a roll-back forgets all.
 * There is one writer (lock.c): nobody else makes it untrue.
 */
struct of_known {
	int64_t link; /* 0: none */
	int64_t newest, said;
};
#define OF_KNOWN_LINKS 1024 /* more than are fetched at a time, by default */

enum of_history_writing {
	OF_WRITING_NOTHING, /* no transaction is open */
	OF_WRITING_BATCH,   /* checks, and what else is small */
	OF_WRITING_USES     /* from of_sqlite_begin_uses() to _end_uses() */
};

struct of_sqlite {
	struct of_history base;
	sqlite3 *db;
	struct of_guard guard;
	sqlite3_stmt *statements[OF_QUERY_SLOTS];
	enum of_history_writing writing;
	unsigned batched;                    /* checks in the batch */
	int64_t batch_began;                 /* ms of a clock that only goes forward */
	bool damaged;                        /* to be set aside when it is closed */
	bool reads_only;                     /* it is another's, and stays where it is */
	bool strange;                        /* `object` is none to be used, nor damage */
	bool no_memory;                      /* to look at what it holds */
	char object[64];                     /* the first that is not as outfeed makes it */
	struct of_swap *swap;                /* while writing uses, and kept for its memory */
	int64_t run, run_checks;             /* that was begun here, and its checks so far */
	struct of_buf hops, evidence, words; /* of the check that is put */
	uint64_t nulls[OF_QUERY_SLOTS];
	struct of_known known[OF_KNOWN_LINKS];
	struct of_ahead *ahead; /* NULL: nothing is read ahead */
	struct of_str path;
	char bytes[]; /* of path */
};

/* The history that a backend's function was called for. */
static inline struct of_sqlite *of_sqlite_of(struct of_history *base)
{
	return (struct of_sqlite *)(void *)base;
}

/* What the table of sqlite_history.c is made of: as history.h says of each. */
void of_sqlite_heed(struct of_history *history, const volatile sig_atomic_t *stop);
enum of_status of_sqlite_flush(struct of_history *history, struct of_err *err);
enum of_status of_sqlite_begin_uses(struct of_history *history, struct of_err *err);
enum of_status of_sqlite_add_use(
	struct of_history *history, const struct of_use *use, struct of_err *err);
enum of_status of_sqlite_end_uses(struct of_history *history, struct of_err *err);
enum of_status of_sqlite_each_due(struct of_history *history, int64_t now, bool all,
	unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err);
enum of_status of_sqlite_get_link(struct of_history *history, int64_t number,
	struct of_link *link, struct of_arena *arena, struct of_err *err);
enum of_status of_sqlite_each_control(struct of_history *history, unsigned most,
	of_history_url_fn *each, void *payload, struct of_err *err);
enum of_status of_sqlite_put_check(
	struct of_history *history, const struct of_check *check, struct of_err *err);
enum of_status of_sqlite_revise(struct of_history *history, int64_t link,
	const struct of_judgement *judgement, struct of_err *err);
enum of_status of_sqlite_begin_run(
	struct of_history *history, int64_t now, int64_t *run, struct of_err *err);
enum of_status of_sqlite_end_run(struct of_history *history, int64_t run, int64_t now,
	bool complete, struct of_err *err);
enum of_status of_sqlite_each_shared(struct of_history *history, int64_t run, unsigned least,
	of_history_link_fn *each, void *payload, struct of_err *err);
enum of_status of_sqlite_each_landing(struct of_history *history, struct of_str domain,
	of_history_landing_fn *each, void *payload, struct of_err *err);
enum of_status of_sqlite_each_uncaptured(struct of_history *history, int64_t asked_before,
	of_history_uncaptured_fn *each, void *payload, struct of_err *err);
enum of_status of_sqlite_put_capture(struct of_history *history, int64_t link,
	struct of_str capture, int64_t captured, int64_t now, struct of_err *err);
enum of_status of_sqlite_begin_report(struct of_report_walk **walk, struct of_history *history,
	unsigned verdicts, unsigned checks, struct of_err *err);
enum of_status of_sqlite_next_report(struct of_report_walk *walk, struct of_report_link *link,
	struct of_arena *arena, bool *more, struct of_err *err);
void of_sqlite_end_report(struct of_report_walk *walk);
enum of_status of_sqlite_totals(
	struct of_history *history, struct of_totals *sums, struct of_err *err);
enum of_status of_sqlite_learned(struct of_history *history, struct of_str url,
	struct of_learned *learned, bool *found, struct of_arena *arena, struct of_err *err);
enum of_status of_sqlite_each_page(struct of_history *history, of_history_page_fn *each,
	void *payload, struct of_err *err);

/* Undoes what is not committed, and says what happened by SQLite's last failure. */
enum of_status of_sqlite_fail(struct of_sqlite *history, struct of_err *err);
/* Opens a transaction of a kind, which must be none's, or the one that is open. */
OF_MUST_CHECK enum of_status of_sqlite_begin(
	struct of_sqlite *history, enum of_history_writing writing, struct of_err *err);
OF_MUST_CHECK enum of_status of_sqlite_commit(struct of_sqlite *history, struct of_err *err);
void of_sqlite_roll_back(struct of_sqlite *history);
bool of_sqlite_run_all(sqlite3 *db, const char *const *sql); /* up to a NULL */
/*
 * Whether the file holds our tables, as a version has them; views and indexes are put right
 * where it is not only read. Else it is `damaged`, `strange`, or `no_memory`, or SQLite's
 * last failure says why.
 */
bool of_sqlite_is_ours(struct of_sqlite *history, int version);
void of_swap_free(struct of_swap *swap);

/*
 * A statement on its way: parameters in their order, then rows, columns in
 * their order, then the end, which tells of all trouble since the beginning.
 * What is bound is borrowed until then; text that is read, until the next row.
 */
struct of_cursor {
	struct of_sqlite *history;
	sqlite3_stmt *statement; /* NULL when it could not be prepared */
	uint64_t *nulls;         /* the parameters that are NULL already, as all are at first */
	int bound, read;
	uint64_t rows;
	bool failed, no_memory;
};

struct of_cursor of_cursor_begin(struct of_sqlite *history, const struct of_query *query);
void of_cursor_put_int(struct of_cursor *cursor, int64_t number);
/* NULL for a 0: of times, "never"; of hashes, "none". */
void of_cursor_put_some(struct of_cursor *cursor, int64_t number);
void of_cursor_put_date(struct of_cursor *cursor, int64_t seconds); /* NULL for OF_TIME_NONE */
void of_cursor_put_real(struct of_cursor *cursor, double number); /* NULL for a negative one */
void of_cursor_put_text(struct of_cursor *cursor, struct of_str text);  /* NULL when absent */
void of_cursor_put_words(struct of_cursor *cursor, struct of_str text); /* never NULL */
void of_cursor_put_verdict(struct of_cursor *cursor, enum of_verdict verdict);
void of_cursor_put_failure(struct of_cursor *cursor, enum of_failure failure);
/* A row, if there is one more. */
bool of_cursor_next(struct of_cursor *cursor);
int64_t of_cursor_int(struct of_cursor *cursor);
int64_t of_cursor_date(struct of_cursor *cursor);
double of_cursor_real(struct of_cursor *cursor);
struct of_str of_cursor_text(struct of_cursor *cursor);
enum of_verdict of_cursor_verdict(struct of_cursor *cursor);
enum of_failure of_cursor_failure(struct of_cursor *cursor);
OF_MUST_CHECK enum of_status of_cursor_end(struct of_cursor *cursor, struct of_err *err);
/* For a statement without rows: takes the step, and ends. */
OF_MUST_CHECK enum of_status of_cursor_run(struct of_cursor *cursor, struct of_err *err);

/* The columns of `link` that are a struct of_past, in the order of the two functions. */
#define OF_PAST_COLUMNS                                             \
	"verdict, failure, status, checks, last_checked, last_ok, " \
	"first_failed, streak, since, signs, evidence"
#define OF_PAST_PARAMETERS "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?" /* 11 */
void of_cursor_put_past(struct of_cursor *cursor, const struct of_past *past);
void of_cursor_past(struct of_cursor *cursor, struct of_past *past);

/* What of_sqlite_get_link() reads, and from where. */
#define OF_LINK_COLUMNS                                                    \
	"url, domain, kinds, etag, last_modified, link.print, final_url, " \
	"fixed, newest, said, title, summary, " OF_PAST_COLUMNS            \
	" FROM link JOIN host ON host.number = link.host"                  \
	" LEFT JOIN item ON item.number = first_item"
/* The link's text is the arena's. */
void of_cursor_link(struct of_cursor *cursor, struct of_link *link, struct of_known *known,
	struct of_arena *arena);
/* ?2 is now, ?3 true for all. Later than any rule says is due too: of a clock that was ahead.
 */
#define OF_LINK_IS_DUE "(due <= ?2 OR ?3 OR due > ?2 + 91 * 86400)"

OF_MUST_CHECK enum of_status of_sqlite_put_page(struct of_sqlite *history, int64_t link,
	const struct of_page *page, int64_t now, struct of_err *err);

/* The place of a link among those that are known. */
static inline struct of_known *of_sqlite_known(struct of_sqlite *history, int64_t link)
{
	return &history->known[(uint64_t)link % OF_KNOWN_LINKS];
}

/* What links are found by. */
int64_t of_sqlite_hash(struct of_str url);

#endif
