#include "web/transfer.h"

#include "base/address.h"
#include "base/str.h"
#include "web/failure.h"
#include "web/received.h"
#include <curl/curl.h>
#include <errno.h>
#include <outfeed/arena.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLOOR_SPEED 64L                /* bytes a second */
#define FLOOR_TIME 15L                 /* seconds that it may be lower */
#define BODY_KEPT ((size_t)64 << 10)   /* memory that waits for the next exchange */
#define BODY_UNREAD ((size_t)16 << 10) /* of a redirect: read for the connection's sake */
#define FIXED_SECONDS 5L               /* that libcurl keeps an address it was given */
#define PROXY_SECONDS 60L              /* the same of the proxy's, which it looks up itself */

static const struct of_str header_names[OF_HEADER_COUNT] = {
	[OF_HEADER_TYPE] = STR_INIT("content-type"),
	[OF_HEADER_ETAG] = STR_INIT("etag"),
	[OF_HEADER_LAST_MODIFIED] = STR_INIT("last-modified"),
	[OF_HEADER_LINK] = STR_INIT("link"),
	[OF_HEADER_SERVER] = STR_INIT("server"),
	[OF_HEADER_LOCATION] = STR_INIT("location"),
	[OF_HEADER_CONTENT_RANGE] = STR_INIT("content-range"),
	[OF_HEADER_CONTENT_LENGTH] = STR_INIT("content-length"),
	[OF_HEADER_CONTENT_ENCODING] = STR_INIT("content-encoding"),
	[OF_HEADER_SET_COOKIE] = STR_INIT("set-cookie"),
};

static void forget_headers(struct of_transfer *transfer)
{
	of_buf_clear(&transfer->text);
	memset(transfer->headers, 0, sizeof(transfer->headers));
}

/*
 * What may stand in no field is a space (RFC 9110 section 5.5): some values are sent back,
 * and a lone CR is the end of a line to some servers.
 */
static void add_value(struct of_buf *text, struct of_str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char byte = value.ptr[i];

		of_buf_add_byte(
			text, byte == '\r' || byte == '\n' || byte == '\0' ? ' ' : byte);
	}
}

static void keep_header(
	struct of_transfer *transfer, enum of_header header, struct of_str value)
{
	struct of_span *span = &transfer->headers[header];
	struct of_buf *text = &transfer->text;
	struct of_str before = of_transfer_header(transfer, header);
	size_t from = text->len;

	if (header == OF_HEADER_LINK && before.len > 0 && span->from + span->len == from) {
		of_buf_add_text(text, ", ");
		from = span->from;
	} else if (header == OF_HEADER_LINK && before.len > 0) {
		/* with other headers between them, each would make a copy of all before it */
		if (text->len > OF_LIMIT_HEADERS)
			return;
		if (!of_buf_reserve(text, before.len + 2 + value.len))
			return;
		of_buf_add(text, text->ptr + span->from, span->len);
		of_buf_add_text(text, ", ");
	}
	add_value(text, value);
	if (text->status == OF_OK)
		*span = (struct of_span){from, text->len - from};
}

/*
 * Until a server begins to answer there is no speed, and `timeout` alone ends the
 * wait. libcurl reads the floor's time anew at each look.
 */
static void set_floor(struct of_transfer *transfer, bool answered)
{
	if (transfer->answered != answered)
		curl_easy_setopt(
			transfer->easy, CURLOPT_LOW_SPEED_TIME, answered ? FLOOR_TIME : 0L);
	transfer->answered = answered;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *payload)
{
	struct of_transfer *transfer = payload;
	struct of_str line = {bytes, size * count};
	size_t colon;

	set_floor(transfer, true);
	transfer->header_bytes += line.len;
	if (transfer->header_bytes > OF_LIMIT_HEADERS) {
		transfer->too_large = true;
		return 0;
	}
	/* A status line: what came before was an interim answer's (1xx). */
	if (of_str_starts(line, STR("HTTP/"))) {
		forget_headers(transfer);
		transfer->headed = false;
		return line.len;
	}
	transfer->headed = of_str_trim(line).len == 0;
	colon = of_str_find_byte(line, ':');
	for (size_t i = 0; i < OF_HEADER_COUNT; i++) {
		if (header_names[i].len != colon ||
			!of_str_starts_nocase(line, header_names[i]))
			continue;
		keep_header(transfer, (enum of_header)i,
			of_str_trim(of_str_from_offset(line, colon + 1)));
		transfer->has_cookies |= i == OF_HEADER_SET_COOKIE;
		break;
	}
	return line.len;
}

static size_t body_cap(const struct of_transfer *transfer)
{
	bool redirect = transfer->headers[OF_HEADER_LOCATION].len > 0;

	return redirect && transfer->cap > BODY_UNREAD ? BODY_UNREAD : transfer->cap;
}

/* The cap is on decoded bytes: whatever a few bytes unfold to, no more is held. */
static size_t on_body(char *bytes, size_t size, size_t count, void *payload)
{
	struct of_transfer *transfer = payload;
	size_t len = size * count;
	size_t room = body_cap(transfer) - transfer->body.len;

	if (transfer->body.len >= body_cap(transfer))
		room = 0;
	of_buf_add(&transfer->body, bytes, len < room ? len : room);
	transfer->truncated = len > room;
	return transfer->truncated || transfer->body.status != OF_OK ? 0 : len;
}

/* Of this machine, whatever the server does. */
static bool is_shortage(long sys_errno)
{
	return sys_errno == EMFILE || sys_errno == ENFILE || sys_errno == ENOMEM ||
	       sys_errno == ENOBUFS;
}

/*
 * The last look at an address is at the very one that is connected to (AUDIT
 * section 2). Through a proxy every connection is to the proxy, which the
 * settings name, and the target's addresses were looked at before.
 */
static curl_socket_t on_socket(
	void *payload, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct of_transfer *transfer = payload;
	const struct of_transport_calls *calls = &transfer->transport->calls;
	const struct of_audit_settings *settings = transfer->transport->settings;
	int fd;

	(void)purpose;
	if (settings->proxy.len == 0 &&
		!of_address_is_allowed(&address->addr, settings->allow_addresses,
			settings->n_allow_addresses)) {
		transfer->refused = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0)
		calls->opened(calls->loop, fd);
	else if (is_shortage(errno))
		transfer->lacking = errno;
	return fd;
}

/* A connection outlives the exchange that opened it: its payload is the transport. */
static int on_close(void *payload, curl_socket_t fd)
{
	struct of_transport *transport = payload;
	uint64_t received = of_socket_received(fd);

	if (received > transport->received)
		transport->received = received;
	transport->calls.closes(transport->calls.loop, fd);
	return close(fd);
}

static int on_leave(void *payload, char *remote, char *local, int remote_port, int local_port)
{
	struct of_transfer *transfer = payload;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	return transfer->transport->calls.left(transfer->owner) ? CURL_PREREQFUNC_OK
								: CURL_PREREQFUNC_ABORT;
}

/* What is the same for every exchange; a handle that refuses any of it is of no use. */
static bool set_callbacks(struct of_transfer *transfer)
{
	CURL *easy = transfer->easy;
	int bad = 0;

	bad |= (int)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->transport);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_leave);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	return bad == 0;
}

static bool set_limits(struct of_transfer *transfer)
{
	const struct of_audit_settings *settings = transfer->transport->settings;
	CURL *easy = transfer->easy;
	long seconds = settings->proxy.len > 0 ? PROXY_SECONDS : FIXED_SECONDS;
	int bad = 0;

	bad |= (int)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)settings->timeout);
	bad |= (int)curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, FLOOR_SPEED);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= (int)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 0L);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, seconds);
	return bad == 0;
}

/* Set even to nothing, so that no environment variable names a proxy. */
static bool set_way(struct of_transfer *transfer)
{
	const struct of_transport *transport = transfer->transport;
	CURL *easy = transfer->easy;
	int bad = 0;

	bad |= (int)curl_easy_setopt(easy, CURLOPT_PROXY, transport->proxy);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	bad |= (int)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	if (transport->proxy[0] != '\0')
		bad |= (int)curl_easy_setopt(easy, CURLOPT_USERAGENT, transport->user_agent);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transport->other_headers);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
	/* A folder of roots beside the file would keep libcurl from keeping what it read. */
	bad |= (int)curl_easy_setopt(easy, CURLOPT_CAINFO, transport->ca_path);
	bad |= (int)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	return bad == 0;
}

struct of_transfer *of_transfer_new(struct of_transport *transport)
{
	struct of_transfer *transfer = calloc(1, sizeof(*transfer));

	if (transfer == NULL)
		return NULL;
	transfer->transport = transport;
	transfer->easy = curl_easy_init();
	if (transfer->easy != NULL && set_callbacks(transfer) && set_limits(transfer) &&
		set_way(transfer))
		return transfer;
	of_transfer_free(transfer);
	return NULL;
}

void of_transfer_free(struct of_transfer *transfer)
{
	if (transfer == NULL)
		return;
	if (transfer->easy != NULL)
		curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->resolve);
	curl_slist_free_all(transfer->own_headers);
	of_buf_finish(&transfer->body);
	of_buf_finish(&transfer->text);
	of_buf_finish(&transfer->stale);
	free(transfer);
}

struct of_str of_transfer_header(const struct of_transfer *transfer, enum of_header header)
{
	struct of_span span = transfer->headers[header];

	if (span.len == 0)
		return (struct of_str){0};
	return (struct of_str){transfer->text.ptr + span.from, span.len};
}

/* "bytes 0-65535/123456", or Content-Length where the body is the document. */
static uint64_t document_length(const struct of_transfer *transfer, unsigned status)
{
	struct of_str range = of_transfer_header(transfer, OF_HEADER_CONTENT_RANGE);
	struct of_str text = of_transfer_header(transfer, OF_HEADER_CONTENT_LENGTH);
	uint64_t length = 0;

	if (status == 206)
		text = of_str_from_offset(range, of_str_find_last_byte(range, '/') + 1);
	else if (transfer->headers[OF_HEADER_CONTENT_ENCODING].len > 0)
		return 0;
	return of_str_to_uint(&length, text) ? length : 0;
}

static enum of_failure classify(struct of_transfer *transfer, int code, curl_off_t total)
{
	const struct of_audit_settings *settings = transfer->transport->settings;
	CURL *easy = transfer->easy;
	struct of_failure_facts facts = {
		.code = code,
		.proxied = settings->proxy.len > 0,
		.before_its_limit = total / 1000 + 50 < settings->timeout,
	};
	curl_off_t leaving = 0;

	if (transfer->too_large)
		return OF_FAILURE_TOO_LARGE;
	if (code == CURLE_WRITE_ERROR && transfer->truncated)
		return OF_FAILURE_NONE;
	if (code == CURLE_COULDNT_CONNECT && transfer->refused)
		return OF_FAILURE_FORBIDDEN;
	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &facts.verify);
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &facts.sys_errno);
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &leaving);
	facts.connected = leaving > 0;
	return of_failure_classify(&facts);
}

/*
 * libcurl holds a line of the headers until it ends, and says of one that is longer
 * than 100 KB that there is no memory: no server may end an audit by that.
 */
static bool is_endless_line(struct of_transfer *transfer, int code)
{
	uint64_t received = transfer->transport->received;

	transfer->transport->received = 0;
	return code == CURLE_OUT_OF_MEMORY && !transfer->headed && received > OF_LIMIT_HEADERS;
}

static void note_local(struct of_outcome *outcome, const struct of_transfer *transfer, int code)
{
	long sys_errno = transfer->lacking;

	if (code == CURLE_COULDNT_CONNECT || code == CURLE_SEND_ERROR ||
		code == CURLE_RECV_ERROR) {
		if (sys_errno == 0)
			curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &sys_errno);
		if (is_shortage(sys_errno)) {
			outcome->local = OF_EIO;
			outcome->sys_errno = (int)sys_errno;
		}
	}
	if ((code == CURLE_OUT_OF_MEMORY && !transfer->too_large) ||
		code == CURLE_FAILED_INIT || transfer->body.status != OF_OK ||
		transfer->text.status != OF_OK)
		outcome->local = OF_ENOMEM;
}

void of_transfer_outcome(struct of_transfer *transfer, int code, struct of_outcome *outcome)
{
	CURL *easy = transfer->easy;
	curl_off_t total = 0, bytes = 0, retry_after = 0;
	long status = 0;

	*outcome = (struct of_outcome){0};
	if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
		outcome->local = OF_ENOMEM;
	curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	transfer->too_large |= is_endless_line(transfer, code);
	note_local(outcome, transfer, code);
	/* some lines are taken at their word by libcurl: no status has more than three digits
	 */
	outcome->status = status < 0 || status > 999 ? 0 : (unsigned)status;
	outcome->milliseconds = (unsigned)(total / 1000);
	outcome->bytes = (uint64_t)bytes;
	if (code != CURLE_OK) {
		outcome->failure = classify(transfer, code, total);
		if (transfer->too_large)
			outcome->words = STR("more than 64 KiB of headers");
		else
			outcome->words =
				of_str_from(transfer->words[0] != '\0'
						    ? transfer->words
						    : curl_easy_strerror((CURLcode)code));
	}
	/* libcurl takes headers that break off for whole ones. */
	if (code == CURLE_OK && !transfer->headed) {
		outcome->failure = OF_FAILURE_RESET;
		outcome->words = STR("connection closed within the headers");
	}
	/* an interim answer (1xx) that no other followed is none */
	if (outcome->failure == OF_FAILURE_NONE && outcome->status < 200) {
		outcome->failure = OF_FAILURE_PROTOCOL;
		outcome->words = STR("no final status");
	}
	if (outcome->failure == OF_FAILURE_NONE) {
		outcome->words = (struct of_str){0};
		if (outcome->status >= 400)
			outcome->failure = OF_FAILURE_HTTP;
	}
	if (outcome->status >= 400) {
		curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
		/* a date that is past asks for no wait */
		outcome->retry_after = retry_after > 0 ? retry_after : 0;
	}
	outcome->length = document_length(transfer, outcome->status);
	if (outcome->status == 206 && outcome->length > transfer->body.len)
		transfer->truncated = true;
}

size_t of_transfer_cookies(
	struct of_transfer *transfer, struct of_arena *arena, const struct of_str **cookies)
{
	struct curl_slist *list = NULL;
	struct of_str *kept;
	size_t count = 0;

	*cookies = NULL;
	if (curl_easy_getinfo(transfer->easy, CURLINFO_COOKIELIST, &list) != CURLE_OK)
		return 0;
	for (const struct curl_slist *at = list; at != NULL; at = at->next)
		count++;
	kept = of_arena_take(arena, count, sizeof(*kept));
	count = 0;
	for (const struct curl_slist *at = list; at != NULL && kept != NULL; at = at->next)
		kept[count++] = of_arena_dup(arena, of_str_from(at->data));
	curl_slist_free_all(list);
	*cookies = kept;
	return count;
}

void of_transfer_clear(struct of_transfer *transfer)
{
	CURL *easy = transfer->easy;

	if (transfer->resolve != NULL)
		curl_easy_setopt(easy, CURLOPT_RESOLVE, NULL);
	curl_slist_free_all(transfer->resolve);
	transfer->resolve = NULL;
	curl_easy_setopt(easy, CURLOPT_CURLU, NULL);
	if (transfer->own_headers != NULL)
		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->transport->other_headers);
	curl_slist_free_all(transfer->own_headers);
	transfer->own_headers = NULL;
	if (transfer->has_cookies)
		curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
	transfer->has_cookies = false;
	set_floor(transfer, false);
	if (transfer->body.cap > BODY_KEPT)
		of_buf_finish(&transfer->body);
	of_buf_clear(&transfer->body);
	forget_headers(transfer);
	transfer->header_bytes = 0;
	transfer->truncated = transfer->too_large = transfer->refused = false;
	transfer->lacking = 0;
	transfer->headed = false;
	transfer->words[0] = '\0';
	transfer->owner = NULL;
}
