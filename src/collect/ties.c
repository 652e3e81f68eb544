#include "collect/ties.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/str.h"
#include "collect/record.h"
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

/* From the strongest to the weakest; a guid ties by being the id. */
static const char tie_letters[] = "uis";

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

/* Both have keys of the letter, and none is of both. */
static bool differ_in(struct of_str a, struct of_str b, char letter)
{
	if (!has_letter(a, letter) || !has_letter(b, letter))
		return false;
	while (a.ptr != NULL) {
		struct of_str key = next_key(&a);

		if (key.len > 0 && key.ptr[0] == letter && of_keys_have(b, key))
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

static bool has_any(struct of_str keys, struct of_str wanted)
{
	while (wanted.ptr != NULL) {
		struct of_str key = next_key(&wanted);

		if (key.len > 0 && of_keys_have(keys, key))
			return true;
	}
	return false;
}

bool of_ties_bind(struct of_str before, struct of_str now, struct of_str aliases)
{
	for (const char *letter = tie_letters; *letter != '\0'; letter++)
		if (has_letter(before, *letter) && has_letter(now, *letter) &&
			(*letter != 's' || !has_any(before, aliases)))
			return !differ_in(before, now, *letter);
	return has_any(before, aliases);
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

static struct waiting *find_id(const struct of_ties *ties, struct of_str id)
{
	const size_t *index = of_map_get(&ties->ids, id);

	return index != NULL && !ties->waiting[*index].claimed ? &ties->waiting[*index] : NULL;
}

/* Of two that have the same keys, the one that has the id as well. */
static struct waiting *find_unchanged(
	const struct of_ties *ties, const struct of_tie_claim *claim)
{
	struct of_str rest = claim->keys;
	const size_t *first = of_map_get(&ties->keys, next_key(&rest));
	size_t at = first != NULL ? *first : OF_NPOS;
	struct waiting *found = find_id(ties, claim->id);

	if (found != NULL && of_str_equal(found->keys, claim->keys))
		return found;
	for (; at != OF_NPOS; at = ties->links[at].next) {
		found = &ties->waiting[ties->links[at].waiting];
		if (!found->claimed && of_str_equal(found->keys, claim->keys))
			return found;
	}
	return NULL;
}

/* Of several that are tied by some key, the one that has the id; else by the strongest. */
static struct waiting *find_by_key(const struct of_ties *ties, const struct of_tie_claim *claim)
{
	struct waiting *found = find_id(ties, claim->id);

	if (found != NULL && of_ties_hold(found->keys, claim->keys) &&
		of_ties_bind(found->keys, claim->keys, (struct of_str){NULL, 0}))
		return found;
	found = NULL;
	for (const char *letter = tie_letters; *letter != '\0' && found == NULL; letter++) {
		struct of_str rest = claim->keys;

		while (rest.ptr != NULL && found == NULL) {
			struct of_str key = next_key(&rest);

			if (key.len > 0 && key.ptr[0] == *letter)
				found = find(ties, key, claim->keys, *letter == 's');
		}
	}
	return found;
}

static struct waiting *find_by_alias(
	const struct of_ties *ties, const struct of_tie_claim *claim)
{
	struct of_str rest = claim->aliases;
	struct waiting *found = NULL;

	while (rest.ptr != NULL && found == NULL) {
		struct of_str key = next_key(&rest);

		if (key.len > 0)
			found = find(ties, key, claim->keys, true);
	}
	return found;
}

typedef struct waiting *find_fn(const struct of_ties *ties, const struct of_tie_claim *claim);

static struct waiting *find_by_id(const struct of_ties *ties, const struct of_tie_claim *claim)
{
	return find_id(ties, claim->id);
}

struct of_str of_ties_claim(
	struct of_ties *ties, const struct of_tie_claim *claim, enum of_tie_way way)
{
	static find_fn *const finders[OF_TIE_WAYS] = {
		[OF_TIE_UNCHANGED] = find_unchanged,
		[OF_TIE_BY_KEY] = find_by_key,
		[OF_TIE_BY_ALIAS] = find_by_alias,
		[OF_TIE_BY_ID] = find_by_id,
	};
	struct waiting *found = speaks_for_itself(claim->keys) ? find_by_id(ties, claim)
							       : finders[way](ties, claim);

	if (found == NULL)
		return (struct of_str){NULL, 0};
	found->claimed = true;
	return found->id;
}

bool of_ties_take(struct of_ties *ties, struct of_str id)
{
	struct waiting *found = find_id(ties, id);

	if (found != NULL)
		found->claimed = true;
	return found != NULL;
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
