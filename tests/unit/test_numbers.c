#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/numbers.h"

enum { KEYS = 3000, STEPS = 200000 };

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Against an array, with keys near and far, put and taken out in any order. */
static void test_as_an_array(void **state)
{
	static size_t want[KEYS];
	static int64_t keys[KEYS];
	struct of_numbers numbers = {0};
	uint64_t seed = 88172645463325252U;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = i % 3 == 0 ? (int64_t)(next(&seed) | 1) : (int64_t)(4096 * i + 1);
	for (size_t step = 0; step < STEPS; step++) {
		size_t at = next(&seed) % KEYS;

		if (next(&seed) % 5 < (step / 20000 % 2 == 0 ? 3U : 1U)) {
			count += want[at] == 0;
			want[at] = step + 1;
			assert_true(of_numbers_put(&numbers, keys[at], step + 1));
		} else {
			count -= want[at] != 0;
			want[at] = 0;
			of_numbers_remove(&numbers, keys[at]);
		}
		at = next(&seed) % KEYS;
		if (want[at] == 0)
			assert_null(of_numbers_get(&numbers, keys[at]));
		else
			assert_int_equal(*of_numbers_get(&numbers, keys[at]), want[at]);
		assert_int_equal(numbers.count, count);
	}
	of_numbers_clear(&numbers);
	assert_null(of_numbers_get(&numbers, keys[1]));
	of_numbers_finish(&numbers);
}

static void test_empty(void **state)
{
	struct of_numbers numbers = {0};

	(void)state;
	assert_null(of_numbers_get(&numbers, 5));
	of_numbers_remove(&numbers, 5);
	of_numbers_clear(&numbers);
	of_numbers_finish(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_an_array),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
