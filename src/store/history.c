/*
 * The public functions, each of the database that stands behind.
 */
#include "store/history_backend.h"

#include <outfeed/arena.h>

#include "base/str.h"

static bool is_postgres(const struct of_history_place *place)
{
	return of_str_starts(place->store, STR("postgresql://")) ||
	       of_str_starts(place->store, STR("postgres://"));
}

enum of_status of_history_open(struct of_history **history,
	const struct of_history_place *place, const struct of_reporter *reporter,
	struct of_err *err)
{
	return is_postgres(place) ? of_postgres_open(history, place, reporter, err)
				  : of_sqlite_open(history, place->folder, reporter, err);
}

enum of_status of_history_open_to_read(
	struct of_history **history, const struct of_history_place *place, struct of_err *err)
{
	return is_postgres(place) ? of_postgres_open_to_read(history, place, err)
				  : of_sqlite_open_to_read(history, place->folder, err);
}

bool of_history_is_there(const struct of_history_place *place)
{
	return is_postgres(place) || of_sqlite_is_there(place->folder);
}

bool of_history_is_file(const struct of_history_place *place)
{
	return !is_postgres(place);
}

void of_history_heed(struct of_history *history, const volatile sig_atomic_t *stop)
{
	if (history->backend->heed != NULL)
		history->backend->heed(history, stop);
}

void of_history_close(struct of_history *history)
{
	if (history != NULL)
		history->backend->close(history);
}

enum of_history_health of_history_health(struct of_history *history)
{
	return history->backend->health != NULL ? history->backend->health(history)
						: OF_HISTORY_FINE;
}

enum of_status of_history_settle(
	struct of_history *history, int64_t milliseconds, struct of_err *err)
{
	return history->backend->settle != NULL
		       ? history->backend->settle(history, milliseconds, err)
		       : history->backend->flush(history, err);
}

uint64_t of_history_refused(const struct of_history *history)
{
	return history->backend->refused != NULL ? history->backend->refused(history) : 0;
}

int64_t of_history_clock(const struct of_history *history)
{
	return history->backend->clock != NULL ? history->backend->clock(history) : 0;
}

enum of_status of_history_flush(struct of_history *history, struct of_err *err)
{
	return history->backend->flush(history, err);
}

enum of_status of_history_begin_uses(struct of_history *history, struct of_err *err)
{
	return history->backend->begin_uses(history, err);
}

enum of_status of_history_add_use(
	struct of_history *history, const struct of_use *use, struct of_err *err)
{
	return history->backend->add_use(history, use, err);
}

enum of_status of_history_end_uses(struct of_history *history, struct of_err *err)
{
	return history->backend->end_uses(history, err);
}

enum of_status of_history_each_due(struct of_history *history, int64_t now, bool all,
	unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err)
{
	return history->backend->each_due(history, now, all, kinds, each, payload, err);
}

enum of_status of_history_get_link(struct of_history *history, int64_t number,
	struct of_link *link, struct of_arena *arena, struct of_err *err)
{
	return history->backend->get_link(history, number, link, arena, err);
}

enum of_status of_history_each_control(struct of_history *history, unsigned most,
	of_history_url_fn *each, void *payload, struct of_err *err)
{
	return history->backend->each_control(history, most, each, payload, err);
}

enum of_status of_history_put_check(
	struct of_history *history, const struct of_check *check, struct of_err *err)
{
	return history->backend->put_check(history, check, err);
}

enum of_status of_history_revise(struct of_history *history, int64_t link,
	const struct of_judgement *judgement, struct of_err *err)
{
	return history->backend->revise(history, link, judgement, err);
}

enum of_status of_history_begin_run(
	struct of_history *history, int64_t now, int64_t *run, struct of_err *err)
{
	return history->backend->begin_run(history, now, run, err);
}

enum of_status of_history_end_run(
	struct of_history *history, int64_t run, int64_t now, bool complete, struct of_err *err)
{
	return history->backend->end_run(history, run, now, complete, err);
}

enum of_status of_history_each_shared(struct of_history *history, int64_t run, unsigned least,
	of_history_link_fn *each, void *payload, struct of_err *err)
{
	return history->backend->each_shared(history, run, least, each, payload, err);
}

enum of_status of_history_each_landing(struct of_history *history, struct of_str domain,
	of_history_landing_fn *each, void *payload, struct of_err *err)
{
	return history->backend->each_landing(history, domain, each, payload, err);
}

enum of_status of_history_each_uncaptured(struct of_history *history, int64_t asked_before,
	of_history_uncaptured_fn *each, void *payload, struct of_err *err)
{
	return history->backend->each_uncaptured(history, asked_before, each, payload, err);
}

enum of_status of_history_put_capture(struct of_history *history, int64_t link,
	struct of_str capture, int64_t captured, int64_t now, struct of_err *err)
{
	return history->backend->put_capture(history, link, capture, captured, now, err);
}

enum of_status of_history_totals(
	struct of_history *history, struct of_totals *sums, struct of_err *err)
{
	return history->backend->totals(history, sums, err);
}

enum of_status of_history_learned(struct of_history *history, struct of_str url,
	struct of_learned *learned, bool *found, struct of_arena *arena, struct of_err *err)
{
	return history->backend->learned(history, url, learned, found, arena, err);
}

enum of_status of_history_each_page(
	struct of_history *history, of_history_page_fn *each, void *payload, struct of_err *err)
{
	return history->backend->each_page(history, each, payload, err);
}

enum of_status of_history_begin_report(struct of_report_walk **walk, struct of_history *history,
	unsigned verdicts, unsigned checks, struct of_err *err)
{
	return history->backend->begin_report(walk, history, verdicts, checks, err);
}

enum of_status of_history_next_report(struct of_report_walk *walk, struct of_report_link *link,
	struct of_arena *arena, bool *more, struct of_err *err)
{
	return walk->backend->next_report(walk, link, arena, more, err);
}

void of_history_end_report(struct of_report_walk *walk)
{
	if (walk != NULL)
		walk->backend->end_report(walk);
}

enum of_status of_history_each_report(struct of_history *history, unsigned verdicts,
	unsigned checks, of_history_report_fn *each, void *payload, struct of_err *err)
{
	struct of_arena *arena = of_arena_new();
	struct of_report_walk *walk = NULL;
	struct of_report_link link;
	bool more = true;
	enum of_status status = arena != NULL ? OF_OK : of_err_set_nomem(err);

	if (status == OF_OK)
		status = of_history_begin_report(&walk, history, verdicts, checks, err);
	while (status == OF_OK && more) {
		of_arena_clear(arena);
		status = of_history_next_report(walk, &link, arena, &more, err);
		if (status == OF_OK && more)
			more = each(&link, payload);
	}
	of_history_end_report(walk);
	of_arena_free(arena);
	return status;
}
