/* What YAML says, by both readers; what one of them leaves; what is wrong and where. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "yaml_fixture.h"

static void check_rows(struct fixture *f, const struct row *rows, size_t count, bool places)
{
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(dump(f, read_full(f, rows[i].text), places), rows[i].tree);
		if (read_plain(f, rows[i].text) == NULL)
			fail_msg("the plain reader gives up on: %s", rows[i].text);
		assert_string_equal(dump(f, read_plain(f, rows[i].text), places), rows[i].tree);
		assert_string_equal(dump(f, parse(f, rows[i].text), places), rows[i].tree);
	}
}

/* What both readers read. */
static void test_values(void **state)
{
	static const struct row rows[] = {
		{"a: b\n", "{a:b}"},
		{"a:\n", "{a:}"},
		{"a: \nb: null\n", "{a:,b:null}"},
		{"a: b c\nd: e\n", "{a:b c,d:e}"},
		{"a: b  # comment\n# more\n\nc: d\n", "{a:b,c:d}"},
		{"a: # comment\nb: c\n", "{a:,b:c}"},
		{"a: b#c\nd: e:f\n", "{a:b#c,d:e:f}"},
		{"a: https://example.org/?q=1#top\n", "{a:https://example.org/?q=1#top}"},
		{"a: -1\nb: --\nc: -x - y\n", "{a:-1,b:--,c:-x - y}"},
		{"a: b   \n", "{a:b}"},
		{"a: b\r\nc:\r\n  - d\r\n", "{a:b,c:[d]}"},
		{"some key: v\nog:title: v\nx#y: z\n", "{some key:v,og:title:v,x#y:z}"},
		{"'q k': v\n\"d: k\": v\n", "{q k:v,d: k:v}"},
		{"a: ''\nb: ' '\nc: \"\"\n", "{a:'',b:' ',c:''}"},
		{"a: 'it''s'\nb: ''''\n", "{a:'it's',b:'''}"},
		{"a: 'x: y # z'\nb: \"x: y # z\"\n", "{a:'x: y # z',b:'x: y # z'}"},
		{"a: \"\\\"\\\\\\n\\xE9\\u2019\\U0001F600\"\n",
			"{a:'\"\\\\n\xC3\xA9\xE2\x80\x99\xF0\x9F\x98\x80'}"},
		{"a: 'b' # c\n", "{a:'b'}"},
		{"a: []\nb: {}\nc:\n  - []\n  - {} # c\n", "{a:[],b:{},c:[[],{}]}"},
		{"a:\n  b: c\n  d:\n    e: f\ng: h\n", "{a:{b:c,d:{e:f}},g:h}"},
		{"a:\n  - b\n  - c\n", "{a:[b,c]}"},
		{"a:\n- b\n- c\nd: e\n", "{a:[b,c],d:e}"},
		{"a:\n-\n- b\n-\nc:\n", "{a:[,b,],c:}"},
		{"a:\n  - b: c\n    d: e\n  - f: g\n", "{a:[{b:c,d:e},{f:g}]}"},
		{"a:\n- b: c\n  d:\n  - e\n  f: g\n", "{a:[{b:c,d:[e],f:g}]}"},
		{"a:\n  - - b\n    - c\n  - -   d\n", "{a:[[b,c],[d]]}"},
		{"a:\n  -\n    b: c\n  -\n    - d\n", "{a:[{b:c},[d]]}"},
		{"a:\n  b\nc:\n  'd'\n", "{a:b,c:'d'}"},
		{"a:\n  - b\n    c\n  - d\n", "{a:[b c,d]}"},
		{"a: b\n  c\n\n  d\n\n\n  e\n\nf: g\n", "{a:b c\\nd\\n\\ne,f:g}"},
		{"a: b\n  - c\n  'd'\n", "{a:b - c 'd'}"},
		{"a: b\n  c # d\ne: f\n", "{a:b c,e:f}"},
		{"a: 'b\n\n  c  \n  d'\n", "{a:'b\\nc d'}"},
		{"a: \"b \n  c\\n\n\n  d\"\n", "{a:'b c\\n\\nd'}"},
		{"a: 'b\n  '\n", "{a:'b '}"},
		{"a: ' \n  b '\n", "{a:' b '}"},
		{"a: |\n  b\n  c\n", "{a:'b\\nc\\n'}"},
		{"a: |-\n  b\n\n  c\n\nd: e\n", "{a:'b\\n\\nc',d:e}"},
		{"a: |+\n  b\n\n\nc: d\n", "{a:'b\\n\\n\\n',c:d}"},
		{"a: >-\n  b\n", "{a:'b'}"},
		{"a: >\n  b\n", "{a:'b\\n'}"},
		{"a: >+\n  b\n\nc: d\n", "{a:'b\\n\\n',c:d}"},
		{"a: >-\n  b\n  c\n\n  d\n", "{a:'b c\\nd'}"},
		{"a: >-\n  b\n    c\n  d\n", "{a:'b\\n  c\\nd'}"},
		{"a: >-\n\n\n  b\n", "{a:'\\n\\nb'}"},
		{"a: >-\n  b\n     \n  c\n", "{a:'b\\n   \\nc'}"},
		{"a: >-\n  b \n  # c\n # d\ne: f\n", "{a:'b  # c',e:f}"},
		{"a: >- # c\n  b\n", "{a:'b'}"},
		{"a: |\nb: >-\n\nc: d\n", "{a:'',b:'',c:d}"},
		{"a: >-\r\n  b\r\n  c\r\nd: |\r\n  e\r\n", "{a:'b c',d:'e\\n'}"},
		{"a:\n  - >-\n    b\n    c\n  - |\n   d\n", "{a:['b c','d\\n']}"},
		{"a:\n- |-\n b\n", "{a:['b']}"},
		{"a:\n  |-\n  b\n", "{a:'b'}"},
		{"<<:\n  a: b\nc: d\n", "{<<:{a:b},c:d}"},
		{"cl\xC3\xA9: \xE2\x80\x99\n", "{cl\xC3\xA9:\xE2\x80\x99}"},
		{"a:\n      b: c\n      # d\n # e\n      f: g\n", "{a:{b:c,f:g}}"},
	};

	check_rows(*state, rows, COUNT(rows), false);
}

static void test_places(void **state)
{
	static const struct row rows[] = {
		{"\n# c\na: b\n", "{a@3.1:b@3.4}@3.1"},
		{"a:\nb:   c\n", "{a@1.1:@1.3,b@2.1:c@2.6}@1.1"},
		{"a:\n  - b\n  -\n", "{a@1.1:[b@2.5,@3.4]@2.3}@1.1"},
		{"a:\n- b: 'c'\n  d:\n", "{a@1.1:[{b@2.3:'c'@2.6,d@3.3:@3.5}@2.3]@2.1}@1.1"},
		{"\xC3\xA9\xE2\x80\x99: x\n\xC3\xA9:\n", "{\xC3\xA9\xE2\x80\x99@1.1:x@1.5,"
							 "\xC3\xA9@2.1:@2.3}@1.1"},
		{"a: >-\n\n  b\n\n\nc: 'd\n\n  e'\nf: g\n  h\ni: []\n",
			"{a@1.1:'\\nb'@1.4,c@6.1:'d\\ne'@6.4,f@9.1:g "
			"h@9.4,i@11.1:[]@11.4}@1.1"},
		{"a: b\r\n\r\nc: |\r\n  d\r\ne: f\r\n",
			"{a@1.1:b@1.4,c@3.1:'d\\n'@3.4,e@5.1:f@5.4}@1.1"},
	};

	check_rows(*state, rows, COUNT(rows), true);
}

/* What is YAML, and takes the long way. */
static void test_full_only(void **state)
{
	static const struct row rows[] = {
		{"", "nothing"},
		{"\n# only\n", "nothing"},
		{"a: b", "{a:b}"},
		{"\xef\xbb\xbf"
		 "a: b\n",
			"{a:b}"},
		{"a: [b, 'c']\n", "{a:[b,'c']}"},
		{"a: {b: c}\n", "{a:{b:c}}"},
		{"{\"a\": \"b\"}\n", "{a:'b'}"},
		{"a: [ ]\n", "{a:[]}"},
		{"- a\n", "[a]"},
		{"word\n", "word"},
		{"  a: b\n", "{a:b}"},
		{"---\na: b\n", "{a:b}"},
		{"a: b\n...\n", "{a:b}"},
		{"%YAML 1.1\n---\na: b\n", "{a:b}"},
		{"a: &x b\nc: *x\n", "{a:b,c:b}"},
		{"a: !!str 1\n", "{a:1}"},
		{"? a\n: b\n", "{a:b}"},
		{"a : b\n", "{a:b}"},
		{"a: b\tc\n", "{a:b\tc}"},
		{"a: |2\n  b\n", "{a:'b\\n'}"},
		{"a: \"b\\\n  c\"\n", "{a:'bc'}"},
		{"a: \"\\ b\"\n", "{a:' b'}"},
		{"\"\\x61\": b\n", "{a:b}"},
		{"a: b\xC2\x85\n", NULL},
		{"a: ?b\nc: :d\n", "{a:?b,c::d}"},
		{"a: b\na: c\n", "{a:c}"},
		{"a:\n  b: c\n  b: d\n", "{a:{b:d}}"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (read_plain(f, rows[i].text) != NULL)
			fail_msg("the plain reader takes: %s", rows[i].text);
		if (rows[i].tree != NULL)
			assert_string_equal(
				dump(f, parse(f, rows[i].text), false), rows[i].tree);
	}
}

/* What is no YAML: where it is said to be wrong. */
static void test_errors(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
	} rows[] = {
		{"a: b: c\n", 1, 5},
		{"a: b\n c: d\n", 2, 3},
		{"a: b\n  c:\n", 2, 4},
		{"a: b\nc\nd: e\n", 3, 1},
		{"a: - b\n", 1, 4},
		{"a: 'b\n", 2, 1},
		{"a: 'b' c\n", 1, 8},
		{"a: 'b'c\n", 1, 7},
		{"a: \"b\\q\"\n", 1, 6},
		{"a: \"\\uD800\"\n", 1, 7},
		{"a: \"\\U00110000\"\n", 1, 7},
		{"a: @b\n", 1, 4},
		{"a: `b`\n", 1, 4},
		{"a: %b\n", 1, 4},
		{"\ta: b\n", 1, 1},
		{"a:\n\tb: c\n", 2, 1},
		{"a:\n    b: c\n  d: e\n", 3, 3},
		{"a:\n  - b\n c: d\n", 3, 2},
		{"a: b\n- c\n", 2, 1},
		{"- a\nb: c\n", 2, 1},
		{"a: [b\n", 2, 1},
		{"a: []b\n", 1, 6},
		{"a: |x\n  b\n", 1, 5},
		{"a: |\n    \n  b\n", 3, 3},
		{"a: 'b'\n  c\n", 2, 3},
		{"a: b # c\n  d\n", 2, 3},
		{"'a\n  b': c\n", 2, 5},
		{"a: *b\n", 1, 4},
		{"a: b\n---\nc: d\n", 2, 1},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct of_yaml *root = NULL;

		assert_null(read_plain(f, rows[i].text));
		assert_int_equal(parse_within(f, &root, rows[i].text, &usual), OF_EINPUT);
		assert_null(root);
		if (f->err.line != rows[i].line || f->err.column != rows[i].column)
			fail_msg("%s is wrong at %u.%u, and %u.%u is told: %s", rows[i].text,
				rows[i].line, rows[i].column, f->err.line, f->err.column,
				f->err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values),
		TEST(test_places),
		TEST(test_full_only),
		TEST(test_errors),
	};

	return cmocka_run_group_tests_name("yaml_values", tests, NULL, NULL);
}
