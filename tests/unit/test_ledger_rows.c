#include "ledger_fixture.h"
#include "publish/packed_row.h"

static void test_what_goes_in_comes_out(void **state)
{
	struct place *place = *state;
	const struct of_ledger_file documents[] = {
		{.name = STR("atom.xml"), .stamp = {1, 2, 3}},
		{.name = STR("rss.xml"), .stamp = {4, 5, 6}}};
	const struct of_ledger_file depends[] = {
		{.name = STR("images/a.png"), .stamp = {7, 8, 9}}};
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

/* A row without copies is as it was before there were any, and as long. */
static void test_copies(void **state)
{
	struct place *place = *state;
	struct of_ledger_file files[] = {{.name = STR("atom.xml"), .stamp = {1, 2, 3}},
		{.name = STR("rss.xml"), .stamp = {4, 5, 6}}};
	const struct of_ledger_row row = {.path = STR("group"),
		.documents = files,
		.n_documents = 2,
		.depends = files,
		.n_depends = 2};
	struct of_buf packed = {0};
	size_t without;

	of_row_pack(&packed, &row);
	without = packed.len;
	files[1].copies[OF_COPIES - 1] = (struct of_stamp){7, 8, -9};
	of_buf_clear(&packed);
	of_row_pack(&packed, &row);
	assert_int_equal(packed.len - without, 2 * OF_COPIES * sizeof(struct of_stamp));
	of_buf_finish(&packed);
	put(place, &row);
	reload(place);
	assert_int_equal(find(place)->n_documents, 2);
	assert_int_equal(find(place)->n_depends, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct of_ledger_file *found = &find(place)->documents[i];

		assert_true(of_str_equal(found->name, files[i].name));
		assert_true(of_stamp_equal(&found->stamp, &files[i].stamp));
		assert_memory_equal(found->copies, files[i].copies, sizeof(found->copies));
	}
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

/* Rows of one folder; and what is known of a feed beside its documents. */
static void test_parts(void **state)
{
	struct place *place = *state;
	struct of_ledger_file file = {.name = STR("2024-03.atom.xml"), .stamp = {1, 2, 3}};
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

static void garble(struct place *place, const struct of_stamp *copy)
{
	struct of_ledger_file files[] = {{.name = STR("atom.xml"), .stamp = {1, 2, 3}},
		{.name = STR("rss.xml"), .stamp = {4, 5, 6}}};
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

	files[1].copies[0] = *copy;
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

static void test_garbled_rows(void **state)
{
	const struct of_stamp none = {0, 0, 0}, some = {9, 9, 9};

	garble(*state, &none);
	garble(*state, &some);
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
		cmocka_unit_test_setup_teardown(
			test_what_goes_in_comes_out, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_copies, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_links, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_parts, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_rows_without_an_output, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_only_what_was_put_is_saved, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_garbled_rows, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(
			test_garbled_links, ledger_setup, ledger_teardown),
		cmocka_unit_test(test_without_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
