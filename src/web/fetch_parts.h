/*
 * The fetch engine from within. A task whose turn has come becomes a chain:
 * the exchanges that it takes to answer it, over redirects and retries. Each of
 * them waits twice, for its host's turn and then, its name resolved, for its
 * address's (AUDIT section 2):
 *
 *   queue of the host -> [robots.txt] -> name -> queue of the address -> exchange
 *         ^------------- redirect, retry, HEAD confirmed by GET ----------'
 *                                                      -> reader -> `done`
 *
 * What is busy, which `concurrency` bounds, is what resolves a name, exchanges
 * or is read; what waits is not, so that nothing waits behind it. All of it
 * belongs to the loop's thread, a chain with a reader to that reader's.
 */
#ifndef OF_WEB_FETCH_PARTS_H
#define OF_WEB_FETCH_PARTS_H

#include "base/map.h"
#include "web/domain.h"
#include "web/fetch.h"
#include "web/fetch_gate.h"
#include "web/resolve.h"
#include "web/robots.h"
#include "web/schedule.h"
#include "web/transfer.h"

#define OF_CHAINS_PARKED 4096    /* chains that may wait, beside the busy ones */
#define OF_INCIDENT 5            /* first answers, all without contact */
#define OF_WAIT_MOST INT64_C(60) /* s of Retry-After and Crawl-delay that are waited */
#define OF_ROBOTS_HOPS 5         /* redirects of a robots.txt (RFC 9309 section 2.3.1.2) */
#define OF_BACKOFF INT64_C(1000) /* ms, doubled by every try */
/* ms for which a domain is left alone, one of whose links led to another that could not be had.
 */
#define OF_PARTED INT64_C(300000)

/* Where a URL leads, as libcurl reads it: what is checked is what is asked. */
struct of_target {
	struct of_str uri, host; /* with a NUL; host lower case, without brackets or zone */
	struct of_str path;      /* with the query */
	unsigned port;
	bool secure;
	bool literal;             /* the host is an address, however it was written */
	union of_address address; /* if so */
};

/* Takes URLs apart; not thread-safe. */
struct of_parser {
	void *url; /* libcurl's */
	struct of_buf text;
	bool no_memory; /* why the last URL could not be parsed */
};
bool of_parser_init(struct of_parser *parser);
void of_parser_finish(struct of_parser *parser);
/*
 * Keeps the URL parsed last in *parts, and parses the next one in what was there.
 * False, and no change, when there is no memory. Freed by of_parts_free().
 */
bool of_parser_keep(struct of_parser *parser, void **parts);
/* Accepts NULL. */
void of_parts_free(void *parts);
/* False for what cannot be fetched, or parser->no_memory. Text is the arena's. */
bool of_target_parse(struct of_target *target, struct of_parser *parser, struct of_str url,
	struct of_arena *arena);

/* A queue of a registrable domain. */
struct of_host {
	unsigned silent; /* answers without contact, while there was none with */
	bool reached;
	bool waived;             /* no delay before the next: the last one sent no request */
	uint32_t waiting;        /* tasks and chains that wait for a turn */
	unsigned per_host;       /* of the settings, as delay */
	int64_t delay, slowed;   /* ms; slowed: what counts, with Crawl-delay */
	int64_t left;            /* when a request last left */
	int64_t held;            /* Retry-After that is waited for */
	uint32_t gate, next;     /* OF_NO_GATE where there is none; the next host of it */
	int64_t put_off_until;   /* what waits is not fetched in this run */
	enum of_failure failure; /* that this is for */
	unsigned status;
};

/* The queues by name, and those by address. */
struct of_hosts {
	const struct of_audit_settings *settings;
	struct of_domains *domains;
	struct of_schedule *turns, *address_turns;
	struct of_gates *gates; /* NULL: every host may be asked at any time */
	struct of_map by_name, by_address, origins;
	struct of_arena *arena; /* of the maps' keys and the origins */
	size_t n_waiting;       /* hosts where something waits */
	struct of_host *hosts;  /* by their numbers in turns */
	size_t n_hosts, cap_hosts;
	struct of_origin **by_number;
	size_t n_origins, cap_origins;
};
OF_MUST_CHECK enum of_status of_hosts_init(
	struct of_hosts *hosts, const struct of_audit_settings *settings, struct of_err *err);
void of_hosts_finish(struct of_hosts *hosts);
OF_MUST_CHECK enum of_status of_hosts_find(
	struct of_hosts *hosts, struct of_str host, uint32_t *number, struct of_err *err);
/* Something waits there, or does no more: by -1. */
void of_hosts_count(struct of_hosts *hosts, uint32_t number, int change);
/* Its place there is given back. */
void of_hosts_done(struct of_hosts *hosts, uint32_t number, int64_t now);
/* Whether a request may be sent. */
bool of_hosts_are_open(const struct of_hosts *hosts, uint32_t number, int64_t now);
/* A chain of a host's tasks begins, or was answered: by -1. */
void of_hosts_count_chain(struct of_hosts *hosts, uint32_t gate, int change);
/* A turn that sent no request costs the host nothing: the next may come at once. */
void of_hosts_waive(struct of_hosts *hosts, uint32_t number, int64_t now);
/* A request leaves. */
void of_hosts_left(struct of_hosts *hosts, uint32_t number, int64_t now);
/* The queue of what a name's addresses say, treated as host is. */
OF_MUST_CHECK enum of_status of_hosts_find_address(struct of_hosts *hosts, uint32_t host,
	const union of_address *addresses, size_t count, uint32_t *number, struct of_err *err);

/* Scheme, host and port, with one robots.txt. */
enum of_origin_state { OF_ORIGIN_NEW, OF_ORIGIN_ASKED, OF_ORIGIN_KNOWN };
struct of_origin {
	enum of_origin_state state;
	bool refused;                        /* all of it */
	const struct of_robots_rules *rules; /* only with `obey`; NULL for none */
	struct of_arena *arena;              /* of the rules */
	struct of_chain *waiters, **last_waiter;
};
OF_MUST_CHECK enum of_status of_hosts_find_origin(struct of_hosts *hosts,
	const struct of_target *target, struct of_origin **origin, struct of_err *err);

struct of_chain {
	struct of_fetcher *fetcher;
	struct of_chain *next; /* where it waits: for a robots.txt, for a reader, in the pool */
	uint32_t slot;         /* its number among the chains */
	struct of_arena *arena;
	struct of_fetch_request request;
	struct of_target target;
	void *parts; /* of the target, as libcurl took it apart; kept for its memory */
	struct of_hop hops[OF_LIMIT_HOPS];
	size_t n_hops;
	struct of_str url; /* of this hop */
	uint32_t host, address;
	uint32_t home;                  /* the gate of its task's host */
	bool host_place, address_place; /* it has a place there */
	bool busy;
	bool head, ranged; /* how to ask */
	bool tried;        /* its `seen` is of an exchange */
	bool repeated;     /* a URL came again, with cookies that it set */
	bool late;         /* its gate closed before its request left */
	unsigned tries;    /* that failed */
	const struct of_str *cookies;
	size_t n_cookies;
	struct of_origin *origin; /* whose robots.txt it fetches; NULL for a task's */
	const union of_address *addresses;
	size_t n_addresses;
	struct of_name_waiter waiter;
	struct of_transfer *transfer;
	struct of_fetch_answer answer;
};

struct of_readers;

/* A descriptor of a connection. */
struct of_watched {
	bool open;       /* it is one */
	bool idle;       /* libcurl waits for nothing of it */
	uint32_t events; /* that the kernel tells of */
};

struct of_fetcher {
	const struct of_audit_settings *settings;
	struct of_fetch_calls calls;
	struct of_transport transport;
	struct of_parser parser;
	struct of_arena *scratch; /* of one call */
	struct of_hosts hosts;
	struct of_gates gates; /* of a fetcher that has them */
	bool paused;
	struct of_resolver *resolver;
	struct of_readers *readers; /* NULL without `read` */
	struct of_chain *to_read;   /* what this turn of the loop hands to them */
	void *multi;                /* libcurl's */
	int epoll;
	struct of_watched *watched; /* by descriptor */
	size_t n_watched, cap_watched;

	struct of_chain **chains; /* by slot; NULL: free */
	size_t n_chains, cap_chains;
	uint32_t *free_slots;
	size_t n_free_slots, cap_free_slots;
	size_t live, busy, most_busy, most_connections;
	struct of_chain *spare_chains;
	struct of_transfer *spare_transfers;

	int64_t now, curl_due, resolver_due, tick_due; /* ms; curl_due negative for none */
	uint64_t random;
	bool stopping;
	enum of_status status; /* what went wrong in a callback */
	int sys_errno;         /* and why, of OF_EIO */
	struct of_fetch_counts counts;
};

/* ---- fetch_chain.c: a chain's way ---- */

/*
 * The engine cannot go on, for a reason of this machine's: the run ends with this.
 * It says nothing of the links under way, which are answered as put off.
 */
void of_fetcher_give_up(struct of_fetcher *fetcher, enum of_status status, int sys_errno);

/* A host's turn: a task of the caller's, or a chain that goes on. */
void of_chain_take(struct of_fetcher *fetcher, uint32_t host, uint32_t task);
/* An address's turn. */
void of_chain_begin(struct of_chain *chain);
/* Its request leaves; false when it must not any more. */
bool of_chain_left(void *chain);
/* Back to the queue of its target's host, before the others; not before a time. */
void of_chain_wait(struct of_chain *chain, int64_t not_before);
/* Gives up its places and its exchange. */
void of_chain_release(struct of_chain *chain);
/* The answer is as it stands: to a reader and to `done`. */
void of_chain_answer(struct of_chain *chain);
/* It was read. */
void of_chain_done(struct of_chain *chain);
/* What waits at a host is answered as put off. */
void of_chain_put_off_host(struct of_fetcher *fetcher, uint32_t host);
/* All chains but those with a reader, which come back by themselves. */
void of_chain_abort_all(struct of_fetcher *fetcher);
void of_chain_free_spares(struct of_fetcher *fetcher);
/* Goes to url next; false when it is none that can be fetched. */
bool of_chain_aim(struct of_chain *chain, struct of_str url);

/* ---- fetch_pool.c: chains and their memory ---- */

struct of_chain *of_chain_new(struct of_fetcher *fetcher);
void of_chain_free(struct of_chain *chain);

/* ---- fetch_outcome.c: what follows from an exchange ---- */

/* code is libcurl's. */
void of_chain_end_exchange(struct of_chain *chain, int code);
/* It came to no exchange. words live as long as the chain. */
void of_chain_fail(struct of_chain *chain, enum of_failure failure, const char *words);

/* ---- fetch_origin.c: robots.txt ---- */

/* True when the chain may go on; else it waits, or was answered. */
bool of_chain_asks_robots(struct of_chain *chain);
/* The chain of a robots.txt has its answer. */
void of_chain_end_robots(struct of_chain *chain);
/* It has none, and gets none: it ends, and gives those that wait for it, linked by next. */
struct of_chain *of_chain_lose_robots(struct of_chain *chain);

/* ---- fetch_readers.c: threads that run `read` ---- */

OF_MUST_CHECK enum of_status of_readers_new(
	struct of_readers **readers, const struct of_fetch_calls *calls, struct of_err *err);
/* Accepts NULL. */
void of_readers_free(struct of_readers *readers);
/* Chains that are linked by next. */
void of_readers_push(struct of_readers *readers, struct of_chain *chains);
/* Readable when chains are read. */
int of_readers_fd(const struct of_readers *readers);
/* Those that are read, linked by next; waits for all that were pushed, if told so. */
struct of_chain *of_readers_take(struct of_readers *readers, bool wait);

/* ---- fetch_loop.c ---- */

OF_MUST_CHECK enum of_status of_loop_init(struct of_fetcher *fetcher, struct of_err *err);
/* Reads the clock: what it says is `now`. */
void of_loop_tell_time(struct of_fetcher *fetcher);
void of_loop_finish(struct of_fetcher *fetcher);
void of_loop_watch_name_socket(int fd, bool readable, bool writable, void *fetcher);
/* A connection's descriptor is there, and is about to be closed. */
void of_loop_opened(void *fetcher, int fd);
void of_loop_closes(void *fetcher, int fd);
/* False when libcurl has no memory for it. */
bool of_loop_start(struct of_fetcher *fetcher, struct of_transfer *transfer);
void of_loop_stop(struct of_fetcher *fetcher, struct of_transfer *transfer);

#endif
