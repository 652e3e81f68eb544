#include "base/address.h"

#include "base/str.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>

/* Where an address leads. The last three hold IPv4 addresses, which decide. */
enum reach {
	GLOBAL,
	REFUSED,
	IPV4_LAST,  /* in the last 4 bytes: IPv4-mapped, NAT64 */
	IPV4_6TO4,  /* after the first 2 bytes (RFC 3056 section 2) */
	IPV4_TEREDO /* the server's after 4 bytes, the client's last, inverted (RFC 4380) */
};

struct range4 {
	uint8_t bytes[4];
	uint8_t bits;
	enum reach reach;
};

struct range6 {
	uint16_t words[8];
	uint8_t bits;
	enum reach reach;
};

/*
 * IANA's IPv4 Special-Purpose Address Registry by its column "Globally
 * Reachable" (where that says N/A: refused), and multicast. The first row that
 * holds an address counts; one that no row holds is global.
 */
static const struct range4 ranges4[] = {
	{{0, 0, 0, 0}, 8, REFUSED},        /* "this network" */
	{{10, 0, 0, 0}, 8, REFUSED},       /* private */
	{{100, 64, 0, 0}, 10, REFUSED},    /* shared: carrier-grade NAT */
	{{127, 0, 0, 0}, 8, REFUSED},      /* loopback */
	{{168, 63, 129, 16}, 32, REFUSED}, /* Azure's own services, in no registry */
	{{169, 254, 0, 0}, 16, REFUSED},   /* link-local, with the clouds' metadata */
	{{172, 16, 0, 0}, 12, REFUSED},    /* private */
	{{192, 0, 0, 9}, 32, GLOBAL},      /* PCP anycast */
	{{192, 0, 0, 10}, 32, GLOBAL},     /* TURN anycast */
	{{192, 0, 0, 0}, 24, REFUSED},     /* IETF protocol assignments */
	{{192, 0, 2, 0}, 24, REFUSED},     /* documentation */
	{{192, 88, 99, 0}, 24, REFUSED},   /* 6to4 relays, deprecated */
	{{192, 168, 0, 0}, 16, REFUSED},   /* private */
	{{198, 18, 0, 0}, 15, REFUSED},    /* benchmarking */
	{{198, 51, 100, 0}, 24, REFUSED},  /* documentation */
	{{203, 0, 113, 0}, 24, REFUSED},   /* documentation */
	{{224, 0, 0, 0}, 4, REFUSED},      /* multicast */
	{{240, 0, 0, 0}, 4, REFUSED},      /* reserved, and broadcast */
};

/*
 * The same of IPv6, within IANA's address space registry: only 2000::/3 is
 * global unicast. IPv4-compatible, site-local, unique local, link-local and
 * multicast addresses fall to the last row with all that is not assigned.
 */
static const struct range6 ranges6[] = {
	{{0, 0, 0, 0, 0, 0xffff}, 96, IPV4_LAST},
	{{0x64, 0xff9b}, 96, IPV4_LAST}, /* NAT64 */
	{{0x2001}, 32, IPV4_TEREDO},
	{{0x2001, 1, 0, 0, 0, 0, 0, 1}, 128, GLOBAL}, /* PCP anycast */
	{{0x2001, 1, 0, 0, 0, 0, 0, 2}, 128, GLOBAL}, /* TURN anycast */
	{{0x2001, 1, 0, 0, 0, 0, 0, 3}, 128, GLOBAL}, /* DNS-SD registration anycast */
	{{0x2001, 3}, 32, GLOBAL},                    /* AMT */
	{{0x2001, 4, 0x112}, 48, GLOBAL},             /* AS112 */
	{{0x2001, 0x20}, 28, GLOBAL},                 /* ORCHIDv2 */
	{{0x2001, 0x30}, 28, GLOBAL},                 /* drone remote ID */
	{{0x2001}, 23, REFUSED},                      /* the rest of the protocol assignments */
	{{0x2001, 0xdb8}, 32, REFUSED},               /* documentation */
	{{0x2002}, 16, IPV4_6TO4},
	{{0x3fff}, 20, REFUSED}, /* documentation */
	{{0x2000}, 3, GLOBAL},
	{{0}, 0, REFUSED},
};

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

/* The first bits of both are the same. */
static bool is_within(const unsigned char *bytes, const unsigned char *range, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(bytes, range, bits / 8) != 0)
		return false;
	return rest == 0 || ((bytes[bits / 8] ^ range[bits / 8]) >> (8 - rest)) == 0;
}

static bool is_global4(const unsigned char *bytes)
{
	for (size_t i = 0; i < sizeof(ranges4) / sizeof(*ranges4); i++)
		if (is_within(bytes, ranges4[i].bytes, ranges4[i].bits))
			return ranges4[i].reach == GLOBAL;
	return true;
}

static enum reach find6(const unsigned char *bytes)
{
	const struct range6 *range = ranges6;

	for (;; range++) {
		unsigned char start[16];

		for (size_t i = 0; i < 8; i++) {
			start[2 * i] = (unsigned char)(range->words[i] >> 8);
			start[2 * i + 1] = (unsigned char)(range->words[i] & 0xff);
		}
		if (is_within(bytes, start, range->bits))
			return range->reach;
	}
}

static bool is_global6(const unsigned char *bytes)
{
	unsigned char client[4];

	switch (find6(bytes)) {
	case GLOBAL:
		return true;
	case IPV4_LAST:
		return is_global4(bytes + 12);
	case IPV4_6TO4:
		return is_global4(bytes + 2);
	case IPV4_TEREDO:
		for (size_t i = 0; i < 4; i++)
			client[i] = bytes[12 + i] ^ 0xff;
		return is_global4(bytes + 4) && is_global4(client);
	case REFUSED:
		break;
	}
	return false;
}

/* The address as IPv6, IPv4 as IPv4-mapped; false for another family. */
static bool take_bytes(unsigned char bytes[16], const struct sockaddr *address)
{
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;

	if (address->sa_family == AF_INET) {
		memcpy(&ipv4, address, sizeof(ipv4));
		memcpy(bytes, mapped, sizeof(mapped));
		memcpy(bytes + sizeof(mapped), &ipv4.sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&ipv6, address, sizeof(ipv6));
		memcpy(bytes, &ipv6.sin6_addr, 16);
		return true;
	}
	return false;
}

bool of_address_parse(struct sockaddr_storage *address, struct of_str text)
{
	char name[INET6_ADDRSTRLEN];
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};

	if (text.len == 0 || text.len >= sizeof(name) ||
		of_str_find_byte(text, '\0') != OF_NPOS)
		return false;
	memcpy(name, text.ptr, text.len);
	name[text.len] = '\0';
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, name, &ipv4.sin_addr) == 1)
		memcpy(address, &ipv4, sizeof(ipv4));
	else if (inet_pton(AF_INET6, name, &ipv6.sin6_addr) == 1)
		memcpy(address, &ipv6, sizeof(ipv6));
	else
		return false;
	return true;
}

bool of_address_parse_range(struct of_address_range *range, struct of_str text)
{
	size_t slash = of_str_find_byte(text, '/');
	struct sockaddr_storage address;
	uint64_t bits;
	unsigned most;

	if (!of_address_parse(&address, of_str_slice(text, 0, slash)))
		return false;
	most = address.ss_family == AF_INET ? 32 : 128;
	bits = most;
	if (slash != OF_NPOS && !of_str_to_uint(&bits, of_str_from_offset(text, slash + 1)))
		return false;
	if (bits > most)
		return false;
	range->bits = 128 - most + (unsigned)bits;
	return take_bytes(range->bytes, (const struct sockaddr *)&address);
}

bool of_address_is_global(const struct sockaddr *address)
{
	unsigned char bytes[16];

	return take_bytes(bytes, address) && is_global6(bytes);
}

bool of_address_is_allowed(
	const struct sockaddr *address, const struct of_address_range *ranges, size_t n_ranges)
{
	/* What opens IPv6 as a whole ("::/0") says nothing of IPv4. */
	unsigned least = address->sa_family == AF_INET ? 96 : 0;
	unsigned char bytes[16];

	if (!take_bytes(bytes, address))
		return false;
	for (size_t i = 0; i < n_ranges; i++)
		if (ranges[i].bits >= least &&
			is_within(bytes, ranges[i].bytes, ranges[i].bits))
			return true;
	return is_global6(bytes);
}
