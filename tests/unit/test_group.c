#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diags.h"
#include "base/str.h"
#include "collect/record.h"
#include "feed/group.h"
#include <outfeed/arena.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MOST 64

/* A collection that a test makes, and what comes of it. */
struct bench {
	struct of_arena *arena;
	struct of_site site;
	struct of_filing filings[MOST];
	const struct of_record *records[MOST];
	uint8_t fates[MOST];
	struct of_folder_range folder;
	struct of_collection collection;
	struct of_diags *diags;
	struct of_groups groups;
	char told[1000];
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return 1;
	b->arena = of_arena_new();
	b->diags = of_diags_new();
	b->site.title = STR("Site");
	b->site.url = STR("https://example.org/");
	b->site.all = true;
	b->site.all_path = STR("all");
	b->site.all_title = STR("Everything");
	b->folder = (struct of_folder_range){.path = STR("content")};
	b->collection = (struct of_collection){.records = b->records,
		.fates = b->fates,
		.folders = &b->folder,
		.n_folders = 1,
		.filings = b->filings};
	*state = b;
	return b->arena == NULL || b->diags == NULL;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	of_groups_finish(&b->groups);
	of_diags_free(b->diags);
	of_arena_free(b->arena);
	free(b);
	return 0;
}

static uint32_t add_filing(
	struct bench *b, const char *slug, const char *path, const char *label)
{
	size_t number = b->collection.n_filings++;

	b->filings[number].category = (struct of_category){.slug = of_str_from(slug),
		.path = of_str_from(path),
		.label = of_str_from(label)};
	return (uint32_t)number;
}

static void add_item(struct bench *b, const char *name, int64_t published, uint32_t filing)
{
	const struct of_filed filed = {filing, 3 << 10 | 5};
	const struct of_record_parts parts = {.kind = OF_RECORD_ITEM,
		.published = published,
		.expires = INT64_MIN,
		.name = of_str_from(name),
		.id = of_str_from(name),
		.filings = &filed,
		.n_filings = 1};
	size_t index = b->collection.n_records++;

	b->records[index] = of_record_make(b->arena, &parts);
	assert_non_null(b->records[index]);
	b->fates[index] = OF_FATE_LIVE;
	b->collection.n_live++;
	b->filings[filing].count++;
}

static void tell(const struct of_diag *diag, void *payload)
{
	struct bench *b = payload;
	size_t len = strlen(b->told);

	snprintf(b->told + len, sizeof(b->told) - len, "%s:%u:%u: %s\n", diag->path, diag->line,
		diag->column, diag->message);
}

static void make(struct bench *b)
{
	size_t warnings = 0;
	size_t errors[OF_REASON_COUNT] = {0};

	assert_int_equal(
		of_groups_make(&b->groups, &b->collection, &b->site, false, b->diags, NULL),
		OF_OK);
	of_diags_tell(b->diags, &warnings, errors, tell, b);
	for (size_t i = 0; i < b->groups.count; i++)
		b->groups.groups[i].wanted = true;
	assert_int_equal(of_groups_fill(&b->groups, &b->collection, NULL), OF_OK);
}

static void assert_text(struct of_str got, const char *want)
{
	if (!of_str_equal(got, of_str_from(want)))
		fail_msg("got <%.*s>, want <%s>", (int)got.len, got.ptr != NULL ? got.ptr : "",
			want);
}

/* The names of a group's items in their order, each followed by a space. */
static void assert_members(struct bench *b, size_t group, const char *want)
{
	struct of_buf names = {0};
	size_t index;

	while ((index = of_group_next(&b->groups.groups[group], &b->collection)) != OF_NPOS) {
		of_buf_add_str(&names, of_record_text(b->records[index], OF_TEXT_NAME));
		of_buf_add_byte(&names, ' ');
	}
	assert_text(of_buf_str(&names), want);
	of_buf_finish(&names);
}

static void test_names(void **state)
{
	struct bench *b = *state;

	add_item(b, "a", 1, add_filing(b, "x y", "topic/x y", "Site: X"));
	add_item(b, "b", 1, add_filing(b, "c", "topic/c", "C"));
	make(b);
	assert_int_equal(b->groups.count, 3);
	assert_text(b->groups.groups[0].path, "all");
	assert_text(b->groups.groups[0].title, "Site: Everything");
	assert_text(b->groups.groups[0].home_url, "https://example.org/all/");
	assert_int_equal(b->groups.groups[0].slug.len, 0);
	assert_text(b->groups.groups[1].slug, "c");
	assert_text(b->groups.groups[1].title, "Site: C");
	assert_text(b->groups.groups[2].title, "Site: X");
	assert_text(b->groups.groups[2].home_url, "https://example.org/topic/x%20y/");
	assert_members(b, 0, "a b ");
	assert_members(b, 1, "b ");
	assert_members(b, 2, "a ");
}

static void test_no_feed_of_all(void **state)
{
	struct bench *b = *state;

	b->site.all = false;
	add_item(b, "a", 1, add_filing(b, "x", "x", "X"));
	make(b);
	assert_int_equal(b->groups.count, 1);
	assert_members(b, 0, "a ");
}

/* Who has most votes names the group; of equals the first by code point. */
static void test_labels(void **state)
{
	static const struct {
		const char *labels[3];
		unsigned votes[3];
		const char *elected;
	} rows[] = {
		{{"AI", "ai", "Ai"}, {1, 2, 1}, "ai"},
		{{"ai", "AI", "Ai"}, {1, 1, 1}, "AI"},
		{{"b", "a", "c"}, {2, 1, 2}, "b"},
		{{"a", "b", "a"}, {1, 2, 2}, "a"},
		{{"\xC3\xA9", "z", ""}, {1, 1, 9}, "z"},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		b->collection.n_filings = b->collection.n_records = b->collection.n_live = 0;
		memset(b->filings, 0, sizeof(b->filings));
		for (size_t l = 0; l < COUNT(rows[i].labels); l++) {
			uint32_t filing = add_filing(b, "ai", "ai", rows[i].labels[l]);

			for (unsigned v = 0; v < rows[i].votes[l]; v++)
				add_item(b, "x", 1, filing);
		}
		make(b);
		assert_int_equal(b->groups.count, 2);
		assert_text(b->groups.groups[1].label, rows[i].elected);
		of_groups_finish(&b->groups);
	}
}

/* A path that items name themselves wins, however few they are. */
static void test_paths(void **state)
{
	struct bench *b = *state;
	uint32_t usual = add_filing(b, "ai", "topic/ai", "AI");
	uint32_t own = add_filing(b, "ai", "own/ai", "AI");

	b->filings[own].category.own_path = true;
	add_item(b, "a", 1, usual);
	add_item(b, "b", 2, usual);
	add_item(b, "c", 3, own);
	make(b);
	assert_int_equal(b->groups.count, 2);
	assert_text(b->groups.groups[1].path, "own/ai");
	assert_members(b, 1, "c b a ");
}

static void test_unused_filings_make_no_group(void **state)
{
	struct bench *b = *state;

	add_filing(b, "gone", "gone", "Gone");
	add_item(b, "a", 1, add_filing(b, "x", "x", "X"));
	make(b);
	assert_int_equal(b->groups.count, 2);
}

/* What a filing without items leaves shows in the group of the same slug, and in no other. */
static void test_touch(void **state)
{
	struct bench *b = *state;
	uint32_t gone = add_filing(b, "x", "x", "x");

	add_item(b, "a", 1, add_filing(b, "x", "x", "X"));
	add_item(b, "b", 1, add_filing(b, "y", "y", "Y"));
	add_item(b, "c", 1, add_filing(b, "x", "other", "X"));
	b->filings[3].grouping = 1;
	b->filings[gone].touched = true;
	make(b);
	assert_int_equal(b->groups.count, 4);
	assert_false(b->groups.groups[0].touched);
	assert_true(b->groups.groups[1].touched);
	assert_false(b->groups.groups[2].touched);
	assert_false(b->groups.groups[3].touched);
	assert_int_equal(b->groups.groups[3].grouping, 1);
}

static void test_collisions(void **state)
{
	static const struct {
		const char *first, *second;
		bool refused;
	} rows[] = {
		{"topic/a", "topic/A", true},
		{"topic/a", "topic/a", true},
		{"\xC3\xA9t\xC3\xA9", "\xC3\x89T\xC3\x89", true},
		{"x", "ALL", true},
		{"topic/a", "topic/a/b", false},
		{"topic/a", "topic/b", false},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		b->collection.n_filings = b->collection.n_records = b->collection.n_live = 0;
		memset(b->filings, 0, sizeof(b->filings));
		add_item(b, "z", 1, add_filing(b, "one", rows[i].first, "One"));
		add_item(b, "y", 1, add_filing(b, "two", rows[i].second, "Two"));
		add_item(b, "x", 1, 1);
		b->told[0] = '\0';
		of_diags_free(b->diags);
		b->diags = of_diags_new();
		make(b);
		assert_int_equal(b->groups.count, rows[i].refused ? 2 : 3);
		assert_int_equal(b->told[0] != '\0', rows[i].refused);
		if (rows[i].refused) {
			/* the first item by path is who has to change it */
			assert_ptr_equal(strstr(b->told, "content/x:3:5: "), b->told);
			assert_non_null(strstr(b->told, "'two'"));
		}
		assert_members(b, 0, "x y z ");
		of_groups_finish(&b->groups);
	}
}

static void test_only_what_is_live(void **state)
{
	struct bench *b = *state;
	uint32_t filing = add_filing(b, "x", "x", "X");

	add_item(b, "a", 1, filing);
	add_item(b, "b", 2, filing);
	add_item(b, "c", 3, filing);
	b->fates[0] = OF_FATE_OUT;
	b->fates[1] = OF_FATE_REFUSED;
	make(b);
	assert_members(b, 0, "c ");
	assert_members(b, 1, "c ");
}

/* Newest first, ties by id; and the heap gives it however they came. */
static void test_order(void **state)
{
	struct bench *b = *state;
	uint32_t filing = add_filing(b, "x", "x", "X");
	uint32_t dice = 7;
	int64_t last = INT64_MAX;
	struct of_str last_name = {NULL, 0};
	size_t index, count = 0;

	for (unsigned i = 0; i < MOST; i++) {
		char name[] = {(char)('a' + i % 26), (char)('a' + i / 26), '\0'};

		dice = dice * 1664525 + 1013904223;
		add_item(b, of_arena_dup(b->arena, of_str_from(name)).ptr,
			(int64_t)(dice >> 8) % 20 - 10, filing);
	}
	make(b);
	while ((index = of_group_next(&b->groups.groups[1], &b->collection)) != OF_NPOS) {
		struct of_str name = of_record_text(b->records[index], OF_TEXT_NAME);

		assert_true(b->records[index]->published <= last);
		if (b->records[index]->published == last)
			assert_true(of_str_compare(last_name, name) < 0);
		last = b->records[index]->published;
		last_name = name;
		count++;
	}
	assert_int_equal(count, MOST);
	assert_int_equal(of_group_next(&b->groups.groups[1], &b->collection), OF_NPOS);
}

static void test_only_what_is_wanted(void **state)
{
	struct bench *b = *state;

	add_item(b, "a", 1, add_filing(b, "x", "x", "X"));
	add_item(b, "b", 1, add_filing(b, "y", "y", "Y"));
	assert_int_equal(
		of_groups_make(&b->groups, &b->collection, &b->site, true, b->diags, NULL),
		OF_OK);
	assert_true(b->groups.groups[0].touched);
	b->groups.groups[2].wanted = true;
	assert_int_equal(of_groups_fill(&b->groups, &b->collection, NULL), OF_OK);
	assert_members(b, 0, "");
	assert_members(b, 1, "");
	assert_members(b, 2, "b ");
}

static void test_nothing(void **state)
{
	struct bench *b = *state;

	make(b);
	assert_int_equal(b->groups.count, 1);
	assert_members(b, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_feed_of_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_labels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_unused_filings_make_no_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_touch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_collisions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_what_is_live, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_what_is_wanted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
