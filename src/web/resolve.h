/*
 * Names to addresses, by c-ares and on the caller's loop: alone with ares.h.
 * What was learned is kept for a while, a bounded number of names; who asks
 * for a name that is being asked for already gets the same answer.
 *
 * All of it belongs to one thread. Times are milliseconds of the caller's
 * clock.
 */
#ifndef OF_WEB_RESOLVE_H
#define OF_WEB_RESOLVE_H

#include <netinet/in.h>
#include <outfeed/audit.h>
#include <outfeed/err.h>

#define OF_NAME_ADDRESSES 8 /* of a name that are kept */

union of_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* What came of a name. Ports are 0. IPv6 first, each family in order of its bytes, so that
 * names which share their addresses share the order. */
struct of_name {
	enum of_failure failure; /* NONE, DNS_NXDOMAIN or DNS_SERVFAIL */
	const char *words;       /* of a failure; static */
	bool no_memory;          /* of this machine: the failure says nothing of the name */
	union of_address addresses[OF_NAME_ADDRESSES];
	size_t count;
};

/* Who waits for a name; it stays where it is until it was called. */
struct of_name_waiter {
	struct of_name_waiter *next;
	/* name is the resolver's, until this returns. */
	void (*call)(struct of_name_waiter *waiter, const struct of_name *name);
};

/* A socket whose readiness the resolver wants to hear of; neither: no more. */
typedef void of_resolver_watch_fn(int fd, bool readable, bool writable, void *payload);

struct of_resolver;

/* OF_ECONFIG for a name server that is none. settings are read here only. */
OF_MUST_CHECK enum of_status of_resolver_new(struct of_resolver **resolver,
	const struct of_audit_settings *settings, struct of_err *err,
	of_resolver_watch_fn *watch, void *payload);
/* Accepts NULL. Waiters are not called. */
void of_resolver_free(struct of_resolver *resolver);

/* The waiter is called, within this call when the name is known. host is lower case. */
void of_resolver_ask(struct of_resolver *resolver, struct of_str host, int64_t now,
	struct of_name_waiter *waiter);
void of_resolver_ready(struct of_resolver *resolver, int fd, bool readable, bool writable);
/* Looks for what waited too long; a few times a second while something is asked for. */
void of_resolver_tick(struct of_resolver *resolver, int64_t now);
/* Names that are being asked for. */
size_t of_resolver_asking(const struct of_resolver *resolver);
/* Calls every waiter with a failure. */
void of_resolver_cancel(struct of_resolver *resolver);

#endif
