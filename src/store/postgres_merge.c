/*
 * The uses that were copied take the place of those there were, in one transaction of
 * a few statements, whatever their number. One plan at a time: their sets overlap. The
 * domains whose links they touch are locked before the links are, in one order, as a
 * batch of checks does.
 */
#include "store/postgres_uses.h"

#include "base/str.h"
#include "store/postgres_merge.h"

#define MOST_TRIES 5
#define MANY 1000 /* uses */

/* The rows that go: $2 are items of the site that were not seen. */
static void put_gone(const struct of_pg_uses *uses, struct of_buf *gone)
{
	for (size_t i = 0; i < uses->n_files; i++)
		if (uses->files[i].item != 0 && !uses->files[i].seen)
			of_pg_add_int(gone, uses->files[i].item);
}

static enum of_status run_step(struct of_postgres *pg, const struct of_pg_merge_step *step,
	struct of_buf *gone, struct of_err *err)
{
	struct of_pg_args args = {0};
	enum of_status status;

	if (step->takes == OF_PG_MERGE_MANY && pg->uses->n_uses < MANY)
		return OF_OK;
	if (step->takes >= 1)
		of_pg_site(pg, &args);
	if (step->takes >= 2)
		of_pg_array(&args, gone);
	status = of_pg_run(pg, step->sql, &args, NULL, OF_PG_LONGEST, err);
	if (step->takes >= 2 && gone->len > 0)
		of_buf_truncate(gone, gone->len == 2 ? 0 : gone->len - 1);
	return status;
}

static enum of_status merge_once(
	struct of_postgres *pg, struct of_buf *gone, struct of_err *err)
{
	enum of_status status = of_pg_begin(pg, err);

	for (size_t i = 0; status == OF_OK && i < of_pg_merge_count; i++)
		status = run_step(pg, &of_pg_merge_steps[i], gone, err);
	if (status == OF_OK)
		return of_pg_commit(pg, err);
	of_pg_roll_back(pg);
	return status;
}

enum of_status of_pg_merge(struct of_postgres *pg, struct of_err *err)
{
	struct of_buf gone = {0};
	enum of_status status = OF_EBUSY;

	put_gone(pg->uses, &gone);
	/* the tables are the connection's: another one has none, and that ends it */
	for (unsigned i = 0; status == OF_EBUSY && i < MOST_TRIES; i++)
		status = merge_once(pg, &gone, err);
	of_buf_finish(&gone);
	return status == OF_EBUSY ? OF_EIO : status;
}
