#include "store/postgres_leases.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include <outfeed/item.h>
#include <stdlib.h>

/* -- What is held */

struct of_pg_lease *of_pg_lease_find(const struct of_leases *leases, int64_t domain)
{
	const size_t *at = of_numbers_get(&leases->by_domain, domain);

	return at != NULL && *at > 0 ? &leases->entries[*at - 1] : NULL;
}

static struct of_pg_lease *find_or_add(struct of_leases *leases, int64_t domain)
{
	struct of_pg_lease *entry = of_pg_lease_find(leases, domain);
	struct of_pg_lease *grown;

	if (entry != NULL)
		return entry;
	grown = of_grow(leases->entries, leases->count, &leases->cap, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	leases->entries = grown;
	if (!of_numbers_put(&leases->by_domain, domain, leases->count + 1))
		return NULL;
	grown[leases->count] = (struct of_pg_lease){.domain = domain};
	return &grown[leases->count++];
}

void of_pg_lease_drop(struct of_leases *leases, struct of_pg_lease *entry)
{
	free(entry->name);
	entry->name = NULL;
	of_pg_ahead_drop(leases->pg, entry->domain);
}

/* What is found is fenced by the newest epoch that was held, be the lease over: while nobody
 * took the domain since, nobody else asked its hosts. */
static bool tell_epoch(void *payload, int64_t domain, int64_t *epoch)
{
	const struct of_pg_lease *entry = of_pg_lease_find(payload, domain);

	if (entry == NULL)
		return false;
	*epoch = entry->epoch;
	return true;
}

/* -- Taking */

/* $1 the worker's name, $2 and $3 ms of lease and pause. */
#define TAKE                                                                      \
	"UPDATE domain d SET epoch = d.epoch + 1, worker = $1, wanted = NULL,"    \
	" leased_until = now() + $2 * interval '1 ms', ready = now() + ($2 +"     \
	" greatest($3, d.crawl_delay)) * interval '1 ms'"                         \
	" FROM chosen WHERE d.number = chosen.number RETURNING d.number, d.name," \
	" d.epoch, greatest(0, " OF_PG_MS("d.next_start - now()") ", " OF_PG_MS(  \
		"d.held_until - now()") "), coalesce(d.crawl_delay, 0)"

static const char *const take_ready =
	"WITH chosen AS (SELECT number FROM domain WHERE ready <= now() ORDER BY ready LIMIT $4"
	" FOR NO KEY UPDATE SKIP LOCKED) " TAKE;

/* One that is held is not ready before its lease is over; one that is not held may be had. */
static const char *const take_named =
	"WITH chosen AS (SELECT number FROM domain WHERE name = ANY($4::text[])"
	" AND (leased_until IS NULL OR ready <= now()) ORDER BY number"
	" FOR NO KEY UPDATE SKIP LOCKED) " TAKE;

static void put_manner(const struct of_leases *leases, struct of_pg_args *args)
{
	of_pg_text(args, of_str_from(leases->pg->name));
	of_pg_int(args, leases->span);
	of_pg_int(args, leases->pause);
}

/* A row of TAKE. before and after are of_clock_ms() about the statement: the lease is from the
 * one, and what must not be yet from the other. */
static enum of_status take_row(struct of_leases *leases, struct of_pg_rows *rows,
	int64_t before, int64_t after, struct of_lease *lease)
{
	int64_t domain = of_pg_read_int(rows);
	struct of_str name = of_pg_read_text(rows);
	struct of_pg_lease *entry = find_or_add(leases, domain);
	int64_t wait;

	if (entry == NULL)
		return OF_ENOMEM;
	/* what was read of its links before is what it was then */
	of_pg_ahead_drop(leases->pg, domain);
	free(entry->name);
	entry->name = strndup(name.ptr != NULL ? name.ptr : "", name.len);
	if (entry->name == NULL)
		return OF_ENOMEM;
	entry->name_len = name.len;
	entry->epoch = of_pg_read_int(rows);
	entry->deadline = before + leases->span;
	wait = of_pg_read_int(rows);
	*lease = (struct of_lease){.domain = domain,
		.name = {entry->name, entry->name_len},
		.deadline = entry->deadline,
		.not_before = wait > 0 ? after + wait : 0,
		.crawl_delay = of_pg_read_int(rows)};
	return OF_OK;
}

static enum of_status take(struct of_leases *leases, const char *sql, struct of_pg_args *args,
	of_lease_fn *taken, void *payload, struct of_err *err)
{
	int64_t before = of_clock_ms(), after;
	struct of_pg_rows rows = {.row = -1};
	enum of_status status = of_pg_run(leases->pg, sql, args, &rows, OF_LEASES_TURN, err);

	after = of_clock_ms();
	while (status == OF_OK && of_pg_next(&rows)) {
		struct of_lease lease;

		status = take_row(leases, &rows, before, after, &lease);
		if (status == OF_OK)
			status = taken(&lease, payload);
		if (status == OF_ENOMEM)
			of_err_set_nomem(err);
	}
	of_pg_finish(&rows);
	return status;
}

enum of_status of_leases_claim(struct of_leases *leases, unsigned most, of_lease_fn *taken,
	void *payload, struct of_err *err)
{
	struct of_pg_args args = {0};

	put_manner(leases, &args);
	of_pg_int(&args, most);
	return take(leases, take_ready, &args, taken, payload, err);
}

static void put_names(
	struct of_pg_args *args, struct of_buf *array, const struct of_str *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		of_pg_add_text(array, names[i]);
	of_pg_array(args, array);
}

/* Who holds them hears of it when the leases are renewed. */
static const char *const want =
	"WITH busy AS (SELECT number FROM domain WHERE name = ANY($1::text[])"
	" AND leased_until IS NOT NULL AND ready > now()"
	" AND (wanted IS NULL OR wanted < now() - interval '10 s')"
	" ORDER BY number FOR NO KEY UPDATE SKIP LOCKED)"
	" UPDATE domain d SET wanted = now() FROM busy WHERE d.number = busy.number"
	" AND d.worker IS DISTINCT FROM $2";

static const char *const find_new = "SELECT name FROM unnest($1::text[]) AS n(name)"
				    " WHERE NOT EXISTS (SELECT FROM domain d"
				    " WHERE d.name = n.name) LIMIT 1";

/* A plan under way may be about to make one: it is not waited for. */
static enum of_status make_new(
	struct of_leases *leases, const struct of_str *names, size_t count, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_buf array = {0};
	struct of_postgres *pg = leases->pg;
	enum of_status status = of_pg_begin(pg, err);

	if (status != OF_OK)
		return status;
	put_names(&args, &array, names, count);
	status = of_pg_run(pg, "SET LOCAL lock_timeout = 200", NULL, NULL, OF_LEASES_TURN, err);
	if (status == OF_OK)
		status = of_pg_run(pg,
			"INSERT INTO domain(name) SELECT DISTINCT name FROM unnest($1::text[]) "
			"AS"
			" n(name) ORDER BY name ON CONFLICT DO NOTHING",
			&args, NULL, OF_LEASES_TURN, err);
	else
		of_pg_args_finish(&args);
	of_buf_finish(&array);
	if (status == OF_OK)
		return of_pg_commit(pg, err);
	of_pg_roll_back(pg);
	return status == OF_EIO && !of_pg_is_lost(pg) ? OF_OK : status;
}

static enum of_status are_some_new(bool *some, struct of_leases *leases,
	const struct of_str *names, size_t count, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_buf array = {0};
	struct of_pg_rows rows = {.row = -1};
	enum of_status status;

	put_names(&args, &array, names, count);
	status = of_pg_run(leases->pg, find_new, &args, &rows, OF_LEASES_TURN, err);
	*some = status == OF_OK && of_pg_next(&rows);
	of_pg_finish(&rows);
	of_buf_finish(&array);
	return status;
}

static enum of_status want_busy(
	struct of_leases *leases, const struct of_str *names, size_t count, struct of_err *err)
{
	struct of_pg_args args = {0};
	struct of_buf array = {0};
	enum of_status status;

	put_names(&args, &array, names, count);
	of_pg_text(&args, of_str_from(leases->pg->name));
	status = of_pg_run(leases->pg, want, &args, NULL, OF_LEASES_TURN, err);
	of_buf_finish(&array);
	return status;
}

/* What the caller's function is told, counted. */
struct counted {
	of_lease_fn *taken;
	void *payload;
	size_t count;
};

static enum of_status count_taken(const struct of_lease *lease, void *payload)
{
	struct counted *counted = payload;

	counted->count++;
	return counted->taken(lease, counted->payload);
}

enum of_status of_leases_claim_named(struct of_leases *leases, const struct of_str *names,
	size_t count, of_lease_fn *taken, void *payload, struct of_err *err)
{
	struct counted counted = {taken, payload, 0};
	struct of_pg_args args = {0};
	struct of_buf array = {0};
	enum of_status status;
	bool some = false;

	put_manner(leases, &args);
	put_names(&args, &array, names, count);
	status = take(leases, take_named, &args, count_taken, &counted, err);
	of_buf_finish(&array);
	if (status != OF_OK || counted.count == count)
		return status;
	status = are_some_new(&some, leases, names, count, err);
	if (status == OF_OK && some)
		status = make_new(leases, names, count, err);
	if (status == OF_OK)
		status = want_busy(leases, names, count, err);
	return status;
}

/* -- Links of what is held */

#define DUE_OF(condition)                                                                      \
	OF_PG_LINK " WHERE l.number = ANY(ARRAY(SELECT due.number FROM"                        \
		   " unnest($2::bigint[]) AS held(number) CROSS JOIN LATERAL"                  \
		   " (SELECT o.number FROM link o WHERE o.domain = held.number"                \
		   " AND o.kinds <> 0 AND (o.due <= coalesce(to_timestamp($3::bigint), now())" \
		   " OR $4::boolean)" condition " ORDER BY o.due LIMIT $5) AS due))"           \
		   " ORDER BY l.domain, l.due"

static const char *const due_of_all = DUE_OF("");
static const char *const due_of_site =
	DUE_OF(" AND EXISTS (SELECT FROM site_link s WHERE s.site = $1 AND s.link = o.number"
	       " AND s.fixed IS NULL)");

/* The number, the domain's and its name, the url: what OF_PG_LINK begins with. */
static bool tell_link(struct of_postgres *pg, const struct of_pg_rows *rows,
	of_history_due_fn *each, void *payload)
{
	struct of_pg_rows row = *rows;
	int64_t number;
	struct of_str domain, url;

	number = of_pg_read_int(&row);
	of_pg_read_int(&row);
	domain = of_pg_read_text(&row);
	url = of_pg_read_text(&row);
	row = *rows;
	of_pg_ahead_add(pg, &row);
	return each(number, domain, url, payload);
}

enum of_status of_leases_each_due(struct of_leases *leases, const int64_t *domains,
	size_t count, unsigned most, int64_t now, bool all, of_history_due_fn *each,
	void *payload, struct of_err *err)
{
	struct of_postgres *pg = leases->pg;
	struct of_pg_args args = {0};
	struct of_buf array = {0};
	struct of_pg_rows rows = {.row = -1};
	enum of_status status;

	of_pg_site(pg, &args);
	for (size_t i = 0; i < count; i++)
		of_pg_add_int(&array, domains[i]);
	of_pg_array(&args, &array);
	if (now == OF_TIME_NONE)
		of_pg_some(&args, 0);
	else
		of_pg_int(&args, now);
	of_pg_bool(&args, all);
	of_pg_int(&args, most);
	status = of_pg_run(pg, pg->site > 0 ? due_of_site : due_of_all, &args, &rows,
		OF_LEASES_LONGER, err);
	while (status == OF_OK && of_pg_next(&rows))
		if (!tell_link(pg, &rows, each, payload))
			break;
	of_pg_finish(&rows);
	of_buf_finish(&array);
	return status;
}

/* -- Beginning and end */

static enum of_status read_span(struct of_leases *leases, struct of_err *err)
{
	struct of_pg_rows rows = {.row = -1};
	enum of_status status = of_pg_run(leases->pg,
		"SELECT " OF_PG_MS(
			"nullif(current_setting('outfeed.lease', true), '')::interval"),
		NULL, &rows, OF_LEASES_LONGER, err);

	leases->span = OF_LEASE_DEFAULT;
	if (status == OF_OK && of_pg_next(&rows))
		leases->span = of_pg_read_int(&rows);
	of_pg_finish(&rows);
	if (leases->span == 0)
		leases->span = OF_LEASE_DEFAULT;
	if (status == OF_OK && (leases->span < OF_LEASE_LEAST || leases->span > OF_LEASE_MOST))
		return of_err_set(err, OF_ECONFIG,
			"the database's outfeed.lease must be from 1 s to 1 h");
	return status;
}

enum of_status of_leases_open(struct of_leases **leases, struct of_history *history,
	int64_t pause, struct of_err *err)
{
	struct of_leases *made;
	enum of_status status;

	*leases = NULL;
	if (!of_history_is_postgres(history))
		return of_err_set(err, OF_ECONFIG, "this history is of one process alone");
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return of_err_set_nomem(err);
	made->pg = of_postgres_of(history);
	made->pause = pause;
	status = read_span(made, err);
	if (status != OF_OK) {
		free(made);
		return status;
	}
	of_pg_fence(made->pg, tell_epoch, made);
	*leases = made;
	return OF_OK;
}

int64_t of_leases_span(const struct of_leases *leases)
{
	return leases->span;
}

void of_leases_close(struct of_leases *leases)
{
	if (leases == NULL)
		return;
	of_pg_fence(leases->pg, NULL, NULL);
	for (size_t i = 0; i < leases->count; i++)
		free(leases->entries[i].name);
	of_numbers_finish(&leases->by_domain);
	free(leases->entries);
	free(leases);
}
