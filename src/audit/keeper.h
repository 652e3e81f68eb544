/*
 * The keeper of leases: which domains this process may ask, where several share
 * one database (AUDIT section 7). It stands between the gates of a fetcher and the
 * leases of a history: takes what links, redirects or made-up siblings wait for,
 * keeps it as long as that is so, and gives it back with what the next must know.
 */
#ifndef OF_AUDIT_KEEPER_H
#define OF_AUDIT_KEEPER_H

#include "store/leases.h"
#include "web/fetch.h"

struct of_keeper;

/* All borrowed, but the numbers. */
struct of_keeper_options {
	const struct of_audit_settings *settings;
	struct of_history *history;
	bool by_readiness; /* a worker: takes domains of which a link is due, with their links;
			      else those alone that the fetcher wants */
	bool all;          /* as of_history_each_due(), as `now` is */
	int64_t now;       /* the same; OF_TIME_NONE: the database's clock */
	of_history_due_fn *due; /* a worker's: adds a link of a domain that was taken */
	void *payload;
};

/* What a turn needs to know of the run. */
struct of_keeper_turn {
	struct of_fetcher *fetcher;
	size_t waiting; /* tasks */
	bool holds;     /* answers are held back: no domain is given back yet */
};

OF_MUST_CHECK enum of_status of_keeper_new(
	struct of_keeper **keeper, const struct of_keeper_options *options, struct of_err *err);
/* Accepts NULL. What is still held runs out. */
void of_keeper_free(struct of_keeper *keeper);

/* Some of its work, as often as the fetcher's tick comes; waits for the database, but not for
 * one that is gone. */
OF_MUST_CHECK enum of_status of_keeper_turn(
	struct of_keeper *keeper, const struct of_keeper_turn *turn, struct of_err *err);
/* A worker's run of the fetcher came to its end: ms to wait for more work, 0 where there is
 * some, OF_LEASES_NEVER where there will be none. */
OF_MUST_CHECK enum of_status of_keeper_next(struct of_keeper *keeper,
	const struct of_keeper_turn *turn, int64_t *wait, struct of_err *err);
/* Links that were found to be due, and became others' to ask for. */
size_t of_keeper_forgotten(const struct of_keeper *keeper);
/* The run ends, and what was seen is written: gives everything back. */
OF_MUST_CHECK enum of_status of_keeper_end(
	struct of_keeper *keeper, struct of_fetcher *fetcher, struct of_err *err);

#endif
