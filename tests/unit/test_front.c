/* Where front matter ends, against a reading of it line by line; texts on one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/unicode.h"
#include "item/field.h"
#include "item/front.h"
#include <stdlib.h>

#define SIZE_MOST 9000 /* more than is passed over in one go */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

/* The beginning of the line that closes, or OF_NPOS; its number from 1. */
static size_t find_slowly(struct of_str bytes, unsigned *number)
{
	struct of_str rest = bytes;

	for (*number = 1; rest.len > 0; ++*number) {
		size_t at = bytes.len - rest.len;
		size_t end = of_str_find_byte(rest, '\n');
		struct of_str line = of_str_slice(rest, 0, end);

		while (line.len > 0 && of_byte_is_space(line.ptr[line.len - 1]))
			line.len--;
		if (*number > 1 &&
			(of_str_equal(line, STR("---")) || of_str_equal(line, STR("..."))))
			return at;
		rest = of_str_from_offset(rest, end == OF_NPOS ? rest.len : end + 1);
	}
	return OF_NPOS;
}

static void check(struct of_str bytes)
{
	enum of_reason reason = OF_REASON_NONE;
	struct front front = {0};
	unsigned number;
	size_t at = find_slowly(bytes, &number);
	enum of_status status = of_front_split(&front, &reason, bytes, NULL);

	if (at == OF_NPOS) {
		assert_int_equal(status, OF_EINPUT);
		assert_int_equal(reason, OF_REASON_FRONT_MATTER);
		return;
	}
	assert_int_equal(status, OF_OK);
	assert_ptr_equal(front.yaml.ptr, bytes.ptr + 4);
	assert_int_equal(front.yaml.len, at - 4);
	assert_int_equal(front.body_line, number + 1);
	if (front.body.len > 0)
		assert_ptr_equal(front.body.ptr + front.body.len, bytes.ptr + bytes.len);
}

/* Each in memory of its own size, so that a sanitizer sees what is read behind it. */
static void check_copy(const char *text, size_t len)
{
	char *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, text, len);
	check((struct of_str){copy, len});
	free(copy);
}

/* The line that closes, at each place that it may have in a block. */
static void test_places(void **state)
{
	char text[400];

	(void)state;
	for (size_t size = 4; size < 300; size++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, "---\n", 4);
		text[size - 1] = '\n';
		memcpy(text + size, "---\nbody\n", 9);
		check_copy(text, size + 9);
		check_copy(text, size + 4);
		check_copy(text, size + 3);
		check_copy(text, size + 2);
		check_copy(text, size);
	}
}

static void test_random(void **state)
{
	static const char usual[] = "---...\n\n\n,/ \r\tabc:xyz";
	static char text[SIZE_MOST];
	uint32_t random = 1;

	(void)state;
	for (unsigned n = 0; n < 3000; n++) {
		size_t len = 4 + next_random(&random) % (n % 10 == 0 ? SIZE_MOST - 4 : 300);
		unsigned ends = next_random(&random) % 3;

		memcpy(text, "---\n", 4);
		for (size_t i = 4; i < len; i++) {
			char c = usual[next_random(&random) % (sizeof(usual) - 1)];

			/* few lines, or many without a mark: else the first blocks close */
			text[i] = ends > 0 && (c == '-' || c == '.') ? (ends > 1 ? '\n' : 'x')
								     : c;
		}
		if (len > 20 && n % 3 > 0)
			memcpy(text + len - 10, "\n---  \nend", 10);
		check_copy(text, len);
	}
}

static void test_limit(void **state)
{
	const size_t size = OF_LIMIT_FRONT_MATTER + 100;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	for (size_t over = 0; over < 3; over++) {
		size_t at = 4 + OF_LIMIT_FRONT_MATTER - 1 + over;
		enum of_reason reason;
		struct front front;
		enum of_status status;

		memset(text, 'x', size);
		memcpy(text, "---\n", 4);
		memcpy(text + at - 1, "\n---\n", 5);
		status = of_front_split(&front, &reason, (struct of_str){text, size}, NULL);
		assert_int_equal(status, over < 2 ? OF_OK : OF_ELIMIT);
		/* a line behind the limit is enough, and one before it is not */
		text[at] = 'x';
		status = of_front_split(&front, &reason, (struct of_str){text, size}, NULL);
		assert_int_equal(status, OF_ELIMIT);
		text[at + 3] = 'x';
		status = of_front_split(&front, &reason, (struct of_str){text, size}, NULL);
		assert_int_equal(status, over < 2 ? OF_EINPUT : OF_ELIMIT);
	}
	free(text);
}

/* What is said to need no cleaning comes out of it as it was. */
static void test_clean(void **state)
{
	static const char usual[] = "abcdefghijklmnopqrstuvwxyz    \x7F\t\n\xC3\xA9";
	struct of_buf scratch = {0};
	const struct fields fields = {.arena = of_arena_new(), .scratch = &scratch};
	uint32_t random = 1;

	(void)state;
	assert_non_null(fields.arena);
	for (unsigned n = 0; n < 20000; n++) {
		char text[40];
		size_t len = next_random(&random) % sizeof(text);
		unsigned most = n % 2 == 0 ? 27 : sizeof(usual) - 1;
		struct of_yaml scalar = {.type = OF_YAML_SCALAR, .text = {text, len}};
		struct of_buf clean = {0}, line = {0};
		struct of_str got;

		for (size_t i = 0; i < len; i++)
			text[i] = usual[next_random(&random) % most];
		if (n % 4 == 0 && len > 2)
			memset(text + next_random(&random) % (len - 1), ' ', 2);
		of_unicode_clean(&clean, of_str_trim(scalar.text), NULL);
		of_unicode_one_line(&line, of_buf_str(&clean));
		got = of_field_clean(&fields, &scalar);
		assert_true(of_str_equal(got, of_buf_str(&line)));
		of_buf_finish(&clean);
		of_buf_finish(&line);
	}
	of_arena_free(fields.arena);
	of_buf_finish(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
