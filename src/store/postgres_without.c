/* In the place of PostgreSQL, where outfeed is built without libpq. */
#include "store/history_backend.h"
#include "store/leases.h"

static enum of_status refuse(struct of_history **history, struct of_err *err)
{
	*history = NULL;
	return of_err_set(err, OF_ECONFIG,
		"this outfeed was built without libpq, and knows no postgresql:// store: take "
		"`store: sqlite`, or build it with OUTFEED_POSTGRES=ON");
}

bool of_history_is_postgres(const struct of_history *history)
{
	(void)history;
	return false;
}

enum of_status of_postgres_open(struct of_history **history,
	const struct of_history_place *place, const struct of_reporter *reporter,
	struct of_err *err)
{
	(void)place;
	(void)reporter;
	return refuse(history, err);
}

enum of_status of_postgres_open_to_read(
	struct of_history **history, const struct of_history_place *place, struct of_err *err)
{
	(void)place;
	return refuse(history, err);
}

/* -- Leases, of which no history is opened that has any. */

enum of_status of_leases_open(struct of_leases **leases, struct of_history *history,
	int64_t pause, struct of_err *err)
{
	(void)history;
	(void)pause;
	*leases = NULL;
	return of_err_set(err, OF_ECONFIG, "this outfeed was built without libpq");
}

int64_t of_leases_span(const struct of_leases *leases)
{
	(void)leases;
	return OF_LEASE_DEFAULT;
}

void of_leases_close(struct of_leases *leases)
{
	(void)leases;
}

enum of_status of_leases_claim(struct of_leases *leases, unsigned most, of_lease_fn *taken,
	void *payload, struct of_err *err)
{
	(void)leases;
	(void)most;
	(void)taken;
	(void)payload;
	(void)err;
	return OF_OK;
}

enum of_status of_leases_claim_named(struct of_leases *leases, const struct of_str *names,
	size_t count, of_lease_fn *taken, void *payload, struct of_err *err)
{
	(void)leases;
	(void)names;
	(void)count;
	(void)taken;
	(void)payload;
	(void)err;
	return OF_OK;
}

enum of_status of_leases_each_due(struct of_leases *leases, const int64_t *domains,
	size_t count, unsigned most, int64_t now, bool all, of_history_due_fn *each,
	void *payload, struct of_err *err)
{
	(void)leases;
	(void)domains;
	(void)count;
	(void)most;
	(void)now;
	(void)all;
	(void)each;
	(void)payload;
	(void)err;
	return OF_OK;
}

enum of_status of_leases_renew(struct of_leases *leases, of_lease_fn *renewed,
	of_lease_fn *lost, void *payload, struct of_err *err)
{
	(void)leases;
	(void)renewed;
	(void)lost;
	(void)payload;
	(void)err;
	return OF_OK;
}

enum of_status of_leases_release(struct of_leases *leases, const struct of_lease_end *ends,
	size_t count, struct of_err *err)
{
	(void)leases;
	(void)ends;
	(void)count;
	(void)err;
	return OF_OK;
}

enum of_status of_leases_next(struct of_leases *leases, int64_t *wait, struct of_err *err)
{
	(void)leases;
	(void)err;
	*wait = OF_LEASES_NEVER;
	return OF_OK;
}
