#include "base/err.h"
#include "base/pool.h"
#include "web/fetch_parts.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define READERS_MOST 8U
#define CHAINS_A_READER 4
#define CHAINS_AT_ONCE 16 /* that a reader takes at most, so that the others have some */

struct line {
	struct of_chain *first, **last;
};

struct of_readers {
	const struct of_fetch_calls *calls;
	int fd; /* of the event that something was read */
	pthread_mutex_t mutex;
	pthread_cond_t more, read;
	struct line waiting, done;
	size_t idle, open; /* threads that wait; chains that were pushed and not taken */
	size_t n_waiting, n_done;
	bool awaited; /* the loop waits for all */
	bool closing;
	unsigned n_threads;
	pthread_t threads[READERS_MOST];
};

static void push(struct line *line, struct of_chain *chain)
{
	chain->next = NULL;
	*line->last = chain;
	line->last = &chain->next;
}

static struct of_chain *pop_all(struct line *line)
{
	struct of_chain *first = line->first;

	*line = (struct line){NULL, &line->first};
	return first;
}

/* The first of them, so many at most; their number in *count. */
static struct of_chain *pop(struct line *line, size_t most, size_t *count)
{
	struct of_chain *first = line->first;
	struct of_chain **end = &line->first;

	for (*count = 0; *end != NULL && *count < most; (*count)++)
		end = &(*end)->next;
	line->first = *end;
	*end = NULL;
	if (line->first == NULL)
		line->last = &line->first;
	return first;
}

/* Under the mutex: a reader's share of what waits; NULL when the readers close. */
static struct of_chain *wait_for_work(struct of_readers *readers, size_t *count)
{
	size_t share;

	while (readers->waiting.first == NULL && !readers->closing) {
		readers->idle++;
		pthread_cond_wait(&readers->more, &readers->mutex);
		readers->idle--;
	}
	share = readers->n_waiting / readers->n_threads + 1;
	if (share > CHAINS_AT_ONCE)
		share = CHAINS_AT_ONCE;
	return pop(&readers->waiting, share, count);
}

/* Under the mutex. An event that stands says it already. */
static void give_back(struct of_readers *readers, struct of_chain *chains, size_t count)
{
	uint64_t one = 1;
	bool first = readers->done.first == NULL;

	while (chains != NULL) {
		struct of_chain *next = chains->next;

		push(&readers->done, chains);
		chains = next;
	}
	readers->n_done += count;
	if (readers->awaited)
		pthread_cond_signal(&readers->read);
	/* the loop looks now and then, if this should fail */
	if (first && write(readers->fd, &one, sizeof(one)) < 0)
		return;
}

/* Several between two looks at the mutex: each look may cost a change of threads. */
static void *work(void *payload)
{
	struct of_readers *readers = payload;
	struct of_chain *chains;
	size_t count;

	pthread_mutex_lock(&readers->mutex);
	while ((chains = wait_for_work(readers, &count)) != NULL) {
		readers->n_waiting -= count;
		pthread_mutex_unlock(&readers->mutex);
		for (struct of_chain *chain = chains; chain != NULL; chain = chain->next)
			readers->calls->read(&chain->answer, readers->calls->payload);
		pthread_mutex_lock(&readers->mutex);
		give_back(readers, chains, count);
	}
	pthread_mutex_unlock(&readers->mutex);
	return NULL;
}

enum of_status of_readers_new(
	struct of_readers **readers, const struct of_fetch_calls *calls, struct of_err *err)
{
	struct of_readers *made = calloc(1, sizeof(*made));
	unsigned count = of_pool_cores();

	*readers = made;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->calls = calls;
	pop_all(&made->waiting);
	pop_all(&made->done);
	pthread_mutex_init(&made->mutex, NULL);
	pthread_cond_init(&made->more, NULL);
	pthread_cond_init(&made->read, NULL);
	made->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (made->fd < 0)
		return of_err_set_errno(err, NULL, "make an event for the readers");
	while (made->n_threads < count && made->n_threads < READERS_MOST &&
		pthread_create(&made->threads[made->n_threads], NULL, work, made) == 0)
		made->n_threads++;
	if (made->n_threads == 0)
		return of_err_set_errno(err, NULL, "start a thread");
	return OF_OK;
}

void of_readers_free(struct of_readers *readers)
{
	if (readers == NULL)
		return;
	pthread_mutex_lock(&readers->mutex);
	readers->closing = true;
	pthread_cond_broadcast(&readers->more);
	pthread_mutex_unlock(&readers->mutex);
	for (unsigned i = 0; i < readers->n_threads; i++)
		pthread_join(readers->threads[i], NULL);
	pthread_cond_destroy(&readers->more);
	pthread_cond_destroy(&readers->read);
	pthread_mutex_destroy(&readers->mutex);
	if (readers->fd >= 0)
		close(readers->fd);
	free(readers);
}

/* A reader that wakes takes one chain after the other: a second is worth its while for many. */
void of_readers_push(struct of_readers *readers, struct of_chain *chains)
{
	size_t pushed = 0, wake;

	pthread_mutex_lock(&readers->mutex);
	while (chains != NULL) {
		struct of_chain *next = chains->next;

		push(&readers->waiting, chains);
		pushed++;
		chains = next;
	}
	readers->open += pushed;
	readers->n_waiting += pushed;
	wake = 1 + pushed / CHAINS_A_READER;
	if (wake > readers->idle)
		wake = readers->idle;
	pthread_mutex_unlock(&readers->mutex);
	while (wake-- > 0)
		pthread_cond_signal(&readers->more);
}

int of_readers_fd(const struct of_readers *readers)
{
	return readers->fd;
}

struct of_chain *of_readers_take(struct of_readers *readers, bool wait)
{
	struct of_chain *chains;
	uint64_t count;

	pthread_mutex_lock(&readers->mutex);
	readers->awaited = wait;
	while (wait && readers->n_done < readers->open)
		pthread_cond_wait(&readers->read, &readers->mutex);
	readers->awaited = false;
	if (read(readers->fd, &count, sizeof(count)) < 0)
		count = 0; /* none stands, or it stays: what was read is taken all the same */
	chains = pop_all(&readers->done);
	readers->open -= readers->n_done;
	readers->n_done = 0;
	pthread_mutex_unlock(&readers->mutex);
	return chains;
}
