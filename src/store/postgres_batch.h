/*
 * Checks in memory until they are written, many at once: arrays, a column each, as
 * they go to the database. Whatever happens to the connection, they stay until a
 * commit is known of. For postgres_*.c alone.
 */
#ifndef OF_STORE_POSTGRES_BATCH_H
#define OF_STORE_POSTGRES_BATCH_H

#include "store/numbers.h"
#include "store/postgres_db.h"

#define OF_PG_MOST_CHECKS 20000             /* kept while the database is gone, */
#define OF_PG_MOST_BYTES ((size_t)16 << 20) /* or so many bytes of them */

/* A column of a statement's rows: its name there, and its type. */
struct of_pg_column {
	const char *name, *type;
};
/* Of a check: what it saw, what the link is now, what its page says. In this order. */
enum {
	OF_CHECK_LINK,
	OF_CHECK_DOMAIN,
	OF_CHECK_EPOCH,
	OF_CHECK_RUN,
	OF_CHECK_AT,
	OF_CHECK_VERDICT,
	OF_CHECK_FAILURE,
	OF_CHECK_STATUS,
	OF_CHECK_MILLISECONDS,
	OF_CHECK_FINAL_URL,
	OF_CHECK_HOPS,
	OF_CHECK_WORDS,
	OF_CHECK_KEEPS,
	OF_CHECK_PRINT,
	OF_CHECK_ETAG,
	OF_CHECK_LAST_MODIFIED,
	OF_CHECK_LANDED,
	OF_CHECK_SAID,
	OF_CHECK_PUBLISHED,
	OF_CHECK_TITLE,
	OF_CHECK_PAGE,
	OF_CHECK_JUDGED, /* columns of the judgement from here on */
};
/* Of a judgement: the past in eleven columns, and what else follows. */
enum {
	OF_JUDGED_PAST,
	OF_JUDGED_DUE = OF_JUDGED_PAST + 11,
	OF_JUDGED_SUGGESTION,
	OF_JUDGED_LIKENESS,
	OF_JUDGED_ROT,
	OF_JUDGED_COLUMNS
};
enum { OF_CHECK_COLUMNS = OF_CHECK_JUDGED + OF_JUDGED_COLUMNS };
/* Of a revision: its link and the judgement. */
enum { OF_REVISED_LINK, OF_REVISED_JUDGED, OF_REVISED_COLUMNS = 1 + OF_JUDGED_COLUMNS };

struct of_pg_batch {
	struct of_buf checks[OF_CHECK_COLUMNS], revised[OF_REVISED_COLUMNS];
	size_t n_checks, n_revised;
	struct of_numbers links, domains; /* that are in it; domains that are fenced */
	int64_t began;                    /* of_clock_ms() of its first */
	int64_t number;                   /* of the batch, from 1 */
	unsigned failed;                  /* times that somebody was in the way */
	int64_t failing_since;            /* of_clock_ms() */
	int64_t months[64], wanted[64];   /* that have a partition; of the batch that may not */
	size_t n_months, n_wanted;
	struct of_buf hops, words, packed; /* of what is put */
};

OF_MUST_CHECK enum of_status of_pg_batch_new(struct of_pg_batch **batch, struct of_err *err);
void of_pg_batch_free(struct of_pg_batch *batch);
void of_pg_batch_clear(struct of_pg_batch *batch);
bool of_pg_batch_is_empty(const struct of_pg_batch *batch);
bool of_pg_batch_is_full(const struct of_pg_batch *batch);
/* Whether anything of a link waits in it. */
bool of_pg_batch_has(const struct of_pg_batch *batch, int64_t link);

/*
 * Writes the batch in one transaction, by one round trip, if the connection is there or
 * has just come back. OF_OK also where it has to wait: the batch is then not empty. Otherwise
 * it cannot be written at all, and stays.
 */
OF_MUST_CHECK enum of_status of_pg_write(struct of_postgres *pg, struct of_err *err);
/* The texts of its two statements, made once (postgres_write.c). */
void of_pg_write_checks_sql(struct of_buf *sql);
void of_pg_write_revised_sql(struct of_buf *sql);
/* Makes the partitions that the batch wants (postgres_months.c). */
OF_MUST_CHECK enum of_status of_pg_make_months(struct of_postgres *pg, struct of_err *err);
/* The month of a time is wanted. */
void of_pg_want_month(struct of_pg_batch *batch, int64_t seconds);
/* Counts checks that are not written, and tells so the first time. */
void of_pg_refuse(struct of_postgres *pg, uint64_t n);
/* This history's row in `writer`, when it closes. */
void of_pg_forget_writer(struct of_postgres *pg);

#endif
