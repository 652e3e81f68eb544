/*
 * What outfeed init says on stdout of what it understood.
 */
#ifndef OF_CLI_INIT_WORDS_H
#define OF_CLI_INIT_WORDS_H

#include <outfeed/survey.h>

/* For people. verbose: also the fields that no item has. */
void init_put_words(const struct of_survey *survey, bool verbose);
/* That the file is there, and what to do next; site is DIR, NULL for the current one. */
bool init_put_written(const char *config, const char *site);
/* All of it as one object; survey may be NULL. */
bool init_put_json(
	const struct of_survey *survey, const char *config, const struct of_err *err);

#endif
