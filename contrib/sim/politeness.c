/*
 * How long an audit takes that keeps the politeness rules, against how long it
 * must: src/web/schedule.c driven by a virtual clock, without a network.
 *
 *     politeness [LINKS]     1,000,000 when none is named; with fewer, fewer hosts and places
 *
 * Links are spread over hosts by Zipf's law, answers take times of a heavy
 * tail, cut at the transfer's limit. A line for each case of the table; exits
 * 1 when one takes over 1.05 of its bound, or breaks a rule.
 *
 * Bounds, and no schedule ends before either:
 *   asked   the largest host's links x delay; all the work / capacity
 *   honest  the same, but a host with one connection at a time starts the next
 *           request when the last has ended, and delay after it started: the
 *           sum of max(delay, latency) over its links, but for the last delay
 *           (with several connections: of latency / connections)
 */
#include "web/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CUT 30000 /* ms: the limit of a whole transfer */
#define RATIO_MOST 1.05

enum tail { LOG_NORMAL, PARETO };

/* ms; LOG_NORMAL by median and sigma, PARETO by least and alpha. */
struct latency {
	const char *name;
	enum tail tail;
	double scale, shape;
	double host_sigma; /* how unlike hosts are: each has a factor of its own, log-normal */
};

static const struct latency quick = {"log-normal 120 ms, 1.0", LOG_NORMAL, 120, 1.0, 0};
static const struct latency usual = {"log-normal 300 ms, 1.2", LOG_NORMAL, 300, 1.2, 0};
static const struct latency pareto = {"Pareto 150 ms, 1.2", PARETO, 150, 1.2, 0};
static const struct latency unlike = {"log-normal, hosts 1.0", LOG_NORMAL, 250, 0.8, 1.0};
static const struct latency slow = {"log-normal 2 s, 1.2", LOG_NORMAL, 2000, 1.2, 0};

struct scenario {
	double exponent; /* of Zipf's law */
	uint32_t hosts;  /* for 1,000,000 links, as is capacity: both go with the links */
	int64_t delay;   /* ms */
	unsigned capacity, per_host;
	const struct latency *latency;
	uint64_t seed;
};

/* The first is the one that was asked for; in the others other things bind. */
static const struct scenario scenarios[] = {
	{1.0, 50000, 1000, 256, 1, &quick, 1},
	{1.0, 50000, 1000, 256, 1, &quick, 2},
	{1.0, 50000, 1000, 256, 1, &usual, 1},
	{1.0, 50000, 1000, 256, 1, &pareto, 1},
	{1.0, 50000, 1000, 256, 1, &unlike, 1},
	{1.3, 50000, 1000, 256, 1, &usual, 1},
	{0.8, 50000, 1000, 256, 1, &pareto, 3},
	{0.5, 50000, 1000, 256, 1, &usual, 1},
	{0.5, 50000, 1000, 256, 1, &usual, 2},
	{0.5, 50000, 1000, 256, 1, &pareto, 3},
	{0.5, 50000, 1000, 256, 1, &unlike, 1},
	{0.3, 50000, 1000, 256, 1, &usual, 1},
	{0.0, 50000, 1000, 256, 1, &usual, 1},
	{0.0, 50000, 1000, 256, 1, &pareto, 2},
	{0.0, 50000, 1000, 256, 1, &unlike, 1},
	{0.8, 50000, 1000, 16, 1, &usual, 1},
	{1.0, 50000, 1000, 256, 1, &slow, 1},
	{0.5, 50000, 1000, 256, 1, &slow, 1},
	{0.0, 300, 1000, 256, 1, &usual, 1},
	{0.0, 600, 1000, 256, 1, &usual, 1},
	{1.0, 50000, 0, 256, 1, &usual, 1},
	{1.0, 50000, 1000, 256, 4, &usual, 1},
	{1.0, 50000, 1000, 256, 8, &pareto, 1},
	{0.5, 50000, 1000, 256, 8, &pareto, 3},
};

/* A request under way. */
struct end {
	int64_t time;
	uint32_t host;
};

struct run {
	const struct scenario *scenario;
	uint32_t n_links, n_hosts;
	unsigned capacity;
	uint32_t *host;     /* of each link */
	int32_t *latency;   /* of each link */
	int64_t *last;      /* start at each host, to hold the schedule to its rules */
	uint8_t *under_way; /* at each host */
	struct end *ends;   /* a heap */
	size_t n_ends;
	bool broken;
};

/* splitmix64. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* In (0, 1). */
static double next_unit(uint64_t *state)
{
	return ((double)(next_random(state) >> 11) + 0.5) / 9007199254740992.0;
}

static double next_normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(next_unit(state)));

	return radius * cos(6.283185307179586 * next_unit(state));
}

static int32_t draw_latency(const struct latency *latency, double factor, uint64_t *state)
{
	double ms;

	if (latency->tail == PARETO)
		ms = latency->scale * pow(next_unit(state), -1 / latency->shape);
	else
		ms = latency->scale * exp(latency->shape * next_normal(state));
	ms *= factor;
	return (int32_t)(ms < 1 ? 1 : ms < CUT ? ms : CUT);
}

/* The host whose part of [0, 1) holds a number: sums are of the parts up to each. */
static uint32_t find_host(const double *sums, uint32_t n_hosts, double number)
{
	uint32_t low = 0;
	uint32_t high = n_hosts - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (sums[middle] <= number * sums[n_hosts - 1])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void draw_links(struct run *run, double *sums)
{
	const struct scenario *scenario = run->scenario;
	uint64_t state = scenario->seed;
	double sum = 0;

	for (uint32_t i = 0; i < run->n_hosts; i++)
		sums[i] = sum += pow(i + 1.0, -scenario->exponent);
	for (uint32_t i = 0; i < run->n_links; i++)
		run->host[i] = find_host(sums, run->n_hosts, next_unit(&state));
	for (uint32_t i = 0; i < run->n_hosts; i++) /* now each host's factor */
		sums[i] = exp(scenario->latency->host_sigma * next_normal(&state));
	for (uint32_t i = 0; i < run->n_links; i++)
		run->latency[i] = draw_latency(scenario->latency, sums[run->host[i]], &state);
}

struct bounds {
	double host, honest_host, work; /* ms */
};

/* sums has room for two numbers a host. */
static struct bounds find_bounds(const struct run *run, double *sums)
{
	double delay = (double)run->scenario->delay;
	double per_host = run->scenario->per_host;
	struct bounds bounds = {0};

	for (uint32_t i = 0; i < 2 * run->n_hosts; i++)
		sums[i] = 0;
	for (uint32_t i = 0; i < run->n_links; i++) {
		double *sum = &sums[2 * run->host[i]];

		sum[0] += delay;
		sum[1] += per_host > 1 ? run->latency[i] / per_host
				       : fmax(delay, run->latency[i]);
		bounds.work += run->latency[i];
	}
	for (uint32_t i = 0; i < run->n_hosts; i++) {
		bounds.host = fmax(bounds.host, sums[2 * i]);
		bounds.honest_host = fmax(bounds.honest_host, sums[2 * i + 1] - delay);
	}
	bounds.honest_host = fmax(bounds.honest_host, bounds.host - delay);
	bounds.work /= run->capacity;
	return bounds;
}

static void add_end(struct run *run, struct end added)
{
	size_t at = run->n_ends++;

	for (; at > 0 && run->ends[(at - 1) / 2].time > added.time; at = (at - 1) / 2)
		run->ends[at] = run->ends[(at - 1) / 2];
	run->ends[at] = added;
}

static struct end take_end(struct run *run)
{
	struct end first = run->ends[0];
	struct end moved = run->ends[--run->n_ends];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < run->n_ends &&
			run->ends[child + 1].time < run->ends[child].time)
			child++;
		if (child >= run->n_ends || run->ends[child].time >= moved.time)
			break;
		run->ends[at] = run->ends[child];
		at = child;
	}
	run->ends[at] = moved;
	return first;
}

static void start(struct run *run, uint32_t host, uint32_t task, int64_t now)
{
	if (run->host[task] != host || run->n_ends >= run->capacity ||
		run->under_way[host] >= run->scenario->per_host ||
		now < run->last[host] + run->scenario->delay)
		run->broken = true;
	run->last[host] = now;
	run->under_way[host]++;
	add_end(run, (struct end){now + run->latency[task], host});
	run->host[task] = UINT32_MAX; /* a second time would break a rule */
}

/* When the last answer is there. */
static int64_t drive(struct run *run, struct of_schedule *schedule)
{
	int64_t now = 0;

	for (;;) {
		uint32_t host, task;
		int64_t wake;

		while (of_schedule_next(schedule, now, &host, &task))
			start(run, host, task, now);
		wake = of_schedule_wake(schedule);
		if (run->n_ends == 0 && wake == OF_SCHEDULE_NEVER)
			break;
		now = run->n_ends > 0 && run->ends[0].time < wake ? run->ends[0].time : wake;
		while (run->n_ends > 0 && run->ends[0].time <= now) {
			struct end end = take_end(run);

			run->under_way[end.host]--;
			of_schedule_done(schedule, end.host, now);
		}
	}
	run->broken = run->broken || of_schedule_waiting(schedule) > 0;
	for (uint32_t i = 0; i < run->n_links; i++)
		run->broken = run->broken || run->host[i] != UINT32_MAX;
	return now;
}

static struct of_schedule *fill_schedule(const struct run *run)
{
	struct of_schedule *schedule = of_schedule_new(run->capacity);
	bool good = schedule != NULL;
	uint32_t number;

	for (uint32_t i = 0; good && i < run->n_hosts; i++)
		good = of_schedule_add_host(schedule, run->scenario->delay,
			       run->scenario->per_host, &number, NULL) == OF_OK;
	for (uint32_t i = 0; good && i < run->n_links; i++)
		good = of_schedule_add(schedule, run->host[i], i, NULL) == OF_OK;
	if (good)
		return schedule;
	of_schedule_free(schedule);
	return NULL;
}

static bool tell(const struct run *run, const struct bounds *bounds, double makespan)
{
	const struct scenario *scenario = run->scenario;
	double asked = fmax(bounds->host, bounds->work);
	double honest = fmax(bounds->honest_host, bounds->work);
	bool good = !run->broken && makespan <= RATIO_MOST * honest;

	printf("%4.1f %6u %5.1f %4u %4u %-23s %4u %9.1f %9.1f %9.1f %9.1f  %-4s %7.4f %7.4f "
	       "%s\n",
		scenario->exponent, run->n_hosts, (double)scenario->delay / 1000, run->capacity,
		scenario->per_host, scenario->latency->name, (unsigned)scenario->seed,
		makespan / 1000, bounds->host / 1000, bounds->honest_host / 1000,
		bounds->work / 1000, bounds->honest_host > bounds->work ? "host" : "work",
		makespan / asked, makespan / honest,
		run->broken ? "BROKEN"
		: good      ? "ok"
			    : "LONG");
	return good;
}

/* What is so many for 1,000,000 links. */
static uint32_t scale(uint32_t number, uint32_t n_links)
{
	uint64_t scaled = ((uint64_t)number * n_links + 999999) / 1000000;

	return (uint32_t)scaled;
}

static bool simulate(const struct scenario *scenario, uint32_t n_links)
{
	struct run run = {.scenario = scenario,
		.n_links = n_links,
		.n_hosts = scale(scenario->hosts, n_links),
		.capacity = scale(scenario->capacity, n_links)};
	struct of_schedule *schedule = NULL;
	double *sums;
	bool good = false;

	run.host = calloc(n_links, sizeof(*run.host));
	run.latency = calloc(n_links, sizeof(*run.latency));
	run.last = calloc(run.n_hosts, sizeof(*run.last));
	run.under_way = calloc(run.n_hosts, sizeof(*run.under_way));
	run.ends = calloc(run.capacity, sizeof(*run.ends));
	sums = calloc((size_t)run.n_hosts * 2, sizeof(*sums));
	if (run.host != NULL && run.latency != NULL && run.last != NULL &&
		run.under_way != NULL && run.ends != NULL && sums != NULL) {
		draw_links(&run, sums);
		for (uint32_t i = 0; i < run.n_hosts; i++)
			run.last[i] = -scenario->delay;
		schedule = fill_schedule(&run);
	}
	if (schedule != NULL) {
		struct bounds bounds = find_bounds(&run, sums);
		int64_t makespan = drive(&run, schedule);

		good = tell(&run, &bounds, (double)makespan);
	}
	of_schedule_free(schedule);
	free(sums);
	free(run.ends);
	free(run.under_way);
	free(run.last);
	free(run.latency);
	free(run.host);
	return good;
}

int main(int argc, char **argv)
{
	unsigned long n_links = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	bool good = n_links >= 1000 && n_links < OF_SCHEDULE_TASKS;

	if (!good) {
		fprintf(stderr, "usage: politeness [LINKS], 1000 at least\n");
		return 2;
	}
	printf("zipf  hosts delay  cap each latency                 seed  makespan      host   "
	       " "
	       "honest      work  binds   asked  honest\n");
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		good = simulate(&scenarios[i], (uint32_t)n_links) && good;
	return fflush(stdout) == 0 && good ? 0 : 1;
}
