/*
 * From counted paths to fields: which path each is read from, where one has to
 * be named in outfeed.yaml, and what is left that looks like something.
 */
#ifndef OF_SURVEY_CHOOSE_H
#define OF_SURVEY_CHOOSE_H

#include "survey/census.h"

/*
 * Fills fields and left of the survey, in its arena. host is the site's own, whose
 * addresses are no sources; it may be absent. OF_ENOMEM.
 */
OF_MUST_CHECK enum of_status of_fields_choose(struct of_survey *survey,
	const struct of_census *census, struct of_str host, struct of_err *err);

/* The field as the items have it; NULL when none has. */
const struct of_survey_field *of_fields_find(
	const struct of_survey *survey, enum of_field field);

#endif
