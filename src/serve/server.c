/* The server, by libmicrohttpd: a few threads, each with an epoll of its own. */
#include <outfeed/serve.h>

#include "base/below.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "serve/answer.h"
#include "serve/listen.h"
#include "serve/live.h"
#include "serve/send.h"
#include "serve/waiting.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LEAST_CONNECTIONS 16
#define SPARE_FILES 64           /* descriptors for all but connections and their files */
#define IDLE_SECONDS 30          /* after which a connection that says nothing ends */
#define REQUEST_BYTES (16 << 10) /* of memory for a connection, its request's head included */
#define LOOPBACK "127.0.0.1"

/* What a request's state points to: how often it was heard of. */
static char begun, waited; /* never written */

struct of_server {
	struct MHD_Daemon *daemon;
	unsigned port;
	bool loopback, live;
	struct of_waiting waiting;
	pthread_rwlock_t lock; /* of places */
	struct of_places places;
};

static struct of_str header(struct MHD_Connection *connection, const char *name)
{
	return of_str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static struct of_request read_request(
	struct MHD_Connection *connection, const char *url, const char *method)
{
	return (struct of_request){.method = of_str_from(method),
		.target = of_str_from(url),
		.host = header(connection, MHD_HTTP_HEADER_HOST),
		.accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
		.range = header(connection, MHD_HTTP_HEADER_RANGE),
		.conditions = {
			.if_match = header(connection, MHD_HTTP_HEADER_IF_MATCH),
			.if_none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
			.if_modified_since =
				header(connection, MHD_HTTP_HEADER_IF_MODIFIED_SINCE),
			.if_unmodified_since =
				header(connection, MHD_HTTP_HEADER_IF_UNMODIFIED_SINCE),
			.if_range = header(connection, MHD_HTTP_HEADER_IF_RANGE),
		}};
}

static void make_answer(
	struct of_answer *answer, struct of_server *server, const struct of_request *request)
{
	const struct of_answering how = {&server->places, server->loopback, server->live};

	pthread_rwlock_rdlock(&server->lock);
	of_answer_make(answer, &how, request);
	pthread_rwlock_unlock(&server->lock);
}

/*
 * A page asks whether it changed, by its entity tag, and waits while it did not.
 * Once it has waited it is told so in any case, and asks again.
 */
static enum MHD_Result answer_events(struct of_server *server,
	struct MHD_Connection *connection, const struct of_request *asked, bool has_waited)
{
	const uint64_t turn = of_waiting_turn(&server->waiting);
	struct of_request request = {.method = asked->method,
		.host = asked->host,
		.conditions = {.if_none_match = asked->conditions.if_none_match}};
	struct of_answer answer;
	unsigned status;

	request.target = of_str_from_offset(asked->target, sizeof(OF_LIVE_EVENTS) - 1);
	make_answer(&answer, server, &request);
	status = answer.status;
	of_answer_finish(&answer);
	if (status == MHD_HTTP_OK)
		return of_send_text(connection, MHD_HTTP_OK, "text/plain", STR("changed\n"));
	if (status == MHD_HTTP_MISDIRECTED_REQUEST)
		return of_send_text(connection, status, NULL, STR(""));
	if (!has_waited && of_waiting_add(&server->waiting, connection, turn))
		return MHD_YES;
	return of_send_text(connection, MHD_HTTP_NO_CONTENT, NULL, STR(""));
}

/* A body is nobody's here: the connection ends rather than that it is read. */
static bool has_body(struct MHD_Connection *connection)
{
	struct of_str length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING).ptr != NULL ||
	       (length.ptr != NULL && !of_str_equal(length, STR("0")));
}

static enum MHD_Result answer_document(struct of_server *server,
	struct MHD_Connection *connection, const struct of_request *request)
{
	struct of_answer answer;
	enum MHD_Result result;

	make_answer(&answer, server, request);
	result = of_send(connection, &answer, of_str_equal(request->method, STR("HEAD")));
	of_answer_finish(&answer);
	return result;
}

static enum MHD_Result answer_live(struct of_server *server, struct MHD_Connection *connection,
	const struct of_request *request, void **state)
{
	bool has_waited = *state == &waited;

	*state = &waited;
	if (of_str_equal(request->target, STR(OF_LIVE_SCRIPT)))
		return of_send_text(connection, MHD_HTTP_OK, "text/javascript; charset=utf-8",
			of_str_from(of_live_script));
	if (of_str_starts(request->target, STR(OF_LIVE_EVENTS "/")))
		return answer_events(server, connection, request, has_waited);
	return answer_document(server, connection, request);
}

/*
 * Called when a request's head is there, and again when all of it is. To answer
 * at once ends the connection.
 */
static enum MHD_Result on_request(void *payload, struct MHD_Connection *connection,
	const char *url, const char *method, const char *version, const char *upload,
	size_t *upload_size, void **state)
{
	struct of_server *server = payload;
	struct of_request request;

	(void)version;
	(void)upload;
	(void)upload_size;
	if (*state == NULL && !has_body(connection)) {
		*state = &begun;
		return MHD_YES;
	}
	request = read_request(connection, url, method);
	if (server->live && *state != NULL && of_str_equal(request.method, STR("GET")) &&
		of_str_starts(request.target, STR(OF_LIVE_FOLDER)))
		return answer_live(server, connection, &request, state);
	return answer_document(server, connection, &request);
}

/* Percent-encoding is undone once, and by who knows what it may stand for. */
static size_t leave_escaped(void *payload, struct MHD_Connection *connection, char *text)
{
	(void)payload;
	(void)connection;
	return strlen(text);
}

/* Each connection may have a file open. */
static unsigned connections_most(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY ||
		files.rlim_cur / 2 > OF_SERVE_CONNECTIONS + SPARE_FILES)
		return OF_SERVE_CONNECTIONS;
	if (files.rlim_cur / 2 < LEAST_CONNECTIONS + SPARE_FILES)
		return LEAST_CONNECTIONS;
	return (unsigned)(files.rlim_cur / 2) - SPARE_FILES;
}

static enum of_status start(struct of_server *server, int fd, unsigned jobs, struct of_err *err)
{
	const struct MHD_OptionItem options[] = {
		{MHD_OPTION_LISTEN_SOCKET, fd, NULL},
		{MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections_most(), NULL},
		{MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_BYTES, NULL},
		{MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, NULL},
		{MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
		{jobs > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)jobs, NULL},
		{MHD_OPTION_END, 0, NULL},
	};

	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0,
		NULL, NULL, on_request, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	return server->daemon != NULL ? OF_OK : of_err_set_errno(err, NULL, "start the server");
}

bool of_server_is_there(void)
{
	return true;
}

enum of_status of_server_start(struct of_server **server, const struct of_site *site,
	const struct of_serve_options *options, struct of_err *err)
{
	const char *address = options->address != NULL ? options->address : LOOPBACK;
	struct of_server *made = calloc(1, sizeof(*made));
	enum of_status status;
	int fd = -1;

	*server = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	pthread_rwlock_init(&made->lock, NULL);
	of_waiting_init(&made->waiting);
	made->live = options->live;
	made->loopback = of_host_is_loopback(of_str_from(address));
	status = of_places_init(&made->places, site, err);
	if (status == OF_OK)
		status = of_listen(&fd, &made->port, address, options->port, err);
	if (status == OF_OK)
		status = start(
			made, fd, options->jobs > 0 ? options->jobs : of_pool_cores(), err);
	if (status == OF_OK) {
		*server = made;
		return OF_OK;
	}
	of_close_quietly(fd);
	of_server_stop(made);
	return status;
}

static void on_panic(void *payload, const char *file, unsigned line, const char *why)
{
	void (*panic)(const char *why) = (void (*)(const char *))(uintptr_t)payload;

	(void)file;
	(void)line;
	panic(why != NULL ? why : "libmicrohttpd does not say why");
}

void of_server_set_panic(void (*panic)(const char *why))
{
	MHD_set_panic_func(on_panic, (void *)(uintptr_t)panic);
}

unsigned of_server_port(const struct of_server *server)
{
	return server->port;
}

bool of_server_is_loopback(const struct of_server *server)
{
	return server->loopback;
}

enum of_status of_server_use(
	struct of_server *server, const struct of_site *site, struct of_err *err)
{
	struct of_places places, old;
	enum of_status status = of_places_init(&places, site, err);

	if (status != OF_OK)
		return status;
	pthread_rwlock_wrlock(&server->lock);
	old = server->places;
	server->places = places;
	pthread_rwlock_unlock(&server->lock);
	of_places_finish(&old);
	return OF_OK;
}

void of_server_look_again(struct of_server *server)
{
	of_waiting_wake(&server->waiting, false);
}

void of_server_stop(struct of_server *server)
{
	if (server == NULL)
		return;
	of_waiting_wake(&server->waiting, true);
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon);
	of_waiting_finish(&server->waiting);
	pthread_rwlock_destroy(&server->lock);
	of_places_finish(&server->places);
	free(server);
}
