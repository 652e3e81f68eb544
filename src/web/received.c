#include "web/received.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

uint64_t of_socket_received(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);
	const socklen_t wanted = offsetof(struct tcp_info, tcpi_bytes_received) +
				 sizeof(info.tcpi_bytes_received);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 || len < wanted)
		return 0;
	return info.tcpi_bytes_received;
}
