/*
 * The audit, as the sentence of it: read a site, collect its items, list the
 * links that they use, check those that are due over the web, keep what was
 * learned, report.
 */
#include <outfeed/audit.h>

#include "audit/captures.h"
#include "audit/check.h"
#include "audit/metadata.h"
#include "audit/patch.h"
#include "audit/report.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/progress.h"
#include "base/str.h"
#include "base/url.h"
#include "collect/collect.h"
#include "listing.h"
#include "rot_feed.h"
#include "store/history.h"
#include "store/store.h"
#include "web/agent.h"
#include "web/domain.h"
#include <fcntl.h>
#include <outfeed/item.h>
#include <stdlib.h>
#include <time.h>

#define STATE_FOLDER ".outfeed"
#define LOCK_NAME "audit.lock"
#define LOCK_SECONDS 10
#define REPORT_FOLDER "audit"

struct audit {
	const struct of_site *site;
	const struct of_audit_options *options;
	int64_t now;
	struct of_audit_result *result;
	struct of_audit_settings settings; /* the site's, with what the options say */
	struct of_buf agent, state, reports;
	struct of_diags *diags;
	struct of_lock *lock;
	bool shared; /* the history, with other processes */
	struct of_history *history;
	struct of_domains *domains;
	struct of_collected *collected;
	struct timespec lap;
};

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Seconds since the last lap. */
static double lap(struct timespec *since)
{
	double seconds = seconds_since(since);

	clock_gettime(CLOCK_MONOTONIC, since);
	return seconds;
}

/* -- Items to links */

static enum of_status list_links(struct audit *a, struct of_err *err)
{
	const struct of_listing_options how = {.site = a->site,
		.settings = &a->settings,
		.domains = a->domains,
		.collected = a->collected,
		.diags = a->diags,
		.jobs = a->options->jobs > 0 ? a->options->jobs : of_pool_cores(),
		.stop = a->options->stop};

	return of_listing_put(a->result, a->history, &how, err);
}

/* What builds know: items keep the ids that they were published by. NULL where there is
 * nothing. */
static struct of_store *open_known(const struct audit *a)
{
	struct of_store *store = NULL;
	struct of_err unread;

	if (of_store_is_there(a->state.ptr) &&
		of_store_open(&store, a->state.ptr, NULL, &unread) != OF_OK)
		return NULL;
	return store;
}

static enum of_status collect(struct audit *a, struct of_err *err)
{
	const struct of_progress progress = {.stop = a->options->stop};
	const struct of_collect_options how = {.now = a->now,
		.jobs = a->options->jobs > 0 ? a->options->jobs : of_pool_cores(),
		.progress = &progress};
	struct of_store *known = open_known(a);
	enum of_status status = of_collect(&a->collected, a->site, &how, known, a->diags, err);

	/* a build that comes now must not wait for it */
	of_store_close(known);
	if (status == OF_EINPUT)
		status = of_collect(&a->collected, a->site, &how, NULL, a->diags, err);
	if (status == OF_OK && of_collected_collection(a->collected)->n_live == 0) {
		of_err_set(err, OF_EEMPTY,
			"no items whose links could be checked: look at `content`");
		of_err_set_path(err, a->site->config);
		return OF_EEMPTY;
	}
	if (status == OF_OK)
		status = list_links(a, err);
	/* what the items took is not needed while links are checked */
	of_collected_free(a->collected);
	a->collected = NULL;
	return status;
}

/* -- Checks */

static enum of_status check(struct audit *a, struct of_err *err)
{
	const struct of_reporter reporter = {of_diags_add, a->diags, a->site->config.ptr};
	const struct of_check_options how = {.settings = &a->settings,
		.history = a->history,
		.domains = a->domains,
		.reporter = &reporter,
		.now = a->now,
		.all = a->options->all,
		.by_clock = a->options->now == OF_TIME_NONE,
		.shared = a->shared,
		.works = a->options->part == OF_AUDIT_WORKER,
		.kinds = a->settings.only,
		.budget = a->options->budget,
		.event = a->options->event,
		.event_payload = a->options->event_payload,
		.stop = a->options->stop};
	enum of_status status = OF_OK;
	int64_t left = 0; /* ms; 0 for any time */
	bool in_time = true;

	if (a->options->part != OF_AUDIT_REPORT)
		status = of_check_links(a->result, &how, err);
	if (a->options->budget > 0) {
		left = a->options->budget - (int64_t)(seconds_since(&a->lap) * 1000);
		in_time = left > 0;
	}
	if (status == OF_OK && a->options->archive && !a->result->network_down && in_time)
		status = of_captures_find(&a->result->captures, a->history, &a->settings,
			a->now, left, &reporter, a->options->stop, err);
	return status;
}

/* -- Reports */

static void count(struct of_audit_result *result, const struct of_totals *totals)
{
	result->links = totals->links;
	result->rot = totals->rot;
	result->new_rot = totals->new_rot;
	for (size_t i = 0; i < OF_VERDICT_COUNT; i++)
		result->by_verdict[i] += totals->by_verdict[i];
}

/* The same folder, or one in it: "public-reports" is not in "public". */
static bool is_within(struct of_str path, struct of_str folder)
{
	struct of_str rest = of_str_from_offset(path, folder.len);

	return of_str_starts(path, folder) &&
	       (rest.len == 0 || rest.ptr[0] == '/' || of_str_ends(folder, STR("/")));
}

/* Where the folder of the reports is found, when it is below the output. */
static void add_address(struct of_buf *out, const struct audit *a)
{
	struct of_str folder = of_buf_str(&a->reports);

	if (is_within(folder, a->site->output)) {
		of_buf_add_str(out, a->site->url);
		of_buf_add_str(out,
			of_str_trim_byte(of_str_from_offset(folder, a->site->output.len), '/'));
	} else {
		of_url_resolve(out, a->site->url, STR(REPORT_FOLDER));
	}
	of_buf_add_byte(out, '/');
}

static enum of_status write_reports(
	struct audit *a, const struct of_totals *totals, struct of_err *err)
{
	const struct of_report_about about = {.title = a->site->title,
		.url = a->site->url,
		.dir = a->site->dir,
		.now = a->now};
	struct of_buf address = {0};
	enum of_status status;
	size_t root = OF_NPOS;

	if (a->options->report.len > 0)
		of_buf_add_str(&a->reports, a->options->report);
	else
		of_path_join(&a->reports, a->site->output, STR(REPORT_FOLDER));
	/* a folder that --report names may be a link; what is below the output may not */
	if (a->options->report.len == 0)
		root = is_within(of_buf_str(&a->reports), a->site->output) ? a->site->output.len
									   : 0;
	add_address(&address, a);
	status = of_buf_status(&a->reports, err);
	if (status == OF_OK)
		status = of_buf_status(&address, err);
	if (status == OF_OK)
		status =
			of_reports_write(a->history, &about, totals, a->reports.ptr, root, err);
	if (status == OF_OK)
		status = of_rot_feed_write(
			a->history, a->site, a->reports.ptr, root, of_buf_str(&address), err);
	of_buf_finish(&address);
	return status;
}

static enum of_status report(struct audit *a, struct of_err *err)
{
	const struct of_reporter reporter = {of_diags_add, a->diags, a->site->config.ptr};
	struct of_totals totals;
	enum of_status status = of_history_totals(a->history, &totals, err);

	if (status == OF_OK)
		count(a->result, &totals);
	if (status == OF_OK)
		status = write_reports(a, &totals, err);
	if (status == OF_OK && a->options->patch.len > 0)
		status = of_patch_write(&a->result->patched, a->history, a->site,
			a->options->patch.ptr, &reporter, err);
	if (status == OF_OK && a->options->metadata.len > 0)
		status = of_metadata_write(a->history, a->options->metadata.ptr, err);
	return status;
}

/* -- The run */

static void fill_settings(struct audit *a)
{
	a->settings = *a->site->audit;
	if (a->options->only != 0)
		a->settings.only = a->options->only;
	of_agent_add(&a->agent, a->site->audit, a->site->url);
	a->settings.user_agent = of_buf_str(&a->agent);
}

static enum of_status refuse_work(const struct audit *a, struct of_err *err)
{
	of_err_set(err, OF_ECONFIG,
		"workers share a history, and SQLite's is one process's alone: name a database "
		"as audit.store, such as postgresql://HOST/NAME");
	of_err_set_path(err, a->site->config);
	return OF_ECONFIG;
}

static enum of_status open_history(struct audit *a, struct of_err *err)
{
	const struct of_reporter reporter = {of_diags_add, a->diags, ""};
	struct of_history_place place = {.store = a->site->audit->store};
	bool works = a->options->part == OF_AUDIT_WORKER;
	enum of_status status;

	of_path_join(&a->state, a->site->dir, STR(STATE_FOLDER));
	status = of_buf_status(&a->state, err);
	if (status == OF_OK)
		status = of_buf_status(&a->agent, err);
	/* a worker does not touch the site */
	if (!works)
		place.site = a->site->url;
	if (status == OF_OK && !works)
		status = of_lock_take(&a->lock, a->state.ptr, LOCK_NAME, LOCK_SECONDS, err);
	place.folder = a->state.ptr;
	a->shared = !of_history_is_file(&place);
	if (status == OF_OK && works && !a->shared)
		status = refuse_work(a, err);
	if (status == OF_OK)
		status = of_history_open(&a->history, &place, &reporter, err);
	if (status == OF_OK && a->options->now == OF_TIME_NONE)
		a->now += of_history_clock(a->history) / 1000;
	if (status == OF_OK)
		of_history_heed(a->history, a->options->stop);
	a->domains = of_domains_load();
	if (status == OF_OK && a->domains == NULL)
		status = of_err_set_nomem(err);
	return status;
}

/* The parts of a run, in their order. */
static const struct part {
	bool lists, checks, reports;
} parts[] = {
	[OF_AUDIT_WHOLE] = {.lists = true, .checks = true, .reports = true},
	[OF_AUDIT_PLAN] = {.lists = true},
	[OF_AUDIT_WORKER] = {.checks = true},
	[OF_AUDIT_REPORT] = {.checks = true, .reports = true}, /* captures may be asked for */
};

/* What was listed: nothing is said of rot, which nobody looked for. */
static enum of_status count_links(struct audit *a, struct of_err *err)
{
	struct of_totals totals;
	enum of_status status = of_history_totals(a->history, &totals, err);

	if (status != OF_OK)
		return status;
	count(a->result, &totals);
	a->result->rot = a->result->new_rot = 0;
	return OF_OK;
}

/*
 * What is new is what came since the last run of the site. Where workers check, a report
 * is such a run: it has no other.
 */
static enum of_status report_shared(struct audit *a, struct of_err *err)
{
	int64_t run;
	enum of_status status = of_history_begin_run(a->history, a->now, &run, err);

	if (status == OF_OK)
		status = report(a, err);
	if (status == OF_OK)
		status = of_history_end_run(a->history, run, a->now, true, err);
	return status;
}

/* An interrupted run reports what is known by then. */
static enum of_status tell(
	struct audit *a, const struct part *part, enum of_status status, struct of_err *err)
{
	struct of_err later;
	enum of_status told = OF_OK;

	if (a->shared && a->options->part == OF_AUDIT_REPORT && status == OF_OK)
		told = report_shared(a, &later);
	else if (part->reports)
		told = report(a, &later);
	else if (a->options->part == OF_AUDIT_PLAN)
		told = count_links(a, &later);
	a->result->reporting = lap(&a->lap);
	if (status != OF_OK || told == OF_OK)
		return status;
	*err = later;
	return told;
}

static enum of_status run(struct audit *a, struct of_err *err)
{
	const struct part *part = &parts[a->options->part];
	enum of_status status;

	fill_settings(a);
	status = open_history(a, err);
	if (status == OF_OK && part->lists)
		status = collect(a, err);
	a->result->listing = lap(&a->lap);
	if (status == OF_OK && part->checks)
		status = check(a, err);
	a->result->checking = lap(&a->lap);
	if (a->history != NULL)
		a->result->refused = (size_t)of_history_refused(a->history);
	if (status != OF_OK && status != OF_ESTOPPED)
		return status;
	return a->history != NULL ? tell(a, part, status, err) : status;
}

static void finish(struct audit *a)
{
	of_collected_free(a->collected);
	of_history_close(a->history);
	of_domains_free(a->domains);
	of_lock_release(a->lock);
	of_buf_finish(&a->agent);
	of_buf_finish(&a->state);
	of_buf_finish(&a->reports);
}

enum of_status of_audit_run(struct of_audit_result *result, const struct of_site *site,
	const struct of_audit_options *options, struct of_err *err)
{
	struct audit a = {.site = site,
		.options = options,
		.now = options->now != OF_TIME_NONE ? options->now : (int64_t)time(NULL),
		.result = result,
		.diags = of_diags_new()};
	size_t warnings = 0, errors[OF_REASON_COUNT] = {0};
	struct of_err own;
	struct timespec start;
	enum of_status status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	a.lap = start;
	*result = (struct of_audit_result){0};
	if (err == NULL)
		err = &own;
	if (a.diags == NULL)
		return of_err_set_nomem(err);
	status = run(&a, err);
	of_diags_tell(a.diags, &warnings, errors, options->diag, options->payload);
	finish(&a);
	of_diags_free(a.diags);
	result->seconds = seconds_since(&start);
	return status;
}
