#include "base/str.h"
#include "web/fetch_parts.h"

/* The chain that fetches it takes the turn of the page that came first. */
static void ask(struct of_chain *page, struct of_origin *origin, struct of_chain *chain)
{
	struct of_fetcher *fetcher = page->fetcher;
	struct of_buf *text = &fetcher->parser.text;
	struct of_str host = page->target.host;
	bool six = of_str_find_byte(host, ':') != OF_NPOS;
	struct of_str url;

	of_buf_clear(text);
	of_buf_add_text(text, page->target.secure ? "https://" : "http://");
	of_buf_add_text(text, six ? "[" : "");
	of_buf_add_str(text, host);
	of_buf_add_format(text, "%s:%u/robots.txt", six ? "]" : "", page->target.port);
	url = of_arena_dup(chain->arena, of_buf_str(text));
	origin->state = OF_ORIGIN_ASKED;
	chain->origin = origin;
	chain->request = (struct of_fetch_request){.url = url, .kind = OF_FETCH_FILE};
	if (!of_chain_aim(chain, url)) {
		of_chain_end_robots(chain);
		return;
	}
	of_hosts_count(&fetcher->hosts, page->host, 1);
	of_chain_take(fetcher, page->host, OF_FETCH_TASKS + chain->slot);
}

static bool is_allowed(const struct of_chain *chain, const struct of_origin *origin)
{
	if (origin->refused)
		return false;
	return origin->rules == NULL || of_robots_allows(origin->rules, chain->target.path);
}

bool of_chain_asks_robots(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;
	struct of_origin *origin;
	struct of_chain *robots = NULL;

	if (fetcher->settings->robots == OF_ROBOTS_IGNORE || chain->origin != NULL)
		return true;
	/* nothing is asked for that a robots.txt may disallow */
	if (of_hosts_find_origin(&fetcher->hosts, &chain->target, &origin, NULL) != OF_OK) {
		of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
		return false;
	}
	if (origin->state == OF_ORIGIN_KNOWN) {
		if (is_allowed(chain, origin))
			return true;
		of_chain_fail(chain, OF_FAILURE_ROBOTS, "robots.txt disallows it");
		return false;
	}
	if (origin->state == OF_ORIGIN_NEW && (robots = of_chain_new(fetcher)) == NULL) {
		of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
		return false;
	}
	chain->next = NULL;
	*origin->last_waiter = chain;
	origin->last_waiter = &chain->next;
	if (robots == NULL) {
		of_chain_release(chain);
		return false;
	}
	chain->host_place = false; /* it is the other's now */
	ask(chain, origin, robots);
	return false;
}

/* Crawl-delay is of the whole queue, and makes it slower only. */
static void heed_delay(struct of_chain *chain, uint32_t host, int64_t delay)
{
	struct of_hosts *hosts = &chain->fetcher->hosts;

	if (delay > OF_WAIT_MOST * 1000)
		delay = OF_WAIT_MOST * 1000;
	if (delay <= hosts->hosts[host].slowed)
		return;
	hosts->hosts[host].slowed = delay;
	of_schedule_set_delay(hosts->turns, host, delay);
}

/* RFC 9309 section 2.3.1: what cannot be had allows all with 4xx, and nothing with 5xx. */
static void learn(struct of_chain *chain, struct of_origin *origin, uint32_t host)
{
	const struct of_observation *seen = &chain->answer.seen;
	bool obey = chain->fetcher->settings->robots == OF_ROBOTS_OBEY;
	const struct of_robots_rules *rules;
	struct of_arena *arena;

	if (seen->failure != OF_FAILURE_NONE || chain->transfer == NULL) {
		origin->refused =
			obey && (seen->failure != OF_FAILURE_HTTP || seen->status >= 500);
		return;
	}
	arena = obey ? of_arena_new() : chain->arena;
	rules = arena != NULL ? of_robots_parse(arena, of_buf_str(&chain->transfer->body),
					STR("outfeed"))
			      : NULL;
	if (arena == NULL || of_arena_status(arena, NULL) != OF_OK)
		of_fetcher_give_up(chain->fetcher, OF_ENOMEM, 0);
	if (rules != NULL)
		heed_delay(chain, host, of_robots_delay(rules));
	if (!obey)
		return;
	origin->arena = arena;
	origin->rules = rules;
}

/* Its state, and none that waits. */
static struct of_chain *end_waiting(struct of_origin *origin, enum of_origin_state state)
{
	struct of_chain *waiters = origin->waiters;

	origin->state = state;
	origin->waiters = NULL;
	origin->last_waiter = &origin->waiters;
	return waiters;
}

struct of_chain *of_chain_lose_robots(struct of_chain *chain)
{
	struct of_chain *waiters = end_waiting(chain->origin, OF_ORIGIN_NEW);

	of_chain_free(chain);
	return waiters;
}

void of_chain_end_robots(struct of_chain *chain)
{
	struct of_origin *origin = chain->origin;
	struct of_chain *waiter = origin->waiters;

	/* The queue is the one of the pages that wait, wherever the redirects led. */
	learn(chain, origin, waiter != NULL ? waiter->host : chain->host);
	waiter = end_waiting(origin, OF_ORIGIN_KNOWN);
	of_chain_free(chain);
	while (waiter != NULL) {
		struct of_chain *next = waiter->next;

		of_chain_wait(waiter, waiter->fetcher->now);
		waiter = next;
	}
}
