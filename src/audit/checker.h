/*
 * One run of the loop of an audit, as its parts share it: check.c queues what is
 * due and sees to the network, answers.c asks, reads and records.
 */
#ifndef OF_AUDIT_CHECKER_H
#define OF_AUDIT_CHECKER_H

#include "audit/check.h"
#include "audit/controls.h"
#include "audit/held.h"
#include "audit/keeper.h"
#include "audit/landings.h"
#include "audit/siblings.h"
#include "base/map.h"
#include "web/fetch.h"

struct checker {
	const struct of_check_options *options;
	struct of_audit_result *result;
	struct of_err *err;
	enum of_status status; /* the first trouble of a callback */
	struct of_fetcher *fetcher;
	struct of_keeper *keeper; /* NULL where the history is this process's alone */
	struct of_siblings *siblings;
	struct of_controls controls;
	struct of_held *held;
	struct of_arena *names;     /* of the keys of silent_hosts */
	struct of_map silent_hosts; /* host -> enum of_failure: nothing came back from it */
	size_t answered;            /* links that something came back for */
	struct of_landings *landings;
	int64_t run, began; /* seconds */
	int64_t shift;      /* what the run's time is ahead of the clock */
	int64_t deadline;   /* ms of the monotonic clock; INT64_MAX for none */
	int64_t flush_due;  /* ms of it */
	int64_t *links;     /* by task */
	size_t n_links, cap;
	bool out_of_time;
	size_t by_verdict[OF_VERDICT_COUNT];
	size_t total;
};

/* Tasks: links from 0 up, then siblings, then controls. */
#define OF_CHECKER_SIBLINGS (OF_FETCH_TASKS - OF_CONTROLS_MOST - OF_SIBLINGS_MOST)

/* The first trouble of a callback; always false, which stops the engine. */
bool of_checker_fail(struct checker *checker, enum of_status status);

/* The engine's callbacks; their payload is the struct checker. */
bool of_answers_request(
	uint32_t task, struct of_fetch_request *request, struct of_arena *arena, void *checker);
void of_answers_read(struct of_fetch_answer *answer, void *checker);
bool of_answers_take(const struct of_fetch_answer *answer, void *checker);

/* Answers are held back and nothing else comes: the controls say what it means. */
bool of_answers_settle(struct checker *checker);
/* The network is there: what was silent was silent on the other side. */
bool of_answers_record_held(struct checker *checker);
/* Nothing more is recorded; false, which stops the engine. */
bool of_checker_network_down(struct checker *checker);
/* Nothing came back in this run, from so many domains that it cannot be theirs. */
bool of_answers_all_silent(const struct checker *checker);

#endif
