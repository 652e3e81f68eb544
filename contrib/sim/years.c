/*
 * Two years of nightly audits over a web whose truth is known.
 *
 *     years [--long] [--seed N] [--once] [--verbose] [--link N] [--nights N]
 *
 * What is judged is of_verdict_judge() with the signs and likenesses of
 * src/audit over made-up pages; the night's order of things is the pipeline's: a
 * control set first, then what is due, then the control set again: where most
 * of it fails by then, failures without any answer are not recorded (--once
 * leaves that out). SHARED is by the landings of 60 days, SIBLING by a made-up URL
 * where one sign was found; DOMAIN is none where others of the domain moved along.
 * No network, no clock. Prints what was
 * called what, how late and how rightly; exits 1 when a figure misses its mark.
 */
#include "measure.h"

#include "audit/signs.h"
#include "base/str.h"
#include <stdlib.h>

#define SOFT_SIGNS (OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND | OF_SIGN_SHARED)
#define CONTROLS 10
#define SHARED_LEAST 3
#define SHARED_WITHIN (60 * DAY)

/* -- The network on this side. */

enum network { NETWORK_UP, NETWORK_UNREACHABLE, NETWORK_NO_NAMES, NETWORK_TIMEOUT, NETWORKS };

struct night {
	unsigned number;
	int64_t begins;
	enum network network;
	int64_t until; /* the network holds until then; from then on it is `network` */
};

/* A spell of up to nine nights four times a year; and a night of each quarter in which
 * it dies when the controls have been seen. */
static struct night make_night(uint64_t seed, unsigned number)
{
	uint64_t quarter = sim_mix(seed, 300, number / 90);
	unsigned spell = sim_pick(quarter, 70), nights = 1 + sim_pick(quarter + 1, 9);
	unsigned in_quarter = number % 90;
	struct night night = {.number = number};

	night.begins = SIM_BEGINNING + number * DAY + 2 * HOUR +
		       sim_pick(sim_mix(seed, 301, number), 1200);
	if (number < 2)
		return night;
	if (in_quarter >= spell && in_quarter < spell + nights) {
		night.network = (enum network)(1 + sim_pick(quarter + 2, NETWORKS - 1));
		night.until = night.begins;
	} else if (in_quarter == 80 + sim_pick(quarter + 3, 10)) {
		night.network = (enum network)(1 + sim_pick(quarter + 4, NETWORKS - 1));
		night.until = night.begins + HOUR;
	}
	return night;
}

static int64_t time_of(const struct audit *audit, const struct night *night, unsigned link)
{
	return night->begins + 60 +
	       sim_pick(sim_mix(audit->world.seed, 302, link), 2 * (unsigned)HOUR);
}

static void look(struct sim_answer *a, const struct audit *audit, const struct night *night,
	unsigned link, int64_t at, bool sibling, bool with_page)
{
	static const enum of_failure failures[NETWORKS] = {OF_FAILURE_NONE,
		OF_FAILURE_UNREACHABLE, OF_FAILURE_DNS_NXDOMAIN, OF_FAILURE_TIMEOUT_CONNECT};

	sim_answer(a, &audit->world, link, at, sibling, with_page);
	if (night->network == NETWORK_UP || at < night->until)
		return;
	a->seen = (struct of_observation){.at = at,
		.url = a->seen.url,
		.final_url = a->seen.url,
		.failure = failures[night->network]};
	a->content = 0;
}

/* Most of the hosts that answered last time do not: it is this side. */
static bool controls_fail(
	const struct audit *audit, const struct night *night, int64_t at, struct sim_answer *a)
{
	unsigned tried = 0, failed = 0;

	for (unsigned i = 0; i < 200 && tried < CONTROLS; i++) {
		unsigned link = sim_pick(sim_mix(audit->world.seed, 303 + night->number, i),
			audit->world.n_links);

		if (!of_verdict_is_ok(audit->states[link].past.verdict))
			continue;
		look(a, audit, night, link, at, false, false);
		tried++;
		failed += a->seen.failure != OF_FAILURE_NONE;
	}
	return failed * 2 > tried;
}

/* -- A check. */

static bool is_2xx(const struct sim_answer *a)
{
	return a->seen.failure == OF_FAILURE_NONE && a->seen.status >= 200 &&
	       a->seen.status < 300;
}

static void note_landing(struct state *state, const struct sim_answer *a)
{
	state->landing = 0;
	if (is_2xx(a) && !of_str_equal(a->seen.final_url, a->seen.url)) {
		state->landing = of_str_hash(a->seen.final_url);
		state->landed = a->seen.at;
	}
}

static bool is_shared(const struct audit *audit, unsigned link, int64_t at)
{
	uint64_t landing = audit->states[link].landing;
	unsigned n = 0;

	if (landing == 0)
		return false;
	for (unsigned i = audit->world.links[link].host; i < audit->world.n_links;
		i += audit->world.n_hosts)
		n += audit->states[i].landing == landing &&
		     audit->states[i].landed > at - SHARED_WITHIN;
	return n >= SHARED_LEAST;
}

/* A domain that moved takes its links along: two that are alive there, each on a page of its
 * own, speak for all. */
static bool is_accepted(const struct audit *audit, unsigned link)
{
	unsigned n = 0;

	for (unsigned i = audit->world.links[link].host; i < audit->world.n_links;
		i += audit->world.n_hosts) {
		const struct of_past *past = &audit->states[i].past;

		n += i != link && audit->states[i].is_elsewhere &&
		     of_verdict_is_ok(past->verdict) && (past->signs & SOFT_SIGNS) == 0;
	}
	return n >= 2;
}

/* One sign, and another is to be had for one visit. */
static bool sibling_is_alike(struct audit *audit, const struct night *night, unsigned link,
	const struct sim_answer *a, uint64_t print, struct sim_answer *probe)
{
	audit->probes++;
	look(probe, audit, night, link, a->seen.at, true, true);
	if (!is_2xx(probe))
		return false;
	if (a->seen.n_hops > 0 && of_str_equal(a->seen.final_url, probe->seen.final_url))
		return true;
	return print != 0 && print == of_signs_print(&probe->page, probe->seen.url);
}

/* 304 where the host knows ETags and the page is what it was. */
static void make_conditional(
	struct audit *audit, unsigned link, struct state *state, struct sim_answer *a)
{
	const struct sim_link *l = &audit->world.links[link];

	if (!is_2xx(a) || !audit->world.hosts[l->host].has_etags ||
		state->content != a->content) {
		if (is_2xx(a)) {
			state->content = a->content;
			state->print = of_signs_print(&a->page, a->seen.url);
		}
		return;
	}
	audit->not_modified++;
	a->seen.not_modified = true;
	a->seen.status = 304;
	a->seen.page = NULL;
	a->seen.signs &= OF_SIGN_DOMAIN;
	a->seen.signs |= of_signs_of_page(NULL, a->seen.url, a->seen.final_url, 304,
		&(struct of_sign_hints){.challenge_header = false});
}

/* True where it landed on another domain. */
static bool observe(struct audit *audit, const struct night *night, unsigned link,
	struct sim_answer *a, struct sim_answer *probe)
{
	struct state *state = &audit->states[link];
	bool is_elsewhere;

	look(a, audit, night, link, time_of(audit, night, link), false, true);
	make_conditional(audit, link, state, a);
	if (a->seen.failure == OF_FAILURE_NONE && is_shared(audit, link, a->seen.at))
		a->seen.signs |= OF_SIGN_SHARED;
	is_elsewhere = (a->seen.signs & OF_SIGN_DOMAIN) != 0;
	if (is_elsewhere && is_accepted(audit, link))
		a->seen.signs &= ~(unsigned)OF_SIGN_DOMAIN;
	if (is_2xx(a) && __builtin_popcount(a->seen.signs & SOFT_SIGNS) == 1 &&
		sibling_is_alike(audit, night, link, a, state->print, probe))
		a->seen.signs |= OF_SIGN_SIBLING;
	return is_elsewhere;
}

/* -- The nights. */

static void trace(const struct sim_answer *a, const struct of_judgement *judged)
{
	fprintf(stderr, "day %.2f: %s %u, signs %02x, likeness %.2f: %s, due in %.2f\n",
		(double)(a->seen.at - SIM_BEGINNING) / (double)DAY,
		of_failure_name(a->seen.failure), a->seen.status, a->seen.signs,
		judged->likeness, of_verdict_name(judged->verdict),
		(double)(judged->due - a->seen.at) / (double)DAY);
}

static void check(struct audit *audit, const struct night *night, unsigned link,
	struct sim_answer *a, struct sim_answer *probe)
{
	struct state *state = &audit->states[link];
	struct of_judgement judged;
	bool is_elsewhere;

	is_elsewhere = observe(audit, night, link, a, probe);
	if (audit->lost_network && a->seen.status == 0)
		return;
	judged = of_verdict_judge(&a->seen, &state->past, &audit->world.links[link].item,
		&of_verdict_rules_default);
	audit->checks++;
	if (link == audit->traced)
		trace(a, &judged);
	sim_measure(audit, link, &judged);
	state->past = judged.past;
	state->is_elsewhere = is_elsewhere;
	state->due = judged.due;
}

static void run_night(struct audit *audit, const struct night *night, struct sim_answer *a,
	struct sim_answer *probe)
{
	unsigned n = audit->world.n_links;

	for (unsigned i = 0; i < n; i++)
		sim_note_truth(audit, i, night->begins);
	if (night->number > 0 && controls_fail(audit, night, night->begins, a)) {
		audit->unrecorded_nights++;
		for (unsigned i = 0; i < n; i++)
			audit->states[i].unseen++;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		audit->states[i].unseen += sim_hidden(&audit->world, i, night->begins);
	audit->broken_runs += night->network != NETWORK_UP;
	audit->lost_network = !audit->is_once && night->number > 0 &&
			      controls_fail(audit, night, night->begins + 3 * HOUR, a);
	for (unsigned i = 0; i < n; i++)
		if (audit->states[i].due <= night->begins) {
			look(a, audit, night, i, time_of(audit, night, i), false, false);
			note_landing(&audit->states[i], a);
		}
	for (unsigned i = 0; i < n; i++)
		if (audit->states[i].due <= night->begins)
			check(audit, night, i, a, probe);
}

int main(int argc, char **argv)
{
	struct audit audit = {.traced = UINT64_MAX};
	struct sim_answer answer = {.content = 0}, probe = {.content = 0};
	uint64_t seed = 1, nights = NIGHTS;
	bool is_long = false, ok;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--long") == 0)
			is_long = true;
		else if (strcmp(argv[i], "--once") == 0)
			audit.is_once = true;
		else if (strcmp(argv[i], "--verbose") == 0)
			audit.is_verbose = true;
		else if (i + 1 < argc && strcmp(argv[i], "--link") == 0 &&
			 of_str_to_uint(&audit.traced, of_str_from(argv[i + 1])))
			i++;
		else if (i + 1 < argc && strcmp(argv[i], "--nights") == 0 &&
			 of_str_to_uint(&nights, of_str_from(argv[i + 1])))
			i++;
		else if (i + 1 == argc || strcmp(argv[i], "--seed") != 0 ||
			 !of_str_to_uint(&seed, of_str_from(argv[++i]))) {
			fprintf(stderr, "usage: years [--long] [--seed N] [--once] [--verbose] "
					"[--link N] [--nights N]\n");
			return 2;
		}
	ok = sim_world_init(&audit.world, seed, is_long ? 2000 : 150, is_long ? 20000 : 1500,
		SIM_BEGINNING + NIGHTS * DAY);
	audit.states = calloc(audit.world.n_links, sizeof(*audit.states));
	ok = ok && audit.states != NULL;
	for (unsigned i = 0; ok && i < nights && i < NIGHTS; i++) {
		struct night night = make_night(seed, i);

		run_night(&audit, &night, &answer, &probe);
	}
	if (ok) {
		sim_measure_end(&audit);
		ok = sim_report(&audit);
	}
	sim_answer_finish(&answer);
	sim_answer_finish(&probe);
	sim_world_finish(&audit.world);
	free(audit.states);
	return ok ? 0 : 1;
}
