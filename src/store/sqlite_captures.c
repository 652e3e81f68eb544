/*
 * Which rotten links still want a capture.
 */
#include "store/sqlite_db.h"

/*
 * A link's checks are walked from the newest back: there is no index of them by
 * link. Published is the date of its first use as a source, else of its first.
 */
static const struct of_query each_uncaptured = {OF_QUERY_EACH_UNCAPTURED,
	"SELECT link.number, link.url, coalesce("
	"  (SELECT published FROM use JOIN item ON item.number = use.item"
	"   WHERE use.link = link.number AND published IS NOT NULL"
	"   ORDER BY kind, item, place LIMIT 1),"
	"  (WITH RECURSIVE walk(at, before) AS ("
	"     SELECT at, before FROM check_ WHERE number = link.newest UNION ALL"
	"     SELECT check_.at, check_.before FROM walk JOIN check_"
	"       ON check_.number = walk.before)"
	"   SELECT min(at) FROM walk)),"
	"  (WITH RECURSIVE walk(at, before) AS ("
	"     SELECT at, before FROM check_ WHERE number = link.newest UNION ALL"
	"     SELECT check_.at, check_.before FROM walk JOIN check_"
	"       ON check_.number = walk.before WHERE check_.at > coalesce(link.last_ok, 0))"
	"   SELECT min(at) FROM walk)"
	" FROM link LEFT JOIN capture ON capture.link = link.number"
	" WHERE kinds <> 0 AND fixed IS NULL"
	" AND link.verdict IN (SELECT word FROM verdict WHERE rot)"
	" AND (capture.link IS NULL OR (capture.url IS NULL AND asked <= ?))"
	" ORDER BY link.number"};

enum of_status of_sqlite_each_uncaptured(struct of_history *base, int64_t asked_before,
	of_history_uncaptured_fn *each, void *payload, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor = of_cursor_begin(history, &each_uncaptured);
	bool more = true;

	of_cursor_put_int(&cursor, asked_before);
	while (more && of_cursor_next(&cursor)) {
		struct of_uncaptured link = {.number = of_cursor_int(&cursor)};

		link.url = of_cursor_text(&cursor);
		link.wanted = of_cursor_int(&cursor);
		link.went_bad = of_cursor_int(&cursor);
		more = each(&link, payload);
	}
	return of_cursor_end(&cursor, err);
}
