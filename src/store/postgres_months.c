/*
 * Partitions of `check_`: a month each, made when a check of it is written.
 */
#include "store/postgres_batch.h"

#include "base/time.h"

/* Looked for first: who makes one locks all of `check_` for a moment. */
#define MAKE_MONTH                                                                   \
	"DO $$ BEGIN IF to_regclass('outfeed.check_%04d_%02d') IS NULL THEN"         \
	" PERFORM pg_advisory_xact_lock(" OF_PG_LOCKS ", " OF_PG_LOCK_MONTHS ");"    \
	" IF to_regclass('outfeed.check_%04d_%02d') IS NULL THEN"                    \
	" CREATE TABLE outfeed.check_%04d_%02d PARTITION OF outfeed.check_"          \
	" FOR VALUES FROM ('%04d-%02d-01 00:00:00Z') TO ('%04d-%02d-01 00:00:00Z');" \
	" END IF; END IF; END $$"

static bool has(const int64_t *months, size_t n, int64_t month)
{
	for (size_t i = 0; i < n; i++)
		if (months[i] == month)
			return true;
	return false;
}

void of_pg_want_month(struct of_pg_batch *batch, int64_t seconds)
{
	const struct of_civil civil = of_time_to_civil(seconds);
	int64_t month = (int64_t)civil.year * 12 + civil.month - 1;
	const size_t most = sizeof(batch->wanted) / sizeof(batch->wanted[0]);

	/* one too many is told of by the statement that has no place for its row */
	if (!has(batch->months, batch->n_months, month) &&
		!has(batch->wanted, batch->n_wanted, month) && batch->n_wanted < most)
		batch->wanted[batch->n_wanted++] = month;
}

static enum of_status make_month(struct of_postgres *pg, int64_t month, struct of_err *err)
{
	int year = (int)(month / 12), number = (int)(month % 12) + 1;
	int next_year = (int)((month + 1) / 12), next = (int)((month + 1) % 12) + 1;
	char sql[1024];

	snprintf(sql, sizeof(sql), MAKE_MONTH, year, number, year, number, year, number, year,
		number, next_year, next);
	return of_pg_try(pg, sql, OF_PG_QUICK, err);
}

enum of_status of_pg_make_months(struct of_postgres *pg, struct of_err *err)
{
	struct of_pg_batch *batch = pg->batch;
	enum of_status status = OF_OK;

	while (status == OF_OK && batch->n_wanted > 0) {
		int64_t month = batch->wanted[batch->n_wanted - 1];

		status = make_month(pg, month, err);
		if (status != OF_OK)
			break;
		batch->n_wanted--;
		if (batch->n_months == sizeof(batch->months) / sizeof(batch->months[0]))
			batch->n_months = 0;
		batch->months[batch->n_months++] = month;
	}
	return status;
}
