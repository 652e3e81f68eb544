/*
 * What pages say of themselves, for build and for --metadata.
 */
#include "store/history_texts.h"
#include "store/postgres_batch.h"

#include "base/str.h"
#include "base/time.h"
#include "store/postgres_calls.h"

#define PAGE_COLUMNS                                                                     \
	"p.title, p.description, p.canonical, p.heading, p.og_title, p.og_description, " \
	"p.og_image, p.og_site_name, p.og_type, p.twitter_card, p.twitter_title, "       \
	"p.twitter_description, p.twitter_image, p.ld_headline, p.ld_image, p.oembed, "  \
	"p.favicon, p.language, p.charset, p.refresh, p.type, p.feeds, " OF_PG_SECONDS(  \
		"p.published") ", p.asks_password, p.truncated, p.length, p.width, p.height"

static const char learned[] =
	"SELECT coalesce(k.fixed, l.verdict), c.url, p.link, " PAGE_COLUMNS
	" FROM link l LEFT JOIN site_link k ON k.site = $1 AND k.link = l.number"
	" LEFT JOIN capture c ON c.link = l.number LEFT JOIN page p ON p.link = l.number"
	" WHERE md5(l.url) = md5($2) AND l.url = $2";

/* The newest check that could have given the page, as of_history_good_page() has it. */
static const char each_page[] =
	"SELECT l.url, g.status, g.final_url, g.hops,"
	" CASE WHEN g.number = l.newest THEN l.etag END,"
	" CASE WHEN g.number = l.newest THEN l.last_modified END, " PAGE_COLUMNS
	" FROM link l JOIN page p ON p.link = l.number LEFT JOIN LATERAL"
	" (SELECT number, status, final_url, hops FROM check_ WHERE link = l.number"
	"  AND failure IS NULL AND verdict NOT IN"
	"  ('suspect', 'blocked', 'dead', 'soft-404', 'hijacked')"
	"  ORDER BY at DESC, number DESC LIMIT 1) g ON true"
	" WHERE CASE WHEN $1::bigint IS NULL THEN l.kinds <> 0 ELSE EXISTS"
	" (SELECT FROM site_link s WHERE s.site = $1 AND s.link = l.number) END"
	" ORDER BY l.url";

/* Its text is the arena's, or, without one, the row's. */
static void read_page(struct of_pg_rows *rows, struct of_page *page, struct of_arena *arena)
{
	struct of_str feeds;

	*page = (struct of_page){0};
	for (size_t i = 0; i < OF_PAGE_TEXTS; i++) {
		struct of_str text = of_pg_read_text(rows);

		of_history_set_text(page, i, arena != NULL ? of_arena_dup(arena, text) : text);
	}
	feeds = of_pg_read_text(rows);
	of_history_set_feeds(page, arena != NULL ? of_arena_dup(arena, feeds) : feeds);
	page->published = of_pg_read_date(rows);
	page->asks_password = of_pg_read_int(rows) != 0;
	page->truncated = of_pg_read_int(rows) != 0;
	page->length = (uint64_t)of_pg_read_int(rows);
	page->width = (unsigned)of_pg_read_int(rows);
	page->height = (unsigned)of_pg_read_int(rows);
}

enum of_status of_postgres_learned(struct of_history *base, struct of_str url,
	struct of_learned *known, bool *found, struct of_arena *arena, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_rows rows = {NULL, -1, 0};
	enum of_status status = of_pg_write(pg, err);

	*known = (struct of_learned){.page.published = OF_TIME_NONE};
	*found = false;
	if (status != OF_OK)
		return status;
	of_pg_site(pg, &args);
	of_pg_words(&args, url);
	status = of_pg_run(pg, learned, &args, &rows, OF_HISTORY_PATIENCE, err);
	*found = status == OF_OK && of_pg_next(&rows);
	if (*found) {
		known->verdict = of_pg_read_verdict(&rows);
		known->capture = of_arena_dup(arena, of_pg_read_text(&rows));
		known->has_page = of_pg_read_int(&rows) != 0;
		read_page(&rows, &known->page, arena);
	}
	of_pg_finish(&rows);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

static void read_source(struct of_pg_rows *rows, struct of_page_source *source)
{
	*source = (struct of_page_source){.url = of_pg_read_text(rows)};
	source->status = (unsigned)of_pg_read_int(rows);
	source->final_url = of_pg_read_text(rows);
	source->n_hops = of_history_read_hops(source->hops, of_pg_read_text(rows));
	source->etag = of_pg_read_text(rows);
	source->last_modified = of_pg_read_text(rows);
	if (source->final_url.len == 0 && source->n_hops > 0)
		source->final_url = source->hops[source->n_hops - 1].url;
	else if (source->final_url.len == 0 && source->status != 0)
		source->final_url = source->url;
}

enum of_status of_postgres_each_page(
	struct of_history *base, of_history_page_fn *each, void *payload, struct of_err *err)
{
	struct of_postgres *pg = of_postgres_of(base);
	struct of_pg_args args = {0};
	struct of_pg_walk walk;
	bool more = true;
	enum of_status status = of_postgres_settle(base, OF_HISTORY_PATIENCE, err);

	if (status != OF_OK)
		return status;
	of_pg_site(pg, &args);
	walk = of_pg_walk_begin(pg, each_page, &args, err);
	while (more && of_pg_walk_next(&walk)) {
		struct of_page_source source;
		struct of_page page;

		read_source(&walk.rows, &source);
		read_page(&walk.rows, &page, NULL);
		more = each(&source, &page, payload);
	}
	return of_pg_walk_end(&walk);
}
