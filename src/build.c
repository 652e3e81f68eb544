/*
 * The build, as the sentence of it: read a site, collect its items, group them
 * into feeds, render each as documents, publish them; and keep what the next
 * run wants to know.
 */
#include <outfeed/build.h>

#include "base/diags.h"
#include "base/err.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/str.h"
#include "collect/collect.h"
#include "documents.h"
#include "learned.h"
#include "pings.h"
#include "site/fingerprint.h"
#include "store/store.h"
#include <errno.h>
#include <outfeed/render.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define STATE_FOLDER ".outfeed"
#define RUN_KEY "run"
#define LOCK_NAME "lock"
#define LOCK_SECONDS 10

/* What is kept of a run, whole: one that has other members is none. */
struct run {
	struct of_fingerprints prints;
	uint64_t output; /* hash of the folder that it published to */
};

struct build {
	const struct of_site *site;
	const struct of_build_options *options;
	struct of_build_result *result;
	struct of_diags *diags;
	struct of_progress progress;
	struct of_buf state; /* path of the state's folder */
	struct of_lock *lock;
	struct of_store *store; /* NULL when there is none */
	struct run now, last;
	struct of_collected *collected;
	struct of_groups groups;
	struct of_ledger *ledger;
	struct of_publisher *publisher;
	struct of_learner *learner; /* NULL without a history of an audit */
	struct of_pings *pings;     /* NULL without hubs */
	size_t kept;                /* documents that needed no making */
};

/* Whether what failed may go well the next time. */
static bool may_pass(const struct of_err *err)
{
	switch (err->sys_errno) {
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

/*
 * A site that cannot keep a state is built all the same, each time anew; but the
 * ids that a state holds must not be given up because it cannot be read now.
 */
static enum of_status go_without_state(struct build *b, struct of_err *err)
{
	const struct of_reporter here = {of_diags_add, b->diags, b->state.ptr};
	bool looks_only = err->code == OF_EINPUT && b->options->dry_run;

	if (!looks_only &&
		(err->code != OF_EIO || may_pass(err) || of_store_is_there(b->state.ptr)))
		return err->code;
	of_report_warning(&here, 0, 0, "%s: everything is built anew each time", err->message);
	return OF_OK;
}

/*
 * Without a place for the state's lock, the site's folder is locked: two runs of
 * one site stage under one name. Not every file system can, which is no failure.
 */
static enum of_status lock_site(struct build *b, struct of_err *err)
{
	const char *folder = b->site->dir.len > 0 ? b->site->dir.ptr : ".";
	struct of_err why = {0};
	enum of_status status = OF_OK;

	if (b->lock == NULL && !b->options->dry_run)
		status = of_lock_take_folder(&b->lock, folder, LOCK_SECONDS, &why);
	if (status != OF_EBUSY)
		return OF_OK;
	*err = why;
	return status;
}

static enum of_status open_state(struct build *b, struct of_err *err)
{
	const struct of_reporter reporter = {of_diags_add, b->diags, ""};
	enum of_status status;

	of_path_join(&b->state, b->site->dir, STR(STATE_FOLDER));
	status = of_buf_status(&b->state, err);
	if (status != OF_OK)
		return status;
	if (b->options->dry_run && !of_store_is_there(b->state.ptr))
		return OF_OK;
	/* what writes nothing is in nobody's way */
	if (!b->options->dry_run)
		status = of_lock_take(&b->lock, b->state.ptr, LOCK_NAME, LOCK_SECONDS, err);
	if (status == OF_OK)
		status = of_store_open(
			&b->store, b->state.ptr, b->options->dry_run ? NULL : &reporter, err);
	if (status != OF_OK)
		status = go_without_state(b, err);
	return status == OF_OK ? lock_site(b, err) : status;
}

static enum of_status read_run(struct build *b, struct of_err *err)
{
	struct of_buf saved = {0};
	bool found = false;
	enum of_status status = of_site_fingerprint(&b->now.prints, b->site, err);

	if (status == OF_OK && b->store != NULL)
		status = of_store_get(
			b->store, OF_STORE_SETTING, STR(RUN_KEY), &saved, &found, err);
	if (status == OF_OK && found && saved.len == sizeof(b->last))
		memcpy(&b->last, saved.ptr, sizeof(b->last));
	of_buf_finish(&saved);
	return status;
}

static enum of_status collect(struct build *b, struct of_err *err)
{
	struct of_collect_options how = {.now = b->options->now,
		.jobs = b->options->jobs,
		.export_ids = b->options->export_ids,
		.progress = &b->progress};
	enum of_status status = read_run(b, err);

	how.full = b->options->full || b->now.prints.heads != b->last.prints.heads;
	if (status == OF_OK)
		status = of_ledger_load(&b->ledger, b->store, err);
	if (status == OF_OK)
		status = of_collect(&b->collected, b->site, &how, b->store, b->diags, err);
	return status;
}

static enum of_status refuse_empty(const struct build *b, struct of_err *err)
{
	of_err_set(err, OF_EEMPTY,
		"no items to publish, so nothing was changed: look at `content`, or say "
		"--allow-empty");
	of_err_set_path(err, b->site->config);
	return OF_EEMPTY;
}

/*
 * What a file or folder is known by, whichever way led there; its name as it is
 * where there is none. By another name it would be another's, hence a failure to
 * find out is one. The caller frees *real.
 */
static enum of_status find_real(char **real, struct of_str path, struct of_err *err)
{
	*real = realpath(path.ptr, NULL);
	if (*real == NULL && (errno == ENOENT || errno == ENOTDIR))
		*real = strdup(path.ptr);
	if (*real != NULL)
		return OF_OK;
	return errno == ENOMEM ? of_err_set_nomem(err)
			       : of_err_set_errno(err, path.ptr, "find it");
}

/* Two sites that write to one output keep out of each other's way. */
static enum of_status open_publisher(struct build *b, struct of_err *err)
{
	char *path = NULL;
	enum of_status status = find_real(&path, b->site->config, err);

	if (status == OF_OK)
		status = of_publisher_open(&b->publisher, b->site->output.ptr,
			of_str_hash(of_str_from(path)), b->options->dry_run, b->site->compress,
			err);
	free(path);
	return status;
}

/* Documents are known by the folder that they are in, which --output may change. */
static enum of_status use_ledger(struct build *b, struct of_err *err)
{
	char *path = NULL;
	enum of_status status = find_real(&path, b->site->output, err);

	if (status == OF_OK) {
		b->now.output = of_str_hash(of_str_from(path));
		status = of_ledger_use(b->ledger, of_str_from(path), b->publisher, err);
	}
	free(path);
	return status;
}

static enum of_status make_documents(struct build *b, struct of_err *err)
{
	struct of_documents documents = {.site = b->site,
		.collection = of_collected_collection(b->collected),
		.groups = &b->groups,
		.ledger = b->ledger,
		.diags = b->diags,
		.progress = &b->progress,
		.jobs = b->options->jobs,
		.since = of_collected_since(b->collected),
		.settings = b->now.prints.documents,
		.all = b->options->full,
		.dry_run = b->options->dry_run};
	enum of_status status = open_publisher(b, err);

	documents.publisher = b->publisher;
	if (status == OF_OK)
		status = use_ledger(b, err);
	/* what changed since is known of the last run's folder alone */
	documents.elsewhere = b->now.output != b->last.output;
	if (status == OF_OK)
		status = of_learner_new(&b->learner, b->site, of_buf_str(&b->state),
			b->options->jobs, documents.since, b->diags, err);
	documents.learner = b->learner;
	if (status == OF_OK)
		status = of_documents_make(&documents, err);
	if (status == OF_OK && documents.shown == 0 && !b->options->allow_empty)
		status = refuse_empty(b, err);
	b->kept = documents.kept;
	return status;
}

/* By its name, which in an archive begins with a month. */
static bool is_current(struct of_str name, const void *payload)
{
	const struct of_site *site = payload;
	struct of_str page = of_str_from(of_renderer_page.file);

	if (of_str_equal(name, of_str_from(of_directory_opml.file)) ||
		of_str_equal(name, of_str_from(of_directory_page.file)) ||
		of_str_equal(name, page))
		return site->pages || !of_str_equal(name, page);
	for (size_t i = 0; i < site->n_formats; i++)
		if (of_str_ends(name, of_str_from(site->formats[i]->file)))
			return true;
	return false;
}

static enum of_status prune(struct build *b, struct of_err *err)
{
	if (!b->options->prune)
		return OF_OK;
	return of_ledger_prune(
		b->ledger, b->publisher, is_current, b->site, &b->result->pruned, err);
}

/* What the state still holds of removed documents does no harm: the next --prune finds it. */
static void save_pruned(struct build *b)
{
	const struct of_reporter here = {of_diags_add, b->diags, b->state.ptr};
	struct of_err err;
	enum of_status status;

	if (b->result->pruned == 0 || b->store == NULL || b->options->dry_run)
		return;
	status = of_store_begin(b->store, &err);
	if (status == OF_OK)
		status = of_ledger_save(b->ledger, b->publisher, b->store, &err);
	if (status == OF_OK)
		status = of_store_commit(b->store, &err);
	if (status != OF_OK)
		of_report_warning(&here, 0, 0, "%s", err.message);
}

static enum of_status save(struct build *b, struct of_err *err)
{
	const struct of_str run = {(const char *)&b->now, sizeof(b->now)};
	enum of_status status = OF_OK;

	if (b->options->dry_run)
		return OF_OK;
	if (b->store == NULL)
		return of_collected_export_ids(b->collected, NULL, err);
	if (memcmp(&b->now, &b->last, sizeof(b->now)) != 0)
		status = of_store_put(b->store, OF_STORE_SETTING, STR(RUN_KEY), run, err);
	if (status == OF_OK)
		status = of_ledger_save(b->ledger, b->publisher, b->store, err);
	if (status == OF_OK)
		status = of_pings_save(b->pings, b->store, err);
	if (status == OF_OK)
		status = of_collected_save(b->collected, b->store, err);
	return status == OF_OK ? of_store_commit(b->store, err) : status;
}

/* Documents are published by now: what hubs say to it is no failure. */
static enum of_status ping(struct build *b, struct of_err *err)
{
	const struct of_reporter here = {of_diags_add, b->diags, b->site->config.ptr};
	struct of_pings_run run = {.store = b->store,
		.diags = b->diags,
		.progress = &b->progress,
		.dry_run = b->options->dry_run};
	enum of_status status;

	if (!b->options->ping)
		return OF_OK;
	if (b->pings == NULL) {
		of_report_warning(&here, 0, 0, "no hub to ping: name one in `hubs`");
		return OF_OK;
	}
	status = of_pings_send(b->pings, &run, err);
	b->result->pinged = run.sent;
	b->result->ping_failed = run.failed;
	return status;
}

/*
 * The state comes first: what it says of documents that never came to their
 * place is seen to be untrue by their stamps, whereas an id that was published
 * and not kept would be lost.
 */
static enum of_status publish(struct build *b, struct of_err *err)
{
	enum of_status status = make_documents(b, err);

	if (status == OF_OK && !b->options->dry_run)
		of_publisher_settle(b->publisher);
	if (status == OF_OK)
		status = of_pings_new(
			&b->pings, b->site, b->publisher, b->store, b->now.output, err);
	if (status == OF_OK)
		status = save(b, err);
	if (status == OF_OK)
		status = prune(b, err);
	if (status == OF_OK && !b->options->dry_run)
		status = of_publisher_commit(b->publisher, err);
	if (status == OF_OK)
		save_pruned(b);
	return status == OF_OK ? ping(b, err) : status;
}

static enum of_status collect_and_publish(struct build *b, struct of_err *err)
{
	enum of_status status = collect(b, err);

	if (status == OF_OK && of_collected_collection(b->collected)->n_live == 0 &&
		!b->options->allow_empty)
		status = refuse_empty(b, err);
	if (status == OF_OK)
		status = of_groups_make(&b->groups, of_collected_collection(b->collected),
			b->site, of_collected_changed(b->collected), b->diags, err);
	return status == OF_OK ? publish(b, err) : status;
}

/* Forgets what was made of the site so far, but not the state. */
static void drop_work(struct build *b)
{
	of_pings_free(b->pings);
	of_learner_free(b->learner);
	of_publisher_close(b->publisher);
	of_groups_finish(&b->groups);
	of_ledger_free(b->ledger);
	of_collected_free(b->collected);
	b->pings = NULL;
	b->learner = NULL;
	b->publisher = NULL;
	b->ledger = NULL;
	b->collected = NULL;
}

/* A state that turns out to be damaged is set aside; by a dry run it is let be. */
static enum of_status forget_state(struct build *b, struct of_err *err)
{
	const struct of_reporter reporter = {of_diags_add, b->diags, ""};

	b->last = (struct run){0};
	if (!b->options->dry_run)
		return of_store_begin_anew(b->store, &reporter, err);
	of_store_close(b->store);
	b->store = NULL;
	return go_without_state(b, err);
}

/* What a damaged state holds is worth one more try without it. */
static enum of_status build(struct build *b, struct of_err *err)
{
	enum of_status status = open_state(b, err);

	if (status == OF_OK)
		status = collect_and_publish(b, err);
	if (status != OF_EINPUT || b->store == NULL)
		return status;
	drop_work(b);
	status = forget_state(b, err);
	return status == OF_OK ? collect_and_publish(b, err) : status;
}

static void fill_result(struct build *b)
{
	struct of_build_result *result = b->result;
	const struct of_collect_counts *counts;

	if (b->collected == NULL)
		return;
	counts = of_collected_counts(b->collected);
	result->found = counts->found;
	result->fresh = counts->fresh;
	result->read = counts->found - counts->broken;
	result->drafts = counts->drafts;
	result->future = counts->future;
	result->expired = counts->expired;
	result->feeds = b->groups.count;
	if (b->publisher != NULL) {
		result->written = of_publisher_written(b->publisher);
		result->unchanged = of_publisher_unchanged(b->publisher) + b->kept;
	}
}

static void finish(struct build *b)
{
	drop_work(b);
	of_store_close(b->store);
	of_lock_release(b->lock);
	of_buf_finish(&b->state);
}

static void tell(struct build *b)
{
	struct of_build_result *result = b->result;

	of_diags_tell(b->diags, &result->warnings, result->skipped_by, b->options->diag,
		b->options->payload);
	result->refused = result->skipped_by[OF_REASON_GROUP];
	result->skipped_by[OF_REASON_GROUP] = 0;
	for (unsigned i = 0; i < OF_REASON_COUNT; i++)
		result->skipped += result->skipped_by[i];
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

enum of_status of_build_run(struct of_build_result *result, const struct of_site *site,
	const struct of_build_options *options, struct of_err *err)
{
	struct of_build_options how = *options;
	struct build b = {.site = site,
		.options = &how,
		.result = result,
		.diags = of_diags_new(),
		.progress = {options->progress, options->progress_payload, options->stop}};
	struct of_err own;
	struct timespec start;
	enum of_status status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	*result = (struct of_build_result){0};
	if (err == NULL)
		err = &own;
	if (how.jobs == 0)
		how.jobs = of_pool_cores();
	if (b.diags == NULL)
		return of_err_set_nomem(err);
	status = build(&b, err);
	fill_result(&b);
	tell(&b);
	finish(&b);
	of_diags_free(b.diags);
	result->seconds = seconds_since(&start);
	return status;
}
