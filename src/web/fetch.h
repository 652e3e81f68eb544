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

struct of_fetch_counts {
	size_t waiting, under_way, requests, retries;
	uint64_t bytes; /* of bodies, as they came */
};
void of_fetcher_counts(const struct of_fetcher *fetcher, struct of_fetch_counts *counts);

#endif
