/*
 * Leases of registrable domains, for processes that share one database (AUDIT
 * section 7): whoever holds a domain's lease may ask its hosts, and nobody else.
 *
 * A lease is for a time that begins before it is asked for, by this machine's
 * clock, and ends later by the database's: nothing of this process may leave
 * after `deadline`, and nobody else has the domain before that, and a pause for
 * its host, are over. Times are ms of of_clock_ms(), which no one may set; the
 * database's clock decides all that two processes must agree on.
 *
 * Results are fenced: each taking of a lease gives the domain the next epoch, and a
 * check is written while the epoch under which it was made still is the domain's.
 *
 * PostgreSQL's alone. One thread, the history's; what is asked of it waits for the
 * database. OF_EIO where that is gone: then nothing was given or taken, as far as
 * is known, and leases that were held run out by themselves.
 */
#ifndef OF_STORE_LEASES_H
#define OF_STORE_LEASES_H

#include "store/history.h"

/* The length of a lease is the database's: ALTER DATABASE ... SET outfeed.lease = '60s'. */
#define OF_LEASE_DEFAULT INT64_C(120000) /* ms */
#define OF_LEASE_LEAST INT64_C(1000)
#define OF_LEASE_MOST INT64_C(3600000)
#define OF_LEASES_A_CALL 256 /* domains that one call may name */

struct of_leases;

/* pause: ms between the end of a lease and another's request, at the least. OF_ECONFIG where
 * the history is not shared. The history must outlive them. */
OF_MUST_CHECK enum of_status of_leases_open(struct of_leases **leases,
	struct of_history *history, int64_t pause, struct of_err *err);
/* ms that a lease lasts. */
int64_t of_leases_span(const struct of_leases *leases);
/* Accepts NULL. What is held runs out. */
void of_leases_close(struct of_leases *leases);

struct of_lease {
	int64_t domain;
	struct of_str name;  /* the leases', while it is held */
	int64_t deadline;    /* no request from then on */
	int64_t not_before;  /* no request before: another's last, or Retry-After */
	int64_t crawl_delay; /* ms, as its robots.txt last said; 0 */
	bool wanted;         /* renewed: another waits for it */
};
typedef enum of_status of_lease_fn(const struct of_lease *lease, void *payload);

/* Takes domains of which a link is due, those first that have waited longest: at most so many,
 * and none that another holds. */
OF_MUST_CHECK enum of_status of_leases_claim(struct of_leases *leases, unsigned most,
	of_lease_fn *taken, void *payload, struct of_err *err);
/* Takes those of these domains that are free, whatever is due; a new one is made. The others
 * are marked as wanted. At most OF_LEASES_A_CALL. */
OF_MUST_CHECK enum of_status of_leases_claim_named(struct of_leases *leases,
	const struct of_str *names, size_t count, of_lease_fn *taken, void *payload,
	struct of_err *err);
/* The links of domains that are held whose time has come, or all, at most so many a domain,
 * the longest due first; get_link answers from what this reads. now is OF_TIME_NONE for the
 * database's clock. */
OF_MUST_CHECK enum of_status of_leases_each_due(struct of_leases *leases,
	const int64_t *domains, size_t count, unsigned most, int64_t now, bool all,
	of_history_due_fn *each, void *payload, struct of_err *err);

/* Makes all that are held last anew from now. Those that are another's are told as lost, and
 * are held no more; the others with their new deadlines. */
OF_MUST_CHECK enum of_status of_leases_renew(struct of_leases *leases, of_lease_fn *renewed,
	of_lease_fn *lost, void *payload, struct of_err *err);

/* How a turn ended; times are ms of of_clock_ms(), 0 for none. */
struct of_lease_end {
	int64_t domain;
	int64_t next_start;  /* politeness: no request before */
	int64_t held_until;  /* what the host, or an incident, asks for beyond that */
	int64_t crawl_delay; /* ms; 0 where nothing is known of it */
};
/* Gives domains back; what was seen of their links must have been written. At most
 * OF_LEASES_A_CALL. They are held no more, whatever comes of it. */
OF_MUST_CHECK enum of_status of_leases_release(struct of_leases *leases,
	const struct of_lease_end *ends, size_t count, struct of_err *err);

/* ms until a domain may have to be asked that now may not, be it that its holder is gone;
 * OF_LEASES_NEVER where none is held by another and nothing is due within a minute. */
#define OF_LEASES_NEVER INT64_MAX
OF_MUST_CHECK enum of_status of_leases_next(
	struct of_leases *leases, int64_t *wait, struct of_err *err);

#endif
