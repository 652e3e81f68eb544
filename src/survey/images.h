/*
 * Where featured images lie and by which address they are served: told by which
 * of the usual folders has the files that items refer to.
 */
#ifndef OF_SURVEY_IMAGES_H
#define OF_SURVEY_IMAGES_H

#include <outfeed/survey.h>

struct of_image_reference {
	struct of_str reference;
	struct of_str file; /* of the item, from the surveyed folder on */
};

struct of_images {
	size_t local;  /* references to this site */
	size_t rooted; /* of those, that begin with a slash */
	size_t beside; /* of those, to files that lie beside their item */
};

/* Fills what the survey says of images. OF_ENOMEM. */
OF_MUST_CHECK enum of_status of_images_choose(struct of_images *images,
	struct of_survey *survey, const struct of_image_reference *references, size_t count,
	struct of_err *err);

#endif
