#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "publish/due.h"
#include "store/store.h"

#define OUTPUT 7

static const struct of_str hubs[] = {
	STR_INIT("https://one.example/"), STR_INIT("https://two.example/hub?a=1")};

struct place {
	char folder[64];
	struct of_store *store;
	struct of_due *due;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return 1;
	snprintf(place->folder, sizeof(place->folder), "/tmp/outfeed-due-XXXXXX");
	*state = place;
	return mkdtemp(place->folder) == NULL ||
	       of_store_open(&place->store, place->folder, NULL, NULL) != OF_OK ||
	       of_due_load(&place->due, place->store, OUTPUT, hubs, 2, NULL) != OF_OK;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char command[128];

	of_due_free(place->due);
	of_store_close(place->store);
	snprintf(command, sizeof(command), "rm -r '%s'", place->folder);
	free(place);
	return system(command);
}

static void add(struct of_due *due, size_t hub, const char *document)
{
	assert_int_equal(of_due_add(due, hubs[hub], of_str_from(document), NULL), OF_OK);
}

static size_t count(struct of_due *due)
{
	size_t count;

	of_due_rows(due, &count);
	return count;
}

/* Saves the list, and loads it again for these hubs and this output. */
static void reload(struct place *place, size_t n_hubs, uint64_t output)
{
	assert_int_equal(of_due_save(place->due, place->store, NULL), OF_OK);
	of_due_free(place->due);
	assert_int_equal(
		of_due_load(&place->due, place->store, output, hubs, n_hubs, NULL), OF_OK);
}

static void check_row(struct of_due *due, size_t index, size_t hub, const char *document)
{
	size_t count;
	const struct of_due_row *rows = of_due_rows(due, &count);

	assert_true(index < count);
	assert_true(of_str_equal(rows[index].hub, hubs[hub]));
	assert_true(of_str_equal(rows[index].document, of_str_from(document)));
	assert_false(rows[index].settled);
}

static void what_is_due_comes_back(void **state)
{
	struct place *place = *state;

	add(place->due, 0, "all/atom.xml");
	add(place->due, 0, "topic/news/feed.json");
	add(place->due, 1, "all/atom.xml");
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), 3);
	check_row(place->due, 0, 0, "all/atom.xml");
	check_row(place->due, 1, 0, "topic/news/feed.json");
	check_row(place->due, 2, 1, "all/atom.xml");
	assert_false(of_due_rows(place->due, &(size_t){0})[0].fresh);
}

static void a_row_is_there_once(void **state)
{
	struct place *place = *state;

	add(place->due, 0, "all/atom.xml");
	reload(place, 2, OUTPUT);
	add(place->due, 0, "all/atom.xml");
	add(place->due, 0, "all/atom.xml");
	assert_int_equal(count(place->due), 1);
	assert_true(of_due_rows(place->due, &(size_t){0})[0].fresh);
}

static void what_is_settled_is_forgotten(void **state)
{
	struct place *place = *state;
	size_t n;

	add(place->due, 0, "all/atom.xml");
	add(place->due, 1, "all/atom.xml");
	add(place->due, 1, "all/rss.xml");
	reload(place, 2, OUTPUT);
	of_due_rows(place->due, &n)[1].settled = true;
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), 2);
	check_row(place->due, 1, 1, "all/rss.xml");
	of_due_rows(place->due, &n)[0].settled = true;
	of_due_rows(place->due, &n)[1].settled = true;
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), 0);
}

/* It changed again while it was told. */
static void what_is_settled_may_be_due_again(void **state)
{
	struct place *place = *state;

	add(place->due, 0, "all/atom.xml");
	of_due_rows(place->due, &(size_t){0})[0].settled = true;
	add(place->due, 0, "all/atom.xml");
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), 1);
}

static void hubs_that_are_not_named_any_more_are_left_out(void **state)
{
	struct place *place = *state;

	add(place->due, 1, "all/atom.xml");
	add(place->due, 0, "all/rss.xml");
	reload(place, 1, OUTPUT);
	assert_int_equal(count(place->due), 1);
	check_row(place->due, 0, 0, "all/rss.xml");
}

static void another_output_has_a_list_of_its_own(void **state)
{
	struct place *place = *state;

	add(place->due, 0, "all/atom.xml");
	reload(place, 2, OUTPUT + 1);
	assert_int_equal(count(place->due), 0);
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), 1);
}

static void without_a_store_it_is_empty(void **state)
{
	struct of_due *due;

	(void)state;
	assert_int_equal(of_due_load(&due, NULL, OUTPUT, hubs, 2, NULL), OF_OK);
	add(due, 0, "all/atom.xml");
	assert_int_equal(count(due), 1);
	of_due_free(due);
	of_due_free(NULL);
}

static void it_is_bounded(void **state)
{
	struct place *place = *state;
	char name[32];

	for (size_t i = 0; i < OF_DUE_MOST + 3; i++) {
		snprintf(name, sizeof(name), "t/%zu/atom.xml", i);
		add(place->due, 0, name);
	}
	assert_int_equal(count(place->due), OF_DUE_MOST);
	assert_int_equal(of_due_left_out(place->due), 3);
	/* one that is there still is no new one */
	add(place->due, 0, "t/0/atom.xml");
	assert_int_equal(of_due_left_out(place->due), 3);
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), OF_DUE_MOST);
}

/* Cut short at any byte, or with any byte another one, it is read within its bounds. */
static void damage_is_an_empty_list_or_a_list(void **state)
{
	struct place *place = *state;
	struct of_buf packed = {0};
	size_t whole = 0;

	add(place->due, 0, "all/atom.xml");
	add(place->due, 0, "all/rss.xml");
	add(place->due, 1, "all/rss.xml");
	of_due_pack(&packed, place->due);
	for (size_t len = 0; len < packed.len; len++) {
		/* a copy of its own, so that a byte too far is seen */
		char *cut = malloc(len + 1);
		struct of_due *due;

		assert_non_null(cut);
		memcpy(cut, packed.ptr, len);
		assert_int_equal(of_due_load(&due, NULL, OUTPUT, hubs, 2, NULL), OF_OK);
		if (of_due_unpack(due, (struct of_str){cut, len}, hubs, 2, NULL) == OF_OK)
			whole++;
		else
			assert_int_equal(count(due), 0);
		of_due_free(due);
		free(cut);
	}
	/* after the format, and after each row */
	assert_int_equal(whole, 3);
	for (size_t at = 0; at < packed.len; at++) {
		struct of_due *due;

		packed.ptr[at] = (char)~packed.ptr[at];
		assert_int_equal(of_due_load(&due, NULL, OUTPUT, hubs, 2, NULL), OF_OK);
		if (of_due_unpack(due, of_buf_str(&packed), hubs, 2, NULL) != OF_OK)
			assert_int_equal(count(due), 0);
		of_due_free(due);
		packed.ptr[at] = (char)~packed.ptr[at];
	}
	of_buf_finish(&packed);
}

/* The state may hold ids that cannot be made again: it is not set aside for this. */
static void a_damaged_list_is_an_empty_one(void **state)
{
	struct place *place = *state;

	add(place->due, 0, "all/atom.xml");
	assert_int_equal(of_store_put(place->store, OF_STORE_SETTING,
				 STR("due:0000000000000007"), STR("no list"), NULL),
		OF_OK);
	of_due_free(place->due);
	assert_int_equal(of_due_load(&place->due, place->store, OUTPUT, hubs, 2, NULL), OF_OK);
	assert_int_equal(count(place->due), 0);
	add(place->due, 0, "all/atom.xml");
	reload(place, 2, OUTPUT);
	assert_int_equal(count(place->due), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_due_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_row_is_there_once, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_settled_is_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_settled_may_be_due_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			hubs_that_are_not_named_any_more_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_output_has_a_list_of_its_own, setup, teardown),
		cmocka_unit_test(without_a_store_it_is_empty),
		cmocka_unit_test_setup_teardown(it_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(
			damage_is_an_empty_list_or_a_list, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_damaged_list_is_an_empty_one, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
