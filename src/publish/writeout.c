#include "publish/writeout.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define BEGIN_AT ((size_t)32 << 20) /* what is less is soon on the disk */

struct of_writeout {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t news;
	pthread_t thread;
	int folder;
	size_t pending; /* bytes written since the last sync was begun */
	bool begun;     /* the thread was started */
	bool ended;     /* nothing more is written */
	bool given_up;  /* nor is the last sync wanted */
	int failure;    /* errno of the first sync that failed, or 0 */
};

struct of_writeout *of_writeout_new(int folder)
{
	struct of_writeout *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	made->folder = folder;
	if (pthread_mutex_init(&made->lock, NULL) == 0) {
		if (pthread_cond_init(&made->news, NULL) == 0)
			return made;
		pthread_mutex_destroy(&made->lock);
	}
	free(made);
	return NULL;
}

/* With the lock, but not while the sync runs: those who write take it. */
static void sync_now(struct of_writeout *writeout)
{
	int failure;

	writeout->pending = 0;
	pthread_mutex_unlock(&writeout->lock);
	failure = syncfs(writeout->folder) == 0 ? 0 : errno;
	pthread_mutex_lock(&writeout->lock);
	/* the system tells of a failure once, so it must be kept */
	if (writeout->failure == 0)
		writeout->failure = failure;
}

static void *run(void *argument)
{
	struct of_writeout *writeout = argument;

	pthread_mutex_lock(&writeout->lock);
	while (!writeout->ended) {
		if (writeout->pending >= BEGIN_AT)
			sync_now(writeout);
		else
			pthread_cond_wait(&writeout->news, &writeout->lock);
	}
	if (!writeout->given_up)
		sync_now(writeout);
	pthread_mutex_unlock(&writeout->lock);
	return NULL;
}

/* With the lock. Where no thread can be had, of_writeout_wait() does the work. */
static void wake(struct of_writeout *writeout)
{
	if (writeout->begun)
		pthread_cond_signal(&writeout->news);
	else
		writeout->begun = pthread_create(&writeout->thread, NULL, run, writeout) == 0;
}

void of_writeout_add(struct of_writeout *writeout, size_t bytes)
{
	pthread_mutex_lock(&writeout->lock);
	writeout->pending += bytes;
	if (writeout->pending >= BEGIN_AT)
		wake(writeout);
	pthread_mutex_unlock(&writeout->lock);
}

bool of_writeout_begun(struct of_writeout *writeout)
{
	bool begun;

	pthread_mutex_lock(&writeout->lock);
	begun = writeout->begun;
	pthread_mutex_unlock(&writeout->lock);
	return begun;
}

void of_writeout_end(struct of_writeout *writeout)
{
	pthread_mutex_lock(&writeout->lock);
	writeout->ended = true;
	wake(writeout);
	pthread_mutex_unlock(&writeout->lock);
}

bool of_writeout_wait(struct of_writeout *writeout)
{
	bool begun = writeout->begun;

	if (begun)
		pthread_join(writeout->thread, NULL);
	writeout->begun = false;
	pthread_mutex_lock(&writeout->lock);
	if (!begun)
		sync_now(writeout);
	errno = writeout->failure;
	pthread_mutex_unlock(&writeout->lock);
	return errno == 0;
}

void of_writeout_free(struct of_writeout *writeout)
{
	if (writeout == NULL)
		return;
	pthread_mutex_lock(&writeout->lock);
	writeout->ended = writeout->given_up = true;
	pthread_cond_signal(&writeout->news);
	pthread_mutex_unlock(&writeout->lock);
	if (writeout->begun)
		pthread_join(writeout->thread, NULL);
	pthread_cond_destroy(&writeout->news);
	pthread_mutex_destroy(&writeout->lock);
	free(writeout);
}
