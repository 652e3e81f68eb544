/*
 * A site's uses on their way into the database: copied into two temporary tables, and
 * then merged at once (postgres_merge.c). For postgres_*.c alone.
 */
#ifndef OF_STORE_POSTGRES_USES_H
#define OF_STORE_POSTGRES_USES_H

#include "store/numbers.h"
#include "store/postgres_db.h"

/* A file that the database has, or that came since. */
struct of_pg_file {
	int64_t item, print; /* its row, or 0; what its uses were */
	int64_t given;       /* its number among those that are sent; 0: it is not */
	int32_t places;      /* uses that were sent of it */
	bool seen;
};

struct of_pg_uses {
	struct of_pg_file *files;
	size_t n_files, cap_files;
	struct of_numbers by_name;  /* hash of a file: its place */
	struct of_buf file, packed; /* whose uses are gathered, and they, packed */
	struct of_buf items, uses;  /* rows that are to be copied */
	int64_t n_given, n_uses;
};

/* All of them in the place of those there were. */
OF_MUST_CHECK enum of_status of_pg_merge(struct of_postgres *pg, struct of_err *err);

#endif
