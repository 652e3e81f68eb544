/*
 * What a request asks for (RFC 9110 section 7.1, RFC 9112 section 3.2): text
 * alone, nothing is looked up.
 */
#ifndef OF_SERVE_WANTED_H
#define OF_SERVE_WANTED_H

#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>

#define OF_WANTED_LIMIT ((size_t)1000) /* bytes of a path, decoded */

struct of_wanted {
	char path[OF_WANTED_LIMIT + 1]; /* relative, without empty segments; "" is the root */
	size_t len;
	bool folder; /* it ended in a slash */
};

/*
 * Takes a target without its query apart: an absolute path, or an absolute http
 * URL. Percent-encoding is undone once. Gives 0, or the status that refuses it:
 * 400 for what is no path, or climbs, or holds a backslash or a control
 * character; 404 for hidden names and for what is too long to be there.
 */
unsigned of_wanted_parse(struct of_wanted *wanted, struct of_str text);

/* Whether a Host header names this machine itself; the port does not matter. */
bool of_host_is_loopback(struct of_str host);

#endif
