/*
 * What a history in PostgreSQL is asked, for postgres.py to measure: `touch` asks each
 * sort of thing once, in a database that is full; `claims` has many processes take
 * leases and write what they find, and tells how long the taking took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/time.h"
#include "store/history.h"
#include "store/leases.h"

#define CLAIM 4        /* domains at a time */
#define MOST_LINKS 500 /* of a domain at once, as a worker has it */
#define MOST_CLAIMS 100000
#define DAY INT64_C(86400)

static void need(enum of_status status, const struct of_err *err)
{
	if (status == OF_OK)
		return;
	fprintf(stderr, "%s: %s\n", err->path, err->message);
	exit(1);
}

struct bench {
	struct of_history *history;
	struct of_leases *leases;
	struct of_arena *arena;
	int64_t run, checks;
	int64_t domains[256], links[MOST_LINKS * CLAIM];
	size_t n_domains, n_links;
};

static void open_history(struct bench *bench, const char *store, const char *site)
{
	const struct of_history_place place = {
		.store = of_str_from(store), .site = of_str_from(site)};
	struct of_err err = {0};

	need(of_history_open(&bench->history, &place, NULL, &err), &err);
	bench->arena = of_arena_new();
}

static enum of_status take(const struct of_lease *lease, void *payload)
{
	struct bench *bench = payload;

	if (bench->n_domains < CLAIM)
		bench->domains[bench->n_domains++] = lease->domain;
	return OF_OK;
}

static bool list(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	struct bench *bench = payload;

	(void)domain;
	(void)url;
	bench->links[bench->n_links++] = link;
	return bench->n_links < MOST_LINKS * CLAIM;
}

static int64_t now_of(const struct bench *bench)
{
	return (int64_t)time(NULL) + of_history_clock(bench->history) / 1000;
}

static void check(struct bench *bench, int64_t number)
{
	struct of_err err = {0};
	struct of_judgement judgement = {.verdict = OF_VERDICT_ALIVE, .likeness = -1};
	struct of_page page = {.title = STR("A page of the bench"), .published = OF_TIME_NONE};
	struct of_observation seen = {
		.at = now_of(bench), .status = 200, .milliseconds = 120, .page = &page};
	struct of_check row = {.link = number, .run = bench->run, .seen = &seen};
	struct of_link link;

	of_arena_clear(bench->arena);
	need(of_history_get_link(bench->history, number, &link, bench->arena, &err), &err);
	judgement.past = link.past;
	judgement.past.verdict = OF_VERDICT_ALIVE;
	judgement.past.status = 200;
	judgement.past.checks++;
	judgement.past.last_checked = judgement.past.last_ok = seen.at;
	judgement.due = seen.at + 10 * DAY;
	seen.url = seen.final_url = link.url;
	row.judgement = &judgement;
	need(of_history_put_check(bench->history, &row, &err), &err);
	bench->checks++;
}

/* A turn: domains, their links, what is found of them, and the domains back. */
static int64_t turn(struct bench *bench)
{
	struct of_lease_end ends[CLAIM] = {0};
	struct of_err err = {0};
	struct timespec from, to;

	bench->n_domains = bench->n_links = 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	need(of_leases_claim(bench->leases, CLAIM, take, bench, &err), &err);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (bench->n_domains == 0)
		return -1;
	need(of_leases_each_due(bench->leases, bench->domains, bench->n_domains, MOST_LINKS,
		     OF_TIME_NONE, false, list, bench, &err),
		&err);
	for (size_t i = 0; i < bench->n_links; i++)
		check(bench, bench->links[i]);
	need(of_history_flush(bench->history, &err), &err);
	for (size_t i = 0; i < bench->n_domains; i++)
		ends[i].domain = bench->domains[i];
	need(of_leases_release(bench->leases, ends, bench->n_domains, &err), &err);
	return (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
}

static void begin_worker(struct bench *bench, const char *store)
{
	struct of_err err = {0};

	open_history(bench, store, NULL);
	need(of_leases_open(&bench->leases, bench->history, 1000, &err), &err);
	need(of_history_begin_run(bench->history, now_of(bench), &bench->run, &err), &err);
}

static void end_worker(struct bench *bench)
{
	struct of_err err = {0};

	need(of_history_end_run(bench->history, bench->run, now_of(bench), true, &err), &err);
	of_leases_close(bench->leases);
	of_history_close(bench->history);
	of_arena_free(bench->arena);
}

/* -- touch */

static enum of_status same(const struct of_lease *lease, void *payload)
{
	(void)lease;
	(void)payload;
	return OF_OK;
}

static bool stop_url(struct of_str url, void *payload)
{
	(void)url;
	(void)payload;
	return true;
}

static bool stop_link(int64_t link, void *payload)
{
	(void)link;
	(void)payload;
	return true;
}

static bool stop_landing(int64_t link, struct of_str final_url, unsigned signs, void *payload)
{
	(void)link;
	(void)final_url;
	(void)signs;
	(void)payload;
	return true;
}

static void touch_as_worker(const char *store)
{
	static const struct of_str names[] = {STR_INIT("d7.example"), STR_INIT("d8.example")};
	struct bench bench = {0};
	struct of_err err = {0};
	struct of_judgement judgement = {.verdict = OF_VERDICT_SOFT_404, .likeness = -1};
	struct of_link link;
	int64_t wait;

	begin_worker(&bench, store);
	turn(&bench);
	need(of_history_get_link(bench.history, bench.links[0], &link, bench.arena, &err),
		&err);
	judgement.past = link.past;
	judgement.past.verdict = judgement.verdict;
	need(of_history_revise(bench.history, bench.links[0], &judgement, &err), &err);
	need(of_leases_claim_named(bench.leases, names, 2, take, &bench, &err), &err);
	need(of_leases_renew(bench.leases, same, same, NULL, &err), &err);
	need(of_leases_next(bench.leases, &wait, &err), &err);
	need(of_history_each_shared(bench.history, bench.run, 3, stop_link, NULL, &err), &err);
	end_worker(&bench);
}

static void touch_as_site(const char *store, const char *site)
{
	const struct of_use use = {.url = STR("https://www.d9.example/page/9"),
		.host = STR("www.d9.example"),
		.domain = STR("d9.example"),
		.kind = 1,
		.file = STR("new.md"),
		.published = OF_TIME_NONE};
	struct bench bench = {0};
	struct of_learned learned;
	struct of_link link;
	struct of_err err = {0};
	bool found;

	open_history(&bench, store, site);
	need(of_history_begin_uses(bench.history, &err), &err);
	need(of_history_add_use(bench.history, &use, &err), &err);
	need(of_history_end_uses(bench.history, &err), &err);
	need(of_history_get_link(bench.history, 77, &link, bench.arena, &err), &err);
	need(of_history_learned(bench.history, use.url, &learned, &found, bench.arena, &err),
		&err);
	need(of_history_each_landing(
		     bench.history, STR("d9.example"), stop_landing, NULL, &err),
		&err);
	of_history_close(bench.history);
	/* the control set, of all sites: few links of a large database are a small site's */
	open_history(&bench, store, NULL);
	need(of_history_each_control(bench.history, 20, stop_url, NULL, &err), &err);
	of_history_close(bench.history);
}

/* -- claims */

static int compare(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Writes what each claim took, and at last the checks as a negative number. */
static void claim(const char *store, int64_t seconds, useconds_t pause, int out)
{
	static int64_t taken[MOST_CLAIMS];
	struct bench bench = {0};
	int64_t end;
	size_t n = 0;

	begin_worker(&bench, store);
	end = of_clock_ms() + seconds * 1000;
	/* not all at one time */
	usleep((useconds_t)getpid() % 97 * pause / 97);
	for (; n + 1 < MOST_CLAIMS && of_clock_ms() < end; n++) {
		taken[n] = turn(&bench);
		if (taken[n] < 0)
			break;
		usleep(pause);
	}
	taken[n++] = -bench.checks;
	end_worker(&bench);
	_exit(write(out, taken, n * sizeof(*taken)) == (ssize_t)(n * sizeof(*taken)) ? 0 : 1);
}

static void claims(const char *store, int64_t seconds, unsigned workers, useconds_t pause)
{
	int64_t *all = calloc(MOST_CLAIMS, sizeof(*all)), number, checks = 0;
	size_t n = 0;
	int ends[2];

	if (all == NULL || pipe(ends) != 0)
		exit(1);
	for (unsigned i = 0; i < workers; i++)
		if (fork() == 0)
			claim(store, seconds, pause, ends[1]);
	close(ends[1]);
	while (read(ends[0], &number, sizeof(number)) == sizeof(number)) {
		if (number < 0)
			checks -= number;
		else if (n < MOST_CLAIMS)
			all[n++] = number;
	}
	while (wait(NULL) > 0)
		;
	qsort(all, n, sizeof(*all), compare);
	if (n == 0)
		exit(1);
	printf("%zu %lld %lld %lld %lld\n", n, (long long)checks, (long long)all[n / 2],
		(long long)all[n * 9 / 10], (long long)all[n * 99 / 100]);
	free(all);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "touch") == 0) {
		touch_as_worker(argv[2]);
		touch_as_site(argv[2], argv[3]);
	} else if (argc == 6 && strcmp(argv[1], "claims") == 0) {
		claims(argv[2], strtoll(argv[3], NULL, 10),
			(unsigned)strtoul(argv[4], NULL, 10),
			(useconds_t)strtoul(argv[5], NULL, 10) * 1000);
	} else if (argc == 3 && strcmp(argv[1], "make") == 0) {
		struct bench bench = {0};

		open_history(&bench, argv[2], "https://site.example/");
		of_history_close(bench.history);
		of_arena_free(bench.arena);
	} else {
		fprintf(stderr, "usage: postgres make|touch|claims STORE ...\n");
		return 2;
	}
	return 0;
}
