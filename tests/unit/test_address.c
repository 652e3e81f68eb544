#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/str.h"
#include "base/address.h"
#include <netinet/in.h>
#include <sys/un.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A range's first and last address, and its neighbours, which are not of it. */
struct row {
	const char *first, *last;
	bool global;
	const char *below, *above; /* NULL where the neighbour is like the range */
};

static bool is_global(const char *text)
{
	struct sockaddr_storage address;

	if (!of_address_parse(&address, of_str_from(text)))
		fail_msg("<%s> was not read", text);
	return of_address_is_global((struct sockaddr *)&address);
}

static bool is_allowed(const char *text, const char *range_text)
{
	struct sockaddr_storage address;
	struct of_address_range ranges[2];

	/* The first range never counts: the second is looked at as well. */
	if (!of_address_parse_range(&ranges[0], STR("192.0.2.77")) ||
		!of_address_parse_range(&ranges[1], of_str_from(range_text)) ||
		!of_address_parse(&address, of_str_from(text)))
		fail_msg("<%s> or <%s> was not read", text, range_text);
	return of_address_is_allowed((struct sockaddr *)&address, ranges, 2);
}

static void check(const struct row *row)
{
	if (is_global(row->first) != row->global || is_global(row->last) != row->global)
		fail_msg("%s to %s: want %d", row->first, row->last, row->global);
	if (row->below != NULL && is_global(row->below) == row->global)
		fail_msg("%s is like %s", row->below, row->first);
	if (row->above != NULL && is_global(row->above) == row->global)
		fail_msg("%s is like %s", row->above, row->last);
}

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and what is
 * neither in it nor to be reached. */
static const struct row rows4[] = {
	{"0.0.0.0", "0.255.255.255", false, NULL, "1.0.0.0"},
	{"10.0.0.0", "10.255.255.255", false, "9.255.255.255", "11.0.0.0"},
	{"100.64.0.0", "100.127.255.255", false, "100.63.255.255", "100.128.0.0"},
	{"100.100.100.200", "100.100.100.200", false, NULL, NULL},
	{"127.0.0.0", "127.255.255.255", false, "126.255.255.255", "128.0.0.0"},
	{"168.63.129.16", "168.63.129.16", false, "168.63.129.15", "168.63.129.17"},
	{"169.254.0.0", "169.254.255.255", false, "169.253.255.255", "169.255.0.0"},
	{"169.254.169.254", "169.254.169.254", false, NULL, NULL},
	{"172.16.0.0", "172.31.255.255", false, "172.15.255.255", "172.32.0.0"},
	{"192.0.0.0", "192.0.0.8", false, "191.255.255.255", "192.0.0.9"},
	{"192.0.0.9", "192.0.0.10", true, "192.0.0.8", "192.0.0.11"},
	{"192.0.0.11", "192.0.0.255", false, "192.0.0.10", "192.0.1.0"},
	{"192.0.0.170", "192.0.0.171", false, NULL, NULL},
	{"192.0.2.0", "192.0.2.255", false, "192.0.1.255", "192.0.3.0"},
	{"192.31.196.0", "192.31.196.255", true, NULL, NULL},
	{"192.52.193.0", "192.52.193.255", true, NULL, NULL},
	{"192.88.99.0", "192.88.99.255", false, "192.88.98.255", "192.88.100.0"},
	{"192.168.0.0", "192.168.255.255", false, "192.167.255.255", "192.169.0.0"},
	{"192.175.48.0", "192.175.48.255", true, NULL, NULL},
	{"198.18.0.0", "198.19.255.255", false, "198.17.255.255", "198.20.0.0"},
	{"198.51.100.0", "198.51.100.255", false, "198.51.99.255", "198.51.101.0"},
	{"203.0.113.0", "203.0.113.255", false, "203.0.112.255", "203.0.114.0"},
	{"224.0.0.0", "239.255.255.255", false, "223.255.255.255", NULL},
	{"240.0.0.0", "255.255.255.255", false, NULL, NULL},
	{"8.8.8.8", "93.184.216.34", true, NULL, NULL},
};

static void test_ipv4(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows4); i++)
		check(&rows4[i]);
}

/* https://www.iana.org/assignments/iana-ipv6-special-registry, and the rest. */
static void test_ipv6(void **state)
{
	static const struct row rows[] = {
		{"::", "::1", false, NULL, NULL},
		{"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"64:ff9b:1::808:808", "64:ff9b:1:0:8:808:800:0", false, NULL, NULL},
		{"100::", "100::ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"2001:1::1", "2001:1::3", true, "2001:1::", "2001:1::4"},
		{"2001:1::2", "2001:1::2", true, NULL, NULL},
		{"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", true,
			"2001:2:ffff:ffff:ffff:ffff:ffff:ffff", "2001:4::"},
		{"2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", true,
			"2001:4:111:ffff:ffff:ffff:ffff:ffff", "2001:4:113::"},
		{"2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL,
			"2001:20::"},
		{"2001:20::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", true,
			"2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:40::"},
		{"2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL,
			"2001:200::"},
		{"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false,
			"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
		{"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", true, NULL, NULL},
		{"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false,
			"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
		{"2000::", "2000::ffff", true, "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
		{"4000::", "5fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false,
			"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
		{"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"fd00:ec2::254", "fd20:ce::254", false, NULL, NULL},
		{"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		{"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, NULL, NULL},
		/* IPv4-compatible: deprecated, whatever they hold. */
		{"::8.8.8.8", "::127.0.0.1", false, NULL, NULL},
		/* Beside IPv4-mapped and NAT64. */
		{"::fffe:8.8.8.8", "::1:ffff:8.8.8.8", false, NULL, NULL},
		{"::ffff:0:808:808", "64:ff9b::1:808:808", false, NULL, NULL},
		{"2606:4700:4700::1111", "2a00:1450:4001:81b::200e", true, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i]);
}

/* Each IPv4 address within an IPv6 address is judged as it is alone. */
static void assert_held(const char *text, bool global)
{
	struct sockaddr_storage address;
	unsigned char b[4];
	char held[5][64];
	uint32_t number;

	assert_true(of_address_parse(&address, of_str_from(text)));
	memcpy(b, &((struct sockaddr_in *)&address)->sin_addr, 4);
	number = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	snprintf(held[0], sizeof(held[0]), "::ffff:%s", text);
	snprintf(held[1], sizeof(held[1]), "64:ff9b::%s", text);
	snprintf(held[2], sizeof(held[2]), "2002:%x:%x:1::1", number >> 16, number & 0xffff);
	/* Teredo: the server, then the client, the other one being global. */
	snprintf(held[3], sizeof(held[3]), "2001:0:%x:%x:8000:1:f7f7:f7f7", number >> 16,
		number & 0xffff);
	snprintf(held[4], sizeof(held[4]), "2001:0:808:808:8000:1:%x:%x", ~number >> 16,
		~number & 0xffff);
	for (size_t i = 0; i < COUNT(held); i++)
		if (is_global(held[i]) != global)
			fail_msg("%s: want %d", held[i], global);
}

static void test_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows4); i++) {
		assert_held(rows4[i].first, rows4[i].global);
		assert_held(rows4[i].last, rows4[i].global);
	}
}

static void test_family(void **state)
{
	struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
	struct of_address_range all;

	(void)state;
	assert_true(of_address_parse_range(&all, STR("::/0")));
	assert_false(of_address_is_global((struct sockaddr *)&unix_address));
	assert_false(of_address_is_allowed((struct sockaddr *)&unix_address, &all, 1));
}

static void test_allowed(void **state)
{
	static const struct {
		const char *address, *range;
		bool allowed;
	} rows[] = {
		{"127.0.0.1", "127.0.0.0/8", true},
		{"127.255.255.255", "127.0.0.0/8", true},
		{"128.0.0.0", "127.0.0.0/8", true}, /* global */
		{"10.0.0.1", "127.0.0.0/8", false},
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.2", "127.0.0.1", false},
		{"127.0.0.2", "127.0.0.1/32", false},
		{"127.0.0.3", "127.0.0.2/31", true},
		{"127.0.0.4", "127.0.0.2/31", false},
		{"172.16.200.1", "172.16.3.4/12", true},
		{"100.64.0.1", "100.64.0.0/9", true},
		{"169.254.169.254", "0.0.0.0/0", true},
		{"::ffff:127.0.0.1", "127.0.0.0/8", true},
		{"127.0.0.1", "::ffff:127.0.0.0/104", true},
		{"::1", "127.0.0.0/8", false},
		{"::1", "0.0.0.0/0", false},
		{"::1", "::1", true},
		{"::2", "::1", false},
		{"::1", "::/0", true},
		{"127.0.0.1", "::/0", false},
		{"127.0.0.1", "::/80", false},
		{"fd12::1", "fd00::/8", true},
		{"fe80::1", "fd00::/8", false},
		{"fe80::1", "fc00::/6", true},
		{"64:ff9b::7f00:1", "127.0.0.0/8", false},
		{"64:ff9b::7f00:1", "64:ff9b::/96", true},
		{"2002:7f00:1::", "2002::/16", true},
		{"8.8.8.8", "10.0.0.0/8", true},
		{"2606:4700::1", "10.0.0.0/8", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (is_allowed(rows[i].address, rows[i].range) != rows[i].allowed)
			fail_msg("%s in %s", rows[i].address, rows[i].range);
}

/* A range over each of the registry's opens it, and nothing beside it. */
static void test_allowed_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows4); i++) {
		assert_true(is_allowed(rows4[i].first, rows4[i].first));
		assert_true(is_allowed(rows4[i].last, "0.0.0.0/0"));
		assert_int_equal(is_allowed(rows4[i].last, "1.2.3.0/24"), rows4[i].global);
	}
}

static void test_refused(void **state)
{
	static const char *const addresses[] = {"", " ", "1", "127.1", "0x7f.0.0.1",
		"127.0.0.01", "1.2.3.4.5", "256.0.0.1", "1.2.3.4 ", " 1.2.3.4", "[::1]",
		"::1%lo", "fe80::1%eth0", "1.2.3.4:80", ":::", "1:2:3:4:5:6:7:8:9",
		"12345::", "localhost",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"};
	static const char *const ranges[] = {"", "/", "/8", "127.0.0.0/", "127.0.0.0/33",
		"127.0.0.0/-1", "127.0.0.0/+8", "127.0.0.0/8 ", "127.0.0.0/8/8", "::/129",
		"::/1x", "10/8", "127.0.0.0/99999999999999999999", "example.org/8"};
	struct sockaddr_storage address;
	struct of_address_range range;

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++)
		if (of_address_parse(&address, of_str_from(addresses[i])))
			fail_msg("<%s> was read", addresses[i]);
	assert_false(of_address_parse(&address, STR("1.2.3.4\0")));
	for (size_t i = 0; i < COUNT(ranges); i++)
		if (of_address_parse_range(&range, of_str_from(ranges[i])))
			fail_msg("<%s> was read", ranges[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_allowed_each),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
