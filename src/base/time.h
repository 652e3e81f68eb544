/*
 * Times: seconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap
 * seconds; years 1 to 9999. No locale and no environment plays a part.
 */
#ifndef OF_BASE_TIME_H
#define OF_BASE_TIME_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

#define OF_TIME_NONE INT64_MIN

struct of_civil {
	int year, month, day, hour, minute, second; /* month and day from 1 */
};

int64_t of_time_from_civil(struct of_civil civil);
struct of_civil of_time_to_civil(int64_t seconds);
/* 0 is Sunday. */
int of_time_weekday(int64_t seconds);

/* "Z", "UTC", "GMT", "UT", "+05:30", "+0530", "+05" or "-5" as seconds east of Greenwich. */
bool of_time_parse_offset(int *seconds, struct of_str text);

/* A time zone: an offset, or the rules of an IANA name. Immutable once made. */
struct of_zone;

/*
 * name is "UTC", "Z", "+05:30", "-0400", or a name that the system's zoneinfo
 * folder holds. OF_ECONFIG when there is no such zone.
 */
OF_MUST_CHECK enum of_status of_zone_new(
	struct of_zone **zone, struct of_str name, struct of_err *err);
/* Accepts NULL. */
void of_zone_free(struct of_zone *zone);
/* From local civil time: the earlier one where it is twice, after the gap where it is never. */
int64_t of_zone_to_utc(const struct of_zone *zone, struct of_civil local);

/*
 * The dates of SPEC section 3: RFC 3339; the same with a space, without
 * seconds, time or zone; "+0530", "-0400", "-5"; fractions dropped. False when
 * it is no date, impossible, or before year 1. zone, for dates without one,
 * may be NULL for UTC.
 */
bool of_time_parse(int64_t *seconds, struct of_str text, const struct of_zone *zone);
/* The same dates as the clock shows them where they were written, as if that were UTC. */
bool of_time_parse_clock(int64_t *seconds, struct of_str text);
/* YYYY-MM-DD at the beginning of text, followed by '-' or the end. */
bool of_time_parse_prefix(int64_t *seconds, struct of_str text, const struct of_zone *zone);

void of_time_add_rfc3339(struct of_buf *out, int64_t seconds); /* 2021-01-04T20:32:06Z */
void of_time_add_rfc822(
	struct of_buf *out, int64_t seconds); /* Mon, 04 Jan 2021 20:32:06 +0000 */
void of_time_add_date(struct of_buf *out, int64_t seconds); /* 2021-01-04 */

#endif
