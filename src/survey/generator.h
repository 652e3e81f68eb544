/*
 * Which generator makes the site of a folder, told by its files, and what its
 * configuration says that outfeed.yaml says as well. A suggestion, no more: of
 * TOML and JavaScript a few lines are looked at, and nothing is run.
 */
#ifndef OF_SURVEY_GENERATOR_H
#define OF_SURVEY_GENERATOR_H

#include <outfeed/survey.h>

#define OF_GENERATOR_FILES 14
#define OF_GENERATOR_ROOTS 4

struct of_generator {
	const char *name;
	const char *command;                     /* that makes the site; NULL for none */
	const char *files[OF_GENERATOR_FILES];   /* any of them tells it; NULL ends them */
	const char *folders[OF_GENERATOR_ROOTS]; /* and any of them, where there are some */
	const char *roots[OF_GENERATOR_ROOTS];   /* where content lies; NULL for anywhere */
	const char *output;
	const char *permalinks; /* the addresses that it gives, in words */
};

/* What the configuration says of folders; the rest goes into the survey. */
struct of_generator_folders {
	struct of_survey_value content, output;
};

/* Fills the survey's generator and site; text is its arena's. OF_ENOMEM. */
OF_MUST_CHECK enum of_status of_generator_find(const struct of_generator **generator,
	struct of_survey *survey, struct of_generator_folders *folders, struct of_err *err);

/* Whether a file or folder below the surveyed one is there. */
bool of_generator_has(const struct of_survey *survey, struct of_str name, bool folder);

/* A folder that the configuration names; absent when it is none below the surveyed one. */
struct of_str of_generator_folder(const struct of_survey_value *value);

/* Folders that hold no items, whoever makes the site; top: of the surveyed folder itself. */
bool of_generator_skips(struct of_str folder, bool top);

#endif
