/*
 * Parts of outfeed.yaml that are wanted before all of it is known.
 */
#ifndef OF_SURVEY_CONFIG_H
#define OF_SURVEY_CONFIG_H

#include <outfeed/survey.h>

/* Appends `fields:`; nothing where the defaults do. */
void of_survey_add_fields(struct of_buf *out, const struct of_survey *survey);

#endif
