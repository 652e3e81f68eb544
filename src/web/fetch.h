/*
 * The fetch engine: URLs to answers, over one event loop, politely (AUDIT
 * section 2). Alone with curl/curl.h and ares.h.
 *
 * Work is named by tasks, numbers of the caller's: the engine holds about 5
 * bytes of a task that waits, and asks for its request when its turn has come.
 * A task is answered once. Its answer's url is the request's, final_url the
 * last that was asked for, or was to be; hops hold, last, where a redirect led
 * that was not followed (a loop, another scheme).
 */
#ifndef OF_WEB_FETCH_H
#define OF_WEB_FETCH_H

#include <outfeed/arena.h>
#include <outfeed/audit.h>
#include <outfeed/verdict.h>
#include <signal.h>

enum of_fetch_kind {
	OF_FETCH_PAGE,  /* a GET with a cap on the body */
	OF_FETCH_IMAGE, /* a ranged GET, large enough for the header */
	OF_FETCH_FILE   /* a GET of up to max_body bytes: robots.txt, a service's JSON */
};

/* Text must live until the answer was given to `done`. */
struct of_fetch_request {
	struct of_str url; /* absolute, http or https */
	enum of_fetch_kind kind;
	struct of_str etag, last_modified; /* of what is known: makes the request conditional */
	void *context;                     /* the caller's; the engine hands it on */
};

/* All of it is the engine's, until `done` returns. */
struct of_fetch_answer {
	uint32_t task;
	const struct of_fetch_request *request;
	struct of_observation seen; /* `at`, url, failure, status, hops, words ... */
	struct of_str type;         /* Content-Type as it was sent, with its parameters */
	struct of_str body;         /* decoded, cut at the cap */
	bool truncated;
	bool challenge; /* a header says that a bot wall answered, such as cf-mitigated */
	struct of_str etag, last_modified, link, server; /* headers as they were sent */
	uint64_t length; /* of the whole document: Content-Range or Content-Length; 0 unknown */
	struct of_arena *arena; /* for what `read` makes of it; freed after `done` */
	void *result;           /* what `read` made of it */
	/* Not checked in this run: an incident at its host or its Retry-After past the cap,
	 * whose failure and status `seen` then holds, or the run was stopped. */
	bool exchanged; /* `seen` is of a request of its own, and not of its host alone */
	bool put_off;
};

struct of_fetch_calls {
	/* Fills the request of a task whose turn has come. Loop's thread. False: leave it. */
	bool (*request)(uint32_t task, struct of_fetch_request *request, struct of_arena *arena,
		void *payload);
	/* Reads an answer (HTML, image header) that has a body: on a worker's thread, never the
	 * loop's; may be NULL. */
	void (*read)(struct of_fetch_answer *answer, void *payload);
	/* Takes an answer. Loop's thread; may add tasks. False stops the engine in order. */
	bool (*done)(const struct of_fetch_answer *answer, void *payload);
	/* Every registrable domain is closed at first: see of_fetcher_open(). */
	bool gated;
	/* Called about ten times a second on the loop's thread; may be NULL. False stops. */
	bool (*tick)(void *payload);
	void *payload;
};

struct of_fetcher;

#define OF_FETCH_TASKS UINT32_C(0x80000000) /* tasks are below */

/*
 * settings, the user agent in it already made, must outlive the fetcher.
 * OF_ECONFIG for a proxy, CA file or name server that cannot be used.
 */
OF_MUST_CHECK enum of_status of_fetcher_new(struct of_fetcher **fetcher,
	const struct of_audit_settings *settings, const struct of_fetch_calls *calls,
	struct of_err *err);
/* Accepts NULL. */
void of_fetcher_free(struct of_fetcher *fetcher);

/* The queue that a URL's host belongs to (registrable domain), made where it is new. */
OF_MUST_CHECK enum of_status of_fetcher_host(
	struct of_fetcher *fetcher, struct of_str url, uint32_t *host, struct of_err *err);
/* A task of that queue; before `of_fetcher_run()` or from `done`. */
OF_MUST_CHECK enum of_status of_fetcher_add(
	struct of_fetcher *fetcher, uint32_t host, uint32_t task, struct of_err *err);
/* The same, before what waits there. */
OF_MUST_CHECK enum of_status of_fetcher_add_first(
	struct of_fetcher *fetcher, uint32_t host, uint32_t task, struct of_err *err);
/*
 * Runs until no task is left, a callback says stop, or *stop is true (within a tenth of a
 * second; OF_ESTOPPED). At a stop what is under way is answered with put_off, tasks that were
 * never begun are not answered, and the fetcher is good for counts and free alone; else more
 * tasks may be added and run.
 */
OF_MUST_CHECK enum of_status of_fetcher_run(
	struct of_fetcher *fetcher, const volatile sig_atomic_t *stop, struct of_err *err);

/*
 * Gates (AUDIT section 7), of a fetcher that is `gated`. Each registrable domain has one,
 * closed at first, and no request of any kind goes to a domain but while its gate is open.
 * Whoever may ask a domain opens it, for as long as that is sure; redirects, robots.txt and
 * made-up siblings wait at gates as links do. All of it is of the loop's thread, from a
 * callback or between two runs; times are ms of of_clock_ms().
 */

/* A gate that something waits at in vain, each once until it is wanted anew: first those where
 * something waits that was begun (*begun), or was put before the others. False when there is
 * none more. domain is the fetcher's. */
bool of_fetcher_next_wanted(
	struct of_fetcher *fetcher, uint32_t *gate, struct of_str *domain, bool *begun);
/* It could not be opened: it is wanted again, behind the others, if something still waits. */
void of_fetcher_want(struct of_fetcher *fetcher, uint32_t gate);
/* The gate of a domain, made where it is new. */
OF_MUST_CHECK enum of_status of_fetcher_find_gate(
	struct of_fetcher *fetcher, struct of_str domain, uint32_t *gate, struct of_err *err);

/* Until when its requests may begin to leave, and what is known of its host: no request before
 * not_before, crawl_delay ms between two at the least. Anew for one that is open: later. */
struct of_gate_terms {
	int64_t not_before, until, crawl_delay;
};
void of_fetcher_open(
	struct of_fetcher *fetcher, uint32_t gate, const struct of_gate_terms *terms);
/* No request leaves any more; what waits there stays, and wants it. */
void of_fetcher_close(struct of_fetcher *fetcher, uint32_t gate);
/* What was begun and waits there is answered as put off; the rest waits on. */
void of_fetcher_part(struct of_fetcher *fetcher, uint32_t gate);
/* The tasks that wait there and were not begun are no more, and not answered: how many. */
size_t of_fetcher_forget(struct of_fetcher *fetcher, uint32_t gate);
/* Nothing is under way at it, nor unanswered of its tasks that were begun. */
bool of_fetcher_is_quiet(const struct of_fetcher *fetcher, uint32_t gate);

/* An open gate that nothing waits at any more, nor is under way, nor unanswered of its tasks:
 * it is closed by this. False when there is none more. */
bool of_fetcher_next_at_rest(struct of_fetcher *fetcher, uint32_t *gate);
/* What whoever opens it next must know; 0 where there is nothing of the kind. */
struct of_gate_told {
	int64_t next_start; /* ms: no request before */
	int64_t held_until; /* the same by Retry-After, or after an incident: NEVER, in this run
			     */
	int64_t crawl_delay; /* ms */
};
#define OF_GATE_NEVER INT64_MAX
void of_fetcher_tell_gate(
	const struct of_fetcher *fetcher, uint32_t gate, struct of_gate_told *told);
/* Nothing begins until it is told so again; what is under way ends. */
void of_fetcher_pause(struct of_fetcher *fetcher, bool paused);

struct of_fetch_counts {
	size_t waiting, under_way, requests, retries;
	uint64_t bytes; /* of bodies, as they came */
};
void of_fetcher_counts(const struct of_fetcher *fetcher, struct of_fetch_counts *counts);

#endif
