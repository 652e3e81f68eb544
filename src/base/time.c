#include "base/time.h"

#include "base/str.h"

#define SECONDS_PER_DAY 86400
#define DAYS_TO_1970 719468         /* from 0000-03-01 */
#define DAYS_PER_CYCLE 146097       /* of 400 years, after which the calendar repeats */
#define FIRST INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

static const char weekdays[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Years begin in March here, so that a leap day is the last day of its year. */
int64_t of_time_from_civil(struct of_civil civil)
{
	int64_t year = (int64_t)civil.year - (civil.month <= 2);
	int64_t month = (civil.month + 9) % 12;
	int64_t days = 365 * year + divide_down(year, 4) - divide_down(year, 100) +
		       divide_down(year, 400) + (153 * month + 2) / 5 + civil.day - 1;

	return (days - DAYS_TO_1970) * SECONDS_PER_DAY + civil.hour * INT64_C(3600) +
	       civil.minute * INT64_C(60) + civil.second;
}

struct of_civil of_time_to_civil(int64_t seconds)
{
	int64_t clamped = seconds < FIRST ? FIRST : seconds > LAST ? LAST : seconds;
	int64_t days = divide_down(clamped, SECONDS_PER_DAY) + DAYS_TO_1970;
	int second = (int)(clamped - (days - DAYS_TO_1970) * SECONDS_PER_DAY);
	int cycle = (int)(days / DAYS_PER_CYCLE);
	int day = (int)(days % DAYS_PER_CYCLE);
	int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int month;
	struct of_civil civil;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	civil.year = 400 * cycle + year + (month >= 10);
	civil.month = month < 10 ? month + 3 : month - 9;
	civil.day = day - (153 * month + 2) / 5 + 1;
	civil.hour = second / 3600;
	civil.minute = second / 60 % 60;
	civil.second = second % 60;
	return civil;
}

int of_time_weekday(int64_t seconds)
{
	int64_t days = divide_down(seconds, SECONDS_PER_DAY) + 4; /* 1970-01-01, a Thursday */

	return (int)(days - divide_down(days, 7) * 7);
}

static int month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : lengths[month - 1];
}

static bool is_date(const struct of_civil *civil)
{
	return civil->year >= 1 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
	       civil->day <= month_length(civil->year, civil->month);
}

static bool take_byte(struct of_str *text, char byte)
{
	if (text->len == 0 || text->ptr[0] != byte)
		return false;
	*text = of_str_from_offset(*text, 1);
	return true;
}

static bool take_spaces(struct of_str *text)
{
	bool any = false;

	while (take_byte(text, ' ') || take_byte(text, '\t'))
		any = true;
	return any;
}

static size_t count_digits(struct of_str text)
{
	size_t n = 0;

	while (n < text.len && of_byte_is_digit(text.ptr[n]))
		n++;
	return n;
}

/* A number of least to most digits that no further digit follows. */
static bool take_number(struct of_str *text, size_t least, size_t most, int *number)
{
	size_t digits = count_digits(*text);

	if (digits < least || digits > most)
		return false;
	*number = 0;
	for (size_t i = 0; i < digits; i++)
		*number = *number * 10 + (text->ptr[i] - '0');
	*text = of_str_from_offset(*text, digits);
	return true;
}

/* The index of the name that three letters, in any case, are; -1 when they are none. */
static int take_name(struct of_str *text, const char (*names)[4], int count)
{
	for (int i = 0; i < count; i++)
		if (of_str_starts_nocase(*text, (struct of_str){names[i], 3})) {
			*text = of_str_from_offset(*text, 3);
			return i;
		}
	return -1;
}

static bool take_iso_date(struct of_str *text, struct of_civil *civil)
{
	return take_number(text, 4, 4, &civil->year) && take_byte(text, '-') &&
	       take_number(text, 1, 2, &civil->month) && take_byte(text, '-') &&
	       take_number(text, 1, 2, &civil->day) && is_date(civil);
}

/* RFC 5322 section 3.3; the weekday is not compared with the date. */
static bool take_mail_date(struct of_str *text, struct of_civil *civil)
{
	if (take_name(text, weekdays, 7) >= 0) {
		take_byte(text, ',');
		take_spaces(text);
	}
	if (!take_number(text, 1, 2, &civil->day) || !take_spaces(text))
		return false;
	civil->month = take_name(text, months, 12) + 1;
	return take_spaces(text) && take_number(text, 4, 4, &civil->year) && is_date(civil);
}

/*
 * A leap second counts as the second before it, so that it stays in its day.
 * 24:00 is no time: RFC 3339 section 5.7.
 */
static bool take_clock(struct of_str *text, struct of_civil *civil)
{
	if (!take_number(text, 1, 2, &civil->hour) || !take_byte(text, ':') ||
		!take_number(text, 2, 2, &civil->minute))
		return false;
	if (take_byte(text, ':')) {
		if (!take_number(text, 2, 2, &civil->second))
			return false;
		if (take_byte(text, '.') || take_byte(text, ',')) {
			size_t digits = count_digits(*text);

			if (digits == 0)
				return false;
			*text = of_str_from_offset(*text, digits);
		}
	}
	if (civil->hour > 23 || civil->minute > 59 || civil->second > 60)
		return false;
	if (civil->second == 60)
		civil->second = 59;
	return true;
}

bool of_time_parse_offset(int *seconds, struct of_str text)
{
	static const struct of_str greenwich[] = {
		STR_INIT("Z"), STR_INIT("UTC"), STR_INIT("GMT"), STR_INIT("UT")};
	int hours = 0;
	int minutes = 0;
	bool west, ok;

	*seconds = 0;
	for (size_t i = 0; i < sizeof(greenwich) / sizeof(*greenwich); i++)
		if (of_str_equal_nocase(text, greenwich[i]))
			return true;
	west = take_byte(&text, '-');
	if (!west && !take_byte(&text, '+'))
		return false;
	if (count_digits(text) == 4) {
		ok = take_number(&text, 4, 4, &hours);
		minutes = hours % 100;
		hours /= 100;
	} else {
		ok = take_number(&text, 1, 2, &hours) &&
		     (!take_byte(&text, ':') || take_number(&text, 2, 2, &minutes));
	}
	if (!ok || text.len > 0 || hours > 23 || minutes > 59)
		return false;
	*seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

static bool finish(int64_t *seconds, int64_t value)
{
	if (value < FIRST || value > LAST)
		return false;
	*seconds = value;
	return true;
}

static int64_t to_utc(const struct of_zone *zone, struct of_civil civil)
{
	return zone != NULL ? of_zone_to_utc(zone, civil) : of_time_from_civil(civil);
}

/* The clock that a date shows, and the offset behind it: an empty one for no zone. */
static bool take_written(struct of_civil *civil, struct of_str *offset, struct of_str text)
{
	struct of_str rest = of_str_trim(text);
	struct of_str whole = rest;
	bool iso = take_iso_date(&rest, civil);

	if (!iso) {
		rest = whole;
		if (!take_mail_date(&rest, civil))
			return false;
	}
	if (rest.len > 0) {
		bool t = iso && (take_byte(&rest, 'T') || take_byte(&rest, 't'));

		if ((!t && !take_spaces(&rest)) || !take_clock(&rest, civil))
			return false;
		take_spaces(&rest);
	}
	*offset = rest;
	return true;
}

bool of_time_parse(int64_t *seconds, struct of_str text, const struct of_zone *zone)
{
	struct of_civil civil = {0};
	struct of_str rest;
	int offset;

	if (!take_written(&civil, &rest, text))
		return false;
	if (rest.len == 0)
		return finish(seconds, to_utc(zone, civil));
	return of_time_parse_offset(&offset, rest) &&
	       finish(seconds, of_time_from_civil(civil) - offset);
}

bool of_time_parse_clock(int64_t *seconds, struct of_str text)
{
	struct of_civil civil = {0};
	struct of_str rest;
	int64_t ignored;

	return of_time_parse(&ignored, text, NULL) && take_written(&civil, &rest, text) &&
	       finish(seconds, of_time_from_civil(civil));
}

bool of_time_parse_prefix(int64_t *seconds, struct of_str text, const struct of_zone *zone)
{
	struct of_str date = of_str_slice(text, 0, sizeof("YYYY-MM-DD") - 1);
	struct of_str rest = of_str_from_offset(text, date.len);
	struct of_civil civil = {0};

	if (date.len < sizeof("YYYY-MM-DD") - 1 || (rest.len > 0 && rest.ptr[0] != '-'))
		return false;
	return take_iso_date(&date, &civil) && date.len == 0 &&
	       finish(seconds, to_utc(zone, civil));
}

/* A number of two digits; the years here have four. */
static void add_two(struct of_buf *out, int number)
{
	const char digits[2] = {(char)('0' + number / 10), (char)('0' + number % 10)};

	of_buf_add(out, digits, sizeof(digits));
}

static void add_year(struct of_buf *out, int year)
{
	add_two(out, year / 100);
	add_two(out, year % 100);
}

static void add_clock(struct of_buf *out, const struct of_civil *civil)
{
	add_two(out, civil->hour);
	of_buf_add_byte(out, ':');
	add_two(out, civil->minute);
	of_buf_add_byte(out, ':');
	add_two(out, civil->second);
}

static void add_date(struct of_buf *out, const struct of_civil *civil)
{
	add_year(out, civil->year);
	of_buf_add_byte(out, '-');
	add_two(out, civil->month);
	of_buf_add_byte(out, '-');
	add_two(out, civil->day);
}

void of_time_add_rfc3339(struct of_buf *out, int64_t seconds)
{
	struct of_civil civil = of_time_to_civil(seconds);

	add_date(out, &civil);
	of_buf_add_byte(out, 'T');
	add_clock(out, &civil);
	of_buf_add_byte(out, 'Z');
}

void of_time_add_rfc822(struct of_buf *out, int64_t seconds)
{
	struct of_civil civil = of_time_to_civil(seconds);

	of_buf_add_text(out, weekdays[of_time_weekday(seconds)]);
	of_buf_add_text(out, ", ");
	add_two(out, civil.day);
	of_buf_add_byte(out, ' ');
	of_buf_add_text(out, months[civil.month - 1]);
	of_buf_add_byte(out, ' ');
	add_year(out, civil.year);
	of_buf_add_byte(out, ' ');
	add_clock(out, &civil);
	of_buf_add_text(out, " +0000");
}

void of_time_add_date(struct of_buf *out, int64_t seconds)
{
	struct of_civil civil = of_time_to_civil(seconds);

	add_date(out, &civil);
}
