#include "collect/filings.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include <pthread.h>
#include <stdlib.h>

struct of_filings {
	pthread_mutex_t lock;
	struct of_arena *arena; /* owns keys and categories */
	struct of_map numbers;  /* by key */
	struct of_filing *filings;
	size_t count, cap;
	struct of_str *keys; /* of each filing */
	size_t cap_keys;
};

struct of_filings *of_filings_new(void)
{
	struct of_filings *filings = calloc(1, sizeof(*filings));

	if (filings == NULL)
		return NULL;
	filings->arena = of_arena_new();
	if (filings->arena == NULL || pthread_mutex_init(&filings->lock, NULL) != 0) {
		of_arena_free(filings->arena);
		free(filings);
		return NULL;
	}
	return filings;
}

void of_filings_free(struct of_filings *filings)
{
	if (filings == NULL)
		return;
	pthread_mutex_destroy(&filings->lock);
	of_arena_free(filings->arena);
	of_map_finish(&filings->numbers);
	free(filings->keys);
	free(filings->filings);
	free(filings);
}

/* What makes filings the same; the NULs, which no part can hold, keep the parts apart. */
static struct of_str make_key(struct of_buf *key, const struct of_membership *membership)
{
	const struct of_category *category = &membership->category;
	const struct of_str parts[] = {category->slug, category->path, category->label};

	of_buf_clear(key);
	of_buf_add_uint(key, membership->grouping);
	of_buf_add_byte(key, category->own_path ? '!' : ' ');
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		of_buf_add_str(key, parts[i]);
		of_buf_add_byte(key, '\0');
	}
	return of_buf_str(key);
}

static bool add(
	struct of_filings *filings, struct of_str key, const struct of_membership *membership)
{
	const struct of_category *category = &membership->category;
	struct of_arena *arena = filings->arena;
	struct of_filing *grown =
		of_grow(filings->filings, filings->count, &filings->cap, sizeof(*grown));
	struct of_str *keys =
		of_grow(filings->keys, filings->count, &filings->cap_keys, sizeof(*keys));

	if (grown != NULL)
		filings->filings = grown;
	if (keys != NULL)
		filings->keys = keys;
	if (grown == NULL || keys == NULL)
		return false;
	key = of_arena_dup(arena, key);
	keys[filings->count] = key;
	if (of_map_put(&filings->numbers, key, filings->count, NULL) != OF_OK)
		return false;
	grown[filings->count++] = (struct of_filing){.grouping = membership->grouping,
		.category = {of_arena_dup(arena, category->slug),
			of_arena_dup(arena, category->path),
			of_arena_dup(arena, category->label),
			of_arena_dup(arena, category->scheme), category->own_path}};
	return of_arena_status(arena, NULL) == OF_OK;
}

/* The number for all; *key is exchanged for the one that lives as long as filings. */
static bool number_for_all(struct of_filings *filings, uint32_t *number, struct of_str *key,
	const struct of_membership *membership)
{
	const size_t *known;
	bool good = true;

	pthread_mutex_lock(&filings->lock);
	known = of_map_get(&filings->numbers, *key);
	if (known != NULL) {
		*number = (uint32_t)*known;
	} else {
		*number = (uint32_t)filings->count;
		good = add(filings, *key, membership);
	}
	if (good)
		*key = filings->keys[*number];
	pthread_mutex_unlock(&filings->lock);
	return good;
}

bool of_filings_number(
	struct of_numberer *numberer, uint32_t *number, const struct of_membership *membership)
{
	struct of_str key = make_key(&numberer->key, membership);
	const size_t *known = of_map_get(&numberer->known, key);

	if (known != NULL) {
		*number = (uint32_t)*known;
		return true;
	}
	return numberer->key.status == OF_OK &&
	       number_for_all(numberer->filings, number, &key, membership) &&
	       of_map_put(&numberer->known, key, *number, NULL) == OF_OK;
}

void of_numberer_finish(struct of_numberer *numberer)
{
	of_map_finish(&numberer->known);
	of_buf_finish(&numberer->key);
}

struct of_filing *of_filings_all(struct of_filings *filings, size_t *count)
{
	*count = filings->count;
	return filings->filings;
}

static void pack_text(struct of_buf *out, struct of_str text)
{
	uint32_t len = (uint32_t)text.len;

	of_buf_add(out, &len, sizeof(len));
	of_buf_add_str(out, text);
}

void of_filings_pack(struct of_buf *out, const struct of_filings *filings)
{
	for (size_t i = 0; i < filings->count; i++) {
		const struct of_filing *filing = &filings->filings[i];
		const struct of_category *category = &filing->category;
		uint32_t numbers[] = {filing->grouping, category->own_path};

		of_buf_add(out, numbers, sizeof(numbers));
		pack_text(out, category->slug);
		pack_text(out, category->path);
		pack_text(out, category->label);
		pack_text(out, category->scheme);
	}
}

static bool unpack_text(struct of_str *text, struct of_str *rest)
{
	uint32_t len;

	if (rest->len < sizeof(len))
		return false;
	memcpy(&len, rest->ptr, sizeof(len));
	if (len > rest->len - sizeof(len))
		return false;
	*text = (struct of_str){rest->ptr + sizeof(len), len};
	*rest = of_str_from_offset(*rest, sizeof(len) + len);
	return true;
}

enum of_status of_filings_unpack(
	struct of_filings *filings, struct of_str packed, struct of_err *err)
{
	struct of_buf key = {0};
	bool good = true;
	bool added = true;

	while (good && added && packed.len > 0) {
		struct of_membership membership = {0};
		struct of_category *category = &membership.category;
		uint32_t numbers[2];

		good = packed.len >= sizeof(numbers);
		if (!good)
			break;
		memcpy(numbers, packed.ptr, sizeof(numbers));
		packed = of_str_from_offset(packed, sizeof(numbers));
		membership.grouping = numbers[0];
		category->own_path = numbers[1] != 0;
		good = unpack_text(&category->slug, &packed) &&
		       unpack_text(&category->path, &packed) &&
		       unpack_text(&category->label, &packed) &&
		       unpack_text(&category->scheme, &packed);
		added = good && add(filings, make_key(&key, &membership), &membership);
	}
	of_buf_finish(&key);
	if (!good)
		return of_err_set(err, OF_EINPUT, "the saved state makes no sense: remove it");
	return added ? OF_OK : of_err_set_nomem(err);
}
