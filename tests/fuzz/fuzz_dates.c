/*
 * Dates: a line, and the bytes of a number. What is read as a date prints as
 * one that is read as the same; every second of ten thousand years does.
 */
#include "fuzz.h"

#include "base/time.h"

#define FIRST INT64_C(-62135596800)
#define LAST INT64_C(253402300799)
#define DAY 86400

static void require_read(struct of_str text, int64_t seconds, const char *demand)
{
	int64_t again = OF_TIME_NONE;

	if (!of_time_parse(&again, text, NULL) || again != seconds)
		fuzz_fail("%s: %.*s is not %lld but %lld", demand, (int)text.len, text.ptr,
			(long long)seconds, (long long)again);
}

static void check_prints(int64_t seconds)
{
	static struct of_buf out;
	int64_t day = 0, whole;

	of_buf_clear(&out);
	of_time_add_rfc3339(&out, seconds);
	fuzz_require(out.len == strlen("2021-01-04T20:32:06Z"), "RFC 3339 of another length");
	require_read(of_buf_str(&out), seconds, "RFC 3339");
	of_buf_clear(&out);
	of_time_add_rfc822(&out, seconds);
	require_read(of_buf_str(&out), seconds, "RFC 822");
	of_buf_clear(&out);
	of_time_add_date(&out, seconds);
	whole = seconds - ((seconds - FIRST) % DAY);
	require_read(of_buf_str(&out), whole, "a day");
	fuzz_require(of_time_parse_prefix(&day, of_buf_str(&out), NULL) && day == whole,
		"a day that a name begins with");
}

static void check_civil(int64_t seconds)
{
	struct of_civil civil = of_time_to_civil(seconds);

	fuzz_require(civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 &&
			     civil.month <= 12 && civil.day >= 1 && civil.day <= 31,
		"no day of the calendar");
	fuzz_require(of_time_from_civil(civil) == seconds, "there and back is elsewhere");
}

/* A second that is in the calendar. */
static int64_t to_range(uint64_t number)
{
	return FIRST + (int64_t)(number % (uint64_t)(LAST - FIRST + 1));
}

static const struct of_zone *zone_at(size_t index)
{
	static const struct of_str names[] = {STR_INIT("UTC"), STR_INIT("+05:30"),
		STR_INIT("Europe/Berlin"), STR_INIT("America/New_York"),
		STR_INIT("Australia/Lord_Howe"), STR_INIT("Asia/Kathmandu")};
	static struct of_zone *zones[FUZZ_COUNT(names)];

	index %= FUZZ_COUNT(names);
	if (zones[index] == NULL && of_zone_new(&zones[index], names[index], NULL) != OF_OK)
		return NULL;
	return zones[index];
}

/* No zone is more than a day and two hours from Greenwich. */
static void check_zone(const struct of_zone *zone, struct of_str text)
{
	int64_t here = 0, there = 0;

	if (of_time_parse(&here, text, NULL) && of_time_parse(&there, text, zone))
		fuzz_require(here - there <= 26 * 3600 && there - here <= 26 * 3600,
			"a zone is further away than any");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str text = fuzz_take_line(&input);
	uint64_t number = fuzz_take_number(&input);
	int64_t seconds = OF_TIME_NONE, day = OF_TIME_NONE;
	int offset;

	if (of_time_parse(&seconds, text, NULL)) {
		fuzz_require(seconds >= FIRST && seconds <= LAST, "a date beyond the calendar");
		check_prints(seconds);
	}
	check_zone(zone_at(text.len), text);
	if (of_time_parse_prefix(&day, text, NULL))
		fuzz_require(day >= FIRST && day <= LAST && (day - FIRST) % DAY == 0,
			"a day that is none");
	if (of_time_parse_offset(&offset, text))
		fuzz_require(offset > -DAY && offset < DAY, "an offset of more than a day");
	check_civil(to_range(number));
	check_prints(to_range(number));
	return 0;
}
