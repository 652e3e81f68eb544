#include "base/clock.h"
#include "base/err.h"
#include "base/grow.h"
#include "web/fetch_parts.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MOST 256
#define TICK INT64_C(100)         /* ms: of `tick`, and the longest that a stop waits */
#define RESOLVER_TICK INT64_C(50) /* ms */

/* Whose a descriptor is, in the upper half of an event's data. */
enum owner { CURL_SOCKET, NAME_SOCKET, READERS };

void of_loop_tell_time(struct of_fetcher *fetcher)
{
	fetcher->now = of_clock_ms();
}

static void watch(
	struct of_fetcher *fetcher, enum owner owner, int fd, uint32_t events, bool known)
{
	struct epoll_event event = {
		.events = events, .data.u64 = (uint64_t)owner << 32 | (uint32_t)fd};
	int first = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int second = known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (events == 0) {
		epoll_ctl(fetcher->epoll, EPOLL_CTL_DEL, fd, NULL);
		return;
	}
	if (epoll_ctl(fetcher->epoll, first, fd, &event) != 0 &&
		epoll_ctl(fetcher->epoll, second, fd, &event) != 0) {
		of_fetcher_give_up(fetcher, OF_EIO, errno);
	}
}

void of_loop_watch_name_socket(int fd, bool readable, bool writable, void *payload)
{
	uint32_t events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);

	watch(payload, NAME_SOCKET, fd, events, false);
}

/*
 * A connection's descriptor stays watched as it was while nobody uses the
 * connection: its next exchange waits for the same again, and the two calls to
 * the kernel that each exchange would take are most of its way there. What is
 * heard of it meanwhile, its end as a rule, ends that (see `handle`).
 */
static void watch_connection(struct of_fetcher *fetcher, int fd, uint32_t events)
{
	struct of_watched *watched = &fetcher->watched[fd];

	watched->idle = events == 0;
	if (events == 0 || watched->events == events)
		return;
	watch(fetcher, CURL_SOCKET, fd, events, watched->events != 0);
	watched->events = events;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *payload, void *known)
{
	struct of_fetcher *fetcher = payload;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	if ((size_t)fd < fetcher->n_watched && fetcher->watched[fd].open) {
		watch_connection(fetcher, fd, events);
		return 0;
	}
	watch(fetcher, CURL_SOCKET, fd, events, known != NULL);
	if (known == NULL && events != 0)
		curl_multi_assign(fetcher->multi, fd, fetcher);
	return 0;
}

/* Without memory for it a connection is watched as any other descriptor of libcurl's. */
void of_loop_opened(void *payload, int fd)
{
	struct of_fetcher *fetcher = payload;

	while (fetcher->n_watched <= (size_t)fd) {
		struct of_watched *grown = of_grow(fetcher->watched, fetcher->n_watched,
			&fetcher->cap_watched, sizeof(*grown));

		if (grown == NULL)
			return;
		fetcher->watched = grown;
		grown[fetcher->n_watched++] = (struct of_watched){0};
	}
	fetcher->watched[fd] = (struct of_watched){.open = true};
}

void of_loop_closes(void *payload, int fd)
{
	struct of_fetcher *fetcher = payload;

	if ((size_t)fd < fetcher->n_watched)
		fetcher->watched[fd] = (struct of_watched){0};
}

/* Whether it was of a connection that nobody uses, and is watched no more. */
static bool stop_watching_idle(struct of_fetcher *fetcher, int fd)
{
	struct of_watched *watched;

	if ((size_t)fd >= fetcher->n_watched)
		return false;
	watched = &fetcher->watched[fd];
	if (!watched->open || !watched->idle)
		return false;
	if (watched->events != 0)
		watch(fetcher, CURL_SOCKET, fd, 0, true);
	watched->events = 0;
	return true;
}

static int on_curl_timer(CURLM *multi, long milliseconds, void *payload)
{
	struct of_fetcher *fetcher = payload;

	(void)multi;
	fetcher->curl_due = milliseconds < 0 ? -1 : fetcher->now + milliseconds;
	return 0;
}

/*
 * Idle connections beside the busy ones, so that a host's next request finds its
 * own again; of the descriptors that the process may have, half.
 */
static long connections_most(const struct of_fetcher *fetcher)
{
	struct rlimit limit = {.rlim_cur = 0};
	rlim_t most = (rlim_t)fetcher->settings->concurrency * 4;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < most)
		most = limit.rlim_cur / 2;
	return most < 16 ? 16 : (long)most;
}

/* One that hears of no socket, or of no time, would wait for ever. */
static bool set_callbacks(struct of_fetcher *fetcher)
{
	CURLM *multi = fetcher->multi;
	int bad = 0;

	bad |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	bad |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, fetcher);
	bad |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	bad |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, fetcher);
	bad |= (int)curl_multi_setopt(
		multi, CURLMOPT_MAXCONNECTS, (long)fetcher->most_connections);
	return bad == 0;
}

enum of_status of_loop_init(struct of_fetcher *fetcher, struct of_err *err)
{
	fetcher->curl_due = -1;
	fetcher->most_connections = (size_t)connections_most(fetcher);
	fetcher->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (fetcher->epoll < 0)
		return of_err_set_errno(err, NULL, "wait for sockets");
	fetcher->multi = curl_multi_init();
	if (fetcher->multi == NULL || !set_callbacks(fetcher))
		return of_err_set_nomem(err);
	of_loop_tell_time(fetcher);
	if (fetcher->readers != NULL)
		watch(fetcher, READERS, of_readers_fd(fetcher->readers), EPOLLIN, false);
	return OF_OK;
}

void of_loop_finish(struct of_fetcher *fetcher)
{
	if (fetcher->multi != NULL)
		curl_multi_cleanup(fetcher->multi);
	if (fetcher->epoll >= 0)
		close(fetcher->epoll);
	free(fetcher->watched);
}

bool of_loop_start(struct of_fetcher *fetcher, struct of_transfer *transfer)
{
	return curl_multi_add_handle(fetcher->multi, transfer->easy) == CURLM_OK;
}

void of_loop_stop(struct of_fetcher *fetcher, struct of_transfer *transfer)
{
	curl_multi_remove_handle(fetcher->multi, transfer->easy);
}

/* What may begin does: at an address first, since names grow old. */
static void begin(struct of_fetcher *fetcher)
{
	struct of_hosts *hosts = &fetcher->hosts;
	uint32_t number, task;

	while (!fetcher->stopping && !fetcher->paused && fetcher->busy < fetcher->most_busy)
		if (of_schedule_next(hosts->address_turns, fetcher->now, &number, &task))
			of_chain_begin(fetcher->chains[task]);
		else if (of_schedule_next(hosts->turns, fetcher->now, &number, &task))
			of_chain_take(fetcher, number, task);
		else
			break;
}

static void end_exchanges(struct of_fetcher *fetcher)
{
	const CURLMsg *message;
	int left;

	while (!fetcher->stopping &&
		(message = curl_multi_info_read(fetcher->multi, &left)) != NULL) {
		int code = (int)message->data.result;
		struct of_transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		if (transfer == NULL) {
			of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
			return;
		}
		of_loop_stop(fetcher, transfer);
		of_chain_end_exchange(transfer->owner, code);
	}
}

/* All at once, since each that is handed over by itself costs a change of threads. */
static void hand_over(struct of_fetcher *fetcher)
{
	struct of_chain *chains = fetcher->to_read;

	fetcher->to_read = NULL;
	if (chains != NULL)
		of_readers_push(fetcher->readers, chains);
}

static void take_read(struct of_fetcher *fetcher, bool wait)
{
	struct of_chain *chain = of_readers_take(fetcher->readers, wait);

	while (chain != NULL) {
		struct of_chain *next = chain->next;

		of_chain_done(chain);
		chain = next;
	}
}

/* Whatever it refuses is lost, and with it the exchange that waits for it. */
static void act(struct of_fetcher *fetcher, curl_socket_t fd, int what)
{
	int running;

	if (curl_multi_socket_action(fetcher->multi, fd, what, &running) != CURLM_OK)
		of_fetcher_give_up(fetcher, OF_ENOMEM, 0);
}

static void handle(struct of_fetcher *fetcher, const struct epoll_event *event)
{
	enum owner owner = (enum owner)(event->data.u64 >> 32);
	int fd = (int)(uint32_t)event->data.u64;
	bool broken = (event->events & (EPOLLERR | EPOLLHUP)) != 0;
	bool readable = broken || (event->events & EPOLLIN) != 0;
	bool writable = broken || (event->events & EPOLLOUT) != 0;

	switch (owner) {
	case CURL_SOCKET:
		if (stop_watching_idle(fetcher, fd))
			break;
		act(fetcher, fd,
			(event->events & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
				(broken ? CURL_CSELECT_ERR : 0));
		break;
	case NAME_SOCKET:
		of_resolver_ready(fetcher->resolver, fd, readable, writable);
		break;
	case READERS:
		take_read(fetcher, false);
		break;
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int time_to_wait(const struct of_fetcher *fetcher)
{
	const struct of_hosts *hosts = &fetcher->hosts;
	int64_t until = fetcher->tick_due;

	if (fetcher->curl_due >= 0)
		until = earlier(until, fetcher->curl_due);
	if (of_resolver_asking(fetcher->resolver) > 0)
		until = earlier(until, fetcher->resolver_due);
	if (!fetcher->paused && fetcher->busy < fetcher->most_busy) {
		until = earlier(until, of_schedule_wake(hosts->turns));
		until = earlier(until, of_schedule_wake(hosts->address_turns));
	}
	return until > fetcher->now ? (int)(until - fetcher->now) : 0;
}

static void keep_time(struct of_fetcher *fetcher)
{
	if (fetcher->curl_due >= 0 && fetcher->curl_due <= fetcher->now) {
		fetcher->curl_due = -1;
		act(fetcher, CURL_SOCKET_TIMEOUT, 0);
	}
	if (fetcher->resolver_due <= fetcher->now) {
		fetcher->resolver_due = fetcher->now + RESOLVER_TICK;
		of_resolver_tick(fetcher->resolver, fetcher->now);
	}
	if (fetcher->tick_due <= fetcher->now) {
		fetcher->tick_due = fetcher->now + TICK;
		/* the event of it may have failed */
		if (fetcher->readers != NULL)
			take_read(fetcher, false);
		if (fetcher->calls.tick != NULL && !fetcher->calls.tick(fetcher->calls.payload))
			fetcher->stopping = true;
	}
}

static bool turn(struct of_fetcher *fetcher)
{
	struct epoll_event events[EVENTS_MOST];
	int count;

	begin(fetcher);
	if (fetcher->stopping ||
		(fetcher->live == 0 && of_schedule_waiting(fetcher->hosts.turns) == 0))
		return false;
	count = epoll_wait(fetcher->epoll, events, EVENTS_MOST, time_to_wait(fetcher));
	of_loop_tell_time(fetcher);
	for (int i = 0; i < count; i++)
		handle(fetcher, &events[i]);
	keep_time(fetcher);
	end_exchanges(fetcher);
	hand_over(fetcher);
	return true;
}

static enum of_status tell(const struct of_fetcher *fetcher, struct of_err *err)
{
	char words[128];

	if (fetcher->status == OF_ENOMEM)
		return of_err_set_nomem(err);
	return of_err_set(err, OF_EIO,
		"cannot reach the network: %s: what was learned is kept, and the next run "
		"goes on%s",
		strerror_r(fetcher->sys_errno, words, sizeof(words)),
		fetcher->sys_errno == EMFILE ? "; lower audit.concurrency, or allow more "
					       "open files"
					     : "");
}

enum of_status of_fetcher_run(
	struct of_fetcher *fetcher, const volatile sig_atomic_t *stop, struct of_err *err)
{
	bool stopped = false;

	of_loop_tell_time(fetcher);
	fetcher->tick_due = fetcher->now + TICK;
	while (turn(fetcher))
		if (stop != NULL && *stop) {
			fetcher->stopping = stopped = true;
			break;
		}
	if (fetcher->stopping) {
		hand_over(fetcher);
		if (fetcher->readers != NULL)
			take_read(fetcher, true);
		of_chain_abort_all(fetcher);
	}
	if (fetcher->status != OF_OK)
		return tell(fetcher, err);
	return stopped ? of_err_set(err, OF_ESTOPPED, "interrupted") : OF_OK;
}
