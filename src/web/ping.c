#include "web/ping.h"

#include "base/clock.h"
#include "base/err.h"
#include "web/chance.h"
#include "web/ping_parts.h"
#include <curl/curl.h>
#include <stdlib.h>

#define NAME_SOCKETS 64           /* of the resolver that are waited for */
#define POLL_MOST INT64_C(100)    /* ms: the longest that a stop waits */
#define POLL_NAMES INT64_C(50)    /* ms, while names are asked for */
#define TIME_MOST INT64_C(300000) /* ms of all together */

struct of_sockets {
	struct curl_waitfd fds[NAME_SOCKETS];
	unsigned count;
};

/* ---- What is shared ---- */

/* One that finds no place is looked at no more, and its question runs out of time. */
static void watch_name_socket(int fd, bool readable, bool writable, void *payload)
{
	struct of_sockets *sockets = ((struct of_pinger *)payload)->names;
	short events =
		(short)((readable ? CURL_WAIT_POLLIN : 0) | (writable ? CURL_WAIT_POLLOUT : 0));
	unsigned at = 0;

	while (at < sockets->count && sockets->fds[at].fd != fd)
		at++;
	if (at < sockets->count && events == 0)
		sockets->fds[at] = sockets->fds[--sockets->count];
	else if (at < NAME_SOCKETS && events != 0)
		sockets->fds[at] = (struct curl_waitfd){.fd = fd, .events = events};
	if (at == sockets->count && at < NAME_SOCKETS && events != 0)
		sockets->count++;
}

static bool let_leave(void *owner)
{
	(void)owner;
	return true;
}

static void ignore_socket(void *loop, int fd)
{
	(void)loop;
	(void)fd;
}

static enum of_status init_lanes(struct of_pinger *pinger, struct of_err *err)
{
	for (size_t i = 0; i < OF_PING_LANES; i++) {
		pinger->lanes[i].pinger = pinger;
		pinger->lanes[i].arena = of_arena_new();
		if (pinger->lanes[i].arena == NULL)
			return of_err_set_nomem(err);
	}
	return OF_OK;
}

static enum of_status init_hubs(
	struct of_pinger *pinger, struct of_ping_hub *hubs, size_t n_hubs, struct of_err *err)
{
	pinger->hubs = calloc(n_hubs + 1, sizeof(*pinger->hubs));
	if (pinger->hubs == NULL)
		return of_err_set_nomem(err);
	pinger->n_hubs = n_hubs;
	for (size_t i = 0; i < n_hubs; i++) {
		hubs[i].delivered = 0;
		hubs[i].why[0] = '\0';
		pinger->hubs[i].hub = &hubs[i];
		pinger->total += hubs[i].count;
	}
	return OF_OK;
}

/* A ping is small, and so is its answer: a hub that takes longer is in trouble. */
static void fill_settings(struct of_pinger *pinger, const struct of_audit_settings *settings)
{
	pinger->settings = *settings;
	if (settings->timeout > OF_PING_TIMEOUT)
		pinger->settings.timeout = OF_PING_TIMEOUT;
	if (settings->connect_timeout > pinger->settings.timeout)
		pinger->settings.connect_timeout = pinger->settings.timeout;
}

static enum of_status init(struct of_pinger *pinger, struct of_ping_hub *hubs, size_t n_hubs,
	const struct of_audit_settings *settings, struct of_err *err)
{
	const struct of_transport_calls calls = {
		let_leave, ignore_socket, ignore_socket, pinger};
	enum of_status status;

	fill_settings(pinger, settings);
	pinger->now = of_clock_ms();
	/* jitter must differ between machines, and means nothing to anyone else */
	pinger->random = of_chance_seed((uint64_t)pinger->now);
	pinger->names = calloc(1, sizeof(*pinger->names));
	pinger->multi = curl_multi_init();
	if (pinger->names == NULL || pinger->multi == NULL || !of_parser_init(&pinger->parser))
		return of_err_set_nomem(err);
	status = init_hubs(pinger, hubs, n_hubs, err);
	if (status == OF_OK)
		status = init_lanes(pinger, err);
	if (status == OF_OK)
		status = of_transport_init(&pinger->transport, &pinger->settings, &calls, err);
	if (status == OF_OK)
		status = of_resolver_new(
			&pinger->resolver, &pinger->settings, err, watch_name_socket, pinger);
	return status;
}

/* Handles before the multi, which holds their connections, and that before the transport. */
static void finish(struct of_pinger *pinger)
{
	for (size_t i = 0; i < OF_PING_LANES; i++) {
		struct of_lane *lane = &pinger->lanes[i];

		if (lane->pinger != NULL)
			of_lane_drop(lane);
		of_transfer_free(lane->transfer);
		of_arena_free(lane->arena);
		of_buf_finish(&lane->url);
		of_buf_finish(&lane->form);
	}
	of_resolver_free(pinger->resolver);
	if (pinger->multi != NULL)
		curl_multi_cleanup(pinger->multi);
	if (pinger->transport.settings != NULL)
		of_transport_finish(&pinger->transport);
	of_parser_finish(&pinger->parser);
	free(pinger->names);
	free(pinger->hubs);
	free(pinger);
}

/* ---- The loop ---- */

/* The next hub in turn that has a ping for one more lane; NULL for none. */
static struct of_pinged_hub *choose_hub(struct of_pinger *pinger)
{
	for (size_t i = 0; i < pinger->n_hubs; i++) {
		struct of_pinged_hub *hub = &pinger->hubs[(pinger->turn + i) % pinger->n_hubs];

		if (hub->next == hub->hub->count || hub->busy >= OF_PING_PER_HUB ||
			hub->held_until > pinger->now)
			continue;
		pinger->turn = (pinger->turn + i + 1) % pinger->n_hubs;
		if (!hub->begun)
			hub->until = pinger->now + OF_PING_PATIENCE;
		hub->begun = true;
		return hub;
	}
	return NULL;
}

static void end_patience(struct of_pinger *pinger, int64_t end)
{
	for (size_t i = 0; i < pinger->n_hubs; i++) {
		struct of_pinged_hub *hub = &pinger->hubs[i];

		if (pinger->now >= end)
			of_pinger_give_up(pinger, hub, "no time is left for it");
		else if (hub->begun && hub->until <= pinger->now)
			of_pinger_give_up(pinger, hub, "it accepted nothing for half a minute");
	}
}

static void begin(struct of_pinger *pinger)
{
	for (size_t i = 0; i < OF_PING_LANES && pinger->status == OF_OK; i++) {
		struct of_lane *lane = &pinger->lanes[i];
		struct of_pinged_hub *hub;

		if (lane->state == OF_LANE_WAITING && lane->due <= pinger->now)
			of_lane_begin(lane);
		else if (lane->state == OF_LANE_IDLE && (hub = choose_hub(pinger)) != NULL)
			of_lane_take(lane, hub);
	}
}

/* Whether there were any. */
static bool end_exchanges(struct of_pinger *pinger)
{
	const CURLMsg *message;
	bool ended = false;
	int left;

	while ((message = curl_multi_info_read(pinger->multi, &left)) != NULL) {
		int code = (int)message->data.result;
		struct of_transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		if (transfer == NULL) {
			pinger->status = OF_ENOMEM;
			return false;
		}
		of_lane_end_exchange(transfer->owner, code);
		ended = true;
	}
	return ended;
}

static int time_to_wait(const struct of_pinger *pinger)
{
	int64_t wait = of_resolver_asking(pinger->resolver) > 0 ? POLL_NAMES : POLL_MOST;

	for (size_t i = 0; i < OF_PING_LANES; i++) {
		const struct of_lane *lane = &pinger->lanes[i];

		if (lane->state == OF_LANE_WAITING && lane->due - pinger->now < wait)
			wait = lane->due - pinger->now;
	}
	return wait > 0 ? (int)wait : 0;
}

/*
 * libcurl keeps to itself that a socket has an error, which a read then finds: so
 * each is read, as what has nothing to say costs little.
 */
static void tell_resolver(struct of_pinger *pinger)
{
	/* answers change which sockets there are */
	const struct of_sockets seen = *pinger->names;

	for (unsigned i = 0; i < seen.count; i++)
		of_resolver_ready(pinger->resolver, seen.fds[i].fd,
			(seen.fds[i].events & CURL_WAIT_POLLIN) != 0,
			(seen.fds[i].revents & CURL_WAIT_POLLOUT) != 0);
	of_resolver_tick(pinger->resolver, pinger->now);
}

/* A lane that has come to an end takes its next ping before anything is waited for. */
static enum of_status turn(struct of_pinger *pinger, struct of_err *err)
{
	struct of_sockets *names = pinger->names;
	CURLMcode code;
	int running;

	do {
		begin(pinger);
		code = curl_multi_perform(pinger->multi, &running);
	} while (code == CURLM_OK && end_exchanges(pinger));
	if (code == CURLM_OK && pinger->done < pinger->total)
		code = curl_multi_poll(
			pinger->multi, names->fds, names->count, time_to_wait(pinger), NULL);
	if (code != CURLM_OK)
		return of_err_set(err, OF_EIO, "cannot wait for the hubs' answers: %s",
			curl_multi_strerror(code));
	pinger->now = of_clock_ms();
	tell_resolver(pinger);
	return pinger->status == OF_OK ? OF_OK : of_err_set_nomem(err);
}

static enum of_status run(
	struct of_pinger *pinger, const struct of_progress *progress, struct of_err *err)
{
	const int64_t end = pinger->now + TIME_MOST;
	enum of_status status = OF_OK;

	while (status == OF_OK && pinger->done < pinger->total) {
		if (of_progress_stopped(progress))
			return of_err_set(err, OF_ESTOPPED, "interrupted");
		status = turn(pinger, err);
		end_patience(pinger, end);
		of_progress_tell(progress, "pinging", pinger->done, pinger->total);
	}
	return status;
}

enum of_status of_ping_send(struct of_ping_hub *hubs, size_t n_hubs,
	const struct of_audit_settings *settings, const struct of_progress *progress,
	struct of_err *err)
{
	struct of_pinger *pinger = calloc(1, sizeof(*pinger));
	enum of_status status;

	if (pinger == NULL)
		return of_err_set_nomem(err);
	status = init(pinger, hubs, n_hubs, settings, err);
	if (status == OF_OK)
		status = run(pinger, progress, err);
	finish(pinger);
	return status;
}
