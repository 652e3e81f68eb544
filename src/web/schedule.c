#include "web/schedule.h"

#include "base/err.h"
#include "base/grow.h"
#include "web/queue.h"
#include <stdlib.h>

#define DELAY_MOST                                                                   \
	((int64_t)1 << 40)    /* ms: over 30 years; a sum with a time stays in range \
			       */
#define NOT_YET (-DELAY_MOST) /* when a host without a request last had one */

/* How much the delay counts beside what was seen of a host, and what is seen
 * later beside what was before: in requests. */
#define PACE_FIRST 4
#define PACE_MOST 250

enum place { NOWHERE, READY, LATER, HEAPS };

struct host {
	struct of_queue first, tasks; /* what goes before the others, and the others */
	int64_t last;                 /* when a request last started */
	int64_t hold;                 /* none starts before */
	int64_t until;                /* none starts from then on */
	int64_t due;                  /* when the next may: of both, as of place_host() */
	int64_t delay;
	float pace;         /* ms from a request's start to the next's, on an average */
	float left;         /* as of measure_way(): what READY is ordered by */
	uint32_t postponed; /* tasks of it in schedule->postponed */
	uint32_t at;        /* in the heap where it is */
	unsigned per_host, under_way;
	uint8_t paces; /* requests that pace is the average of */
	uint8_t place;
};

struct heap {
	uint32_t *hosts; /* numbers; with room for every host */
	size_t count, cap;
};

/* A task that goes before the others of its host, from a time on. */
struct postponed {
	int64_t time;
	uint32_t host, task;
};

struct of_schedule {
	struct host *hosts;
	size_t n_hosts, cap_hosts;
	struct heap heaps[HEAPS];    /* READY and LATER; a host is in one or in none */
	struct postponed *postponed; /* a heap by time */
	size_t n_postponed, cap_postponed;
	struct of_queue_pool pool; /* always with room for what is postponed */
	int64_t now;               /* the latest time that was told */
	size_t waiting;
	unsigned capacity, under_way;
};

/* ---- Heaps of hosts ---- */

/* Ready ones: what goes before others first, since somebody waits for the end
 * of what it continues; then the host that has the longest way to go. */
static bool is_before(
	const struct of_schedule *schedule, enum place place, uint32_t x, uint32_t y)
{
	const struct host *a = &schedule->hosts[x];
	const struct host *b = &schedule->hosts[y];

	if (place == READY && (a->first.count > 0) != (b->first.count > 0))
		return a->first.count > 0;
	if (place == READY && a->left != b->left)
		return a->left > b->left;
	if (place == READY && a->under_way != b->under_way)
		return a->under_way < b->under_way;
	return a->due != b->due ? a->due < b->due : x < y;
}

static void set_at(struct of_schedule *schedule, enum place place, size_t at, uint32_t host)
{
	schedule->heaps[place].hosts[at] = host;
	schedule->hosts[host].at = (uint32_t)at;
}

/* Finds the place of a host that may be wrong at `at`. */
static void sift(struct of_schedule *schedule, enum place place, size_t at)
{
	struct heap *heap = &schedule->heaps[place];
	uint32_t host = heap->hosts[at];

	while (at > 0 && is_before(schedule, place, host, heap->hosts[(at - 1) / 2])) {
		set_at(schedule, place, at, heap->hosts[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < heap->count &&
			is_before(schedule, place, heap->hosts[child + 1], heap->hosts[child]))
			child++;
		if (child >= heap->count ||
			!is_before(schedule, place, heap->hosts[child], host))
			break;
		set_at(schedule, place, at, heap->hosts[child]);
		at = child;
	}
	set_at(schedule, place, at, host);
}

static void leave_heap(struct of_schedule *schedule, uint32_t number)
{
	struct host *host = &schedule->hosts[number];
	enum place place = host->place;
	struct heap *heap = &schedule->heaps[place];
	size_t at = host->at;

	host->place = NOWHERE;
	heap->count--;
	if (at == heap->count)
		return;
	set_at(schedule, place, at, heap->hosts[heap->count]);
	sift(schedule, place, at);
}

/*
 * The ms to a host's end, by its pace, for each of its requests under way and
 * one more: places are given out in proportion to what waits, so that hosts
 * alike have as many each, and a connection that is free again is used again.
 * A request that takes no time by this clock takes one of its steps.
 */
static float measure_way(const struct host *host, uint32_t tasks)
{
	float least = 1.0F / (float)host->per_host;
	float pace = host->pace > least ? host->pace : least;

	return (float)tasks * pace / (float)(host->under_way + 1);
}

/* Puts a host where it belongs, after anything about it has changed. */
static void place_host(struct of_schedule *schedule, uint32_t number)
{
	struct host *host = &schedule->hosts[number];
	uint32_t tasks = host->first.count + host->tasks.count;
	enum place place;

	host->due =
		host->last + host->delay > host->hold ? host->last + host->delay : host->hold;
	host->left = measure_way(host, tasks);
	if (tasks == 0 || host->under_way >= host->per_host || host->until <= schedule->now)
		place = NOWHERE;
	else
		place = host->due <= schedule->now ? READY : LATER;
	if (host->place != place && host->place != NOWHERE)
		leave_heap(schedule, number);
	if (place == NOWHERE)
		return;
	if (host->place != place) {
		host->place = (uint8_t)place;
		set_at(schedule, place, schedule->heaps[place].count++, number);
	}
	sift(schedule, place, host->at);
}

/* ---- What is postponed ---- */

static void sift_postponed_down(struct of_schedule *schedule, size_t at)
{
	struct postponed *heap = schedule->postponed;
	struct postponed moved = heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < schedule->n_postponed &&
			heap[child + 1].time < heap[child].time)
			child++;
		if (child >= schedule->n_postponed || heap[child].time >= moved.time)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static void add_postponed(struct of_schedule *schedule, struct postponed added)
{
	size_t at = schedule->n_postponed++;

	for (; at > 0 && schedule->postponed[(at - 1) / 2].time > added.time; at = (at - 1) / 2)
		schedule->postponed[at] = schedule->postponed[(at - 1) / 2];
	schedule->postponed[at] = added;
	schedule->hosts[added.host].postponed++;
}

/* The tasks whose time has come go before the others of their hosts. */
static void take_postponed(struct of_schedule *schedule)
{
	while (schedule->n_postponed > 0 && schedule->postponed[0].time <= schedule->now) {
		struct postponed taken = schedule->postponed[0];

		schedule->postponed[0] = schedule->postponed[--schedule->n_postponed];
		if (schedule->n_postponed > 0)
			sift_postponed_down(schedule, 0);
		schedule->hosts[taken.host].postponed--;
		of_queue_push(&schedule->pool, &schedule->hosts[taken.host].first, taken.task);
		place_host(schedule, taken.host);
	}
}

/* All of a host's, whenever their time is. */
static void gather_postponed(struct of_schedule *schedule, uint32_t number)
{
	struct host *host = &schedule->hosts[number];
	size_t kept = 0;

	for (size_t i = 0; i < schedule->n_postponed; i++) {
		if (schedule->postponed[i].host == number)
			of_queue_push(
				&schedule->pool, &host->first, schedule->postponed[i].task);
		else
			schedule->postponed[kept++] = schedule->postponed[i];
	}
	schedule->n_postponed = kept;
	host->postponed = 0;
	for (size_t at = kept / 2; at-- > 0;)
		sift_postponed_down(schedule, at);
}

/* ---- The interface ---- */

struct of_schedule *of_schedule_new(unsigned capacity)
{
	struct of_schedule *schedule = calloc(1, sizeof(*schedule));

	if (schedule != NULL)
		schedule->capacity = capacity > 0 ? capacity : 1;
	return schedule;
}

void of_schedule_free(struct of_schedule *schedule)
{
	if (schedule == NULL)
		return;
	for (size_t i = 0; i < HEAPS; i++)
		free(schedule->heaps[i].hosts);
	of_queue_pool_finish(&schedule->pool);
	free(schedule->postponed);
	free(schedule->hosts);
	free(schedule);
}

static int64_t clamp_delay(int64_t delay)
{
	if (delay < 0)
		return 0;
	return delay < DELAY_MOST ? delay : DELAY_MOST;
}

enum of_status of_schedule_add_host(struct of_schedule *schedule, int64_t delay,
	unsigned per_host, uint32_t *host, struct of_err *err)
{
	struct host *hosts = of_grow(
		schedule->hosts, schedule->n_hosts, &schedule->cap_hosts, sizeof(*hosts));

	if (hosts == NULL)
		return of_err_set_nomem(err);
	schedule->hosts = hosts;
	for (enum place place = READY; place < HEAPS; place++) {
		struct heap *heap = &schedule->heaps[place];
		uint32_t *numbers =
			of_grow(heap->hosts, schedule->n_hosts, &heap->cap, sizeof(*numbers));

		if (numbers == NULL)
			return of_err_set_nomem(err);
		heap->hosts = numbers;
	}
	*host = (uint32_t)schedule->n_hosts++;
	hosts[*host] = (struct host){.last = NOT_YET,
		.until = OF_SCHEDULE_NEVER,
		.delay = clamp_delay(delay),
		.pace = (float)clamp_delay(delay),
		.paces = PACE_FIRST,
		.per_host = per_host > 0 ? per_host : 1};
	return OF_OK;
}

void of_schedule_set_delay(struct of_schedule *schedule, uint32_t host, int64_t delay)
{
	struct host *changed = &schedule->hosts[host];

	changed->delay = clamp_delay(delay);
	if (changed->pace < (float)changed->delay || changed->paces == PACE_FIRST)
		changed->pace = (float)changed->delay;
	place_host(schedule, host);
}

enum of_status of_schedule_add(
	struct of_schedule *schedule, uint32_t host, uint32_t task, struct of_err *err)
{
	if (!of_queue_reserve(&schedule->pool, schedule->n_postponed + 1))
		return of_err_set_nomem(err);
	of_queue_push(&schedule->pool, &schedule->hosts[host].tasks, task);
	schedule->waiting++;
	place_host(schedule, host);
	return OF_OK;
}

enum of_status of_schedule_add_first(struct of_schedule *schedule, uint32_t host, uint32_t task,
	int64_t not_before, struct of_err *err)
{
	struct postponed *postponed = of_grow(schedule->postponed, schedule->n_postponed,
		&schedule->cap_postponed, sizeof(*postponed));

	if (postponed == NULL)
		return of_err_set_nomem(err);
	schedule->postponed = postponed;
	if (!of_queue_reserve(&schedule->pool, schedule->n_postponed + 1))
		return of_err_set_nomem(err);
	schedule->waiting++;
	if (not_before > schedule->now) {
		add_postponed(schedule, (struct postponed){not_before, host, task});
	} else {
		of_queue_push(&schedule->pool, &schedule->hosts[host].first, task);
		place_host(schedule, host);
	}
	return OF_OK;
}

void of_schedule_hold(struct of_schedule *schedule, uint32_t host, int64_t until)
{
	if (schedule->hosts[host].hold < until)
		schedule->hosts[host].hold = until;
	place_host(schedule, host);
}

void of_schedule_open(struct of_schedule *schedule, uint32_t host, int64_t until)
{
	schedule->hosts[host].until = until;
	place_host(schedule, host);
}

bool of_schedule_drop(struct of_schedule *schedule, uint32_t host, uint32_t *task)
{
	struct host *dropped = &schedule->hosts[host];
	bool found;

	if (dropped->postponed > 0)
		gather_postponed(schedule, host);
	found = dropped->first.count + dropped->tasks.count > 0;
	if (found) {
		*task = of_queue_pop(&schedule->pool,
			dropped->first.count > 0 ? &dropped->first : &dropped->tasks);
		schedule->waiting--;
	}
	place_host(schedule, host);
	return found;
}

static void tell_time(struct of_schedule *schedule, int64_t now)
{
	if (schedule->now < now)
		schedule->now = now;
}

/* What may start by now is ready; what may not any more is not. */
static void advance(struct of_schedule *schedule, int64_t now)
{
	const struct heap *ready = &schedule->heaps[READY];
	const struct heap *later = &schedule->heaps[LATER];

	tell_time(schedule, now);
	take_postponed(schedule);
	while (later->count > 0 && schedule->hosts[later->hosts[0]].due <= schedule->now)
		place_host(schedule, later->hosts[0]);
	while (ready->count > 0 && schedule->hosts[ready->hosts[0]].until <= schedule->now)
		place_host(schedule, ready->hosts[0]);
}

bool of_schedule_next(struct of_schedule *schedule, int64_t now, uint32_t *host, uint32_t *task)
{
	struct host *found;

	if (schedule->under_way >= schedule->capacity)
		return false;
	advance(schedule, now);
	if (schedule->heaps[READY].count == 0)
		return false;
	*host = schedule->heaps[READY].hosts[0];
	found = &schedule->hosts[*host];
	*task = of_queue_pop(
		&schedule->pool, found->first.count > 0 ? &found->first : &found->tasks);
	found->last = schedule->now;
	found->under_way++;
	schedule->under_way++;
	schedule->waiting--;
	place_host(schedule, *host);
	return true;
}

void of_schedule_started(struct of_schedule *schedule, uint32_t host, int64_t now)
{
	tell_time(schedule, now);
	if (schedule->hosts[host].last < now)
		schedule->hosts[host].last = now;
	place_host(schedule, host);
}

/* What a request that ends tells of its host's pace. Of several at a time it is
 * not known which ended; the last to start is near enough for an order. */
static void learn_pace(struct host *host, int64_t now)
{
	float seen = (float)(now - host->last) / (float)host->per_host;

	if (seen < (float)host->delay)
		seen = (float)host->delay;
	if (host->paces < PACE_MOST)
		host->paces++;
	host->pace += (seen - host->pace) / (float)host->paces;
}

void of_schedule_done(struct of_schedule *schedule, uint32_t host, int64_t now)
{
	tell_time(schedule, now);
	learn_pace(&schedule->hosts[host], now);
	schedule->hosts[host].under_way--;
	schedule->under_way--;
	place_host(schedule, host);
}

int64_t of_schedule_wake(const struct of_schedule *schedule)
{
	const struct heap *later = &schedule->heaps[LATER];
	int64_t wake = OF_SCHEDULE_NEVER;

	if (schedule->under_way >= schedule->capacity)
		return OF_SCHEDULE_NEVER;
	if (schedule->heaps[READY].count > 0)
		return schedule->now;
	if (later->count > 0)
		wake = schedule->hosts[later->hosts[0]].due;
	if (schedule->n_postponed > 0 && schedule->postponed[0].time < wake)
		wake = schedule->postponed[0].time;
	return wake;
}

size_t of_schedule_waiting(const struct of_schedule *schedule)
{
	return schedule->waiting;
}

bool of_schedule_is_quiet(const struct of_schedule *schedule, uint32_t host)
{
	return schedule->hosts[host].under_way == 0;
}

bool of_schedule_has_first(const struct of_schedule *schedule, uint32_t host)
{
	return schedule->hosts[host].first.count + schedule->hosts[host].postponed > 0;
}

bool of_schedule_is_at_rest(const struct of_schedule *schedule, uint32_t host)
{
	const struct host *of = &schedule->hosts[host];

	return of->under_way == 0 && of->first.count + of->tasks.count + of->postponed == 0;
}

size_t of_schedule_under_way(const struct of_schedule *schedule)
{
	return schedule->under_way;
}
