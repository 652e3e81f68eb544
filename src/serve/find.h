/*
 * From a path to a file of the output folder, or to an image of the site.
 *
 * The folders are opened anew for each request: a build may put another folder
 * in the place of one. No link below them is followed, and nothing but regular
 * files is ever found.
 */
#ifndef OF_SERVE_FIND_H
#define OF_SERVE_FIND_H

#include "serve/accept.h"
#include "serve/media.h"
#include "serve/wanted.h"
#include <outfeed/err.h>
#include <outfeed/site.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Where things are, paths as of_wanted has them. Owns its texts. */
struct of_places {
	char *output;        /* folder */
	char *images;        /* folder; NULL for none */
	char *images_prefix; /* of paths; "" where images lie at the top */
	char *icon;          /* the path of the site's icon; "" for none */
};

OF_MUST_CHECK enum of_status of_places_init(
	struct of_places *places, const struct of_site *site, struct of_err *err);
/* Accepts zeroed ones. */
void of_places_finish(struct of_places *places);

struct of_found {
	int fd; /* owned by whoever found it; -1 for none */
	struct stat info;
	const struct of_media *media; /* of the document, whatever the coding */
	enum of_coding coding;
};

/*
 * Gives 200 with a file, or the status that there is none: 301 for a folder
 * without its slash, 404, or 500 when this machine cannot look just now. A folder
 * stands for its index.html.
 */
unsigned of_find(
	struct of_found *found, const struct of_places *places, const struct of_wanted *wanted);
/*
 * Takes the copy of what was found that the Accept-Encoding likes best, where it
 * is there and of the same time as the document. 200, or 406 when not even the
 * document as it is will do.
 */
unsigned of_find_coding(struct of_found *found, const struct of_places *places,
	const struct of_wanted *wanted, struct of_str accept);

#endif
