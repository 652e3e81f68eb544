#include "audit/recheck.h"

#include "base/str.h"

/* Of a day, so that a nightly run that begins a little earlier is not the next but one. */
#define DAILY ((int64_t)20 * 60 * 60)

static int64_t later(int64_t at, int64_t seconds)
{
	int64_t sum;

	return __builtin_add_overflow(at, seconds, &sum) ? INT64_MAX : sum;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Links first checked in one night do not all come back in one night. */
static int64_t spread(struct of_str url, const struct of_verdict_rules *rules)
{
	int64_t room = rules->recheck_alive_most - rules->recheck_alive_least;

	if (room <= 0)
		return rules->recheck_alive_least;
	return rules->recheck_alive_least + (int64_t)(of_str_hash(url) % ((uint64_t)room + 1));
}

static int64_t by_verdict(const struct of_observation *seen, const struct of_past *past,
	const struct of_verdict_rules *rules)
{
	switch (past->verdict) {
	case OF_VERDICT_NONE:
	case OF_VERDICT_THROTTLED:
		return OF_RECHECK_NEXT_RUN;
	case OF_VERDICT_SUSPECT:
		return rules->recheck_suspect;
	case OF_VERDICT_DEAD:
		return past->rechecks == 0 ? rules->recheck_dead : rules->recheck_dead_later;
	case OF_VERDICT_SOFT_404:
	case OF_VERDICT_HIJACKED:
	case OF_VERDICT_FORBIDDEN:
		return rules->recheck_dead;
	case OF_VERDICT_BLOCKED:
	case OF_VERDICT_INSECURE:
		return rules->recheck_blocked;
	case OF_VERDICT_INVALID:
	case OF_VERDICT_SKIPPED:
		return rules->recheck_dead_later;
	default:
		return spread(seen->url, rules);
	}
}

/*
 * A soft failure amid hard ones (a host that is down while its 404 is being
 * counted) does not put off the next hard one: it is tried daily as soon as one
 * may count.
 */
static int64_t while_pending(
	int64_t at, const struct of_past *past, const struct of_verdict_rules *rules)
{
	if (past->streak_hard == 0 || past->last_failed != at || past->last_hard > at)
		return rules->recheck_suspect;
	return least(rules->recheck_suspect,
		most(DAILY, later(past->last_hard, rules->hard_apart) - at));
}

int64_t of_recheck_due(const struct of_observation *seen, const struct of_past *past,
	bool pending, const struct of_verdict_rules *rules)
{
	int64_t wait = by_verdict(seen, past, rules);

	if (pending)
		wait = least(wait, while_pending(seen->at, past, rules));
	wait = most(wait, least(seen->retry_after, rules->recheck_blocked));
	return later(seen->at, most(wait, OF_RECHECK_NEXT_RUN));
}
