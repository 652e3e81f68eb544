/*
 * Answers that were nothing but silence, held back until another answer shows
 * that the network on this side is there: they would be counted against links
 * that nobody was able to ask.
 */
#ifndef OF_AUDIT_HELD_H
#define OF_AUDIT_HELD_H

#include "store/history.h"

struct of_held_answer {
	struct of_link link;
	struct of_observation seen; /* without a page */
};

struct of_held;

/* NULL when there is no memory. */
struct of_held *of_held_new(void);
/* Accepts NULL. */
void of_held_free(struct of_held *held);

/* Keeps a copy; false without memory. */
bool of_held_add(
	struct of_held *held, const struct of_link *link, const struct of_observation *seen);
size_t of_held_count(const struct of_held *held);
/* Registrable domains that they are of, as far as it matters whether they are many. */
size_t of_held_domains(const struct of_held *held);
const struct of_held_answer *of_held_at(const struct of_held *held, size_t index);
/* Forgets all. */
void of_held_clear(struct of_held *held);

#endif
