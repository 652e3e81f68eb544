#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define JOBS_MOST 256U

struct loop {
	atomic_size_t next;
	size_t count;
	size_t stride; /* turns taken at once, so that workers rarely meet */
	of_pool_fn *turn;
	void *payload;
};

struct worker {
	struct loop *loop;
	unsigned number;
	pthread_t thread;
};

unsigned of_pool_cores(void)
{
	cpu_set_t cores;

	if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
		return 1;
	return CPU_COUNT(&cores) > 0 ? (unsigned)CPU_COUNT(&cores) : 1;
}

static void *work(void *argument)
{
	const struct worker *worker = argument;
	struct loop *loop = worker->loop;
	size_t from;

	while ((from = atomic_fetch_add(&loop->next, loop->stride)) < loop->count)
		for (size_t i = from; i < loop->count && i < from + loop->stride; i++)
			loop->turn(i, worker->number, loop->payload);
	return NULL;
}

void of_pool_run(size_t count, unsigned jobs, of_pool_fn *turn, void *payload)
{
	struct loop loop = {0, count, count / 4096 + 1, turn, payload};
	struct worker workers[JOBS_MOST];
	unsigned started = 1;

	if (jobs > JOBS_MOST)
		jobs = JOBS_MOST;
	if (jobs > count)
		jobs = (unsigned)count;
	for (; started < jobs; started++) {
		workers[started] = (struct worker){.loop = &loop, .number = started};
		if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) !=
			0)
			break;
	}
	workers[0] = (struct worker){.loop = &loop};
	work(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
}
