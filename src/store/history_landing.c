#include "store/history_landing.h"

#include "base/grow.h"
#include "base/str.h"
#include <stdlib.h>

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
	struct of_landing *landing, struct of_str domain, struct of_str final_url)
{
	of_buf_clear(&landing->place);
	of_buf_add_str(&landing->place, domain);
	of_buf_add_byte(&landing->place, ' ');
	of_buf_add_str(&landing->place, final_url);
	landing->n_likes = 0;
	landing->n_waiting = 0;
}

static bool is_at(
	const struct of_landing *landing, struct of_str domain, struct of_str final_url)
{
	struct of_str place = of_buf_str(&landing->place);

	return place.len == domain.len + 1 + final_url.len && of_str_starts(place, domain) &&
	       of_str_ends(place, final_url);
}

static void count(struct of_landing *landing, struct of_str url)
{
	uint64_t like = of_str_hash(bare(url));

	for (unsigned i = 0; i < landing->n_likes; i++)
		if (landing->likes[i] == like)
			return;
	landing->likes[landing->n_likes++] = like;
}

static bool hold_back(struct of_landing *landing, int64_t link)
{
	int64_t *waiting = of_grow(
		landing->waiting, landing->n_waiting, &landing->cap_waiting, sizeof(*waiting));

	if (waiting == NULL)
		return false;
	landing->waiting = waiting;
	landing->waiting[landing->n_waiting++] = link;
	return true;
}

bool of_landing_add(struct of_landing *landing, const struct of_landed *landed, bool *room)
{
	bool more = true;

	if (is_same_page(landed->url, landed->final_url))
		return true;
	if (!is_at(landing, landed->domain, landed->final_url))
		begin_landing(landing, landed->domain, landed->final_url);
	if (landing->n_likes < landing->least)
		count(landing, landed->url);
	*room = landing->place.status == OF_OK;
	if (*room && landed->of_run)
		*room = hold_back(landing, landed->link);
	if (!*room || landing->n_likes < landing->least)
		return *room;
	for (size_t i = 0; more && i < landing->n_waiting; i++)
		more = landing->each(landing->waiting[i], landing->payload);
	landing->n_waiting = 0;
	return more;
}

bool of_landing_init(
	struct of_landing *landing, unsigned least, of_history_link_fn *each, void *payload)
{
	*landing = (struct of_landing){
		.least = least > 0 ? least : 1, .each = each, .payload = payload};
	landing->likes = calloc(landing->least, sizeof(*landing->likes));
	return landing->likes != NULL;
}

void of_landing_finish(struct of_landing *landing)
{
	free(landing->likes);
	free(landing->waiting);
	of_buf_finish(&landing->place);
}
