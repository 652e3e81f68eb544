#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "serve/range.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_ranges(void **state)
{
	static const struct {
		const char *header;
		uint64_t size;
		enum of_range range;
		uint64_t first, length;
	} rows[] = {
		{"bytes=0-9", 100, OF_RANGE_PART, 0, 10},
		{"bytes=0-0", 100, OF_RANGE_PART, 0, 1},
		{"bytes=99-99", 100, OF_RANGE_PART, 99, 1},
		{"bytes=90-", 100, OF_RANGE_PART, 90, 10},
		{"bytes=0-", 100, OF_RANGE_PART, 0, 100},
		{"bytes=-10", 100, OF_RANGE_PART, 90, 10},
		{"bytes=-1000", 100, OF_RANGE_PART, 0, 100},
		{"bytes=50-1000", 100, OF_RANGE_PART, 50, 50},
		{"BYTES=0-1", 100, OF_RANGE_PART, 0, 2},
		{" bytes=0-1 ", 100, OF_RANGE_PART, 0, 2},
		{"bytes=0-99999999999999999999999", 100, OF_RANGE_PART, 0, 100},
		{"bytes=-99999999999999999999999", 100, OF_RANGE_PART, 0, 100},
		{"bytes=100-", 100, OF_RANGE_UNSATISFIABLE, 0, 100},
		{"bytes=100-200", 100, OF_RANGE_UNSATISFIABLE, 0, 100},
		{"bytes=99999999999999999999-", 100, OF_RANGE_UNSATISFIABLE, 0, 100},
		{"bytes=-0", 100, OF_RANGE_UNSATISFIABLE, 0, 100},
		{"bytes=0-", 0, OF_RANGE_UNSATISFIABLE, 0, 0},
		{"bytes=-1", 0, OF_RANGE_UNSATISFIABLE, 0, 0},
		{"bytes=0-1,5-6", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=0-1, -1", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=9-5", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=-", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=5", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=a-b", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=1-b", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=0x1-5", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=--5", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=+1-5", 100, OF_RANGE_WHOLE, 0, 100},
		{"lines=0-1", 100, OF_RANGE_WHOLE, 0, 100},
		{"", 100, OF_RANGE_WHOLE, 0, 100},
		{"bytes=0-18446744073709551615", UINT64_MAX, OF_RANGE_PART, 0, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t first, length;
		enum of_range range = of_range_parse(
			&first, &length, of_str_from(rows[i].header), rows[i].size);

		if (range != rows[i].range || first != rows[i].first ||
			length != rows[i].length)
			fail_msg("%s of %llu: got %d, %llu+%llu", rows[i].header,
				(unsigned long long)rows[i].size, (int)range,
				(unsigned long long)first, (unsigned long long)length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
