/*
 * What a file is, by its name: one table for all that is served.
 */
#ifndef OF_SERVE_MEDIA_H
#define OF_SERVE_MEDIA_H

#include <outfeed/str.h>
#include <stdbool.h>

struct of_media {
	struct of_str name; /* of a whole file, or what follows a dot at a name's end */
	const char *type;   /* of Content-Type; a text names its charset */
	const char *policy; /* of Content-Security-Policy */
	bool is_text;       /* may have compressed copies beside it */
	bool is_page;       /* HTML */
	bool is_image;
};

/* Never NULL; static. name is the last segment of a path. */
const struct of_media *of_media_find(struct of_str name);

#endif
