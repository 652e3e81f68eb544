#include "audit/check.h"

#include "audit/checker.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/grow.h"
#include <outfeed/item.h>
#include <stdlib.h>
#include <time.h>

#define FLUSH_MS 1000
#define STEP_NS 50000000L /* in which a stop is heard */
#define WAIT_MOST 1000    /* ms that a worker waits before it asks for work again */
#define LAST_MS 5000      /* that the end waits for the database */
#define SHARED_LEAST 3    /* unlike URLs that land on the same page */

bool of_checker_fail(struct checker *c, enum of_status status)
{
	if (c->status == OF_OK)
		c->status = status;
	return false;
}

/* What the keeper is to know of the run. */
static struct of_keeper_turn turn_of(const struct checker *c, struct of_fetch_counts *counts)
{
	of_fetcher_counts(c->fetcher, counts);
	return (struct of_keeper_turn){.fetcher = c->fetcher,
		.waiting = counts->waiting,
		.holds = of_held_count(c->held) > 0};
}

/* Where domains are others' as well. Checks are told in the database's time. */
static bool keep(struct checker *c)
{
	struct of_fetch_counts counts;
	const struct of_keeper_turn turn = turn_of(c, &counts);
	enum of_status status = of_keeper_turn(c->keeper, &turn, c->err);

	if (status != OF_OK)
		return of_checker_fail(c, status);
	if (c->options->by_clock)
		c->shift = of_history_clock(c->options->history) / 1000;
	/* nothing else comes that would show what the silence was */
	return !turn.holds || counts.under_way > 0 || of_answers_settle(c);
}

/* Where checks are rare, what they saw does not wait for the next one to be kept. */
static bool tick(void *payload)
{
	struct checker *c = payload;
	int64_t now = of_clock_ms();

	if (now >= c->flush_due) {
		enum of_status status = of_history_flush(c->options->history, c->err);

		c->flush_due = now + FLUSH_MS;
		if (status != OF_OK)
			return of_checker_fail(c, status);
	}
	if (c->keeper != NULL && !keep(c))
		return false;
	c->out_of_time = now >= c->deadline;
	return !c->out_of_time && c->status == OF_OK;
}

/* -- The queue */

static bool add_due(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	struct checker *c = payload;
	int64_t *grown = of_grow(c->links, c->n_links, &c->cap, sizeof(*grown));
	uint32_t host;
	enum of_status status;

	(void)domain;
	if (c->n_links == OF_CHECKER_SIBLINGS)
		return false;
	if (grown == NULL)
		return of_checker_fail(c, of_err_set_nomem(c->err));
	c->links = grown;
	status = of_fetcher_host(c->fetcher, url, &host, c->err);
	if (status == OF_OK)
		status = of_fetcher_add(c->fetcher, host, (uint32_t)c->n_links, c->err);
	if (status != OF_OK)
		return of_checker_fail(c, status);
	c->links[c->n_links++] = link;
	return true;
}

bool of_checker_network_down(struct checker *c)
{
	c->result->network_down = true;
	of_held_clear(c->held);
	of_report_warning(c->options->reporter, 0, 0,
		"this machine's network is down, as far as can be told: %s; nothing more is "
		"recorded. Where that is not so, name addresses that answer as audit.controls",
		c->controls.count > 0 ? "most of the control set could not be reached"
				      : "no link of any domain gave an answer");
	return false;
}

/* A worker finds out what is due as it goes. */
static bool add_found(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	struct checker *c = payload;
	size_t before = c->n_links;

	if (!add_due(link, domain, url, c))
		return false;
	c->total = c->result->due += c->n_links - before;
	return true;
}

static enum of_status begin_keeping(struct checker *c)
{
	const struct of_keeper_options options = {.settings = c->options->settings,
		.history = c->options->history,
		.by_readiness = c->options->works,
		.all = c->options->all,
		.now = c->options->by_clock ? OF_TIME_NONE : c->began,
		.due = c->options->works ? add_found : NULL,
		.payload = c};

	return of_keeper_new(&c->keeper, &options, c->err);
}

static enum of_status begin(struct checker *c)
{
	const struct of_fetch_calls calls = {.request = of_answers_request,
		.read = of_answers_read,
		.done = of_answers_take,
		.tick = tick,
		.gated = c->options->shared,
		.payload = c};
	enum of_status status = of_controls_init(
		&c->controls, c->options->settings, c->options->history, c->err);

	if (status == OF_OK && c->options->shared)
		status = begin_keeping(c);
	if (status == OF_OK)
		status = of_fetcher_new(&c->fetcher, c->options->settings, &calls, c->err);
	return status;
}

static void count_requests(struct checker *c)
{
	struct of_fetch_counts counts;

	of_fetcher_counts(c->fetcher, &counts);
	c->result->requests = counts.requests;
	c->result->retries = counts.retries;
	c->result->bytes = counts.bytes;
}

static bool goes_on(const struct checker *c, enum of_status status)
{
	return status == OF_OK && !c->result->network_down && !c->out_of_time;
}

static enum of_status run_fetcher(struct checker *c)
{
	enum of_status status = of_fetcher_run(c->fetcher, c->options->stop, c->err);

	return c->status != OF_OK ? c->status : status;
}

static enum of_status ask_controls(struct checker *c)
{
	enum of_status status = OF_OK;

	if (c->controls.count > 0)
		status = of_controls_ask(&c->controls, c->fetcher, c->err);
	return status == OF_OK ? run_fetcher(c) : status;
}

/* What stayed silent to the end is recorded when the controls still answer. */
static enum of_status settle(struct checker *c)
{
	enum of_status status = OF_OK;

	if (of_held_count(c->held) == 0)
		return OF_OK;
	if (c->controls.count > 0)
		status = ask_controls(c);
	else if (of_answers_all_silent(c))
		of_checker_network_down(c);
	if (goes_on(c, status) && !of_answers_record_held(c))
		status = c->status;
	return status;
}

/* Waits in steps in which a stop is heard. */
static enum of_status wait_for(struct checker *c, int64_t wait)
{
	const struct timespec step = {.tv_nsec = STEP_NS};
	int64_t until = of_clock_ms() + (wait < WAIT_MOST ? wait : WAIT_MOST);

	while (of_clock_ms() < until && !c->out_of_time) {
		if (c->options->stop != NULL && *c->options->stop)
			return of_err_set(c->err, OF_ESTOPPED, "interrupted: the others go on");
		nanosleep(&step, NULL);
		c->out_of_time = of_clock_ms() >= c->deadline;
	}
	return OF_OK;
}

/* Nobody is asked anything where nothing is due. */
static enum of_status look_for_work(struct checker *c, bool *some)
{
	struct of_fetch_counts counts;
	const struct of_keeper_turn turn = turn_of(c, &counts);
	int64_t wait = 0;
	enum of_status status = of_keeper_next(c->keeper, &turn, &wait, c->err);

	*some = wait != OF_LEASES_NEVER;
	return c->status != OF_OK ? c->status : status;
}

/* Turn by turn, until nothing is due and nobody holds what may become so. */
static enum of_status work(struct checker *c)
{
	enum of_status status = OF_OK;
	int64_t wait = 0;

	while (goes_on(c, status) && wait != OF_LEASES_NEVER) {
		struct of_fetch_counts counts;
		struct of_keeper_turn turn;

		status = run_fetcher(c);
		if (goes_on(c, status))
			status = settle(c);
		if (!goes_on(c, status))
			break;
		turn = turn_of(c, &counts);
		status = of_keeper_next(c->keeper, &turn, &wait, c->err);
		if (c->status != OF_OK)
			status = c->status;
		if (status == OF_OK && wait > 0 && wait != OF_LEASES_NEVER)
			status = wait_for(c, wait);
		if (status == OF_OK)
			status = of_history_flush(c->options->history, c->err);
	}
	return status;
}

static enum of_status check_due(struct checker *c)
{
	enum of_status status = of_history_each_due(c->options->history, c->began,
		c->options->all, c->options->kinds, add_due, c, c->err);

	if (c->status != OF_OK)
		return c->status;
	c->total = c->result->due = c->n_links;
	return status == OF_OK ? run_fetcher(c) : status;
}

/* What is written then, or not any more, decides what the run is. */
static enum of_status give_back(struct checker *c, enum of_status status)
{
	struct of_err later;
	enum of_status ended = OF_OK;

	while (status == OF_OK && !c->out_of_time &&
		of_history_health(c->options->history) != OF_HISTORY_FINE)
		status = wait_for(c, FLUSH_MS);
	if (status == OF_OK || status == OF_ESTOPPED)
		ended = of_history_settle(c->options->history, LAST_MS, &later);
	if (ended == OF_OK)
		ended = of_keeper_end(c->keeper, c->fetcher, &later);
	if (ended == OF_OK)
		return status;
	*c->err = later;
	return ended;
}

static enum of_status check_all(struct checker *c)
{
	enum of_status status = begin(c);
	bool some = true;

	if (status == OF_OK && c->options->works)
		status = look_for_work(c, &some);
	if (status == OF_OK && some)
		status = ask_controls(c);
	if (goes_on(c, status) && c->options->works)
		status = some ? work(c) : OF_OK;
	else if (goes_on(c, status))
		status = check_due(c);
	if (goes_on(c, status))
		status = settle(c);
	if (c->fetcher != NULL)
		count_requests(c);
	if (c->keeper != NULL && c->fetcher != NULL)
		status = give_back(c, status);
	if (c->keeper != NULL)
		c->result->due -= of_keeper_forgotten(c->keeper);
	of_keeper_free(c->keeper);
	c->keeper = NULL;
	of_fetcher_free(c->fetcher);
	c->fetcher = NULL;
	return status;
}

/* -- What only the whole run shows */

struct shared {
	struct checker *checker;
	int64_t *links;
	size_t count, cap;
};

static bool note_shared(int64_t link, void *payload)
{
	struct shared *shared = payload;
	int64_t *grown = of_grow(shared->links, shared->count, &shared->cap, sizeof(*grown));

	if (grown == NULL)
		return of_checker_fail(shared->checker, of_err_set_nomem(shared->checker->err));
	shared->links = grown;
	grown[shared->count++] = link;
	return true;
}

static enum of_status revise_shared(struct checker *c, int64_t number)
{
	struct of_arena *arena = of_arena_new();
	struct of_link link;
	struct of_judgement judgement;
	enum of_status status;

	if (arena == NULL)
		return of_err_set_nomem(c->err);
	status = of_history_get_link(c->options->history, number, &link, arena, c->err);
	if (status == OF_OK) {
		judgement = of_verdict_add_sign(
			&link.past, OF_SIGN_SHARED, link.url, &c->options->settings->rules);
		status = of_history_revise(c->options->history, number, &judgement, c->err);
	}
	of_arena_free(arena);
	return status;
}

static enum of_status find_shared(struct checker *c)
{
	struct shared shared = {.checker = c};
	enum of_status status = of_history_each_shared(
		c->options->history, c->run, SHARED_LEAST, note_shared, &shared, c->err);

	if (status == OF_OK)
		status = c->status;
	for (size_t i = 0; i < shared.count && status == OF_OK; i++)
		status = revise_shared(c, shared.links[i]);
	free(shared.links);
	return status;
}

static enum of_status run(struct checker *c)
{
	struct of_history *history = c->options->history;
	enum of_status status = of_history_begin_run(history, c->began, &c->run, c->err);
	enum of_status ended = OF_OK;

	if (status == OF_OK)
		status = check_all(c);
	/* for what was seen before there was a run to look */
	if (status == OF_OK && c->result->checked > 0)
		status = find_shared(c);
	if (status != OF_OK && status != OF_ESTOPPED)
		return status;
	c->result->put_off =
		c->result->due > c->result->checked ? c->result->due - c->result->checked : 0;
	/* of the links as they stand, which a worker does not look through, these are known */
	for (size_t i = 0; c->options->works && i < OF_VERDICT_COUNT; i++)
		c->result->by_verdict[i] = c->by_verdict[i];
	c->result->complete = status == OF_OK && !c->out_of_time && !c->result->network_down;
	ended = of_history_end_run(
		history, c->run, (int64_t)time(NULL) + c->shift, c->result->complete, c->err);
	if (ended == OF_OK)
		ended = of_history_flush(history, c->err);
	return ended != OF_OK ? ended : status;
}

enum of_status of_check_links(struct of_audit_result *result,
	const struct of_check_options *options, struct of_err *err)
{
	struct checker c = {.options = options,
		.result = result,
		.err = err,
		.held = of_held_new(),
		.landings = of_landings_new(options->history, options->domains),
		.siblings = of_siblings_new(),
		.names = of_arena_new(),
		.began = options->now,
		.shift = options->now - (int64_t)time(NULL),
		.deadline = options->budget > 0 ? of_clock_ms() + options->budget : INT64_MAX};
	enum of_status status =
		c.held != NULL && c.landings != NULL && c.siblings != NULL && c.names != NULL
			? run(&c)
			: of_err_set_nomem(err);

	of_held_free(c.held);
	of_controls_finish(&c.controls);
	of_map_finish(&c.silent_hosts);
	of_arena_free(c.names);
	of_landings_free(c.landings);
	of_siblings_free(c.siblings);
	free(c.links);
	return status;
}
