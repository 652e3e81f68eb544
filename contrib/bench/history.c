/*
 * What the history of links costs: history FOLDER [LINKS]. The folder should be
 * empty. Prints, for each part, how many a second (by the wall, and by the CPU
 * time of this process) and the peak of memory so far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/str.h"
#include "base/time.h"
#include "store/history.h"

#define NOW INT64_C(1700000000)
#define USES_AN_ITEM 10
#ifndef CHECKS
#define CHECKS 200000
#endif

struct clock {
	double wall, cpu;
};

static struct clock read_clock(void)
{
	struct timespec wall;
	struct rusage usage;

	clock_gettime(CLOCK_MONOTONIC, &wall);
	getrusage(RUSAGE_SELF, &usage);
	return (struct clock){(double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6};
}

static void tell(const char *part, uint64_t n, struct clock since)
{
	struct clock now = read_clock();
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-28s %9llu  %7.2f s wall  %7.2f s cpu  %9.0f/s wall  %9.0f/s cpu  peak %.1f "
	       "MiB\n",
		part, (unsigned long long)n, now.wall - since.wall, now.cpu - since.cpu,
		(double)n / (now.wall - since.wall), (double)n / (now.cpu - since.cpu),
		(double)usage.ru_maxrss / 1024);
	fflush(stdout);
}

static void need(enum of_status status, const struct of_err *err)
{
	if (status == OF_OK)
		return;
	fprintf(stderr, "%s: %s\n", err->path, err->message);
	exit(1);
}

/* One item in `changed` says something else than the last time; a fifth of the uses is of links
 * that others use, too. */
static uint64_t add_uses(struct of_history *history, unsigned links, unsigned changed)
{
	const unsigned uses = links / 4 * 5;
	struct of_err err = {0};
	char file[64], url[128], host[64];

	need(of_history_begin_uses(history, &err), &err);
	for (unsigned i = 0; i < uses; i++) {
		unsigned item = i / USES_AN_ITEM;
		unsigned link = i < links ? i : i * 7919U % links;
		struct of_use use = {.kind = 1U << (i % 4), .line = i % 40 + 1, .column = 3};

		snprintf(
			file, sizeof(file), "content/2024/%02u/an-item-%u.md", item % 12, item);
		snprintf(host, sizeof(host), "www.site-%u.org", link % (links / 10 + 1));
		snprintf(url, sizeof(url), "https://%s/articles/2023/%u/a-title-of-some-words",
			host, link);
		use.url = of_str_from(url);
		use.host = of_str_from(host);
		use.domain = of_str_from_offset(use.host, 4);
		use.file = of_str_from(file);
		use.field = STR("body");
		use.item_id = use.file;
		use.item_title = STR("A title of an item, as long as titles are");
		use.item_summary =
			STR("A summary of an item, which says in two or three lines what "
			    "it is about, and why one would read it.");
		use.category = STR("Clinical");
		use.published = NOW - (changed != 0 && item % changed == 0);
		need(of_history_add_use(history, &use, &err), &err);
	}
	need(of_history_end_uses(history, &err), &err);
	return uses;
}

static void put_checks(struct of_history *history, unsigned links, int64_t run, unsigned first)
{
	struct of_arena *arena = of_arena_new();
	struct of_err err = {0};

	for (unsigned i = first; i < first + CHECKS; i++) {
		int64_t number = 1 + (int64_t)((uint64_t)i * 611953 % links);
		struct of_link link;
		struct of_page page = {.title = STR("A title of a page - The site"),
			.description =
				STR("What the page says of itself in its head, which is often "
				    "what its first sentence says, cut off at some length"),
			.og_image =
				STR("https://www.site.org/images/2023/11/an-image-of-it.jpg"),
			.language = STR("en"),
			.charset = STR("utf-8"),
			.published = OF_TIME_NONE};
		struct of_observation seen = {.at = NOW, .status = 200, .milliseconds = 120};
		struct of_judgement judgement = {
			.verdict = OF_VERDICT_ALIVE, .due = NOW + 86400 * 7, .likeness = 0.8};
		struct of_hop hop = {
			302, STR_INIT("https://www.site.org/another/place/than/that")};
		struct of_check check = {.run = run,
			.link = number,
			.seen = &seen,
			.judgement = &judgement,
			.etag = STR("\"5f3c-60a1b2c3d4e5f\""),
			.print = 0x1234567812345678U + i};

		of_arena_clear(arena);
		need(of_history_get_link(history, number, &link, arena, &err), &err);
		seen.url = seen.final_url = link.url;
		seen.page = &page;
		if (i % 4 == 0) {
			seen.hops = &hop;
			seen.n_hops = 1;
			seen.final_url = hop.url;
		}
		judgement.past = link.past;
		judgement.past.verdict = OF_VERDICT_ALIVE;
		judgement.past.checks++;
		judgement.past.status = 200;
		judgement.past.last_checked = judgement.past.last_ok = NOW;
		need(of_history_put_check(history, &check, &err), &err);
	}
	of_arena_free(arena);
}

static bool count_due(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	(void)link, (void)domain, (void)url;
	++*(uint64_t *)payload;
	return true;
}

static bool count_url(struct of_str url, void *payload)
{
	(void)url;
	++*(uint64_t *)payload;
	return true;
}

static bool count_link(int64_t link, void *payload)
{
	(void)link;
	++*(uint64_t *)payload;
	return true;
}

static bool count_reported(const struct of_report_link *link, void *payload)
{
	(void)link;
	return ++*(uint64_t *)payload != 0;
}

int main(int argc, char **argv)
{
	char *end = NULL;
	unsigned links = argc > 2 ? (unsigned)strtoul(argv[2], &end, 10) : 1000000;
	struct of_history_place place = {0};
	struct of_history *history = NULL;
	struct of_err err = {0};
	struct clock since;
	uint64_t n = 0;
	int64_t run;

	if (argc < 2 || links < 1000) {
		fprintf(stderr, "usage: history FOLDER [LINKS]\n");
		return 2;
	}
	place.folder = argv[1];
	need(of_history_open(&history, &place, NULL, &err), &err);
	since = read_clock();
	tell("uses, new", add_uses(history, links, 0), since);
	since = read_clock();
	tell("uses, unchanged", add_uses(history, links, 0), since);
	since = read_clock();
	tell("uses, a hundredth changed", add_uses(history, links, 100), since);
	since = read_clock();
	need(of_history_each_due(history, NOW, false, OF_LINK_KINDS_ALL, count_due, &n, &err),
		&err);
	tell("due", n, since);
	need(of_history_begin_run(history, NOW, &run, &err), &err);
	since = read_clock();
	put_checks(history, links, run, 0);
	tell("checks, of new pages", CHECKS, since);
	since = read_clock();
	put_checks(history, links, run, 0);
	tell("checks, of known pages", CHECKS, since);
	need(of_history_end_run(history, run, NOW, true, &err), &err);
	since = read_clock();
	n = 0;
	need(of_history_each_shared(history, run, 5, count_link, &n, &err), &err);
	tell("shared landings", n, since);
	since = read_clock();
	n = 0;
	need(of_history_each_control(history, 20, count_url, &n, &err), &err);
	tell("controls", n, since);
	since = read_clock();
	n = 0;
	need(of_history_each_report(history, OF_VERDICTS_ALL, 10, count_reported, &n, &err), &err);
	tell("report", n, since);
	of_history_close(history);
	return 0;
}
