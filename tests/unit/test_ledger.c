#include "ledger_fixture.h"

static void write_image(struct place *place, const char *bytes)
{
	FILE *file = fopen(place->image, "wb");

	assert_non_null(file);
	fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

static void test_holds(void **state)
{
	struct place *place = *state;
	struct of_ledger_file documents[] = {{.name = STR("atom.xml"), .stamp = {0, 0, 0}}};
	struct of_ledger_file depends[2] = {
		{.name = of_str_from(place->image), .stamp = {0, 0, 0}},
		{.name = STR("/nonexistent/image"), .stamp = {0, 0, 0}}};
	struct of_ledger_row row = {.path = STR("group"),
		.documents = documents,
		.n_documents = 1,
		.depends = depends,
		.n_depends = 2};
	char path[128];

	publish(place, documents, 1, "one");
	put(place, &row);
	reload(place);
	assert_true(of_ledger_holds(find(place), place->publisher));
	write_image(place, "an image that was not there");
	assert_false(of_ledger_holds(find(place), place->publisher));
	depends[0].stamp = of_stamp_of(place->image);
	put(place, &row);
	assert_true(of_ledger_holds(find(place), place->publisher));
	write_image(place, "another");
	assert_false(of_ledger_holds(find(place), place->publisher));
	depends[0].stamp = of_stamp_of(place->image);
	put(place, &row);
	assert_true(of_ledger_holds(find(place), place->publisher));
	snprintf(path, sizeof(path), "%s/group/atom.xml", place->output);
	assert_int_equal(unlink(path), 0);
	assert_false(of_ledger_holds(find(place), place->publisher));
	/* a document that is not there is no stamp to compare with another such */
	documents[0].stamp = (struct of_stamp){0, 0, 0};
	put(place, &row);
	assert_false(of_ledger_holds(find(place), place->publisher));
}

static void test_leftovers(void **state)
{
	struct place *place = *state;
	struct of_ledger_file both[] = {{.name = STR("atom.xml"), .stamp = {0, 0, 0}},
		{.name = STR("rss.xml"), .stamp = {0, 0, 0}}};
	struct of_ledger_row row = {
		.path = STR("group"), .documents = both, .n_documents = COUNT(both)};
	char path[128];

	publish(place, both, 2, "one");
	put(place, &row);
	row.n_documents = 1;
	put(place, &row);
	reload(place);
	assert_int_equal(find(place)->n_documents, 2);
	assert_int_equal(find(place)->n_leftovers, 1);
	assert_true(of_str_equal(find(place)->documents[1].name, STR("rss.xml")));
	snprintf(path, sizeof(path), "%s/group/rss.xml", place->output);
	assert_int_equal(unlink(path), 0);
	assert_true(of_ledger_holds(find(place), place->publisher));
	row.n_documents = 2;
	put(place, &row);
	assert_int_equal(find(place)->n_documents, 2);
	assert_int_equal(find(place)->n_leftovers, 0);
	assert_false(of_ledger_holds(find(place), place->publisher));
}

/* A run whose documents were staged and known, and never came to their place. */
static void fail_to_publish(struct place *place, struct of_ledger_row *row,
	struct of_ledger_file *document, const char *bytes)
{
	of_publisher_close(place->publisher);
	assert_int_equal(of_publisher_open(&place->publisher, place->output, 1, false,
				 place->compress, NULL),
		OF_OK);
	assert_int_equal(of_publisher_stage(place->publisher, STR("group"), document->name.ptr,
				 of_str_from(bytes), &document->stamp, document->copies, NULL),
		OF_OK);
	put(place, row);
	reload(place);
}

/* What is there is known, however many runs failed since it was published. */
static void test_failed_runs(void **state)
{
	struct place *place = *state;
	struct of_ledger_file document = {.name = STR("atom.xml"), .stamp = {0, 0, 0}};
	struct of_ledger_row row = {
		.path = STR("group"), .documents = &document, .n_documents = 1};
	struct of_stamp published;

	publish(place, &document, 1, "one");
	published = document.stamp;
	put(place, &row);
	reload(place);
	for (unsigned i = 0; i < 3; i++) {
		fail_to_publish(place, &row, &document, i % 2 == 0 ? "another" : "the third");
		assert_int_equal(find(place)->n_documents, 2);
		assert_int_equal(find(place)->n_leftovers, 1);
		assert_true(of_stamp_equal(&find(place)->documents[1].stamp, &published));
	}
	publish(place, &document, 1, "the last");
	put(place, &row);
	reload(place);
	assert_int_equal(find(place)->n_leftovers, 0);
}

static bool none_is_current(struct of_str name, const void *payload)
{
	(void)name;
	(void)payload;
	return false;
}

/* Rows of another folder are neither this one's nor lost; when it is gone, they are. */
static void test_another_output(void **state)
{
	struct place *place = *state;
	struct of_ledger_file document = {.name = STR("atom.xml"), .stamp = {0, 0, 0}};
	struct of_ledger_row row = {
		.path = STR("group"), .documents = &document, .n_documents = 1, .group = 7};
	char renamed[128], command[300];
	size_t pruned = 0;

	publish(place, &document, 1, "one");
	put(place, &row);
	reload(place);
	use(place, place->folder);
	assert_null(of_ledger_find(place->ledger, STR("group"), STR("")));
	assert_int_equal(of_ledger_prune(place->ledger, place->publisher, none_is_current, NULL,
				 &pruned, NULL),
		OF_OK);
	assert_int_equal(pruned, 0);
	row.group = 8;
	put(place, &row);
	reload(place);
	assert_int_equal(find(place)->group, 7);
	use(place, place->folder);
	assert_int_equal(find(place)->group, 8);
	snprintf(renamed, sizeof(renamed), "%s/renamed", place->folder);
	snprintf(command, sizeof(command), "mv '%s' '%s'", place->output, renamed);
	assert_int_equal(system(command), 0);
	use(place, renamed);
	assert_int_equal(find(place)->group, 7);
	assert_int_equal(
		of_ledger_save(place->ledger, place->publisher, place->store, NULL), OF_OK);
	of_ledger_free(place->ledger);
	assert_int_equal(of_ledger_load(&place->ledger, place->store, NULL), OF_OK);
	use(place, place->output);
	assert_null(of_ledger_find(place->ledger, STR("group"), STR("")));
	use(place, renamed);
	assert_int_equal(find(place)->group, 7);
}

/* A folder that is away is not one that was moved: a build elsewhere leaves its rows be. */
static void test_a_folder_that_is_away(void **state)
{
	struct place *place = *state;
	struct of_ledger_file document = {.name = STR("atom.xml"), .stamp = {0, 0, 0}};
	struct of_ledger_row row = {
		.path = STR("group"), .documents = &document, .n_documents = 1, .group = 7};
	char away[128], elsewhere[128];
	struct of_publisher *moved;

	snprintf(away, sizeof(away), "%s/away", place->folder);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", place->folder);
	publish(place, &document, 1, "one");
	put(place, &row);
	reload(place);
	assert_int_equal(rename(place->output, away), 0);
	moved = place->publisher;
	assert_int_equal(of_publisher_open(
				 &place->publisher, elsewhere, 1, false, place->compress, NULL),
		OF_OK);
	use(place, elsewhere);
	assert_null(of_ledger_find(place->ledger, STR("group"), STR("")));
	/* nor is one that cannot be looked at, whatever is at hand */
	of_publisher_close(place->publisher);
	place->publisher = moved;
	assert_int_equal(symlink(place->output, place->output), 0);
	use(place, away);
	assert_null(of_ledger_find(place->ledger, STR("group"), STR("")));
	reload(place);
	assert_int_equal(find(place)->group, 7);
	assert_int_equal(unlink(place->output), 0);
	use(place, away);
	assert_int_equal(find(place)->group, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_holds, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_leftovers, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_failed_runs, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_another_output, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_folder_that_is_away, ledger_setup, ledger_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
