#include "web/fetch.h"

#include "base/err.h"
#include "web/fetch_parts.h"
#include <stdlib.h>
#include <sys/random.h>

/* Jitter must differ between machines, and means nothing to anyone else. */
static uint64_t make_seed(const struct of_fetcher *fetcher)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)(uintptr_t)fetcher ^ (uint64_t)fetcher->now;
	return seed | 1;
}

static enum of_status init(struct of_fetcher *fetcher, struct of_err *err)
{
	const struct of_audit_settings *settings = fetcher->settings;
	enum of_status status;

	fetcher->scratch = of_arena_new();
	if (fetcher->scratch == NULL || !of_parser_init(&fetcher->parser))
		return of_err_set_nomem(err);
	status = of_hosts_init(&fetcher->hosts, settings, err);
	if (status == OF_OK && fetcher->calls.read != NULL)
		status = of_readers_new(&fetcher->readers, &fetcher->calls, err);
	if (status == OF_OK)
		status = of_loop_init(fetcher, err);
	if (status == OF_OK)
		status = of_resolver_new(
			&fetcher->resolver, settings, err, of_loop_watch_name_socket, fetcher);
	fetcher->random = make_seed(fetcher);
	return status;
}

enum of_status of_fetcher_new(struct of_fetcher **fetcher,
	const struct of_audit_settings *settings, const struct of_fetch_calls *calls,
	struct of_err *err)
{
	struct of_fetcher *made = calloc(1, sizeof(*made));
	enum of_status status;

	*fetcher = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->settings = settings;
	made->calls = *calls;
	made->epoll = -1;
	status = of_transport_init(&made->transport, settings, of_chain_left, err);
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
	of_parser_finish(&fetcher->parser);
	of_transport_finish(&fetcher->transport);
	of_arena_free(fetcher->scratch);
	free(fetcher->chains);
	free(fetcher->free_slots);
	free(fetcher);
}

/* What is no URL has a queue as well: it is answered in its turn. */
enum of_status of_fetcher_host(
	struct of_fetcher *fetcher, struct of_str url, uint32_t *host, struct of_err *err)
{
	struct of_target target;

	of_arena_clear(fetcher->scratch);
	if (!of_target_parse(&target, &fetcher->parser, url, fetcher->scratch))
		target.host = (struct of_str){"", 0};
	return of_hosts_find(&fetcher->hosts, target.host, host, err);
}

enum of_status of_fetcher_add(
	struct of_fetcher *fetcher, uint32_t host, uint32_t task, struct of_err *err)
{
	return of_schedule_add(fetcher->hosts.turns, host, task, err);
}

void of_fetcher_counts(const struct of_fetcher *fetcher, struct of_fetch_counts *counts)
{
	*counts = fetcher->counts;
	counts->waiting = of_schedule_waiting(fetcher->hosts.turns);
	counts->under_way = fetcher->live;
}
