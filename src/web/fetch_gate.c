#include "web/fetch_gate.h"

#include "base/err.h"
#include "base/grow.h"
#include <stdlib.h>

void of_gates_init(struct of_gates *gates)
{
	*gates = (struct of_gates){0};
	for (size_t i = 0; i < OF_GATE_LISTS; i++)
		gates->lists[i].first = gates->lists[i].last = OF_NO_GATE;
}

void of_gates_finish(struct of_gates *gates)
{
	of_map_finish(&gates->by_domain);
	free(gates->gates);
	of_gates_init(gates);
}

enum of_status of_gates_find(struct of_gates *gates, struct of_str domain, uint32_t *number,
	struct of_arena *arena, struct of_err *err)
{
	const size_t *found = of_map_get(&gates->by_domain, domain);
	struct of_gate *grown;

	if (found != NULL) {
		*number = (uint32_t)*found;
		return OF_OK;
	}
	grown = of_grow(gates->gates, gates->count, &gates->cap, sizeof(*grown));
	if (grown != NULL)
		gates->gates = grown;
	domain = of_arena_dup(arena, domain);
	if (grown == NULL || domain.ptr == NULL)
		return of_err_set_nomem(err);
	*number = (uint32_t)gates->count++;
	grown[*number] = (struct of_gate){.domain = domain, .first_host = UINT32_MAX};
	return of_map_put(&gates->by_domain, domain, *number, err);
}

void of_gates_list(struct of_gates *gates, enum of_gate_list list, uint32_t number)
{
	struct of_gate *gate = &gates->gates[number];

	if (gate->in[list])
		return;
	gate->in[list] = true;
	gate->next[list] = OF_NO_GATE;
	if (gates->lists[list].first == OF_NO_GATE)
		gates->lists[list].first = number;
	else
		gates->gates[gates->lists[list].last].next[list] = number;
	gates->lists[list].last = number;
}

bool of_gates_take(struct of_gates *gates, enum of_gate_list list, uint32_t *number)
{
	uint32_t first = gates->lists[list].first;

	if (first == OF_NO_GATE)
		return false;
	gates->gates[first].in[list] = false;
	gates->lists[list].first = gates->gates[first].next[list];
	*number = first;
	return true;
}
