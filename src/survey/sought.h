/*
 * The fields that a survey looks for: what a value must look like to be one, and
 * by which words a key tells that it holds one.
 */
#ifndef OF_SURVEY_SOUGHT_H
#define OF_SURVEY_SOUGHT_H

#include <outfeed/item.h>

#include "survey/kind.h"

#define OF_SOUGHT_COUNT 10
#define OF_SOUGHT_WORDS 16

struct of_sought {
	enum of_field field;
	unsigned fits;  /* bits of the kinds that reading the field takes, at a known path */
	unsigned seeks; /* bits of the kinds that make an unknown path a candidate */
	bool nameless;  /* also where its key says nothing, when nearly all items have it */
	const char *words[OF_SOUGHT_WORDS];  /* a part of a candidate's path; NULL ends them */
	const char *others[OF_SOUGHT_WORDS]; /* a part of a path that holds something else */
};

extern const struct of_sought of_sought_rows[OF_SOUGHT_COUNT];

enum of_name_says { OF_NAME_NOTHING, OF_NAME_YES, OF_NAME_NO };
enum of_name_says of_sought_by_name(const struct of_sought *sought, struct of_str path);

/* The nth path where reading looks for a field; false past the last. */
bool of_sought_path_at(struct of_str *path, enum of_field field, size_t n);
/* Whether reading, for whichever field, looks at the path itself. */
bool of_sought_is_known(struct of_str path);

#endif
