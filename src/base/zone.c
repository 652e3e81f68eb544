/*
 * Time zones from the system's zoneinfo files (TZif, RFC 9636), which are not
 * trusted, and the POSIX rule at their end.
 */
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FOLDER "/usr/share/zoneinfo"
#define FILE_LIMIT ((size_t)64 << 10)
#define NAME_LIMIT 100

#define TIME_LIMIT (INT64_C(1) << 59)     /* beyond any instant that matters */
#define OFFSET_LIMIT (INT64_C(26) * 3600) /* all are nearer to zero: RFC 9636 section 3.2 */
#define CYCLE INT64_C(12622780800)        /* seconds of 400 years */
#define RULE_YEARS 403                    /* a cycle, and a margin of a year at its ends */

/* From start on, the local time is offset seconds ahead of UTC. */
struct period {
	int64_t start;
	int offset;
};

struct of_zone {
	int64_t cycle_end; /* local times from here on are those a cycle before; see to_utc */
	size_t count;
	struct period periods[]; /* the first reaches back for ever; starts never descend */
};

/* "M3.2.0/2": when a rule's daylight saving time begins or ends, each year. */
struct rule_day {
	char kind;            /* 'M', 'J', or '0' for days counted from 0 */
	int month, week, day; /* month and week for 'M' alone */
	int time;             /* seconds of local time, from the day's midnight */
};

struct rule {
	bool dst;
	int std_offset, dst_offset;
	struct rule_day begin, end;
};

/* Of one block of a TZif file. */
struct tzif {
	struct of_str times, indexes, types, rule;
	size_t time_size, n_times, n_types;
};

static bool take_byte(struct of_str *text, char byte)
{
	if (text->len == 0 || text->ptr[0] != byte)
		return false;
	*text = of_str_from_offset(*text, 1);
	return true;
}

static bool take_number(struct of_str *text, int most, int *number)
{
	size_t n = 0;

	*number = 0;
	while (n < text->len && n < 3 && of_byte_is_digit(text->ptr[n]))
		*number = *number * 10 + (text->ptr[n++] - '0');
	*text = of_str_from_offset(*text, n);
	return n > 0 && *number <= most;
}

/* [+-]h[:m[:s]]. */
static bool take_clock(struct of_str *text, int most_hours, int *seconds)
{
	bool negative = take_byte(text, '-');
	int hours;
	int minutes = 0;
	int rest = 0;

	if (!negative)
		take_byte(text, '+');
	if (!take_number(text, most_hours, &hours))
		return false;
	if (take_byte(text, ':')) {
		if (!take_number(text, 59, &minutes))
			return false;
		if (take_byte(text, ':') && !take_number(text, 59, &rest))
			return false;
	}
	*seconds = (negative ? -1 : 1) * (hours * 3600 + minutes * 60 + rest);
	return true;
}

/* "EST", or between angle brackets what is not letters alone. */
static bool skip_name(struct of_str *text)
{
	bool quoted = take_byte(text, '<');
	size_t n = 0;

	while (n < text->len && (quoted ? text->ptr[n] != '>' : of_byte_is_alpha(text->ptr[n])))
		n++;
	*text = of_str_from_offset(*text, n);
	return n > 0 && (!quoted || take_byte(text, '>'));
}

static bool take_rule_day(struct of_str *text, struct rule_day *day)
{
	bool ok;

	day->time = 2 * 3600;
	if (!take_byte(text, ','))
		return false;
	if (take_byte(text, 'M')) {
		day->kind = 'M';
		ok = take_number(text, 12, &day->month) && day->month > 0 &&
		     take_byte(text, '.') && take_number(text, 5, &day->week) &&
		     day->week > 0 && take_byte(text, '.') && take_number(text, 6, &day->day);
	} else if (take_byte(text, 'J')) {
		day->kind = 'J';
		ok = take_number(text, 365, &day->day) && day->day > 0;
	} else {
		day->kind = '0';
		ok = take_number(text, 365, &day->day);
	}
	return ok && (!take_byte(text, '/') || take_clock(text, 167, &day->time));
}

/* RFC 9636 section 3.3.1. POSIX counts offsets west of Greenwich. */
static bool parse_rule(struct rule *rule, struct of_str text)
{
	if (!skip_name(&text) || !take_clock(&text, 24, &rule->std_offset))
		return false;
	rule->std_offset = -rule->std_offset;
	rule->dst = text.len > 0;
	if (!rule->dst)
		return true;
	if (!skip_name(&text))
		return false;
	rule->dst_offset = rule->std_offset + 3600;
	if (text.len > 0 && text.ptr[0] != ',') {
		if (!take_clock(&text, 24, &rule->dst_offset))
			return false;
		rule->dst_offset = -rule->dst_offset;
	}
	return take_rule_day(&text, &rule->begin) && take_rule_day(&text, &rule->end) &&
	       text.len == 0;
}

static int64_t month_start(int year, int month)
{
	struct of_civil civil = {.year = year, .month = month, .day = 1};

	return of_time_from_civil(civil);
}

/* When the rule's day and time come in a year, in local time. */
static int64_t rule_time(const struct rule_day *rule, int year)
{
	int64_t start = month_start(year, rule->kind == 'M' ? rule->month : 1);
	int64_t next = rule->month < 12 ? month_start(year, rule->month + 1)
					: month_start(year + 1, 1);
	bool leap = month_start(year, 3) - month_start(year, 2) == INT64_C(29) * 86400;
	int64_t day = rule->day;

	if (rule->kind == 'M') {
		day = (rule->day - of_time_weekday(start) + 7) % 7 + 7 * (rule->week - 1);
		if (start + day * 86400 >= next)
			day -= 7;
	} else if (rule->kind == 'J' && !(leap && day >= 60)) {
		day--;
	}
	return start + day * 86400 + rule->time;
}

/* Periods ascend: one that would begin before its predecessor takes its place in time. */
static void add_period(struct of_zone *zone, int64_t start, int offset)
{
	struct period *last = &zone->periods[zone->count - 1];

	zone->periods[zone->count].start = start < last->start ? last->start : start;
	zone->periods[zone->count].offset = offset;
	zone->count++;
}

static void add_rule_year(
	struct of_zone *zone, const struct rule *rule, int year, int64_t after)
{
	struct period begin = {
		rule_time(&rule->begin, year) - rule->std_offset, rule->dst_offset};
	struct period end = {rule_time(&rule->end, year) - rule->dst_offset, rule->std_offset};
	struct period first = begin.start <= end.start ? begin : end;
	struct period second = begin.start <= end.start ? end : begin;

	if (first.start > after)
		add_period(zone, first.start, first.offset);
	if (second.start > after)
		add_period(zone, second.start, second.offset);
}

/*
 * The calendar repeats every 400 years, its weekdays too. So the rule is
 * written out for a cycle, which starts with the second year after the last
 * transition of the file, and serves for all times after.
 */
static void add_rule(struct of_zone *zone, const struct rule *rule)
{
	int64_t after = zone->periods[zone->count - 1].start;
	int year = of_time_to_civil(after).year;

	if (!rule->dst || after > month_start(9999, 1))
		return;
	if (zone->count == 1)
		zone->periods[0].offset = rule->std_offset;
	for (int i = 0; i < RULE_YEARS; i++)
		add_rule_year(zone, rule, year + i, after);
	zone->cycle_end = month_start(year + RULE_YEARS - 1, 1);
}

static uint64_t read_big_endian(struct of_str bytes, size_t at, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | (unsigned char)bytes.ptr[at + i];
	return number;
}

/* The counts of a header (RFC 9636 section 3.1), in their order in the file. */
enum { ISUT, ISSTD, LEAP, TIME, TYPE, CHAR, COUNTS };
#define HEADER_SIZE (20 + 4 * COUNTS)

/* Takes a header and its data block off *file; false when it is damaged. */
static bool take_block(struct tzif *block, struct of_str *file, size_t time_size)
{
	uint64_t n[COUNTS];
	uint64_t size;

	if (file->len < HEADER_SIZE || !of_str_starts(*file, STR("TZif")))
		return false;
	for (size_t i = 0; i < COUNTS; i++)
		n[i] = read_big_endian(*file, 20 + 4 * i, 4);
	*file = of_str_from_offset(*file, HEADER_SIZE);
	size = n[TIME] * (time_size + 1) + n[TYPE] * 6 + n[CHAR] + n[LEAP] * (time_size + 4) +
	       n[ISSTD] + n[ISUT];
	if (size > file->len || n[TYPE] == 0 || n[LEAP] > 0)
		return false;
	block->time_size = time_size;
	block->n_times = (size_t)n[TIME];
	block->n_types = (size_t)n[TYPE];
	block->times = *file;
	block->indexes = of_str_from_offset(*file, block->n_times * time_size);
	block->types = of_str_from_offset(block->indexes, block->n_times);
	*file = of_str_from_offset(*file, (size_t)size);
	return true;
}

/* The 64-bit block and the rule, where the version has them. */
static bool read_tzif(struct tzif *tzif, struct of_str file)
{
	bool modern = file.len > 4 && file.ptr[4] >= '2';

	if (!take_block(tzif, &file, 4))
		return false;
	if (!modern)
		return true;
	if (!take_block(tzif, &file, 8) || !take_byte(&file, '\n'))
		return false;
	tzif->rule = of_str_split(&file, '\n');
	return file.ptr != NULL;
}

static bool read_offset(const struct tzif *tzif, size_t type, int *offset)
{
	if (type >= tzif->n_types)
		return false;
	*offset = (int32_t)read_big_endian(tzif->types, type * 6, 4);
	return *offset > -OFFSET_LIMIT && *offset < OFFSET_LIMIT;
}

static int64_t read_time(const struct tzif *tzif, size_t i)
{
	uint64_t bits = read_big_endian(tzif->times, i * tzif->time_size, tzif->time_size);
	int64_t time = tzif->time_size == 4 ? (int32_t)bits : (int64_t)bits;

	return time < -TIME_LIMIT ? -TIME_LIMIT : time > TIME_LIMIT ? TIME_LIMIT : time;
}

/* Local time before the first transition is that of type 0: RFC 9636 section 3.2. */
static bool add_transitions(struct of_zone *zone, const struct tzif *tzif)
{
	int offset;

	if (!read_offset(tzif, 0, &offset))
		return false;
	zone->count = 1;
	zone->periods[0] = (struct period){-TIME_LIMIT, offset};
	for (size_t i = 0; i < tzif->n_times; i++) {
		size_t type = (unsigned char)tzif->indexes.ptr[i];

		if (!read_offset(tzif, type, &offset))
			return false;
		add_period(zone, read_time(tzif, i), offset);
	}
	return true;
}

static struct of_zone *new_zone(size_t periods)
{
	struct of_zone *zone = calloc(1, sizeof(*zone) + periods * sizeof(*zone->periods));

	if (zone != NULL)
		zone->cycle_end = INT64_MAX;
	return zone;
}

static enum of_status make_fixed(struct of_zone **zone, int offset, struct of_err *err)
{
	*zone = new_zone(1);
	if (*zone == NULL)
		return of_err_set_nomem(err);
	(*zone)->periods[0] = (struct period){-TIME_LIMIT, offset};
	(*zone)->count = 1;
	return OF_OK;
}

static enum of_status make_from_file(
	struct of_zone **zone, struct of_str file, const char *path, struct of_err *err)
{
	struct tzif tzif = {0};
	struct rule rule = {0};
	bool ok =
		read_tzif(&tzif, file) && (tzif.rule.len == 0 || parse_rule(&rule, tzif.rule));

	if (ok) {
		*zone = new_zone(1 + tzif.n_times + (size_t)2 * RULE_YEARS);
		if (*zone == NULL)
			return of_err_set_nomem(err);
		ok = add_transitions(*zone, &tzif);
	}
	if (ok) {
		add_rule(*zone, &rule);
		return OF_OK;
	}
	of_zone_free(*zone);
	*zone = NULL;
	return of_err_set(err, OF_ECONFIG,
		"%s holds no time zone, or counts leap seconds, or is damaged: use another "
		"name, or reinstall tzdata",
		path);
}

static bool is_name(struct of_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!of_byte_is_alpha(c) && !of_byte_is_digit(c) && c != '_' && c != '+' &&
			c != '-' && c != '/')
			return false;
	}
	return name.len > 0 && name.len <= NAME_LIMIT && name.ptr[0] != '/';
}

static enum of_status refuse(struct of_str name, struct of_err *err)
{
	int shown = (int)(name.len < NAME_LIMIT ? name.len : NAME_LIMIT);
	bool installed = access(FOLDER, F_OK) == 0;

	return of_err_set(err, OF_ECONFIG,
		"no time zone is called \"%.*s\": use UTC, an offset such as +05:30, or a name "
		"such as Europe/Berlin%s",
		shown, name.ptr != NULL ? name.ptr : "",
		installed ? "" : " (names need the package tzdata, which is not installed)");
}

enum of_status of_zone_new(struct of_zone **zone, struct of_str name, struct of_err *err)
{
	char path[sizeof(FOLDER) + 1 + NAME_LIMIT];
	struct of_buf file = {0};
	struct of_err ignored;
	enum of_status status;
	int offset;

	*zone = NULL;
	if (of_time_parse_offset(&offset, name))
		return make_fixed(zone, offset, err);
	if (!is_name(name))
		return refuse(name, err);
	snprintf(path, sizeof(path), FOLDER "/%.*s", (int)name.len, name.ptr);
	status = of_file_read(&file, AT_FDCWD, path, FILE_LIMIT, NULL, &ignored);
	if (status == OF_OK)
		status = make_from_file(zone, of_buf_str(&file), path, err);
	else if (status == OF_ENOMEM)
		of_err_set_nomem(err);
	else
		status = refuse(name, err);
	of_buf_finish(&file);
	return status;
}

void of_zone_free(struct of_zone *zone)
{
	free(zone);
}

/* The last period that begins at or before an instant, or the first. */
static size_t find_period(const struct of_zone *zone, int64_t instant)
{
	size_t low = 0;
	size_t high = zone->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (zone->periods[middle].start <= instant)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * Looks from the last period that may hold the local time back to the first,
 * so that the earliest instant that reads as it wins. In a gap none does: the
 * offset before the gap then leads past it.
 */
static int64_t search(const struct of_zone *zone, int64_t local)
{
	size_t i = find_period(zone, local + OFFSET_LIMIT);
	int64_t end = INT64_MAX;
	int64_t found = INT64_MIN;
	int64_t past_gap = INT64_MIN;

	for (;; i--) {
		const struct period *period = &zone->periods[i];
		int64_t instant = local - period->offset;

		if (instant < end && (i == 0 || instant >= period->start))
			found = instant;
		if (i == 0 || period->start < local - OFFSET_LIMIT)
			break;
		if (instant < period->start && local - period[-1].offset >= period->start)
			past_gap = local - period[-1].offset;
		end = period->start;
	}
	return found != INT64_MIN ? found : past_gap;
}

int64_t of_zone_to_utc(const struct of_zone *zone, struct of_civil local)
{
	int64_t seconds = of_time_from_civil(local);
	int64_t cycles = 0;

	if (seconds >= zone->cycle_end)
		cycles = (seconds - zone->cycle_end) / CYCLE + 1;
	return search(zone, seconds - cycles * CYCLE) + cycles * CYCLE;
}
