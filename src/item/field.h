/*
 * The field table (SPEC section 3): where in the front matter each field of an
 * item may stand, and reading it from there.
 */
#ifndef OF_ITEM_FIELD_H
#define OF_ITEM_FIELD_H

#include <outfeed/item.h>

#include "yaml/yaml.h"

/* What reading the fields of one item takes. */
struct fields {
	const struct of_site *site;
	const struct of_yaml *root; /* the front matter; NULL when it is empty */
	struct of_arena *arena;     /* owns what is read */
	const struct of_reporter *reporter;
	struct of_str path; /* of the item's file */
};

/* The paths of a field, in order, the site's overrides heeded. */
const struct of_str *of_field_paths(
	size_t *count, const struct of_site *site, enum of_field field);

/*
 * Steps through the values a field has: starts at *cursor (0 at first), gives
 * the next that is not absent, NULL after the last.
 */
const struct of_yaml *of_field_next(
	const struct fields *fields, enum of_field field, size_t *cursor);

/* The first text of a field, cleaned and on one line; node, when not NULL, is where it stands.
 */
struct of_str of_field_text(
	const struct fields *fields, enum of_field field, const struct of_yaml **node);
/* The scalar that a node is, or the first that its list holds; NULL for others. */
const struct of_yaml *of_field_scalar(const struct of_yaml *node);
/* A scalar's text, cleaned and on one line; absent for anything else. */
struct of_str of_field_clean(const struct fields *fields, const struct of_yaml *scalar);
/* The first http or https address of a field; one that is none is a warning. */
struct of_str of_field_url(const struct fields *fields, enum of_field field);
/* The texts of a field's first value, whether it is a list or one text. */
const struct of_str *of_field_texts(
	const struct fields *fields, enum of_field field, size_t *count);

/* A value that was meant as a date and is none. */
struct bad_date {
	const struct of_yaml *node; /* NULL for none */
};

/*
 * The first date of a field, or OF_TIME_NONE; bad is set to the first that is
 * none. zone, for those that carry none, may be NULL for UTC.
 */
int64_t of_field_date(const struct fields *fields, enum of_field field,
	const struct of_zone *zone, struct bad_date *bad);

/* The items of a list, or the node itself as the only one. */
const struct of_yaml *const *of_field_items(const struct of_yaml *const *node, size_t *count);

#endif
