#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <outfeed/arena.h>
#include <string.h>

#include "base/str.h"

/* What was taken before a mark stays, what came behind it is given back. */
static void test_release(void **state)
{
	struct of_arena *arena = of_arena_new();
	struct of_str before = of_arena_dup(arena, STR("before"));
	struct of_arena_point mark = of_arena_mark(arena);
	size_t held = of_arena_size(arena);
	char *first = of_arena_take_raw(arena, 10);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_non_null(of_arena_take_raw(arena, (size_t)1 << 20));
		assert_non_null(of_arena_take(arena, 100, 100));
		assert_true(of_arena_size(arena) < held + ((size_t)3 << 20));
		of_arena_release(arena, mark);
		assert_int_equal(of_arena_size(arena), held);
	}
	assert_string_equal(before.ptr, "before");
	assert_ptr_equal(of_arena_take_raw(arena, 10), first);
	of_arena_free(arena);
}

static void test_release_to_the_beginning(void **state)
{
	struct of_arena *arena = of_arena_new();
	struct of_arena_point mark = of_arena_mark(arena);

	(void)state;
	assert_non_null(of_arena_take(arena, 1, 100000));
	of_arena_release(arena, mark);
	assert_int_equal(of_arena_size(arena), 0);
	assert_string_equal(of_arena_dup(arena, STR("after")).ptr, "after");
	of_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_release_to_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
