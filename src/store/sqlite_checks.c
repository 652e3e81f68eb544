/*
 * What was seen: runs, checks and what they make of a link, captures.
 */
#include "store/history_texts.h"
#include "store/sqlite_ahead.h"

#include "base/clock.h"
#include "base/str.h"
#include <time.h>

#define BATCH_MS 1000

static const struct of_query begin_run = {
	OF_QUERY_BEGIN_RUN, "INSERT INTO run(started) VALUES (?)"};
static const struct of_query end_run = {OF_QUERY_END_RUN,
	"UPDATE run SET ended = ?, complete = ?, checks = ? WHERE number = ?"};
static const struct of_query add_check = {OF_QUERY_ADD_CHECK,
	"INSERT INTO check_(link, run, at, verdict, failure, status, milliseconds, final_url,"
	" hops, words, before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
static const struct of_query get_known = {
	OF_QUERY_GET_KNOWN, "SELECT newest, said FROM link WHERE number = ?"};
#define SET_LINK                                                                  \
	"UPDATE link SET (" OF_PAST_COLUMNS ") = (" OF_PAST_PARAMETERS "),"       \
	" (due, suggestion, likeness, final_url, newest, said) = (?, ?, ?, ?, ?," \
	" ?), print = coalesce(?, print),"                                        \
	" rot_run = CASE WHEN ?19 THEN coalesce(rot_run, ?20) END,"
static const struct of_query set_link = {
	OF_QUERY_SET_LINK, SET_LINK " etag = ?21, last_modified = ?22 WHERE number = ?23"};
/* Where a page was not read, what is known of the last one stays. */
static const struct of_query keep_link = {OF_QUERY_KEEP_LINK,
	SET_LINK " etag = coalesce(?21, etag), last_modified = coalesce(?22, last_modified)"
		 " WHERE number = ?23"};
static const struct of_query before = {OF_QUERY_BEFORE,
	"SELECT last.number, last.run, former.run, former.verdict FROM link"
	" JOIN check_ AS last ON last.number = newest"
	" LEFT JOIN check_ AS former ON former.number = last.before WHERE link.number = ?"};
static const struct of_query revise_check = {
	OF_QUERY_REVISE_CHECK, "UPDATE check_ SET verdict = ? WHERE number = ?"};
static const struct of_query revise_link = {OF_QUERY_REVISE_LINK,
	"UPDATE link SET (" OF_PAST_COLUMNS ") = (" OF_PAST_PARAMETERS "),"
	" due = ?, suggestion = ?, likeness = coalesce(?, likeness),"
	" rot_run = CASE WHEN ?15 THEN coalesce(rot_run, ?16) END WHERE number = ?17"};
static const struct of_query put_capture = {OF_QUERY_PUT_CAPTURE,
	"INSERT OR REPLACE INTO capture(link, url, captured, asked) VALUES (?, ?, ?, ?)"};

/* Makes sure of a batch to write to; the first write of it starts the second. */
static enum of_status begin_batch(struct of_sqlite *history, struct of_err *err)
{
	if (history->writing == OF_WRITING_NOTHING)
		history->batch_began = of_clock_ms();
	return of_sqlite_begin(history, OF_WRITING_BATCH, err);
}

static enum of_status end_of_batch(struct of_sqlite *history, struct of_err *err)
{
	if (history->writing != OF_WRITING_BATCH)
		return OF_OK;
	if (++history->batched < OF_HISTORY_BATCH &&
		of_clock_ms() - history->batch_began < BATCH_MS)
		return OF_OK;
	return of_sqlite_commit(history, err);
}

enum of_status of_sqlite_begin_run(
	struct of_history *base, int64_t now, int64_t *run, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	enum of_status status = begin_batch(history, err);
	struct of_cursor cursor;

	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &begin_run);
	of_cursor_put_int(&cursor, now);
	status = of_cursor_run(&cursor, err);
	*run = sqlite3_last_insert_rowid(history->db);
	history->run = *run;
	history->run_checks = 0;
	return status == OF_OK ? of_sqlite_flush(base, err) : status;
}

enum of_status of_sqlite_end_run(
	struct of_history *base, int64_t run, int64_t now, bool complete, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	enum of_status status = begin_batch(history, err);
	struct of_cursor cursor;

	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &end_run);
	of_cursor_put_int(&cursor, now);
	of_cursor_put_int(&cursor, complete);
	of_cursor_put_some(&cursor, run == history->run ? history->run_checks : 0);
	of_cursor_put_int(&cursor, run);
	status = of_cursor_run(&cursor, err);
	return status == OF_OK ? of_sqlite_flush(base, err) : status;
}

static enum of_status find_known(
	struct of_sqlite *history, int64_t link, struct of_known **known, struct of_err *err)
{
	struct of_cursor cursor;

	*known = of_sqlite_known(history, link);
	if ((*known)->link == link)
		return OF_OK;
	**known = (struct of_known){.link = link};
	cursor = of_cursor_begin(history, &get_known);
	of_cursor_put_int(&cursor, link);
	if (of_cursor_next(&cursor)) {
		(*known)->newest = of_cursor_int(&cursor);
		(*known)->said = of_cursor_int(&cursor);
	}
	return of_cursor_end(&cursor, err);
}

static enum of_status write_check(struct of_sqlite *history, const struct of_check *check,
	int64_t former, struct of_err *err)
{
	const struct of_observation *seen = check->seen;
	struct of_buf *hops = &history->hops;
	struct of_cursor cursor;

	of_history_write_hops(hops, seen);
	if (hops->status != OF_OK)
		return of_buf_status(hops, err);
	cursor = of_cursor_begin(history, &add_check);
	of_cursor_put_int(&cursor, check->link);
	of_cursor_put_int(&cursor, check->run);
	of_cursor_put_int(&cursor, seen->at);
	of_cursor_put_verdict(&cursor, check->judgement->verdict);
	of_cursor_put_failure(&cursor, seen->failure);
	of_cursor_put_some(&cursor, seen->status);
	of_cursor_put_int(&cursor, seen->milliseconds);
	of_cursor_put_text(&cursor, of_history_final_url(seen));
	of_cursor_put_text(&cursor, of_buf_str(hops));
	of_cursor_put_text(&cursor, seen->words);
	of_cursor_put_some(&cursor, former);
	return of_cursor_run(&cursor, err);
}

static void put_judgement(struct of_cursor *cursor, const struct of_judgement *judgement)
{
	of_cursor_put_past(cursor, &judgement->past);
	of_cursor_put_int(cursor, judgement->due);
	of_cursor_put_text(cursor, judgement->suggestion);
	of_cursor_put_real(cursor, judgement->likeness);
}

static enum of_status write_link(struct of_sqlite *history, const struct of_check *check,
	const struct of_known *known, struct of_err *err)
{
	const struct of_observation *seen = check->seen;
	struct of_cursor cursor =
		of_cursor_begin(history, seen->not_modified ? &keep_link : &set_link);
	bool moved = !of_str_equal(seen->final_url, seen->url);

	put_judgement(&cursor, check->judgement);
	of_cursor_put_text(&cursor, moved ? seen->final_url : STR(""));
	of_cursor_put_int(&cursor, known->newest);
	of_cursor_put_some(&cursor, known->said);
	of_cursor_put_some(&cursor, (int64_t)check->print);
	of_cursor_put_int(&cursor, of_verdict_is_rot(check->judgement->verdict));
	of_cursor_put_int(&cursor, check->run);
	of_cursor_put_text(&cursor, check->etag);
	of_cursor_put_text(&cursor, check->last_modified);
	of_cursor_put_int(&cursor, check->link);
	return of_cursor_run(&cursor, err);
}

static enum of_status write_all(
	struct of_sqlite *history, const struct of_check *check, struct of_err *err)
{
	const struct of_page *page = of_history_good_page(check);
	int64_t said = page != NULL ? of_history_hash_page(page) : 0;
	struct of_known *known;
	enum of_status status = find_known(history, check->link, &known, err);

	if (status == OF_OK)
		status = write_check(history, check, known->newest, err);
	if (status != OF_OK)
		return status;
	known->newest = sqlite3_last_insert_rowid(history->db);
	if (page != NULL && known->said != said) {
		known->said = said;
		status = of_sqlite_put_page(history, check->link, page, check->seen->at, err);
	}
	return status == OF_OK ? write_link(history, check, known, err) : status;
}

enum of_status of_sqlite_put_check(
	struct of_history *base, const struct of_check *check, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	enum of_status status = begin_batch(history, err);

	of_sqlite_forget_ahead(history, check->link);
	if (status == OF_OK)
		status = write_all(history, check, err);
	if (status != OF_OK) {
		of_sqlite_roll_back(history);
		return status;
	}
	history->run_checks += check->run == history->run;
	return end_of_batch(history, err);
}

/* The newest check of a link; rot_run is the run that found it so, if now it is rot. */
static enum of_status find_newest(struct of_sqlite *history, int64_t link, int64_t *newest,
	int64_t *rot_run, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &before);
	int64_t former;
	enum of_status status;

	*newest = *rot_run = 0;
	of_cursor_put_int(&cursor, link);
	if (of_cursor_next(&cursor)) {
		*newest = of_cursor_int(&cursor);
		*rot_run = of_cursor_int(&cursor);
		former = of_cursor_int(&cursor);
		/* it was rot before, and this check had called it sound in between */
		if (of_verdict_is_rot(of_cursor_verdict(&cursor)))
			*rot_run = former;
	}
	status = of_cursor_end(&cursor, err);
	if (status == OF_OK && *newest == 0)
		status = of_err_set(
			err, OF_EINPUT, "link %lld was never checked", (long long)link);
	return status;
}

enum of_status of_sqlite_revise(struct of_history *base, int64_t link,
	const struct of_judgement *judgement, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor;
	int64_t newest, rot_run;
	enum of_status status = begin_batch(history, err);

	of_sqlite_forget_ahead(history, link);
	if (status == OF_OK)
		status = find_newest(history, link, &newest, &rot_run, err);
	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &revise_check);
	of_cursor_put_verdict(&cursor, judgement->verdict);
	of_cursor_put_int(&cursor, newest);
	status = of_cursor_run(&cursor, err);
	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &revise_link);
	put_judgement(&cursor, judgement);
	of_cursor_put_int(&cursor, of_verdict_is_rot(judgement->verdict));
	of_cursor_put_int(&cursor, rot_run);
	of_cursor_put_int(&cursor, link);
	status = of_cursor_run(&cursor, err);
	return status == OF_OK ? end_of_batch(history, err) : status;
}

enum of_status of_sqlite_put_capture(struct of_history *base, int64_t link,
	struct of_str capture, int64_t captured, int64_t now, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor;
	enum of_status status = begin_batch(history, err);

	if (status != OF_OK)
		return status;
	cursor = of_cursor_begin(history, &put_capture);
	of_cursor_put_int(&cursor, link);
	of_cursor_put_text(&cursor, capture);
	of_cursor_put_some(&cursor, captured);
	of_cursor_put_int(&cursor, now);
	status = of_cursor_run(&cursor, err);
	return status == OF_OK ? end_of_batch(history, err) : status;
}
