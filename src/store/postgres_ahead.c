#include "store/postgres_ahead.h"

#include "base/str.h"
#include "store/numbers.h"
#include "store/postgres_calls.h"
#include <stdlib.h>

#define MOST_BYTES ((size_t)16 << 20)

/* A link, in one piece with its text. The links of a domain are a chain, to be dropped. */
struct row {
	struct of_link link;
	struct of_pg_known known;
	struct row *before, *after;
	size_t size;
	char bytes[];
};

struct of_pg_ahead {
	struct of_numbers links, domains; /* rows, as numbers; of a domain the first */
	size_t bytes;
};

static struct row *find(const struct of_numbers *numbers, int64_t key)
{
	size_t *value = of_numbers_get(numbers, key);

	return value != NULL ? (struct row *)(uintptr_t)*value : NULL;
}

static bool put(struct of_numbers *numbers, int64_t key, const struct row *row)
{
	return of_numbers_put(numbers, key, (size_t)(uintptr_t)row);
}

void of_pg_ahead_free(struct of_pg_ahead *ahead)
{
	if (ahead == NULL)
		return;
	for (size_t i = 0; i < ahead->links.cap; i++)
		if (ahead->links.slots[i].key != 0)
			free((void *)(uintptr_t)ahead->links.slots[i].value);
	of_numbers_finish(&ahead->links);
	of_numbers_finish(&ahead->domains);
	free(ahead);
}

/* The texts of a link, in no order that matters. */
static void list_texts(struct of_link *link, struct of_str *texts[7])
{
	texts[0] = &link->url;
	texts[1] = &link->domain;
	texts[2] = &link->etag;
	texts[3] = &link->last_modified;
	texts[4] = &link->final_url;
	texts[5] = &link->expected.title;
	texts[6] = &link->expected.summary;
}

static struct row *make_row(const struct of_link *link, const struct of_pg_known *known)
{
	struct of_link given = *link;
	struct of_str *texts[7];
	size_t size = 0;
	struct row *row;

	list_texts(&given, texts);
	for (size_t i = 0; i < 7; i++)
		size += texts[i]->len;
	row = calloc(1, sizeof(*row) + size);
	if (row == NULL)
		return NULL;
	row->size = sizeof(*row) + size;
	row->link = *link;
	row->known = *known;
	size = 0;
	list_texts(&row->link, texts);
	for (size_t i = 0; i < 7; i++) {
		if (texts[i]->len > 0)
			memcpy(row->bytes + size, texts[i]->ptr, texts[i]->len);
		texts[i]->ptr = row->bytes + size;
		size += texts[i]->len;
	}
	return row;
}

/* Takes a row out, and frees it. */
static void drop(struct of_pg_ahead *ahead, struct row *row)
{
	if (row->after != NULL)
		row->after->before = row->before;
	if (row->before != NULL)
		row->before->after = row->after;
	else if (row->after != NULL)
		(void)!put(&ahead->domains, row->known.domain, row->after);
	else
		of_numbers_remove(&ahead->domains, row->known.domain);
	of_numbers_remove(&ahead->links, row->link.number);
	ahead->bytes -= row->size;
	free(row);
}

/* Takes the place of what was kept of the link. */
static bool keep(struct of_pg_ahead *ahead, struct row *row)
{
	struct row *former = find(&ahead->links, row->link.number), *first;

	if (former != NULL)
		drop(ahead, former);
	first = find(&ahead->domains, row->known.domain);
	if (!put(&ahead->links, row->link.number, row))
		return false;
	if (!put(&ahead->domains, row->known.domain, row)) {
		of_numbers_remove(&ahead->links, row->link.number);
		return false;
	}
	row->after = first;
	if (first != NULL)
		first->before = row;
	ahead->bytes += row->size;
	return true;
}

static bool keep_link(
	struct of_postgres *pg, const struct of_link *link, const struct of_pg_known *known)
{
	struct row *row;

	if (pg->ahead == NULL)
		pg->ahead = calloc(1, sizeof(*pg->ahead));
	if (pg->ahead == NULL || pg->ahead->bytes > MOST_BYTES)
		return false;
	row = make_row(link, known);
	if (row == NULL || keep(pg->ahead, row))
		return row != NULL;
	free(row);
	return false;
}

void of_pg_read_link(struct of_pg_rows *rows, struct of_link *link, struct of_pg_known *known,
	struct of_arena *arena)
{
	enum of_verdict fixed;

	*link = (struct of_link){.number = of_pg_read_int(rows)};
	known->domain = of_pg_read_int(rows);
	link->domain = of_arena_dup(arena, of_pg_read_text(rows));
	link->url = of_arena_dup(arena, of_pg_read_text(rows));
	link->kinds = (unsigned)of_pg_read_int(rows);
	fixed = of_pg_read_verdict(rows);
	link->etag = of_arena_dup(arena, of_pg_read_text(rows));
	link->last_modified = of_arena_dup(arena, of_pg_read_text(rows));
	link->print = (uint64_t)of_pg_read_int(rows);
	link->final_url = of_arena_dup(arena, of_pg_read_text(rows));
	known->said = of_pg_read_int(rows);
	link->expected.title = of_arena_dup(arena, of_pg_read_text(rows));
	link->expected.summary = of_arena_dup(arena, of_pg_read_text(rows));
	/* the first use's kind is the lowest */
	link->expected.is_image = (link->kinds & (0U - link->kinds)) == OF_LINK_KIND_IMAGE;
	of_pg_read_past(rows, &link->past);
	if (link->final_url.len == 0 && link->past.status != 0)
		link->final_url = link->url;
	if (fixed != OF_VERDICT_NONE)
		link->past.verdict = fixed;
}

bool of_pg_ahead_add(struct of_postgres *pg, struct of_pg_rows *rows)
{
	struct of_arena *arena = of_arena_new();
	struct of_link link;
	struct of_pg_known known;
	bool kept = false;

	if (arena == NULL)
		return false;
	of_pg_read_link(rows, &link, &known, arena);
	if (of_arena_status(arena, NULL) == OF_OK)
		kept = keep_link(pg, &link, &known);
	of_arena_free(arena);
	return kept;
}

bool of_pg_ahead_get(struct of_postgres *pg, struct of_link *link, struct of_arena *arena)
{
	const struct row *row =
		pg->ahead != NULL ? find(&pg->ahead->links, link->number) : NULL;
	struct of_str *texts[7];

	if (row == NULL)
		return false;
	*link = row->link;
	list_texts(link, texts);
	for (size_t i = 0; i < 7; i++)
		*texts[i] = of_arena_dup(arena, *texts[i]);
	return true;
}

bool of_pg_ahead_known(const struct of_postgres *pg, int64_t number, struct of_pg_known *known)
{
	const struct row *row = pg->ahead != NULL ? find(&pg->ahead->links, number) : NULL;

	if (row != NULL)
		*known = row->known;
	return row != NULL;
}

/* As a check leaves it, and as it is written; see of_pg_batch_add(). */
static void change_by_check(struct of_link *link, const struct of_check *check)
{
	bool stays = check->seen->not_modified;

	link->final_url = check->seen->final_url.len > 0 ? check->seen->final_url : link->url;
	if (!stays || check->etag.len > 0)
		link->etag = check->etag;
	if (!stays || check->last_modified.len > 0)
		link->last_modified = check->last_modified;
	if (check->print != 0)
		link->print = check->print;
}

void of_pg_ahead_change(struct of_postgres *pg, int64_t number, const struct of_check *check,
	const struct of_judgement *judgement, int64_t said)
{
	struct row *row = pg->ahead != NULL ? find(&pg->ahead->links, number) : NULL;
	struct of_link link;
	struct of_pg_known known;
	struct row *changed;

	if (row == NULL)
		return;
	link = row->link;
	known = row->known;
	link.past = judgement->past;
	if (said != 0)
		known.said = said;
	if (check != NULL)
		change_by_check(&link, check);
	changed = make_row(&link, &known);
	if (changed != NULL && !keep(pg->ahead, changed)) {
		free(changed);
		changed = NULL;
	}
	/* what is no longer true is read again */
	if (changed == NULL && (row = find(&pg->ahead->links, number)) != NULL)
		drop(pg->ahead, row);
}

static void drop_domain(struct of_pg_ahead *ahead, int64_t domain)
{
	struct row *row;

	while ((row = find(&ahead->domains, domain)) != NULL)
		drop(ahead, row);
}

void of_pg_ahead_drop(struct of_postgres *pg, int64_t domain)
{
	if (pg->ahead == NULL)
		return;
	if (domain != 0) {
		drop_domain(pg->ahead, domain);
		return;
	}
	of_pg_ahead_free(pg->ahead);
	pg->ahead = NULL;
}
