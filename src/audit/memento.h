/*
 * The availability service of a web archive, as Wayback's speaks: a question
 * as a URL, an answer as JSON. Alone with jansson.h in the audit.
 */
#ifndef OF_AUDIT_MEMENTO_H
#define OF_AUDIT_MEMENTO_H

#include <outfeed/buf.h>
#include <stdbool.h>
#include <stdint.h>

/* Appends SERVICE?url=URL&timestamp=YYYYMMDDhhmmss, the time in seconds since 1970. */
void of_memento_add_question(
	struct of_buf *out, struct of_str service, struct of_str url, int64_t time);

enum of_memento {
	OF_MEMENTO_FOUND,
	OF_MEMENTO_NONE,   /* the service knows of none that may be used */
	OF_MEMENTO_UNCLEAR /* that was no answer of such a service */
};
/*
 * Reads {"archived_snapshots": {"closest": {"available", "url", "timestamp",
 * "status"}}}. Of what was found, the address is appended, and *captured set.
 */
enum of_memento of_memento_read(
	struct of_buf *out, int64_t *captured, struct of_str service, struct of_str body);

#endif
