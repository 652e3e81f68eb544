/*
 * The control set: whether it is this machine's network that is down (AUDIT
 * section 3, Guards). Its URLs are asked for through the run's own fetcher,
 * before the links that wait.
 */
#ifndef OF_AUDIT_CONTROLS_H
#define OF_AUDIT_CONTROLS_H

#include "store/history.h"
#include "web/fetch.h"

#define OF_CONTROLS_MOST 10

struct of_controls {
	struct of_arena *arena;
	struct of_str urls[OF_CONTROLS_MOST];
	size_t count;  /* 0 where there are too few to tell anything */
	size_t asked;  /* of those, not answered yet */
	size_t silent; /* of those answered */
};

/* Nothing came back at all: the far end may not even have been asked. */
bool of_failure_is_silence(enum of_failure failure);

/*
 * The settings' controls, be it one; else hosts that were alive the last time,
 * when there are three at least: fewer may all be gone. Finish it whatever came
 * of it.
 */
OF_MUST_CHECK enum of_status of_controls_init(struct of_controls *controls,
	const struct of_audit_settings *settings, struct of_history *history,
	struct of_err *err);
void of_controls_finish(struct of_controls *controls);

/* Tasks of controls stand above all others. */
bool of_controls_are_meant(uint32_t task);
struct of_str of_controls_url(const struct of_controls *controls, uint32_t task);
/* Puts all of them before what waits at their hosts. */
OF_MUST_CHECK enum of_status of_controls_ask(
	struct of_controls *controls, struct of_fetcher *fetcher, struct of_err *err);
/* Takes an answer; true when it was the last. */
bool of_controls_take(struct of_controls *controls, const struct of_fetch_answer *answer);
/* More than half of them could not be reached. */
bool of_controls_are_down(const struct of_controls *controls);

#endif
