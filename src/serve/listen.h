/*
 * The socket that a server listens on.
 */
#ifndef OF_SERVE_LISTEN_H
#define OF_SERVE_LISTEN_H

#include <outfeed/err.h>
#include <stdbool.h>

/*
 * A socket in *fd, the caller's to close. port 0 takes one that is free; *bound
 * says which it is. OF_ECONFIG when the address is none, OF_EIO when it cannot be had.
 */
OF_MUST_CHECK enum of_status of_listen(
	int *fd, unsigned *bound, const char *address, unsigned port, struct of_err *err);

#endif
