/*
 * Verdicts: what one check saw of a link, what was known before, and what
 * follows from both (AUDIT section 3). Pure: no network, and no clock but the
 * one that an observation carries.
 */
#ifndef OUTFEED_VERDICT_H
#define OUTFEED_VERDICT_H

#include <outfeed/page.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum of_verdict {
	OF_VERDICT_NONE, /* never checked */
	OF_VERDICT_ALIVE,
	OF_VERDICT_MOVED,
	OF_VERDICT_REDIRECTED,
	OF_VERDICT_SUSPECT,
	OF_VERDICT_DEAD,
	OF_VERDICT_SOFT_404,
	OF_VERDICT_HIJACKED,
	OF_VERDICT_DRIFTED,
	OF_VERDICT_BLOCKED,
	OF_VERDICT_THROTTLED,
	OF_VERDICT_INSECURE,
	OF_VERDICT_FORBIDDEN,
	OF_VERDICT_INVALID,
	OF_VERDICT_SKIPPED,
	OF_VERDICT_COUNT
};

/* How a fetch ended. The numbers are kept in the history: new ones go to the end. */
enum of_failure {
	OF_FAILURE_NONE,         /* a whole answer with a status below 400, or a 304 */
	OF_FAILURE_DNS_NXDOMAIN, /* the name does not exist, or has no address */
	OF_FAILURE_DNS_SERVFAIL, /* the name servers fail, or give no answer */
	OF_FAILURE_UNREACHABLE,  /* no route to the address */
	OF_FAILURE_REFUSED,
	OF_FAILURE_RESET, /* closed or reset before the answer was whole */
	OF_FAILURE_TIMEOUT_CONNECT,
	OF_FAILURE_TIMEOUT_TRANSFER,
	OF_FAILURE_TOO_SLOW,    /* below the floor of transfer speed */
	OF_FAILURE_TLS_EXPIRED, /* or not valid yet */
	OF_FAILURE_TLS_WRONG_NAME,
	OF_FAILURE_TLS_SELF_SIGNED,
	OF_FAILURE_TLS_UNKNOWN_ISSUER,
	OF_FAILURE_TLS_PROTOCOL, /* no version or cipher in common, or no TLS at all */
	OF_FAILURE_TLS_OTHER,    /* revoked, and what else there is */
	OF_FAILURE_HTTP,         /* a status of 400 or more: http-NNN */
	OF_FAILURE_TOO_MANY_REDIRECTS,
	OF_FAILURE_REDIRECT_LOOP,
	OF_FAILURE_BAD_REDIRECT, /* to no URL, or to another scheme than http and https */
	OF_FAILURE_TOO_LARGE,    /* headers past their limit */
	OF_FAILURE_ENCODING,     /* a content coding that cannot be undone */
	OF_FAILURE_PROTOCOL,     /* an answer that is not HTTP */
	OF_FAILURE_TRUNCATED,    /* fewer bytes than Content-Length said */
	OF_FAILURE_FORBIDDEN,    /* the address rule (AUDIT section 2) */
	OF_FAILURE_ROBOTS,       /* robots.txt says no, and `robots: obey` */
	OF_FAILURE_INVALID_URL,
	OF_FAILURE_PROXY,
	OF_FAILURE_OTHER, /* unknown here: suspect, and never counted */
	OF_FAILURE_COUNT
};

/* The words that reports use ("soft-404", "dns-nxdomain"); static. */
const char *of_verdict_name(enum of_verdict verdict);
/* OF_VERDICT_COUNT when there is none of that name. */
enum of_verdict of_verdict_find(struct of_str name);
/* "http" for OF_FAILURE_HTTP, whose status makes it "http-404". */
const char *of_failure_name(enum of_failure failure);

/* A redirect that was followed. */
struct of_hop {
	unsigned status;   /* 301, 302, 303, 307, 308 */
	struct of_str url; /* where it led */
};

/* What speaks against a page that answered 2xx: bits. */
enum of_sign {
	OF_SIGN_ROOT = 1 << 0,      /* it landed on the site's root, which was not asked for */
	OF_SIGN_LOGIN = 1 << 1,     /* it landed on a log-in page */
	OF_SIGN_NOT_FOUND = 1 << 2, /* title or text says so, in some language */
	OF_SIGN_SHARED = 1 << 3,    /* many unlike URLs of the host landed on the same page */
	OF_SIGN_SIBLING = 1 << 4,   /* a made-up URL beside it answers alike */
	OF_SIGN_PARKED = 1 << 5,    /* a parked or for-sale domain's page */
	OF_SIGN_CHALLENGE = 1 << 6, /* a bot wall's challenge, whatever the status */
	OF_SIGN_DOMAIN = 1 << 7     /* the registrable domain is another than was asked, and not
				    known as its new one: by two links of it that are alive there */
};

/* How much a page and what the item says of it are alike, 0 to 1; negative: not compared. */
struct of_likeness {
	double title, page;
};

/* What one check saw. All is borrowed for the call. */
struct of_observation {
	int64_t at; /* seconds since 1970 */
	struct of_str url;
	enum of_failure failure;
	unsigned status; /* of the last answer; 0 where there was none */
	struct of_str final_url;
	const struct of_hop *hops;
	size_t n_hops;
	struct of_str words;        /* libcurl's own, of a failure */
	unsigned signs;             /* enum of_sign, those that are known */
	const struct of_page *page; /* NULL where no body was read, or it did not change */
	bool not_modified;          /* 304: it is what it was the last time */
	int64_t retry_after;        /* seconds; 0 where nothing was said */
	unsigned milliseconds;      /* of the last transfer */
	bool compared;              /* page and item were, and that is their likeness */
	struct of_likeness likeness;
};

/* What is known of a link from earlier checks; zeroed is a link never checked. */
struct of_past {
	enum of_verdict verdict;
	enum of_failure failure; /* of the last check */
	unsigned status;         /* of the last check */
	unsigned checks;
	int64_t last_checked; /* seconds since 1970, 0 for never, as all below */
	int64_t last_ok;
	int64_t first_failed; /* of the streak; 0 where there is none */
	int64_t last_failed;
	unsigned streak;      /* failures that count, since the last success */
	int64_t last_counted; /* the newest of them: the next must be later by the rule */
	unsigned streak_hard; /* of those, by 404, 410 and NXDOMAIN */
	int64_t first_hard, last_hard;
	unsigned rechecks; /* checks that found the link dead since it was called so */
	int64_t since;     /* when the verdict became what it is */
	unsigned signs;    /* of the last page that was read */
	/* What the last page that was read gives away: OF_VERDICT_SOFT_404, _HIJACKED,
	 * _DRIFTED, or _NONE; and how long that has been so, counted as hard failures are. */
	enum of_verdict finding;
	unsigned finding_seen;
	int64_t finding_first, finding_last;
};

/* What the item says of the page, for likeness; absent where it says nothing. */
struct of_expectation {
	struct of_str title, summary;
	bool is_image; /* the link is one: text is not compared */
};

/* What follows. */
struct of_judgement {
	enum of_verdict verdict;
	struct of_past past; /* to be kept in the place of the former */
	int64_t due;         /* when to look again; seconds since 1970 */
	struct of_str
		suggestion; /* moved: the final URL, the observation's text; else absent */
	double likeness;    /* of page and item, 0 to 1; negative where not compared */
	bool is_new_rot;    /* dead, soft-404 or hijacked, and was not */
};

/* Counts and days of AUDIT section 3. */
struct of_verdict_rules {
	unsigned hard_failures;      /* 3 */
	int64_t hard_apart;          /* 3 days, in seconds as all below; of soft ones as well */
	int64_t hard_span;           /* 7 days from first to last */
	unsigned soft_failures;      /* 5 */
	int64_t soft_span;           /* 30 days */
	int64_t recheck_alive_least; /* 7 days */
	int64_t recheck_alive_most;  /* 14 days */
	int64_t recheck_suspect;     /* 3 days */
	int64_t recheck_blocked;     /* 7 days; insecure too; and the longest Retry-After */
	int64_t recheck_dead;        /* 30 days, the first time; and other rot, forbidden */
	int64_t recheck_dead_later;  /* 90 days; invalid too */
	double drift_below;          /* likeness under which an alive page has drifted */
	double unlike_below;         /* likeness under which a title is another's */
};

/* Those of AUDIT section 3; static. */
extern const struct of_verdict_rules of_verdict_rules_default;

/*
 * past is as it was kept; the result's text is the observation's. A check that
 * is judged again, since more signs are known, is judged from the past as it was
 * before that check.
 *
 * What counts: failures by 404, 410 and NXDOMAIN are hard, all others that
 * speak of the link are soft. Each sort counts at most once in hard_apart, so
 * that an outage checked every hour is one failure; hard ones count among the
 * soft ones too; an answer, be it 404, takes back that there was no name. What says nothing of
 * the link (a wall, 429, TLS, the address rule, a proxy) neither counts nor clears.
 *
 * A page that gives away soft-404, hijacked or drifted is suspect until it
 * did so as often and as long as hard failures must: a maintenance page or a
 * weekend's wall that answers 200 is no rot. A failure between, or another sort of
 * page, begins that anew; failures are neither counted nor cleared by the first
 * two, and drifted is a success. A soft-404 takes two signs to be found, and
 * stays while one of them does.
 *
 * Rot stays what it is until a success, or until other rot is as sure.
 * A clock that goes back is harmless: a check earlier than the one before it
 * counts nothing.
 */
struct of_judgement of_verdict_judge(const struct of_observation *observation,
	const struct of_past *past, const struct of_expectation *expected,
	const struct of_verdict_rules *rules);

/*
 * The same for a sign that shows only when other links were looked at too
 * (OF_SIGN_SHARED): past is what the link's last check left.
 */
struct of_judgement of_verdict_add_sign(const struct of_past *past, unsigned sign,
	struct of_str url, const struct of_verdict_rules *rules);

/* Rot: dead, soft-404 or hijacked. */
bool of_verdict_is_rot(enum of_verdict verdict);
/* Something answered, as far as outfeed can tell the right thing: alive, moved, redirected. */
bool of_verdict_is_ok(enum of_verdict verdict);

#ifdef __cplusplus
}
#endif
#endif
