#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "serve/accept.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { BR = 1 << OF_CODING_BR, GZIP = 1 << OF_CODING_GZIP, PLAIN = 1 << OF_CODING_IDENTITY };
enum { ALL = BR | GZIP | PLAIN, NONE = -1 };

static void test_codings(void **state)
{
	static const struct {
		const char *header; /* NULL: absent */
		unsigned there;
		int coding;
	} rows[] = {
		{NULL, ALL, OF_CODING_IDENTITY},
		{"", ALL, OF_CODING_IDENTITY},
		{"gzip", ALL, OF_CODING_GZIP},
		{"br", ALL, OF_CODING_BR},
		{"gzip, br", ALL, OF_CODING_BR},
		{"gzip, deflate, br, zstd", ALL, OF_CODING_BR},
		{"gzip, deflate, br, zstd", GZIP | PLAIN, OF_CODING_GZIP},
		{"gzip, br", PLAIN, OF_CODING_IDENTITY},
		{"x-gzip", ALL, OF_CODING_GZIP},
		{"GZIP", ALL, OF_CODING_GZIP},
		{"br;q=0.5, gzip;q=0.8", ALL, OF_CODING_GZIP},
		{"br;q=0.5,gzip ; q=0.50", ALL, OF_CODING_BR},
		{"br; q=0.001, gzip;q=0", ALL, OF_CODING_BR},
		{"gzip;q=1.000", ALL, OF_CODING_GZIP},
		{"gzip;q=0", ALL, OF_CODING_IDENTITY},
		{"gzip;q=0.000", ALL, OF_CODING_IDENTITY},
		{"gzip;Q=0", ALL, OF_CODING_IDENTITY},
		{"gzip;q=0.5, identity", ALL, OF_CODING_IDENTITY},
		{"gzip;q=0.5, identity;q=0.5", ALL, OF_CODING_GZIP},
		{"gzip;q=0.1", ALL, OF_CODING_GZIP},
		{"*", ALL, OF_CODING_BR},
		{"*", PLAIN, OF_CODING_IDENTITY},
		{"*;q=0.5, gzip", ALL, OF_CODING_GZIP},
		{"br;q=0, *", ALL, OF_CODING_GZIP},
		{"identity", ALL, OF_CODING_IDENTITY},
		{"identity;q=0", ALL, NONE},
		{"identity;q=0, gzip", ALL, OF_CODING_GZIP},
		{"identity;q=0, gzip", PLAIN, NONE},
		{"identity;q=0, *", ALL, OF_CODING_BR},
		{"*;q=0", ALL, NONE},
		{"*;q=0, gzip", ALL, OF_CODING_GZIP},
		{"*;q=0, gzip", PLAIN, NONE},
		{"*;q=0, identity", ALL, OF_CODING_IDENTITY},
		{"*;q=0, identity;q=0.2", PLAIN, OF_CODING_IDENTITY},
		{"gzip;q=2", ALL, OF_CODING_IDENTITY},
		{"gzip;q=1.5", ALL, OF_CODING_IDENTITY},
		{"gzip;q=-1", ALL, OF_CODING_IDENTITY},
		{"gzip;q=", ALL, OF_CODING_IDENTITY},
		{"gzip;q=0.1234", ALL, OF_CODING_IDENTITY},
		{"gzip;q=x, br", ALL, OF_CODING_BR},
		{"gzip;level=9", ALL, OF_CODING_GZIP},
		{";q=1", ALL, OF_CODING_IDENTITY},
		{",,,", ALL, OF_CODING_IDENTITY},
		{"gz", ALL, OF_CODING_IDENTITY},
		{"gzipx, brotli", ALL, OF_CODING_IDENTITY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum of_coding coding;
		bool chosen =
			of_coding_choose(&coding, of_str_from(rows[i].header), rows[i].there);

		if ((chosen ? (int)coding : NONE) != rows[i].coding)
			fail_msg("<%s> of %u: got %d", rows[i].header, rows[i].there,
				chosen ? (int)coding : NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_codings)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
