#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "publish/ledger.h"
#include "store/store.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A folder with a state and an output in it. */
struct place {
	char folder[64], output[96], image[96], key[128];
	struct of_store *store;
	struct of_publisher *publisher;
	struct of_ledger *ledger;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return 1;
	snprintf(place->folder, sizeof(place->folder), "/tmp/outfeed-ledger-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return 1;
	snprintf(place->output, sizeof(place->output), "%s/public", place->folder);
	snprintf(place->image, sizeof(place->image), "%s/image.png", place->folder);
	*state = place;
	return of_store_open(&place->store, place->folder, NULL, NULL) != OF_OK ||
	       of_publisher_open(&place->publisher, place->output, 1, false, NULL) != OF_OK ||
	       of_ledger_load(&place->ledger, place->store, NULL) != OF_OK ||
	       of_ledger_use(place->ledger, of_str_from(place->output), place->publisher,
		       NULL) != OF_OK;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char command[128];

	of_ledger_free(place->ledger);
	of_publisher_close(place->publisher);
	of_store_close(place->store);
	snprintf(command, sizeof(command), "rm -r '%s'", place->folder);
	free(place);
	return system(command);
}

static void use(struct place *place, const char *output)
{
	assert_int_equal(
		of_ledger_use(place->ledger, of_str_from(output), place->publisher, NULL),
		OF_OK);
}

static void reload(struct place *place)
{
	assert_int_equal(
		of_ledger_save(place->ledger, place->publisher, place->store, NULL), OF_OK);
	of_ledger_free(place->ledger);
	assert_int_equal(of_ledger_load(&place->ledger, place->store, NULL), OF_OK);
	use(place, place->output);
}

/* The key of the group's row. */
static struct of_str key_of(struct place *place)
{
	int len = snprintf(place->key, sizeof(place->key), "%s%cgroup", place->output, '\0');

	return (struct of_str){place->key, (size_t)len};
}

/* Writes documents, and says what they are known by. */
static void publish(
	struct place *place, struct of_ledger_file *documents, size_t count, const char *bytes)
{
	of_publisher_close(place->publisher);
	assert_int_equal(
		of_publisher_open(&place->publisher, place->output, 1, false, NULL), OF_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(of_publisher_stage(place->publisher, STR("group"),
					 documents[i].name.ptr, of_str_from(bytes),
					 &documents[i].stamp, NULL),
			OF_OK);
	assert_int_equal(of_publisher_commit(place->publisher, NULL), OF_OK);
}

static void put(struct place *place, const struct of_ledger_row *row)
{
	assert_int_equal(of_ledger_put(place->ledger, row, NULL), OF_OK);
}

static const struct of_ledger_row *find(struct place *place)
{
	const struct of_ledger_row *row = of_ledger_find(place->ledger, STR("group"), STR(""));

	assert_non_null(row);
	of_ledger_keep(place->ledger, row);
	return row;
}

static void write_image(struct place *place, const char *bytes)
{
	FILE *file = fopen(place->image, "wb");

	assert_non_null(file);
	fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

static void test_what_goes_in_comes_out(void **state)
{
	struct place *place = *state;
	const struct of_ledger_file documents[] = {
		{STR("atom.xml"), {1, 2, 3}}, {STR("rss.xml"), {4, 5, 6}}};
	const struct of_ledger_file depends[] = {{STR("images/a.png"), {7, 8, 9}}};
	const struct of_ledger_row row = {.path = STR("group"),
		.group = 11,
		.signature = 12,
		.consumed = 13,
		.documents = documents,
		.n_documents = 2,
		.depends = depends,
		.n_depends = 1,
		.diags = STR("packed\0diags")};
	const struct of_ledger_row *found;

	assert_null(of_ledger_find(place->ledger, STR("group"), STR("")));
	put(place, &row);
	reload(place);
	assert_null(of_ledger_find(place->ledger, STR("grou"), STR("")));
	found = find(place);
	assert_int_equal(found->group, 11);
	assert_int_equal(found->signature, 12);
	assert_int_equal(found->consumed, 13);
	assert_int_equal(found->n_documents, 2);
	assert_int_equal(found->n_leftovers, 0);
	for (size_t i = 0; i < 2; i++) {
		assert_true(of_str_equal(found->documents[i].name, documents[i].name));
		assert_int_equal(found->documents[i].name.ptr[documents[i].name.len], '\0');
		assert_true(of_stamp_equal(&found->documents[i].stamp, &documents[i].stamp));
	}
	assert_int_equal(found->n_depends, 1);
	assert_true(of_str_equal(found->depends[0].name, depends[0].name));
	assert_true(of_stamp_equal(&found->depends[0].stamp, &depends[0].stamp));
	assert_true(of_str_equal(found->diags, row.diags));
}

/* With a row of before there were any, and after their audit was found to be the same. */
static void test_links(void **state)
{
	struct place *place = *state;
	const struct of_ledger_link links[] = {
		{STR("https://a.example/"), 1}, {STR("https://b.example/b"), UINT64_MAX}};
	struct of_ledger_row row = {.path = STR("group"), .diags = STR("diags")};

	put(place, &row);
	reload(place);
	assert_int_equal(find(place)->n_links, 0);
	assert_int_equal(find(place)->audit, 0);
	row.links = links;
	row.n_links = 2;
	row.audit = 77;
	put(place, &row);
	reload(place);
	assert_true(of_str_equal(find(place)->diags, row.diags));
	assert_int_equal(find(place)->audit, 77);
	assert_int_equal(find(place)->n_links, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(of_str_equal(find(place)->links[i].url, links[i].url));
		assert_int_equal(find(place)->links[i].print, links[i].print);
	}
	of_ledger_renew(place->ledger, find(place), 78);
	reload(place);
	assert_int_equal(find(place)->audit, 78);
	assert_int_equal(find(place)->n_links, 2);
}

/* Rows of one folder; and what is known of a feed beside its documents. */
static void test_parts(void **state)
{
	struct place *place = *state;
	struct of_ledger_file file = {STR("2024-03.atom.xml"), {1, 2, 3}};
	struct of_ledger_row row = {.path = STR("group"),
		.updated = -5,
		.parts = STR("2024-04 2024-03 "),
		.documents = &file,
		.n_documents = 1};
	const struct of_ledger_row *one, *other;

	put(place, &row);
	row.part = STR("2024-03");
	row.group = 3;
	row.parts = STR("");
	put(place, &row);
	reload(place);
	one = find(place);
	other = of_ledger_find(place->ledger, STR("group"), STR("2024-03"));
	assert_int_equal(one->updated, -5);
	assert_true(of_str_equal(one->parts, STR("2024-04 2024-03 ")));
	assert_int_equal(one->part.len, 0);
	assert_non_null(other);
	assert_int_equal(other->group, 3);
	assert_true(of_str_equal(other->path, STR("group")));
	assert_true(of_str_equal(other->part, STR("2024-03")));
	assert_int_equal(other->parts.len, 0);
	assert_null(of_ledger_find(place->ledger, STR("group"), STR("2024-04")));
}

static void test_holds(void **state)
{
	struct place *place = *state;
	struct of_ledger_file documents[] = {{STR("atom.xml"), {0, 0, 0}}};
	struct of_ledger_file depends[2] = {
		{of_str_from(place->image), {0, 0, 0}}, {STR("/nonexistent/image"), {0, 0, 0}}};
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
	struct of_ledger_file both[] = {
		{STR("atom.xml"), {0, 0, 0}}, {STR("rss.xml"), {0, 0, 0}}};
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
	assert_int_equal(
		of_publisher_open(&place->publisher, place->output, 1, false, NULL), OF_OK);
	assert_int_equal(of_publisher_stage(place->publisher, STR("group"), document->name.ptr,
				 of_str_from(bytes), &document->stamp, NULL),
		OF_OK);
	put(place, row);
	reload(place);
}

/* What is there is known, however many runs failed since it was published. */
static void test_failed_runs(void **state)
{
	struct place *place = *state;
	struct of_ledger_file document = {STR("atom.xml"), {0, 0, 0}};
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
	struct of_ledger_file document = {STR("atom.xml"), {0, 0, 0}};
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
	struct of_ledger_file document = {STR("atom.xml"), {0, 0, 0}};
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
	assert_int_equal(
		of_publisher_open(&place->publisher, elsewhere, 1, false, NULL), OF_OK);
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

static void test_rows_without_an_output(void **state)
{
	struct place *place = *state;
	struct of_ledger_row row = {.path = STR("group"), .group = 7};
	struct of_buf value = {0};
	bool found;

	put(place, &row);
	reload(place);
	assert_int_equal(of_store_get(place->store, OF_STORE_DOCUMENT, key_of(place), &value,
				 &found, NULL),
		OF_OK);
	assert_true(found);
	assert_int_equal(
		of_store_delete(place->store, OF_STORE_DOCUMENT, key_of(place), NULL), OF_OK);
	assert_int_equal(of_store_put(place->store, OF_STORE_DOCUMENT, row.path,
				 of_buf_str(&value), NULL),
		OF_OK);
	of_ledger_free(place->ledger);
	assert_int_equal(of_ledger_load(&place->ledger, place->store, NULL), OF_OK);
	use(place, place->output);
	assert_int_equal(find(place)->group, 7);
	reload(place);
	assert_int_equal(find(place)->group, 7);
	assert_int_equal(
		of_store_get(place->store, OF_STORE_DOCUMENT, row.path, &value, &found, NULL),
		OF_OK);
	assert_false(found);
	of_buf_finish(&value);
}

static void test_only_what_was_put_is_saved(void **state)
{
	struct place *place = *state;
	const struct of_ledger_row row = {.path = STR("group")};
	struct of_buf value = {0};
	bool found;

	put(place, &row);
	reload(place);
	assert_int_equal(
		of_store_delete(place->store, OF_STORE_DOCUMENT, key_of(place), NULL), OF_OK);
	assert_int_equal(
		of_ledger_save(place->ledger, place->publisher, place->store, NULL), OF_OK);
	assert_int_equal(of_store_get(place->store, OF_STORE_DOCUMENT, key_of(place), &value,
				 &found, NULL),
		OF_OK);
	assert_false(found);
	of_buf_finish(&value);
}

/* Loads the ledger from a row of these bytes: fine, or said to make no sense. */
static bool loads(struct place *place, struct of_str bytes)
{
	struct of_ledger *ledger = NULL;
	enum of_status status;

	assert_int_equal(
		of_store_put(place->store, OF_STORE_DOCUMENT, key_of(place), bytes, NULL),
		OF_OK);
	status = of_ledger_load(&ledger, place->store, NULL);
	if (status == OF_OK)
		status = of_ledger_use(
			ledger, of_str_from(place->output), place->publisher, NULL);
	if (status == OF_OK)
		(void)of_ledger_holds(
			of_ledger_find(ledger, STR("group"), STR("")), place->publisher);
	else
		assert_int_equal(status, OF_EINPUT);
	of_ledger_free(ledger);
	return status == OF_OK;
}

static void test_garbled_rows(void **state)
{
	struct place *place = *state;
	const struct of_ledger_file files[] = {
		{STR("atom.xml"), {1, 2, 3}}, {STR("rss.xml"), {4, 5, 6}}};
	const struct of_ledger_row row = {.path = STR("group"),
		.documents = files,
		.n_documents = 2,
		.depends = files,
		.n_depends = 2,
		.diags = STR("diags")};
	struct of_buf good = {0};
	struct of_buf bad = {0};
	uint32_t dice = 1;
	unsigned sound = 0;
	bool found;

	put(place, &row);
	reload(place);
	assert_int_equal(of_store_get(place->store, OF_STORE_DOCUMENT, key_of(place), &good,
				 &found, NULL),
		OF_OK);
	assert_true(loads(place, of_buf_str(&good)));
	/* older rows ended before the links, or after them */
	for (size_t len = 0; len < good.len; len++)
		sound += loads(place, (struct of_str){good.ptr, len});
	assert_int_equal(sound, 2);
	sound = 0;
	for (unsigned round = 0; round < 2000; round++) {
		of_buf_clear(&bad);
		of_buf_add_str(&bad, of_buf_str(&good));
		for (unsigned i = 0; i <= round % 3; i++) {
			dice = dice * 1664525 + 1013904223;
			bad.ptr[(dice >> 8) % bad.len] = (char)(dice >> 3);
		}
		sound += loads(place, of_buf_str(&bad));
	}
	assert_in_range(sound, 1, 1999);
	of_buf_add_byte(&good, 'x');
	assert_false(loads(place, of_buf_str(&good)));
	of_buf_finish(&good);
	of_buf_finish(&bad);
}

static void test_garbled_links(void **state)
{
	struct place *place = *state;
	const struct of_ledger_link links[] = {{STR("https://a.example/"), 1}, {STR("b"), 2}};
	struct of_ledger_row row = {.path = STR("group"), .diags = STR("diags")};
	struct of_buf good = {0};
	size_t without;
	unsigned sound = 0;
	bool found;

	put(place, &row);
	reload(place);
	assert_int_equal(of_store_get(place->store, OF_STORE_DOCUMENT, key_of(place), &good,
				 &found, NULL),
		OF_OK);
	without = good.len;
	row.links = links;
	row.n_links = 2;
	put(place, &row);
	reload(place);
	of_buf_clear(&good);
	assert_int_equal(of_store_get(place->store, OF_STORE_DOCUMENT, key_of(place), &good,
				 &found, NULL),
		OF_OK);
	assert_true(loads(place, of_buf_str(&good)));
	/* an older row ended after its links */
	for (size_t len = without; len < good.len; len++)
		sound += loads(place, (struct of_str){good.ptr, len});
	assert_int_equal(sound, 1);
	for (size_t at = without; at < good.len; at++) {
		good.ptr[at] ^= 0x55;
		(void)loads(place, of_buf_str(&good));
		good.ptr[at] ^= 0x55;
	}
	of_buf_finish(&good);
}

static void test_without_a_store(void **state)
{
	struct of_ledger *ledger = NULL;

	(void)state;
	assert_int_equal(of_ledger_load(&ledger, NULL, NULL), OF_OK);
	assert_null(of_ledger_find(ledger, STR("group"), STR("")));
	of_ledger_free(ledger);
	of_ledger_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_goes_in_comes_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbled_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leftovers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failed_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_output, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_folder_that_is_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows_without_an_output, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_only_what_was_put_is_saved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbled_rows, setup, teardown),
		cmocka_unit_test(test_without_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
