#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/time.h"
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FIRST INT64_C(-62135596800)
#define LAST INT64_C(253402300799)

static struct of_zone *new_zone(const char *name)
{
	struct of_zone *zone;
	struct of_err err;

	if (of_zone_new(&zone, of_str_from(name), &err) != OF_OK)
		fail_msg("%s: %s", name, err.message);
	return zone;
}

static void test_civil(void **state)
{
	static const struct {
		int64_t seconds;
		struct of_civil civil;
		int weekday;
	} rows[] = {
		{0, {1970, 1, 1, 0, 0, 0}, 4},
		{-1, {1969, 12, 31, 23, 59, 59}, 3},
		{1609792326, {2021, 1, 4, 20, 32, 6}, 1},
		{951782400, {2000, 2, 29, 0, 0, 0}, 2},
		{951868800, {2000, 3, 1, 0, 0, 0}, 3},
		{-2203891200, {1900, 3, 1, 0, 0, 0}, 4},
		{-2203977600, {1900, 2, 28, 0, 0, 0}, 3},
		{FIRST, {1, 1, 1, 0, 0, 0}, 1},
		{LAST, {9999, 12, 31, 23, 59, 59}, 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_civil civil = of_time_to_civil(rows[i].seconds);

		assert_int_equal(of_time_from_civil(rows[i].civil), rows[i].seconds);
		assert_memory_equal(&civil, &rows[i].civil, sizeof(civil));
		assert_int_equal(of_time_weekday(rows[i].seconds), rows[i].weekday);
	}
}

/* Every day there is: each follows the one before, and comes back as itself. */
static void test_civil_round_trip(void **state)
{
	int weekday = 0;
	int last_day = 0;

	(void)state;
	for (int64_t t = FIRST; t <= LAST; t += 86400) {
		struct of_civil civil = of_time_to_civil(t);

		assert_int_equal(of_time_from_civil(civil), t);
		assert_true(civil.day == last_day + 1 || civil.day == 1);
		assert_int_equal(of_time_weekday(t), (weekday + 1) % 7);
		weekday = of_time_weekday(t);
		last_day = civil.day;
	}
}

static void test_civil_is_clamped(void **state)
{
	(void)state;
	assert_int_equal(of_time_to_civil(INT64_MIN).year, 1);
	assert_int_equal(of_time_to_civil(INT64_MAX).year, 9999);
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{"2021-01-04T20:32:06Z", 1609792326},
		{"2021-01-04t20:32:06z", 1609792326},
		{"2021-01-04 20:32:06", 1609792326},
		{"2021-01-04   20:32:06   Z", 1609792326},
		{"2021-01-04\t20:32:06", 1609792326},
		{"  2021-01-04T20:32:06Z\r\n", 1609792326},
		{"2021-01-04T20:32:06UTC", 1609792326},
		{"2021-01-04 20:32:06 GMT", 1609792326},
		{"2021-01-04T20:32:06.999999999999999999999Z", 1609792326},
		{"2021-01-04T20:32:06,5", 1609792326},
		{"2021-01-04T20:32", 1609792320},
		{"2021-01-04T20:32Z", 1609792320},
		{"2021-01-04", 1609718400},
		{"2021-1-4", 1609718400},
		{"2001-12-14 21:59:43.10 -5", 1008385183},
		{"2001-12-14t21:59:43.10-05:00", 1008385183},
		{"2021-01-05T02:02:06+05:30", 1609792326},
		{"2021-01-05T02:02:06 +0530", 1609792326},
		{"2021-01-05 1:32:06+05", 1609792326},
		{"2021-01-05 1:32:06+5:00", 1609792326},
		{"2021-01-04T16:32:06-0400", 1609792326},
		{"2021-01-04T20:32:06-00:00", 1609792326},
		{"2016-12-31T23:59:60Z", 1483228799},
		{"2000-02-29", 951782400},
		{"0001-01-01T00:00:00Z", FIRST},
		{"9999-12-31T23:59:59Z", LAST},
		{"0001-01-01T23:59:00+23:59", FIRST},
		{"Mon, 04 Jan 2021 20:32:06 GMT", 1609792326},
		{"Mon, 04 Jan 2021 20:32:06 +0000", 1609792326},
		{"mon, 4 jan 2021 16:32:06 -0400", 1609792326},
		{"Mon 04 Jan 2021 20:32:06 UT", 1609792326},
		{"04 Jan 2021 20:32", 1609792320},
		{"4 Jan 2021", 1609718400},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t seconds = OF_TIME_NONE;

		if (!of_time_parse(&seconds, of_str_from(rows[i].text), NULL) ||
			seconds != rows[i].seconds)
			fail_msg("<%s> gave %lld", rows[i].text, (long long)seconds);
	}
}

static void test_parse_refuses(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"tomorrow",
		"2021",
		"2021-01",
		"20210104",
		"21-01-04",
		"02021-01-04",
		"-2021-01-04",
		"2021-13-04",
		"2021-00-04",
		"2021-01-00",
		"2021-01-32",
		"2021-02-29",
		"1900-02-29",
		"2021-04-31",
		"2021-001-4",
		"0000-01-01",
		"10000-01-01",
		"2021-01-04T",
		"2021-01-04Z",
		"2021-01-04x",
		"2021-01-04T20",
		"2021-01-04T24:00:00Z",
		"2021-01-04T25:00:00Z",
		"2021-01-04T20:60:00Z",
		"2021-01-04T20:32:61Z",
		"2021-01-04T20:3:00Z",
		"2021-01-04T20:32:6Z",
		"2021-01-04T20:32:06.Z",
		"2021-01-04T20:32.5Z",
		"2021-01-04T20:32:06Zx",
		"2021-01-04T20:32:06 Z Z",
		"2021-01-04T20:32:06 EST",
		"2021-01-04T20:32:06+24:00",
		"2021-01-04T20:32:06+05:60",
		"2021-01-04T20:32:06+530",
		"2021-01-04T20:32:06+",
		"2021-01-04T20:32:06+05:3",
		"2021-01-04T20:32:06++05",
		"2021-01-04T 20:32:06",
		"2021-01-04 and more",
		"0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"9999-12-31T23:59:59-23",
		"Mon, 04 Jan 21 20:32:06 GMT",
		"Mon, 04 January 2021 20:32:06 GMT",
		"Mon, 31 Apr 2021 20:32:06 GMT",
		"Mon, 04 Foo 2021 20:32:06 GMT",
		"Mon, 04 Jan 2021T20:32:06 GMT",
		"Mon, 04 Jan 2021 20:32:06 EST",
		"Mon,",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		int64_t seconds = 7;

		if (of_time_parse(&seconds, of_str_from(texts[i]), NULL) || seconds != 7)
			fail_msg("<%s> gave %lld", texts[i], (long long)seconds);
	}
	assert_false(of_time_parse(&(int64_t){0}, (struct of_str){NULL, 0}, NULL));
}

static void test_parse_in_zone(void **state)
{
	struct of_zone *zone = new_zone("+05:30");
	int64_t seconds;

	(void)state;
	assert_true(of_time_parse(&seconds, STR("2021-01-05 02:02:06"), zone));
	assert_int_equal(seconds, 1609792326);
	assert_true(of_time_parse(&seconds, STR("2021-01-05"), zone));
	assert_int_equal(seconds, 1609804800 - 19800);
	assert_true(of_time_parse(&seconds, STR("5 Jan 2021 02:02:06"), zone));
	assert_int_equal(seconds, 1609792326);
	assert_true(of_time_parse(&seconds, STR("2021-01-04 20:32:06Z"), zone));
	assert_int_equal(seconds, 1609792326);
	assert_false(of_time_parse(&seconds, STR("0001-01-01"), zone));
	of_zone_free(zone);
}

static void test_parse_prefix(void **state)
{
	static const char *const refused[] = {"", "2021-01-04x", "2021-01-04 x", "2021-1-04-x",
		"2021-02-30-x", "2021-01-0", "2021-01", "0000-01-01", "x2021-01-04",
		"12021-01-04"};
	struct of_zone *zone = new_zone("-0400");
	int64_t seconds;

	(void)state;
	assert_true(of_time_parse_prefix(&seconds, STR("2021-01-04-a-title"), NULL));
	assert_int_equal(seconds, 1609718400);
	assert_true(of_time_parse_prefix(&seconds, STR("2021-01-04"), zone));
	assert_int_equal(seconds, 1609718400 + 4 * 3600);
	for (size_t i = 0; i < COUNT(refused); i++)
		if (of_time_parse_prefix(&seconds, of_str_from(refused[i]), NULL))
			fail_msg("<%s> is a prefix", refused[i]);
	of_zone_free(zone);
}

static void test_parse_clock(void **state)
{
	const struct {
		const char *text, *clock;
	} rows[] = {
		{"2024-05-08T00:30:00+02:00", "2024-05-08T00:30:00Z"},
		{"2024-05-08 23:30 -0500", "2024-05-08T23:30:00Z"},
		{"Wed, 08 May 2024 00:30:00 +0200", "2024-05-08T00:30:00Z"},
		{"2024-05-08", "2024-05-08T00:00:00Z"},
	};
	int64_t seconds, clock;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(of_time_parse_clock(&seconds, of_str_from(rows[i].text)));
		assert_true(of_time_parse(&clock, of_str_from(rows[i].clock), NULL));
		assert_int_equal(seconds, clock);
	}
	assert_false(of_time_parse_clock(&seconds, STR("2024-05-08T00:30:00+25:00")));
	assert_false(of_time_parse_clock(&seconds, STR("2024-05-32")));
}

static void test_format(void **state)
{
	struct of_buf out = {0};
	struct of_err err;

	(void)state;
	of_time_add_rfc3339(&out, 1609792326);
	of_buf_add_byte(&out, '|');
	of_time_add_rfc822(&out, 1609792326);
	of_buf_add_byte(&out, '|');
	of_time_add_date(&out, 1609792326);
	of_buf_add_byte(&out, '|');
	of_time_add_rfc3339(&out, FIRST);
	of_buf_add_byte(&out, '|');
	of_time_add_rfc822(&out, LAST);
	assert_int_equal(of_buf_status(&out, &err), OF_OK);
	assert_string_equal(out.ptr, "2021-01-04T20:32:06Z|Mon, 04 Jan 2021 20:32:06 +0000|"
				     "2021-01-04|0001-01-01T00:00:00Z|"
				     "Fri, 31 Dec 9999 23:59:59 +0000");
	of_buf_finish(&out);
}

static void test_fixed_zones(void **state)
{
	static const struct {
		const char *name;
		int offset;
	} rows[] = {
		{"UTC", 0},
		{"utc", 0},
		{"Z", 0},
		{"+05:30", 19800},
		{"-0400", -14400},
		{"-5", -18000},
		{"+14:00", 50400},
	};
	struct of_civil civil = {2021, 7, 1, 12, 0, 0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_zone *zone = new_zone(rows[i].name);

		assert_int_equal(of_zone_to_utc(zone, civil),
			of_time_from_civil(civil) - rows[i].offset);
		of_zone_free(zone);
	}
}

/* Expected values are those of another implementation, Python's zoneinfo with fold=0. */
static void test_named_zones(void **state)
{
	static const struct {
		const char *name;
		struct of_civil local;
		int64_t utc;
	} rows[] = {
		{"America/New_York", {1800, 1, 1, 0, 0, 0}, -5364644638},
		{"America/New_York", {1883, 11, 18, 12, 0, 0}, -2717651038},
		{"America/New_York", {1900, 6, 1, 0, 0, 0}, -2195924400},
		{"America/New_York", {1918, 4, 1, 0, 0, 0}, -1633204800},
		{"America/New_York", {1974, 1, 6, 2, 30, 0}, 126689400},
		{"America/New_York", {2021, 3, 14, 1, 59, 59}, 1615705199},
		{"America/New_York", {2021, 3, 14, 2, 0, 0}, 1615705200},
		{"America/New_York", {2021, 3, 14, 2, 30, 0}, 1615707000},
		{"America/New_York", {2021, 3, 14, 3, 0, 0}, 1615705200},
		{"America/New_York", {2021, 11, 7, 0, 59, 59}, 1636261199},
		{"America/New_York", {2021, 11, 7, 1, 30, 0}, 1636263000},
		{"America/New_York", {2021, 11, 7, 2, 0, 0}, 1636268400},
		{"America/New_York", {2100, 1, 1, 0, 0, 0}, 4102462800},
		{"America/New_York", {2100, 3, 14, 2, 30, 0}, 4108692600},
		{"America/New_York", {2100, 7, 1, 0, 0, 0}, 4118097600},
		{"America/New_York", {2100, 11, 7, 1, 30, 0}, 4129248600},
		{"America/New_York", {2500, 7, 1, 12, 0, 0}, 16740921600},
		{"America/New_York", {9999, 7, 1, 12, 0, 0}, 253386460800},
		{"Asia/Kolkata", {1942, 12, 1, 0, 0, 0}, -854778600},
		{"Asia/Kolkata", {2021, 1, 4, 20, 32, 6}, 1609772526},
		{"Asia/Kolkata", {2100, 7, 1, 0, 0, 0}, 4118063400},
		{"Asia/Kathmandu", {2021, 1, 1, 0, 0, 0}, 1609438500},
		{"Europe/Berlin", {1945, 6, 1, 0, 0, 0}, -775882800},
		{"Europe/Berlin", {2021, 3, 28, 2, 30, 0}, 1616895000},
		{"Europe/Berlin", {2021, 10, 31, 2, 30, 0}, 1635640200},
		{"Europe/Berlin", {2021, 10, 31, 3, 0, 0}, 1635645600},
		{"Europe/Berlin", {2101, 3, 30, 0, 0, 0}, 4141576800},
		{"Europe/Berlin", {2400, 2, 29, 12, 0, 0}, 13574602800},
		{"Europe/Dublin", {2050, 1, 1, 0, 0, 0}, 2524608000},
		{"Europe/Dublin", {2050, 7, 1, 0, 0, 0}, 2540242800},
		{"Australia/Lord_Howe", {2021, 4, 4, 1, 45, 0}, 1617461100},
		{"Australia/Lord_Howe", {2021, 10, 3, 2, 15, 0}, 1633189500},
		{"Australia/Lord_Howe", {2099, 1, 1, 0, 0, 0}, 4070869200},
		{"Australia/Lord_Howe", {2099, 7, 1, 0, 0, 0}, 4086509400},
		{"Pacific/Apia", {2011, 12, 29, 12, 0, 0}, 1325196000},
		{"Pacific/Apia", {2011, 12, 30, 12, 0, 0}, 1325282400},
		{"Pacific/Apia", {2011, 12, 31, 0, 0, 0}, 1325239200},
		{"America/Sao_Paulo", {2018, 11, 4, 0, 0, 0}, 1541300400},
		{"Etc/GMT+5", {2021, 1, 1, 0, 0, 0}, 1609477200},
	};

	(void)state;
	if (access("/usr/share/zoneinfo/Europe/Berlin", F_OK) != 0)
		skip();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_zone *zone = new_zone(rows[i].name);
		int64_t utc = of_zone_to_utc(zone, rows[i].local);

		if (utc != rows[i].utc)
			fail_msg("row %zu, %s: %lld", i, rows[i].name, (long long)utc);
		of_zone_free(zone);
	}
}

static void test_zones_that_are_none(void **state)
{
	static const char *const names[] = {
		"",
		"Mars/Olympus",
		"America",
		"/etc/passwd",
		"/usr/share/zoneinfo/UTC",
		"../zoneinfo/UTC",
		"America/../UTC",
		"zone.tab",
		"+25:00",
		"Europe/Berlin\n",
		"Europe/Berlin ",
		"%s%n",
		"a01234567890123456789012345678901234567890123456789012345678901234567890123456"
		"78"
		"90123456789012345678901234567890",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct of_zone *zone = (struct of_zone *)&zone;
		struct of_err err = {0};
		enum of_status status = of_zone_new(&zone, of_str_from(names[i]), &err);

		if (status != OF_ECONFIG || zone != NULL)
			fail_msg("<%s> gave %d", names[i], status);
		assert_non_null(strstr(err.message, "such as Europe/Berlin"));
		assert_int_equal(err.code, OF_ECONFIG);
	}
}

static void test_zone_names_with_nul_are_refused(void **state)
{
	struct of_zone *zone;
	struct of_err err;

	(void)state;
	assert_int_equal(of_zone_new(&zone, STR("UTC\0x"), &err), OF_ECONFIG);
	assert_null(zone);
	of_zone_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_civil),
		cmocka_unit_test(test_civil_round_trip),
		cmocka_unit_test(test_civil_is_clamped),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_in_zone),
		cmocka_unit_test(test_parse_prefix),
		cmocka_unit_test(test_parse_clock),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_fixed_zones),
		cmocka_unit_test(test_named_zones),
		cmocka_unit_test(test_zones_that_are_none),
		cmocka_unit_test(test_zone_names_with_nul_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
