#include <outfeed/verdict.h>

#include "audit/evidence.h"
#include "audit/recheck.h"

/* How evidence bears on a link: what it is called, until there is more, and what is counted. */
static const struct bearing {
	enum of_verdict verdict;
	bool counts, counts_hard;
	bool whatever_was; /* it says all there is to say, even of a link known as rot */
} bearings[OF_EVIDENCE_COUNT] = {
	[OF_EVIDENCE_ANSWER] = {OF_VERDICT_ALIVE, false, false, true},
	[OF_EVIDENCE_HARD] = {OF_VERDICT_SUSPECT, true, true, false},
	[OF_EVIDENCE_SOFT] = {OF_VERDICT_SUSPECT, true, false, false},
	[OF_EVIDENCE_DOUBT] = {OF_VERDICT_SUSPECT, false, false, false},
	[OF_EVIDENCE_WALL] = {OF_VERDICT_BLOCKED, false, false, false},
	[OF_EVIDENCE_THROTTLE] = {OF_VERDICT_THROTTLED, false, false, false},
	[OF_EVIDENCE_TLS] = {OF_VERDICT_INSECURE, false, false, false},
	[OF_EVIDENCE_ADDRESS] = {OF_VERDICT_FORBIDDEN, false, false, false},
	[OF_EVIDENCE_URL] = {OF_VERDICT_INVALID, false, false, true},
	[OF_EVIDENCE_NOTHING] = {OF_VERDICT_NONE, false, false, false},
};

/* Seconds from one time to another; 0 where the first is not known, or the later one. */
static int64_t elapsed(int64_t from, int64_t to)
{
	int64_t seconds;

	if (from == 0 || to < from)
		return 0;
	return __builtin_sub_overflow(to, from, &seconds) ? INT64_MAX : seconds;
}

/* A count that a clock gave which was ahead is taken back. */
static void take_back(unsigned *n, int64_t last, int64_t at)
{
	if (last > at && *n > 0)
		--*n;
}

/* Times that a clock was ahead for once must not keep failures from counting until it is
 * caught up with. */
static struct of_past none_later(struct of_past past, int64_t at)
{
	int64_t *const times[] = {&past.last_checked, &past.last_ok, &past.first_failed,
		&past.last_failed, &past.last_counted, &past.first_hard, &past.last_hard,
		&past.since, &past.finding_first, &past.finding_last};

	take_back(&past.streak, past.last_counted, at);
	take_back(&past.streak_hard, past.last_hard, at);
	take_back(&past.finding_seen, past.finding_last, at);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (*times[i] > at)
			*times[i] = at;
	return past;
}

/* -- Counting. One more, when the last that counted is long enough ago. */

static void count(unsigned *n, int64_t *first, int64_t *last, int64_t at,
	const struct of_verdict_rules *rules)
{
	if (*n > 0 && elapsed(*last, at) < rules->hard_apart)
		return;
	if (*n == 0)
		*first = at;
	*last = at;
	++*n;
}

/* What the last page was stays known, for a 304 to come. */
static void forget_sightings(struct of_past *past)
{
	past->finding_seen = 0;
	past->finding_first = past->finding_last = 0;
}

static void count_failure(struct of_past *past, const struct bearing *bearing, int64_t at,
	const struct of_verdict_rules *rules)
{
	if (!bearing->counts || at < past->last_checked)
		return;
	past->last_failed = at;
	/* Until rot is sure, what was seen of it must be in a row. */
	if (of_verdict_is_rot(past->finding))
		forget_sightings(past);
	count(&past->streak, &past->first_failed, &past->last_counted, at, rules);
	if (bearing->counts_hard)
		count(&past->streak_hard, &past->first_hard, &past->last_hard, at, rules);
}

static void forget_failures(struct of_past *past)
{
	past->streak = past->streak_hard = 0;
	past->first_failed = past->last_failed = past->last_counted = 0;
	past->first_hard = past->last_hard = 0;
}

/* Of two weekends' walls with a maintenance page between them each is a trouble of its own. */
static bool is_same(const struct of_past *past, enum of_verdict finding, unsigned signs)
{
	static const unsigned places = OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND;
	unsigned was = past->signs & places, is = signs & places;

	return finding == past->finding &&
	       (finding != OF_VERDICT_SOFT_404 || was == is || (was & is) != 0);
}

static void count_finding(struct of_past *past, enum of_verdict finding, unsigned signs,
	int64_t at, const struct of_verdict_rules *rules)
{
	if (!is_same(past, finding, signs))
		forget_sightings(past);
	past->finding = finding;
	if (finding != OF_VERDICT_NONE && at >= past->last_checked)
		count(&past->finding_seen, &past->finding_first, &past->finding_last, at,
			rules);
}

static bool enough(unsigned n, unsigned needed, int64_t first, int64_t last, int64_t span)
{
	return n >= needed && elapsed(first, last) >= span;
}

static bool enough_failures(const struct of_past *past, const struct of_verdict_rules *rules)
{
	return enough(past->streak_hard, rules->hard_failures, past->first_hard,
		       past->last_hard, rules->hard_span) ||
	       enough(past->streak, rules->soft_failures, past->first_failed,
		       past->last_counted, rules->soft_span);
}

static bool enough_sightings(const struct of_past *past, const struct of_verdict_rules *rules)
{
	return enough(past->finding_seen, rules->hard_failures, past->finding_first,
		past->finding_last, rules->hard_span);
}

/* -- Naming. */

static enum of_verdict unless_rot(const struct of_past *past, enum of_verdict verdict)
{
	return of_verdict_is_rot(past->verdict) ? past->verdict : verdict;
}

static bool all_permanent(const struct of_observation *seen)
{
	for (size_t i = 0; i < seen->n_hops; i++)
		if (seen->hops[i].status != 301 && seen->hops[i].status != 308)
			return false;
	return true;
}

/* A landing that any sign speaks against, be it one, is nobody's suggestion. */
static enum of_verdict by_hops(const struct of_observation *seen, unsigned signs)
{
	if (seen->n_hops == 0)
		return OF_VERDICT_ALIVE;
	if (all_permanent(seen) && (signs & OF_SIGNS_SOFT_404) == 0)
		return OF_VERDICT_MOVED;
	return OF_VERDICT_REDIRECTED;
}

static void succeed(struct of_past *past, int64_t at)
{
	forget_failures(past);
	past->last_ok = at;
}

static enum of_verdict judge_answer(struct of_past *past, const struct of_observation *seen,
	enum of_verdict finding, const struct of_verdict_rules *rules)
{
	unsigned signs = of_evidence_signs(seen, past);

	count_finding(past, finding, signs, seen->at, rules);
	past->signs = signs;
	if (!of_verdict_is_rot(finding))
		succeed(past, seen->at);
	if (finding == OF_VERDICT_NONE)
		return by_hops(seen, signs);
	if (enough_sightings(past, rules)) {
		forget_failures(past);
		return finding;
	}
	/* It is no rot, and nothing follows from it: that it is so today is all it says. */
	return of_verdict_is_rot(finding) ? unless_rot(past, OF_VERDICT_SUSPECT) : finding;
}

/* A server that answers shows that the name is there: that it was not is refuted. */
static void forget_refuted(struct of_past *past, const struct of_observation *seen)
{
	if (past->failure != OF_FAILURE_DNS_NXDOMAIN || seen->failure != OF_FAILURE_HTTP)
		return;
	past->streak_hard = 0;
	past->first_hard = past->last_hard = 0;
}

static enum of_verdict judge_failure(struct of_past *past, const struct of_observation *seen,
	const struct bearing *bearing, const struct of_verdict_rules *rules)
{
	forget_refuted(past, seen);
	count_failure(past, bearing, seen->at, rules);
	if (bearing->counts && enough_failures(past, rules)) {
		forget_sightings(past);
		return OF_VERDICT_DEAD;
	}
	if (bearing->whatever_was)
		return bearing->verdict;
	/* Trouble on this side leaves the link what it was. */
	if (bearing->verdict == OF_VERDICT_NONE)
		return past->verdict;
	return unless_rot(past, bearing->verdict);
}

static void note_check(struct of_past *past, const struct of_observation *seen)
{
	past->checks++;
	past->last_checked = seen->at;
	past->failure = seen->failure;
	past->status = seen->status;
}

static void note_verdict(struct of_past *past, enum of_verdict verdict, int64_t at)
{
	if (verdict == past->verdict && past->since != 0) {
		past->rechecks += verdict == OF_VERDICT_DEAD;
		return;
	}
	past->verdict = verdict;
	past->since = at;
	past->rechecks = 0;
}

/* Evidence that is not yet what the verdict says calls for an early look. */
static bool is_pending(const struct of_past *past, const struct bearing *bearing,
	const struct of_verdict_rules *rules)
{
	/* A wall that came between and stays is no reason to look more often for ever. */
	bool failing = past->streak > 0 &&
		       elapsed(past->last_failed, past->last_checked) < rules->soft_span;

	return (failing && past->verdict != OF_VERDICT_DEAD) ||
	       (bearing->verdict == OF_VERDICT_ALIVE && past->finding_seen > 0 &&
		       past->verdict != past->finding);
}

struct of_judgement of_verdict_judge(const struct of_observation *observation,
	const struct of_past *former, const struct of_expectation *expected,
	const struct of_verdict_rules *rules)
{
	enum of_evidence evidence = of_evidence_of(observation);
	const struct bearing *bearing = &bearings[evidence];
	struct of_judgement judged = {.likeness = -1};
	struct of_past past = *former;
	enum of_verdict verdict;

	/* Of two checks in a row that are earlier, the second shows which clock was wrong. */
	if (former->last_checked <= observation->at)
		past = none_later(past, observation->at);
	if (evidence == OF_EVIDENCE_ANSWER)
		verdict = judge_answer(&past, observation,
			of_evidence_finding(
				&judged.likeness, observation, &past, expected, rules),
			rules);
	else
		verdict = judge_failure(&past, observation, bearing, rules);
	note_check(&past, observation);
	note_verdict(&past, verdict, observation->at);
	judged.verdict = verdict;
	judged.past = past;
	judged.due =
		of_recheck_due(observation, &past, is_pending(&past, bearing, rules), rules);
	if (verdict == OF_VERDICT_MOVED)
		judged.suggestion = observation->final_url;
	judged.is_new_rot = of_verdict_is_rot(verdict) && !of_verdict_is_rot(former->verdict);
	return judged;
}

struct of_judgement of_verdict_add_sign(const struct of_past *past, unsigned sign,
	struct of_str url, const struct of_verdict_rules *rules)
{
	const struct of_observation last = {.at = past->last_checked,
		.url = url,
		.failure = past->failure,
		.status = past->status};
	const struct bearing *bearing = &bearings[OF_EVIDENCE_ANSWER];
	struct of_judgement judged = {.past = *past, .likeness = -1};
	unsigned signs = past->signs | sign;

	judged.past.signs = signs;
	if (past->failure == OF_FAILURE_NONE && past->finding == OF_VERDICT_NONE &&
		__builtin_popcount(signs & OF_SIGNS_SOFT_404) >= 2) {
		count_finding(
			&judged.past, OF_VERDICT_SOFT_404, signs, past->last_checked, rules);
		note_verdict(
			&judged.past, unless_rot(past, OF_VERDICT_SUSPECT), past->last_checked);
	}
	judged.verdict = judged.past.verdict;
	judged.due = of_recheck_due(
		&last, &judged.past, is_pending(&judged.past, bearing, rules), rules);
	return judged;
}
