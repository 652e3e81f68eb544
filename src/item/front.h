/*
 * Where an item's front matter ends and its body begins (SPEC section 3).
 */
#ifndef OF_ITEM_FRONT_H
#define OF_ITEM_FRONT_H

#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>

/* Borrowed from the item's bytes. */
struct front {
	struct of_str yaml; /* what stands between the --- lines */
	unsigned yaml_line; /* the number of its first line */
	struct of_str body;
	unsigned body_line;
};

/* On failure reason is OF_REASON_FRONT_MATTER, OF_REASON_TOML or OF_REASON_LIMIT. */
OF_MUST_CHECK enum of_status of_front_split(
	struct front *front, enum of_reason *reason, struct of_str bytes, struct of_err *err);

/* The same, wider or not: for tests. wider is for machines where of_wider_is_there(). */
OF_MUST_CHECK enum of_status of_front_split_by(struct front *front, enum of_reason *reason,
	struct of_str bytes, bool wider, struct of_err *err);

/* Where a byte of the front matter or the body stands. */
struct place {
	unsigned line, column; /* from 1; the column in bytes */
};

/* part begins at the beginning of first_line. */
struct place of_front_place(struct of_str part, unsigned first_line, size_t offset);

#endif
