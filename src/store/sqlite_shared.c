/*
 * Where links land: pages that unlike URLs share, of a site that answers whatever
 * is asked with its front page, and says 200; and where a domain's links lead now.
 */
#include "store/history_landing.h"
#include "store/sqlite_db.h"

#define SHARED_DAYS "60"

/* A link that lands on its own URL has no final_url: most do not come this far. */
static const struct of_query each_landing = {OF_QUERY_EACH_LANDING,
	"SELECT domain, link.final_url, link.url, link.number, check_.run = ?1 FROM link"
	" JOIN host ON host.number = link.host JOIN check_ ON check_.number = newest"
	" WHERE link.final_url IS NOT NULL AND kinds <> 0 AND fixed IS NULL"
	" AND (link.status BETWEEN 200 AND 299 OR link.status = 304) AND last_checked >="
	" (SELECT started FROM run WHERE number = ?1) - " SHARED_DAYS " * 86400"
	" ORDER BY domain, link.final_url, link.number"};

#define SOFT_404_SIGNS \
	(OF_SIGN_ROOT | OF_SIGN_LOGIN | OF_SIGN_NOT_FOUND | OF_SIGN_SHARED | OF_SIGN_SIBLING)
static const struct of_query each_landed = {OF_QUERY_EACH_LANDED,
	"SELECT link.number, final_url, signs FROM host"
	" JOIN link INDEXED BY link_by_host ON link.host = host.number"
	" WHERE host.domain = ? AND final_url IS NOT NULL AND signs & ? = 0 AND kinds <> 0"
	" AND fixed IS NULL AND verdict IN ('moved', 'redirected') ORDER BY link.number"};

enum of_status of_sqlite_each_shared(struct of_history *base, int64_t run, unsigned least,
	of_history_link_fn *each, void *payload, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor = of_cursor_begin(history, &each_landing);
	struct of_landing landing;
	bool room = of_landing_init(&landing, least, each, payload), more = room;
	enum of_status status;

	of_cursor_put_int(&cursor, run);
	while (more && of_cursor_next(&cursor)) {
		struct of_landed landed = {.domain = of_cursor_text(&cursor)};

		landed.final_url = of_cursor_text(&cursor);
		landed.url = of_cursor_text(&cursor);
		landed.link = of_cursor_int(&cursor);
		landed.of_run = of_cursor_int(&cursor) != 0;
		more = of_landing_add(&landing, &landed, &room);
	}
	status = of_cursor_end(&cursor, err);
	if (status == OF_OK && !room)
		status = of_err_set_nomem(err);
	of_landing_finish(&landing);
	return status;
}

enum of_status of_sqlite_each_landing(struct of_history *base, struct of_str domain,
	of_history_landing_fn *each, void *payload, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor = of_cursor_begin(history, &each_landed);
	bool more = true;

	of_cursor_put_words(&cursor, domain);
	of_cursor_put_int(&cursor, SOFT_404_SIGNS);
	while (more && of_cursor_next(&cursor)) {
		int64_t link = of_cursor_int(&cursor);
		struct of_str final_url = of_cursor_text(&cursor);

		more = each(link, final_url, (unsigned)of_cursor_int(&cursor), payload);
	}
	return of_cursor_end(&cursor, err);
}
