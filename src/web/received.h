/* What a connection has brought, as the system counts it. */
#ifndef OF_WEB_RECEIVED_H
#define OF_WEB_RECEIVED_H

#include <stdint.h>

/* Bytes that came on a TCP socket since it was opened; 0 where that is not known. */
uint64_t of_socket_received(int fd);

#endif
