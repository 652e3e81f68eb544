/*
 * What the files of a site's generator say of the site: its title, its address.
 */
#ifndef OF_SURVEY_SAID_H
#define OF_SURVEY_SAID_H

#include <outfeed/survey.h>

#include "yaml/yaml.h"

enum of_said_what {
	OF_SAID_TITLE,
	OF_SAID_URL,
	OF_SAID_BASE, /* Jekyll's baseurl, a path behind the url */
	OF_SAID_LANGUAGE,
	OF_SAID_TIMEZONE,
	OF_SAID_DESCRIPTION,
	OF_SAID_AUTHOR,
	OF_SAID_CONTENT,
	OF_SAID_OUTPUT,
	OF_SAID_COUNT
};

struct of_said {
	struct of_survey_value values[OF_SAID_COUNT]; /* the survey's arena's */
};

/* A file of a generator's configuration; all of it lives as long as the call that gives it. */
struct of_said_file {
	const char *file; /* from the surveyed folder on */
	struct of_str text;
	const struct of_yaml *root; /* NULL for what is no YAML, and for none */
};
typedef void of_said_fn(const struct of_said_file *file, void *payload);

/* Gives a file to take; one that is not there, or cannot be read, is passed over. */
void of_said_look(
	const struct of_survey *survey, const char *file, of_said_fn *take, void *payload);
/* The same for each file of the generator, in the order in which their word counts. */
void of_said_look_at_all(
	const struct of_survey *survey, const char *generator, of_said_fn *take, void *payload);

/*
 * Reads what there is, and leaves out what outfeed.yaml would not take. generator
 * is the name of one, or "none". OF_ENOMEM; a file that cannot be read is as if it
 * were not there.
 */
OF_MUST_CHECK enum of_status of_said_read(struct of_said *said, const struct of_survey *survey,
	const char *generator, struct of_err *err);

#endif
