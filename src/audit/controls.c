#include "audit/controls.h"

#include "base/err.h"

#define LEAST_BY_DEFAULT 3

bool of_failure_is_silence(enum of_failure failure)
{
	switch (failure) {
	case OF_FAILURE_DNS_NXDOMAIN:
	case OF_FAILURE_DNS_SERVFAIL:
	case OF_FAILURE_UNREACHABLE:
	case OF_FAILURE_REFUSED:
	case OF_FAILURE_RESET:
	case OF_FAILURE_TIMEOUT_CONNECT:
	case OF_FAILURE_TIMEOUT_TRANSFER:
	case OF_FAILURE_PROXY:
		return true;
	default:
		return false;
	}
}

/* A control that took the connection shows that the network is there. */
static bool was_not_reached(enum of_failure failure)
{
	return of_failure_is_silence(failure) && failure != OF_FAILURE_RESET &&
	       failure != OF_FAILURE_TIMEOUT_TRANSFER;
}

static bool take_url(struct of_str url, void *payload)
{
	struct of_controls *controls = payload;

	controls->urls[controls->count] = of_arena_dup(controls->arena, url);
	controls->count++;
	return controls->count < OF_CONTROLS_MOST;
}

enum of_status of_controls_init(struct of_controls *controls,
	const struct of_audit_settings *settings, struct of_history *history,
	struct of_err *err)
{
	enum of_status status = OF_OK;

	*controls = (struct of_controls){.arena = of_arena_new()};
	if (controls->arena == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < settings->n_controls && i < OF_CONTROLS_MOST; i++)
		take_url(settings->controls[i], controls);
	if (settings->n_controls == 0) {
		status = of_history_each_control(
			history, OF_CONTROLS_MOST, take_url, controls, err);
		if (controls->count < LEAST_BY_DEFAULT)
			controls->count = 0;
	}
	return status == OF_OK ? of_arena_status(controls->arena, err) : status;
}

void of_controls_finish(struct of_controls *controls)
{
	of_arena_free(controls->arena);
}

bool of_controls_are_meant(uint32_t task)
{
	return task >= OF_FETCH_TASKS - OF_CONTROLS_MOST;
}

struct of_str of_controls_url(const struct of_controls *controls, uint32_t task)
{
	return controls->urls[OF_FETCH_TASKS - 1 - task];
}

enum of_status of_controls_ask(
	struct of_controls *controls, struct of_fetcher *fetcher, struct of_err *err)
{
	enum of_status status = OF_OK;

	controls->silent = 0;
	for (uint32_t i = 0; i < controls->count && status == OF_OK; i++) {
		uint32_t host;

		status = of_fetcher_host(fetcher, controls->urls[i], &host, err);
		if (status == OF_OK)
			status = of_fetcher_add_first(
				fetcher, host, OF_FETCH_TASKS - 1 - i, err);
		controls->asked += status == OF_OK;
	}
	return status;
}

bool of_controls_take(struct of_controls *controls, const struct of_fetch_answer *answer)
{
	/* one that could not be asked says nothing */
	controls->silent += !answer->put_off && was_not_reached(answer->seen.failure);
	return --controls->asked == 0;
}

bool of_controls_are_down(const struct of_controls *controls)
{
	return controls->count > 0 && controls->silent * 2 > controls->count;
}
