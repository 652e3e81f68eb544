/*
 * What pages say of themselves. Their text is not kept: it would be the
 * greater part of the history, and nobody asks for it.
 */
#include "store/history_texts.h"
#include "store/sqlite_db.h"

#include "base/str.h"
#include "base/time.h"

static const struct of_query put_page = {OF_QUERY_PUT_PAGE,
	"INSERT OR REPLACE INTO said(link, changed, published, title, words)"
	" VALUES (?, ?, ?, ?, ?)"};
static const struct of_query learned = {OF_QUERY_LEARNED,
	"SELECT coalesce(fixed, verdict), capture.url, page.link, " OF_PAGE_COLUMNS
	" FROM link LEFT JOIN capture ON capture.link = number"
	" LEFT JOIN " OF_PAGE " ON page.link = number WHERE link.hash = ? AND link.url = ?"};
/* The newest check that could have given the page, as of_sqlite_put_check() has it. */
#define NEWEST_GOOD                                                                  \
	"WITH RECURSIVE back(number, before, good) AS ("                             \
	"SELECT number, before, " IS_GOOD " FROM check_ WHERE number = link.newest"  \
	" UNION ALL SELECT check_.number, check_.before, " IS_GOOD                   \
	" FROM back JOIN check_ ON check_.number = back.before WHERE NOT back.good)" \
	" SELECT number FROM back WHERE good"
#define IS_GOOD                                                                          \
	"failure IS NULL AND verdict NOT IN ('suspect', 'blocked', 'dead', 'soft-404', " \
	"'hijacked')"
static const struct of_query each_page = {OF_QUERY_EACH_PAGE,
	"SELECT url, gave.status, gave.final_url, hops,"
	" CASE WHEN gave.number = newest THEN etag END,"
	" CASE WHEN gave.number = newest THEN last_modified END, " OF_PAGE_COLUMNS
	" FROM " OF_PAGE " JOIN link ON link.number = page.link"
	" LEFT JOIN check_ AS gave ON gave.number = (" NEWEST_GOOD ")"
	" WHERE kinds <> 0 ORDER BY url"};

enum of_status of_sqlite_put_page(struct of_sqlite *history, int64_t link,
	const struct of_page *page, int64_t now, struct of_err *err)
{
	struct of_buf *words = &history->words;
	struct of_cursor cursor;

	of_history_write_words(words, page);
	if (words->status != OF_OK)
		return of_buf_status(words, err);
	cursor = of_cursor_begin(history, &put_page);
	of_cursor_put_int(&cursor, link);
	of_cursor_put_int(&cursor, now);
	of_cursor_put_date(&cursor, page->published);
	of_cursor_put_text(&cursor, page->title);
	of_cursor_put_words(&cursor, of_buf_str(words));
	return of_cursor_run(&cursor, err);
}

/* Its text is the arena's, or, without one, the row's. */
static void read_page(struct of_cursor *cursor, struct of_page *page, struct of_arena *arena)
{
	struct of_str feeds;

	*page = (struct of_page){0};
	for (size_t i = 0; i < OF_PAGE_TEXTS; i++) {
		struct of_str text = of_cursor_text(cursor);

		of_history_set_text(page, i, arena != NULL ? of_arena_dup(arena, text) : text);
	}
	feeds = of_cursor_text(cursor);
	if (arena != NULL)
		feeds = of_arena_dup(arena, feeds);
	of_history_set_feeds(page, feeds);
	page->published = of_cursor_date(cursor);
	page->asks_password = of_cursor_int(cursor) != 0;
	page->truncated = of_cursor_int(cursor) != 0;
	page->length = (uint64_t)of_cursor_int(cursor);
	page->width = (unsigned)of_cursor_int(cursor);
	page->height = (unsigned)of_cursor_int(cursor);
}

enum of_status of_sqlite_learned(struct of_history *base, struct of_str url,
	struct of_learned *known, bool *found, struct of_arena *arena, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor = of_cursor_begin(history, &learned);
	enum of_status status;

	*known = (struct of_learned){.page.published = OF_TIME_NONE};
	of_cursor_put_int(&cursor, of_sqlite_hash(url));
	of_cursor_put_words(&cursor, url);
	*found = of_cursor_next(&cursor);
	if (*found) {
		known->verdict = of_cursor_verdict(&cursor);
		known->capture = of_arena_dup(arena, of_cursor_text(&cursor));
		known->has_page = of_cursor_int(&cursor) != 0;
		read_page(&cursor, &known->page, arena);
	}
	status = of_cursor_end(&cursor, err);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

static void read_source(struct of_cursor *cursor, struct of_page_source *source)
{
	*source = (struct of_page_source){.url = of_cursor_text(cursor)};
	source->status = (unsigned)of_cursor_int(cursor);
	source->final_url = of_cursor_text(cursor);
	source->n_hops = of_history_read_hops(source->hops, of_cursor_text(cursor));
	source->etag = of_cursor_text(cursor);
	source->last_modified = of_cursor_text(cursor);
	if (source->final_url.len == 0 && source->n_hops > 0)
		source->final_url = source->hops[source->n_hops - 1].url;
	else if (source->final_url.len == 0 && source->status != 0)
		source->final_url = source->url;
}

enum of_status of_sqlite_each_page(
	struct of_history *base, of_history_page_fn *each, void *payload, struct of_err *err)
{
	struct of_sqlite *history = of_sqlite_of(base);
	struct of_cursor cursor = of_cursor_begin(history, &each_page);
	bool more = true;

	while (more && of_cursor_next(&cursor)) {
		struct of_page_source source;
		struct of_page page;

		read_source(&cursor, &source);
		read_page(&cursor, &page, NULL);
		more = each(&source, &page, payload);
	}
	return of_cursor_end(&cursor, err);
}
