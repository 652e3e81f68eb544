#include "audit/held.h"

#include "base/grow.h"
#include "base/str.h"
#include <stdlib.h>

#define DOMAINS_MOST 16

struct of_held {
	struct of_arena *arena;
	struct of_held_answer *answers;
	size_t count, cap;
	struct of_str domains[DOMAINS_MOST];
	size_t n_domains;
};

struct of_held *of_held_new(void)
{
	struct of_held *held = calloc(1, sizeof(*held));

	if (held == NULL)
		return NULL;
	held->arena = of_arena_new();
	if (held->arena != NULL)
		return held;
	free(held);
	return NULL;
}

void of_held_free(struct of_held *held)
{
	if (held == NULL)
		return;
	of_arena_free(held->arena);
	free(held->answers);
	free(held);
}

static void note_domain(struct of_held *held, struct of_str domain)
{
	for (size_t i = 0; i < held->n_domains; i++)
		if (of_str_equal(held->domains[i], domain))
			return;
	if (held->n_domains < DOMAINS_MOST)
		held->domains[held->n_domains++] = domain;
}

static void copy_hops(struct of_held *held, struct of_observation *seen)
{
	struct of_hop *hops = of_arena_take(held->arena, seen->n_hops + 1, sizeof(*hops));

	for (size_t i = 0; i < seen->n_hops && hops != NULL; i++) {
		hops[i].status = seen->hops[i].status;
		hops[i].url = of_arena_dup(held->arena, seen->hops[i].url);
	}
	seen->hops = hops;
}

bool of_held_add(
	struct of_held *held, const struct of_link *link, const struct of_observation *seen)
{
	struct of_held_answer *grown =
		of_grow(held->answers, held->count, &held->cap, sizeof(*grown));
	struct of_held_answer *answer;

	if (grown == NULL)
		return false;
	held->answers = grown;
	answer = &grown[held->count];
	*answer = (struct of_held_answer){*link, *seen};
	answer->link.url = of_arena_dup(held->arena, link->url);
	answer->link.domain = of_arena_dup(held->arena, link->domain);
	answer->link.expected.title = of_arena_dup(held->arena, link->expected.title);
	answer->link.expected.summary = of_arena_dup(held->arena, link->expected.summary);
	answer->link.etag = answer->link.last_modified = answer->link.final_url =
		(struct of_str){NULL, 0};
	answer->seen.url = answer->link.url;
	answer->seen.final_url = of_arena_dup(held->arena, seen->final_url);
	answer->seen.words = of_arena_dup(held->arena, seen->words);
	answer->seen.page = NULL;
	copy_hops(held, &answer->seen);
	if (of_arena_status(held->arena, NULL) != OF_OK)
		return false;
	note_domain(held, answer->link.domain);
	held->count++;
	return true;
}

size_t of_held_count(const struct of_held *held)
{
	return held->count;
}

size_t of_held_domains(const struct of_held *held)
{
	return held->n_domains;
}

const struct of_held_answer *of_held_at(const struct of_held *held, size_t index)
{
	return &held->answers[index];
}

void of_held_clear(struct of_held *held)
{
	of_arena_clear(held->arena);
	held->count = 0;
	held->n_domains = 0;
}
