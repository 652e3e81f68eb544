/* Sockets, and waiting for them, that fail. */
#define _GNU_SOURCE
#include "fault.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

DEFINE(socket, socket, int, -1, (int family, int type, int protocol), family, type, protocol)
DEFINE(socketpair, socket, int, -1, (int family, int type, int protocol, int fds[2]), family,
	type, protocol, fds)
DEFINE(pipe, eventfd, int, -1, (int fds[2]), fds)
DEFINE(pipe2, eventfd, int, -1, (int fds[2], int flags), fds, flags)
DEFINE(eventfd, eventfd, int, -1, (unsigned first, int flags), first, flags)
DEFINE(connect, connect, int, -1, (int fd, const struct sockaddr *to, socklen_t len), fd, to,
	len)
DEFINE(bind, bind, int, -1, (int fd, const struct sockaddr *at, socklen_t len), fd, at, len)
DEFINE(listen, listen, int, -1, (int fd, int most), fd, most)
DEFINE(accept, accept, int, -1, (int fd, struct sockaddr *from, socklen_t *len), fd, from, len)
DEFINE(accept4, accept, int, -1, (int fd, struct sockaddr *from, socklen_t *len, int flags), fd,
	from, len, flags)
DEFINE(setsockopt, sockopt, int, -1,
	(int fd, int level, int name, const void *value, socklen_t len), fd, level, name, value,
	len)
DEFINE(getsockopt, sockopt, int, -1, (int fd, int level, int name, void *value, socklen_t *len),
	fd, level, name, value, len)
DEFINE(getsockname, sockopt, int, -1, (int fd, struct sockaddr *name, socklen_t *len), fd, name,
	len)
DEFINE(send, send, ssize_t, -1, (int fd, const void *bytes, size_t len, int flags), fd, bytes,
	len, flags)
DEFINE(sendto, send, ssize_t, -1,
	(int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to,
		socklen_t size),
	fd, bytes, len, flags, to, size)
DEFINE(sendmsg, send, ssize_t, -1, (int fd, const struct msghdr *message, int flags), fd,
	message, flags)
DEFINE(sendfile64, send, ssize_t, -1, (int to, int from, off64_t *offset, size_t len), to, from,
	offset, len)
DEFINE(writev, send, ssize_t, -1, (int fd, const struct iovec *pieces, int count), fd, pieces,
	count)
DEFINE(recv, recv, ssize_t, -1, (int fd, void *bytes, size_t len, int flags), fd, bytes, len,
	flags)
DEFINE(recvfrom, recv, ssize_t, -1,
	(int fd, void *bytes, size_t len, int flags, struct sockaddr *from, socklen_t *size),
	fd, bytes, len, flags, from, size)
DEFINE(recvmsg, recv, ssize_t, -1, (int fd, struct msghdr *message, int flags), fd, message,
	flags)
DEFINE(poll, poll, int, -1, (struct pollfd * fds, nfds_t count, int limit), fds, count, limit)
DEFINE(epoll_create1, epoll_create, int, -1, (int flags), flags)
DEFINE(epoll_ctl, epoll_ctl, int, -1, (int epoll, int what, int fd, struct epoll_event *event),
	epoll, what, fd, event)
DEFINE(epoll_wait, epoll_wait, int, -1,
	(int epoll, struct epoll_event *events, int most, int limit), epoll, events, most,
	limit)
