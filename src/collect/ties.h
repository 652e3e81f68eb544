/*
 * Identity over time (SPEC section 3): ids whose items are not where they were,
 * and the keys by which an item may take its id up again.
 *
 * A key is a letter, a colon and a value: g a guid, u a UUID, i an id, s a
 * slug. Keys of an item stand side by side, each ended by a NUL. A stronger key
 * that differs says that two items are not the same, whatever the weaker say.
 */
#ifndef OF_COLLECT_TIES_H
#define OF_COLLECT_TIES_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>

struct of_ties;

/* Where an id that waits for its item is kept meanwhile. */
enum of_tie_source {
	OF_TIE_LEFT,   /* its item left in this run */
	OF_TIE_STORED, /* in the saved state */
	OF_TIE_LISTED  /* in outfeed.ids */
};

/* NULL when there is no memory. */
struct of_ties *of_ties_new(void);
/* Accepts NULL. */
void of_ties_free(struct of_ties *ties);
size_t of_ties_count(const struct of_ties *ties);

/* Both are copied. An id that waits already is left as it is. */
OF_MUST_CHECK enum of_status of_ties_add(struct of_ties *ties, struct of_str id,
	struct of_str keys, enum of_tie_source source, struct of_err *err);

/* How an item may take up an id; the stronger ways are tried for all items first. */
enum of_tie_way {
	OF_TIE_UNCHANGED, /* all of its keys are what they were */
	OF_TIE_BY_KEY,    /* by one of its keys */
	OF_TIE_BY_ALIAS,  /* by a slug among its aliases */
	OF_TIE_BY_ID,     /* the id is the one that it would have by itself */
	OF_TIE_WAYS
};

/* What takes up an id. */
struct of_tie_claim {
	struct of_str id;      /* that it would have by itself */
	struct of_str keys;    /* of it */
	struct of_str aliases; /* slugs that it had, as keys */
};

/*
 * The id that is taken up; absent when none waits that is tied so. It waits for
 * nobody else then.
 */
struct of_str of_ties_claim(
	struct of_ties *ties, const struct of_tie_claim *claim, enum of_tie_way way);
/* Takes up an id that waits; false when it does not. */
bool of_ties_take(struct of_ties *ties, struct of_str id);

/* Whether a file that had these keys may hold the same item with those. */
bool of_ties_hold(struct of_str before, struct of_str now);
/* Whether it does for sure: the strongest keys that both have are the same. */
bool of_ties_bind(struct of_str before, struct of_str now, struct of_str aliases);

/* Those that still wait (claimed false), or were taken up (true). */
typedef enum of_status of_ties_each_fn(struct of_str id, struct of_str keys,
	enum of_tie_source source, void *payload, struct of_err *err);
OF_MUST_CHECK enum of_status of_ties_each(const struct of_ties *ties, bool claimed,
	of_ties_each_fn *each, void *payload, struct of_err *err);

#endif
