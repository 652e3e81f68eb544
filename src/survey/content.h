/*
 * Which folders, files and globs lead to the items and to as little else as can be.
 */
#ifndef OF_SURVEY_CONTENT_H
#define OF_SURVEY_CONTENT_H

#include <outfeed/survey.h>
#include <stdint.h>

enum of_listed_state {
	OF_LISTED_UNSEEN, /* not read: past the sample */
	OF_LISTED_ITEM,   /* feeds may show it */
	OF_LISTED_MEANT,  /* to be one: it has a date, and outfeed does not read that */
	OF_LISTED_OTHER,  /* no item: no date, or no front matter */
	OF_LISTED_UNCLEAR /* a draft, or what outfeed cannot read as it is */
};

struct of_listed {
	struct of_str path; /* from the surveyed folder on; NUL-terminated */
	uint8_t state;      /* enum of_listed_state */
	bool inside;        /* an entry of content leads to it */
};

/*
 * Fills content and outside of the survey. files are sorted by the bytes of their
 * paths. root is the folder that holds all content; absent where the whole surveyed
 * folder was looked through, which is never named itself. OF_ENOMEM.
 */
OF_MUST_CHECK enum of_status of_content_choose(struct of_survey *survey,
	struct of_listed *files, size_t count, struct of_str root, struct of_err *err);

#endif
