/*
 * When which request may start: politeness as a data structure. It knows
 * neither the network nor the clock: times are milliseconds of the caller's
 * clock, so that a simulation drives it as the fetch engine does.
 *
 * A host is a queue. A task is a number of the caller's. A host has at most
 * per_host tasks under way, and delay ms between the starts of two; the whole
 * at most `capacity`. Nothing waits behind a host that waits: hosts that may
 * not start yet stand in a heap by the time at which they may, those that may
 * in another; a step costs the logarithm of the hosts.
 *
 * Times are from 0 up, and the latest that was told counts as now.
 * Memory: 32 bytes for up to 7 waiting tasks of a host, 16 more for one that
 * waits for a time, and about 100 bytes a host. Not thread-safe.
 */
#ifndef OF_WEB_SCHEDULE_H
#define OF_WEB_SCHEDULE_H

#include <outfeed/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OF_SCHEDULE_NEVER INT64_MAX

struct of_schedule;

/* NULL when there is no memory. */
struct of_schedule *of_schedule_new(unsigned capacity);
/* Accepts NULL. */
void of_schedule_free(struct of_schedule *schedule);

/* A queue that may start at once; its number, from 0 up, in *host. */
OF_MUST_CHECK enum of_status of_schedule_add_host(struct of_schedule *schedule, int64_t delay,
	unsigned per_host, uint32_t *host, struct of_err *err);
/* robots.txt asks for more, or a rule for less. */
void of_schedule_set_delay(struct of_schedule *schedule, uint32_t host, int64_t delay);

/* A task behind the others of its host. Tasks are below OF_SCHEDULE_TASKS. */
#define OF_SCHEDULE_TASKS UINT32_C(0xfffffff0)
OF_MUST_CHECK enum of_status of_schedule_add(
	struct of_schedule *schedule, uint32_t host, uint32_t task, struct of_err *err);
/* A task before the others of its host (behind those so whose time came before), not before a
 * time: a retry, a redirect's next hop. Until then the others go on. */
OF_MUST_CHECK enum of_status of_schedule_add_first(struct of_schedule *schedule, uint32_t host,
	uint32_t task, int64_t not_before, struct of_err *err);
/* No request to the host starts before a time (Retry-After, an incident); one that ends
 * earlier changes nothing. */
void of_schedule_hold(struct of_schedule *schedule, uint32_t host, int64_t until);
/* A request starts before `until` alone, until this is told again: 0 closes the queue, and
 * OF_SCHEDULE_NEVER, as at first, lets it be open. */
void of_schedule_open(struct of_schedule *schedule, uint32_t host, int64_t until);
/* Takes the tasks that wait at a host, for a time or not, one a call; false when there are no
 * more. */
bool of_schedule_drop(struct of_schedule *schedule, uint32_t host, uint32_t *task);

/*
 * The task to begin now, if there is one: it has a place of its host and of
 * the whole from here to of_schedule_done(). Among hosts that may start, first
 * one with a task that goes before others, since a chain of requests waits for
 * it; then the one with the longest way to go, by the tasks that wait and the
 * time that each took so far, shared among the places that it has and the next,
 * so that the longest queue does not end last and equal ones have equal shares.
 */
bool of_schedule_next(
	struct of_schedule *schedule, int64_t now, uint32_t *host, uint32_t *task);
/* The request leaves now, later than it was taken: the delay counts from here. */
void of_schedule_started(struct of_schedule *schedule, uint32_t host, int64_t now);
void of_schedule_done(struct of_schedule *schedule, uint32_t host, int64_t now);
/* When of_schedule_next() is worth asking again; OF_SCHEDULE_NEVER: after a done or an add. */
int64_t of_schedule_wake(const struct of_schedule *schedule);

size_t of_schedule_waiting(const struct of_schedule *schedule);
/* Nothing is under way there; and nothing waits either. */
bool of_schedule_is_quiet(const struct of_schedule *schedule, uint32_t host);
bool of_schedule_is_at_rest(const struct of_schedule *schedule, uint32_t host);
/* A task waits there that goes before the others, be it for a time. */
bool of_schedule_has_first(const struct of_schedule *schedule, uint32_t host);
size_t of_schedule_under_way(const struct of_schedule *schedule);

#endif
