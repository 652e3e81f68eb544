/*
 * By which patterns the generator of a site gives addresses to items that name none.
 */
#ifndef OF_SURVEY_PERMALINKS_H
#define OF_SURVEY_PERMALINKS_H

#include <outfeed/survey.h>

/*
 * Fills what the survey says of permalinks; content and fields are there already. root
 * is the folder that holds all content, absent for the surveyed one. OF_ENOMEM.
 */
OF_MUST_CHECK enum of_status of_permalinks_find(
	struct of_survey *survey, struct of_str root, struct of_err *err);

#endif
