#include "measure.h"

#include "base/str.h"
#include <inttypes.h>

#define HARD_DAYS 14
#define SOFT_DAYS 35
#define SPELL (45 * DAY) /* of a truth that an audit must have found */
#define RECALL 0.9

static const char *const truth_names[TRUTHS] = {
	"living", "dead", "gone", "hijacked", "changed"};

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

void sim_note_truth(struct audit *audit, unsigned link, int64_t at)
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

	if (state->truth != TRUTH_DEAD || judged->past.streak == 0) {
		state->first_failed = 0;
		return;
	}
	if (state->first_failed == 0) {
		/* A wall or a certificate on the way is no sign of death. */
		if (judged->verdict == OF_VERDICT_DEAD || judged->past.last_failed != at)
			return;
		state->first_failed = at;
		state->unseen = 0;
		state->is_late = false;
		state->is_hard = sim_dies_hard(&audit->world, link, at);
	}
	state->is_hard = state->is_hard && sim_dies_hard(&audit->world, link, at);
	waited = at - state->first_failed - state->unseen * DAY;
	if (judged->verdict == OF_VERDICT_DEAD && state->past.verdict != OF_VERDICT_DEAD)
		add_delay(&audit->dead[state->is_hard], waited);
	if ((judged->verdict != OF_VERDICT_DEAD || state->past.verdict != OF_VERDICT_DEAD) &&
		waited > limit(state) && !state->is_late) {
		state->is_late = true;
		audit->late[state->is_hard]++;
		tell(audit, link, "late", at);
	}
}

void sim_measure(struct audit *audit, unsigned link, const struct of_judgement *judged)
{
	struct state *state = &audit->states[link];
	int64_t at = judged->past.last_checked;

	sim_note_truth(audit, link, at);
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

void sim_measure_end(struct audit *audit)
{
	int64_t end = audit->world.end;

	for (unsigned i = 0; i < audit->world.n_links; i++) {
		struct state *state = &audit->states[i];
		int64_t waited = end - state->first_failed - state->unseen * DAY;

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

/* A sold domain whose every URL lands on one page is a soft 404 by its rule, too: `also`. */
static double precision(
	const struct audit *audit, enum of_verdict verdict, enum truth truth, enum truth also)
{
	unsigned n = 0;

	for (unsigned t = 0; t < TRUTHS; t++)
		n += audit->calls[verdict][t];
	return part(audit->calls[verdict][truth] +
			    (also != truth ? audit->calls[verdict][also] : 0),
		n);
}

static double recall(const struct audit *audit, enum truth truth)
{
	return part(audit->spells_found[truth], audit->spells[truth]);
}

static void print_delays(const struct audit *audit)
{
	static const char *const names[] = {
		"5xx, refused, timeout, SERVFAIL", "404, 410, NXDOMAIN"};

	printf("\ndays from the first failed check to dead, but for nights without a network "
	       "or "
	       "with a trouble of\nthe host that hides its links\n");
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

bool sim_report(const struct audit *audit)
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
	ok &= show("soft-404: precision",
		precision(audit, OF_VERDICT_SOFT_404, TRUTH_GONE, TRUTH_HIJACKED), "=", 1);
	ok &= show("soft-404: recall", recall(audit, TRUTH_GONE), ">=", RECALL);
	ok &= show("hijacked: precision",
		precision(audit, OF_VERDICT_HIJACKED, TRUTH_HIJACKED, TRUTH_HIJACKED), "=", 1);
	ok &= show("hijacked: recall", recall(audit, TRUTH_HIJACKED), ">=", RECALL);
	return ok;
}
