/*
 * What was seen: put into the batch. Runs and captures are few, and written at once.
 */
#include "store/postgres_batch.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/time.h"
#include "store/history_past.h"
#include "store/history_texts.h"
#include "store/postgres_ahead.h"
#include "store/postgres_calls.h"
#include <limits.h>

#define BATCH_MS 1000

static struct of_str word_of(enum of_verdict verdict)
{
	return of_str_from(of_verdict_name(verdict));
}

static struct of_str name_of(enum of_failure failure)
{
	return failure != OF_FAILURE_NONE ? of_str_from(of_failure_name(failure))
					  : (struct of_str){0};
}

static void add_bool(struct of_buf *array, bool flag)
{
	of_pg_add_text(array, flag ? STR("t") : STR("f"));
}

static void add_past(
	struct of_pg_batch *batch, struct of_buf *columns, const struct of_past *past)
{
	for (size_t i = 0; i < OF_PAST_FIELDS; i++) {
		int64_t number = of_past_number(past, &of_past_fields[i]);

		switch (of_past_fields[i].type) {
		case OF_PAST_VERDICT:
			of_pg_add_text(&columns[i], word_of((enum of_verdict)number));
			break;
		case OF_PAST_FAILURE:
			of_pg_add_text(&columns[i], name_of((enum of_failure)number));
			break;
		case OF_PAST_COUNT:
			of_pg_add_int(&columns[i], number < INT_MAX ? number : INT_MAX);
			break;
		case OF_PAST_TIME:
			of_pg_add_some(&columns[i], number);
			break;
		}
	}
	of_pg_add_text(&columns[OF_PAST_FIELDS], of_past_pack(&batch->packed, past));
}

static void add_judgement(
	struct of_pg_batch *batch, struct of_buf *columns, const struct of_judgement *judgement)
{
	add_past(batch, columns + OF_JUDGED_PAST, &judgement->past);
	of_pg_add_int(&columns[OF_JUDGED_DUE], judgement->due);
	of_pg_add_text(&columns[OF_JUDGED_SUGGESTION], judgement->suggestion);
	of_pg_add_real(&columns[OF_JUDGED_LIKENESS], judgement->likeness);
	add_bool(&columns[OF_JUDGED_ROT], of_verdict_is_rot(judgement->verdict));
}

/* The page is said only where it is not known that it was. */
static int64_t add_page(struct of_pg_batch *batch, const struct of_check *check, int64_t known)
{
	const struct of_page *page = of_history_good_page(check);
	int64_t said = page != NULL ? of_history_hash_page(page) : 0;
	bool tells = page != NULL && said != known;

	of_pg_add_some(&batch->checks[OF_CHECK_SAID], said);
	of_pg_add_date(
		&batch->checks[OF_CHECK_PUBLISHED], tells ? page->published : OF_TIME_NONE);
	of_pg_add_text(
		&batch->checks[OF_CHECK_TITLE], tells ? page->title : (struct of_str){0});
	if (tells)
		of_history_write_words(&batch->words, page);
	else
		of_buf_clear(&batch->words);
	of_pg_add_text(&batch->checks[OF_CHECK_PAGE], of_buf_str(&batch->words));
	return said;
}

static int64_t add_check(struct of_pg_batch *batch, const struct of_check *check,
	const struct of_pg_known *known, const int64_t *epoch)
{
	const struct of_observation *seen = check->seen;
	struct of_buf *to = batch->checks;
	bool moved = !of_str_equal(seen->final_url, seen->url);

	of_history_write_hops(&batch->hops, seen);
	of_pg_add_int(&to[OF_CHECK_LINK], check->link);
	of_pg_add_some(&to[OF_CHECK_DOMAIN], epoch != NULL ? known->domain : 0);
	of_pg_add_some(&to[OF_CHECK_EPOCH], epoch != NULL ? *epoch : 0);
	of_pg_add_int(&to[OF_CHECK_RUN], check->run);
	of_pg_add_int(&to[OF_CHECK_AT], seen->at);
	of_pg_add_text(&to[OF_CHECK_VERDICT], word_of(check->judgement->verdict));
	of_pg_add_text(&to[OF_CHECK_FAILURE], name_of(seen->failure));
	of_pg_add_some(&to[OF_CHECK_STATUS], seen->status < INT_MAX ? seen->status : INT_MAX);
	of_pg_add_int(&to[OF_CHECK_MILLISECONDS],
		seen->milliseconds < INT_MAX ? seen->milliseconds : INT_MAX);
	of_pg_add_text(&to[OF_CHECK_FINAL_URL], of_history_final_url(seen));
	of_pg_add_text(&to[OF_CHECK_HOPS], of_buf_str(&batch->hops));
	of_pg_add_text(&to[OF_CHECK_WORDS], seen->words);
	add_bool(&to[OF_CHECK_KEEPS], seen->not_modified);
	of_pg_add_some(&to[OF_CHECK_PRINT], (int64_t)check->print);
	/* what is sent back to the server goes as it came, or not at all */
	of_pg_add_exact(&to[OF_CHECK_ETAG], check->etag);
	of_pg_add_exact(&to[OF_CHECK_LAST_MODIFIED], check->last_modified);
	of_pg_add_text(&to[OF_CHECK_LANDED], moved ? seen->final_url : (struct of_str){0});
	add_judgement(batch, to + OF_CHECK_JUDGED, check->judgement);
	of_pg_want_month(batch, seen->at);
	return add_page(batch, check, known->said);
}

/* No memory, and a column is longer than another: nothing of the batch can be told any more. */
static enum of_status check_memory(
	struct of_pg_batch *batch, struct of_buf *columns, size_t n, struct of_err *err)
{
	bool fine = batch->hops.status == OF_OK && batch->words.status == OF_OK &&
		    batch->packed.status == OF_OK;

	for (size_t i = 0; i < n; i++)
		fine = fine && columns[i].status == OF_OK;
	if (fine)
		return OF_OK;
	of_pg_batch_clear(batch);
	return of_err_set_nomem(err);
}

static void begin_batch(struct of_pg_batch *batch)
{
	if (of_pg_batch_is_empty(batch))
		batch->began = of_clock_ms();
}

static enum of_status end_of_batch(struct of_postgres *pg, struct of_err *err)
{
	const struct of_pg_batch *batch = pg->batch;

	if (batch->n_checks + batch->n_revised >= OF_HISTORY_BATCH ||
		of_clock_ms() - batch->began >= BATCH_MS)
		return of_pg_write(pg, err);
	return OF_OK;
}

/* A link twice in a batch would be written once: the former is written first, if it can be. */
static enum of_status make_room(struct of_postgres *pg, int64_t link, struct of_err *err)
{
	const struct of_pg_batch *batch = pg->batch;
	enum of_status status = OF_OK;

	if (of_pg_batch_has(batch, link))
		status = of_pg_write(pg, err);
	if (status != OF_OK ||
		batch->n_checks + batch->n_revised < (size_t)2 * OF_PG_MOST_CHECKS)
		return status;
	return of_err_set(err, OF_EIO,
		"%zu checks wait for the database, and there is no room for more",
		batch->n_checks);
}

/* What is known of a link without which its check cannot be fenced. */
static enum of_status find_known(
	struct of_postgres *pg, int64_t link, struct of_pg_known *known, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status;

	*known = (struct of_pg_known){0, 0};
	if (of_pg_ahead_known(pg, link, known) || pg->fence == NULL)
		return OF_OK;
	of_pg_int(&args, link);
	status = of_pg_run(pg, "SELECT domain, said FROM link WHERE number = $1", &args, &rows,
		OF_HISTORY_PATIENCE, err);
	if (status == OF_OK && of_pg_next(&rows)) {
		known->domain = of_pg_read_int(&rows);
		known->said = of_pg_read_int(&rows);
	}
	of_pg_finish(&rows);
	return status;
}

enum of_status of_postgres_put_check(
	struct of_history *base, const struct of_check *check, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_batch *batch = pg->batch;
	struct of_pg_known known;
	int64_t epoch = 0, said;
	enum of_status status = make_room(pg, check->link, err);

	if (status == OF_OK)
		status = find_known(pg, check->link, &known, err);
	if (status != OF_OK)
		return status;
	if (pg->fence != NULL && !pg->fence(pg->fence_payload, known.domain, &epoch)) {
		of_pg_refuse(pg, 1);
		return OF_OK;
	}
	begin_batch(batch);
	said = add_check(batch, check, &known, pg->fence != NULL ? &epoch : NULL);
	batch->n_checks++;
	if (!of_numbers_put(&batch->links, check->link, 1) ||
		(pg->fence != NULL && !of_numbers_put(&batch->domains, known.domain, 1)))
		batch->hops.status = OF_ENOMEM;
	status = check_memory(batch, batch->checks, OF_CHECK_COLUMNS, err);
	if (status != OF_OK)
		return status;
	of_pg_ahead_change(pg, check->link, check, check->judgement, said);
	pg->run_checks += check->run == pg->run;
	return end_of_batch(pg, err);
}

/* Whether a check of it is known of, or waits. */
static enum of_status was_checked(
	struct of_postgres *pg, int64_t link, bool *checked, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status;

	*checked = of_pg_batch_has(pg->batch, link);
	if (*checked)
		return OF_OK;
	of_pg_int(&args, link);
	status = of_pg_run(pg, "SELECT 1 FROM link WHERE number = $1 AND newest IS NOT NULL",
		&args, &rows, OF_HISTORY_PATIENCE, err);
	*checked = status == OF_OK && of_pg_count(&rows) > 0;
	of_pg_finish(&rows);
	return status;
}

enum of_status of_postgres_revise(struct of_history *base, int64_t link,
	const struct of_judgement *judgement, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_batch *batch = pg->batch;
	bool checked = false;
	enum of_status status = make_room(pg, link, err);

	if (status == OF_OK)
		status = was_checked(pg, link, &checked, err);
	if (status == OF_OK && !checked)
		status = of_err_set(
			err, OF_EINPUT, "link %lld was never checked", (long long)link);
	if (status != OF_OK)
		return status;
	begin_batch(batch);
	of_pg_add_int(&batch->revised[OF_REVISED_LINK], link);
	add_judgement(batch, batch->revised + OF_REVISED_JUDGED, judgement);
	batch->n_revised++;
	if (!of_numbers_put(&batch->links, link, 1))
		batch->hops.status = OF_ENOMEM;
	status = check_memory(batch, batch->revised, OF_REVISED_COLUMNS, err);
	if (status != OF_OK)
		return status;
	of_pg_ahead_change(pg, link, NULL, judgement, 0);
	return end_of_batch(pg, err);
}

enum of_status of_postgres_begin_run(
	struct of_history *base, int64_t now, int64_t *run, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status;

	of_pg_some(&args, pg->site);
	of_pg_text(&args, of_str_from(pg->name));
	of_pg_int(&args, now);
	status = of_pg_run(pg,
		"INSERT INTO run(site, worker, started) VALUES ($1, $2, to_timestamp($3))"
		" RETURNING number",
		&args, &rows, OF_HISTORY_PATIENCE, err);
	*run = status == OF_OK && of_pg_next(&rows) ? of_pg_read_int(&rows) : 0;
	of_pg_finish(&rows);
	pg->run = *run;
	pg->run_checks = 0;
	return status;
}

enum of_status of_postgres_end_run(
	struct of_history *base, int64_t run, int64_t now, bool complete, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	if (status != OF_OK)
		return status;
	of_pg_int(&args, now);
	of_pg_bool(&args, complete);
	of_pg_some(&args, run == pg->run ? pg->run_checks : 0);
	of_pg_int(&args, run);
	return of_pg_run(pg,
		"UPDATE run SET ended = to_timestamp($1), complete = $2, checks = $3"
		" WHERE number = $4",
		&args, NULL, OF_HISTORY_PATIENCE, err);
}

enum of_status of_postgres_put_capture(struct of_history *base, int64_t link,
	struct of_str capture, int64_t captured, int64_t now, struct of_err *err)
{
	struct of_pg_args args = {0};

	of_pg_int(&args, link);
	of_pg_text(&args, capture);
	of_pg_some(&args, captured);
	of_pg_int(&args, now);
	return of_pg_run(of_postgres_of(base),
		"INSERT INTO capture(link, url, captured, asked)"
		" VALUES ($1, $2, to_timestamp($3), to_timestamp($4))"
		" ON CONFLICT (link) DO UPDATE SET url = excluded.url,"
		" captured = excluded.captured, asked = excluded.asked",
		&args, NULL, OF_HISTORY_PATIENCE, err);
}
