/*
 * Which addresses may be reached (AUDIT section 2): those that are globally
 * routable, and what `allow_addresses` opens. Pure.
 */
#ifndef OF_BASE_ADDRESS_H
#define OF_BASE_ADDRESS_H

#include <outfeed/audit.h>
#include <stdbool.h>
#include <sys/socket.h>

/* "127.0.0.0/8", "::1", "fd00::/8"; bits past the prefix mean nothing. False when it is no
 * range. */
bool of_address_parse_range(struct of_address_range *range, struct of_str text);
/* An address as text, without port or brackets; false when it is none. */
bool of_address_parse(struct sockaddr_storage *address, struct of_str text);
/*
 * Globally routable: not loopback, private, link-local, CGNAT, multicast,
 * documentation, benchmarking, reserved, unspecified, broadcast, nor an
 * IPv4-mapped, NAT64, 6to4 or Teredo form of such a one, nor IPv4-compatible
 * at all, nor a service of a cloud's that only its machines see. False for any
 * family but IPv4 and IPv6.
 */
bool of_address_is_global(const struct sockaddr *address);
/* Global, or itself within one of the ranges; "::/0" opens no IPv4. */
bool of_address_is_allowed(
	const struct sockaddr *address, const struct of_address_range *ranges, size_t n_ranges);

#endif
