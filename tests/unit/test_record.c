#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diags.h"
#include "base/str.h"
#include "collect/folder.h"
#include "collect/record.h"
#include <outfeed/arena.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SECOND 1000000000

static const struct of_filed filed[] = {{3, 77}, {0, 0}};

static struct of_record_parts some_parts(void)
{
	return (struct of_record_parts){.kind = OF_RECORD_ITEM,
		.stat = {.st_mode = S_IFREG,
			.st_size = 1234,
			.st_ino = 99,
			.st_mtim = {1700000000, 5}},
		.published = 1600000000,
		.expires = 1800000000,
		.id_line = 7,
		.name = STR("name.md"),
		.id = STR("urn:x"),
		.keys = STR("u:1\0s:a\0"),
		.filings = filed,
		.n_filings = COUNT(filed)};
}

static void assert_text(struct of_str got, struct of_str want)
{
	if (!of_str_equal(got, want))
		fail_msg("got <%.*s>, want <%.*s>", (int)got.len, got.ptr, (int)want.len,
			want.ptr);
}

static int setup(void **state)
{
	*state = of_arena_new();
	return *state == NULL;
}

static int teardown(void **state)
{
	of_arena_free(*state);
	return 0;
}

static void test_what_goes_in_comes_out(void **state)
{
	const struct of_record_parts parts = some_parts();
	const struct of_record *record = of_record_make(*state, &parts);

	assert_non_null(record);
	assert_int_equal(record->size % 8, 0);
	assert_int_equal(record->kind, OF_RECORD_ITEM);
	assert_int_equal(record->fresh, 1);
	assert_int_equal(record->published, parts.published);
	assert_int_equal(record->expires, parts.expires);
	assert_int_equal(record->id_line, 7);
	assert_int_equal(record->mtime, 1700000000LL * SECOND + 5);
	assert_text(of_record_text(record, OF_TEXT_NAME), parts.name);
	assert_text(of_record_text(record, OF_TEXT_ID), parts.id);
	assert_text(of_record_text(record, OF_TEXT_KEYS), parts.keys);
	assert_int_equal(of_record_text(record, OF_TEXT_DIAGS).len, 0);
	assert_memory_equal(of_record_filings(record), filed, sizeof(filed));
	assert_true(of_record_is_sound((struct of_str){(const char *)record, record->size}));
}

static void test_another_id(void **state)
{
	const struct of_record_parts parts = some_parts();
	const struct of_record *record = of_record_make(*state, &parts);
	const struct of_record *other = of_record_with_id(*state, record, STR("a longer one"));

	assert_text(of_record_text(other, OF_TEXT_ID), STR("a longer one"));
	assert_text(of_record_text(other, OF_TEXT_NAME), parts.name);
	assert_text(of_record_text(other, OF_TEXT_KEYS), parts.keys);
	assert_memory_equal(of_record_filings(other), filed, sizeof(filed));
	assert_true(of_record_matches(other, &parts.stat));
	assert_int_equal(other->fresh, record->fresh);
	assert_int_equal(other->published, record->published);
}

static void test_matches(void **state)
{
	struct of_record_parts parts = some_parts();
	struct of_record *record = of_record_make(*state, &parts);
	struct stat now = parts.stat;

	assert_true(of_record_matches(record, &now));
	now.st_mtim.tv_nsec++;
	assert_false(of_record_matches(record, &now));
	now = parts.stat;
	now.st_size++;
	assert_false(of_record_matches(record, &now));
	now = parts.stat;
	now.st_ino++;
	assert_false(of_record_matches(record, &now));
	now = parts.stat;
	now.st_mode = S_IFLNK;
	assert_false(of_record_matches(record, &now));
	/* of unknown time */
	record->mtime = 0;
	parts.stat.st_mtim = (struct timespec){0, 0};
	assert_false(of_record_matches(record, &parts.stat));
}

/* In memory of just its size, so that a sanitizer sees what is read beyond. */
static bool is_sound(bool (*check)(struct of_str), const void *bytes, size_t len)
{
	char *copy = malloc(len + (len == 0));
	bool sound;

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, bytes, len);
	sound = check((struct of_str){copy, len});
	free(copy);
	return sound;
}

static void test_truncated(void **state)
{
	const struct of_record_parts parts = some_parts();
	const struct of_record *record = of_record_make(*state, &parts);

	for (size_t len = 0; len < record->size; len++)
		assert_false(is_sound(of_record_is_sound, record, len));
	assert_true(is_sound(of_record_is_sound, record, record->size));
}

static void test_lengths_that_lie(void **state)
{
	static const uint32_t values[] = {
		0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
	const struct of_record_parts parts = some_parts();
	struct of_record *record = of_record_make(*state, &parts);
	const struct of_record good = *record;

	for (size_t v = 0; v < COUNT(values); v++) {
		record->size = values[v];
		assert_false(is_sound(of_record_is_sound, record, good.size));
		*record = good;
		record->n_filings = values[v];
		if (values[v] > COUNT(filed))
			assert_false(is_sound(of_record_is_sound, record, good.size));
		*record = good;
		for (unsigned t = 0; t < COUNT(record->lengths); t++) {
			record->lengths[t] = values[v];
			if (values[v] > 8 ||
				(t == OF_TEXT_NAME && values[v] != good.lengths[t]))
				assert_false(is_sound(of_record_is_sound, record, good.size));
			*record = good;
		}
	}
	assert_true(is_sound(of_record_is_sound, record, good.size));
}

static void test_a_text_without_its_end(void **state)
{
	const struct of_record_parts parts = some_parts();
	struct of_record *record = of_record_make(*state, &parts);
	char *end = (char *)record + sizeof(*record) + sizeof(filed) + parts.name.len;

	assert_int_equal(*end, '\0');
	*end = 'x';
	assert_false(is_sound(of_record_is_sound, record, record->size));
}

/* Names that lead out of their folder: nothing that was saved makes them be opened. */
static void test_names_that_lead_out(void **state)
{
	static const struct of_str names[] = {STR_INIT(".."), STR_INIT("."), STR_INIT("../x"),
		STR_INIT("/etc/passwd"), STR_INIT("a/b"), STR_INIT("a\0b")};
	struct of_record_parts parts = some_parts();

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct of_record *record;
		struct of_buf packed = {0};
		const struct of_folder folder = {
			.path = STR("content"), .subfolders = {names[i].ptr, names[i].len + 1}};

		parts.name = names[i];
		record = of_record_make(*state, &parts);
		assert_false(is_sound(of_record_is_sound, record, record->size));
		of_folder_pack(&packed, &folder, NULL, 0, NULL, 0);
		/* two names, the last time */
		assert_int_equal(
			of_folder_is_sound(of_buf_str(&packed)), i == COUNT(names) - 1);
		of_buf_finish(&packed);
	}
}

/* A folder of three records and two subfolders. */
static struct of_buf some_folder(struct of_arena *arena, int64_t since)
{
	static const char *const names[] = {"a.md", "b.md", "c.md"};
	static const uint8_t fates[] = {OF_FATE_LIVE, OF_FATE_OUT, OF_FATE_REFUSED};
	const struct of_record *records[COUNT(names)];
	const struct of_folder folder = {.path = STR("content"),
		.mtime = 5,
		.inode = 6,
		.subfolders = STR("one\0two\0"),
		.diags = STR("")};
	struct of_buf packed = {0};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct of_record_parts parts = some_parts();

		parts.name = of_str_from(names[i]);
		parts.stat.st_mtim.tv_nsec = (long)i;
		records[i] = of_record_make(arena, &parts);
	}
	of_folder_pack(&packed, &folder, records, COUNT(names), fates, since);
	assert_int_equal(packed.status, OF_OK);
	return packed;
}

static void test_a_packed_folder(void **state)
{
	/* the third is as new as the look at it: it is of unknown time from then on */
	struct of_buf packed = some_folder(*state, 1700000000LL * SECOND + 2);
	const struct of_record *record;
	size_t at = 0;
	unsigned count = 0;

	assert_true(of_folder_is_sound(of_buf_str(&packed)));
	while ((record = of_folder_next(of_buf_str(&packed), &at)) != NULL) {
		static const uint8_t fates[] = {OF_FATE_LIVE, OF_FATE_OUT, OF_FATE_REFUSED};

		assert_int_equal(of_record_text(record, OF_TEXT_NAME).ptr[0], 'a' + count);
		assert_int_equal(record->fresh, 0);
		assert_int_equal(record->fate, fates[count]);
		/* the first is of a whole second, the third not before since */
		assert_int_equal(record->mtime, count == 1 ? 1700000000LL * SECOND + count : 0);
		count++;
	}
	assert_int_equal(count, 3);
	at = 0;
	assert_null(of_folder_next((struct of_str){NULL, 0}, &at));
	of_buf_finish(&packed);
}

static void test_a_truncated_folder(void **state)
{
	struct of_buf packed = some_folder(*state, INT64_MAX);

	for (size_t len = 0; len < packed.len; len++)
		assert_false(is_sound(of_folder_is_sound, packed.ptr, len));
	of_buf_add(&packed, "12345678", 8);
	assert_false(is_sound(of_folder_is_sound, packed.ptr, packed.len));
	of_buf_finish(&packed);
}

/* What is read of a folder that is sound, whatever its bytes. */
static size_t walk(struct of_str packed)
{
	const struct of_record *record;
	size_t at = 0;
	size_t sum = 0;

	while ((record = of_folder_next(packed, &at)) != NULL) {
		for (unsigned t = OF_TEXT_NAME; t <= OF_TEXT_DIAGS; t++) {
			struct of_str text = of_record_text(record, (enum of_record_text)t);

			if (text.len > 0)
				sum += strlen(text.ptr) + (unsigned char)text.ptr[text.len];
		}
		for (uint32_t i = 0; i < record->n_filings; i++)
			sum += of_record_filings(record)[i].filing;
	}
	return sum;
}

static bool check_and_walk(struct of_str packed)
{
	if (!of_folder_is_sound(packed))
		return false;
	(void)walk(packed);
	return true;
}

static void test_a_garbled_folder(void **state)
{
	struct of_buf good = some_folder(*state, INT64_MAX);
	struct of_buf bad = {0};
	uint32_t dice = 1;
	unsigned sound = 0;

	for (unsigned round = 0; round < 20000; round++) {
		of_buf_clear(&bad);
		of_buf_add_str(&bad, of_buf_str(&good));
		for (unsigned i = 0; i <= round % 3; i++) {
			dice = dice * 1664525 + 1013904223;
			bad.ptr[(dice >> 8) % bad.len] = (char)(dice >> 3);
		}
		sound += is_sound(check_and_walk, bad.ptr, bad.len);
	}
	/* some bytes may have any value */
	assert_in_range(sound, 1, 19999);
	of_buf_finish(&good);
	of_buf_finish(&bad);
}

struct told {
	char text[200];
};

static void tell(const struct of_diag *diag, void *payload)
{
	struct told *told = payload;
	size_t len = strlen(told->text);

	snprintf(told->text + len, sizeof(told->text) - len, "%s:%u:%u:%d:%d:%s|", diag->path,
		diag->line, diag->column, diag->severity, diag->reason, diag->message);
}

static void tell_packed(struct told *told, struct of_str packed)
{
	struct of_diags *diags = of_diags_new();
	size_t warnings = 0;
	size_t errors[OF_REASON_COUNT] = {0};

	assert_non_null(diags);
	of_diags_unpack(diags, packed, "given");
	told->text[0] = '\0';
	of_diags_tell(diags, &warnings, errors, tell, told);
	of_diags_free(diags);
}

static void test_packed_diags(void **state)
{
	const struct of_diag first = {OF_WARNING, OF_REASON_NONE, "path", 3, 4, "first"};
	const struct of_diag second = {OF_ERROR, OF_REASON_NO_DATE, "its own", 5, 0, "second"};
	struct of_buf packed = {0};
	struct told told;

	(void)state;
	of_diag_pack(&first, &packed);
	of_diag_pack_with_path(&second, &packed);
	tell_packed(&told, of_buf_str(&packed));
	assert_non_null(strstr(told.text, "given:3:4:"));
	assert_non_null(strstr(told.text, ":first|"));
	assert_non_null(strstr(told.text, "its own:5:0:"));
	for (size_t len = 0; len < packed.len; len++) {
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, packed.ptr, len);
		tell_packed(&told, (struct of_str){copy, len});
		assert_null(strstr(told.text, "second"));
		free(copy);
	}
	of_buf_finish(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_goes_in_comes_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_id, setup, teardown),
		cmocka_unit_test_setup_teardown(test_matches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_truncated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lengths_that_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_text_without_its_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_that_lead_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_packed_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_truncated_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_garbled_folder, setup, teardown),
		cmocka_unit_test(test_packed_diags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
