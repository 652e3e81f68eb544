/*
 * What pages say of themselves. Their text is not kept: it would be the
 * greater part of the history, and nobody asks for it.
 */
#include "store/history_db.h"

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"

static const struct of_query put_page = {OF_QUERY_PUT_PAGE,
	"INSERT OR REPLACE INTO said(link, changed, published, title, words)"
	" VALUES (?, ?, ?, ?, ?)"};
static const struct of_query learned = {OF_QUERY_LEARNED,
	"SELECT coalesce(fixed, verdict), capture.url, page.link, " OF_PAGE_COLUMNS
	" FROM link LEFT JOIN capture ON capture.link = number"
	" LEFT JOIN " OF_PAGE " ON page.link = number WHERE link.hash = ? AND link.url = ?"};
/* The newest check that could have given the page, as of_history_put_check() has it. */
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

#define TEXT(name)                                    \
	{                                             \
#name, offsetof(struct of_page, name) \
	}

/* In the order of OF_PAGE_COLUMNS, which are the JSON's keys but for the first, a column
 * of its own for reports; feeds follow them. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	TEXT(title),
	TEXT(description),
	TEXT(canonical),
	TEXT(heading),
	TEXT(og_title),
	TEXT(og_description),
	TEXT(og_image),
	TEXT(og_site_name),
	TEXT(og_type),
	TEXT(twitter_card),
	TEXT(twitter_title),
	TEXT(twitter_description),
	TEXT(twitter_image),
	TEXT(ld_headline),
	TEXT(ld_image),
	TEXT(oembed),
	TEXT(favicon),
	TEXT(language),
	TEXT(charset),
	TEXT(refresh),
	TEXT(type),
};

#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

static struct of_str text_of(const struct of_page *page, size_t number)
{
	return *(
		const struct of_str *)(const void *)((const char *)page + texts[number].offset);
}

static void mix(uint64_t *hash, uint64_t number)
{
	*hash = (*hash ^ number) * 0xFF51AFD7ED558CCDU;
	*hash ^= *hash >> 32;
}

/* Where a text stands counts: an absent one is mixed in by its place. */
int64_t of_history_hash_page(const struct of_page *page)
{
	uint64_t hash = page->n_feeds;

	for (size_t i = 0; i < N_TEXTS; i++) {
		struct of_str text = text_of(page, i);

		if (text.len > 0)
			mix(&hash, of_str_hash(text) + i);
	}
	for (size_t i = 0; i < page->n_feeds; i++)
		mix(&hash, of_str_hash(page->feeds[i]));
	mix(&hash, (uint64_t)page->published);
	mix(&hash, (uint64_t)page->asks_password << 1 | page->truncated);
	mix(&hash, page->length);
	mix(&hash, (uint64_t)page->width << 32 | page->height);
	return hash != 0 ? (int64_t)hash : 1;
}

static void add_number(struct of_json *json, const char *key, uint64_t number)
{
	if (number != 0)
		of_json_uint(json, key, number);
}

static void write_words(struct of_buf *words, const struct of_page *page)
{
	struct of_json json;
	struct of_buf feeds = {0};

	of_buf_clear(words);
	of_json_init(&json, words, true);
	of_json_open(&json, NULL, '{');
	for (size_t i = 1; i < N_TEXTS; i++)
		of_json_str_if(&json, texts[i].key, text_of(page, i));
	for (size_t i = 0; i < page->n_feeds; i++) {
		of_buf_add_text(&feeds, i > 0 ? "\n" : "");
		of_buf_add_str(&feeds, page->feeds[i]);
	}
	of_json_str_if(&json, "feeds", of_buf_str(&feeds));
	add_number(&json, "asks_password", page->asks_password);
	add_number(&json, "truncated", page->truncated);
	add_number(&json, "length", page->length);
	add_number(&json, "width", page->width);
	add_number(&json, "height", page->height);
	of_json_close(&json, '}');
	if (feeds.status != OF_OK)
		words->status = feeds.status;
	of_buf_finish(&feeds);
}

enum of_status of_history_put_page(struct of_history *history, int64_t link,
	const struct of_page *page, int64_t now, struct of_err *err)
{
	struct of_buf *words = &history->words;
	struct of_cursor cursor;

	write_words(words, page);
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
	for (size_t i = 0; i < N_TEXTS; i++) {
		struct of_str text = of_cursor_text(cursor);

		*(struct of_str *)(void *)((char *)page + texts[i].offset) =
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

enum of_status of_history_each_page(
	struct of_history *history, of_history_page_fn *each, void *payload, struct of_err *err)
{
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
