#include "store/postgres_batch.h"

#include "base/clock.h"
#include "base/str.h"
#include "store/postgres_calls.h"
#include <stdlib.h>

#define WRITE_MS INT64_C(5000)   /* of a batch: a server that is slower than that is gone */
#define COME_BACK_MS INT64_C(20) /* of a loop's time at once */
#define BATCH_MS 1000
#define IN_THE_WAY_MS INT64_C(1800000) /* that somebody may be, with a large plan */

enum of_status of_pg_batch_new(struct of_pg_batch **batch, struct of_err *err)
{
	*batch = calloc(1, sizeof(**batch));
	if (*batch == NULL)
		return of_err_set_nomem(err);
	(*batch)->number = 1;
	return OF_OK;
}

void of_pg_batch_free(struct of_pg_batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < OF_CHECK_COLUMNS; i++)
		of_buf_finish(&batch->checks[i]);
	for (size_t i = 0; i < OF_REVISED_COLUMNS; i++)
		of_buf_finish(&batch->revised[i]);
	of_numbers_finish(&batch->links);
	of_numbers_finish(&batch->domains);
	of_buf_finish(&batch->hops);
	of_buf_finish(&batch->words);
	of_buf_finish(&batch->packed);
	free(batch);
}

void of_pg_batch_clear(struct of_pg_batch *batch)
{
	for (size_t i = 0; i < OF_CHECK_COLUMNS; i++)
		of_buf_clear(&batch->checks[i]);
	for (size_t i = 0; i < OF_REVISED_COLUMNS; i++)
		of_buf_clear(&batch->revised[i]);
	of_numbers_clear(&batch->links);
	of_numbers_clear(&batch->domains);
	batch->n_checks = batch->n_revised = 0;
	batch->number++;
	batch->failed = 0;
}

bool of_pg_batch_is_empty(const struct of_pg_batch *batch)
{
	return batch->n_checks + batch->n_revised == 0;
}

bool of_pg_batch_is_full(const struct of_pg_batch *batch)
{
	size_t bytes = 0;

	for (size_t i = 0; i < OF_CHECK_COLUMNS; i++)
		bytes += batch->checks[i].len;
	return batch->n_checks + batch->n_revised >= OF_PG_MOST_CHECKS ||
	       bytes >= OF_PG_MOST_BYTES;
}

bool of_pg_batch_has(const struct of_pg_batch *batch, int64_t link)
{
	return of_numbers_get(&batch->links, link) != NULL;
}

void of_pg_fence(struct of_postgres *pg, of_pg_fence_fn *fence, void *payload)
{
	pg->fence = fence;
	pg->fence_payload = payload;
}

/* -- Writing */

#define WRITER                                                                   \
	"INSERT INTO writer(key, batch, attempt, at) VALUES ($1, $2, $3, now())" \
	" ON CONFLICT (key) DO UPDATE SET batch = excluded.batch,"               \
	" attempt = excluded.attempt, at = excluded.at WHERE writer.batch < excluded.batch"
/* Whoever leases one of them waits until what is found of it is there, or comes first. */
#define LOCK_DOMAINS                                                                 \
	"SELECT number FROM domain WHERE number = ANY($1::bigint[]) ORDER BY number" \
	" FOR NO KEY UPDATE"

static bool send(struct of_postgres *pg, const char *sql, struct of_pg_args *args)
{
	bool sent =
		!args->no_memory && PQsendQueryParams(pg->connection, sql, args->n, args->types,
					    args->values, args->lengths, args->formats, 0) == 1;

	of_pg_reopen(args);
	of_pg_args_finish(args);
	return sent;
}

static void put_mark(struct of_pg_args *args, const struct of_postgres *pg, int64_t attempt)
{
	of_pg_text(args, of_str_from(pg->writer));
	of_pg_int(args, pg->batch->number);
	of_pg_int(args, attempt);
}

static bool send_writer(struct of_postgres *pg, int64_t attempt)
{
	struct of_pg_args args = {0};

	put_mark(&args, pg, attempt);
	return send(pg, WRITER, &args);
}

static bool send_domains(struct of_postgres *pg)
{
	const struct of_numbers *domains = &pg->batch->domains;
	struct of_pg_args args = {0};
	struct of_buf array = {0};
	bool sent;

	for (size_t i = 0; i < domains->cap; i++)
		if (domains->slots[i].key != 0)
			of_pg_add_int(&array, domains->slots[i].key);
	of_pg_array(&args, &array);
	sent = send(pg, LOCK_DOMAINS, &args);
	of_buf_finish(&array);
	return sent;
}

static bool send_rows(struct of_postgres *pg, void (*write_sql)(struct of_buf *sql),
	struct of_buf *columns, size_t n, int64_t attempt)
{
	struct of_pg_args args = {0};
	struct of_buf sql = {0};
	bool sent;

	put_mark(&args, pg, attempt);
	for (size_t i = 0; i < n; i++)
		of_pg_array(&args, &columns[i]);
	write_sql(&sql);
	args.no_memory |= sql.status != OF_OK;
	sent = send(pg, sql.ptr, &args);
	of_buf_finish(&sql);
	return sent;
}

/* All in one transaction, which the end of the pipeline commits. */
static bool send_all(struct of_postgres *pg, int64_t attempt)
{
	struct of_pg_batch *batch = pg->batch;
	bool sent = PQenterPipelineMode(pg->connection) == 1 && send_writer(pg, attempt);

	if (sent && batch->domains.count > 0)
		sent = send_domains(pg);
	if (sent && batch->n_checks > 0)
		sent = send_rows(
			pg, of_pg_write_checks_sql, batch->checks, OF_CHECK_COLUMNS, attempt);
	if (sent && batch->n_revised > 0)
		sent = send_rows(pg, of_pg_write_revised_sql, batch->revised,
			OF_REVISED_COLUMNS, attempt);
	return sent && PQpipelineSync(pg->connection) == 1;
}

struct outcome {
	enum of_pg_trouble trouble;
	uint64_t given, allowed;
};

static void count(struct outcome *outcome, PGresult *result)
{
	struct of_pg_rows rows = {result, -1, 0};

	if (PQnfields(result) != 2 || !of_pg_next(&rows))
		return;
	outcome->given += (uint64_t)of_pg_read_int(&rows);
	outcome->allowed += (uint64_t)of_pg_read_int(&rows);
}

/* Up to the end of the pipeline; the first trouble is the one that counts. */
static void take_all(struct of_postgres *pg, struct outcome *outcome, struct of_err *err)
{
	int64_t deadline = of_clock_ms() + WRITE_MS;
	bool done = false, timed_out = false;

	while (!done && outcome->trouble != OF_PG_GONE) {
		PGresult *result = of_pg_result(pg, deadline, &timed_out);
		ExecStatusType status = PQresultStatus(result);

		done = status == PGRES_PIPELINE_SYNC;
		if (timed_out || of_pg_is_lost(pg)) {
			outcome->trouble = OF_PG_GONE;
		} else if (result != NULL && !done && status != PGRES_PIPELINE_ABORTED &&
			   outcome->trouble == OF_PG_NO_TROUBLE) {
			outcome->trouble = of_pg_trouble_of(pg, result);
			if (outcome->trouble != OF_PG_NO_TROUBLE)
				of_pg_fail(pg, result, err);
			else if (status == PGRES_TUPLES_OK)
				count(outcome, result);
		}
		PQclear(result);
	}
}

static int64_t draw(const struct of_pg_batch *batch)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec) ^ (int64_t)batch->failed;
}

void of_pg_refuse(struct of_postgres *pg, uint64_t n)
{
	const struct of_reporter here = {pg->reporter.diag, pg->reporter.payload, pg->shown};

	pg->refused += n;
	if (n > 0 && !pg->told_refused)
		of_report_warning(&here, 0, 0,
			"checks were not written: their hosts were another worker's by then, "
			"or had been checked since");
	pg->told_refused |= n > 0;
}

/* Counts a time that somebody was in the way; false when that has been so for too long. */
static bool is_patient(struct of_pg_batch *batch)
{
	batch->began = of_clock_ms();
	if (batch->failed++ == 0)
		batch->failing_since = batch->began;
	return batch->began - batch->failing_since < IN_THE_WAY_MS;
}

static enum of_status end_write(struct of_postgres *pg, const struct outcome *outcome)
{
	struct of_pg_batch *batch = pg->batch;

	switch (outcome->trouble) {
	case OF_PG_NO_TROUBLE:
		of_pg_refuse(pg, outcome->given - outcome->allowed);
		of_pg_batch_clear(batch);
		return OF_OK;
	case OF_PG_GONE:
		of_pg_lose(pg);
		return OF_OK;
	case OF_PG_MONTH:
		/* somebody dropped one that was there: all that were known of are made sure of
		 */
		for (size_t i = 0; i < batch->n_months; i++)
			if (batch->n_wanted < sizeof(batch->wanted) / sizeof(batch->wanted[0]))
				batch->wanted[batch->n_wanted++] = batch->months[i];
		batch->n_months = 0;
		break;
	case OF_PG_AGAIN:
		break;
	case OF_PG_WRONG:
		return OF_EIO;
	}
	return is_patient(batch) ? OF_OK : OF_EIO;
}

static enum of_status write_now(struct of_postgres *pg, struct of_err *err)
{
	struct outcome outcome = {OF_PG_NO_TROUBLE, 0, 0};
	struct of_err unsaid;

	if (err == NULL)
		err = &unsaid;
	if (!send_all(pg, draw(pg->batch)))
		outcome.trouble = OF_PG_GONE;
	else
		take_all(pg, &outcome, err);
	if (outcome.trouble != OF_PG_GONE && PQexitPipelineMode(pg->connection) != 1)
		outcome.trouble = OF_PG_GONE;
	return end_write(pg, &outcome);
}

enum of_status of_pg_write(struct of_postgres *pg, struct of_err *err)
{
	enum of_status status = OF_OK;

	/* a walk's transaction is not ours to end, nor to wait in */
	if (of_pg_batch_is_empty(pg->batch) || pg->inside || !of_pg_come_back(pg, 0))
		return OF_OK;
	if (pg->batch->n_wanted > 0)
		status = of_pg_make_months(pg, err);
	if (status == OF_OK)
		return write_now(pg, err);
	if (status == OF_EBUSY || pg->connection == NULL)
		return is_patient(pg->batch) ? OF_OK : status;
	return status;
}

/* -- As history.h says */

enum of_status of_postgres_flush(struct of_history *base, struct of_err *err)
{
	return of_pg_write(of_postgres_of(base), err);
}

enum of_history_health of_postgres_health(struct of_history *base)
{
	struct of_postgres *pg = of_postgres_of(base);

	if (pg->connection != NULL && of_pg_is_lost(pg))
		of_pg_lose(pg);
	if (!of_pg_come_back(pg, COME_BACK_MS))
		return of_pg_batch_is_full(pg->batch) ? OF_HISTORY_FULL : OF_HISTORY_GONE;
	if (!of_pg_batch_is_empty(pg->batch) && of_clock_ms() - pg->batch->began >= BATCH_MS)
		/* what cannot be written is told by whoever ends the batch */
		(void)!of_pg_write(pg, NULL);
	return of_pg_batch_is_full(pg->batch) ? OF_HISTORY_FULL : OF_HISTORY_FINE;
}

enum of_status of_postgres_settle(
	struct of_history *base, int64_t milliseconds, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	int64_t deadline = of_clock_ms() + milliseconds;
	enum of_status status = OF_OK;

	while (status == OF_OK && !of_pg_batch_is_empty(pg->batch) && !pg->inside) {
		int64_t left = deadline - of_clock_ms();

		if (!of_pg_come_back(pg, left > 0 ? left : 0))
			break;
		status = of_pg_write(pg, err);
		if (of_clock_ms() >= deadline)
			break;
	}
	if (status != OF_OK || of_pg_batch_is_empty(pg->batch) || pg->inside)
		return status;
	status = of_err_set(err, OF_EIO,
		"%zu checks could not be written to the database, and are lost: %s",
		pg->batch->n_checks, pg->why[0] != '\0' ? pg->why : "it does not answer");
	if (err != NULL)
		of_err_set_path(err, of_str_from(pg->shown));
	return status;
}

void of_pg_forget_writer(struct of_postgres *pg)
{
	struct of_pg_args args = {0};

	of_pg_text(&args, of_str_from(pg->writer));
	(void)!of_pg_run(pg,
		"DELETE FROM writer WHERE key = $1 OR at < now() - interval '7 days'", &args,
		NULL, OF_PG_QUICK, NULL);
}
