#include "base/grow.h"
#include "web/fetch_parts.h"
#include <stdlib.h>

/* A slot that is free, for a chain that is not there yet. */
static bool take_slot(struct of_fetcher *fetcher, uint32_t *slot)
{
	struct of_chain **grown;
	uint32_t *slots;

	if (fetcher->n_free_slots > 0) {
		*slot = fetcher->free_slots[--fetcher->n_free_slots];
		return true;
	}
	grown = of_grow(
		fetcher->chains, fetcher->n_chains, &fetcher->cap_chains, sizeof(*grown));
	if (grown != NULL)
		fetcher->chains = grown;
	/* Room to give every slot back, so that freeing a chain cannot fail. */
	slots = of_grow(fetcher->free_slots, fetcher->n_chains, &fetcher->cap_free_slots,
		sizeof(*slots));
	if (slots != NULL)
		fetcher->free_slots = slots;
	if (grown == NULL || slots == NULL)
		return false;
	*slot = (uint32_t)fetcher->n_chains++;
	return true;
}

static void destroy(struct of_chain *chain)
{
	of_parts_free(chain->parts);
	of_arena_free(chain->arena);
	free(chain);
}

struct of_chain *of_chain_new(struct of_fetcher *fetcher)
{
	struct of_chain *chain = fetcher->spare_chains;
	struct of_arena *arena;
	void *parts;
	uint32_t slot;

	if (chain != NULL)
		fetcher->spare_chains = chain->next;
	else if ((chain = calloc(1, sizeof(*chain))) != NULL)
		chain->arena = of_arena_new();
	if (chain == NULL || chain->arena == NULL || !take_slot(fetcher, &slot)) {
		if (chain != NULL)
			destroy(chain);
		return NULL;
	}
	arena = chain->arena;
	parts = chain->parts;
	*chain = (struct of_chain){.fetcher = fetcher,
		.slot = slot,
		.arena = arena,
		.parts = parts,
		.home = OF_NO_GATE};
	fetcher->chains[slot] = chain;
	fetcher->live++;
	return chain;
}

void of_chain_free(struct of_chain *chain)
{
	struct of_fetcher *fetcher = chain->fetcher;

	of_chain_release(chain);
	of_hosts_count_chain(&fetcher->hosts, chain->home, -1);
	fetcher->chains[chain->slot] = NULL;
	fetcher->free_slots[fetcher->n_free_slots++] = chain->slot;
	fetcher->live--;
	/* More spare ones than can be busy are of no use. */
	if (fetcher->live > fetcher->settings->concurrency) {
		destroy(chain);
		return;
	}
	of_arena_clear(chain->arena);
	chain->next = fetcher->spare_chains;
	fetcher->spare_chains = chain;
}

void of_chain_free_spares(struct of_fetcher *fetcher)
{
	while (fetcher->spare_chains != NULL) {
		struct of_chain *chain = fetcher->spare_chains;

		fetcher->spare_chains = chain->next;
		destroy(chain);
	}
	while (fetcher->spare_transfers != NULL) {
		struct of_transfer *transfer = fetcher->spare_transfers;

		fetcher->spare_transfers = transfer->next;
		of_transfer_free(transfer);
	}
}
