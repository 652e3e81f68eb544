/* The yaml folder: limits, aliases, merge keys, duplicates, the filter, reading the tree. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "yaml_fixture.h"

static void test_first_line(void **state)
{
	struct of_yaml_limits limits = usual;
	struct fixture *f = *state;
	const struct of_yaml *root;

	limits.first_line = 7;
	assert_int_equal(parse_within(f, &root, "\na: b\n", &limits), OF_OK);
	assert_int_equal(root->line, 8);
	assert_int_equal(parse_within(f, &root, "\na: b: c\n", &limits), OF_EINPUT);
	assert_int_equal(f->err.line, 8);
}

static void test_weights(void **state)
{
	static const char text[] = "a: b\nc:\n- d\n- e: f\n";
	struct fixture *f = *state;
	const struct of_yaml *roots[] = {read_plain(f, text), read_full(f, text)};

	for (size_t i = 0; i < COUNT(roots); i++) {
		assert_int_equal(roots[i]->weight, 9);
		assert_int_equal(roots[i]->height, 3);
		assert_int_equal(roots[i]->pairs[1].value->weight, 5);
		assert_int_equal(roots[i]->pairs[0].value->height, 0);
	}
}

/* Both readers stop at the same number. */
static void test_node_limit(void **state)
{
	static const char *const texts[] = {
		"a: b\nc:\n- d\n- e: f\n", "a: b\nc: [d, {e: f}]\n"};
	struct fixture *f = *state;
	struct of_yaml_limits limits = usual;

	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct of_yaml *root;

		limits.nodes = 9;
		assert_int_equal(parse_within(f, &root, texts[i], &limits), OF_OK);
		limits.nodes = 8;
		assert_int_equal(parse_within(f, &root, texts[i], &limits), OF_ELIMIT);
		assert_int_equal(f->err.line, i == 0 ? 4 : 2);
	}
}

static void test_nesting_limit(void **state)
{
	static const char *const texts[] = {
		"a:\n  b:\n  - c\n", "a: {b: [c]}\n", "a:\n  b: []\n", "a:\n - {}\n"};
	struct fixture *f = *state;
	struct of_yaml_limits limits = usual;

	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct of_yaml *root;

		limits.nesting = 3;
		assert_int_equal(parse_within(f, &root, texts[i], &limits), OF_OK);
		limits.nesting = 2;
		assert_int_equal(parse_within(f, &root, texts[i], &limits), OF_ELIMIT);
	}
}

/* Deeper than the plain reader goes, and within the limit. */
static void test_deep(void **state)
{
	struct of_yaml_limits limits = usual;
	struct fixture *f = *state;
	const struct of_yaml *root;
	struct of_buf text = {0};

	for (unsigned i = 0; i < 60; i++) {
		for (unsigned k = 0; k < i; k++)
			of_buf_add_byte(&text, ' ');
		of_buf_add_text(&text, "a:\n");
	}
	limits.nesting = 60;
	assert_int_equal(of_buf_status(&text, NULL), OF_OK);
	assert_int_equal(parse_within(f, &root, text.ptr, &limits), OF_OK);
	assert_int_equal(root->height, 60);
	limits.nesting = 59;
	assert_int_equal(parse_within(f, &root, text.ptr, &limits), OF_ELIMIT);
	of_buf_finish(&text);
}

/* More keys and entries than fit in what a reader begins with. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root;
	struct of_buf text = {0};

	for (unsigned i = 0; i < 5000; i++) {
		of_buf_add_text(&text, "key");
		of_buf_add_uint(&text, i);
		of_buf_add_text(&text, i % 50 == 0 ? ":\n- a\n- b\n" : ": some longer value\n");
	}
	of_buf_add_text(&text, "list:\n");
	for (unsigned i = 0; i < 5000; i++)
		of_buf_add_text(&text, "- a: b\n");
	assert_int_equal(of_buf_status(&text, NULL), OF_OK);
	root = parse(f, text.ptr);
	assert_int_equal(root->count, 5001);
	assert_int_equal(of_yaml_get(root, STR("list"))->count, 5000);
	assert_int_equal(of_yaml_get(root, STR("key4950"))->count, 2);
	of_buf_finish(&text);
}

/* The short way for a text of any length: what it marks may need more memory. */
static void test_long(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root;
	struct of_buf text = {0};

	for (unsigned i = 0; i < 2000; i++) {
		of_buf_add_text(&text, "key");
		of_buf_add_uint(&text, i);
		of_buf_add_text(
			&text, i % 50 == 0 ? ": 'a: b # c'\n" : ": a longer value # c\n");
		if (i % 13 != 0)
			continue;
		root = read_plain(f, text.ptr);
		assert_non_null(root);
		assert_int_equal(root->count, i + 1);
	}
	of_buf_finish(&text);
}

static void test_aliases(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root = parse(f, "a: &x {b: c}\nd: [*x, *x]\ne: &x f\ng: *x\n");

	assert_string_equal(dump(f, root, false), "{a:{b:c},d:[{b:c},{b:c}],e:f,g:f}");
	assert_ptr_equal(of_yaml_get(root, STR("d"))->items[0], of_yaml_get(root, STR("a")));
}

static void test_merge_keys(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root = parse(f,
		"base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none:\n  <<: *b\n  x: 5\n"
		"two:\n  <<: [*m, *b]\nthree:\n  <<:\n    <<: *b\nfour:\n  <<: text\n");
	static const struct row rows[] = {{"one.x", "5"}, {"one.y", "2"}, {"two.x", "1"},
		{"two.y", "3"}, {"two.z", "4"}, {"three.y", "2"}, {"four.y", NULL},
		{"one.z", NULL}, {"base.x.y", NULL}, {"", NULL}, {"one..x", NULL}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct of_yaml *node = of_yaml_at(root, of_str_from(rows[i].text));

		if (rows[i].tree == NULL)
			assert_null(node);
		else
			assert_string_equal(dump(f, node, false), rows[i].tree);
	}
}

/* 10^9 nodes in 300 bytes. */
static void test_bomb(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root;
	struct of_buf text = {0};

	of_buf_add_text(&text, "a: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (unsigned i = 1; i < 9; i++) {
		of_buf_add_text(&text, "b");
		of_buf_add_uint(&text, i);
		of_buf_add_text(&text, ": &a");
		of_buf_add_uint(&text, i);
		for (unsigned k = 0; k < 10; k++) {
			of_buf_add_text(&text, k == 0 ? " [*a" : ",*a");
			of_buf_add_uint(&text, i - 1);
		}
		of_buf_add_text(&text, "]\n");
	}
	assert_int_equal(of_buf_status(&text, NULL), OF_OK);
	assert_int_equal(parse_within(f, &root, text.ptr, &usual), OF_ELIMIT);
	assert_in_range(f->err.line, 3, 6);
	of_buf_finish(&text);
}

static void test_alias_depth(void **state)
{
	struct of_yaml_limits limits = usual;
	struct fixture *f = *state;
	const struct of_yaml *root;

	limits.nesting = 4;
	assert_int_equal(parse_within(f, &root, "a: &a [[x]]\nb: [*a]\n", &limits), OF_OK);
	assert_int_equal(
		parse_within(f, &root, "a: &a [[x]]\nb: [[*a]]\n", &limits), OF_ELIMIT);
	assert_int_equal(f->err.line, 2);
	assert_int_equal(parse_within(f, &root, "a: &a\n- *a\n", &limits), OF_EINPUT);
}

static void test_duplicates(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root = parse(f, "a: 1\nb: 2\n'a': 3\n");

	assert_string_equal(dump(f, root, false), "{a:3,b:2}");
	assert_int_equal(f->warnings, 1);
	assert_int_equal(f->warned_line, 3);
	assert_int_equal(f->warned_column, 1);
	parse(f, "a:\n- b: 1\n- b: 2\nb: 3\nc:\n  b: 4\n");
	assert_int_equal(f->warnings, 1);
	parse(f, "a:\n- b: 1\n  c: 2\n  b: 3\n");
	assert_int_equal(f->warnings, 2);
	assert_int_equal(f->warned_line, 4);
	assert_int_equal(f->warned_column, 3);
}

static void test_wanted(void **state)
{
	static const struct of_str keys[] = {STR_INIT("b"), STR_INIT("none"), STR_INIT("d")};
	static const char text[] = "a:\n  b: 1\n  c:\n  - 2\nb:\n- e: 3\n  f: 4\nd: >-\n  g\n"
				   "h: 'i\n\n  j'\n";
	struct of_yaml_limits limits = usual;
	struct fixture *f = *state;
	const struct of_yaml *root;

	limits.wanted = keys;
	limits.n_wanted = COUNT(keys);
	assert_int_equal(parse_within(f, &root, text, &limits), OF_OK);
	assert_string_equal(dump(f, root, false), "{b:[{e:3,f:4}],d:'g'}");
	assert_int_equal(root->weight, 10);
	limits.nodes = 19;
	assert_true(of_yaml_parse_short(&root, f->arena, of_str_from(text), &limits));
	limits.nodes = 18;
	assert_false(of_yaml_parse_short(&root, f->arena, of_str_from(text), &limits));
	limits.nodes = OF_LIMIT_NODES;
	assert_int_equal(parse_within(f, &root, "a: b: c\nb: 1\n", &limits), OF_EINPUT);
	limits.n_wanted = 0;
	assert_int_equal(parse_within(f, &root, "a: b\n", &limits), OF_OK);
	assert_string_equal(dump(f, root, false), "{}");
}

/* More keys than the filter holds: then all are given. */
static void test_wanted_many(void **state)
{
	static struct of_str keys[100];
	struct of_yaml_limits limits = usual;
	struct fixture *f = *state;
	const struct of_yaml *root;

	for (size_t i = 0; i < COUNT(keys); i++)
		keys[i] = STR("a");
	limits.wanted = keys;
	limits.n_wanted = COUNT(keys);
	assert_int_equal(parse_within(f, &root, "a: 1\nb: 2\n", &limits), OF_OK);
	assert_non_null(of_yaml_get(root, STR("a")));
	limits.n_wanted = 64;
	assert_int_equal(parse_within(f, &root, "a: 1\nb: 2\n", &limits), OF_OK);
	assert_string_equal(dump(f, root, false), "{a:1}");
}

/* Most text is not copied. */
static void test_borrowed(void **state)
{
	static const char text[] = "a: plain\nb: 'quoted'\nc: >-\n  folded\nd: |\n  literal\n";
	struct fixture *f = *state;
	const struct of_yaml *root = parse(f, text);

	for (size_t i = 0; i < root->count; i++) {
		const char *at = root->pairs[i].value->text.ptr;

		assert_true(at > text && at < text + sizeof(text));
	}
}

static void test_bytes(void **state)
{
	static const struct of_str rows[] = {STR_INIT("a: \0\n"), STR_INIT("a: \x1b\n"),
		STR_INIT("a: \x7f\n"), STR_INIT("a: \xff\n"), STR_INIT("a: \xc0\xaf\n"),
		STR_INIT("a: \xe0\x80\xaf\n"), STR_INIT("a: \xed\xa0\x80\n"),
		STR_INIT("a: \xf4\x90\x80\x80\n"), STR_INIT("a: \xf0\x80\x80\xaf\n"),
		STR_INIT("a: \xe2\x80\n"), STR_INIT("a: \xc3\n"), STR_INIT("a: \xef\xbf\xbf\n"),
		STR_INIT("a: \xc2\x81\n")};
	struct fixture *f = *state;
	const struct of_yaml *root;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct of_reporter reporter = {on_diag, f, ""};

		assert_false(of_yaml_parse_short(&root, f->arena, rows[i], &usual));
		if (of_yaml_read_full(&root, f->arena, rows[i], &usual, &reporter, &f->err) !=
			OF_EINPUT)
			fail_msg("row %zu is taken", i);
	}
}

static void test_words(void **state)
{
	struct fixture *f = *state;
	const struct of_yaml *root = parse(f,
		"n1: null\nn2: ~\nn3: ''\nn4: ' '\nn5: []\nn6: {}\nn7:\nn8: NULL\nn9: Null\n"
		"t1: true\nt2: Yes\nt3: 'ON'\nf1: False\nf2: no\nf3: \"off\"\n"
		"o1: 'null'\no2: '~'\no3: nULL\no4: x\no5: [a]\n");

	for (size_t i = 0; i < root->count; i++) {
		const struct of_yaml *value = root->pairs[i].value;
		char kind = root->pairs[i].key.ptr[0];

		assert_int_equal(of_yaml_is_absent(value), kind == 'n');
		assert_int_equal(of_yaml_is_true(value), kind == 't');
		assert_int_equal(of_yaml_is_false(value), kind == 'f');
	}
	assert_true(of_yaml_is_absent(NULL));
	assert_false(of_yaml_is_true(NULL));
	assert_null(of_yaml_get(NULL, STR("a")));
	assert_null(of_yaml_get(root->pairs[0].value, STR("a")));
}

/* Small maps, those with chains, and those that are too large for them. */
static void test_get_of_any_size(void **state)
{
	struct fixture *f = *state;
	struct of_buf text = {0}, key = {0};

	for (unsigned count = 1; count < 300; count += count < 20 ? 1 : 47) {
		const struct of_yaml *root;

		of_buf_clear(&text);
		for (unsigned i = 0; i < count; i++)
			of_buf_add_format(&text, "%c%u: the value\n", 'a' + i % 26, i);
		root = read_plain(f, text.ptr);
		assert_non_null(root);
		assert_int_equal(root->count, count);
		for (unsigned i = 0; i < count; i++) {
			of_buf_clear(&key);
			of_buf_add_format(&key, "%c%u", 'a' + i % 26, i);
			assert_ptr_equal(
				of_yaml_get(root, of_buf_str(&key)), root->pairs[i].value);
			key.ptr[0]++;
			assert_null(of_yaml_get(root, of_buf_str(&key)));
		}
	}
	of_buf_finish(&text);
	of_buf_finish(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_line),
		TEST(test_weights),
		TEST(test_node_limit),
		TEST(test_nesting_limit),
		TEST(test_deep),
		TEST(test_many),
		TEST(test_long),
		TEST(test_aliases),
		TEST(test_merge_keys),
		TEST(test_bomb),
		TEST(test_alias_depth),
		TEST(test_duplicates),
		TEST(test_wanted),
		TEST(test_wanted_many),
		TEST(test_borrowed),
		TEST(test_get_of_any_size),
		TEST(test_bytes),
		TEST(test_words),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
