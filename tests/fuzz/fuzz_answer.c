/*
 * What a server sends, headers and body, over a socket that is ours: libcurl parses and
 * decodes it as in an audit. What is kept of it is within its limits; what is made of it
 * in the next request (If-None-Match, If-Modified-Since, cookies) adds no header to it,
 * and no cookie to another host's. The first byte says how it is asked for.
 */
#include "fuzz.h"

#include "../unit/page_checker.h"
#include "web/document.h"
#include "web/fetch_parts.h"
#include "web/transfer.h"
#include <curl/curl.h>
#include <outfeed/site.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define SITE \
	"site: {title: T, url: 'https://ex.org/'}\naudit: {allow_addresses: [127.0.0.0/8]}\n"
#define WEEK (7 * 86400)

/* Two hosts: what the one set is not the other's. */
static const char *const urls[] = {"http://127.0.0.1/a", "http://127.0.0.2/a"};

static bool hear_left(void *owner)
{
	(void)owner;
	return true;
}

static void hear_fd(void *loop, int fd)
{
	(void)loop;
	(void)fd;
}

static struct of_transport *the_transport(void)
{
	static const struct of_transport_calls calls = {hear_left, hear_fd, hear_fd, NULL};
	static struct of_transport transport;
	static struct of_site *site;

	if (site != NULL)
		return &transport;
	fuzz_require(of_site_parse(&site, "/nowhere/outfeed.yaml", STR(SITE), NULL, NULL,
			     NULL) == OF_OK &&
			     of_transport_init(&transport, site->audit, &calls, NULL) == OF_OK,
		"a transport");
	signal(SIGPIPE, SIG_IGN);
	return &transport;
}

/* ---- The server ---- */

struct server {
	struct of_str answer; /* all of it is sent at once, and then the connection ends */
	int peer;             /* where the request comes to; -1 while nobody connected */
};

static curl_socket_t on_socket(
	void *payload, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct server *server = payload;
	int ends[2];

	(void)purpose;
	(void)address;
	fuzz_require(server->peer < 0, "a second connection");
	fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "sockets");
	fuzz_require(send(ends[0], server->answer.ptr, server->answer.len, MSG_DONTWAIT) ==
			     (ssize_t)server->answer.len,
		"an answer that is too long");
	shutdown(ends[0], SHUT_WR);
	server->peer = ends[0];
	return ends[1];
}

/*
 * libcurl's call comes here: what it would connect is connected, and no target speaks to
 * a network. (CURL_SOCKOPT_ALREADY_CONNECTED is not heeded by each version.)
 */
int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
	(void)fd;
	(void)address;
	(void)len;
	return 0;
}

/* The request as it came; the memory is kept for the next. */
static struct of_str take_request(struct server *server)
{
	static char bytes[32768];
	ssize_t len =
		server->peer >= 0 ? recv(server->peer, bytes, sizeof(bytes), MSG_DONTWAIT) : 0;

	if (server->peer >= 0)
		close(server->peer);
	server->peer = -1;
	return (struct of_str){bytes, len > 0 ? (size_t)len : 0};
}

/* ---- An exchange ---- */

static void exchange(struct of_transfer *transfer, struct server *server,
	struct of_exchange *asked, const char *url, struct of_outcome *outcome)
{
	static struct of_parser parser;
	static void *parts;
	struct of_target target;
	int code;

	if (parser.url == NULL)
		fuzz_require(of_parser_init(&parser), "memory for a parser");
	fuzz_require(of_target_parse(&target, &parser, of_str_from(url), fuzz_arena()) &&
			     of_parser_keep(&parser, &parts),
		"a target");
	asked->url = target.uri;
	asked->parts = parts;
	asked->host = target.host;
	asked->port = target.port;
	asked->literal = asked->last = true;
	fuzz_require(of_transfer_prepare(transfer, asked), "memory for an exchange");
	curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, server);
	code = (int)curl_easy_perform(transfer->easy);
	of_transfer_outcome(transfer, code, outcome);
}

static void check_outcome(const struct of_transfer *transfer, const struct of_outcome *outcome,
	const struct of_exchange *asked)
{
	fuzz_require(outcome->local == OF_OK, "an answer that this machine is blamed for");
	fuzz_require(outcome->status < 1000, "a status that is none");
	fuzz_require(outcome->failure != OF_FAILURE_NONE ||
			     (outcome->status >= 200 && outcome->status < 400),
		"a failure that is none");
	fuzz_require((outcome->failure == OF_FAILURE_NONE) == (outcome->words.len == 0) ||
			     outcome->failure == OF_FAILURE_HTTP,
		"a failure without words");
	fuzz_require(outcome->retry_after >= 0, "to be asked again before");
	fuzz_require(transfer->body.len <= asked->cap, "a body past its cap");
	fuzz_require(!asked->head || transfer->body.len == 0, "a body of a HEAD");
	fuzz_require(transfer->text.len <= OF_LIMIT_HEADERS * 2, "headers past their limit");
	for (size_t i = 0; i < OF_HEADER_COUNT; i++) {
		struct of_str value = of_transfer_header(transfer, (enum of_header)i);

		fuzz_require_within(value, of_buf_str(&transfer->text), "a header elsewhere");
		fuzz_require(of_str_find_byte(value, '\n') == OF_NPOS &&
				     of_str_find_byte(value, '\0') == OF_NPOS,
			"a header of more than a line");
	}
}

static void check_page(const struct of_transfer *transfer)
{
	static struct of_arena *arena;
	const struct of_document document = {.url = STR("http://127.0.0.1/a"),
		.type = of_transfer_header(transfer, OF_HEADER_TYPE),
		.body = of_buf_str(&transfer->body),
		.truncated = transfer->truncated};
	const struct of_page *page;
	const char *complaint;

	if (arena == NULL)
		arena = of_arena_new();
	of_arena_clear(arena);
	page = of_document_read(arena, &document);
	fuzz_require(page != NULL, "memory for a page");
	complaint = page_complaint(page);
	if (complaint != NULL)
		fuzz_fail("%s", complaint);
}

/* Each line of a request, and nothing between them, is one that outfeed says. */
static void check_request(struct of_str request, bool same_host)
{
	static const struct of_str said[] = {STR_INIT("Host: 127.0.0."),
		STR_INIT("User-Agent: "), STR_INIT("Accept: "), STR_INIT("Accept-Encoding: "),
		STR_INIT("Accept-Language: "), STR_INIT("Range: bytes=0-65535"),
		STR_INIT("If-None-Match: "), STR_INIT("If-Modified-Since: "),
		STR_INIT("Cookie: "), STR_INIT("Connection: "), STR_INIT("Upgrade: "),
		STR_INIT("HTTP2-Settings: ")};
	size_t count[FUZZ_COUNT(said)] = {0}, i;

	of_str_split(&request, '\n');
	while (request.len > 0) {
		struct of_str line = of_str_split(&request, '\n');

		fuzz_require(of_str_ends(line, STR("\r")), "a line without its end");
		line.len--;
		fuzz_require(of_str_find_byte(line, '\r') == OF_NPOS, "a line in a line");
		if (line.len == 0)
			break;
		for (i = 0; i < FUZZ_COUNT(said) && !of_str_starts(line, said[i]); i++)
			;
		if (i == FUZZ_COUNT(said) || count[i]++ > 0)
			fuzz_fail("the request says %.*s", (int)line.len, line.ptr);
		fuzz_require(same_host || i != 8, "a cookie of another host");
	}
	fuzz_require(request.len == 0, "a request goes on behind its end");
}

/* With all that the first answer gave to say again, to its host or to another. */
static void ask_again(struct of_transfer *transfer, struct server *server, unsigned char kind)
{
	static struct of_arena *kept;
	bool same_host = (kind & 32) == 0;
	struct of_exchange asked = {.cap = 1000, .page = true};
	struct of_outcome outcome;

	if (kept == NULL)
		kept = of_arena_new();
	of_arena_clear(kept);
	/* libcurl takes what ends in a NUL */
	asked.etag = of_arena_dup(kept, of_transfer_header(transfer, OF_HEADER_ETAG));
	asked.last_modified =
		of_arena_dup(kept, of_transfer_header(transfer, OF_HEADER_LAST_MODIFIED));
	asked.n_cookies = of_transfer_cookies(transfer, kept, &asked.cookies);
	of_transfer_clear(transfer);
	exchange(transfer, server, &asked, urls[same_host ? 0 : 1], &outcome);
	check_outcome(transfer, &outcome, &asked);
	check_request(take_request(server), same_host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t caps[] = {10, 1000, 65536, 1 << 20};
	struct fuzz_input input = fuzz_input(data, size);
	unsigned char kind = fuzz_take_byte(&input);
	struct server server = {input.rest, -1};
	struct of_exchange asked = {.head = (kind & 1) != 0,
		.ranged = (kind & 2) != 0,
		.page = (kind & 4) != 0,
		.cap = caps[kind >> 3 & 3]};
	struct of_transfer *transfer = of_transfer_new(the_transport());
	struct of_outcome outcome;

	fuzz_require(transfer != NULL, "memory for a transfer");
	exchange(transfer, &server, &asked, urls[0], &outcome);
	check_outcome(transfer, &outcome, &asked);
	check_request(take_request(&server), true);
	check_page(transfer);
	ask_again(transfer, &server, kind);
	of_transfer_free(transfer);
	return 0;
}
