#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web/failure.h"
#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Numbers of libcurl's, which only src/web may include. */
enum {
	CONNECT = 7,
	HTTP_BROKE = 8,
	PARTIAL = 18,
	WRITE = 23,
	TIMEDOUT = 28,
	TLS_CONNECT = 35,
	GOT_NOTHING = 52,
	RECEIVE = 56,
	CERTIFICATE = 60,
	CODING = 61,
	UNHEARD_OF = 4711
};

struct row {
	struct of_failure_facts facts;
	enum of_failure failure;
};

static const struct row rows[] = {
	{{.code = 0}, OF_FAILURE_NONE},
	{{.code = CONNECT, .sys_errno = ECONNREFUSED}, OF_FAILURE_REFUSED},
	{{.code = CONNECT, .sys_errno = EHOSTUNREACH}, OF_FAILURE_UNREACHABLE},
	{{.code = CONNECT, .sys_errno = ETIMEDOUT}, OF_FAILURE_TIMEOUT_CONNECT},
	{{.code = CONNECT}, OF_FAILURE_UNREACHABLE},
	{{.code = CONNECT, .sys_errno = ECONNREFUSED, .proxied = true}, OF_FAILURE_PROXY},
	{{.code = TIMEDOUT}, OF_FAILURE_TIMEOUT_CONNECT},
	{{.code = TIMEDOUT, .before_its_limit = true}, OF_FAILURE_TIMEOUT_CONNECT},
	{{.code = TIMEDOUT, .proxied = true}, OF_FAILURE_PROXY},
	{{.code = TIMEDOUT, .connected = true}, OF_FAILURE_TIMEOUT_TRANSFER},
	{{.code = TIMEDOUT, .connected = true, .before_its_limit = true}, OF_FAILURE_TOO_SLOW},
	{{.code = CERTIFICATE, .verify = 1}, OF_FAILURE_TLS_WRONG_NAME},
	{{.code = CERTIFICATE, .verify = 9}, OF_FAILURE_TLS_EXPIRED},
	{{.code = CERTIFICATE, .verify = 10}, OF_FAILURE_TLS_EXPIRED},
	{{.code = CERTIFICATE, .verify = 18}, OF_FAILURE_TLS_SELF_SIGNED},
	{{.code = CERTIFICATE, .verify = 19}, OF_FAILURE_TLS_UNKNOWN_ISSUER},
	{{.code = CERTIFICATE, .verify = 20}, OF_FAILURE_TLS_UNKNOWN_ISSUER},
	{{.code = CERTIFICATE, .verify = 21}, OF_FAILURE_TLS_UNKNOWN_ISSUER},
	{{.code = CERTIFICATE, .verify = 23}, OF_FAILURE_TLS_OTHER}, /* revoked */
	{{.code = CERTIFICATE, .verify = 62}, OF_FAILURE_TLS_WRONG_NAME},
	{{.code = TLS_CONNECT}, OF_FAILURE_TLS_PROTOCOL},
	{{.code = TLS_CONNECT, .sys_errno = ECONNRESET}, OF_FAILURE_RESET},
	{{.code = GOT_NOTHING}, OF_FAILURE_RESET},
	{{.code = RECEIVE}, OF_FAILURE_RESET},
	{{.code = RECEIVE, .proxied = true, .proxy_status = 407}, OF_FAILURE_PROXY},
	{{.code = RECEIVE, .proxied = true, .proxy_status = 200}, OF_FAILURE_RESET},
	{{.code = PARTIAL}, OF_FAILURE_TRUNCATED},
	{{.code = WRITE}, OF_FAILURE_ENCODING},
	{{.code = CODING}, OF_FAILURE_ENCODING},
	{{.code = HTTP_BROKE}, OF_FAILURE_PROTOCOL},
	{{.code = UNHEARD_OF}, OF_FAILURE_OTHER},
};

static void test_classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum of_failure got = of_failure_classify(&rows[i].facts);

		if (got != rows[i].failure)
			fail_msg("row %zu: got %d, want %d", i, (int)got, (int)rows[i].failure);
	}
}

static bool has(enum of_failure failure, unsigned trait)
{
	return (of_failure_traits(failure) & trait) != 0;
}

/* A host that answers anything at all is reached; what never changes is not tried again. */
static void test_traits(void **state)
{
	(void)state;
	assert_true(has(OF_FAILURE_REFUSED, OF_FAILURE_NO_CONTACT));
	assert_true(has(OF_FAILURE_DNS_SERVFAIL, OF_FAILURE_NO_CONTACT));
	assert_true(has(OF_FAILURE_TIMEOUT_CONNECT, OF_FAILURE_NO_CONTACT));
	assert_false(has(OF_FAILURE_DNS_NXDOMAIN, OF_FAILURE_NO_CONTACT));
	assert_false(has(OF_FAILURE_RESET, OF_FAILURE_NO_CONTACT));
	assert_false(has(OF_FAILURE_HTTP, OF_FAILURE_NO_CONTACT));
	assert_false(has(OF_FAILURE_TLS_EXPIRED, OF_FAILURE_NO_CONTACT));
	for (unsigned i = 0; i < OF_FAILURE_COUNT; i++)
		if (has((enum of_failure)i, OF_FAILURE_NO_CONTACT))
			assert_true(has((enum of_failure)i, OF_FAILURE_RETRIED));
	assert_false(has(OF_FAILURE_DNS_NXDOMAIN, OF_FAILURE_RETRIED));
	assert_false(has(OF_FAILURE_FORBIDDEN, OF_FAILURE_RETRIED));
	assert_false(has(OF_FAILURE_TLS_EXPIRED, OF_FAILURE_RETRIED));
	assert_false(has(OF_FAILURE_NONE, OF_FAILURE_RETRIED));
	assert_int_equal(of_failure_traits(OF_FAILURE_COUNT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_traits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
