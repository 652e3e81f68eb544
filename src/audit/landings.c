#include "audit/landings.h"

#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/url.h"
#include <stdlib.h>

#define LINKS_LEAST 3

struct of_landings {
	struct of_history *history;
	const struct of_domains *domains;
	struct of_arena *arena; /* of the keys */
	struct of_map known;    /* "domain to" -> links that landed there, up to enough */
};

struct of_landings *of_landings_new(
	struct of_history *history, const struct of_domains *domains)
{
	struct of_landings *landings = calloc(1, sizeof(*landings));

	if (landings == NULL)
		return NULL;
	landings->history = history;
	landings->domains = domains;
	landings->arena = of_arena_new();
	if (landings->arena != NULL)
		return landings;
	free(landings);
	return NULL;
}

void of_landings_free(struct of_landings *landings)
{
	if (landings == NULL)
		return;
	of_map_finish(&landings->known);
	of_arena_free(landings->arena);
	free(landings);
}

struct counting {
	const struct of_landings *landings;
	struct of_str to;
	size_t count;
};

static bool count(int64_t link, struct of_str final_url, unsigned signs, void *payload)
{
	struct counting *counting = payload;
	struct of_buf host = {0};

	(void)link;
	(void)signs;
	of_url_add_host(&host, final_url);
	counting->count += of_str_equal(counting->to,
		of_domain_registrable(counting->landings->domains, of_buf_str(&host)));
	of_buf_finish(&host);
	return counting->count < LINKS_LEAST;
}

static enum of_status ask(struct of_landings *landings, struct of_str key, struct of_str domain,
	struct of_str to, size_t *found, struct of_err *err)
{
	struct counting counting = {.landings = landings, .to = to};
	enum of_status status =
		of_history_each_landing(landings->history, domain, count, &counting, err);

	*found = counting.count;
	key = of_arena_dup(landings->arena, key);
	if (status == OF_OK)
		status = of_arena_status(landings->arena, err);
	return status == OF_OK ? of_map_put(&landings->known, key, counting.count, err)
			       : status;
}

enum of_status of_landings_moved(struct of_landings *landings, struct of_str domain,
	struct of_str to, bool *moved, struct of_err *err)
{
	struct of_buf key = {0};
	const size_t *known;
	size_t found = 0;
	enum of_status status;

	of_buf_add_str(&key, domain);
	of_buf_add_byte(&key, ' ');
	of_buf_add_str(&key, to);
	status = of_buf_status(&key, err);
	known = status == OF_OK ? of_map_get(&landings->known, of_buf_str(&key)) : NULL;
	if (known != NULL)
		found = *known;
	else if (status == OF_OK)
		status = ask(landings, of_buf_str(&key), domain, to, &found, err);
	*moved = found >= LINKS_LEAST;
	of_buf_finish(&key);
	return status;
}
