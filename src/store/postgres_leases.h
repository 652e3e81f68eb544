/*
 * What is known of leases by whoever holds them. For postgres_lease*.c alone.
 */
#ifndef OF_STORE_POSTGRES_LEASES_H
#define OF_STORE_POSTGRES_LEASES_H

#include "store/leases.h"
#include "store/numbers.h"
#include "store/postgres_db.h"

#define OF_LEASES_TURN \
	INT64_C(3000) /* ms that a statement may take: transfers wait meanwhile */
#define OF_LEASES_LONGER INT64_C(10000)

/* ms of an interval, rounded up */
#define OF_PG_MS(interval) "ceil(1000 * extract(epoch FROM " interval "))::bigint"

/* A domain that was held; its epoch stays known for what is written after it was given back. */
struct of_pg_lease {
	int64_t domain, epoch;
	int64_t deadline;
	char *name; /* NULL: not held any more */
	size_t name_len;
};

struct of_leases {
	struct of_postgres *pg;
	int64_t span, pause;
	struct of_numbers by_domain; /* places in entries, and one */
	struct of_pg_lease *entries;
	size_t count, cap;
};

/* NULL for one that never was held. */
struct of_pg_lease *of_pg_lease_find(const struct of_leases *leases, int64_t domain);
/* It is held no more. */
void of_pg_lease_drop(struct of_leases *leases, struct of_pg_lease *lease);

#endif
