#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include "web/fetch_parts.h"
#include <limits.h>
#include <stdlib.h>

enum of_status of_hosts_init(
	struct of_hosts *hosts, const struct of_audit_settings *settings, struct of_err *err)
{
	unsigned concurrency = settings->concurrency > 0 ? settings->concurrency : 1;

	hosts->settings = settings;
	hosts->domains = of_domains_load();
	hosts->turns = of_schedule_new(UINT_MAX);
	hosts->address_turns = of_schedule_new(concurrency);
	hosts->arena = of_arena_new();
	if (hosts->domains == NULL)
		return of_err_set(err, OF_ECONFIG,
			"cannot read the list of public suffixes (install the package "
			"publicsuffix)");
	if (hosts->turns == NULL || hosts->address_turns == NULL || hosts->arena == NULL)
		return of_err_set_nomem(err);
	return OF_OK;
}

void of_hosts_finish(struct of_hosts *hosts)
{
	for (size_t i = 0; i < hosts->n_origins; i++)
		of_arena_free(hosts->by_number[i]->arena);
	free(hosts->by_number);
	of_domains_free(hosts->domains);
	of_schedule_free(hosts->turns);
	of_schedule_free(hosts->address_turns);
	of_map_finish(&hosts->by_name);
	of_map_finish(&hosts->by_address);
	of_map_finish(&hosts->origins);
	of_arena_free(hosts->arena);
	free(hosts->hosts);
	*hosts = (struct of_hosts){0};
}

/* The first row of `hosts:` whose pattern is of this name; n_hosts for none. */
static size_t find_rule(const struct of_audit_settings *settings, struct of_str host)
{
	size_t i = 0;

	while (i < settings->n_hosts && !of_str_matches(host, settings->hosts[i].pattern))
		i++;
	return i;
}

/* The host stands behind the gate of its domain, open or not. */
static enum of_status set_behind_gate(struct of_hosts *hosts, struct of_host *host,
	struct of_str domain, uint32_t number, struct of_err *err)
{
	struct of_gate *gate;
	enum of_status status;

	if (hosts->gates == NULL || domain.len == 0)
		return OF_OK;
	status = of_gates_find(hosts->gates, domain, &host->gate, hosts->arena, err);
	if (status != OF_OK)
		return status;
	gate = &hosts->gates->gates[host->gate];
	host->next = gate->first_host;
	gate->first_host = number;
	if (host->slowed < gate->crawl_delay)
		host->slowed = gate->crawl_delay;
	of_schedule_set_delay(hosts->turns, number, host->slowed);
	of_schedule_hold(hosts->turns, number, gate->not_before);
	of_schedule_open(hosts->turns, number, gate->open ? gate->until : 0);
	return OF_OK;
}

static enum of_status add_host(struct of_hosts *hosts, struct of_str domain, struct of_str key,
	size_t rule, uint32_t *number, struct of_err *err)
{
	const struct of_audit_settings *settings = hosts->settings;
	struct of_host made = {
		.delay = settings->delay, .per_host = settings->per_host, .gate = OF_NO_GATE};
	struct of_host *grown =
		of_grow(hosts->hosts, hosts->n_hosts, &hosts->cap_hosts, sizeof(*grown));

	if (grown == NULL)
		return of_err_set_nomem(err);
	hosts->hosts = grown;
	if (rule < settings->n_hosts && settings->hosts[rule].delay >= 0)
		made.delay = settings->hosts[rule].delay;
	if (rule < settings->n_hosts && settings->hosts[rule].per_host > 0)
		made.per_host = settings->hosts[rule].per_host;
	/* What is no URL sends no request. */
	if (key.len == 0)
		made.delay = 0;
	made.slowed = made.delay;
	made.left = -made.delay;
	key = of_arena_dup(hosts->arena, key);
	if (key.ptr == NULL || of_schedule_add_host(hosts->turns, made.delay, made.per_host,
				       number, err) != OF_OK)
		return of_err_set_nomem(err);
	if (set_behind_gate(hosts, &made, domain, *number, err) != OF_OK)
		return OF_ENOMEM;
	grown[hosts->n_hosts++] = made;
	return of_map_put(&hosts->by_name, key, *number, err);
}

void of_hosts_count(struct of_hosts *hosts, uint32_t number, int change)
{
	uint32_t *waiting = &hosts->hosts[number].waiting;
	uint32_t gate = hosts->hosts[number].gate;

	if (change > 0 && (*waiting)++ == 0)
		hosts->n_waiting++;
	else if (change < 0 && --*waiting == 0)
		hosts->n_waiting--;
	if (gate == OF_NO_GATE)
		return;
	if (change > 0 && !hosts->gates->gates[gate].open)
		of_gates_list(hosts->gates,
			of_schedule_has_first(hosts->turns, number) ? OF_GATES_URGENT
								    : OF_GATES_WANTED,
			gate);
	else if (*waiting == 0)
		of_gates_list(hosts->gates, OF_GATES_AT_REST, gate);
}

void of_hosts_done(struct of_hosts *hosts, uint32_t number, int64_t now)
{
	uint32_t gate = hosts->hosts[number].gate;

	of_schedule_done(hosts->turns, number, now);
	if (gate != OF_NO_GATE)
		of_gates_list(hosts->gates, OF_GATES_AT_REST, gate);
}

bool of_hosts_are_open(const struct of_hosts *hosts, uint32_t number, int64_t now)
{
	uint32_t gate = hosts->hosts[number].gate;

	return gate == OF_NO_GATE ||
	       (hosts->gates->gates[gate].open && now < hosts->gates->gates[gate].until);
}

void of_hosts_count_chain(struct of_hosts *hosts, uint32_t gate, int change)
{
	if (gate == OF_NO_GATE)
		return;
	hosts->gates->gates[gate].chains += (uint32_t)change;
	if (hosts->gates->gates[gate].chains == 0)
		of_gates_list(hosts->gates, OF_GATES_AT_REST, gate);
}

/*
 * With several at a time another one may be on its way to its request: then
 * the delay stays.
 */
void of_hosts_waive(struct of_hosts *hosts, uint32_t number, int64_t now)
{
	struct of_host *host = &hosts->hosts[number];

	if (host->waived || host->per_host != 1 || now - host->left < host->slowed)
		return;
	host->waived = true;
	of_schedule_set_delay(hosts->turns, number, 0);
}

void of_hosts_left(struct of_hosts *hosts, uint32_t number, int64_t now)
{
	struct of_host *host = &hosts->hosts[number];

	host->left = now;
	if (host->waived)
		of_schedule_set_delay(hosts->turns, number, host->slowed);
	host->waived = false;
	of_schedule_started(hosts->turns, number, now);
}

/*
 * The names of a registrable domain that the same row of `hosts:` is of, or
 * none, share a queue: whichever of them comes first, the queue is the same.
 */
enum of_status of_hosts_find(
	struct of_hosts *hosts, struct of_str host, uint32_t *number, struct of_err *err)
{
	struct of_str domain, name;
	struct of_buf key = {0};
	const size_t *found;
	size_t rule;
	enum of_status status = OF_OK;

	/* "example.org." is example.org. */
	if (of_str_ends(host, STR(".")))
		host.len--;
	domain = of_domain_registrable(hosts->domains, host);
	rule = find_rule(hosts->settings, host);
	name = domain;
	if (rule == hosts->settings->n_hosts) {
		found = of_map_get(&hosts->by_name, name);
	} else {
		of_buf_add_str(&key, domain);
		of_buf_add_format(&key, " %zu", rule);
		name = of_buf_str(&key);
		found = of_map_get(&hosts->by_name, name);
	}
	if (found != NULL)
		*number = (uint32_t)*found;
	else if (key.status != OF_OK)
		status = of_err_set_nomem(err);
	else
		status = add_host(hosts, domain, name, rule, number, err);
	of_buf_finish(&key);
	return status;
}

/*
 * Names that share a server nearly always share their IPv4 address, and not
 * always an IPv6 one: the first IPv4 address is what counts, where there is one.
 */
static struct of_str address_key(const union of_address *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (addresses[i].any.sa_family == AF_INET)
			return (struct of_str){(const char *)&addresses[i].v4.sin_addr, 4};
	return (struct of_str){(const char *)&addresses[0].v6.sin6_addr, 16};
}

enum of_status of_hosts_find_address(struct of_hosts *hosts, uint32_t host,
	const union of_address *addresses, size_t count, uint32_t *number, struct of_err *err)
{
	const struct of_host *of = &hosts->hosts[host];
	struct of_str key = address_key(addresses, count);
	const size_t *found = of_map_get(&hosts->by_address, key);

	if (found != NULL) {
		*number = (uint32_t)*found;
		return OF_OK;
	}
	key = of_arena_dup(hosts->arena, key);
	if (key.ptr == NULL || of_schedule_add_host(hosts->address_turns, of->delay,
				       of->per_host, number, err) != OF_OK)
		return of_err_set_nomem(err);
	return of_map_put(&hosts->by_address, key, *number, err);
}

static enum of_status add_origin(struct of_hosts *hosts, struct of_str key,
	struct of_origin **origin, struct of_err *err)
{
	struct of_origin **grown = of_grow(
		hosts->by_number, hosts->n_origins, &hosts->cap_origins, sizeof(*grown));
	struct of_origin *made = of_arena_take(hosts->arena, 1, sizeof(*made));

	key = of_arena_dup(hosts->arena, key);
	if (grown != NULL)
		hosts->by_number = grown;
	if (grown == NULL || made == NULL || key.ptr == NULL)
		return of_err_set_nomem(err);
	made->last_waiter = &made->waiters;
	if (of_map_put(&hosts->origins, key, hosts->n_origins, err) != OF_OK)
		return OF_ENOMEM;
	grown[hosts->n_origins++] = made;
	*origin = made;
	return OF_OK;
}

enum of_status of_hosts_find_origin(struct of_hosts *hosts, const struct of_target *target,
	struct of_origin **origin, struct of_err *err)
{
	struct of_buf key = {0};
	const size_t *found;
	enum of_status status;

	of_buf_add_text(&key, target->secure ? "s " : "p ");
	of_buf_add_str(&key, target->host);
	of_buf_add_format(&key, " %u", target->port);
	status = of_buf_status(&key, err);
	found = status == OF_OK ? of_map_get(&hosts->origins, of_buf_str(&key)) : NULL;
	if (found != NULL)
		*origin = hosts->by_number[*found];
	else if (status == OF_OK)
		status = add_origin(hosts, of_buf_str(&key), origin, err);
	of_buf_finish(&key);
	return status;
}
