/*
 * What stands behind history.h: a table of functions, one for SQLite, one for
 * PostgreSQL. For src/store alone.
 */
#ifndef OF_STORE_HISTORY_BACKEND_H
#define OF_STORE_HISTORY_BACKEND_H

#include "store/history.h"

struct of_history_backend {
	void (*close)(struct of_history *history);
	enum of_status (*flush)(struct of_history *history, struct of_err *err);
	/* These five may be NULL: nothing ever goes wrong that they would tell of. */
	void (*heed)(struct of_history *history, const volatile sig_atomic_t *stop);
	enum of_history_health (*health)(struct of_history *history);
	enum of_status (*settle)(
		struct of_history *history, int64_t milliseconds, struct of_err *err);
	uint64_t (*refused)(const struct of_history *history);
	int64_t (*clock)(const struct of_history *history);

	enum of_status (*begin_uses)(struct of_history *history, struct of_err *err);
	enum of_status (*add_use)(
		struct of_history *history, const struct of_use *use, struct of_err *err);
	enum of_status (*end_uses)(struct of_history *history, struct of_err *err);

	enum of_status (*each_due)(struct of_history *history, int64_t now, bool all,
		unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err);
	enum of_status (*get_link)(struct of_history *history, int64_t number,
		struct of_link *link, struct of_arena *arena, struct of_err *err);
	enum of_status (*each_control)(struct of_history *history, unsigned most,
		of_history_url_fn *each, void *payload, struct of_err *err);

	enum of_status (*put_check)(
		struct of_history *history, const struct of_check *check, struct of_err *err);
	enum of_status (*revise)(struct of_history *history, int64_t link,
		const struct of_judgement *judgement, struct of_err *err);
	enum of_status (*begin_run)(
		struct of_history *history, int64_t now, int64_t *run, struct of_err *err);
	enum of_status (*end_run)(struct of_history *history, int64_t run, int64_t now,
		bool complete, struct of_err *err);
	enum of_status (*each_shared)(struct of_history *history, int64_t run, unsigned least,
		of_history_link_fn *each, void *payload, struct of_err *err);
	enum of_status (*each_landing)(struct of_history *history, struct of_str domain,
		of_history_landing_fn *each, void *payload, struct of_err *err);

	enum of_status (*each_uncaptured)(struct of_history *history, int64_t asked_before,
		of_history_uncaptured_fn *each, void *payload, struct of_err *err);
	enum of_status (*put_capture)(struct of_history *history, int64_t link,
		struct of_str capture, int64_t captured, int64_t now, struct of_err *err);

	enum of_status (*begin_report)(struct of_report_walk **walk, struct of_history *history,
		unsigned verdicts, unsigned checks, struct of_err *err);
	enum of_status (*next_report)(struct of_report_walk *walk, struct of_report_link *link,
		struct of_arena *arena, bool *more, struct of_err *err);
	void (*end_report)(struct of_report_walk *walk);
	enum of_status (*totals)(
		struct of_history *history, struct of_totals *sums, struct of_err *err);
	enum of_status (*learned)(struct of_history *history, struct of_str url,
		struct of_learned *learned, bool *found, struct of_arena *arena,
		struct of_err *err);
	enum of_status (*each_page)(struct of_history *history, of_history_page_fn *each,
		void *payload, struct of_err *err);
};

/* The beginning of what a backend makes of each. */
struct of_history {
	const struct of_history_backend *backend;
};
struct of_report_walk {
	const struct of_history_backend *backend;
};

OF_MUST_CHECK enum of_status of_sqlite_open(struct of_history **history, const char *folder,
	const struct of_reporter *reporter, struct of_err *err);
OF_MUST_CHECK enum of_status of_sqlite_open_to_read(
	struct of_history **history, const char *folder, struct of_err *err);
bool of_sqlite_is_there(const char *folder);

/* Whether it is one of PostgreSQL: leases are for those alone. */
bool of_history_is_postgres(const struct of_history *history);
/* The same in a database that is asked for by its URL. */
OF_MUST_CHECK enum of_status of_postgres_open(struct of_history **history,
	const struct of_history_place *place, const struct of_reporter *reporter,
	struct of_err *err);
OF_MUST_CHECK enum of_status of_postgres_open_to_read(
	struct of_history **history, const struct of_history_place *place, struct of_err *err);

#endif
