/* What a fetcher's owner says to its gates, and hears of them. */
#include "web/fetch_parts.h"
#include <stdlib.h>

static struct of_gate *gate_at(struct of_fetcher *fetcher, uint32_t number)
{
	return &fetcher->gates.gates[number];
}

static bool something_waits(const struct of_hosts *hosts, const struct of_gate *gate)
{
	uint32_t host = gate->first_host;

	while (host != UINT32_MAX && hosts->hosts[host].waiting == 0)
		host = hosts->hosts[host].next;
	return host != UINT32_MAX;
}

static bool is_at_rest(const struct of_hosts *hosts, const struct of_gate *gate)
{
	uint32_t host = gate->first_host;

	while (host != UINT32_MAX && of_schedule_is_at_rest(hosts->turns, host))
		host = hosts->hosts[host].next;
	return host == UINT32_MAX && gate->chains == 0;
}

static bool has_begun(const struct of_hosts *hosts, const struct of_gate *gate)
{
	uint32_t host = gate->first_host;

	while (host != UINT32_MAX && !of_schedule_has_first(hosts->turns, host))
		host = hosts->hosts[host].next;
	return host != UINT32_MAX;
}

bool of_fetcher_next_wanted(
	struct of_fetcher *fetcher, uint32_t *gate, struct of_str *domain, bool *begun)
{
	struct of_gates *gates = &fetcher->gates;

	while (of_gates_take(gates, OF_GATES_URGENT, gate) ||
		of_gates_take(gates, OF_GATES_WANTED, gate)) {
		const struct of_gate *wanted = gate_at(fetcher, *gate);

		*domain = wanted->domain;
		*begun = has_begun(&fetcher->hosts, wanted);
		if (!wanted->open && something_waits(&fetcher->hosts, wanted))
			return true;
	}
	return false;
}

void of_fetcher_want(struct of_fetcher *fetcher, uint32_t gate)
{
	bool begun = has_begun(&fetcher->hosts, gate_at(fetcher, gate));

	of_gates_list(&fetcher->gates, begun ? OF_GATES_URGENT : OF_GATES_WANTED, gate);
}

enum of_status of_fetcher_find_gate(
	struct of_fetcher *fetcher, struct of_str domain, uint32_t *gate, struct of_err *err)
{
	return of_gates_find(&fetcher->gates, domain, gate, fetcher->hosts.arena, err);
}

/* A run of it that begins anew: what the one before met with is over, or stands in the terms.
 */
static void begin_anew(struct of_host *host)
{
	host->silent = 0;
	host->reached = false;
	host->put_off_until = 0;
	host->held = 0;
}

void of_fetcher_open(
	struct of_fetcher *fetcher, uint32_t number, const struct of_gate_terms *terms)
{
	struct of_gate *gate = gate_at(fetcher, number);
	struct of_hosts *hosts = &fetcher->hosts;
	bool was_open = gate->open;

	gate->open = true;
	gate->not_before = terms->not_before;
	gate->until = terms->until;
	if (gate->crawl_delay < terms->crawl_delay)
		gate->crawl_delay = terms->crawl_delay;
	if (!was_open)
		gate->parted = 0;
	for (uint32_t i = gate->first_host; i != UINT32_MAX; i = hosts->hosts[i].next) {
		struct of_host *host = &hosts->hosts[i];

		if (!was_open)
			begin_anew(host);
		if (host->slowed < gate->crawl_delay) {
			host->slowed = gate->crawl_delay;
			of_schedule_set_delay(hosts->turns, i, host->slowed);
		}
		of_schedule_hold(hosts->turns, i, terms->not_before);
		of_schedule_open(hosts->turns, i, gate->until);
	}
	/* it may have been opened in vain */
	of_gates_list(&fetcher->gates, OF_GATES_AT_REST, number);
}

void of_fetcher_close(struct of_fetcher *fetcher, uint32_t number)
{
	struct of_gate *gate = gate_at(fetcher, number);
	const struct of_hosts *hosts = &fetcher->hosts;

	gate->open = false;
	for (uint32_t i = gate->first_host; i != UINT32_MAX; i = hosts->hosts[i].next)
		of_schedule_open(hosts->turns, i, 0);
	if (something_waits(hosts, gate))
		of_fetcher_want(fetcher, number);
}

/* -- Parting */

/* A chain whose next hop could not be had: nothing is known of where it led, and its own domain
 * has a pause, so that it is not asked again and again. */
static void part_task(struct of_chain *chain)
{
	struct of_gates *gates = &chain->fetcher->gates;

	chain->answer.put_off = true;
	if (chain->home != OF_NO_GATE)
		gates->gates[chain->home].parted = chain->fetcher->now;
	of_chain_answer(chain);
}

static void part(struct of_chain *chain)
{
	struct of_chain *next;

	if (chain->origin == NULL) {
		part_task(chain);
		return;
	}
	for (chain = of_chain_lose_robots(chain); chain != NULL; chain = next) {
		next = chain->next;
		part_task(chain);
	}
}

/* Takes out what waits at one queue: chains part, or tasks are forgotten; the others are back
 * in their order. */
static enum of_status sift_host(struct of_fetcher *fetcher, uint32_t host, bool chains)
{
	size_t count = fetcher->hosts.hosts[host].waiting, kept = 0;
	uint32_t *tasks = malloc((count + 1) * sizeof(*tasks));
	enum of_status status = tasks != NULL ? OF_OK : OF_ENOMEM;

	for (size_t i = 0; i < count && status == OF_OK; i++) {
		uint32_t task;

		if (!of_schedule_drop(fetcher->hosts.turns, host, &task))
			break;
		of_hosts_count(&fetcher->hosts, host, -1);
		if ((task >= OF_FETCH_TASKS) != chains)
			tasks[kept++] = task;
		else if (chains)
			part(fetcher->chains[task - OF_FETCH_TASKS]);
	}
	for (size_t i = 0; i < kept && status == OF_OK; i++)
		status = chains ? of_fetcher_add(fetcher, host, tasks[i], NULL)
				: of_fetcher_add_first(fetcher, host, tasks[i], NULL);
	free(tasks);
	return status;
}

static size_t sift(struct of_fetcher *fetcher, uint32_t gate, bool chains)
{
	size_t before = of_schedule_waiting(fetcher->hosts.turns);
	uint32_t host = fetcher->gates.gates[gate].first_host;

	for (; host != UINT32_MAX && !fetcher->stopping; host = fetcher->hosts.hosts[host].next)
		if (sift_host(fetcher, host, chains) != OF_OK)
			of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
	return before - of_schedule_waiting(fetcher->hosts.turns);
}

void of_fetcher_part(struct of_fetcher *fetcher, uint32_t gate)
{
	sift(fetcher, gate, true);
}

size_t of_fetcher_forget(struct of_fetcher *fetcher, uint32_t gate)
{
	return sift(fetcher, gate, false);
}

/* -- The end of a turn */

bool of_fetcher_is_quiet(const struct of_fetcher *fetcher, uint32_t number)
{
	const struct of_gate *gate = &fetcher->gates.gates[number];
	const struct of_hosts *hosts = &fetcher->hosts;
	uint32_t host = gate->first_host;

	while (host != UINT32_MAX && of_schedule_is_quiet(hosts->turns, host))
		host = hosts->hosts[host].next;
	return host == UINT32_MAX && gate->chains == 0;
}

bool of_fetcher_next_at_rest(struct of_fetcher *fetcher, uint32_t *gate)
{
	while (of_gates_take(&fetcher->gates, OF_GATES_AT_REST, gate)) {
		const struct of_gate *resting = gate_at(fetcher, *gate);

		if (!resting->open || !is_at_rest(&fetcher->hosts, resting))
			continue;
		of_fetcher_close(fetcher, *gate);
		return true;
	}
	return false;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void of_fetcher_tell_gate(
	const struct of_fetcher *fetcher, uint32_t number, struct of_gate_told *told)
{
	const struct of_gate *gate = &fetcher->gates.gates[number];
	uint32_t i = gate->first_host;

	*told = (struct of_gate_told){0};
	if (gate->parted > 0)
		told->held_until = gate->parted + OF_PARTED;
	for (; i != UINT32_MAX; i = fetcher->hosts.hosts[i].next) {
		const struct of_host *host = &fetcher->hosts.hosts[i];

		told->next_start = later(told->next_start, host->left + host->slowed);
		told->held_until = later(told->held_until, host->held);
		told->held_until = later(told->held_until, host->put_off_until);
		if (host->slowed > host->delay)
			told->crawl_delay = later(told->crawl_delay, host->slowed);
	}
}

void of_fetcher_pause(struct of_fetcher *fetcher, bool paused)
{
	fetcher->paused = paused;
}
