/*
 * Dates of HTTP (RFC 9110 section 5.6.7). Pure.
 */
#ifndef OF_SERVE_DATE_H
#define OF_SERVE_DATE_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/* Sun, 06 Nov 1994 08:49:37 GMT */
void of_http_date_add(struct of_buf *out, int64_t seconds);
/* That form, and the two obsolete ones; the day of the week may be any. */
bool of_http_date_parse(int64_t *seconds, struct of_str text);

#endif
