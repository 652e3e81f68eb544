/*
 * Links as of_history_get_link() tells them, kept from when they were read with many
 * others: a run asks for each of them soon, and a round trip a link would cost more
 * than all else. For postgres_*.c alone.
 */
#ifndef OF_STORE_POSTGRES_AHEAD_H
#define OF_STORE_POSTGRES_AHEAD_H

#include "store/postgres_db.h"

/* What is known of a link beside what it tells. */
struct of_pg_known {
	int64_t domain, said;
};

/* The link of link->number, its text the arena's; false when it is not kept. */
bool of_pg_ahead_get(struct of_postgres *pg, struct of_link *link, struct of_arena *arena);
/* False when it is not kept. */
bool of_pg_ahead_known(const struct of_postgres *pg, int64_t number, struct of_pg_known *known);
/* What a check, or with NULL a judgement alone, made of it; said is 0 where no page was kept.
 */
void of_pg_ahead_change(struct of_postgres *pg, int64_t number, const struct of_check *check,
	const struct of_judgement *judgement, int64_t said);
/* The row that is read next, by OF_PG_LINK, into a link whose text is the arena's. */
void of_pg_read_link(struct of_pg_rows *rows, struct of_link *link, struct of_pg_known *known,
	struct of_arena *arena);

#endif
