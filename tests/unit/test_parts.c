/* The parts of an archive: months in UTC, bounded, and where the live document ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/time.h"
#include "feed/parts.h"

#define MOST 5000

struct fixture {
	struct of_record records[MOST];
	const struct of_record *pointers[MOST];
	uint32_t members[MOST];
	struct of_collection collection;
	struct of_group group;
	struct of_parts parts;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (f == NULL)
		return -1;
	f->collection.records = f->pointers;
	f->group.members = f->members;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	of_parts_finish(&f->parts);
	free(f);
	return 0;
}

/* Members are added in the feed's order, the newest first. */
static void add(struct fixture *f, const char *date, size_t count)
{
	int64_t published = 0;

	assert_true(of_time_parse(&published, of_str_from(date), NULL));
	for (size_t i = 0; i < count; i++) {
		size_t at = f->group.n_members++;

		f->records[at].published = published;
		f->pointers[at] = &f->records[at];
		f->members[at] = (uint32_t)at;
	}
	f->collection.n_records = f->group.n_members;
}

static void make(struct fixture *f)
{
	assert_int_equal(of_parts_make(&f->parts, &f->group, &f->collection, NULL), OF_OK);
}

static void check_part(struct fixture *f, size_t at, const char *name, size_t first, size_t end)
{
	const struct of_part *part = &f->parts.parts[at];

	assert_true(at < f->parts.count);
	assert_string_equal(part->name, name);
	assert_int_equal(part->first, first);
	assert_int_equal(part->end, end);
	for (size_t i = first; i < end; i++)
		assert_ptr_equal(of_parts_at(&f->parts, i), part);
}

static void test_months(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(f->parts.count, 0);
	assert_null(of_parts_at(&f->parts, 0));
	add(f, "9999-12-31T23:59:59Z", 1);
	add(f, "2024-03-01T00:00:00Z", 2);
	add(f, "2024-02-29T23:59:59Z", 1);
	add(f, "2024-03-01T00:59:59+01:00", 1);
	add(f, "2023-02-01", 1);
	add(f, "0001-01-01", 1);
	make(f);
	assert_int_equal(f->parts.count, 5);
	check_part(f, 0, "9999-12", 0, 1);
	check_part(f, 1, "2024-03", 1, 3);
	check_part(f, 2, "2024-02", 3, 5);
	check_part(f, 3, "2023-02", 5, 6);
	check_part(f, 4, "0001-01", 6, 7);
	assert_null(of_parts_at(&f->parts, 7));
	assert_int_equal(of_part_name(NULL).len, 0);
}

/* Counted from the oldest, so that a full one stays what it is. */
static void test_a_large_month(void **state)
{
	struct fixture *f = *state;

	add(f, "2024-03-01", 1);
	add(f, "2024-02-01", 2 * OF_PART_ITEMS + 1);
	add(f, "2024-01-01", OF_PART_ITEMS);
	make(f);
	assert_int_equal(f->parts.count, 5);
	check_part(f, 1, "2024-02.3", 1, 2);
	check_part(f, 2, "2024-02.2", 2, OF_PART_ITEMS + 2);
	check_part(f, 3, "2024-02", OF_PART_ITEMS + 2, 2 * OF_PART_ITEMS + 2);
	check_part(f, 4, "2024-01", 2 * OF_PART_ITEMS + 2, 3 * OF_PART_ITEMS + 2);
}

static void test_where_the_live_document_ends(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(of_parts_live_end(&f->parts, 3), 3);
	add(f, "2024-03-01", 2);
	add(f, "2024-02-01", OF_PART_ITEMS + 5);
	make(f);
	assert_int_equal(of_parts_live_end(&f->parts, 0), 0);
	assert_int_equal(of_parts_live_end(&f->parts, 1), 2);
	assert_int_equal(of_parts_live_end(&f->parts, 2), 2);
	assert_int_equal(of_parts_live_end(&f->parts, 3), 7);
	assert_int_equal(of_parts_live_end(&f->parts, 8), OF_PART_ITEMS + 7);
	assert_int_equal(of_parts_live_end(&f->parts, OF_PART_ITEMS + 7), OF_PART_ITEMS + 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_months, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_large_month, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_where_the_live_document_ends, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
