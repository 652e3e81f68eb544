/*
 * What the table of postgres_history.c is made of: as history.h says of each.
 */
#ifndef OF_STORE_POSTGRES_CALLS_H
#define OF_STORE_POSTGRES_CALLS_H

#include "store/postgres_db.h"

extern const struct of_history_backend of_postgres_backend;

void of_postgres_close(struct of_history *history);
enum of_status of_postgres_flush(struct of_history *history, struct of_err *err);
enum of_history_health of_postgres_health(struct of_history *history);
enum of_status of_postgres_settle(
	struct of_history *history, int64_t milliseconds, struct of_err *err);
enum of_status of_postgres_begin_uses(struct of_history *history, struct of_err *err);
enum of_status of_postgres_add_use(
	struct of_history *history, const struct of_use *use, struct of_err *err);
enum of_status of_postgres_end_uses(struct of_history *history, struct of_err *err);
enum of_status of_postgres_each_due(struct of_history *history, int64_t now, bool all,
	unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err);
enum of_status of_postgres_get_link(struct of_history *history, int64_t number,
	struct of_link *link, struct of_arena *arena, struct of_err *err);
enum of_status of_postgres_each_control(struct of_history *history, unsigned most,
	of_history_url_fn *each, void *payload, struct of_err *err);
enum of_status of_postgres_put_check(
	struct of_history *history, const struct of_check *check, struct of_err *err);
enum of_status of_postgres_revise(struct of_history *history, int64_t link,
	const struct of_judgement *judgement, struct of_err *err);
enum of_status of_postgres_begin_run(
	struct of_history *history, int64_t now, int64_t *run, struct of_err *err);
enum of_status of_postgres_end_run(struct of_history *history, int64_t run, int64_t now,
	bool complete, struct of_err *err);
enum of_status of_postgres_each_shared(struct of_history *history, int64_t run, unsigned least,
	of_history_link_fn *each, void *payload, struct of_err *err);
enum of_status of_postgres_each_landing(struct of_history *history, struct of_str domain,
	of_history_landing_fn *each, void *payload, struct of_err *err);
enum of_status of_postgres_each_uncaptured(struct of_history *history, int64_t asked_before,
	of_history_uncaptured_fn *each, void *payload, struct of_err *err);
enum of_status of_postgres_put_capture(struct of_history *history, int64_t link,
	struct of_str capture, int64_t captured, int64_t now, struct of_err *err);
enum of_status of_postgres_begin_report(struct of_report_walk **walk,
	struct of_history *history, unsigned verdicts, unsigned checks, struct of_err *err);
enum of_status of_postgres_next_report(struct of_report_walk *walk, struct of_report_link *link,
	struct of_arena *arena, bool *more, struct of_err *err);
void of_postgres_end_report(struct of_report_walk *walk);
enum of_status of_postgres_totals(
	struct of_history *history, struct of_totals *sums, struct of_err *err);
enum of_status of_postgres_learned(struct of_history *history, struct of_str url,
	struct of_learned *learned, bool *found, struct of_arena *arena, struct of_err *err);
enum of_status of_postgres_each_page(struct of_history *history, of_history_page_fn *each,
	void *payload, struct of_err *err);

/* Accept NULL. */
void of_pg_uses_free(struct of_pg_uses *uses);
void of_pg_ahead_free(struct of_pg_ahead *ahead);

#endif
