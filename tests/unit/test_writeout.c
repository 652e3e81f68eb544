#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "publish/writeout.h"

#define MUCH ((size_t)64 << 20)

struct row {
	int folder; /* -1 cannot be synced */
	size_t bytes;
	bool begun; /* before the end */
};

static void check(const struct row *row)
{
	struct of_writeout *writeout = of_writeout_new(row->folder);

	assert_non_null(writeout);
	assert_false(of_writeout_begun(writeout));
	of_writeout_add(writeout, row->bytes / 2);
	of_writeout_add(writeout, row->bytes / 2);
	assert_int_equal(of_writeout_begun(writeout), row->begun);
	of_writeout_end(writeout);
	assert_int_equal(of_writeout_wait(writeout), row->folder >= 0);
	if (row->folder < 0)
		assert_int_equal(errno, EBADF);
	of_writeout_free(writeout);
}

static void test_syncs(void **state)
{
	int folder = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct row rows[] = {{folder, 0, false}, {folder, 1000, false},
		{folder, MUCH, true}, {-1, 0, false}, {-1, MUCH, true}};

	(void)state;
	assert_true(folder >= 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
	close(folder);
}

/* A run that fails leaves without a wait. */
static void test_ends_at_any_time(void **state)
{
	struct of_writeout *writeout = of_writeout_new(-1);

	(void)state;
	of_writeout_free(NULL);
	of_writeout_free(writeout);
	writeout = of_writeout_new(-1);
	assert_non_null(writeout);
	of_writeout_add(writeout, MUCH);
	of_writeout_free(writeout);
	writeout = of_writeout_new(-1);
	assert_non_null(writeout);
	of_writeout_end(writeout);
	of_writeout_free(writeout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syncs),
		cmocka_unit_test(test_ends_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
