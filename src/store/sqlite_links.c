/*
 * What to check: links that are due, one link with its past, the control set.
 */
#include "store/sqlite_ahead.h"

#include "base/str.h"
#include <stdlib.h>

/*
 * Sorted by SQLite, in its cache and then in a file of its own: an index by
 * due would be written at each check, and holding the URLs be as large as
 * the table.
 */
static const struct of_query each_due = {OF_QUERY_EACH_DUE,
	"SELECT link.number, domain, url FROM link JOIN host ON host.number = link.host"
	" WHERE kinds & ?1 <> 0 AND fixed IS NULL AND " OF_LINK_IS_DUE
	" ORDER BY domain, due, link.number"};
static const struct of_query get_link = {
	OF_QUERY_GET_LINK, "SELECT " OF_LINK_COLUMNS " WHERE link.number = ?"};
static const struct of_query each_by_hash = {OF_QUERY_EACH_BY_HASH,
	"SELECT domain, url, verdict FROM link INDEXED BY link_by_hash"
	" JOIN host ON host.number = link.host WHERE kinds <> 0 AND fixed IS NULL"
	" ORDER BY hash"};

static const struct of_query any_check = {
	OF_QUERY_ANY_CHECK, "SELECT number FROM check_ LIMIT 1"};

static enum of_status walk_due(
	struct of_sqlite *history, const struct of_due *due, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &each_due);
	bool more = true;

	of_cursor_put_int(&cursor, due->kinds);
	of_cursor_put_int(&cursor, due->now);
	of_cursor_put_int(&cursor, due->all);
	while (more && of_cursor_next(&cursor)) {
		int64_t number = of_cursor_int(&cursor);
		struct of_str domain = of_cursor_text(&cursor);

		more = due->each(number, domain, of_cursor_text(&cursor), due->payload);
	}
	return of_cursor_end(&cursor, err);
}

enum of_status of_sqlite_each_due(struct of_history *base, int64_t now, bool all,
	unsigned kinds, of_history_due_fn *each, void *payload, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	const struct of_due due = {now, all, kinds, each, payload};
	enum of_status status;

	if (of_sqlite_walk_ahead(history, &due, err, &status))
		return status;
	return walk_due(history, &due, err);
}

void of_cursor_link(struct of_cursor *cursor, struct of_link *link, struct of_known *known,
	struct of_arena *arena)
{
	enum of_verdict fixed;

	link->url = of_arena_dup(arena, of_cursor_text(cursor));
	link->domain = of_arena_dup(arena, of_cursor_text(cursor));
	link->kinds = (unsigned)of_cursor_int(cursor);
	link->etag = of_arena_dup(arena, of_cursor_text(cursor));
	link->last_modified = of_arena_dup(arena, of_cursor_text(cursor));
	link->print = (uint64_t)of_cursor_int(cursor);
	link->final_url = of_arena_dup(arena, of_cursor_text(cursor));
	fixed = of_cursor_verdict(cursor);
	known->link = link->number;
	known->newest = of_cursor_int(cursor);
	known->said = of_cursor_int(cursor);
	link->expected.title = of_arena_dup(arena, of_cursor_text(cursor));
	link->expected.summary = of_arena_dup(arena, of_cursor_text(cursor));
	/* the first use's kind is the lowest */
	link->expected.is_image = (link->kinds & (0U - link->kinds)) == OF_LINK_KIND_IMAGE;
	of_cursor_past(cursor, &link->past);
	if (link->final_url.len == 0 && link->past.status != 0)
		link->final_url = link->url;
	if (fixed != OF_VERDICT_NONE)
		link->past.verdict = fixed;
}

static enum of_status read_link(struct of_sqlite *history, struct of_link *link,
	struct of_arena *arena, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &get_link);
	bool found;
	enum of_status status;

	of_cursor_put_int(&cursor, link->number);
	found = of_cursor_next(&cursor);
	if (found)
		of_cursor_link(&cursor, link, of_sqlite_known(history, link->number), arena);
	status = of_cursor_end(&cursor, err);
	if (status == OF_OK && !found)
		status = of_err_set(err, OF_EINPUT, "the history has no link %lld",
			(long long)link->number);
	return status;
}

enum of_status of_sqlite_get_link(struct of_history *base, int64_t number, struct of_link *link,
	struct of_arena *arena, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	enum of_status status = OF_OK;

	*link = (struct of_link){.number = number};
	if (!of_sqlite_get_ahead(history, link, arena))
		status = read_link(history, link, arena, err);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

/* The domains of the control set so far. */
struct domains {
	struct of_arena *arena;
	struct of_str *names;
	size_t n;
};

static bool has_domain(const struct domains *domains, struct of_str domain)
{
	for (size_t i = 0; i < domains->n; i++)
		if (of_str_equal(domains->names[i], domain))
			return true;
	return false;
}

/* Whether any link ever was. */
static enum of_status was_checked(struct of_sqlite *history, bool *checked, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &any_check);

	*checked = of_cursor_next(&cursor);
	return of_cursor_end(&cursor, err);
}

/* Walks from one end of the hashes: the set is as good as drawn by lot, and stays itself. */
enum of_status of_sqlite_each_control(struct of_history *base, unsigned most,
	of_history_url_fn *each, void *payload, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor;
	struct domains domains = {NULL, NULL, 0};
	bool more = most > 0;
	bool checked;
	enum of_status status = was_checked(history, &checked, err);

	/* of a new history the walk would find none, and be the longest */
	if (status != OF_OK || !checked)
		return status;
	domains.arena = of_arena_new();
	cursor = of_cursor_begin(history, &each_by_hash);
	if (domains.arena != NULL)
		domains.names = of_arena_take(domains.arena, most, sizeof(*domains.names));
	while (more && domains.names != NULL && of_cursor_next(&cursor)) {
		struct of_str domain = of_cursor_text(&cursor);
		struct of_str url = of_cursor_text(&cursor);

		if (!of_verdict_is_ok(of_cursor_verdict(&cursor)) ||
			has_domain(&domains, domain))
			continue;
		domains.names[domains.n++] = of_arena_dup(domains.arena, domain);
		more = of_arena_status(domains.arena, NULL) == OF_OK && each(url, payload) &&
		       domains.n < most;
	}
	status = of_cursor_end(&cursor, err);
	if (status == OF_OK && (domains.arena == NULL || domains.names == NULL ||
				       of_arena_status(domains.arena, NULL) != OF_OK))
		status = of_err_set_nomem(err);
	of_arena_free(domains.arena);
	return status;
}
