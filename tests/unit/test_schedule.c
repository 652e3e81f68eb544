#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/queue.h"
#include "web/schedule.h"

#define HOSTS 12
#define TASKS 4000
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum fate { UNBORN, WAITS, UNDER_WAY, DONE, DROPPED };

struct model_task {
	enum fate fate;
	uint32_t host;
	bool first;
	int64_t not_before;
	uint32_t order; /* of those that were put at the end */
};

struct model_host {
	int64_t delay, last, hold, until;
	unsigned per_host, under_way;
	uint32_t served; /* the order of the last that was put at the end */
};

/* The rules as they are stated, without a data structure. */
struct model {
	struct of_schedule *schedule;
	struct model_task tasks[TASKS];
	struct model_host hosts[HOSTS];
	uint32_t n_tasks, order;
	unsigned capacity, under_way;
	int64_t now;
	uint64_t random;
};

static uint32_t draw(struct model *model, uint32_t below)
{
	model->random = model->random * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(model->random >> 33) % below;
}

static bool may_host(const struct model *model, const struct model_host *host, int64_t when)
{
	return model->under_way < model->capacity && host->under_way < host->per_host &&
	       host->hold <= when && host->last + host->delay <= when && when < host->until;
}

static void check_started(struct model *model, uint32_t host, uint32_t task)
{
	struct model_task *started;

	assert_true(host < HOSTS && task < model->n_tasks);
	started = &model->tasks[task];
	assert_int_equal(started->fate, WAITS);
	assert_int_equal(started->host, host);
	assert_true(started->not_before <= model->now);
	assert_true(may_host(model, &model->hosts[host], model->now));
	for (uint32_t i = 0; !started->first && i < model->n_tasks; i++)
		assert_false(model->tasks[i].fate == WAITS && model->tasks[i].host == host &&
			     model->tasks[i].first && model->tasks[i].not_before <= model->now);
	if (!started->first) {
		assert_true(started->order > model->hosts[host].served);
		model->hosts[host].served = started->order;
	}
	started->fate = UNDER_WAY;
	model->hosts[host].under_way++;
	model->hosts[host].last = model->now;
	model->under_way++;
}

/* Nothing that may start is left, and the schedule says when something may. */
static void check_rest(const struct model *model)
{
	int64_t wake = of_schedule_wake(model->schedule);
	size_t waiting = 0;

	for (uint32_t i = 0; i < model->n_tasks; i++) {
		const struct model_task *task = &model->tasks[i];
		const struct model_host *host = &model->hosts[task->host];

		if (task->fate != WAITS)
			continue;
		waiting++;
		assert_false(
			may_host(model, host, model->now) && task->not_before <= model->now);
		if (model->under_way < model->capacity && host->under_way < host->per_host &&
			model->now < host->until) {
			assert_true(wake <= task->not_before || wake <= host->hold ||
				    wake <= host->last + host->delay);
			assert_true(
				host->hold == OF_SCHEDULE_NEVER || wake != OF_SCHEDULE_NEVER);
		}
	}
	assert_true(wake > model->now);
	assert_int_equal(of_schedule_waiting(model->schedule), waiting);
	assert_int_equal(of_schedule_under_way(model->schedule), model->under_way);
}

static void start_all(struct model *model)
{
	uint32_t host, task;

	while (of_schedule_next(model->schedule, model->now, &host, &task)) {
		check_started(model, host, task);
		if (draw(model, 4) == 0) {
			model->now += draw(model, 20);
			model->hosts[host].last = model->now;
			of_schedule_started(model->schedule, host, model->now);
		}
	}
	check_rest(model);
}

static void add(struct model *model, bool first)
{
	uint32_t number = model->n_tasks;
	struct model_task *task = &model->tasks[number];

	if (number == TASKS)
		return;
	model->n_tasks++;
	task->fate = WAITS;
	task->host = draw(model, HOSTS) * draw(model, HOSTS) / HOSTS;
	task->first = first;
	task->order = ++model->order;
	if (!first) {
		assert_int_equal(
			of_schedule_add(model->schedule, task->host, number, NULL), OF_OK);
		return;
	}
	task->not_before = model->now - 100 + draw(model, 400);
	assert_int_equal(of_schedule_add_first(
				 model->schedule, task->host, number, task->not_before, NULL),
		OF_OK);
}

static void end_one(struct model *model)
{
	uint32_t from = model->n_tasks > 0 ? draw(model, model->n_tasks) : 0;

	for (uint32_t i = 0; i < model->n_tasks; i++) {
		struct model_task *task = &model->tasks[(from + i) % model->n_tasks];

		if (task->fate != UNDER_WAY)
			continue;
		task->fate = DONE;
		model->hosts[task->host].under_way--;
		model->under_way--;
		of_schedule_done(model->schedule, task->host, model->now);
		return;
	}
}

/* All that waits at a host, or some of it. */
static void drop(struct model *model, uint32_t host)
{
	bool all = draw(model, 2) == 0;
	uint32_t left = 5;
	uint32_t task;

	while ((all || left-- > 0) && of_schedule_drop(model->schedule, host, &task)) {
		assert_int_equal(model->tasks[task].fate, WAITS);
		assert_int_equal(model->tasks[task].host, host);
		model->tasks[task].fate = DROPPED;
	}
	for (uint32_t i = 0; all && i < model->n_tasks; i++)
		assert_false(model->tasks[i].host == host && model->tasks[i].fate == WAITS);
}

static void hold(struct model *model, uint32_t host)
{
	int64_t until = model->now - 50 + draw(model, 1000);

	if (until > model->hosts[host].hold)
		model->hosts[host].hold = until;
	of_schedule_hold(model->schedule, host, until);
}

/* Closes a host, or opens it for a while, or for good. */
static void open_or_close(struct model *model, uint32_t host)
{
	uint32_t what = draw(model, 4);
	int64_t until = what == 0   ? 0
			: what == 1 ? OF_SCHEDULE_NEVER
				    : model->now + draw(model, 500);

	model->hosts[host].until = until;
	of_schedule_open(model->schedule, host, until);
}

static void step(struct model *model)
{
	uint32_t host = draw(model, HOSTS);
	uint32_t what = draw(model, 100);

	if (what < 30) {
		add(model, false);
	} else if (what < 40) {
		add(model, true);
	} else if (what < 70) {
		end_one(model);
	} else if (what < 72) {
		hold(model, host);
	} else if (what < 73) {
		drop(model, host);
	} else if (what < 74) {
		open_or_close(model, host);
	} else if (what < 75) {
		model->hosts[host].delay = draw(model, 300);
		of_schedule_set_delay(model->schedule, host, model->hosts[host].delay);
	} else {
		model->now += draw(model, 60);
	}
	start_all(model);
}

/* Ends and starts what is left, by the wakes alone. */
static void drain(struct model *model)
{
	for (uint32_t host = 0; host < HOSTS; host++) {
		model->hosts[host].until = OF_SCHEDULE_NEVER;
		of_schedule_open(model->schedule, host, OF_SCHEDULE_NEVER);
	}
	for (uint32_t turn = 0;
		model->under_way > 0 || of_schedule_waiting(model->schedule) > 0; turn++) {
		int64_t wake = of_schedule_wake(model->schedule);

		assert_true(turn < 10 * TASKS);
		if (model->under_way > 0)
			end_one(model);
		else
			assert_true(wake != OF_SCHEDULE_NEVER);
		if (wake != OF_SCHEDULE_NEVER && wake > model->now)
			model->now = wake;
		start_all(model);
	}
}

static void drive(uint64_t seed)
{
	struct model *model = calloc(1, sizeof(*model));

	assert_non_null(model);
	model->random = seed;
	model->capacity = 1 + draw(model, 20);
	model->schedule = of_schedule_new(model->capacity);
	assert_non_null(model->schedule);
	for (uint32_t i = 0; i < HOSTS; i++) {
		struct model_host *host = &model->hosts[i];
		uint32_t number;

		host->delay = draw(model, 3) == 0 ? 0 : draw(model, 200);
		host->per_host = 1 + draw(model, 3);
		host->last = -1000;
		host->until = OF_SCHEDULE_NEVER;
		assert_int_equal(of_schedule_add_host(model->schedule, host->delay,
					 host->per_host, &number, NULL),
			OF_OK);
		assert_int_equal(number, i);
	}
	for (unsigned i = 0; i < 3000; i++)
		step(model);
	drain(model);
	for (uint32_t host = 0; host < HOSTS; host++)
		assert_true(of_schedule_is_at_rest(model->schedule, host));
	for (uint32_t i = 0; i < model->n_tasks; i++)
		assert_true(model->tasks[i].fate == DONE || model->tasks[i].fate == DROPPED);
	of_schedule_free(model->schedule);
	free(model);
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		drive(seed);
}

/* ---- The order ---- */

static struct of_schedule *make(unsigned capacity, size_t n_hosts, int64_t delay)
{
	struct of_schedule *schedule = of_schedule_new(capacity);
	uint32_t host;

	assert_non_null(schedule);
	for (size_t i = 0; i < n_hosts; i++)
		assert_int_equal(of_schedule_add_host(schedule, delay, 1, &host, NULL), OF_OK);
	return schedule;
}

static void fill(struct of_schedule *schedule, uint32_t host, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(of_schedule_add(schedule, host, from + i, NULL), OF_OK);
}

static void assert_next(struct of_schedule *schedule, int64_t now, uint32_t want)
{
	uint32_t host, task;

	assert_true(of_schedule_next(schedule, now, &host, &task));
	assert_int_equal(task, want);
}

static void assert_none(struct of_schedule *schedule, int64_t now)
{
	uint32_t host, task;

	assert_false(of_schedule_next(schedule, now, &host, &task));
}

static void test_longest_first(void **state)
{
	struct of_schedule *schedule = make(3, 3, 1000);

	(void)state;
	fill(schedule, 0, 100, 2);
	fill(schedule, 1, 200, 5);
	fill(schedule, 2, 300, 4);
	assert_next(schedule, 0, 200);
	assert_next(schedule, 0, 300);
	assert_next(schedule, 0, 100);
	assert_none(schedule, 5000); /* each has its one */
	assert_int_equal(of_schedule_wake(schedule), OF_SCHEDULE_NEVER);
	for (uint32_t host = 0; host < 3; host++)
		of_schedule_done(schedule, host, 10);
	assert_int_equal(of_schedule_wake(schedule), 1000);
	assert_none(schedule, 999);
	of_schedule_set_delay(schedule, 0, 9000); /* one left of 9 s: longer than 4 of 1 s */
	of_schedule_set_delay(schedule, 2, 500);
	assert_int_equal(of_schedule_wake(schedule), 999);
	assert_next(schedule, 9000, 101);
	assert_next(schedule, 9000, 201);
	assert_next(schedule, 9000, 301);
	of_schedule_free(schedule);
}

/* Of two alike, the one that answers slowly has the longer way to go. */
static void test_slow_first(void **state)
{
	struct of_schedule *schedule = make(2, 2, 1000);

	(void)state;
	fill(schedule, 0, 100, 10);
	fill(schedule, 1, 200, 10);
	assert_next(schedule, 0, 100);
	assert_next(schedule, 0, 200);
	of_schedule_done(schedule, 0, 10);
	of_schedule_done(schedule, 1, 20000);
	assert_next(schedule, 20000, 201);
	assert_next(schedule, 20000, 101);
	of_schedule_free(schedule);
}

static void test_first(void **state)
{
	struct of_schedule *schedule = make(1, 2, 0);
	uint32_t task;

	(void)state;
	fill(schedule, 0, 100, 5);
	fill(schedule, 1, 200, 1);
	assert_int_equal(of_schedule_add_first(schedule, 1, 8, 0, NULL), OF_OK);
	assert_int_equal(of_schedule_add_first(schedule, 1, 9, 0, NULL), OF_OK);
	assert_int_equal(of_schedule_add_first(schedule, 1, 7, 50, NULL), OF_OK);
	assert_next(schedule, 0, 8); /* before a longer queue: a chain waits for it */
	of_schedule_done(schedule, 1, 0);
	assert_next(schedule, 0, 9);
	of_schedule_done(schedule, 1, 0);
	assert_next(schedule, 0, 100);
	of_schedule_done(schedule, 0, 60);
	assert_next(schedule, 60, 7);
	of_schedule_done(schedule, 1, 60);
	assert_int_equal(of_schedule_add_first(schedule, 1, 6, 5000, NULL), OF_OK);
	assert_int_equal(of_schedule_waiting(schedule), 6);
	assert_true(of_schedule_drop(schedule, 1, &task));
	assert_true(of_schedule_drop(schedule, 1, &task));
	assert_false(of_schedule_drop(schedule, 1, &task));
	assert_int_equal(of_schedule_waiting(schedule), 4);
	of_schedule_free(schedule);
}

static void test_hold(void **state)
{
	struct of_schedule *schedule = make(4, 2, 10);

	(void)state;
	assert_int_equal(of_schedule_wake(schedule), OF_SCHEDULE_NEVER);
	fill(schedule, 0, 100, 2);
	fill(schedule, 1, 200, 1);
	of_schedule_hold(schedule, 0, 500);
	of_schedule_hold(schedule, 0, 400); /* changes nothing */
	assert_next(schedule, 0, 200);
	assert_none(schedule, 499);
	assert_int_equal(of_schedule_wake(schedule), 500);
	of_schedule_hold(schedule, 0, OF_SCHEDULE_NEVER);
	assert_none(schedule, INT64_MAX - 1);
	assert_int_equal(of_schedule_wake(schedule), OF_SCHEDULE_NEVER);
	of_schedule_free(schedule);
	of_schedule_free(NULL);
}

/* Times and delays at the ends of what they can be. */
static void test_extremes(void **state)
{
	struct of_schedule *schedule = make(0, 1, INT64_MAX);

	(void)state;
	fill(schedule, 0, OF_SCHEDULE_TASKS - 2, 2);
	assert_next(schedule, 0, OF_SCHEDULE_TASKS - 2);
	of_schedule_done(schedule, 0, 5);
	assert_true(of_schedule_wake(schedule) > INT64_C(1) << 39);
	of_schedule_set_delay(schedule, 0, -5);
	assert_next(schedule, 5, OF_SCHEDULE_TASKS - 1);
	of_schedule_free(schedule);
}

/* A million tasks cost little more than their numbers. */
static void test_memory(void **state)
{
	struct of_queue_pool pool = {0};
	struct of_queue queue = {0};
	uint32_t popped = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000000; i++) {
		assert_true(of_queue_reserve(&pool, 1));
		of_queue_push(&pool, &queue, i);
	}
	assert_true(pool.used * sizeof(*pool.blocks) < 4700000);
	for (uint32_t i = 0; i < 5000000; i++) { /* what it gave back is used again */
		assert_int_equal(of_queue_pop(&pool, &queue), popped);
		popped = popped + 1 < 1000000 ? popped + 1 : 0;
		assert_true(of_queue_reserve(&pool, 1));
		of_queue_push(&pool, &queue, i % 1000000);
	}
	assert_true(pool.used * sizeof(*pool.blocks) < 4700000);
	of_queue_pool_finish(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_longest_first),
		cmocka_unit_test(test_slow_first),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
