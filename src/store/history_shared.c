/*
 * Where links land: pages that unlike URLs share, of a site that answers whatever
 * is asked with its front page, and says 200; and where a domain's links lead now.
 */
#include "store/history_db.h"

#include "base/grow.h"
#include "base/str.h"
#include <stdlib.h>

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

/* The links of one landing so far. */
struct landing {
	struct of_buf place; /* domain and URL */
	uint64_t *likes;     /* what is alike counts once; until there are `least` */
	unsigned n_likes, least;
	int64_t *waiting; /* of the run, until then */
	size_t n_waiting, cap_waiting;
	of_history_link_fn *each;
	void *payload;
};

/*
 * What stays of a URL when it is written another way: without scheme, "www.",
 * fragment, a slash at the end.
 */
static struct of_str bare(struct of_str url)
{
	size_t scheme = of_str_find(url, STR("://"));
	size_t end;

	if (scheme != OF_NPOS)
		url = of_str_from_offset(url, scheme + 3);
	if (of_str_starts(url, STR("www.")))
		url = of_str_from_offset(url, 4);
	end = of_str_find_byte(url, '#');
	if (end != OF_NPOS)
		url = of_str_slice(url, 0, end);
	while (of_str_ends(url, STR("/")))
		url = of_str_slice(url, 0, url.len - 1);
	return url;
}

static struct of_str without_query(struct of_str bare_url)
{
	size_t query = of_str_find_byte(bare_url, '?');

	return bare(query != OF_NPOS ? of_str_slice(bare_url, 0, query) : bare_url);
}

/* A page's other names: another scheme, a query that was dropped. */
static bool is_same_page(struct of_str url, struct of_str final_url)
{
	return of_str_equal(without_query(bare(url)), without_query(bare(final_url))) &&
	       of_str_find_byte(bare(final_url), '?') == OF_NPOS;
}

static void begin_landing(
	struct landing *landing, struct of_str domain, struct of_str final_url)
{
	of_buf_clear(&landing->place);
	of_buf_add_str(&landing->place, domain);
	of_buf_add_byte(&landing->place, ' ');
	of_buf_add_str(&landing->place, final_url);
	landing->n_likes = 0;
	landing->n_waiting = 0;
}

static bool is_at(const struct landing *landing, struct of_str domain, struct of_str final_url)
{
	struct of_str place = of_buf_str(&landing->place);

	return place.len == domain.len + 1 + final_url.len && of_str_starts(place, domain) &&
	       of_str_ends(place, final_url);
}

static void count(struct landing *landing, struct of_str url)
{
	uint64_t like = of_str_hash(bare(url));

	for (unsigned i = 0; i < landing->n_likes; i++)
		if (landing->likes[i] == like)
			return;
	landing->likes[landing->n_likes++] = like;
}

static bool hold_back(struct landing *landing, int64_t link)
{
	int64_t *waiting = of_grow(
		landing->waiting, landing->n_waiting, &landing->cap_waiting, sizeof(*waiting));

	if (waiting == NULL)
		return false;
	landing->waiting = waiting;
	landing->waiting[landing->n_waiting++] = link;
	return true;
}

/* False ends the walk: the caller's wish, or no memory (*room). */
static bool land(struct landing *landing, struct of_cursor *cursor, bool *room)
{
	struct of_str domain = of_cursor_text(cursor);
	struct of_str final_url = of_cursor_text(cursor);
	struct of_str url = of_cursor_text(cursor);
	int64_t link = of_cursor_int(cursor);
	bool more = true;

	if (is_same_page(url, final_url))
		return true;
	if (!is_at(landing, domain, final_url))
		begin_landing(landing, domain, final_url);
	if (landing->n_likes < landing->least)
		count(landing, url);
	*room = landing->place.status == OF_OK;
	if (*room && of_cursor_int(cursor) != 0)
		*room = hold_back(landing, link);
	if (!*room || landing->n_likes < landing->least)
		return *room;
	for (size_t i = 0; more && i < landing->n_waiting; i++)
		more = landing->each(landing->waiting[i], landing->payload);
	landing->n_waiting = 0;
	return more;
}

enum of_status of_history_each_shared(struct of_history *history, int64_t run, unsigned least,
	of_history_link_fn *each, void *payload, struct of_err *err)
{
	struct of_cursor cursor = of_cursor_begin(history, &each_landing);
	struct landing landing = {
		.least = least > 0 ? least : 1, .each = each, .payload = payload};
	bool room;
	enum of_status status;

	landing.likes = calloc(landing.least, sizeof(*landing.likes));
	room = landing.likes != NULL;
	of_cursor_put_int(&cursor, run);
	while (room && of_cursor_next(&cursor))
		if (!land(&landing, &cursor, &room))
			break;
	status = of_cursor_end(&cursor, err);
	if (status == OF_OK && !room)
		status = of_err_set_nomem(err);
	free(landing.likes);
	free(landing.waiting);
	of_buf_finish(&landing.place);
	return status;
}

enum of_status of_history_each_landing(struct of_history *history, struct of_str domain,
	of_history_landing_fn *each, void *payload, struct of_err *err)
{
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
