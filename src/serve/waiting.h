/*
 * Requests that wait for something to change. They hold no thread.
 */
#ifndef OF_SERVE_WAITING_H
#define OF_SERVE_WAITING_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define OF_WAITING_MOST 64 /* the oldest makes room for one more */

struct MHD_Connection;

struct of_waiting {
	pthread_mutex_t lock;
	struct MHD_Connection *connections[OF_WAITING_MOST]; /* the oldest first */
	unsigned count;
	uint64_t turn; /* of changes so far */
	bool closed;
};

void of_waiting_init(struct of_waiting *waiting);
void of_waiting_finish(struct of_waiting *waiting);

/* Taken before one looks whether there is something to wait for. */
uint64_t of_waiting_turn(struct of_waiting *waiting);
/* Suspends a connection. False, and it is not, when there was a change since that turn. */
bool of_waiting_add(
	struct of_waiting *waiting, struct MHD_Connection *connection, uint64_t turn);
/* Something changed: all go on. With close, none will wait any more. */
void of_waiting_wake(struct of_waiting *waiting, bool close);

#endif
