/*
 * Two years of nightly audits over a web whose truth is known.
 *
 *     years [--long] [--seed N] [--verbose]
 *
 * What is judged is of_verdict_judge() with the signs and likenesses of
 * src/audit over made-up pages; the night's order of things is the pipeline's: a
 * control set first, then what is due, SHARED by the landings of 60 days,
 * SIBLING by a made-up URL where one sign was found. No network, no clock. Prints what was
 * called what, how late and how rightly; exits 1 when a figure misses its mark.
 */
#include "sim.h"

#include "audit/signs.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdlib.h>

#define NIGHTS 730
#define CONTROLS 10
#define SHARED_LEAST 3
#define SHARED_WITHIN (60 * DAY)
#define HARD_DAYS 14
#define SOFT_DAYS 35
#define SPELL (45 * DAY) /* of a truth that an audit must have found */
#define RECALL 0.9
#define DELAYS 200 /* days */

struct state {
	struct of_past past;
	int64_t due;
	uint64_t content, print; /* of the last page */
	uint64_t landing;        /* hash of another URL that it landed on */
	int64_t landed;
	/* Measures. */
	int64_t first_failed; /* while it is dead in truth and fails */
	bool is_hard, is_late;
	unsigned unrecorded; /* nights without a record since then */
	enum truth truth;
	int64_t truth_since;
	bool is_found;
};

struct delays {
	unsigned days[DELAYS], n, worst;
};

struct audit {
	struct sim_world world;
	struct state *states;
	bool is_verbose;
	unsigned long checks, probes, not_modified;
	unsigned unrecorded_nights, false_deaths, late[2], broken_runs;
	unsigned calls[OF_VERDICT_COUNT][TRUTHS];
	struct delays dead[2], found[TRUTHS];
	unsigned spells[TRUTHS], spells_found[TRUTHS];
	unsigned missed_by[MISSINGS + FATES];
};

static const char *const truth_names[TRUTHS] = {
	"living", "dead", "gone", "hijacked", "changed"};

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
	const struct audit *audit, const struct night *night, struct sim_answer *a)
{
	unsigned tried = 0, failed = 0;

	for (unsigned i = 0; i < 200 && tried < CONTROLS; i++) {
		unsigned link = sim_pick(sim_mix(audit->world.seed, 303 + night->number, i),
			audit->world.n_links);

		if (!of_verdict_is_ok(audit->states[link].past.verdict))
			continue;
		look(a, audit, night, link, night->begins, false, false);
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

static void observe(struct audit *audit, const struct night *night, unsigned link,
	struct sim_answer *a, struct sim_answer *probe)
{
	static const unsigned soft =
		OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND | OF_SIGN_SHARED;
	struct state *state = &audit->states[link];

	look(a, audit, night, link, time_of(audit, night, link), false, true);
	make_conditional(audit, link, state, a);
	if (a->seen.failure == OF_FAILURE_NONE && is_shared(audit, link, a->seen.at))
		a->seen.signs |= OF_SIGN_SHARED;
	if (is_2xx(a) && __builtin_popcount(a->seen.signs & soft) == 1 &&
		sibling_is_alike(audit, night, link, a, state->print, probe))
		a->seen.signs |= OF_SIGN_SIBLING;
}

/* -- Measures. */

static void add_delay(struct delays *delays, int64_t seconds)
{
	unsigned days = (unsigned)((seconds + DAY - 1) / DAY);

	delays->days[days < DELAYS ? days : DELAYS - 1]++;
	delays->n++;
	if (days > delays->worst)
		delays->worst = days;
}

static unsigned median(const struct delays *delays)
{
	unsigned day = 0, n = 0;

	while (day + 1 < DELAYS && (n += delays->days[day]) * 2 < delays->n)
		day++;
	return day;
}

static void tell(const struct audit *audit, unsigned link, const char *what, int64_t at)
{
	const struct sim_link *l = &audit->world.links[link];
	const struct sim_host *h = &audit->world.hosts[l->host];

	if (audit->is_verbose)
		fprintf(stderr,
			"%s: link %u, day %" PRId64 ", truth %s, fate %d of day %" PRId64
			", missing %d of day %" PRId64 ", trouble %d\n",
			what, link, (at - SIM_BEGINNING) / DAY,
			truth_names[sim_truth(&audit->world, link, at)], (int)h->fate,
			h->when == NEVER ? -1 : (h->when - SIM_BEGINNING) / DAY,
			(int)h->missing,
			l->removed == NEVER ? -1 : (l->removed - SIM_BEGINNING) / DAY,
			(int)sim_trouble(h, at));
}

static bool is_verdict_of(enum of_verdict verdict, enum truth truth)
{
	static const enum of_verdict verdicts[TRUTHS] = {[TRUTH_DEAD] = OF_VERDICT_DEAD,
		[TRUTH_GONE] = OF_VERDICT_SOFT_404,
		[TRUTH_HIJACKED] = OF_VERDICT_HIJACKED,
		[TRUTH_CHANGED] = OF_VERDICT_DRIFTED};

	if (truth == TRUTH_LIVING)
		return of_verdict_is_ok(verdict);
	return verdict == verdicts[truth];
}

static void end_spell(struct audit *audit, unsigned link, int64_t at)
{
	struct state *state = &audit->states[link];
	const struct sim_host *host = &audit->world.hosts[audit->world.links[link].host];

	if (state->truth_since == 0 || at - state->truth_since < SPELL)
		return;
	audit->spells[state->truth]++;
	audit->spells_found[state->truth] += state->is_found;
	if (!state->is_found && state->truth != TRUTH_LIVING) {
		tell(audit, link, "missed", at);
		audit->missed_by[sim_has_come(host, at) ? MISSINGS + host->fate
							: (unsigned)host->missing]++;
	}
}

static void note_truth(struct audit *audit, unsigned link, int64_t at)
{
	struct state *state = &audit->states[link];
	enum truth truth = sim_truth(&audit->world, link, at);

	if (state->truth_since != 0 && truth == state->truth)
		return;
	end_spell(audit, link, at - 1);
	state->truth = truth;
	state->truth_since = at;
	state->is_found = false;
	state->first_failed = 0;
	state->is_late = false;
}

static int64_t limit(const struct state *state)
{
	return (state->is_hard ? HARD_DAYS : SOFT_DAYS) * DAY;
}

/* Days from the first failed check of a dead link to its being called so. */
static void note_death(struct audit *audit, unsigned link, const struct of_judgement *judged)
{
	struct state *state = &audit->states[link];
	int64_t at = judged->past.last_checked, waited;

	if (state->truth != TRUTH_DEAD || judged->past.failure == OF_FAILURE_NONE) {
		state->first_failed = 0;
		return;
	}
	if (state->first_failed == 0) {
		if (judged->verdict == OF_VERDICT_DEAD)
			return;
		state->first_failed = at;
		state->unrecorded = 0;
		state->is_late = false;
		state->is_hard = sim_dies_hard(&audit->world, link, at);
	}
	state->is_hard = state->is_hard && sim_dies_hard(&audit->world, link, at);
	waited = at - state->first_failed - state->unrecorded * DAY;
	if (judged->verdict == OF_VERDICT_DEAD && state->past.verdict != OF_VERDICT_DEAD)
		add_delay(&audit->dead[state->is_hard], waited);
	if ((judged->verdict != OF_VERDICT_DEAD || state->past.verdict != OF_VERDICT_DEAD) &&
		waited > limit(state) && !state->is_late) {
		state->is_late = true;
		audit->late[state->is_hard]++;
		tell(audit, link, "late", at);
	}
}

static void measure(struct audit *audit, unsigned link, const struct of_judgement *judged)
{
	struct state *state = &audit->states[link];
	int64_t at = judged->past.last_checked;

	note_truth(audit, link, at);
	note_death(audit, link, judged);
	if (is_verdict_of(judged->verdict, state->truth) && !state->is_found) {
		state->is_found = true;
		add_delay(&audit->found[state->truth], at - state->truth_since);
	}
	if (judged->verdict == state->past.verdict)
		return;
	audit->calls[judged->verdict][state->truth]++;
	if (of_verdict_is_rot(judged->verdict) && !is_verdict_of(judged->verdict, state->truth))
		tell(audit, link, of_verdict_name(judged->verdict), at);
	if (judged->verdict == OF_VERDICT_DEAD && state->truth == TRUTH_LIVING)
		audit->false_deaths++;
}

/* -- The nights. */

static void check(struct audit *audit, const struct night *night, unsigned link,
	struct sim_answer *a, struct sim_answer *probe)
{
	struct state *state = &audit->states[link];
	struct of_judgement judged;

	observe(audit, night, link, a, probe);
	judged = of_verdict_judge(&a->seen, &state->past, &audit->world.links[link].item,
		&of_verdict_rules_default);
	audit->checks++;
	measure(audit, link, &judged);
	state->past = judged.past;
	state->due = judged.due;
}

static void run_night(struct audit *audit, const struct night *night, struct sim_answer *a,
	struct sim_answer *probe)
{
	unsigned n = audit->world.n_links;

	for (unsigned i = 0; i < n; i++)
		note_truth(audit, i, night->begins);
	if (night->number > 0 && controls_fail(audit, night, a)) {
		audit->unrecorded_nights++;
		for (unsigned i = 0; i < n; i++)
			audit->states[i].unrecorded++;
		return;
	}
	audit->broken_runs += night->network != NETWORK_UP;
	for (unsigned i = 0; i < n; i++)
		if (audit->states[i].due <= night->begins) {
			look(a, audit, night, i, time_of(audit, night, i), false, false);
			note_landing(&audit->states[i], a);
		}
	for (unsigned i = 0; i < n; i++)
		if (audit->states[i].due <= night->begins)
			check(audit, night, i, a, probe);
}

static void end_all(struct audit *audit)
{
	int64_t end = audit->world.end;

	for (unsigned i = 0; i < audit->world.n_links; i++) {
		struct state *state = &audit->states[i];
		int64_t waited = end - state->first_failed - state->unrecorded * DAY;

		end_spell(audit, i, end);
		/* Not called, though its time is long over: late without a check that shows it.
		 */
		if (state->first_failed != 0 && state->past.verdict != OF_VERDICT_DEAD &&
			!state->is_late && waited > limit(state)) {
			audit->late[state->is_hard]++;
			tell(audit, i, "never", end);
		}
	}
}

/* -- What came of it. */

static void print_verdicts(const struct audit *audit)
{
	unsigned counts[OF_VERDICT_COUNT][TRUTHS] = {0};

	for (unsigned i = 0; i < audit->world.n_links; i++)
		counts[audit->states[i].past.verdict][audit->states[i].truth]++;
	printf("\nlinks on the last night, and (calls in all nights), by truth\n%-12s", "");
	for (unsigned t = 0; t < TRUTHS; t++)
		printf("%18s", truth_names[t]);
	printf("\n");
	for (unsigned v = 0; v < OF_VERDICT_COUNT; v++) {
		unsigned n = 0;

		for (unsigned t = 0; t < TRUTHS; t++)
			n += counts[v][t] + audit->calls[v][t];
		if (n == 0)
			continue;
		printf("%-12s", of_verdict_name((enum of_verdict)v));
		for (unsigned t = 0; t < TRUTHS; t++)
			printf("%9u (%6u)", counts[v][t], audit->calls[v][t]);
		printf("\n");
	}
}

/* One line of what must be shown; true when it is. */
static bool show(const char *what, double found, const char *sign, double mark)
{
	bool is_met = sign[0] == '='   ? found == mark
		      : sign[0] == '<' ? found <= mark
				       : found >= mark;

	printf("%-4s %-52s %8.3f  must be %s %g\n", is_met ? "ok" : "MISS", what, found, sign,
		mark);
	return is_met;
}

static double part(unsigned n, unsigned of)
{
	return of == 0 ? 0 : (double)n / of;
}

static double precision(const struct audit *audit, enum of_verdict verdict, enum truth truth)
{
	unsigned n = 0;

	for (unsigned t = 0; t < TRUTHS; t++)
		n += audit->calls[verdict][t];
	return part(audit->calls[verdict][truth], n);
}

static double recall(const struct audit *audit, enum truth truth)
{
	return part(audit->spells_found[truth], audit->spells[truth]);
}

static void print_delays(const struct audit *audit)
{
	static const char *const names[] = {
		"5xx, refused, timeout, SERVFAIL", "404, 410, NXDOMAIN"};

	printf("\ndays from the first failed check to dead (nights without a network not "
	       "counted)\n");
	for (int hard = 1; hard >= 0; hard--)
		printf("%-34s n %6u  median %3u  worst %3u  later than %d: %u\n", names[hard],
			audit->dead[hard].n, median(&audit->dead[hard]),
			audit->dead[hard].worst, hard ? HARD_DAYS : SOFT_DAYS,
			audit->late[hard]);
	printf("\ndays from what came to be so to its being called so; of spells of 45 days, "
	       "those found\n");
	for (unsigned t = 1; t < TRUTHS; t++)
		printf("%-34s n %6u  median %3u  worst %3u  found %u of %u\n", truth_names[t],
			audit->found[t].n, median(&audit->found[t]), audit->found[t].worst,
			audit->spells_found[t], audit->spells[t]);
	printf("missed by kind of host:");
	for (unsigned i = 0; i < MISSINGS + FATES; i++)
		if (audit->missed_by[i] > 0)
			printf(" %s %u: %u;", i < MISSINGS ? "missing" : "fate",
				i < MISSINGS ? i : i - MISSINGS, audit->missed_by[i]);
	printf("\n");
}

static bool report(const struct audit *audit)
{
	unsigned dead_living = audit->false_deaths;
	bool ok = true;

	printf("%u links, %u hosts, %d nights, %lu checks (%lu of them 304), %lu made-up URLs\n"
	       "%u nights recorded nothing, %u runs lost the network midway\n",
		audit->world.n_links, audit->world.n_hosts, NIGHTS, audit->checks,
		audit->not_modified, audit->probes, audit->unrecorded_nights,
		audit->broken_runs);
	print_verdicts(audit);
	print_delays(audit);
	printf("\n");
	ok &= show("living links called dead", dead_living, "=", 0);
	ok &= show(
		"called dead later than 14 days: 404, 410, NXDOMAIN", audit->late[1], "=", 0);
	ok &= show("called dead later than 35 days: 5xx, timeouts", audit->late[0], "=", 0);
	ok &= show("soft-404: precision", precision(audit, OF_VERDICT_SOFT_404, TRUTH_GONE),
		"=", 1);
	ok &= show("soft-404: recall", recall(audit, TRUTH_GONE), ">=", RECALL);
	ok &= show("hijacked: precision", precision(audit, OF_VERDICT_HIJACKED, TRUTH_HIJACKED),
		"=", 1);
	ok &= show("hijacked: recall", recall(audit, TRUTH_HIJACKED), ">=", RECALL);
	return ok;
}

int main(int argc, char **argv)
{
	struct audit audit = {.is_verbose = false};
	struct sim_answer answer = {.content = 0}, probe = {.content = 0};
	uint64_t seed = 1;
	bool is_long = false, ok;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--long") == 0)
			is_long = true;
		else if (strcmp(argv[i], "--verbose") == 0)
			audit.is_verbose = true;
		else if (i + 1 == argc || strcmp(argv[i], "--seed") != 0 ||
			 !of_str_to_uint(&seed, of_str_from(argv[++i]))) {
			fprintf(stderr, "usage: years [--long] [--seed N] [--verbose]\n");
			return 2;
		}
	ok = sim_world_init(&audit.world, seed, is_long ? 2000 : 150, is_long ? 20000 : 1500,
		SIM_BEGINNING + NIGHTS * DAY);
	audit.states = calloc(audit.world.n_links, sizeof(*audit.states));
	ok = ok && audit.states != NULL;
	for (unsigned i = 0; ok && i < NIGHTS; i++) {
		struct night night = make_night(seed, i);

		run_night(&audit, &night, &answer, &probe);
	}
	if (ok) {
		end_all(&audit);
		ok = report(&audit);
	}
	sim_answer_finish(&answer);
	sim_answer_finish(&probe);
	sim_world_finish(&audit.world);
	free(audit.states);
	return ok ? 0 : 1;
}
