#include "base/address.h"
#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include "web/chance.h"
#include "web/failure.h"
#include "web/ping_parts.h"
#include <curl/curl.h>
#include <stddef.h>
#include <stdio.h>

/* How a try ended, but for those that were accepted. */
struct trouble {
	enum of_failure failure;
	unsigned status;
	int64_t retry_after; /* s */
	struct of_str words;
};

/* ---- The end ---- */

/* Back to idle, or to be so when the resolver, which holds on to it, calls. */
static void release(struct of_lane *lane)
{
	if (lane->state == OF_LANE_EXCHANGING) {
		curl_multi_remove_handle(lane->pinger->multi, lane->transfer->easy);
		of_transfer_clear(lane->transfer);
	}
	if (lane->state != OF_LANE_ABANDONED)
		lane->state =
			lane->state == OF_LANE_RESOLVING ? OF_LANE_ABANDONED : OF_LANE_IDLE;
}

void of_lane_drop(struct of_lane *lane)
{
	release(lane);
	if (lane->hub == NULL)
		return;
	lane->hub->busy--;
	lane->pinger->done++;
	lane->hub = NULL;
	lane->ping = NULL;
}

static void note_failure(struct of_pinged_hub *hub)
{
	if (hub->hub->why[0] == '\0')
		memcpy(hub->hub->why, hub->trouble, sizeof(hub->hub->why));
}

void of_pinger_give_up(struct of_pinger *pinger, struct of_pinged_hub *hub, const char *why)
{
	if (hub->busy == 0 && hub->next == hub->hub->count)
		return;
	if (hub->trouble[0] == '\0')
		snprintf(hub->trouble, sizeof(hub->trouble), "%s", why);
	note_failure(hub);
	pinger->done += hub->hub->count - hub->next;
	hub->next = hub->hub->count;
	for (size_t i = 0; i < OF_PING_LANES; i++)
		if (pinger->lanes[i].hub == hub)
			of_lane_drop(&pinger->lanes[i]);
}

static void deliver(struct of_lane *lane)
{
	struct of_pinged_hub *hub = lane->hub;

	lane->ping->delivered = true;
	hub->hub->delivered++;
	hub->until = lane->pinger->now + OF_PING_PATIENCE;
	of_lane_drop(lane);
}

/* ---- Another try ---- */

/* At least half of it, so that a hub in trouble has a rest; the other half by chance. */
static int64_t backoff(struct of_lane *lane)
{
	uint64_t half = (uint64_t)(OF_PING_BACKOFF / 2) << lane->tries;

	return (int64_t)(half + of_chance_next(&lane->pinger->random) % (half + 1));
}

static bool may_pass(const struct trouble *trouble)
{
	if (trouble->failure == OF_FAILURE_HTTP)
		return trouble->status == 429 ||
		       (trouble->status >= 500 && trouble->status <= 599);
	return (of_failure_traits(trouble->failure) & OF_FAILURE_RETRIED) != 0;
}

static void describe(struct of_pinged_hub *hub, const struct trouble *trouble)
{
	int len = trouble->words.len < 160 ? (int)trouble->words.len : 160;

	if (len > 0)
		snprintf(hub->trouble, sizeof(hub->trouble), "%.*s", len, trouble->words.ptr);
	else if (trouble->status > 0)
		snprintf(hub->trouble, sizeof(hub->trouble), "it answers with status %u",
			trouble->status);
	else
		snprintf(hub->trouble, sizeof(hub->trouble), "%s",
			of_failure_name(trouble->failure));
}

static void try_again(struct of_lane *lane, int64_t wait)
{
	struct of_pinged_hub *hub = lane->hub;

	release(lane);
	lane->state = OF_LANE_WAITING;
	lane->due = lane->pinger->now + wait;
	lane->tries++;
	lane->hops = 0;
	of_buf_clear(&lane->url);
	of_buf_add_str(&lane->url, hub->hub->url);
}

/*
 * Retry-After holds the whole hub (RFC 9110 section 10.2.3). What is no answer is
 * a trouble of the hub's, whatever the topic: the others need no try.
 */
static void fail(struct of_lane *lane, const struct trouble *trouble)
{
	struct of_pinged_hub *hub = lane->hub;
	int64_t left = hub->until - lane->pinger->now;
	int64_t wait = trouble->retry_after < left / 1000 + 1 ? trouble->retry_after * 1000
							      : OF_PING_PATIENCE;
	bool last = lane->tries + 1 >= OF_PING_TRIES || !may_pass(trouble);

	describe(hub, trouble);
	if (!last && wait > 0 && lane->pinger->now + wait > hub->held_until)
		hub->held_until = lane->pinger->now + wait;
	if (wait == 0)
		wait = backoff(lane);
	if (!last && wait < left) {
		try_again(lane, wait);
	} else if (!last || trouble->failure != OF_FAILURE_HTTP) {
		of_pinger_give_up(lane->pinger, hub, "");
	} else {
		note_failure(hub);
		of_lane_drop(lane);
	}
}

static void fail_with(struct of_lane *lane, enum of_failure failure, const char *words)
{
	const struct trouble trouble = {.failure = failure, .words = of_str_from(words)};

	fail(lane, &trouble);
}

/* ---- The way there ---- */

static bool start(struct of_lane *lane)
{
	struct of_exchange exchange = {
		.url = lane->target.uri,
		.host = lane->target.host,
		.port = lane->target.port,
		.addresses = lane->addresses,
		.n_addresses = lane->n_addresses,
		.form = of_buf_str(&lane->form),
		.literal = lane->target.literal,
		.cap = OF_PING_BODY,
	};

	if (lane->transfer == NULL)
		lane->transfer = of_transfer_new(&lane->pinger->transport);
	if (lane->transfer == NULL)
		return false;
	lane->transfer->owner = lane;
	if (!of_transfer_prepare(lane->transfer, &exchange) ||
		curl_multi_add_handle(lane->pinger->multi, lane->transfer->easy) != CURLM_OK)
		return false;
	lane->state = OF_LANE_EXCHANGING;
	return true;
}

/* To those addresses of the name that may be reached. */
static void connect_to(struct of_lane *lane, const union of_address *from, size_t count)
{
	const struct of_audit_settings *settings = &lane->pinger->settings;

	lane->n_addresses = 0;
	for (size_t i = 0; i < count && lane->n_addresses < OF_NAME_ADDRESSES; i++)
		if (of_address_is_allowed(&from[i].any, settings->allow_addresses,
			    settings->n_allow_addresses))
			lane->addresses[lane->n_addresses++] = from[i];
	if (lane->n_addresses == 0)
		fail_with(lane, OF_FAILURE_FORBIDDEN,
			"no address of the host is globally routable, or in "
			"audit.allow_addresses");
	else if (!start(lane))
		lane->pinger->status = OF_ENOMEM;
}

static void on_name(struct of_name_waiter *waiter, const struct of_name *name)
{
	struct of_lane *lane =
		(struct of_lane *)((char *)waiter - offsetof(struct of_lane, waiter));
	bool abandoned = lane->state == OF_LANE_ABANDONED;

	lane->state = OF_LANE_IDLE;
	if (abandoned)
		return;
	if (name->failure != OF_FAILURE_NONE)
		fail_with(lane, name->failure, name->words);
	else
		connect_to(lane, name->addresses, name->count);
}

void of_lane_begin(struct of_lane *lane)
{
	struct of_pinger *pinger = lane->pinger;

	lane->state = OF_LANE_IDLE;
	of_arena_clear(lane->arena);
	if (lane->url.status != OF_OK || lane->form.status != OF_OK) {
		pinger->status = OF_ENOMEM;
	} else if (!of_target_parse(&lane->target, &pinger->parser, of_buf_str(&lane->url),
			   lane->arena)) {
		if (pinger->parser.no_memory)
			pinger->status = OF_ENOMEM;
		else
			fail_with(lane, OF_FAILURE_INVALID_URL, "no URL that can be asked");
	} else if (lane->target.literal) {
		connect_to(lane, &lane->target.address, 1);
	} else {
		lane->state = OF_LANE_RESOLVING;
		lane->waiter.call = on_name;
		of_resolver_ask(
			pinger->resolver, lane->target.host, pinger->now, &lane->waiter);
	}
}

/* All but what is unreserved (RFC 3986 section 2.3), which a form's reader takes back. */
static void add_escaped(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (of_byte_is_alpha(c) || of_byte_is_digit(c) || strchr("-._~", c) != NULL)
			of_buf_add_byte(out, c);
		else
			of_buf_add_format(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

void of_lane_take(struct of_lane *lane, struct of_pinged_hub *hub)
{
	lane->hub = hub;
	lane->ping = &hub->hub->pings[hub->next++];
	lane->tries = lane->hops = 0;
	hub->busy++;
	of_buf_clear(&lane->url);
	of_buf_add_str(&lane->url, hub->hub->url);
	of_buf_clear(&lane->form);
	of_buf_add_text(&lane->form, "hub.mode=publish&hub.url=");
	add_escaped(&lane->form, lane->ping->topic);
	of_buf_add_text(&lane->form, "&hub.topic=");
	add_escaped(&lane->form, lane->ping->topic);
	of_lane_begin(lane);
}

/* ---- The answer ---- */

/* 307 and 308 alone: after the others the next request would be another (RFC 9110
 * section 15.4).
 */
static bool may_follow(const struct of_lane *lane, unsigned status)
{
	return (status == 307 || status == 308) && lane->hops < OF_PING_HOPS &&
	       of_transfer_header(lane->transfer, OF_HEADER_LOCATION).len > 0;
}

static void follow(struct of_lane *lane)
{
	struct of_str location = of_transfer_header(lane->transfer, OF_HEADER_LOCATION);
	struct of_buf url = {0};

	of_url_resolve(&url, of_buf_str(&lane->url), location);
	of_buf_finish(&lane->url);
	lane->url = url;
	lane->hops++;
	release(lane);
	of_lane_begin(lane);
}

void of_lane_end_exchange(struct of_lane *lane, int code)
{
	struct trouble trouble = {.failure = OF_FAILURE_HTTP};
	struct of_outcome outcome;

	of_transfer_outcome(lane->transfer, code, &outcome);
	trouble.status = outcome.status;
	trouble.retry_after = outcome.retry_after;
	trouble.words = outcome.words;
	if (outcome.failure != OF_FAILURE_NONE)
		trouble.failure = outcome.failure;
	if (outcome.failure == OF_FAILURE_NONE && outcome.status / 100 == 2) {
		deliver(lane);
	} else if (outcome.failure == OF_FAILURE_NONE && may_follow(lane, outcome.status)) {
		follow(lane);
	} else {
		fail(lane, &trouble);
	}
}
