#include "history_fixture.h"

struct wanted {
	struct of_buf text; /* "number wanted-went_bad " as days from NOW */
};

static bool see(const struct of_uncaptured *link, void *payload)
{
	struct wanted *wanted = payload;

	of_buf_add_format(&wanted->text, "%lld %lld %lld; ", (long long)link->number,
		(long long)(link->wanted - NOW) / DAY, (long long)(link->went_bad - NOW) / DAY);
	return true;
}

static void expect(struct place *place, int64_t asked_before, const char *text)
{
	struct wanted wanted = {0};

	of_buf_add_text(&wanted.text, "");
	assert_ok(of_history_each_uncaptured(place->history, asked_before, see, &wanted, NULL));
	assert_string_equal(wanted.text.ptr, text);
	of_buf_finish(&wanted.text);
}

static const char *const urls[] = {
	"https://a.example/1", "https://a.example/2", "https://a.example/3"};

static void test_rot_without_a_capture(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	expect(place, NOW, "");
	check_now(place, run, 1, OF_VERDICT_SUSPECT, NOW + DAY);
	check_now(place, run, 1, OF_VERDICT_SUSPECT, NOW + 4 * DAY);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW + 9 * DAY);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW + DAY);
	check_now(place, run, 3, OF_VERDICT_SOFT_404, NOW + 2 * DAY);
	/* items were published 100 days before */
	expect(place, NOW, "1 -100 1; 3 -100 2; ");
	assert_ok(of_history_put_capture(
		place->history, 1, STR("https://c.example/"), NOW, NOW + 9 * DAY, NULL));
	expect(place, NOW + 900 * DAY, "3 -100 2; ");
	assert_ok(of_history_put_capture(
		place->history, 3, (struct of_str){0}, 0, NOW + 9 * DAY, NULL));
	expect(place, NOW + 8 * DAY, "");
	expect(place, NOW + 9 * DAY, "3 -100 2; ");
}

/* What came before the last success is another life of the link. */
static void test_went_bad_after_the_last_success(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, 1);
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_SUSPECT, NOW + DAY);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW + 2 * DAY);
	check_now(place, run, 1, OF_VERDICT_SUSPECT, NOW + 5 * DAY);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW + 6 * DAY);
	assert_ok(of_history_flush(place->history, NULL));
	place_alter(place, "UPDATE link SET last_ok = #(1700000000 + 2 * 86400)");
	expect(place, NOW, "1 -100 5; ");
	/* without a date, the first that was ever seen of it */
	place_alter(place, "UPDATE item SET published = NULL");
	expect(place, NOW, "1 1 5; ");
}

static void test_not_used_any_more(void **state)
{
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, 1);
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW);
	use_all(place, &urls[1], 1);
	expect(place, NOW, "");
}

static const struct of_history_place nowhere = {.folder = "/nonexistent"};

static void test_open_to_read(void **state)
{
	struct place *place = *state;
	struct of_history *reader = NULL;
	struct of_learned known;
	struct of_err err = {0};
	bool found;

	use_all(place, urls, 1);
	assert_ok(of_history_open_to_read(&reader, &place->where, NULL));
	assert_ok(of_history_learned(
		reader, of_str_from(urls[0]), &known, &found, place->arena, NULL));
	assert_true(found);
	/* of the time of opening, and nothing is written */
	check_now(place, begin_run(place, NOW), 1, OF_VERDICT_DEAD, NOW);
	assert_ok(of_history_flush(place->history, NULL));
	assert_ok(of_history_learned(
		reader, of_str_from(urls[0]), &known, &found, place->arena, NULL));
	assert_int_equal(known.verdict, OF_VERDICT_NONE);
	assert_int_not_equal(
		of_history_put_capture(reader, 1, STR("https://c.example/"), 1, 1, NULL),
		OF_OK);
	of_history_close(reader);
	assert_int_equal(of_history_open_to_read(&reader, &nowhere, &err), OF_EIO);
	assert_null(reader);
	assert_true(place_is_sound(place));
}

static void test_open_to_read_leaves_what_is_bad(void **state)
{
	struct place *place = *state;
	struct of_history *reader = NULL;
	struct of_err err = {0};
	FILE *file;

	if (place_is_postgres(place))
		skip();
	place_close(place);
	place_alter(place, "PRAGMA user_version = 1");
	assert_int_equal(of_history_open_to_read(&reader, &place->where, &err), OF_ECONFIG);
	assert_int_equal(place_ask(place, "PRAGMA user_version"), 1);
	file = fopen(place->db, "wb");
	fputs("this is no database, whatever its name may be", file);
	fclose(file);
	assert_int_equal(of_history_open_to_read(&reader, &place->where, &err), OF_EINPUT);
	assert_true(place_has(place, "audit.db"));
	assert_false(place_has(place, "audit.db.corrupt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_rot_without_a_capture, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
			test_went_bad_after_the_last_success, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
			test_not_used_any_more, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(test_open_to_read, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
			test_open_to_read_leaves_what_is_bad, place_setup, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
