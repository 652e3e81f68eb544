#include "base/address.h"
#include "base/str.h"
#include "web/fetch_parts.h"
#include <stddef.h>
#include <stdlib.h>

#define PUT_BACK INT64_C(1000) /* ms, of a task that comes when too many chains wait */

static void set_busy(struct of_chain *chain, bool busy)
{
	if (chain->busy != busy)
		chain->fetcher->busy += busy ? 1 : (size_t)-1;
	chain->busy = busy;
}

static void give_places_back(struct of_chain *chain)
{
	struct of_hosts *hosts = &chain->fetcher->hosts;

	if (chain->host_place)
		of_hosts_done(hosts, chain->host, chain->fetcher->now);
	if (chain->address_place)
		of_schedule_done(hosts->address_turns, chain->address, chain->fetcher->now);
	chain->host_place = chain->address_place = false;
}

void of_chain_release(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	struct of_transfer *transfer = chain->transfer;

	give_places_back(chain);
	set_busy(chain, false);
	chain->transfer = NULL;
	if (transfer == NULL)
		return;
	of_transfer_clear(transfer);
	transfer->next = fetcher->spare_transfers;
	fetcher->spare_transfers = transfer;
}

void of_fetcher_give_up(struct of_fetcher *fetcher, enum of_status status, int sys_errno)
{
	if (fetcher->status == OF_OK) {
		fetcher->status = status;
		fetcher->sys_errno = sys_errno;
	}
	fetcher->stopping = true;
}

static void lack_memory(struct of_chain *chain)
{
	of_fetcher_give_up(chain->fetcher, OF_ENOMEM, 0);
}

bool of_chain_aim(struct of_chain *chain, struct of_str url)
{
	struct of_parser *parser = &chain->fetcher->parser;

	chain->url = url;
	if (of_target_parse(&chain->target, parser, url, chain->arena)) {
		if (of_parser_keep(parser, &chain->parts))
			return true;
		lack_memory(chain);
	} else if (parser->no_memory) {
		lack_memory(chain);
	}
	return false;
}

void of_chain_wait(struct of_chain *chain, int64_t not_before)
{
	struct of_fetcher *fetcher = chain->fetcher;
	struct of_hosts *hosts = &fetcher->hosts;

	of_chain_release(chain);
	if (of_hosts_find(hosts, chain->target.host, &chain->host, NULL) != OF_OK ||
		of_schedule_add_first(hosts->turns, chain->host, OF_FETCH_TASKS + chain->slot,
			not_before, NULL) != OF_OK)
		lack_memory(chain);
	else
		of_hosts_count(hosts, chain->host, 1);
}

/* ---- The end of the way ---- */

void of_chain_done(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;

	if (of_arena_status(chain->arena, NULL) != OF_OK)
		lack_memory(chain);
	if (fetcher->status != OF_OK)
		chain->answer.put_off = true;
	if (!fetcher->calls.done(&chain->answer, fetcher->calls.payload))
		fetcher->stopping = true;
	of_chain_free(chain);
}

/* What the exchange brought, borrowed from it. */
static void fill_answer(struct of_chain *chain)
{
	const struct of_transfer *transfer = chain->transfer;
	struct of_fetch_answer *answer = &chain->answer;
	struct of_observation *seen = &answer->seen;

	answer->request = &chain->request;
	answer->arena = chain->arena;
	seen->at = (int64_t)time(NULL);
	seen->url = chain->request.url;
	if (seen->final_url.len == 0)
		seen->final_url = chain->url;
	seen->hops = chain->hops;
	seen->n_hops = chain->n_hops;
	if (transfer == NULL)
		return;
	answer->type = of_transfer_header(transfer, OF_HEADER_TYPE);
	answer->etag = of_transfer_header(transfer, OF_HEADER_ETAG);
	answer->last_modified = of_transfer_header(transfer, OF_HEADER_LAST_MODIFIED);
	answer->link = of_transfer_header(transfer, OF_HEADER_LINK);
	answer->server = of_transfer_header(transfer, OF_HEADER_SERVER);
	answer->body = of_buf_str(&transfer->body);
	answer->truncated = transfer->truncated;
}

void of_chain_answer(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;

	if (chain->origin != NULL) {
		of_chain_end_robots(chain);
		return;
	}
	fill_answer(chain);
	/* The host is free for the next while this one is read. */
	give_places_back(chain);
	if (chain->answer.body.len == 0 || fetcher->readers == NULL) {
		of_chain_done(chain);
		return;
	}
	chain->next = fetcher->to_read;
	fetcher->to_read = chain;
}

/* A chain that had an answer already keeps what it saw. */
static void put_off(struct of_chain *chain, const struct of_host *host)
{
	struct of_observation *seen = &chain->answer.seen;

	if (!chain->tried) {
		chain->answer.put_off = true;
		if (host != NULL) {
			seen->failure = host->failure;
			seen->status = host->status;
		}
	}
	of_chain_answer(chain);
}

/* ---- A turn ---- */

static struct of_chain *begin_task(struct of_fetcher *fetcher, uint32_t task)
{
	struct of_chain *chain = of_chain_new(fetcher);
	struct of_fetch_request *request;

	if (chain == NULL) {
		of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
		return NULL;
	}
	request = &chain->request;
	chain->answer.task = task;
	if (!fetcher->calls.request(task, request, chain->arena, fetcher->calls.payload)) {
		of_chain_free(chain);
		return NULL;
	}
	chain->head =
		request->kind == OF_FETCH_PAGE && fetcher->settings->method == OF_METHOD_HEAD;
	chain->ranged = request->kind == OF_FETCH_IMAGE;
	return chain;
}

static struct of_chain *chain_of(struct of_fetcher *fetcher, uint32_t task)
{
	return task >= OF_FETCH_TASKS ? fetcher->chains[task - OF_FETCH_TASKS]
				      : begin_task(fetcher, task);
}

void of_chain_put_off_host(struct of_fetcher *fetcher, uint32_t host)
{
	uint32_t task;

	while (!fetcher->stopping && of_schedule_drop(fetcher->hosts.turns, host, &task)) {
		struct of_chain *chain;

		of_hosts_count(&fetcher->hosts, host, -1);
		chain = chain_of(fetcher, task);
		if (chain == NULL)
			continue;
		if (chain->url.len == 0)
			chain->url = chain->request.url;
		put_off(chain, &fetcher->hosts.hosts[host]);
	}
}

/* Those addresses of a name that may be reached. */
static void keep_allowed(struct of_chain *chain, const union of_address *from, size_t count)
{
	const struct of_audit_settings *settings = chain->fetcher->settings;
	union of_address *kept = of_arena_take(chain->arena, count, sizeof(*kept));

	chain->addresses = kept;
	chain->n_addresses = 0;
	for (size_t i = 0; i < count && kept != NULL; i++)
		if (of_address_is_allowed(&from[i].any, settings->allow_addresses,
			    settings->n_allow_addresses))
			kept[chain->n_addresses++] = from[i];
}

static void queue_at_address(
	struct of_chain *chain, const union of_address *addresses, size_t count)
{
	struct of_fetcher *fetcher = chain->fetcher;
	struct of_hosts *hosts = &fetcher->hosts;

	keep_allowed(chain, addresses, count);
	if (chain->n_addresses == 0) {
		of_chain_fail(chain, OF_FAILURE_FORBIDDEN,
			"no address of the host is globally routable");
		return;
	}
	if (of_hosts_find_address(hosts, chain->host, chain->addresses, chain->n_addresses,
		    &chain->address, NULL) != OF_OK ||
		of_schedule_add(hosts->address_turns, chain->address, chain->slot, NULL) !=
			OF_OK)
		lack_memory(chain);
}

static void on_name(struct of_name_waiter *waiter, const struct of_name *name)
{
	struct of_chain *chain =
		(struct of_chain *)((char *)waiter - offsetof(struct of_chain, waiter));

	set_busy(chain, false);
	if (chain->fetcher->stopping)
		return;
	if (name->no_memory)
		lack_memory(chain);
	else if (name->failure != OF_FAILURE_NONE)
		of_chain_fail(chain, name->failure, name->words);
	else
		queue_at_address(chain, name->addresses, name->count);
}

static void resolve(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;

	if (chain->target.literal) {
		queue_at_address(chain, &chain->target.address, 1);
		return;
	}
	set_busy(chain, true);
	chain->waiter.call = on_name;
	of_resolver_ask(fetcher->resolver, chain->target.host, fetcher->now, &chain->waiter);
}

/* More chains than may wait: the task goes back to where it was. */
static bool put_back(struct of_fetcher *fetcher, uint32_t host, uint32_t task)
{
	struct of_schedule *turns = fetcher->hosts.turns;

	if (task >= OF_FETCH_TASKS ||
		fetcher->live < fetcher->settings->concurrency + (size_t)OF_CHAINS_PARKED)
		return false;
	if (of_schedule_add_first(turns, host, task, fetcher->now + PUT_BACK, NULL) != OF_OK)
		of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
	else
		of_hosts_count(&fetcher->hosts, host, 1);
	of_hosts_done(&fetcher->hosts, host, fetcher->now);
	return true;
}

void of_chain_take(struct of_fetcher *fetcher, uint32_t host, uint32_t task)
{
	const struct of_host *of;
	struct of_chain *chain;

	of_hosts_count(&fetcher->hosts, host, -1);
	if (put_back(fetcher, host, task))
		return;
	chain = chain_of(fetcher, task);
	if (chain == NULL) {
		of_hosts_done(&fetcher->hosts, host, fetcher->now);
		return;
	}
	of = &fetcher->hosts.hosts[host];
	chain->host = host;
	chain->host_place = true;
	if (chain->url.len == 0 && chain->home == OF_NO_GATE) {
		chain->home = of->gate;
		of_hosts_count_chain(&fetcher->hosts, chain->home, 1);
	}
	if (chain->url.len == 0 && !of_chain_aim(chain, chain->request.url))
		of_chain_fail(chain, OF_FAILURE_INVALID_URL, "not a URL that can be fetched");
	else if (of->put_off_until > fetcher->now)
		put_off(chain, of);
	else if (of_chain_asks_robots(chain))
		resolve(chain);
}

/* ---- The exchange ---- */

static struct of_transfer *take_transfer(struct of_fetcher *fetcher)
{
	struct of_transfer *transfer = fetcher->spare_transfers;

	if (transfer == NULL)
		return of_transfer_new(&fetcher->transport);
	fetcher->spare_transfers = transfer->next;
	return transfer;
}

static size_t cap_of(const struct of_chain *chain)
{
	if (chain->origin != NULL)
		return OF_ROBOTS_LIMIT;
	if (chain->request.kind == OF_FETCH_IMAGE)
		return OF_IMAGE_BODY;
	return chain->fetcher->settings->max_body;
}

/*
 * No connection is kept that nobody will use: not when nothing waits at the
 * host, nor when more hosts wait than connections are kept. libcurl looks through
 * every host that it ever let go of an idle connection of, each time anew.
 */
static bool is_last(const struct of_chain *chain)
{
	const struct of_fetcher *fetcher = chain->fetcher;
	const struct of_hosts *hosts = &fetcher->hosts;

	if (hosts->n_waiting > fetcher->most_connections)
		return true;
	return chain->origin == NULL && hosts->hosts[chain->host].waiting == 0 &&
	       hosts->n_hosts > fetcher->most_connections;
}

static bool start(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	bool first = chain->n_hops == 0 && chain->origin == NULL;
	struct of_exchange exchange = {
		.url = chain->target.uri,
		.parts = chain->parts,
		.host = chain->target.host,
		.port = chain->target.port,
		.addresses = chain->addresses,
		.n_addresses = chain->n_addresses,
		.cookies = chain->cookies,
		.n_cookies = chain->n_cookies,
		.head = chain->head,
		.ranged = chain->ranged,
		.page = chain->request.kind == OF_FETCH_PAGE && chain->origin == NULL,
		.literal = chain->target.literal,
		.last = is_last(chain),
		.cap = cap_of(chain),
	};

	if (first) {
		exchange.etag = chain->request.etag;
		exchange.last_modified = chain->request.last_modified;
	}
	chain->transfer = take_transfer(fetcher);
	if (chain->transfer == NULL)
		return false;
	chain->transfer->owner = chain;
	return of_transfer_prepare(chain->transfer, &exchange) &&
	       of_loop_start(fetcher, chain->transfer);
}

/* The process may have been kept from running since the turn was taken, for however long. */
static bool is_in_time(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;

	if (fetcher->hosts.hosts[chain->host].gate == OF_NO_GATE)
		return true;
	of_loop_tell_time(fetcher);
	return of_hosts_are_open(&fetcher->hosts, chain->host, fetcher->now);
}

static void leave(struct of_chain *chain)
{
	struct of_hosts *hosts = &chain->fetcher->hosts;

	of_loop_tell_time(chain->fetcher);
	of_hosts_left(hosts, chain->host, chain->fetcher->now);
	of_schedule_started(hosts->address_turns, chain->address, chain->fetcher->now);
}

void of_chain_begin(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	const struct of_host *host = &fetcher->hosts.hosts[chain->host];

	chain->address_place = true;
	if (host->put_off_until > fetcher->now) {
		put_off(chain, host);
		return;
	}
	if (!is_in_time(chain)) {
		of_chain_wait(chain, fetcher->now);
		return;
	}
	set_busy(chain, true);
	fetcher->counts.requests++;
	if (!start(chain))
		lack_memory(chain);
	else
		leave(chain);
}

/* Once when the connection is looked for, and once more when it is there: the delay counts
 * from the later. */
bool of_chain_left(void *payload)
{
	struct of_chain *chain = payload;

	chain->late = !is_in_time(chain);
	if (!chain->late)
		leave(chain);
	return !chain->late;
}

/* ---- A stop ---- */

static void abort_one(struct of_chain *chain)
{
	if (chain->transfer != NULL)
		of_loop_stop(chain->fetcher, chain->transfer);
	if (chain->origin != NULL) {
		of_chain_free(chain);
		return;
	}
	if (chain->url.len == 0)
		chain->url = chain->request.url;
	of_chain_release(chain);
	chain->answer.put_off = true;
	fill_answer(chain);
	of_chain_done(chain);
}

/* Those with a reader were taken back before, and answered. */
void of_chain_abort_all(struct of_fetcher *fetcher)
{
	of_resolver_cancel(fetcher->resolver);
	for (size_t i = 0; i < fetcher->n_chains; i++)
		if (fetcher->chains[i] != NULL)
			abort_one(fetcher->chains[i]);
}
