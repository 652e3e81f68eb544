/*
 * The paths of front matter, counted over many items: what stands there, and
 * which field it is read as, or could be.
 */
#ifndef OF_SURVEY_CENSUS_H
#define OF_SURVEY_CENSUS_H

#include <outfeed/arena.h>
#include <outfeed/survey.h>

#include "base/map.h"
#include "survey/sought.h"

#define OF_CENSUS_PATHS_MOST                                            \
	4096 /* distinct ones; a hostile folder has as many as it likes \
	      */

/* The first items of a group that is told of. */
struct of_census_examples {
	struct of_survey_example list[OF_SURVEY_EXAMPLES];
	unsigned count;
};

struct of_census_path {
	struct of_str path;
	uint32_t items; /* that have a value there */
	uint32_t kinds[OF_KIND_COUNT];
	uint32_t uses[OF_SOUGHT_COUNT]; /* items whose field is read from there */
	uint32_t gain[OF_SOUGHT_COUNT]; /* items that have no such field, and a value of its
					   kind */
	bool known;                     /* reading looks at it */
	struct of_census_examples any;
	struct of_census_examples *odd; /* dates that are not read; NULL for none */
	/* of uses where the path is known, else of gain; the arena's, NULL for none */
	struct of_census_examples *of[OF_SOUGHT_COUNT];
};

struct of_census {
	struct of_arena *arena; /* the caller's; owns all text */
	struct of_map index;
	struct of_census_path *paths;
	size_t count, cap;
	size_t items;
	size_t has[OF_SOUGHT_COUNT]; /* items that have the field */
	size_t dated_by_name;        /* published is the date of the file's name */
	bool cut;                    /* there are more paths than are counted */
	struct of_buf scratch;
};

/* A zeroed one with an arena is ready. Accepts that, too. */
void of_census_finish(struct of_census *census);

/* Counts one item, whose file's name is the arena's; root may be NULL. OF_ENOMEM. */
OF_MUST_CHECK enum of_status of_census_add(struct of_census *census, const struct of_yaml *root,
	struct of_str file, struct of_err *err);

/* The counted path, or NULL. */
struct of_census_path *of_census_find(const struct of_census *census, struct of_str path);
/* The kind that most of its values have. */
enum of_kind of_census_kind(const struct of_census_path *path);

#endif
