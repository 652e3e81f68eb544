#include "audit/captures.h"

#include "audit/memento.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/grow.h"
#include "base/str.h"
#include "web/fetch.h"
#include <stdlib.h>

#define DAY INT64_C(86400)

struct question {
	int64_t link;
	struct of_str url;
	int64_t wanted, went_bad;
};

struct asking {
	struct of_history *history;
	const struct of_audit_settings *settings;
	struct of_fetcher *fetcher;
	struct of_arena *arena; /* of the links' URLs */
	struct question *questions;
	size_t count, cap;
	uint32_t host;
	int64_t now;
	int64_t deadline; /* ms of the monotonic clock */
	size_t found, unanswered;
	char words[128]; /* of the first that was not answered */
	enum of_status status;
	struct of_err *err;
};

static bool fail(struct asking *a, enum of_status status)
{
	if (a->status == OF_OK)
		a->status = status;
	return false;
}

static bool note_link(const struct of_uncaptured *link, void *payload)
{
	struct asking *a = payload;
	struct question *grown = of_grow(a->questions, a->count, &a->cap, sizeof(*grown));

	if (grown == NULL)
		return fail(a, of_err_set_nomem(a->err));
	a->questions = grown;
	/* what is nearest a time past the end would be of rot, where an older one may be there
	 */
	grown[a->count++] = (struct question){link->number, of_arena_dup(a->arena, link->url),
		link->wanted < link->went_bad ? link->wanted : link->went_bad, link->went_bad};
	return of_arena_status(a->arena, a->err) == OF_OK ||
	       fail(a, of_arena_status(a->arena, NULL));
}

static bool request(
	uint32_t task, struct of_fetch_request *request, struct of_arena *arena, void *payload)
{
	struct asking *a = payload;
	const struct question *question = &a->questions[task];
	struct of_buf url = {0};

	of_memento_add_question(
		&url, a->settings->archive_url, question->url, question->wanted);
	*request = (struct of_fetch_request){
		.url = of_arena_keep(arena, &url), .kind = OF_FETCH_FILE};
	of_buf_finish(&url);
	return request->url.len > 0 || fail(a, of_err_set_nomem(a->err));
}

static void count_unanswered(
	struct asking *a, const struct of_observation *seen, const char *what)
{
	if (a->unanswered++ > 0)
		return;
	if (what != NULL)
		snprintf(a->words, sizeof(a->words), "%s", what);
	else if (seen->failure == OF_FAILURE_HTTP)
		snprintf(a->words, sizeof(a->words), "status %u", seen->status);
	else
		snprintf(a->words, sizeof(a->words), "%s", of_failure_name(seen->failure));
}

/* A capture past the end of the link's life shows what the audit calls rot. */
static bool take_body(
	struct asking *a, const struct question *question, const struct of_fetch_answer *answer)
{
	struct of_buf address = {0};
	int64_t captured = 0;
	enum of_memento read = answer->truncated
				       ? OF_MEMENTO_UNCLEAR
				       : of_memento_read(&address, &captured,
						 a->settings->archive_url, answer->body);
	enum of_status status = of_buf_status(&address, a->err);

	if (read == OF_MEMENTO_FOUND && captured >= question->went_bad) {
		read = OF_MEMENTO_NONE;
		of_buf_clear(&address);
	}
	if (read == OF_MEMENTO_UNCLEAR)
		count_unanswered(a, &answer->seen, "an answer of another form");
	else if (status == OF_OK)
		status = of_history_put_capture(a->history, question->link,
			of_buf_str(&address), captured, a->now, a->err);
	a->found += status == OF_OK && read == OF_MEMENTO_FOUND;
	of_buf_finish(&address);
	return status == OF_OK || fail(a, status);
}

static bool done(const struct of_fetch_answer *answer, void *payload)
{
	struct asking *a = payload;

	if (!answer->put_off && answer->seen.failure == OF_FAILURE_NONE)
		return take_body(a, &a->questions[answer->task], answer);
	count_unanswered(
		a, &answer->seen, answer->put_off ? "it did not answer in time" : NULL);
	return true;
}

static bool tick(void *payload)
{
	struct asking *a = payload;

	if (a->status == OF_OK)
		a->status = of_history_flush(a->history, a->err);
	return a->status == OF_OK && of_clock_ms() < a->deadline;
}

static enum of_status ask(
	struct asking *a, const volatile sig_atomic_t *stop, struct of_err *err)
{
	const struct of_fetch_calls calls = {
		.request = request, .done = done, .tick = tick, .payload = a};
	enum of_status status = of_fetcher_new(&a->fetcher, a->settings, &calls, err);
	enum of_status kept;

	if (status == OF_OK)
		status = of_fetcher_host(a->fetcher, a->settings->archive_url, &a->host, err);
	for (size_t i = 0; i < a->count && status == OF_OK; i++)
		status = of_fetcher_add(a->fetcher, a->host, (uint32_t)i, err);
	if (status == OF_OK)
		status = of_fetcher_run(a->fetcher, stop, err);
	of_fetcher_free(a->fetcher);
	if (a->status != OF_OK)
		status = a->status;
	kept = of_history_flush(a->history, status == OF_OK ? err : NULL);
	return status != OF_OK ? status : kept;
}

static void tell(const struct asking *a, const struct of_reporter *reporter)
{
	if (a->unanswered > 0)
		of_report_warning(reporter, 0, 0,
			"the web archive gave no answer for %zu of %zu links (%s): the next "
			"--archive asks again",
			a->unanswered, a->count, a->words);
}

enum of_status of_captures_find(size_t *found, struct of_history *history,
	const struct of_audit_settings *settings, int64_t now, int64_t budget,
	const struct of_reporter *reporter, const volatile sig_atomic_t *stop,
	struct of_err *err)
{
	struct asking a = {.history = history,
		.settings = settings,
		.arena = of_arena_new(),
		.now = now,
		.deadline = budget > 0 ? of_clock_ms() + budget : INT64_MAX,
		.err = err};
	enum of_status status;

	*found = 0;
	if (a.arena == NULL)
		return of_err_set_nomem(err);
	status = of_history_each_uncaptured(
		history, a.now - OF_CAPTURES_AGAIN_DAYS * DAY, note_link, &a, err);
	if (status == OF_OK)
		status = a.status;
	if (status == OF_OK && a.count > 0)
		status = ask(&a, stop, err);
	if (status == OF_OK)
		tell(&a, reporter);
	*found = a.found;
	of_arena_free(a.arena);
	free(a.questions);
	return status;
}
