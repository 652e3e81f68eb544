#include "history_fixture.h"

/* Due links as "number:url number:url". */
static bool add_due(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	struct of_buf *out = payload;

	assert_true(domain.len > 0);
	of_buf_add_format(out, "%s%lld:", out->len > 0 ? " " : "", (long long)link);
	of_buf_add_str(out, url);
	return true;
}

static void assert_due(
	struct place *place, int64_t now, bool all, unsigned kinds, const char *want)
{
	struct of_buf out = {0};

	assert_ok(of_history_each_due(place->history, now, all, kinds, add_due, &out, NULL));
	assert_string_equal(out.ptr != NULL ? out.ptr : "", want);
	of_buf_finish(&out);
}

static void add(struct place *place, const char *file, const char *url, unsigned kind)
{
	struct of_use use = use_of(file, url, kind);

	add_use(place, &use);
}

static void test_links_of_uses(void **state)
{
	struct place *place = *state;

	begin_uses(place);
	add(place, "a.md", "http://www.b.org/1", OF_LINK_KIND_SOURCE);
	add(place, "a.md", "http://a.org/2", OF_LINK_KIND_BODY);
	add(place, "b.md", "http://a.org/2", OF_LINK_KIND_RELATED);
	add(place, "b.md", "http://b.org/3", OF_LINK_KIND_IMAGE);
	end_uses(place);
	assert_due(place, NOW, false, OF_LINK_KINDS_ALL,
		"2:http://a.org/2 1:http://www.b.org/1 3:http://b.org/3");
	assert_due(place, NOW, false, OF_LINK_KIND_SOURCE, "1:http://www.b.org/1");
	assert_due(place, NOW, false, OF_LINK_KIND_RELATED | OF_LINK_KIND_IMAGE,
		"2:http://a.org/2 3:http://b.org/3");
	assert_int_equal(link_of(place, 2).kinds, OF_LINK_KIND_BODY | OF_LINK_KIND_RELATED);
	assert_text(link_of(place, 1).domain, "b.org");
	assert_int_equal(place_ask_either(place, "SELECT count(*) FROM host",
				 "SELECT count(DISTINCT host) FROM link"),
		3);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), 4);
}

static void test_nothing_half_before_the_end(void **state)
{
	static const char *const urls[] = {"http://a.org/1"};
	struct place *place = *state;

	use_all(place, urls, 1);
	begin_uses(place);
	add(place, "x.md", "http://x.org/", OF_LINK_KIND_BODY);
	add(place, "y.md", "http://y.org/", OF_LINK_KIND_BODY);
	add(place, "z.md", "http://y.org/", OF_LINK_KIND_BODY);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), 1);
	place_reopen(place);
	assert_due(place, NOW, false, OF_LINK_KINDS_ALL, "1:http://a.org/1");
	assert_int_equal(place_ask(place, "SELECT count(*) FROM link"), 1);
}

static void test_swap(void **state)
{
	struct place *place = *state;

	begin_uses(place);
	add(place, "a.md", "http://a.org/1", OF_LINK_KIND_SOURCE);
	add(place, "a.md", "http://a.org/2", OF_LINK_KIND_BODY);
	add(place, "b.md", "http://a.org/2", OF_LINK_KIND_SOURCE);
	add(place, "c.md", "http://a.org/3", OF_LINK_KIND_SOURCE);
	end_uses(place);
	check_now(place, begin_run(place, NOW), 3, OF_VERDICT_DEAD, NOW);
	begin_uses(place); /* b.md as it was, a.md changed, c.md gone */
	add(place, "a.md", "http://a.org/1", OF_LINK_KIND_RELATED);
	add(place, "a.md", "http://a.org/4", OF_LINK_KIND_BODY);
	add(place, "b.md", "http://a.org/2", OF_LINK_KIND_SOURCE);
	end_uses(place);
	assert_due(place, NOW, true, OF_LINK_KINDS_ALL,
		"1:http://a.org/1 2:http://a.org/2 4:http://a.org/4");
	assert_int_equal(link_of(place, 1).kinds, OF_LINK_KIND_RELATED);
	assert_int_equal(link_of(place, 2).kinds, OF_LINK_KIND_SOURCE);
	assert_int_equal(link_of(place, 3).kinds, 0);
	assert_int_equal(link_of(place, 3).past.verdict, OF_VERDICT_DEAD);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM item"), 2);
	begin_uses(place); /* it is used again, and its history is there */
	add(place, "d.md", "http://a.org/3", OF_LINK_KIND_BODY);
	end_uses(place);
	assert_due(place, NOW, true, OF_LINK_KINDS_ALL, "3:http://a.org/3");
	assert_int_equal(link_of(place, 3).past.checks, 1);
	begin_uses(place);
	end_uses(place);
	assert_due(place, NOW, true, OF_LINK_KINDS_ALL, "");
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), 0);
	assert_true(place_is_sound(place));
}

/* SQLite counts the rows that a connection changed; the log's size tells of pages. */
static int64_t log_size(const struct place *place)
{
	char path[128];
	FILE *file;
	long size;

	/* a row's place changes with it */
	if (place_is_postgres(place))
		return place_ask(place, "SELECT sum(hashtext(ctid::text || xmin::text)::bigint)"
					" + (SELECT sum(hashtext(ctid::text || xmin::text)"
					"::bigint) FROM use) FROM item");
	snprintf(path, sizeof(path), "%s-wal", place->db);
	file = fopen(path, "rb");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

static void use_many(struct place *place, unsigned n, unsigned changed)
{
	char file[32], url[64];

	begin_uses(place);
	for (unsigned i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%u.md", i);
		for (unsigned j = 0; j < 3; j++) {
			snprintf(url, sizeof(url), "http://h%u.org/%u-%u%s", i % 50, i, j,
				i == changed ? "x" : "");
			add(place, file, url, OF_LINK_KIND_BODY);
		}
	}
	end_uses(place);
}

static void test_unchanged_files_are_not_written(void **state)
{
	struct place *place = *state;
	int64_t size;

	use_many(place, 2000, UINT32_MAX);
	size = log_size(place);
	use_many(place, 2000, UINT32_MAX);
	assert_int_equal(log_size(place), size);
	use_many(place, 2000, 77);
	if (!place_is_postgres(place))
		assert_in_range(log_size(place) - size, 1, 40 * 4096);
	else
		assert_int_equal(
			place_ask(place, "SELECT count(DISTINCT xmin::text) FROM item"), 2);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use JOIN link ON number = link"
					  " WHERE url LIKE '%x'"),
		3);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM link WHERE kinds = 0"), 3);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), 6000);
}

/* Whatever changes of a use is seen. */
static void test_each_field_is_seen(void **state)
{
	struct place *place = *state;
	const struct of_use plain = use_of("a.md", "http://www.a.org/1", OF_LINK_KIND_SOURCE);
	struct of_use uses[11];

	for (size_t i = 0; i < COUNT_OF(uses); i++)
		uses[i] = plain;
	uses[1].line = 4;
	uses[2].column = 6;
	uses[3].kind = OF_LINK_KIND_BODY;
	uses[4].field = STR("via_url");
	uses[5].item_id = STR("another");
	uses[6].item_title = STR("another");
	uses[7].item_summary = STR("");
	uses[8].category = STR("Views");
	uses[9].published = OF_TIME_NONE;
	uses[10].fixed = OF_VERDICT_SKIPPED;
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		char text[600];

		begin_uses(place);
		add_use(place, &uses[i]);
		end_uses(place);
		snprintf(text, sizeof(text),
			"SELECT '' || line || col || kind || field || id || title ||"
			" coalesce(summary, '-') || category ||"
			" coalesce(CAST(@published AS text), '-') ||"
			" coalesce(fixed, '-') = '%u%u%u%s%s%s%s%s%s%s' FROM use"
			" JOIN item ON item = item.number JOIN %s",
			uses[i].line, uses[i].column, uses[i].kind, uses[i].field.ptr,
			uses[i].item_id.ptr, uses[i].item_title.ptr,
			i == 7 ? "-" : uses[i].item_summary.ptr, uses[i].category.ptr,
			i == 9 ? "-" : "1691360000", i == 10 ? "skipped" : "-",
			place_is_postgres(place) ? "site_link USING (link)"
						 : "link ON link = link.number");
		assert_int_equal(place_ask(place, text), 1);
	}
}

static void test_a_file_in_two_parts(void **state)
{
	struct place *place = *state;

	for (unsigned round = 0; round < 3; round++) {
		begin_uses(place);
		add(place, "a.md", "http://a.org/1", OF_LINK_KIND_SOURCE);
		add(place, "b.md", "http://a.org/1", OF_LINK_KIND_SOURCE);
		add(place, "a.md", "http://a.org/2", OF_LINK_KIND_BODY);
		end_uses(place);
		assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), 3);
	}
	begin_uses(place);
	add(place, "a.md", "http://a.org/1", OF_LINK_KIND_SOURCE);
	end_uses(place);
	assert_int_equal(place_ask(place, "SELECT count(*) FROM use"), 1);
	assert_int_equal(link_of(place, 2).kinds, 0);
}

static void test_fixed(void **state)
{
	struct place *place = *state;
	struct of_use use = use_of("a.md", "http://a.org/1", OF_LINK_KIND_SOURCE);

	begin_uses(place);
	use.fixed = OF_VERDICT_SKIPPED;
	add_use(place, &use);
	end_uses(place);
	assert_due(place, NOW, true, OF_LINK_KINDS_ALL, "");
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_SKIPPED);
	begin_uses(place);
	use.fixed = OF_VERDICT_NONE;
	add_use(place, &use);
	end_uses(place);
	assert_due(place, NOW, true, OF_LINK_KINDS_ALL, "1:http://a.org/1");
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_NONE);
}

static void test_due(void **state)
{
	static const char *const urls[] = {"http://b.org/1", "http://www.a.org/2",
		"http://a.org/3", "http://b.org/4", "http://c.org/5"};
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW - 9 * DAY);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW - 11 * DAY);
	check_now(place, run, 3, OF_VERDICT_ALIVE, NOW - 12 * DAY);
	check_now(place, run, 4, OF_VERDICT_ALIVE, NOW - 10 * DAY);
	assert_due(place, NOW, false, OF_LINK_KINDS_ALL,
		"3:http://a.org/3 2:http://www.a.org/2 4:http://b.org/4 5:http://c.org/5");
	assert_due(place, NOW - 1, false, OF_LINK_KINDS_ALL,
		"3:http://a.org/3 2:http://www.a.org/2 5:http://c.org/5");
	assert_due(place, NOW, true, OF_LINK_KINDS_ALL,
		"3:http://a.org/3 2:http://www.a.org/2 4:http://b.org/4 1:http://b.org/1 "
		"5:http://c.org/5");
}

/* What the walk read is not what a link is once it was checked, or is used elsewhere. */
static void test_due_then_written(void **state)
{
	static const char *const urls[] = {
		"http://a.org/1", "http://a.org/2", "http://a.org/3"};
	struct place *place = *state;
	struct of_judgement judgement;
	struct of_link link;
	struct of_use use;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_at(place, run, 2, OF_VERDICT_MOVED, NOW - 20 * DAY, "http://a.org/two");
	assert_due(place, NOW, false, OF_LINK_KINDS_ALL,
		"1:http://a.org/1 3:http://a.org/3 2:http://a.org/2");
	link = link_of(place, 2);
	assert_text(link.url, "http://a.org/2");
	assert_text(link.domain, "a.org");
	assert_text(link.final_url, "http://a.org/two");
	assert_text(link.expected.title, "A title");
	assert_int_equal(link.past.verdict, OF_VERDICT_MOVED);
	assert_int_equal(link_of(place, 1).past.checks, 0);
	check_now(place, run, 1, OF_VERDICT_DEAD, NOW);
	assert_int_equal(link_of(place, 1).past.verdict, OF_VERDICT_DEAD);
	judgement = judge(place, 2, OF_VERDICT_HIJACKED, NOW);
	assert_ok(of_history_revise(place->history, 2, &judgement, NULL));
	assert_int_equal(link_of(place, 2).past.verdict, OF_VERDICT_HIJACKED);
	begin_uses(place);
	use = use_of("9.md", "http://a.org/3", OF_LINK_KIND_BODY);
	use.item_title = STR("Another");
	add_use(place, &use);
	end_uses(place);
	assert_text(link_of(place, 3).expected.title, "Another");
}

struct counted {
	uint64_t n, sum;
	size_t len;
};

static bool count_due(int64_t link, struct of_str domain, struct of_str url, void *payload)
{
	struct counted *counted = payload;

	assert_text(domain, "a.org");
	counted->n++;
	counted->sum += counted->n * (uint64_t)link; /* of those in their order */
	counted->len += url.len;
	return true;
}

/* More than is read ahead. */
static void test_due_of_long_urls(void **state)
{
	enum { LINKS = 2200, LEN = 8000 };
	struct place *place = *state;
	struct counted counted = {0};
	const char **many = of_arena_take(place->arena, LINKS, sizeof(*many));
	int64_t run;
	uint64_t want = 0;

	for (unsigned i = 0; i < LINKS; i++) {
		char *url = of_arena_take(place->arena, LEN + 1, 1);

		memset(url, 'x', LEN);
		memcpy(url, "http://a.org/", 13);
		snprintf(url + LEN - 6, 7, "%06u", i);
		many[i] = url;
		want += (i < LINKS - 1 ? i + 2 : 1) * (uint64_t)(i + 1);
	}
	use_all(place, many, LINKS);
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW - 11 * DAY); /* due after the others */
	assert_ok(of_history_each_due(
		place->history, NOW, false, OF_LINK_KINDS_ALL, count_due, &counted, NULL));
	assert_int_equal(counted.n, LINKS);
	assert_int_equal(counted.sum, want);
	assert_int_equal(counted.len, (size_t)LINKS * LEN);
	assert_int_equal(link_of(place, 1).past.checks, 1);
	assert_int_equal(link_of(place, 2).past.checks, 0);
}

/* A clock that was a year ahead must not put links off for a year. */
static void test_due_far_ahead(void **state)
{
	static const char *const urls[] = {"http://a.org/1", "http://a.org/2"};
	struct place *place = *state;
	int64_t run;

	use_all(place, urls, COUNT_OF(urls));
	run = begin_run(place, NOW);
	check_now(place, run, 1, OF_VERDICT_ALIVE, NOW + 81 * DAY);
	check_now(place, run, 2, OF_VERDICT_ALIVE, NOW + 81 * DAY + 1);
	assert_due(place, NOW, false, OF_LINK_KINDS_ALL, "2:http://a.org/2");
	assert_due(place, NOW + 1, false, OF_LINK_KINDS_ALL, "");
}

static void test_expected(void **state)
{
	struct place *place = *state;
	struct of_use use = use_of("a.md", "http://a.org/1", OF_LINK_KIND_BODY);
	struct of_link link;

	begin_uses(place);
	use.item_title = STR("Of the body");
	add_use(place, &use);
	use.url = STR("http://a.org/2");
	use.kind = OF_LINK_KIND_IMAGE;
	add_use(place, &use);
	use = use_of("b.md", "http://a.org/1", OF_LINK_KIND_SOURCE);
	use.item_title = STR("Of the source");
	add_use(place, &use);
	end_uses(place);
	link = link_of(place, 1);
	assert_text(link.expected.title, "Of the source");
	assert_text(link.expected.summary, "A summary");
	assert_false(link.expected.is_image);
	link = link_of(place, 2);
	assert_true(link.expected.is_image);
	assert_text(link.expected.title, "Of the body");
	begin_uses(place); /* without the image's, which was the second's first */
	use = use_of("c.md", "http://a.org/2", OF_LINK_KIND_BODY);
	use.item_title = STR("Of a third");
	add_use(place, &use);
	use = use_of("b.md", "http://a.org/2", OF_LINK_KIND_BODY);
	use.item_title = STR("Of the second");
	add_use(place, &use);
	end_uses(place);
	link = link_of(place, 2);
	assert_false(link.expected.is_image);
	assert_text(link.expected.title, "Of the second");
	assert_int_equal(link_of(place, 1).expected.title.len, 0);
	assert_int_equal(link.past.checks, 0);
	assert_int_equal(link.final_url.len, 0);
}

static bool add_url(struct of_str url, void *payload)
{
	struct of_buf *out = payload;

	of_buf_add_str(out, url);
	of_buf_add_byte(out, ' ');
	return true;
}

static void test_controls(void **state)
{
	enum { DOMAINS = 20, LINKS = 200 };
	struct place *place = *state;
	struct of_buf out = {0}, again = {0};
	char urls[LINKS][64];
	const char *pointers[LINKS];
	int64_t run;
	unsigned of_domain[DOMAINS] = {0}, n = 0;

	for (unsigned i = 0; i < LINKS; i++) {
		snprintf(urls[i], sizeof(urls[i]), "http://w%u.d%02u.org/%u", i % 3,
			i % DOMAINS, i);
		pointers[i] = urls[i];
	}
	use_all(place, pointers, LINKS);
	run = begin_run(place, NOW);
	for (unsigned i = 0; i < LINKS; i++) /* of d00 none is alive, of d01 one */
		check_now(place, run, i + 1,
			i % DOMAINS == 0 || (i % DOMAINS == 1 && i != 21) ? OF_VERDICT_DEAD
									  : OF_VERDICT_ALIVE,
			NOW);
	assert_ok(of_history_each_control(place->history, 100, add_url, &out, NULL));
	for (struct of_str rest = of_buf_str(&out); rest.len > 0; n++) {
		struct of_str url = of_str_split(&rest, ' ');

		of_domain[(url.ptr[11] - '0') * 10 + url.ptr[12] - '0']++;
	}
	assert_int_equal(n, DOMAINS - 1);
	assert_int_equal(of_domain[0], 0);
	for (unsigned i = 1; i < DOMAINS; i++)
		assert_int_equal(of_domain[i], 1);
	assert_non_null(strstr(out.ptr, "http://w0.d01.org/21 "));
	assert_ok(of_history_each_control(place->history, 5, add_url, &again, NULL));
	assert_true(of_str_starts(of_buf_str(&out), of_buf_str(&again)));
	of_buf_finish(&out);
	of_buf_finish(&again);
}

static void test_no_such_link(void **state)
{
	struct place *place = *state;
	struct of_link link;
	struct of_err err = {0};

	assert_int_equal(
		of_history_get_link(place->history, 5, &link, place->arena, &err), OF_EINPUT);
	assert_non_null(strstr(err.message, "no link 5"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_links_of_uses),
		TEST(test_nothing_half_before_the_end),
		TEST(test_swap),
		TEST(test_unchanged_files_are_not_written),
		TEST(test_each_field_is_seen),
		TEST(test_a_file_in_two_parts),
		TEST(test_fixed),
		TEST(test_due),
		TEST(test_due_then_written),
		TEST(test_due_of_long_urls),
		TEST(test_due_far_ahead),
		TEST(test_expected),
		TEST(test_controls),
		TEST(test_no_such_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
