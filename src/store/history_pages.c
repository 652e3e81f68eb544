/*
 * What pages say of themselves. Their text is not kept: it would be the
 * greater part of the history, and nobody asks for it.
 */
#include "store/history_db.h"

#include "base/str.h"
#include "base/time.h"

static const struct of_query put_page = {OF_QUERY_PUT_PAGE,
	"INSERT INTO page(link, changed, hash, " OF_PAGE_COLUMNS ")"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	" ?, ?, ?, ?, ?)"
	" ON CONFLICT(link) DO UPDATE SET (changed, hash, " OF_PAGE_COLUMNS ") ="
	" (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
	" ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)"
	" WHERE hash <> excluded.hash"};
static const struct of_query learned = {OF_QUERY_LEARNED,
	"SELECT coalesce(fixed, verdict), capture.url, page.link, " OF_PAGE_COLUMNS
	" FROM link LEFT JOIN capture ON capture.link = number"
	" LEFT JOIN page ON page.link = number WHERE link.hash = ? AND link.url = ?"};
static const struct of_query each_page = {OF_QUERY_EACH_PAGE,
	"SELECT url, " OF_PAGE_COLUMNS " FROM page JOIN link ON number = page.link"
	" WHERE kinds <> 0 ORDER BY url"};

/* The columns of text, in the order of OF_PAGE_COLUMNS; feeds follow them. */
static const size_t texts[] = {
	offsetof(struct of_page, title),
	offsetof(struct of_page, description),
	offsetof(struct of_page, canonical),
	offsetof(struct of_page, heading),
	offsetof(struct of_page, og_title),
	offsetof(struct of_page, og_description),
	offsetof(struct of_page, og_image),
	offsetof(struct of_page, og_site_name),
	offsetof(struct of_page, og_type),
	offsetof(struct of_page, twitter_card),
	offsetof(struct of_page, twitter_title),
	offsetof(struct of_page, twitter_description),
	offsetof(struct of_page, twitter_image),
	offsetof(struct of_page, ld_headline),
	offsetof(struct of_page, ld_image),
	offsetof(struct of_page, oembed),
	offsetof(struct of_page, favicon),
	offsetof(struct of_page, language),
	offsetof(struct of_page, charset),
	offsetof(struct of_page, refresh),
	offsetof(struct of_page, type),
};

#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

static struct of_str text_of(const struct of_page *page, size_t number)
{
	return *(const struct of_str *)(const void *)((const char *)page + texts[number]);
}

static void mix(uint64_t *hash, uint64_t number)
{
	*hash = (*hash ^ number) * 0xFF51AFD7ED558CCDU;
	*hash ^= *hash >> 32;
}

static int64_t hash_of(const struct of_page *page, struct of_str feeds)
{
	uint64_t hash = of_str_hash(feeds);

	for (size_t i = 0; i < N_TEXTS; i++)
		mix(&hash, of_str_hash(text_of(page, i)));
	mix(&hash, (uint64_t)page->published);
	mix(&hash, (uint64_t)page->asks_password << 1 | page->truncated);
	mix(&hash, page->length);
	mix(&hash, (uint64_t)page->width << 32 | page->height);
	return (int64_t)hash;
}

enum of_status of_history_put_page(struct of_history *history, int64_t link,
	const struct of_page *page, int64_t now, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &put_page);
	struct of_buf *feeds = &history->feeds;

	of_buf_clear(feeds);
	for (size_t i = 0; i < page->n_feeds; i++) {
		of_buf_add_text(feeds, i > 0 ? "\n" : "");
		of_buf_add_str(feeds, page->feeds[i]);
	}
	if (feeds->status != OF_OK)
		return of_buf_status(feeds, err);
	of_cursor_put_int(&cursor, link);
	of_cursor_put_int(&cursor, now);
	of_cursor_put_int(&cursor, hash_of(page, of_buf_str(feeds)));
	for (size_t i = 0; i < N_TEXTS; i++)
		of_cursor_put_text(&cursor, text_of(page, i));
	of_cursor_put_text(&cursor, of_buf_str(feeds));
	of_cursor_put_date(&cursor, page->published);
	of_cursor_put_int(&cursor, page->asks_password);
	of_cursor_put_int(&cursor, page->truncated);
	of_cursor_put_some(&cursor, (int64_t)page->length);
	of_cursor_put_some(&cursor, page->width);
	of_cursor_put_some(&cursor, page->height);
	return of_cursor_run(&cursor, err);
}

/* Its text is the arena's, or, without one, the row's. */
static void read_page(struct of_cursor *cursor, struct of_page *page, struct of_arena *arena)
{
	struct of_str feeds;

	*page = (struct of_page){0};
	for (size_t i = 0; i < N_TEXTS; i++) {
		struct of_str text = of_cursor_text(cursor);

		*(struct of_str *)(void *)((char *)page + texts[i]) =
			arena != NULL ? of_arena_dup(arena, text) : text;
	}
	feeds = of_cursor_text(cursor);
	if (arena != NULL)
		feeds = of_arena_dup(arena, feeds);
	while (feeds.len > 0 && page->n_feeds < OF_PAGE_FEEDS)
		page->feeds[page->n_feeds++] = of_str_split(&feeds, '\n');
	page->published = of_cursor_date(cursor);
	page->asks_password = of_cursor_int(cursor) != 0;
	page->truncated = of_cursor_int(cursor) != 0;
	page->length = (uint64_t)of_cursor_int(cursor);
	page->width = (unsigned)of_cursor_int(cursor);
	page->height = (unsigned)of_cursor_int(cursor);
}

enum of_status of_history_learned(struct of_history *history, struct of_str url,
	struct of_learned *known, bool *found, struct of_arena *arena, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &learned);
	enum of_status status;

	*known = (struct of_learned){.page.published = OF_TIME_NONE};
	of_cursor_put_int(&cursor, of_history_hash(url));
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

enum of_status of_history_each_page(
	struct of_history *history, of_history_page_fn *each, void *payload, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &each_page);
	bool more = true;

	while (more && of_cursor_next(&cursor)) {
		struct of_str url = of_cursor_text(&cursor);
		struct of_page page;

		read_page(&cursor, &page, NULL);
		more = each(url, &page, payload);
	}
	return of_cursor_end(&cursor, err);
}
