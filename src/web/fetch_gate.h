/*
 * Gates: who may be asked at all, where several machines share the work (AUDIT
 * section 7). A registrable domain has one gate before all of its queues. A
 * queue starts requests while its gate is open alone; what stands before a
 * closed one makes it wanted, and once nothing of it waits, is under way or is
 * still to be answered, it is at rest. Both are said once, in their order.
 */
#ifndef OF_WEB_FETCH_GATE_H
#define OF_WEB_FETCH_GATE_H

#include "base/map.h"
#include <outfeed/arena.h>
#include <outfeed/str.h>

#define OF_NO_GATE UINT32_MAX /* of what is no URL: it sends no request */

enum of_gate_list {
	OF_GATES_URGENT, /* something that was begun waits there */
	OF_GATES_WANTED,
	OF_GATES_AT_REST,
	OF_GATE_LISTS
};

struct of_gate {
	struct of_str domain;
	uint32_t first_host; /* of its queues; the next is in each; UINT32_MAX ends them */
	uint32_t chains;     /* of its tasks, begun and not answered */
	bool open;
	bool in[OF_GATE_LISTS];
	uint32_t next[OF_GATE_LISTS];
	int64_t not_before, until; /* ms: requests between them, while it is open */
	int64_t crawl_delay;       /* ms between two at the least, as its owner knows */
	int64_t parted;            /* ms: a chain of it was put off before another's gate */
};

struct of_gates {
	struct of_gate *gates;
	size_t count, cap;
	struct of_map by_domain;
	struct {
		uint32_t first, last;
	} lists[OF_GATE_LISTS];
};

void of_gates_init(struct of_gates *gates);
void of_gates_finish(struct of_gates *gates);
/* The gate of a domain, closed where it is new; its name is copied to the arena. */
OF_MUST_CHECK enum of_status of_gates_find(struct of_gates *gates, struct of_str domain,
	uint32_t *number, struct of_arena *arena, struct of_err *err);
/* Behind the others of a list, unless it is there. */
void of_gates_list(struct of_gates *gates, enum of_gate_list list, uint32_t number);
/* The first of a list, which leaves it; false where it is empty. */
bool of_gates_take(struct of_gates *gates, enum of_gate_list list, uint32_t *number);

#endif
