#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "web/domain.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int setup(void **state)
{
	*state = of_domains_load();
	return *state == NULL;
}

static int teardown(void **state)
{
	of_domains_free(*state);
	return 0;
}

static void test_registrable(void **state)
{
	static const char *const rows[][2] = {
		{"example.org", "example.org"},
		{"www.example.org", "example.org"},
		{"a.b.c.example.org", "example.org"},
		{"www.example.co.uk", "example.co.uk"},
		{"example.co.uk", "example.co.uk"},
		{"co.uk", "co.uk"}, /* a public suffix is its own */
		{"uk", "uk"},
		{"org", "org"},
		{"www.ck", "www.ck"}, /* an exception to *.ck */
		{"a.www.ck", "www.ck"},
		{"a.b.ck", "a.b.ck"},
		{"b.ck", "b.ck"},
		{"someone.github.io", "someone.github.io"}, /* the list's private part */
		{"www.someone.github.io", "someone.github.io"},
		{"www.example.xn--p1ai", "example.xn--p1ai"},
		{"www.xn--bcher-kva.example.com", "example.com"},
		{"www.host.unknown", "host.unknown"}, /* no rule: the last label */
		{"localhost", "localhost"},
		{"printer", "printer"},
		{"www.example.org.", "example.org"}, /* the root's dot names no other host */
		{"127.0.0.1", "127.0.0.1"},
		{"10.1.2.3", "10.1.2.3"},
		{"127.1", "127.1"},
		{"0x7f.1", "0x7f.1"},
		{"1.0x7f", "1.0x7f"},
		{"[::1]", "[::1]"},
		{"2001:db8::1", "2001:db8::1"},
		{"", ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_str host = of_str_from(rows[i][0]);
		struct of_str found = of_domain_registrable(*state, host);

		if (!of_str_equal(found, of_str_from(rows[i][1])))
			fail_msg("<%s>: <%.*s>", rows[i][0], (int)found.len, found.ptr);
		assert_true(found.ptr >= host.ptr);
		assert_true(found.ptr + found.len <= host.ptr + host.len);
	}
}

/* Nothing that a name holds leads out of it. */
static void test_hostile(void **state)
{
	static const struct of_str hosts[] = {STR_INIT("."), STR_INIT(".."), STR_INIT(".org"),
		STR_INIT("..org"), STR_INIT("a..org"), STR_INIT(".example.org"),
		STR_INIT("example.org.."), STR_INIT("a\0b.example.org"),
		STR_INIT("\xff\xfe.org"), STR_INIT("EXAMPLE.ORG"), STR_INIT("*.ck"),
		STR_INIT("b\xc3\xbc"
			 "cher.de")};
	char longest[5000];

	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct of_str found = of_domain_registrable(*state, hosts[i]);

		assert_true(found.ptr >= hosts[i].ptr);
		assert_true(found.ptr + found.len <= hosts[i].ptr + hosts[i].len);
	}
	memset(longest, 'a', sizeof(longest));
	for (size_t len = 240; len < sizeof(longest); len += 7) {
		struct of_str host = {longest, len};

		assert_int_equal(of_domain_registrable(*state, host).len, len);
	}
}

static void test_free_null(void **state)
{
	(void)state;
	of_domains_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registrable),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
