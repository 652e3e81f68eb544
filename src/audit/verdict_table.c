#include <outfeed/verdict.h>

#include "base/str.h"

#define DAY ((int64_t)24 * 60 * 60)

/* An array's rows are by the enum's numbers. */
static const struct {
	const char *name;
	bool is_rot, is_ok;
} verdicts[OF_VERDICT_COUNT] = {
	[OF_VERDICT_NONE] = {"none", false, false},
	[OF_VERDICT_ALIVE] = {"alive", false, true},
	[OF_VERDICT_MOVED] = {"moved", false, true},
	[OF_VERDICT_REDIRECTED] = {"redirected", false, true},
	[OF_VERDICT_SUSPECT] = {"suspect", false, false},
	[OF_VERDICT_DEAD] = {"dead", true, false},
	[OF_VERDICT_SOFT_404] = {"soft-404", true, false},
	[OF_VERDICT_HIJACKED] = {"hijacked", true, false},
	[OF_VERDICT_DRIFTED] = {"drifted", false, false},
	[OF_VERDICT_BLOCKED] = {"blocked", false, false},
	[OF_VERDICT_THROTTLED] = {"throttled", false, false},
	[OF_VERDICT_INSECURE] = {"insecure", false, false},
	[OF_VERDICT_FORBIDDEN] = {"forbidden", false, false},
	[OF_VERDICT_INVALID] = {"invalid", false, false},
	[OF_VERDICT_SKIPPED] = {"skipped", false, false},
};

static const char *const failures[OF_FAILURE_COUNT] = {
	[OF_FAILURE_NONE] = "none",
	[OF_FAILURE_DNS_NXDOMAIN] = "dns-nxdomain",
	[OF_FAILURE_DNS_SERVFAIL] = "dns-servfail",
	[OF_FAILURE_UNREACHABLE] = "unreachable",
	[OF_FAILURE_REFUSED] = "refused",
	[OF_FAILURE_RESET] = "reset",
	[OF_FAILURE_TIMEOUT_CONNECT] = "timeout-connect",
	[OF_FAILURE_TIMEOUT_TRANSFER] = "timeout-transfer",
	[OF_FAILURE_TOO_SLOW] = "too-slow",
	[OF_FAILURE_TLS_EXPIRED] = "tls-expired",
	[OF_FAILURE_TLS_WRONG_NAME] = "tls-wrong-name",
	[OF_FAILURE_TLS_SELF_SIGNED] = "tls-self-signed",
	[OF_FAILURE_TLS_UNKNOWN_ISSUER] = "tls-unknown-issuer",
	[OF_FAILURE_TLS_PROTOCOL] = "tls-protocol",
	[OF_FAILURE_TLS_OTHER] = "tls-other",
	[OF_FAILURE_HTTP] = "http",
	[OF_FAILURE_TOO_MANY_REDIRECTS] = "too-many-redirects",
	[OF_FAILURE_REDIRECT_LOOP] = "redirect-loop",
	[OF_FAILURE_BAD_REDIRECT] = "bad-redirect",
	[OF_FAILURE_TOO_LARGE] = "too-large",
	[OF_FAILURE_ENCODING] = "encoding",
	[OF_FAILURE_PROTOCOL] = "protocol",
	[OF_FAILURE_TRUNCATED] = "truncated",
	[OF_FAILURE_FORBIDDEN] = "forbidden",
	[OF_FAILURE_ROBOTS] = "robots",
	[OF_FAILURE_INVALID_URL] = "invalid-url",
	[OF_FAILURE_PROXY] = "proxy",
	[OF_FAILURE_OTHER] = "other",
};

const struct of_verdict_rules of_verdict_rules_default = {
	.hard_failures = 3,
	.hard_apart = 3 * DAY,
	.hard_span = 7 * DAY,
	.soft_failures = 5,
	.soft_span = 30 * DAY,
	.recheck_alive_least = 7 * DAY,
	.recheck_alive_most = 14 * DAY,
	.recheck_suspect = 3 * DAY,
	.recheck_blocked = 7 * DAY,
	.recheck_dead = 30 * DAY,
	.recheck_dead_later = 90 * DAY,
	.drift_below = 0.1,
	.unlike_below = 0.1,
};

/* Numbers come from a history that another version may have written. */
const char *of_verdict_name(enum of_verdict verdict)
{
	return (unsigned)verdict < OF_VERDICT_COUNT ? verdicts[verdict].name : "unknown";
}

enum of_verdict of_verdict_find(struct of_str name)
{
	unsigned i = 0;

	while (i < OF_VERDICT_COUNT && !of_str_equal(name, of_str_from(verdicts[i].name)))
		i++;
	return (enum of_verdict)i;
}

const char *of_failure_name(enum of_failure failure)
{
	return (unsigned)failure < OF_FAILURE_COUNT ? failures[failure] : "unknown";
}

bool of_verdict_is_rot(enum of_verdict verdict)
{
	return (unsigned)verdict < OF_VERDICT_COUNT && verdicts[verdict].is_rot;
}

bool of_verdict_is_ok(enum of_verdict verdict)
{
	return (unsigned)verdict < OF_VERDICT_COUNT && verdicts[verdict].is_ok;
}
