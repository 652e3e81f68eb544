/* What is asked, what came back, and what is kept of it. */
#include "audit/checker.h"
#include "audit/controls.h"
#include "audit/evidence.h"
#include "audit/recheck.h"
#include "audit/signs.h"
#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include "web/document.h"
#include <time.h>

/* So many answers of nothing but silence: is it this side? */
#define SILENCE_ANSWERS 50
/* Where there are no controls to ask, and nothing came back at all: that many say it is. */
#define SILENCE_MOST 1000
#define SILENCE_DOMAINS 3

/* What a worker made of an answer. */
struct looked {
	const struct of_page *page;
	unsigned signs;
	uint64_t print; /* 0 where nobody asks for it */
	bool compared;  /* with the item */
	struct of_likeness likeness;
};

/* -- Requests */

/* By another process, since it was found to be due; or it was found twice by this one, as a
 * worker may whose lease ran out. */
static bool was_checked(const struct checker *c, const struct of_link *link)
{
	int64_t since = c->began;

	if (c->keeper == NULL || link->past.checks == 0)
		return false;
	if (c->options->works)
		since = (int64_t)time(NULL) + c->shift - OF_RECHECK_NEXT_RUN / 2;
	return link->past.last_checked >= since;
}

static bool request_link(struct checker *c, uint32_t task, struct of_fetch_request *request,
	struct of_arena *arena)
{
	const unsigned images = OF_LINK_KIND_IMAGE | OF_LINK_KIND_PICTURE;
	struct of_link *link = of_arena_take(arena, 1, sizeof(*link));
	enum of_status status;

	if (link == NULL)
		return of_checker_fail(c, of_err_set_nomem(c->err));
	status = of_history_get_link(c->options->history, c->links[task], link, arena, c->err);
	if (status != OF_OK)
		return of_checker_fail(c, status);
	if (was_checked(c, link)) {
		c->result->due--;
		c->total--;
		return false;
	}
	*request = (struct of_fetch_request){.url = link->url,
		.kind = (link->kinds & ~images) == 0 ? OF_FETCH_IMAGE : OF_FETCH_PAGE,
		.context = link};
	if (link->past.checks > 0 && link->past.failure == OF_FAILURE_NONE) {
		request->etag = link->etag;
		request->last_modified = link->last_modified;
	}
	return true;
}

bool of_answers_request(
	uint32_t task, struct of_fetch_request *request, struct of_arena *arena, void *payload)
{
	struct checker *c = payload;

	if (task < c->n_links)
		return request_link(c, task, request, arena);
	if (of_controls_are_meant(task)) {
		*request = (struct of_fetch_request){
			.url = of_controls_url(&c->controls, task), .kind = OF_FETCH_PAGE};
		return true;
	}
	*request = (struct of_fetch_request){
		.url = of_siblings_url(c->siblings, task - OF_CHECKER_SIBLINGS),
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

/* It is known of the page that the link landed on. */
static unsigned sign_of_past(const struct of_link *link, const struct of_observation *seen)
{
	bool same = seen->n_hops > 0 && of_str_equal(seen->final_url, link->final_url);

	return same ? link->past.signs & OF_SIGN_SHARED : 0;
}

static bool is_doubtful(const struct of_observation *seen)
{
	const unsigned doubts =
		OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND | OF_SIGN_SHARED;

	return seen->failure == OF_FAILURE_NONE && !seen->not_modified &&
	       __builtin_popcount(seen->signs & doubts) == 1 &&
	       (seen->signs & OF_SIGN_CHALLENGE) == 0;
}

/* A print is compared where there is doubt, and of what is asked to settle it. */
static bool needs_print(const struct of_fetch_answer *answer, unsigned signs)
{
	const struct of_link *link = answer->request->context;
	struct of_observation seen = answer->seen;

	if (link == NULL)
		return true;
	seen.signs |= signs | sign_of_past(link, &seen);
	return is_doubtful(&seen);
}

/* As judging would: but that has one thread for all links. */
static void compare(struct looked *looked, const struct of_fetch_answer *answer)
{
	const struct of_link *link = answer->request->context;
	const struct of_observation seen = {.page = looked->page};

	if (link == NULL || looked->page == NULL)
		return;
	looked->likeness = of_evidence_compare(&seen, &link->expected);
	looked->compared = true;
}

void of_answers_read(struct of_fetch_answer *answer, void *payload)
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
	compare(looked, answer);
	if (needs_print(answer, looked->signs))
		looked->print = of_signs_print(looked->page, seen->final_url);
	answer->result = looked;
}

/* -- Answers */

static struct of_str domain_of(const struct checker *c, struct of_str url, struct of_buf *host)
{
	of_url_add_host(host, url);
	return of_domain_registrable(c->options->domains, of_buf_str(host));
}

/* Another domain is a sign, unless the whole site moved there. */
static bool changed_domain(struct checker *c, const struct of_observation *seen)
{
	struct of_buf host = {0};
	struct of_buf final_host = {0};
	struct of_str from, to;
	bool moved = false;
	bool changed;

	if (seen->n_hops == 0)
		return false;
	from = domain_of(c, seen->url, &host);
	to = domain_of(c, seen->final_url, &final_host);
	changed = !of_str_equal(from, to);
	/* nobody is there to say: it is no sign */
	if (changed && of_history_health(c->options->history) != OF_HISTORY_FINE) {
		moved = true;
	} else if (changed) {
		enum of_status status =
			of_landings_moved(c->landings, from, to, &moved, c->err);

		if (status != OF_OK)
			of_checker_fail(c, status);
	}
	of_buf_finish(&host);
	of_buf_finish(&final_host);
	return changed && !moved;
}

static struct of_observation observe(
	struct checker *c, const struct of_link *link, const struct of_fetch_answer *answer)
{
	const struct looked *looked = answer->result;
	struct of_observation seen = answer->seen;

	seen.at += c->shift;
	if (looked != NULL) {
		seen.signs |= looked->signs;
		seen.page = looked->page;
		seen.compared = looked->compared;
		seen.likeness = looked->likeness;
	} else
		seen.signs |= signs_of(answer, NULL);
	if (changed_domain(c, &seen))
		seen.signs |= OF_SIGN_DOMAIN;
	seen.signs |= sign_of_past(link, &seen);
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
	check->judgement = NULL; /* it ends here, the check does not */
	if (status != OF_OK)
		return of_checker_fail(c, status);
	c->result->checked++;
	c->by_verdict[judgement.verdict]++;
	tell(c, link, check->seen, &judgement);
	return true;
}

bool of_answers_record_held(struct checker *c)
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
		status = of_fetcher_add(
			c->fetcher, host, OF_CHECKER_SIBLINGS + (uint32_t)number, c->err);
	return status == OF_OK || of_checker_fail(c, status);
}

/* -- Silence */

bool of_answers_all_silent(const struct checker *c)
{
	return c->answered == 0 && of_held_domains(c->held) >= SILENCE_DOMAINS;
}

/* Enough is held back: the controls say what it means, or what else came back. */
bool of_answers_settle(struct checker *c)
{
	enum of_status status;

	if (c->controls.asked > 0)
		return true;
	if (c->controls.count > 0) {
		status = of_controls_ask(&c->controls, c->fetcher, c->err);
		return status == OF_OK || of_checker_fail(c, status);
	}
	if (!of_answers_all_silent(c))
		return of_answers_record_held(c);
	return of_held_count(c->held) < SILENCE_MOST || of_checker_network_down(c);
}

static bool take_silence(
	struct checker *c, const struct of_link *link, const struct of_observation *seen)
{
	if (!of_held_add(c->held, link, seen))
		return of_checker_fail(c, of_err_set_nomem(c->err));
	return of_held_count(c->held) < SILENCE_ANSWERS || of_answers_settle(c);
}

/* What a whole host fails by, not one page of it. */
static bool is_of_host(enum of_failure failure)
{
	return failure == OF_FAILURE_REFUSED || failure == OF_FAILURE_UNREACHABLE ||
	       failure == OF_FAILURE_TIMEOUT_CONNECT || failure == OF_FAILURE_DNS_SERVFAIL;
}

static bool note_silent_host(struct checker *c, const struct of_observation *seen)
{
	struct of_buf host = {0};
	enum of_status status = OF_OK;
	struct of_str key;

	if (seen->n_hops > 0 || !is_of_host(seen->failure))
		return true;
	of_url_add_host(&host, seen->url);
	if (of_map_get(&c->silent_hosts, of_buf_str(&host)) == NULL) {
		key = of_arena_keep(c->names, &host);
		status = of_arena_status(c->names, c->err);
		if (status == OF_OK)
			status = of_map_put(&c->silent_hosts, key, seen->failure, c->err);
	}
	of_buf_finish(&host);
	return status == OF_OK || of_checker_fail(c, status);
}

/*
 * A host that was put off is one incident: its other links were not asked for.
 * Those of the very name that gave no answer share its silence; of others of its
 * domain nothing is known.
 */
static bool take_put_off(
	struct checker *c, const struct of_link *link, const struct of_observation *answered)
{
	struct of_observation seen = *answered;
	struct of_buf host = {0};
	const size_t *failure;

	of_url_add_host(&host, link->url);
	failure = of_map_get(&c->silent_hosts, of_buf_str(&host));
	of_buf_finish(&host);
	if (failure == NULL)
		return true;
	seen.failure = (enum of_failure) * failure;
	seen.status = 0;
	seen.n_hops = 0;
	seen.final_url = link->url;
	seen.words = STR("not asked for: its host gave no answer to the links before");
	return take_silence(c, link, &seen);
}

/* An answer of its own, although the host is put off by it. */
static bool told_to_wait(const struct of_fetch_answer *answer)
{
	return answer->exchanged && answer->seen.failure == OF_FAILURE_HTTP &&
	       (answer->seen.status == 429 || answer->seen.status == 503);
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

	if (answer->put_off && !told_to_wait(answer))
		return take_put_off(c, link, &seen);
	if (of_failure_is_silence(seen.failure))
		return note_silent_host(c, &seen) && take_silence(c, link, &seen);
	c->answered++;
	if (!of_answers_record_held(c) || !record(c, link, &check))
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
			return of_checker_fail(c, status);
	}
	return true;
}

static bool take_control(struct checker *c, const struct of_fetch_answer *answer)
{
	if (!of_controls_take(&c->controls, answer))
		return true;
	return of_controls_are_down(&c->controls) ? of_checker_network_down(c)
						  : of_answers_record_held(c);
}

bool of_answers_take(const struct of_fetch_answer *answer, void *payload)
{
	struct checker *c = payload;

	if (answer->task < c->n_links)
		return take_link(c, answer);
	if (of_controls_are_meant(answer->task))
		return take_control(c, answer);
	return take_sibling(c, answer, answer->task - OF_CHECKER_SIBLINGS);
}
