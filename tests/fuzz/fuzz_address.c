/*
 * Addresses: text, or the bytes of one. None that leads into a private network
 * is global; what is private is said here once more, in other words.
 */
#include "fuzz.h"

#include "base/address.h"
#include <arpa/inet.h>
#include <netinet/in.h>

static bool is_between(uint32_t address, uint32_t from, uint32_t to)
{
	return address >= from && address <= to;
}

/* The blocks that no server of the public is in, by their first and last address. */
static bool is_private4(const unsigned char *bytes)
{
	static const uint32_t blocks[][2] = {{0x00000000, 0x00ffffff}, {0x0a000000, 0x0affffff},
		{0x64400000, 0x647fffff}, {0x7f000000, 0x7fffffff}, {0xa9fe0000, 0xa9feffff},
		{0xac100000, 0xac1fffff}, {0xc0a80000, 0xc0a8ffff}, {0xc6120000, 0xc613ffff},
		{0xe0000000, 0xffffffff}};
	uint32_t address = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
			   (uint32_t)bytes[2] << 8 | bytes[3];

	for (size_t i = 0; i < FUZZ_COUNT(blocks); i++)
		if (is_between(address, blocks[i][0], blocks[i][1]))
			return true;
	return false;
}

/* Only 2000::/3, mapped addresses and the well-known prefix of NAT64 lead out. */
static bool is_private6(const unsigned char *bytes)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};

	if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, nat64, 12) == 0)
		return is_private4(bytes + 12);
	if (bytes[0] == 0x20 && bytes[1] == 0x02)
		return is_private4(bytes + 2);
	return bytes[0] >> 5 != 1;
}

static void check(const struct sockaddr_storage *storage)
{
	const struct sockaddr *address = (const struct sockaddr *)storage;
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)storage;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)storage;
	bool is_private = storage->ss_family == AF_INET
				  ? is_private4((const unsigned char *)&ipv4->sin_addr)
				  : is_private6((const unsigned char *)&ipv6->sin6_addr);

	fuzz_require(
		!is_private || !of_address_is_global(address), "a private address is global");
	fuzz_require(of_address_is_allowed(address, NULL, 0) == of_address_is_global(address),
		"allowed and global differ without a range");
}

/* The mapped form of an IPv4 address goes where that goes. */
static void check_mapped(const struct sockaddr_storage *storage)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)storage;
	struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};

	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(mapped.sin6_addr.s6_addr + 12, &ipv4->sin_addr, 4);
	fuzz_require(of_address_is_global((const struct sockaddr *)&mapped) ==
			     of_address_is_global((const struct sockaddr *)storage),
		"a mapped address goes elsewhere");
}

static void check_raw(struct fuzz_input *input)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};

	for (size_t i = 0; i < 16; i++)
		ipv6.sin6_addr.s6_addr[i] = fuzz_take_byte(input);
	memcpy(&ipv4.sin_addr, ipv6.sin6_addr.s6_addr, 4);
	memcpy(&storage, &ipv6, sizeof(ipv6));
	check(&storage);
	memset(&storage, 0, sizeof(storage));
	memcpy(&storage, &ipv4, sizeof(ipv4));
	check(&storage);
	check_mapped(&storage);
}

/* An address is within the range that itself with a prefix is, whatever that is. */
static void check_range(struct of_str text)
{
	struct of_address_range range;
	struct sockaddr_storage address;
	struct of_str alone = of_str_slice(text, 0, of_str_find_byte(text, '/'));

	if (!of_address_parse_range(&range, text))
		return;
	fuzz_require(range.bits <= 128, "a prefix of more bits than there are");
	fuzz_require(of_address_parse(&address, alone), "a range of no address");
	fuzz_require(of_address_is_allowed((const struct sockaddr *)&address, &range, 1),
		"a range without its own address");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str text = input.rest;
	struct sockaddr_storage address;

	if (size == 17 && fuzz_take_byte(&input) == 0xff) {
		check_raw(&input);
		return 0;
	}
	check_range(text);
	if (!of_address_parse(&address, text))
		return 0;
	fuzz_require(address.ss_family == AF_INET || address.ss_family == AF_INET6,
		"an address of no family");
	check(&address);
	if (address.ss_family == AF_INET)
		check_mapped(&address);
	return 0;
}
