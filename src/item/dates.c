/* When an item was published, when updated, when it expires (SPEC section 3, Dates). */
#include "item/parts.h"

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

#define EXAMPLE "2021-01-04T20:32:06Z"
#define SHOWN 60 /* bytes of what is no date */

/* What was meant as a date and is none. */
struct bad_dates {
	const struct of_yaml *first; /* NULL for none */
	bool tell;                   /* each is a warning */
};

static void warn_no_date(
	const struct fields *fields, enum of_field field, const struct of_yaml *node)
{
	struct of_str text = of_field_clean(fields, node);

	if (node->type == OF_YAML_SCALAR)
		of_report_warning(fields->reporter, node->line, node->column,
			"'%.*s' is no date and is passed over: write one such as " EXAMPLE,
			(int)(text.len < SHOWN ? text.len : SHOWN),
			text.ptr != NULL ? text.ptr : "");
	else
		of_field_warn_value(fields, field, node);
}

/* As what a date is read. */
struct clock {
	const struct of_zone *zone; /* of dates that carry none; NULL for UTC */
	bool written;               /* what the clock shows, whatever its zone */
};

static bool parse(int64_t *seconds, struct of_str text, const struct clock *clock)
{
	return clock->written ? of_time_parse_clock(seconds, text)
			      : of_time_parse(seconds, text, clock->zone);
}

/* The first date of a field; what stands before it and is none is bad. */
static int64_t read_date(const struct fields *fields, enum of_field field,
	const struct clock *clock, struct bad_dates *bad)
{
	struct of_field_walk walk = {0};
	const struct of_yaml *value;
	int64_t seconds;

	while ((value = of_field_next(fields, field, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);
		bool flag = of_yaml_is_true(first) || of_yaml_is_false(first);

		if (first == NULL || (flag && walk.at.use == OF_PATH_OR_FLAG))
			continue;
		if (first->type == OF_YAML_SCALAR &&
			parse(&seconds, of_str_trim(first->text), clock))
			return seconds;
		if (bad->first == NULL)
			bad->first = first;
		if (bad->tell)
			warn_no_date(fields, field, first);
	}
	return OF_TIME_NONE;
}

static void read_dates(struct of_item *item, const struct fields *fields,
	const struct clock *clock, struct bad_dates *bad)
{
	item->published = read_date(fields, OF_FIELD_PUBLISHED, clock, bad);
	if (item->published == OF_TIME_NONE && !of_time_parse_prefix(&item->published,
						       of_item_stem(fields->path), clock->zone))
		item->published = OF_TIME_NONE;
	item->updated = read_date(fields, OF_FIELD_UPDATED, clock, bad);
	if (item->published == OF_TIME_NONE)
		item->published = item->updated;
	if (item->updated == OF_TIME_NONE)
		item->updated = item->published;
}

static enum of_status refuse_undated(const struct fields *fields, const struct of_yaml *bad,
	unsigned line, struct of_err *err)
{
	struct of_str text = of_field_clean(fields, bad);

	if (bad == NULL)
		return of_err_set_at(
			err, OF_EINPUT, line, 1, "no date: add one, such as date: " EXAMPLE);
	if (bad->type != OF_YAML_SCALAR)
		return of_err_set_at(err, OF_EINPUT, bad->line, bad->column,
			"a %s is no date, and the item has no other: write one such "
			"as " EXAMPLE,
			of_field_type_name(bad));
	return of_err_set_at(err, OF_EINPUT, bad->line, bad->column,
		"'%.*s' is no date, and the item has no other: write one such as " EXAMPLE,
		(int)(text.len < SHOWN ? text.len : SHOWN), text.ptr != NULL ? text.ptr : "");
}

/* An item that is refused has its one error to tell, so that the rest is told afterwards. */
enum of_status of_item_dates(
	struct of_item *item, const struct fields *fields, unsigned line, struct of_err *err)
{
	const struct clock clock = {fields->site->zone, false};
	struct bad_dates bad = {NULL, false};

	read_dates(item, fields, &clock, &bad);
	if (item->published == OF_TIME_NONE)
		return refuse_undated(fields, bad.first, line, err);
	item->expires = read_date(fields, OF_FIELD_EXPIRES, &clock, &bad);
	if (bad.first != NULL) {
		bad.tell = true;
		read_dates(item, fields, &clock, &bad);
		read_date(fields, OF_FIELD_EXPIRES, &clock, &bad);
	}
	return OF_OK;
}

static int64_t read_published(
	const struct of_item *item, const struct fields *fields, const struct clock *clock)
{
	struct bad_dates ignored = {NULL, false};
	struct of_item read;

	read_dates(&read, fields, clock, &ignored);
	return read.published != OF_TIME_NONE ? read.published : item->published;
}

int64_t of_item_day(const struct of_item *item, const struct fields *fields)
{
	return read_published(item, fields, &(struct clock){NULL, false});
}

int64_t of_item_clock(const struct of_item *item, const struct fields *fields)
{
	return read_published(item, fields, &(struct clock){NULL, true});
}
