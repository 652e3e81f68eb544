/* Texts that md4c would take too long for, and their harmless neighbours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "item/markdown_cost.h"
#include <outfeed/buf.h>

/* head once, then each of unit, count times, then tail, tails times. */
struct row {
	const char *head, *unit;
	unsigned count;
	const char *tail;
	unsigned tails;
	bool costly;
};

static const struct row rows[] = {
	{"", "word ", 1600000, "", 0, false},
	{"", "\n", 8000000, "", 0, false},
	{"", "A sentence, with *emphasis* and a [link](https://a.example/).\n\n", 100000, "", 0,
		false},
	{"", "- [link](https://a.example/x)\n", 20000, "", 0, false},
	{"", "| a | b |\n", 50000, "", 0, false},
	{"", "```\na[0] = b[1];\n```\n\n", 50000, "", 0, false},
	/* brackets, each in a line of its own */
	{"", "[a](b\n", 30000, "", 0, false},
	{"", "[a](b\n(]", 60000, "", 0, true},
	{"", "[a](b\n(]\n\n", 60000, "", 0, false},
	/* a bullet that is text that goes on ends no paragraph */
	{"x\n", "     - [a](b)\n", 60000, "", 0, true},
	{"x\n", "- [a](b)\n", 60000, "", 0, false},
	/* bare addresses, and what is behind them */
	{"", "www.a.a ", 20000, "", 0, false},
	{"", "www.a.a ", 100000, "", 0, true},
	{"", "http://a.b ", 100000, "", 0, true},
	{"", "a@b.cd ", 100000, "", 0, true},
	{"", "http://a.b\n\n", 100000, "", 0, false},
	/* blank lines in open lists */
	{"", "- ", 10000, "x\n\n", 200000, true},
	{"", "- ", 100, "x\n\n", 200000, false},
	{"", "\t", 5000, "- x\n\n", 200000, true},
	/* memory */
	{"", "[", 1000000, "", 0, true},
	{"", "[", 60000, "", 0, false},
	{"", "*a_", 2000000, "", 0, true},
	{"", "> ", 1000000, "", 0, true},
	{"", "a\n\n", 2000000, "", 0, true},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct of_buf text = {0};

		of_buf_add_text(&text, rows[i].head);
		for (unsigned n = 0; n < rows[i].count; n++)
			of_buf_add_text(&text, rows[i].unit);
		for (unsigned n = 0; n < rows[i].tails; n++)
			of_buf_add_text(&text, rows[i].tail);
		if (of_markdown_is_costly(of_buf_str(&text)) != rows[i].costly)
			fail_msg("row %zu: '%s' x %u", i, rows[i].unit, rows[i].count);
		of_buf_finish(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
