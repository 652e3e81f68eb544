#include "audit/evidence.h"

#include "audit/likeness.h"

/* A way for a fetch to end. Statuses are those of low to high; of a failure
 * that has none, all. */
struct cause {
	enum of_failure failure;
	unsigned low, high;
	enum of_evidence evidence;
};

#define ANY_STATUS 0, ~0U

/* The first row that fits holds. What no row fits says too little. */
static const struct cause causes[] = {
	{OF_FAILURE_NONE, 200, 299, OF_EVIDENCE_ANSWER},
	{OF_FAILURE_NONE, 304, 304, OF_EVIDENCE_ANSWER},
	{OF_FAILURE_NONE, 300, 399, OF_EVIDENCE_SOFT},
	{OF_FAILURE_HTTP, 404, 404, OF_EVIDENCE_HARD},
	{OF_FAILURE_HTTP, 410, 410, OF_EVIDENCE_HARD},
	{OF_FAILURE_HTTP, 401, 403, OF_EVIDENCE_WALL},
	{OF_FAILURE_HTTP, 407, 407, OF_EVIDENCE_WALL},
	{OF_FAILURE_HTTP, 451, 451, OF_EVIDENCE_WALL},
	{OF_FAILURE_HTTP, 999, 999, OF_EVIDENCE_WALL},
	{OF_FAILURE_HTTP, 429, 429, OF_EVIDENCE_THROTTLE},
	{OF_FAILURE_HTTP, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_DNS_NXDOMAIN, ANY_STATUS, OF_EVIDENCE_HARD},
	{OF_FAILURE_DNS_SERVFAIL, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_UNREACHABLE, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_REFUSED, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_RESET, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TIMEOUT_CONNECT, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TIMEOUT_TRANSFER, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TOO_SLOW, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TRUNCATED, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_PROTOCOL, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TOO_MANY_REDIRECTS, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_REDIRECT_LOOP, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_BAD_REDIRECT, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TOO_LARGE, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_ENCODING, ANY_STATUS, OF_EVIDENCE_SOFT},
	{OF_FAILURE_TLS_EXPIRED, ANY_STATUS, OF_EVIDENCE_TLS},
	{OF_FAILURE_TLS_WRONG_NAME, ANY_STATUS, OF_EVIDENCE_TLS},
	{OF_FAILURE_TLS_SELF_SIGNED, ANY_STATUS, OF_EVIDENCE_TLS},
	{OF_FAILURE_TLS_UNKNOWN_ISSUER, ANY_STATUS, OF_EVIDENCE_TLS},
	{OF_FAILURE_TLS_PROTOCOL, ANY_STATUS, OF_EVIDENCE_TLS},
	{OF_FAILURE_TLS_OTHER, ANY_STATUS, OF_EVIDENCE_TLS},
	{OF_FAILURE_ROBOTS, ANY_STATUS, OF_EVIDENCE_WALL},
	{OF_FAILURE_FORBIDDEN, ANY_STATUS, OF_EVIDENCE_ADDRESS},
	{OF_FAILURE_INVALID_URL, ANY_STATUS, OF_EVIDENCE_URL},
	{OF_FAILURE_PROXY, ANY_STATUS, OF_EVIDENCE_NOTHING},
};

enum of_evidence of_evidence_of(const struct of_observation *seen)
{
	bool answered = seen->failure == OF_FAILURE_NONE || seen->failure == OF_FAILURE_HTTP;

	if (answered && (seen->signs & OF_SIGN_CHALLENGE) != 0)
		return OF_EVIDENCE_WALL;
	if (seen->failure == OF_FAILURE_NONE && seen->not_modified)
		return OF_EVIDENCE_ANSWER;
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct cause *cause = &causes[i];

		if (cause->failure == seen->failure && seen->status >= cause->low &&
			seen->status <= cause->high)
			return cause->evidence;
	}
	return OF_EVIDENCE_DOUBT;
}

unsigned of_evidence_signs(const struct of_observation *seen, const struct of_past *past)
{
	static const unsigned of_content = OF_SIGN_NOT_FOUND | OF_SIGN_SIBLING | OF_SIGN_PARKED;

	return seen->signs | (seen->not_modified ? past->signs & of_content : 0);
}

/* What the texts of page and item must say beside the signs. */
enum text {
	TEXT_ANY,
	TITLE_UNLIKE,
	TITLE_NOT_LIKE, /* unlike, or nothing to compare */
	PAGE_UNLIKE
};

struct finding {
	unsigned signs; /* of these ... */
	unsigned least; /* ... so many */
	unsigned without;
	enum of_verdict was; /* holds for a link of this verdict only; NONE for any */
	enum text text;
	enum of_verdict verdict;
};

/* The first row that fits holds. */
static const struct finding findings[] = {
	{OF_SIGN_PARKED, 1, 0, OF_VERDICT_NONE, TITLE_NOT_LIKE, OF_VERDICT_HIJACKED},
	{OF_SIGN_DOMAIN, 1, 0, OF_VERDICT_NONE, TITLE_UNLIKE, OF_VERDICT_HIJACKED},
	{OF_SIGNS_SOFT_404, 2, 0, OF_VERDICT_NONE, TEXT_ANY, OF_VERDICT_SOFT_404},
	{OF_SIGNS_SOFT_404, 1, 0, OF_VERDICT_SOFT_404, TEXT_ANY, OF_VERDICT_SOFT_404},
	{0, 0, OF_SIGN_DOMAIN, OF_VERDICT_NONE, PAGE_UNLIKE, OF_VERDICT_DRIFTED},
};

/*
 * Another domain is no news where its title was alike before, nor where the page was
 * gone already. Nor is it where the title was already unlike at the item's own,
 * a new title being no new owner, but then it must be path for path.
 */
static unsigned news(unsigned signs, const struct of_past *past)
{
	bool was_alike = (past->signs & OF_SIGN_DOMAIN) != 0 && past->last_ok != 0 &&
			 past->finding == OF_VERDICT_NONE;
	bool was_gone = past->finding == OF_VERDICT_SOFT_404;
	bool was_unlike =
		past->finding == OF_VERDICT_DRIFTED && (signs & OF_SIGNS_SOFT_404) == 0;

	if (was_alike || was_gone || was_unlike)
		signs &= ~(unsigned)OF_SIGN_DOMAIN;
	return signs;
}

struct of_likeness of_evidence_compare(
	const struct of_observation *seen, const struct of_expectation *expected)
{
	struct of_likeness unknown = {-1, -1};

	if (seen->page == NULL || expected->is_image)
		return unknown;
	if (seen->compared)
		return seen->likeness;
	return of_likeness_of(seen->page, expected);
}

static bool text_fits(enum text text, const struct of_likeness *likeness,
	const struct of_verdict_rules *rules)
{
	/* A title of other words, above a description that says the same, is a new title. */
	bool like =
		likeness->title >= rules->unlike_below || likeness->page >= rules->unlike_below;

	switch (text) {
	case TITLE_UNLIKE:
		return likeness->title >= 0 && !like;
	case TITLE_NOT_LIKE:
		return !like;
	case PAGE_UNLIKE:
		return likeness->page >= 0 && likeness->page < rules->drift_below;
	default:
		return true;
	}
}

enum of_verdict of_evidence_finding(double *likeness, const struct of_observation *seen,
	const struct of_past *past, const struct of_expectation *expected,
	const struct of_verdict_rules *rules)
{
	struct of_likeness found = of_evidence_compare(seen, expected);
	unsigned signs;

	*likeness = found.page;
	/* The same page gives away what it gave away. */
	if (seen->not_modified && of_verdict_is_rot(past->finding))
		return past->finding;
	signs = news(of_evidence_signs(seen, past), past);
	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		const struct finding *row = &findings[i];
		unsigned n = (unsigned)__builtin_popcount(signs & row->signs);

		if (n >= row->least && (signs & row->without) == 0 &&
			(row->was == OF_VERDICT_NONE || row->was == past->verdict) &&
			text_fits(row->text, &found, rules))
			return row->verdict;
	}
	return seen->not_modified ? past->finding : OF_VERDICT_NONE;
}
