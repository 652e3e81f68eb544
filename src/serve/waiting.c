#include "serve/waiting.h"

#include <microhttpd.h>
#include <string.h>

void of_waiting_init(struct of_waiting *waiting)
{
	memset(waiting, 0, sizeof(*waiting));
	pthread_mutex_init(&waiting->lock, NULL);
}

void of_waiting_finish(struct of_waiting *waiting)
{
	pthread_mutex_destroy(&waiting->lock);
}

uint64_t of_waiting_turn(struct of_waiting *waiting)
{
	uint64_t turn;

	pthread_mutex_lock(&waiting->lock);
	turn = waiting->turn;
	pthread_mutex_unlock(&waiting->lock);
	return turn;
}

static void resume_oldest(struct of_waiting *waiting)
{
	MHD_resume_connection(waiting->connections[0]);
	waiting->count--;
	memmove(waiting->connections, waiting->connections + 1,
		waiting->count * sizeof(*waiting->connections));
}

bool of_waiting_add(
	struct of_waiting *waiting, struct MHD_Connection *connection, uint64_t turn)
{
	bool waits;

	pthread_mutex_lock(&waiting->lock);
	waits = !waiting->closed && waiting->turn == turn;
	if (waits && waiting->count == OF_WAITING_MOST)
		resume_oldest(waiting);
	if (waits) {
		MHD_suspend_connection(connection);
		waiting->connections[waiting->count++] = connection;
	}
	pthread_mutex_unlock(&waiting->lock);
	return waits;
}

void of_waiting_wake(struct of_waiting *waiting, bool close)
{
	pthread_mutex_lock(&waiting->lock);
	waiting->turn++;
	waiting->closed |= close;
	while (waiting->count > 0)
		MHD_resume_connection(waiting->connections[--waiting->count]);
	pthread_mutex_unlock(&waiting->lock);
}
