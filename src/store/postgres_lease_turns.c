/* A lease from its being taken to its end. */
#include "store/postgres_leases.h"

#include "base/clock.h"
#include "base/err.h"

#define HELD_MOST (INT64_C(7) * 24 * 3600 * 1000) /* ms */

/* -- Keeping */

static const char *const keep =
	"WITH mine AS (SELECT d.number FROM unnest($1::bigint[], $2::bigint[]) AS h(number, "
	"epoch)"
	" JOIN domain d ON d.number = h.number AND d.epoch = h.epoch"
	" ORDER BY d.number FOR NO KEY UPDATE OF d)"
	" UPDATE domain d SET leased_until = now() + $3 * interval '1 ms',"
	" ready = now() + ($3 + greatest($4, d.crawl_delay)) * interval '1 ms'"
	" FROM mine WHERE d.number = mine.number RETURNING d.number, d.wanted IS NOT NULL,"
	" (1000 * extract(epoch FROM clock_timestamp()))::bigint";

static enum of_status renew_rows(struct of_leases *leases, struct of_pg_rows *rows,
	int64_t before, of_lease_fn *renewed, void *payload)
{
	enum of_status status = OF_OK;

	while (status == OF_OK && of_pg_next(rows)) {
		struct of_pg_lease *entry = of_pg_lease_find(leases, of_pg_read_int(rows));
		bool wanted = of_pg_read_bool(rows);
		struct of_lease lease;

		if (rows->row == 0)
			of_pg_set_clock(leases->pg, of_pg_read_int(rows), before);
		if (entry == NULL || entry->name == NULL)
			continue;
		entry->deadline = before + leases->span;
		lease = (struct of_lease){.domain = entry->domain,
			.name = {entry->name, entry->name_len},
			.deadline = entry->deadline,
			.wanted = wanted};
		status = renewed(&lease, payload);
	}
	return status;
}

/* Those whose deadline did not move are another's. */
static enum of_status tell_lost(
	struct of_leases *leases, int64_t before, of_lease_fn *lost, void *payload)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < leases->count && status == OF_OK; i++) {
		struct of_pg_lease *entry = &leases->entries[i];
		struct of_lease lease;

		if (entry->name == NULL || entry->deadline == before + leases->span)
			continue;
		lease = (struct of_lease){
			.domain = entry->domain, .name = {entry->name, entry->name_len}};
		status = lost(&lease, payload);
		of_pg_lease_drop(leases, entry);
	}
	return status;
}

enum of_status of_leases_renew(struct of_leases *leases, of_lease_fn *renewed,
	of_lease_fn *lost, void *payload, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_buf numbers = {0}, epochs = {0};
	struct of_pg_rows rows = {.row = -1};
	int64_t before = of_clock_ms();
	enum of_status status;

	for (size_t i = 0; i < leases->count; i++) {
		if (leases->entries[i].name == NULL)
			continue;
		of_pg_add_int(&numbers, leases->entries[i].domain);
		of_pg_add_int(&epochs, leases->entries[i].epoch);
	}
	of_pg_array(&args, &numbers);
	of_pg_array(&args, &epochs);
	of_pg_int(&args, leases->span);
	of_pg_int(&args, leases->pause);
	status = of_pg_run(leases->pg, keep, &args, &rows, OF_LEASES_TURN, err);
	if (status == OF_OK) {
		status = renew_rows(leases, &rows, before, renewed, payload);
		if (status == OF_OK)
			status = tell_lost(leases, before, lost, payload);
		if (status == OF_ENOMEM)
			of_err_set_nomem(err);
	}
	of_pg_finish(&rows);
	of_buf_finish(&numbers);
	of_buf_finish(&epochs);
	return status;
}

/* -- Giving back */

/* One that somebody waits for is that one's to take for a moment. */
static const char *const give =
	"WITH ended AS (SELECT d.number, e.next, e.held, e.crawl FROM unnest($1::bigint[],"
	" $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])"
	" AS e(number, epoch, next, held, crawl)"
	" JOIN domain d ON d.number = e.number AND d.epoch = e.epoch"
	" ORDER BY d.number FOR NO KEY UPDATE OF d)"
	" UPDATE domain d SET leased_until = NULL, wanted = NULL,"
	" next_start = greatest(d.next_start, now() + e.next * interval '1 ms'),"
	" held_until = greatest(d.held_until, now() + e.held * interval '1 ms'),"
	" crawl_delay = coalesce(e.crawl, d.crawl_delay),"
	" ready = greatest(coalesce((SELECT due FROM link WHERE domain = d.number"
	" AND kinds <> 0 ORDER BY due LIMIT 1), 'infinity'), d.next_start, d.held_until,"
	" now() + e.next * interval '1 ms', now() + e.held * interval '1 ms',"
	" CASE WHEN d.wanted IS NOT NULL THEN now() + interval '3 s' END)"
	" FROM ended e WHERE d.number = e.number";

/* ms from now of a moment of this machine's; 0 for none, or one that is over. */
static int64_t from_now(int64_t at, int64_t now)
{
	return at > now ? at - now : 0;
}

/* No host is believed that sends everybody away for longer. */
static int64_t held_from_now(int64_t at, int64_t now)
{
	int64_t held = from_now(at, now);

	return held < HELD_MOST ? held : HELD_MOST;
}

enum of_status of_leases_release(struct of_leases *leases, const struct of_lease_end *ends,
	size_t count, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_buf arrays[5] = {{0}};
	int64_t now = of_clock_ms();
	enum of_status status;

	for (size_t i = 0; i < count; i++) {
		struct of_pg_lease *entry = of_pg_lease_find(leases, ends[i].domain);

		if (entry == NULL)
			continue;
		of_pg_add_int(&arrays[0], entry->domain);
		of_pg_add_int(&arrays[1], entry->epoch);
		of_pg_add_some(&arrays[2], from_now(ends[i].next_start, now));
		of_pg_add_some(&arrays[3], held_from_now(ends[i].held_until, now));
		of_pg_add_some(&arrays[4], ends[i].crawl_delay);
		of_pg_lease_drop(leases, entry);
	}
	for (size_t i = 0; i < 5; i++)
		of_pg_array(&args, &arrays[i]);
	status = of_pg_run(leases->pg, give, &args, NULL, OF_LEASES_TURN, err);
	for (size_t i = 0; i < 5; i++)
		of_buf_finish(&arrays[i]);
	return status;
}

static const char *const next = "SELECT greatest(1, " OF_PG_MS(
	"ready - now()") ") FROM domain WHERE ready <="
			 " now() + greatest($1 * interval '2 ms', interval '1 min')"
			 " AND (leased_until IS NOT NULL OR ready <= now() + interval '1 min')"
			 " ORDER BY ready LIMIT 1";

enum of_status of_leases_next(struct of_leases *leases, int64_t *wait, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {.row = -1};
	enum of_status status;

	*wait = OF_LEASES_NEVER;
	of_pg_int(&args, leases->span);
	status = of_pg_run(leases->pg, next, &args, &rows, OF_LEASES_TURN, err);
	if (status == OF_OK && of_pg_next(&rows))
		*wait = of_pg_read_int(&rows);
	of_pg_finish(&rows);
	return status;
}
