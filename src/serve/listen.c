#include "serve/listen.h"

#include "base/address.h"
#include "base/below.h"
#include "base/err.h"
#include "base/str.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define WAITING 4096 /* connections that nobody has accepted yet */

/* Where the port is in an address of either family. */
static in_port_t *port_of(struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6
		       ? &((struct sockaddr_in6 *)(void *)address)->sin6_port
		       : &((struct sockaddr_in *)(void *)address)->sin_port;
}

static bool begin(int fd, const struct sockaddr_storage *address)
{
	const int yes = 1;
	socklen_t len = address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						       : sizeof(struct sockaddr_in);

	/* a server that is started again need not wait for what was */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0)
		return false;
	if (address->ss_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) != 0)
		return false;
	return bind(fd, (const void *)address, len) == 0 && listen(fd, WAITING) == 0;
}

static bool find_port(unsigned *bound, int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);

	if (getsockname(fd, (void *)&address, &len) != 0)
		return false;
	*bound = ntohs(*port_of(&address));
	return true;
}

enum of_status of_listen(
	int *fd, unsigned *bound, const char *address, unsigned port, struct of_err *err)
{
	struct sockaddr_storage parsed = {0};
	int made;

	*fd = -1;
	if (!of_address_parse(&parsed, of_str_from(address)))
		return of_err_set(err, OF_ECONFIG,
			"%s is no address to listen on, such as 127.0.0.1 or ::1", address);
	*port_of(&parsed) = htons((in_port_t)port);
	made = socket(parsed.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made >= 0 && begin(made, &parsed) && find_port(bound, made)) {
		*fd = made;
		return OF_OK;
	}
	of_close_quietly(made);
	if (errno == EADDRINUSE)
		return of_err_set(err, OF_EIO,
			"port %u of %s is taken: say another one by --port, or 0 for any that "
			"is free",
			port, address);
	return of_err_set_errno(err, NULL, "listen");
}
