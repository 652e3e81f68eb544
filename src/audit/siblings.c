#include "audit/siblings.h"

#include "base/grow.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include <outfeed/buf.h>
#include <stdlib.h>

struct sibling {
	struct of_str url;
	size_t first; /* index into waits */
};

struct of_siblings {
	struct of_arena *arena;
	struct of_map by_url;
	struct sibling *siblings;
	size_t count, cap;
	struct of_sibling_wait *waits;
	size_t n_waits, waits_cap;
};

struct of_siblings *of_siblings_new(void)
{
	struct of_siblings *siblings = calloc(1, sizeof(*siblings));

	if (siblings == NULL)
		return NULL;
	siblings->arena = of_arena_new();
	if (siblings->arena != NULL)
		return siblings;
	free(siblings);
	return NULL;
}

void of_siblings_free(struct of_siblings *siblings)
{
	if (siblings == NULL)
		return;
	of_map_finish(&siblings->by_url);
	of_arena_free(siblings->arena);
	free(siblings->siblings);
	free(siblings->waits);
	free(siblings);
}

/*
 * Beside the URL, in its folder: a name that nobody gave a page, of the same
 * extension, since sites answer by it; the same one for all URLs of the folder.
 */
static bool add_sibling(struct of_buf *out, struct of_str url)
{
	struct of_url parts = of_url_split(url);
	struct of_str path = parts.path;
	size_t slash;
	struct of_str folder;

	if (of_str_ends(path, STR("/")) && path.len > 1)
		path.len--;
	slash = of_str_find_last_byte(path, '/');
	if (slash == OF_NPOS || path.len == 1)
		return false;
	folder = of_str_slice(url, 0, (size_t)(path.ptr - url.ptr) + slash + 1);
	of_buf_add_str(out, folder);
	of_buf_add_format(out, "outfeed-%016llx", (unsigned long long)of_str_hash(folder));
	of_buf_add_str(out, of_path_extension(of_path_base(path)));
	return true;
}

static struct of_str copy(struct of_siblings *siblings, struct of_str text)
{
	return of_arena_dup(siblings->arena, text);
}

/* A copy of what a wait holds, the page aside. */
static void keep(struct of_siblings *siblings, struct of_sibling_wait *wait)
{
	struct of_hop *hops =
		of_arena_take(siblings->arena, wait->seen.n_hops + 1, sizeof(*hops));

	wait->seen.url = copy(siblings, wait->seen.url);
	wait->seen.final_url = copy(siblings, wait->seen.final_url);
	wait->seen.words = copy(siblings, wait->seen.words);
	wait->expected.title = copy(siblings, wait->expected.title);
	wait->expected.summary = copy(siblings, wait->expected.summary);
	wait->seen.page = NULL;
	for (size_t i = 0; i < wait->seen.n_hops && hops != NULL; i++) {
		hops[i] = wait->seen.hops[i];
		hops[i].url = copy(siblings, hops[i].url);
	}
	wait->seen.hops = hops;
}

static bool add(struct of_siblings *siblings, struct of_str url, size_t *number)
{
	struct sibling *grown;

	if (siblings->count == OF_SIBLINGS_MOST)
		return false;
	grown = of_grow(siblings->siblings, siblings->count, &siblings->cap, sizeof(*grown));
	if (grown == NULL)
		return false;
	siblings->siblings = grown;
	url = copy(siblings, url);
	if (url.len == 0 || of_map_put(&siblings->by_url, url, siblings->count, NULL) != OF_OK)
		return false;
	*number = siblings->count++;
	siblings->siblings[*number] = (struct sibling){url, SIZE_MAX};
	return true;
}

static bool add_wait(struct of_siblings *siblings, const struct of_sibling_wait *wait,
	struct sibling *sibling)
{
	struct of_sibling_wait *grown = of_grow(
		siblings->waits, siblings->n_waits, &siblings->waits_cap, sizeof(*grown));

	if (grown == NULL)
		return false;
	siblings->waits = grown;
	grown[siblings->n_waits] = *wait;
	keep(siblings, &grown[siblings->n_waits]);
	if (of_arena_status(siblings->arena, NULL) != OF_OK)
		return false;
	grown[siblings->n_waits].next = sibling->first;
	sibling->first = siblings->n_waits++;
	return true;
}

bool of_siblings_wait(struct of_siblings *siblings, const struct of_sibling_wait *wait,
	size_t *number, bool *is_new)
{
	struct of_buf url = {0};
	bool good = siblings->n_waits < OF_SIBLINGS_MOST && add_sibling(&url, wait->seen.url) &&
		    url.status == OF_OK;
	const size_t *known = good ? of_map_get(&siblings->by_url, of_buf_str(&url)) : NULL;

	*is_new = good && known == NULL;
	if (known != NULL)
		*number = *known;
	else if (good)
		good = add(siblings, of_buf_str(&url), number);
	of_buf_finish(&url);
	return good && add_wait(siblings, wait, &siblings->siblings[*number]);
}

struct of_str of_siblings_url(const struct of_siblings *siblings, size_t number)
{
	return siblings->siblings[number].url;
}

size_t of_siblings_first(const struct of_siblings *siblings, size_t number)
{
	return siblings->siblings[number].first;
}

const struct of_sibling_wait *of_siblings_at(const struct of_siblings *siblings, size_t wait)
{
	return &siblings->waits[wait];
}
