/*
 * What the parts of filing share: category.c makes one category, category_lists.c finds
 * what the item wrote of its categories, filing.c files the item under all.
 */
#ifndef OF_ITEM_CATEGORY_H
#define OF_ITEM_CATEGORY_H

#include "item/field.h"

/* One thing to file under, as the item wrote it. */
struct raw_category {
	struct of_str slug; /* what the slug is made of */
	struct of_str path; /* the item's own; absent for none */
	struct of_str label;
	unsigned line, column;
	unsigned path_line, path_column;
};

struct raw_categories {
	struct raw_category *raws;
	size_t count;
};

/* Why nothing can be filed under it, the end of a sentence, and what to do; both static. */
struct category_refusal {
	const char *why; /* NULL: it is not refused */
	const char *advice;
};

/*
 * Fills category by the path template, which is absent where the site does not
 * group by it. A path of the item's own that is refused is a warning.
 */
struct category_refusal of_category_make(struct of_category *category,
	const struct raw_category *raw, struct of_str template, const struct fields *fields);

/* Of texts, each its own label. */
void of_raw_categories_from_texts(struct raw_categories *raws,
	const struct of_field_texts *texts, const struct fields *fields);

/*
 * The item's categories: the parallel lists where it has them, else the field's
 * texts. OF_EINPUT, with its place, for one that has neither a slug nor a name.
 */
OF_MUST_CHECK enum of_status of_raw_categories_read(
	struct raw_categories *raws, const struct fields *fields, struct of_err *err);

#endif
