#include "base/str.h"
#include "base/url.h"
#include "web/chance.h"
#include "web/failure.h"
#include "web/fetch_parts.h"

static bool is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 ||
	       status == 308;
}

static void set_failure(struct of_chain *chain, enum of_failure failure, const char *words)
{
	chain->answer.seen.failure = failure;
	chain->answer.seen.words = of_str_from(words);
}

/* ---- Redirects ---- */

static bool is_same_page(struct of_str a, struct of_str b)
{
	a = of_str_slice(a, 0, of_str_find_byte(a, '#'));
	b = of_str_slice(b, 0, of_str_find_byte(b, '#'));
	return of_str_equal(a, b);
}

static bool was_visited(const struct of_chain *chain, struct of_str url)
{
	if (chain->origin == NULL && is_same_page(chain->request.url, url))
		return true;
	for (size_t i = 0; i < chain->n_hops; i++)
		if (is_same_page(chain->hops[i].url, url))
			return true;
	return false;
}

/*
 * A page that sets a cookie and sends its visitor back to itself is no loop the
 * first time: cookies are kept for as long as the chain is.
 */
static bool is_loop(struct of_chain *chain, struct of_str url)
{
	if (!was_visited(chain, url))
		return false;
	if (chain->repeated || chain->transfer->headers[OF_HEADER_SET_COOKIE].len == 0)
		return true;
	chain->repeated = true;
	return false;
}

static struct of_str resolve_location(struct of_chain *chain)
{
	struct of_str location = of_transfer_header(chain->transfer, OF_HEADER_LOCATION);
	struct of_buf *text = &chain->fetcher->parser.text;

	of_buf_clear(text);
	if (location.len > 0)
		of_url_resolve(text, chain->url, location);
	return text->status == OF_OK ? of_arena_dup(chain->arena, of_buf_str(text))
				     : (struct of_str){0};
}

/* Where the way led to the last: what was fetched, not what could not be. */
static void end_redirects(struct of_chain *chain, enum of_failure failure, const char *words)
{
	chain->answer.seen.final_url = chain->url;
	set_failure(chain, failure, words);
	of_chain_answer(chain);
}

static void follow(struct of_chain *chain, unsigned status)
{
	size_t most = chain->origin != NULL ? OF_ROBOTS_HOPS : OF_LIMIT_HOPS;
	struct of_str from = chain->url, url = resolve_location(chain);

	if (chain->fetcher->parser.text.status != OF_OK)
		of_fetcher_give_up(chain->fetcher, OF_ENOMEM, 0);
	if (url.len == 0) {
		end_redirects(chain, OF_FAILURE_BAD_REDIRECT, "a redirect to nowhere");
		return;
	}
	if (chain->n_hops == most) {
		end_redirects(chain, OF_FAILURE_TOO_MANY_REDIRECTS, "too many redirects");
		return;
	}
	if (is_loop(chain, url)) {
		chain->hops[chain->n_hops++] = (struct of_hop){status, url};
		end_redirects(chain, OF_FAILURE_REDIRECT_LOOP, "a redirect to itself");
		return;
	}
	chain->hops[chain->n_hops++] = (struct of_hop){status, url};
	if (chain->transfer->has_cookies)
		chain->n_cookies =
			of_transfer_cookies(chain->transfer, chain->arena, &chain->cookies);
	if (of_chain_aim(chain, url)) {
		of_chain_wait(chain, chain->fetcher->now);
		return;
	}
	chain->url = from;
	end_redirects(chain, OF_FAILURE_BAD_REDIRECT, "a redirect to what is no http URL");
}

/* ---- The host ---- */

static void put_host_off(struct of_chain *chain, int64_t until)
{
	struct of_host *host = &chain->fetcher->hosts.hosts[chain->host];

	host->put_off_until = until;
	host->failure = chain->answer.seen.failure;
	host->status = chain->answer.seen.status;
}

/* True when the host is put off by this: what waits there must be answered. */
static bool notice_incident(struct of_chain *chain)
{
	struct of_host *host = &chain->fetcher->hosts.hosts[chain->host];
	unsigned traits = of_failure_traits(chain->answer.seen.failure);

	if ((traits & OF_FAILURE_NO_CONTACT) == 0) {
		host->reached = host->reached || chain->transfer != NULL;
		return false;
	}
	if (host->reached || ++host->silent != OF_INCIDENT)
		return false;
	put_host_off(chain, OF_SCHEDULE_NEVER);
	return true;
}

/* Retry-After holds the whole host (RFC 9110 section 10.2.3). True as above. */
static bool heed_retry_after(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	struct of_fetch_answer *answer = &chain->answer;
	unsigned status = answer->seen.status;
	int64_t wait = answer->seen.retry_after, until;

	if (wait <= 0 || (status != 429 && status < 500))
		return false;
	until = wait < OF_SCHEDULE_NEVER / 2000 ? fetcher->now + wait * 1000
						: OF_SCHEDULE_NEVER;
	if (wait <= OF_WAIT_MOST) {
		of_schedule_hold(fetcher->hosts.turns, chain->host, until);
		fetcher->hosts.hosts[chain->host].held = until;
		return false;
	}
	/* robots.txt alone speaks for no page */
	if ((status != 429 && status != 503) || chain->origin != NULL)
		return false;
	answer->put_off = true;
	put_host_off(chain, until);
	return true;
}

/* ---- Another try ---- */

/* Exponential backoff with full jitter. */
static int64_t backoff(struct of_chain *chain)
{
	unsigned doublings = chain->tries < 16 ? chain->tries : 16;
	uint64_t most = (uint64_t)OF_BACKOFF << doublings;

	return (int64_t)(of_chance_next(&chain->fetcher->random) % (most + 1));
}

static bool may_retry(const struct of_chain *chain)
{
	const struct of_fetcher *fetcher = chain->fetcher;
	const struct of_fetch_answer *answer = &chain->answer;
	enum of_failure failure = answer->seen.failure;
	unsigned status = answer->seen.status;

	if (chain->origin != NULL || chain->tries >= fetcher->settings->retries ||
		answer->put_off || answer->seen.retry_after > OF_WAIT_MOST ||
		fetcher->hosts.hosts[chain->host].put_off_until > fetcher->now)
		return false;
	if (failure == OF_FAILURE_HTTP && status != 429 && (status < 500 || status > 599))
		return false;
	return (of_failure_traits(failure) & OF_FAILURE_RETRIED) != 0;
}

static void retry(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	int64_t wait = chain->answer.seen.retry_after * 1000;

	if (wait == 0)
		wait = backoff(chain);
	chain->tries++;
	fetcher->counts.retries++;
	of_chain_wait(chain, fetcher->now + wait);
}

/*
 * A HEAD that failed proves nothing, and a range that was refused neither: the
 * same URL again, asked for as everyone does.
 */
static bool must_ask_plainly(struct of_chain *chain)
{
	const struct of_observation *seen = &chain->answer.seen;
	bool again = false;

	if (seen->failure == OF_FAILURE_NONE || chain->answer.put_off)
		return false;
	if (chain->head && (of_failure_traits(seen->failure) & OF_FAILURE_SEEN_IN_HEAD) == 0) {
		chain->head = false;
		again = true;
	}
	if (chain->ranged && seen->status == 416) {
		chain->ranged = false;
		again = true;
	}
	return again;
}

static void decide(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	struct of_observation *seen = &chain->answer.seen;
	uint32_t host = chain->host;
	bool put_off = notice_incident(chain) || heed_retry_after(chain);

	chain->tried = true;
	chain->answer.exchanged = true;
	if (seen->failure == OF_FAILURE_NONE && is_redirect(seen->status))
		follow(chain, seen->status);
	else if (!put_off && must_ask_plainly(chain))
		of_chain_wait(chain, fetcher->now);
	else if (may_retry(chain))
		retry(chain);
	else
		of_chain_answer(chain);
	if (put_off)
		of_chain_put_off_host(fetcher, host);
}

/*
 * Who opens gates leaves requests their time before what was granted is over. A timeout after
 * that is no host's: this process did not run meanwhile, or lost what it was granted.
 */
static bool was_frozen(const struct of_chain *chain, const struct of_outcome *outcome)
{
	const struct of_fetcher *fetcher = chain->fetcher;

	return chain->origin == NULL && outcome->local == OF_OK &&
	       (outcome->failure == OF_FAILURE_TIMEOUT_TRANSFER ||
		       outcome->failure == OF_FAILURE_TIMEOUT_CONNECT ||
		       outcome->failure == OF_FAILURE_TOO_SLOW) &&
	       !of_hosts_are_open(&fetcher->hosts, chain->host, fetcher->now);
}

void of_chain_end_exchange(struct of_chain *chain, int code)
{
	struct of_observation *seen = &chain->answer.seen;
	struct of_outcome outcome;

	if (chain->late) {
		chain->late = false;
		of_chain_wait(chain, chain->fetcher->now);
		return;
	}
	of_transfer_outcome(chain->transfer, code, &outcome);
	if (was_frozen(chain, &outcome)) {
		chain->answer.put_off = true;
		of_chain_answer(chain);
		return;
	}
	if (outcome.local != OF_OK) {
		of_fetcher_give_up(chain->fetcher, outcome.local, outcome.sys_errno);
		set_failure(chain, OF_FAILURE_OTHER, "");
		of_chain_answer(chain);
		return;
	}
	chain->fetcher->counts.bytes += outcome.bytes;
	seen->failure = outcome.failure;
	seen->words = of_arena_dup(chain->arena, outcome.words);
	seen->status = outcome.status;
	seen->milliseconds = outcome.milliseconds;
	seen->retry_after = outcome.retry_after;
	seen->not_modified = outcome.status == 304;
	chain->answer.length = outcome.length;
	decide(chain);
}

void of_chain_fail(struct of_chain *chain, enum of_failure failure, const char *words)
{
	struct of_observation *seen = &chain->answer.seen;

	set_failure(chain, failure, words);
	seen->status = 0;
	seen->milliseconds = 0;
	seen->retry_after = 0;
	chain->answer.length = 0;
	of_hosts_waive(&chain->fetcher->hosts, chain->host, chain->fetcher->now);
	decide(chain);
}
