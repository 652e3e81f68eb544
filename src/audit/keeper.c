#include "audit/keeper.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/grow.h"
#include <stdlib.h>

#define OPEN_LEAST 64              /* domains held at a time, at the most; */
#define OPEN_MOST 4096             /* or four for each transfer at a time, between these */
#define LINKS_A_DOMAIN 200         /* read with a lease: a long domain is shared in time */
#define LINKS_WAITING 20000        /* no more domains are taken while so many wait */
#define TRY_AGAIN INT64_C(1000)    /* ms until a domain that was not free is asked for again */
#define PATIENCE INT64_C(60000)    /* ms that a redirect waits for another's domain */
#define HANDED INT64_C(3000)       /* ms for which a domain that was handed over is another's */
#define GIVE_BACK INT64_C(300)     /* ms between two rounds of giving back */
#define INCIDENT INT64_C(21600000) /* ms that a host in trouble is left to a later run */

/* A gate's domain. */
struct share {
	int64_t domain;
	int64_t wanted; /* ms: since when it is, in vain; 0 */
	int64_t again;  /* ms: it is not asked for before */
	uint32_t at;    /* among those held */
	bool held, leaving;
	bool handed; /* left since another waits for it */
};

struct of_keeper {
	struct of_keeper_options options;
	int64_t span; /* ms of a lease */
	struct of_leases *leases;
	struct of_fetcher *fetcher; /* of the turn */
	int64_t now;                /* of the turn */
	int64_t margin;       /* ms before a deadline at which no request begins any more */
	struct share *shares; /* by gate */
	size_t n_shares, cap_shares;
	uint32_t *held; /* gates */
	size_t n_held, cap_held, open_most;
	int64_t *taken; /* domains, by the claim under way */
	size_t n_taken, cap_taken;
	struct of_lease *terms; /* of them */
	size_t cap_terms;
	int64_t renew_due, give_due, claim_due;
	size_t forgotten;
	bool gone;
};

/* -- Gates and domains */

static struct share *share_of(struct of_keeper *k, uint32_t gate)
{
	while (k->n_shares <= gate) {
		struct share *grown =
			of_grow(k->shares, k->n_shares, &k->cap_shares, sizeof(*grown));

		if (grown == NULL)
			return NULL;
		k->shares = grown;
		grown[k->n_shares++] = (struct share){0};
	}
	return &k->shares[gate];
}

static enum of_status hold(struct of_keeper *k, uint32_t gate, const struct of_lease *lease)
{
	struct share *share = share_of(k, gate);
	uint32_t *grown = of_grow(k->held, k->n_held, &k->cap_held, sizeof(*grown));

	if (grown != NULL)
		k->held = grown;
	if (share == NULL || grown == NULL)
		return OF_ENOMEM;
	*share = (struct share){
		.domain = lease->domain, .held = true, .at = (uint32_t)k->n_held};
	grown[k->n_held++] = gate;
	return OF_OK;
}

static void let_go(struct of_keeper *k, uint32_t gate)
{
	struct share *share = &k->shares[gate];
	uint32_t last = k->held[--k->n_held];

	k->held[share->at] = last;
	k->shares[last].at = share->at;
	*share = (struct share){0};
}

/* Requests end before the lease does, as far as they may last; a short lease is used, too. */
static void open_gate(struct of_keeper *k, uint32_t gate, const struct of_lease *lease)
{
	const struct of_gate_terms terms = {.not_before = lease->not_before,
		.until = lease->deadline - k->margin,
		.crawl_delay = lease->crawl_delay};

	of_fetcher_open(k->fetcher, gate, &terms);
}

/* -- Taking */

static enum of_status note_taken(const struct of_lease *lease, void *payload)
{
	struct of_keeper *k = payload;
	int64_t *taken = of_grow(k->taken, k->n_taken, &k->cap_taken, sizeof(*taken));
	struct of_lease *terms = of_grow(k->terms, k->n_taken, &k->cap_terms, sizeof(*terms));

	if (taken != NULL)
		k->taken = taken;
	if (terms != NULL)
		k->terms = terms;
	if (taken == NULL || terms == NULL)
		return OF_ENOMEM;
	taken[k->n_taken] = lease->domain;
	terms[k->n_taken++] = *lease;
	return OF_OK;
}

static bool pass_by(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	(void)link, (void)domain, (void)url, (void)payload;
	return true;
}

static enum of_status hold_taken(struct of_keeper *k, struct of_err *err)
{
	enum of_status status = OF_OK;
	uint32_t gate;

	for (size_t i = 0; i < k->n_taken && status == OF_OK; i++) {
		status = of_fetcher_find_gate(k->fetcher, k->terms[i].name, &gate, err);
		if (status == OF_OK && hold(k, gate, &k->terms[i]) != OF_OK)
			status = of_err_set_nomem(err);
	}
	return status;
}

static void leave(struct of_keeper *k, uint32_t gate)
{
	k->shares[gate].leaving = true;
	of_fetcher_close(k->fetcher, gate);
	if (k->options.by_readiness)
		k->forgotten += of_fetcher_forget(k->fetcher, gate);
}

static void put_off(struct of_keeper *k, uint32_t gate)
{
	leave(k, gate);
	of_fetcher_forget(k->fetcher, gate);
	of_fetcher_part(k->fetcher, gate);
}

/* Their links are there before the first of them may be asked for; without, they are left. */
static enum of_status use_taken(struct of_keeper *k, bool with_links, struct of_err *err)
{
	const struct of_keeper_options *options = &k->options;
	enum of_status status = hold_taken(k, err);
	size_t first = k->n_held - k->n_taken;

	if (status != OF_OK)
		return status;
	if (k->n_taken > 0 && with_links)
		status = of_leases_each_due(k->leases, k->taken, k->n_taken, LINKS_A_DOMAIN,
			options->now, options->all,
			options->due != NULL ? options->due : pass_by, options->payload, err);
	for (size_t i = 0; i < k->n_taken; i++) {
		uint32_t gate = k->held[first + i];

		if (status != OF_OK)
			k->shares[gate].leaving = true;
		else if (k->terms[i].not_before <= k->now + PATIENCE)
			open_gate(k, gate, &k->terms[i]);
		else /* its hosts said to come back later than a run waits */
			put_off(k, gate);
	}
	k->n_taken = 0;
	return status;
}

/* Worth asking for now: what was begun is, however many are held. */
static bool is_worth_it(const struct of_keeper *k, const struct share *share, bool begun)
{
	return !share->held && share->again <= k->now && (begun || k->n_held < k->open_most);
}

/* A domain that is another's for long is not waited for by what another domain led to. */
static void wait_on(struct of_keeper *k, uint32_t gate)
{
	struct share *share = &k->shares[gate];

	share->again = k->now + TRY_AGAIN;
	if (share->wanted == 0)
		share->wanted = k->now;
	if (k->now - share->wanted > PATIENCE) {
		share->wanted = 0;
		of_fetcher_part(k->fetcher, gate);
	}
	of_fetcher_want(k->fetcher, gate);
}

static enum of_status take_wanted(struct of_keeper *k, struct of_err *err)
{
	struct of_str names[OF_LEASES_A_CALL];
	uint32_t asked[OF_LEASES_A_CALL], later[OF_LEASES_A_CALL];
	size_t n_asked = 0, n_later = 0;
	enum of_status status = OF_OK;
	struct of_str domain;
	uint32_t gate;
	bool begun;

	while (n_asked + n_later < OF_LEASES_A_CALL &&
		of_fetcher_next_wanted(k->fetcher, &gate, &domain, &begun)) {
		const struct share *share = share_of(k, gate);

		if (share == NULL)
			return of_err_set_nomem(err);
		if (is_worth_it(k, share, begun)) {
			names[n_asked] = domain;
			asked[n_asked++] = gate;
		} else {
			later[n_later++] = gate;
		}
	}
	if (n_asked > 0)
		status = of_leases_claim_named(k->leases, names, n_asked, note_taken, k, err);
	if (status == OF_OK)
		status = use_taken(k, !k->options.by_readiness, err);
	for (size_t i = 0; i < n_asked; i++)
		if (!k->shares[asked[i]].held)
			wait_on(k, asked[i]);
	for (size_t i = 0; i < n_later; i++)
		of_fetcher_want(k->fetcher, later[i]);
	return status;
}

static enum of_status take_ready(struct of_keeper *k, size_t waiting, struct of_err *err)
{
	size_t room = k->n_held < k->open_most ? k->open_most - k->n_held : 0;
	enum of_status status;

	if (room == 0 || waiting >= LINKS_WAITING || k->now < k->claim_due)
		return OF_OK;
	if (room > OF_LEASES_A_CALL / 2)
		room = OF_LEASES_A_CALL / 2;
	status = of_leases_claim(k->leases, (unsigned)room, note_taken, k, err);
	if (status == OF_OK && k->n_taken == 0)
		k->claim_due = k->now + TRY_AGAIN; /* there may be some after a while */
	return status == OF_OK ? use_taken(k, true, err) : status;
}

/* -- Keeping */

static enum of_status go_on(const struct of_lease *lease, void *payload)
{
	struct of_keeper *k = payload;
	struct of_err err;
	uint32_t gate;

	if (of_fetcher_find_gate(k->fetcher, lease->name, &gate, &err) != OF_OK)
		return OF_ENOMEM;
	if (k->shares[gate].leaving)
		return OF_OK;
	if (lease->wanted) {
		leave(k, gate);
		k->shares[gate].handed = true;
	} else
		open_gate(k, gate, lease);
	return OF_OK;
}

/* Another has it: what waits there is no longer this one's to ask for. */
static enum of_status lose(const struct of_lease *lease, void *payload)
{
	struct of_keeper *k = payload;
	struct of_err err;
	uint32_t gate;

	if (of_fetcher_find_gate(k->fetcher, lease->name, &gate, &err) != OF_OK)
		return OF_ENOMEM;
	leave(k, gate);
	of_fetcher_part(k->fetcher, gate); /* what was begun there as well */
	if (k->shares[gate].held)
		let_go(k, gate);
	return OF_OK;
}

static enum of_status renew(struct of_keeper *k, struct of_err *err)
{
	if (k->now < k->renew_due)
		return OF_OK;
	k->renew_due = k->now + k->span / 3;
	return of_leases_renew(k->leases, go_on, lose, k, err);
}

/* -- Giving back */

static void tell_end(const struct of_keeper *k, uint32_t gate, struct of_lease_end *end)
{
	struct of_gate_told told;

	of_fetcher_tell_gate(k->fetcher, gate, &told);
	*end = (struct of_lease_end){.domain = k->shares[gate].domain,
		.next_start = told.next_start,
		.held_until = told.held_until,
		.crawl_delay = told.crawl_delay};
	if (told.held_until == OF_GATE_NEVER)
		end->held_until = k->now + INCIDENT;
}

static enum of_status release(
	struct of_keeper *k, const uint32_t *gates, size_t count, struct of_err *err)
{
	struct of_lease_end ends[OF_LEASES_A_CALL];

	for (size_t i = 0; i < count; i++) {
		bool handed = k->shares[gates[i]].handed;

		tell_end(k, gates[i], &ends[i]);
		let_go(k, gates[i]);
		k->shares[gates[i]].again = handed ? k->now + HANDED : 0;
		of_fetcher_want(k->fetcher, gates[i]);
	}
	return of_leases_release(k->leases, ends, count, err);
}

/* Those that are left and have nothing under way any more; all, at the end. */
static size_t find_left(const struct of_keeper *k, uint32_t *gates, bool all)
{
	size_t count = 0;

	for (size_t i = 0; i < k->n_held && count < OF_LEASES_A_CALL; i++)
		if (all || (k->shares[k->held[i]].leaving &&
				   of_fetcher_is_quiet(k->fetcher, k->held[i])))
			gates[count++] = k->held[i];
	return count;
}

/* What was seen is written before its domain is another's. */
static enum of_status give_back(struct of_keeper *k, struct of_err *err)
{
	uint32_t gates[OF_LEASES_A_CALL], gate;
	enum of_status status;
	size_t count;

	while (of_fetcher_next_at_rest(k->fetcher, &gate))
		if (k->shares[gate].held)
			k->shares[gate].leaving = true;
	count = find_left(k, gates, false);
	if (count == 0)
		return OF_OK;
	status = of_history_flush(k->options.history, err);
	if (status != OF_OK || of_history_health(k->options.history) != OF_HISTORY_FINE)
		return status;
	return release(k, gates, count, err);
}

/* -- Turns */

/* The database is there. Else the leases run on as they do, and are renewed when it is back. */
static bool is_well(struct of_keeper *k)
{
	enum of_history_health health = of_history_health(k->options.history);

	/* a worker has what it needs to go on; others would wait for what they read of a link
	 */
	of_fetcher_pause(
		k->fetcher, health == OF_HISTORY_FULL ||
				    (health == OF_HISTORY_GONE && !k->options.by_readiness));
	if (health != OF_HISTORY_FINE)
		k->gone = true;
	else if (k->gone) {
		k->gone = false;
		k->renew_due = 0;
	}
	return health == OF_HISTORY_FINE;
}

/* Trouble with the database alone is not the run's: it is tried again. */
static enum of_status forgive(struct of_keeper *k, enum of_status status)
{
	k->n_taken = 0;
	if (status == OF_EIO && of_history_health(k->options.history) != OF_HISTORY_FINE) {
		k->gone = true;
		return OF_OK;
	}
	return status;
}

enum of_status of_keeper_turn(
	struct of_keeper *k, const struct of_keeper_turn *turn, struct of_err *err)
{
	enum of_status status = OF_OK;

	k->fetcher = turn->fetcher;
	k->now = of_clock_ms();
	if (!is_well(k))
		return OF_OK;
	status = renew(k, err);
	if (status == OF_OK && k->now >= k->give_due && !turn->holds) {
		k->give_due = k->now + GIVE_BACK;
		status = give_back(k, err);
	}
	if (status == OF_OK)
		status = take_wanted(k, err);
	if (status == OF_OK && k->options.by_readiness)
		status = take_ready(k, turn->waiting, err);
	return forgive(k, status);
}

enum of_status of_keeper_next(struct of_keeper *k, const struct of_keeper_turn *turn,
	int64_t *wait, struct of_err *err)
{
	struct of_fetch_counts counts;
	enum of_status status;

	*wait = TRY_AGAIN;
	k->give_due = k->claim_due = 0;
	status = of_keeper_turn(k, turn, err);
	if (status != OF_OK || k->gone)
		return status;
	of_fetcher_counts(turn->fetcher, &counts);
	if (counts.waiting > 0)
		*wait = 0;
	else if (k->n_held == 0)
		status = of_leases_next(k->leases, wait, err);
	return forgive(k, status);
}

enum of_status of_keeper_end(
	struct of_keeper *k, struct of_fetcher *fetcher, struct of_err *err)
{
	uint32_t gates[OF_LEASES_A_CALL];
	enum of_status status = OF_OK;

	k->fetcher = fetcher;
	k->now = of_clock_ms();
	while (k->n_held > 0 && status == OF_OK)
		status = release(k, gates, find_left(k, gates, true), err);
	return forgive(k, status);
}

/* -- The keeper */

size_t of_keeper_forgotten(const struct of_keeper *keeper)
{
	return keeper->forgotten;
}

/* As long as the slowest host of these settings is to be left alone. */
static int64_t longest_delay(const struct of_audit_settings *settings)
{
	int64_t longest = settings->delay;

	for (size_t i = 0; i < settings->n_hosts; i++)
		if (settings->hosts[i].delay > longest)
			longest = settings->hosts[i].delay;
	return longest;
}

static size_t open_most(const struct of_audit_settings *settings)
{
	size_t most = (size_t)settings->concurrency * 4;

	if (most < OPEN_LEAST)
		return OPEN_LEAST;
	return most < OPEN_MOST ? most : OPEN_MOST;
}

enum of_status of_keeper_new(
	struct of_keeper **keeper, const struct of_keeper_options *options, struct of_err *err)
{
	struct of_keeper *k = calloc(1, sizeof(*k));
	enum of_status status;

	*keeper = k;
	if (k == NULL)
		return of_err_set_nomem(err);
	k->options = *options;
	k->open_most = open_most(options->settings);
	status = of_leases_open(
		&k->leases, options->history, longest_delay(options->settings), err);
	if (status != OF_OK)
		return status;
	k->span = of_leases_span(k->leases);
	k->margin = options->settings->timeout < k->span / 4 ? options->settings->timeout
							     : k->span / 4;
	k->renew_due = of_clock_ms() + k->span / 3;
	return status;
}

void of_keeper_free(struct of_keeper *keeper)
{
	if (keeper == NULL)
		return;
	of_leases_close(keeper->leases);
	free(keeper->shares);
	free(keeper->held);
	free(keeper->taken);
	free(keeper->terms);
	free(keeper);
}
