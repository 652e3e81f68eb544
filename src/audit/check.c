#include "audit/check.h"

#include "audit/controls.h"
#include "audit/held.h"
#include "audit/siblings.h"
#include "audit/signs.h"
#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include "base/url.h"
#include "web/document.h"
#include "web/fetch.h"
#include <stdlib.h>
#include <time.h>

#define SHARED_LEAST 3 /* unlike URLs that land on the same page */
/* So many answers of nothing but silence, from so many domains: is it this side? */
#define SILENCE_ANSWERS 20
#define SILENCE_DOMAINS 5

/* What a worker made of an answer. */
struct looked {
	const struct of_page *page;
	unsigned signs;
	uint64_t print;
};

struct checker {
	const struct of_check_options *options;
	struct of_audit_result *result;
	struct of_err *err;
	enum of_status status; /* the first trouble of a callback */
	struct of_fetcher *fetcher;
	struct of_siblings *siblings;
	struct of_held *held;
	int64_t run, began; /* seconds */
	int64_t deadline;   /* ms of the monotonic clock; INT64_MAX for none */
	int64_t *links;     /* by task */
	size_t n_links, cap;
	bool suspicious; /* ended to look whether the network is there */
	bool out_of_time;
	size_t by_verdict[OF_VERDICT_COUNT];
	size_t total;
};

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Siblings' tasks stand above the links'. */
static uint32_t sibling_task(const struct checker *c, size_t number)
{
	return (uint32_t)(c->n_links + number);
}

static bool fail(struct checker *c, enum of_status status)
{
	if (c->status == OF_OK)
		c->status = status;
	return false;
}

/* -- Requests */

static bool request_link(struct checker *c, uint32_t task, struct of_fetch_request *request,
	struct of_arena *arena)
{
	struct of_link *link = of_arena_take(arena, 1, sizeof(*link));
	enum of_status status;

	if (link == NULL)
		return fail(c, of_err_set_nomem(c->err));
	status = of_history_get_link(c->options->history, c->links[task], link, arena, c->err);
	if (status != OF_OK)
		return fail(c, status);
	/* done already, before the network was doubted */
	if (link->past.last_checked >= c->began)
		return false;
	*request = (struct of_fetch_request){.url = link->url,
		.kind = link->kinds == OF_LINK_KIND_IMAGE ? OF_FETCH_IMAGE : OF_FETCH_PAGE,
		.context = link};
	if (of_verdict_is_ok(link->past.verdict)) {
		request->etag = link->etag;
		request->last_modified = link->last_modified;
	}
	return true;
}

static bool request(
	uint32_t task, struct of_fetch_request *request, struct of_arena *arena, void *payload)
{
	struct checker *c = payload;

	if (task < c->n_links)
		return request_link(c, task, request, arena);
	*request = (struct of_fetch_request){
		.url = of_siblings_url(c->siblings, task - (uint32_t)c->n_links),
		.kind = OF_FETCH_PAGE};
	return true;
}

/* -- Reading, on a worker's thread */

static unsigned signs_of(const struct of_fetch_answer *answer, const struct of_page *page)
{
	const struct of_observation *seen = &answer->seen;
	const struct of_sign_hints hints = {
		.server = answer->server, .challenge_header = answer->challenge};

	return of_signs_of_page(page, seen->url, seen->final_url, seen->status, &hints);
}

static void read_answer(struct of_fetch_answer *answer, void *payload)
{
	const struct of_observation *seen = &answer->seen;
	const struct of_document document = {.url = seen->final_url,
		.type = answer->type,
		.body = answer->body,
		.truncated = answer->truncated,
		.length = answer->length};
	struct looked *looked = of_arena_take(answer->arena, 1, sizeof(*looked));

	(void)payload;
	if (looked == NULL)
		return;
	if (answer->body.len > 0 || answer->type.len > 0)
		looked->page = of_document_read(answer->arena, &document);
	looked->signs = signs_of(answer, looked->page);
	looked->print = of_signs_print(looked->page, seen->final_url);
	answer->result = looked;
}

/* -- Answers */

static bool changed_domain(const struct checker *c, const struct of_observation *seen)
{
	struct of_buf host = {0};
	struct of_buf final_host = {0};
	bool changed;

	if (seen->n_hops == 0)
		return false;
	of_url_add_host(&host, seen->url);
	of_url_add_host(&final_host, seen->final_url);
	changed = !of_str_equal(of_domain_registrable(c->options->domains, of_buf_str(&host)),
		of_domain_registrable(c->options->domains, of_buf_str(&final_host)));
	of_buf_finish(&host);
	of_buf_finish(&final_host);
	return changed;
}

static struct of_observation observe(const struct checker *c, const struct of_link *link,
	const struct of_fetch_answer *answer)
{
	const struct looked *looked = answer->result;
	struct of_observation seen = answer->seen;

	if (looked != NULL) {
		seen.signs |= looked->signs;
		seen.page = looked->page;
	} else
		seen.signs |= signs_of(answer, NULL);
	if (changed_domain(c, &seen))
		seen.signs |= OF_SIGN_DOMAIN;
	/* it is known of the page that it landed on */
	if ((link->past.signs & OF_SIGN_SHARED) != 0 && seen.n_hops > 0 &&
		of_str_equal(seen.final_url, link->final_url))
		seen.signs |= OF_SIGN_SHARED;
	return seen;
}

static void tell(const struct checker *c, const struct of_link *link,
	const struct of_observation *seen, const struct of_judgement *judgement)
{
	const struct of_audit_event event = {.url = link->url,
		.final_url = seen->final_url,
		.words = seen->words,
		.verdict = judgement->verdict,
		.former = link->past.verdict,
		.failure = seen->failure,
		.status = seen->status,
		.milliseconds = seen->milliseconds,
		.checked = c->result->checked,
		.total = c->total,
		.by_verdict = c->by_verdict};

	if (c->options->event != NULL)
		c->options->event(&event, c->options->event_payload);
}

/* A check as it is kept; what the answer's headers said is in it already. */
static bool record(struct checker *c, const struct of_link *link, struct of_check *check)
{
	const struct of_judgement judgement = of_verdict_judge(
		check->seen, &link->past, &link->expected, &c->options->settings->rules);
	enum of_status status;

	check->link = link->number;
	check->run = c->run;
	check->judgement = &judgement;
	status = of_history_put_check(c->options->history, check, c->err);
	if (status != OF_OK)
		return fail(c, status);
	c->result->checked++;
	c->by_verdict[judgement.verdict]++;
	tell(c, link, check->seen, &judgement);
	return true;
}

/* The network is there: what was silent was silent on the other side. */
static bool record_held(struct checker *c)
{
	bool good = true;

	for (size_t i = 0; i < of_held_count(c->held) && good; i++) {
		const struct of_held_answer *answer = of_held_at(c->held, i);
		struct of_check check = {.seen = &answer->seen};

		good = record(c, &answer->link, &check);
	}
	of_held_clear(c->held);
	return good;
}

/* One sign is not enough for soft-404: what would a page answer that nobody wrote? */
static bool ask_sibling(struct checker *c, const struct of_link *link,
	const struct of_observation *seen, uint64_t print)
{
	const struct of_sibling_wait wait = {.link = link->number,
		.seen = *seen,
		.past = link->past,
		.expected = link->expected,
		.print = print};
	size_t number;
	bool is_new;
	uint32_t host;
	enum of_status status;

	if (!of_siblings_wait(c->siblings, &wait, &number, &is_new) || !is_new)
		return true;
	status = of_fetcher_host(
		c->fetcher, of_siblings_url(c->siblings, number), &host, c->err);
	if (status == OF_OK)
		status = of_fetcher_add(c->fetcher, host, sibling_task(c, number), c->err);
	return status == OF_OK || fail(c, status);
}

static bool is_doubtful(const struct of_observation *seen)
{
	const unsigned doubts = OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND;

	return seen->failure == OF_FAILURE_NONE && !seen->not_modified &&
	       (seen->signs & doubts) != 0 && (seen->signs & OF_SIGN_CHALLENGE) == 0;
}

/* Silence is held back; enough of it ends the loop, to see whether it is this side's. */
static bool take_silence(
	struct checker *c, const struct of_link *link, const struct of_observation *seen)
{
	if (!of_held_add(c->held, link, seen))
		return fail(c, of_err_set_nomem(c->err));
	c->suspicious = of_held_count(c->held) >= SILENCE_ANSWERS &&
			of_held_domains(c->held) >= SILENCE_DOMAINS;
	return !c->suspicious;
}

static bool take_link(struct checker *c, const struct of_fetch_answer *answer)
{
	const struct of_link *link = answer->request->context;
	const struct looked *looked = answer->result;
	const struct of_observation seen = observe(c, link, answer);
	struct of_check check = {.seen = &seen,
		.etag = answer->etag,
		.last_modified = answer->last_modified,
		.print = looked != NULL ? looked->print : 0};

	/* a host in trouble has said nothing of this link; a 429 was an answer */
	if (answer->put_off && seen.status != 429) {
		c->result->put_off++;
		return true;
	}
	if (of_failure_is_silence(seen.failure))
		return take_silence(c, link, &seen);
	if (!record_held(c) || !record(c, link, &check))
		return false;
	return !is_doubtful(&seen) || ask_sibling(c, link, &seen, check.print);
}

/* Alike: the same words, or the same page in the end. */
static bool answers_alike(const struct of_sibling_wait *wait,
	const struct of_observation *sibling, uint64_t print)
{
	if (sibling->failure != OF_FAILURE_NONE)
		return false;
	return (print != 0 && print == wait->print) ||
	       (wait->seen.n_hops > 0 &&
		       of_str_equal(wait->seen.final_url, sibling->final_url));
}

static bool take_sibling(struct checker *c, const struct of_fetch_answer *answer, size_t number)
{
	const struct looked *looked = answer->result;
	uint64_t print = looked != NULL ? looked->print : 0;
	size_t at = of_siblings_first(c->siblings, number);

	for (; at != SIZE_MAX && !answer->put_off; at = of_siblings_at(c->siblings, at)->next) {
		const struct of_sibling_wait *wait = of_siblings_at(c->siblings, at);
		struct of_observation seen = wait->seen;
		struct of_judgement judgement;
		enum of_status status;

		if (!answers_alike(wait, &answer->seen, print))
			continue;
		seen.signs |= OF_SIGN_SIBLING;
		judgement = of_verdict_judge(
			&seen, &wait->past, &wait->expected, &c->options->settings->rules);
		status = of_history_revise(c->options->history, wait->link, &judgement, c->err);
		if (status != OF_OK)
			return fail(c, status);
	}
	return true;
}

static bool done(const struct of_fetch_answer *answer, void *payload)
{
	struct checker *c = payload;

	if (answer->task < c->n_links)
		return take_link(c, answer);
	return take_sibling(c, answer, answer->task - (uint32_t)c->n_links);
}

static bool tick(void *payload)
{
	struct checker *c = payload;

	c->out_of_time = monotonic_ms() >= c->deadline;
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
	if (grown == NULL)
		return fail(c, of_err_set_nomem(c->err));
	c->links = grown;
	status = of_fetcher_host(c->fetcher, url, &host, c->err);
	if (status == OF_OK)
		status = of_fetcher_add(c->fetcher, host, (uint32_t)c->n_links, c->err);
	if (status != OF_OK)
		return fail(c, status);
	c->links[c->n_links++] = link;
	return true;
}

static enum of_status queue(struct checker *c)
{
	static const struct of_fetch_calls calls = {
		.request = request, .read = read_answer, .done = done, .tick = tick};
	struct of_fetch_calls mine = calls;
	enum of_status status;

	mine.payload = c;
	c->n_links = 0;
	of_siblings_free(c->siblings);
	c->siblings = of_siblings_new();
	if (c->siblings == NULL)
		return of_err_set_nomem(c->err);
	status = of_fetcher_new(&c->fetcher, c->options->settings, &mine, c->err);
	if (status == OF_OK)
		status = of_history_each_due(c->options->history, c->began, c->options->all,
			c->options->kinds, add_due, c, c->err);
	return status == OF_OK ? c->status : status;
}

static void count_requests(struct checker *c)
{
	struct of_fetch_counts counts;

	of_fetcher_counts(c->fetcher, &counts);
	c->result->requests += counts.requests;
	c->result->retries += counts.retries;
	c->result->bytes += counts.bytes;
}

/* Runs the queue until it is empty, or the network is in doubt. */
static enum of_status run_queue(struct checker *c)
{
	enum of_status status;

	c->suspicious = false;
	status = queue(c);
	if (status == OF_OK && c->total == 0)
		c->total = c->result->due = c->n_links;
	if (status == OF_OK)
		status = of_fetcher_run(c->fetcher, c->options->stop, c->err);
	if (c->fetcher != NULL)
		count_requests(c);
	of_fetcher_free(c->fetcher);
	c->fetcher = NULL;
	return c->status != OF_OK ? c->status : status;
}

static enum of_status try_controls(struct checker *c)
{
	enum of_status status = of_controls_try(&c->result->network_down, c->options, c->err);

	if (status == OF_OK && c->result->network_down) {
		of_held_clear(c->held);
		of_report_warning(c->options->reporter, 0, 0,
			"this machine's network is down: most of the control set gave no "
			"answer, and nothing more is recorded");
	}
	return status;
}

/* What stays silent to the end is recorded when the controls still answer. */
static enum of_status settle(struct checker *c)
{
	enum of_status status = OF_OK;

	if (of_held_count(c->held) > 0)
		status = try_controls(c);
	if (status == OF_OK && !record_held(c))
		status = c->status;
	return status;
}

static enum of_status check_all(struct checker *c)
{
	enum of_status status = try_controls(c);
	bool again = true;

	while (status == OF_OK && again && !c->result->network_down) {
		enum of_status settled;

		status = run_queue(c);
		if (status != OF_OK && status != OF_ESTOPPED)
			return status;
		settled = status == OF_OK ? settle(c) : OF_OK;
		again = c->suspicious && !c->out_of_time;
		if (settled != OF_OK)
			return settled;
	}
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
		return fail(shared->checker, of_err_set_nomem(shared->checker->err));
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
	if (status == OF_OK)
		status = find_shared(c);
	if (status != OF_OK && status != OF_ESTOPPED)
		return status;
	c->result->complete = status == OF_OK && !c->out_of_time && !c->result->network_down;
	ended = of_history_end_run(
		history, c->run, (int64_t)time(NULL), c->result->complete, c->err);
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
		.began = (int64_t)time(NULL),
		.deadline = options->budget > 0 ? monotonic_ms() + options->budget : INT64_MAX};
	enum of_status status = c.held != NULL ? run(&c) : of_err_set_nomem(err);

	of_held_free(c.held);
	of_siblings_free(c.siblings);
	free(c.links);
	return status;
}
