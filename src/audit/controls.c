#include "audit/controls.h"

#include "base/err.h"
#include "web/fetch.h"

#define CONTROLS_MOST 10
#define CONTROL_CONNECT INT64_C(5000) /* ms */
#define CONTROL_TIMEOUT INT64_C(15000)

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

struct trial {
	struct of_str urls[CONTROLS_MOST];
	size_t count;
	struct of_arena *arena;
	size_t answered, silent;
};

static bool take_url(struct of_str url, void *payload)
{
	struct trial *trial = payload;

	trial->urls[trial->count] = of_arena_dup(trial->arena, url);
	trial->count++;
	return trial->count < CONTROLS_MOST;
}

static bool request(
	uint32_t task, struct of_fetch_request *request, struct of_arena *arena, void *payload)
{
	const struct trial *trial = payload;

	(void)arena;
	*request = (struct of_fetch_request){.url = trial->urls[task], .kind = OF_FETCH_PAGE};
	return true;
}

static void read_nothing(struct of_fetch_answer *answer, void *payload)
{
	(void)answer;
	(void)payload;
}

static bool done(const struct of_fetch_answer *answer, void *payload)
{
	struct trial *trial = payload;

	if (of_failure_is_silence(answer->seen.failure))
		trial->silent++;
	else
		trial->answered++;
	return true;
}

static enum of_status pick(
	struct trial *trial, const struct of_check_options *options, struct of_err *err)
{
	const struct of_audit_settings *settings = options->settings;
	enum of_status status = OF_OK;

	for (size_t i = 0; i < settings->n_controls && i < CONTROLS_MOST; i++)
		take_url(settings->controls[i], trial);
	if (settings->n_controls == 0)
		status = of_history_each_control(
			options->history, CONTROLS_MOST, take_url, trial, err);
	return status == OF_OK ? of_arena_status(trial->arena, err) : status;
}

/* A few requests at once, quick to give up: an answer of any kind is what is wanted. */
static enum of_status fetch(
	struct trial *trial, const struct of_check_options *options, struct of_err *err)
{
	struct of_audit_settings quick = *options->settings;
	const struct of_fetch_calls calls = {request, read_nothing, done, NULL, trial};
	struct of_fetcher *fetcher = NULL;
	enum of_status status;

	quick.retries = 1;
	quick.robots = OF_ROBOTS_IGNORE;
	if (quick.connect_timeout > CONTROL_CONNECT)
		quick.connect_timeout = CONTROL_CONNECT;
	if (quick.timeout > CONTROL_TIMEOUT)
		quick.timeout = CONTROL_TIMEOUT;
	status = of_fetcher_new(&fetcher, &quick, &calls, err);
	for (uint32_t i = 0; i < trial->count && status == OF_OK; i++) {
		uint32_t host;

		status = of_fetcher_host(fetcher, trial->urls[i], &host, err);
		if (status == OF_OK)
			status = of_fetcher_add(fetcher, host, i, err);
	}
	if (status == OF_OK)
		status = of_fetcher_run(fetcher, options->stop, err);
	of_fetcher_free(fetcher);
	return status;
}

enum of_status of_controls_try(
	bool *down, const struct of_check_options *options, struct of_err *err)
{
	struct trial trial = {.arena = of_arena_new()};
	enum of_status status;

	*down = false;
	if (trial.arena == NULL)
		return of_err_set_nomem(err);
	status = pick(&trial, options, err);
	if (status == OF_OK && trial.count > 0)
		status = fetch(&trial, options, err);
	*down = status == OF_OK && trial.silent > trial.answered;
	of_arena_free(trial.arena);
	return status;
}
