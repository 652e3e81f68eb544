#include "web/fetch.h"

#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include "web/chance.h"
#include "web/fetch_parts.h"
#include <stdlib.h>

static enum of_status init(struct of_fetcher *fetcher, struct of_err *err)
{
	const struct of_audit_settings *settings = fetcher->settings;
	enum of_status status;

	fetcher->scratch = of_arena_new();
	if (fetcher->scratch == NULL || !of_parser_init(&fetcher->parser))
		return of_err_set_nomem(err);
	of_gates_init(&fetcher->gates);
	if (fetcher->calls.gated)
		fetcher->hosts.gates = &fetcher->gates;
	status = of_hosts_init(&fetcher->hosts, settings, err);
	if (status == OF_OK && fetcher->calls.read != NULL)
		status = of_readers_new(&fetcher->readers, &fetcher->calls, err);
	if (status == OF_OK)
		status = of_loop_init(fetcher, err);
	if (status == OF_OK)
		status = of_resolver_new(
			&fetcher->resolver, settings, err, of_loop_watch_name_socket, fetcher);
	fetcher->random = of_chance_seed((uint64_t)(uintptr_t)fetcher ^ (uint64_t)fetcher->now);
	return status;
}

enum of_status of_fetcher_new(struct of_fetcher **fetcher,
	const struct of_audit_settings *settings, const struct of_fetch_calls *calls,
	struct of_err *err)
{
	struct of_fetcher *made = calloc(1, sizeof(*made));
	const struct of_transport_calls heard = {
		of_chain_left, of_loop_opened, of_loop_closes, made};
	enum of_status status;

	*fetcher = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->settings = settings;
	made->calls = *calls;
	made->most_busy = settings->concurrency > 0 ? settings->concurrency : 1;
	made->epoll = -1;
	status = of_transport_init(&made->transport, settings, &heard, err);
	if (status == OF_OK)
		status = init(made, err);
	if (status == OF_OK)
		*fetcher = made;
	else
		of_fetcher_free(made);
	return status;
}

void of_fetcher_free(struct of_fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	of_readers_free(fetcher->readers);
	of_resolver_free(fetcher->resolver);
	of_chain_free_spares(fetcher);
	of_loop_finish(fetcher);
	of_hosts_finish(&fetcher->hosts);
	of_gates_finish(&fetcher->gates);
	of_parser_finish(&fetcher->parser);
	of_transport_finish(&fetcher->transport);
	of_arena_free(fetcher->scratch);
	free(fetcher->chains);
	free(fetcher->free_slots);
	free(fetcher);
}

/* Four decimal numbers without zeros before them: an IPv4 address as it is written back. */
static bool is_plain_address(struct of_str host)
{
	unsigned parts = 0;

	while (host.ptr != NULL) {
		struct of_str part = of_str_split(&host, '.');
		uint64_t number;

		if (++parts > 4 || part.len > 3 || (part.len > 1 && part.ptr[0] == '0') ||
			!of_str_to_uint(&number, part) || number > 255)
			return false;
	}
	return parts == 4;
}

/*
 * A host that libcurl would read as it stands: a name in lower case whose last
 * label begins with a letter, which no form of an IPv4 address does.
 */
static bool is_plain(struct of_str host)
{
	size_t last = of_str_find_last_byte(host, '.') + 1;

	if (last >= host.len || !of_byte_is_alpha(host.ptr[last]))
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (!of_byte_is_digit(host.ptr[i]) && host.ptr[i] != '.' &&
			host.ptr[i] != '-' && (host.ptr[i] < 'a' || host.ptr[i] > 'z'))
			return false;
	return true;
}

/* What is no URL has a queue as well: it is answered in its turn. */
enum of_status of_fetcher_host(
	struct of_fetcher *fetcher, struct of_str url, uint32_t *host, struct of_err *err)
{
	struct of_target target;

	target.host = of_url_split(url).host;
	if ((is_plain(target.host) || is_plain_address(target.host)) && of_url_is_http(url))
		return of_hosts_find(&fetcher->hosts, target.host, host, err);
	of_arena_clear(fetcher->scratch);
	if (!of_target_parse(&target, &fetcher->parser, url, fetcher->scratch))
		target.host = (struct of_str){"", 0};
	return of_hosts_find(&fetcher->hosts, target.host, host, err);
}

enum of_status of_fetcher_add(
	struct of_fetcher *fetcher, uint32_t host, uint32_t task, struct of_err *err)
{
	enum of_status status = of_schedule_add(fetcher->hosts.turns, host, task, err);

	if (status == OF_OK)
		of_hosts_count(&fetcher->hosts, host, 1);
	return status;
}

enum of_status of_fetcher_add_first(
	struct of_fetcher *fetcher, uint32_t host, uint32_t task, struct of_err *err)
{
	enum of_status status = of_schedule_add_first(fetcher->hosts.turns, host, task, 0, err);

	if (status == OF_OK)
		of_hosts_count(&fetcher->hosts, host, 1);
	return status;
}

void of_fetcher_counts(const struct of_fetcher *fetcher, struct of_fetch_counts *counts)
{
	*counts = fetcher->counts;
	counts->waiting = of_schedule_waiting(fetcher->hosts.turns);
	counts->under_way = fetcher->live;
}
