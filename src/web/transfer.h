/*
 * One exchange with a server: a request of libcurl's, its limits, and what
 * came back. It follows no redirect and tries nothing twice: that is the
 * engine's business (fetch_parts.h). Alone with curl/curl.h, beside the loop.
 */
#ifndef OF_WEB_TRANSFER_H
#define OF_WEB_TRANSFER_H

#include "web/resolve.h"
#include <outfeed/audit.h>
#include <outfeed/buf.h>

struct curl_slist;

#define OF_LIMIT_HEADERS ((size_t)64 << 10) /* bytes of all headers together */
#define OF_IMAGE_BODY ((size_t)64 << 10)    /* enough for the header of any image */

/* The headers that are kept. */
enum of_header {
	OF_HEADER_TYPE,
	OF_HEADER_ETAG,
	OF_HEADER_LAST_MODIFIED,
	OF_HEADER_LINK, /* several, joined by ", " */
	OF_HEADER_SERVER,
	OF_HEADER_LOCATION,
	OF_HEADER_CONTENT_RANGE,
	OF_HEADER_CONTENT_LENGTH,
	OF_HEADER_CONTENT_ENCODING,
	OF_HEADER_SET_COOKIE,
	OF_HEADER_COUNT
};

/* What the loop hears of; on its thread. */
struct of_transport_calls {
	/* The request leaves: the connection is there. False keeps it from leaving. */
	bool (*left)(void *owner);
	void (*opened)(void *loop, int fd); /* a connection's descriptor */
	void (*closes)(void *loop, int fd); /* the same one, about to be closed */
	void *loop;
};

/* What all exchanges of a fetcher share. */
struct of_transport {
	const struct of_audit_settings *settings;
	struct of_transport_calls calls;
	char *proxy, *user_agent; /* with a NUL; "" where there is none */
	char *ca_path;            /* of the file with the trusted roots */
	int ca_fd;                /* what it stands for; -1 for the system's own file */
	struct curl_slist *page_headers, *other_headers;
	uint64_t received; /* the most of a connection closed since an exchange ended */
};

/* OF_ECONFIG for a CA file or proxy that cannot be used. */
OF_MUST_CHECK enum of_status of_transport_init(struct of_transport *transport,
	const struct of_audit_settings *settings, const struct of_transport_calls *calls,
	struct of_err *err);
void of_transport_finish(struct of_transport *transport);

struct of_transfer {
	void *easy;  /* libcurl's handle */
	void *owner; /* whose exchange it is, for `left` */
	struct of_transport *transport;
	struct of_transfer *next; /* in the pool */

	struct of_buf body; /* decoded, cut at the cap */
	struct of_buf text; /* of the headers that are kept */
	struct of_span {
		size_t from, len;
	} headers[OF_HEADER_COUNT];
	size_t header_bytes, cap;
	bool truncated; /* there was more than the cap */
	bool headed;    /* the headers came to their end */
	bool too_large; /* they did not within their limit */
	bool refused;   /* an address that is not allowed */
	int lacking;    /* errno of a socket that this machine did not have; 0 */
	bool answered;  /* the first of it came: the floor of its speed counts from there */

	bool has_cookies;                          /* given, or set by the server */
	bool is_head, is_post, is_ranged, is_last; /* as the handle is set */
	struct of_buf
		stale; /* what libcurl is to forget of the exchange before: "-HOST:PORT" */
	struct curl_slist *resolve, *own_headers; /* of this request */
	char words[256];                          /* CURL_ERROR_SIZE */
};

/* Text with a NUL behind it; all is borrowed until the exchange is over. */
struct of_exchange {
	struct of_str url; /* a URI */
	void *parts;       /* the same, as libcurl took it apart: it does not again */
	struct of_str host;
	unsigned port;
	const union of_address *addresses;
	size_t n_addresses;
	struct of_str etag, last_modified; /* absent: not conditional */
	const struct of_str *cookies;      /* in libcurl's form */
	size_t n_cookies;
	struct of_str form; /* application/x-www-form-urlencoded, for a POST; absent: none */
	bool head, ranged, page;
	bool literal; /* the host is an address: there is no name to fix */
	bool last;    /* the connection is of no more use */
	size_t cap;
};

/* NULL when there is no memory. */
struct of_transfer *of_transfer_new(struct of_transport *transport);
/* Accepts NULL. */
void of_transfer_free(struct of_transfer *transfer);
/* False when there is no memory. Then it is added to a multi handle by the loop. */
bool of_transfer_prepare(struct of_transfer *transfer, const struct of_exchange *exchange);

/* How it ended. Words are the transfer's. */
struct of_outcome {
	enum of_failure failure; /* OF_FAILURE_HTTP for a status of 400 or more */
	struct of_str words;
	unsigned status;
	unsigned milliseconds;
	uint64_t bytes;      /* of the body as it came */
	uint64_t length;     /* of the whole document, 0 where unknown */
	int64_t retry_after; /* seconds, 0 where nothing was said */
	/* OF_OK, or what this machine lacked: then nothing is known of the server */
	enum of_status local;
	int sys_errno; /* of OF_EIO */
};
void of_transfer_outcome(struct of_transfer *transfer, int code, struct of_outcome *outcome);
/* Absent where it was not sent; the transfer's. */
struct of_str of_transfer_header(const struct of_transfer *transfer, enum of_header header);
/* The cookies that were set, in libcurl's form, the arena's. */
size_t of_transfer_cookies(
	struct of_transfer *transfer, struct of_arena *arena, const struct of_str **cookies);
/* Forgets the exchange; most of the memory stays for the next one. */
void of_transfer_clear(struct of_transfer *transfer);

#endif
