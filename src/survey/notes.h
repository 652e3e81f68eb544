/*
 * What a survey has to say beyond what it found: what could not be placed, what
 * outfeed does otherwise than the generator, what is to be done.
 */
#ifndef OF_SURVEY_NOTES_H
#define OF_SURVEY_NOTES_H

#include "survey/images.h"

/* What is no part of the survey itself. */
struct of_notes_facts {
	struct of_images images;
	const char *permalinks; /* as the generator gives them, in words; NULL for none */
	size_t unreadable;      /* folders */
	size_t links;           /* folders that hold symbolic links in the place of items */
	bool many_keys;         /* more distinct ones than were counted */
};

/* Fills notes of the survey. OF_ENOMEM. */
OF_MUST_CHECK enum of_status of_notes_make(
	struct of_survey *survey, const struct of_notes_facts *facts, struct of_err *err);

#endif
