/* In the place of PostgreSQL, where outfeed is built without libpq. */
#include "store/history_backend.h"

static enum of_status refuse(struct of_history **history, struct of_err *err)
{
	*history = NULL;
	return of_err_set(err, OF_ECONFIG,
		"this outfeed was built without libpq, and knows no postgresql:// store: take "
		"`store: sqlite`, or build it with OUTFEED_POSTGRES=ON");
}

enum of_status of_postgres_open(struct of_history **history,
	const struct of_history_place *place, const struct of_reporter *reporter,
	struct of_err *err)
{
	(void)place;
	(void)reporter;
	return refuse(history, err);
}

enum of_status of_postgres_open_to_read(
	struct of_history **history, const struct of_history_place *place, struct of_err *err)
{
	(void)place;
	return refuse(history, err);
}
