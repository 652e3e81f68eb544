#include "collect/ties.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/str.h"
#include <outfeed/arena.h>
#include <stdlib.h>

struct waiting {
	struct of_str id, keys;
	enum of_tie_source source;
	bool claimed;
};

/* One that has a key; the next that has the same key follows. */
struct link {
	size_t waiting;
	size_t next; /* OF_NPOS at the end */
};

struct of_ties {
	struct of_arena *arena;
	struct waiting *waiting;
	size_t count, cap;
	struct link *links;
	size_t n_links, cap_links;
	struct of_map ids;  /* id to waiting */
	struct of_map keys; /* key to its first link */
};

struct of_ties *of_ties_new(void)
{
	struct of_ties *ties = calloc(1, sizeof(*ties));

	if (ties == NULL)
		return NULL;
	ties->arena = of_arena_new();
	if (ties->arena == NULL) {
		free(ties);
		return NULL;
	}
	return ties;
}

void of_ties_free(struct of_ties *ties)
{
	if (ties == NULL)
		return;
	of_arena_free(ties->arena);
	of_map_finish(&ties->ids);
	of_map_finish(&ties->keys);
	free(ties->waiting);
	free(ties->links);
	free(ties);
}

size_t of_ties_count(const struct of_ties *ties)
{
	return ties->count;
}

/* The next key of a list, without its NUL; ptr NULL after the last. */
static struct of_str next_key(struct of_str *rest)
{
	struct of_str key = of_str_split(rest, '\0');

	return key.len > 2 ? key : (struct of_str){NULL, 0};
}

static enum of_status link_key(
	struct of_ties *ties, struct of_str key, size_t waiting, struct of_err *err)
{
	size_t *first = of_map_get(&ties->keys, key);
	struct link *links =
		of_grow(ties->links, ties->n_links, &ties->cap_links, sizeof(*links));

	if (links == NULL)
		return of_err_set_nomem(err);
	ties->links = links;
	ties->links[ties->n_links] = (struct link){waiting, OF_NPOS};
	if (first == NULL)
		return of_map_put(&ties->keys, key, ties->n_links++, err);
	/* behind the first: who came first is asked first */
	ties->links[ties->n_links].next = ties->links[*first].next;
	ties->links[*first].next = ties->n_links++;
	return OF_OK;
}

enum of_status of_ties_add(struct of_ties *ties, struct of_str id, struct of_str keys,
	enum of_tie_source source, struct of_err *err)
{
	struct waiting waiting = {.source = source};
	struct waiting *grown;
	struct of_str rest;
	enum of_status status;

	if (of_map_get(&ties->ids, id) != NULL)
		return OF_OK;
	grown = of_grow(ties->waiting, ties->count, &ties->cap, sizeof(*grown));
	if (grown == NULL)
		return of_err_set_nomem(err);
	ties->waiting = grown;
	waiting.id = of_arena_dup(ties->arena, id);
	waiting.keys = of_arena_dup(ties->arena, keys);
	status = of_arena_status(ties->arena, err);
	if (status == OF_OK)
		status = of_map_put(&ties->ids, waiting.id, ties->count, err);
	rest = waiting.keys;
	while (status == OF_OK && rest.ptr != NULL) {
		struct of_str key = next_key(&rest);

		if (key.len > 0)
			status = link_key(ties, key, ties->count, err);
	}
	if (status == OF_OK)
		ties->waiting[ties->count++] = waiting;
	return status;
}

static bool has_letter(struct of_str keys, char letter)
{
	while (keys.ptr != NULL) {
		struct of_str key = next_key(&keys);

		if (key.len > 0 && key.ptr[0] == letter)
			return true;
	}
	return false;
}

static bool has_key(struct of_str keys, struct of_str wanted)
{
	while (keys.ptr != NULL)
		if (of_str_equal(next_key(&keys), wanted))
			return true;
	return false;
}

/* Both have keys of the letter, and none is of both. */
static bool differ_in(struct of_str a, struct of_str b, char letter)
{
	if (!has_letter(a, letter) || !has_letter(b, letter))
		return false;
	while (a.ptr != NULL) {
		struct of_str key = next_key(&a);

		if (key.len > 0 && key.ptr[0] == letter && has_key(b, key))
			return false;
	}
	return true;
}

/* What is said by hand counts: an item with a guid is what the guid says. */
static bool speaks_for_itself(struct of_str keys)
{
	return has_letter(keys, 'g');
}

bool of_ties_hold(struct of_str before, struct of_str now)
{
	return !speaks_for_itself(now) && !differ_in(before, now, 'u');
}

static struct waiting *find(
	const struct of_ties *ties, struct of_str key, struct of_str keys, bool by_slug)
{
	const size_t *first = of_map_get(&ties->keys, key);
	size_t at = first != NULL ? *first : OF_NPOS;

	for (; at != OF_NPOS; at = ties->links[at].next) {
		struct waiting *one = &ties->waiting[ties->links[at].waiting];

		if (!one->claimed && of_ties_hold(one->keys, keys) &&
			!(by_slug && differ_in(one->keys, keys, 'i')))
			return one;
	}
	return NULL;
}

struct of_str of_ties_claim(
	struct of_ties *ties, struct of_str id, struct of_str keys, struct of_str aliases)
{
	static const char letters[] = "uis";
	const size_t *own = of_map_get(&ties->ids, id);
	struct waiting *found = NULL;
	struct of_str rest;

	if (own != NULL && !ties->waiting[*own].claimed)
		found = &ties->waiting[*own];
	if (found == NULL && speaks_for_itself(keys))
		return (struct of_str){NULL, 0};
	for (const char *letter = letters; *letter != '\0' && found == NULL; letter++) {
		rest = keys;
		while (rest.ptr != NULL && found == NULL) {
			struct of_str key = next_key(&rest);

			if (key.len > 0 && key.ptr[0] == *letter)
				found = find(ties, key, keys, *letter == 's');
		}
	}
	rest = aliases;
	while (rest.ptr != NULL && found == NULL) {
		struct of_str key = next_key(&rest);

		if (key.len > 0)
			found = find(ties, key, keys, true);
	}
	if (found == NULL)
		return (struct of_str){NULL, 0};
	found->claimed = true;
	return found->id;
}

enum of_status of_ties_each(const struct of_ties *ties, bool claimed, of_ties_each_fn *each,
	void *payload, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < ties->count && status == OF_OK; i++) {
		const struct waiting *one = &ties->waiting[i];

		if (one->claimed == claimed)
			status = each(one->id, one->keys, one->source, payload, err);
	}
	return status;
}
