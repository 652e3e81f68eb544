/*
 * The build, as the sentence of it: read a site, collect its items, group them
 * into feeds, render each as documents, publish them.
 */
#include <outfeed/build.h>

#include "base/diags.h"
#include "base/err.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/str.h"
#include "collect/collect.h"
#include "feed/group.h"
#include "item/icon.h"
#include "publish/publish.h"
#include <fcntl.h>
#include <outfeed/feed.h>
#include <outfeed/render.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* One thread's memory while it makes documents. */
struct maker {
	struct of_arena *arena; /* the items of the feed at hand */
	struct of_buf bytes;    /* of an item's file */
	struct of_buf document;
	const struct of_item **entries;
	struct of_err err; /* the first failure, which ends the run */
};

struct build {
	const struct of_site *site;
	unsigned jobs;
	struct of_diags *diags;
	const struct of_collection *collection;
	struct of_groups groups;
	struct of_publisher *publisher;
	struct of_image icon;
	struct maker *makers;
	unsigned char
		*reasons; /* for each head: why it cannot be shown, or 0; written atomically */
	atomic_bool failed;
};

/* The whole item, into the maker's arena; NULL when it cannot be shown. */
static struct of_item *read_whole(struct build *b, struct maker *maker, uint32_t index,
	enum of_status *status, struct of_err *err)
{
	const struct of_head *head = &b->collection->heads[index];
	struct of_item *item = of_arena_take(maker->arena, 1, sizeof(*item));
	enum of_reason reason = OF_REASON_UNREADABLE;

	if (item == NULL) {
		*status = of_err_set_nomem(err);
		return NULL;
	}
	of_buf_clear(&maker->bytes);
	*status =
		of_file_read(&maker->bytes, AT_FDCWD, head->path.ptr, OF_LIMIT_FILE, NULL, err);
	if (*status == OF_OK)
		*status = of_item_parse(item, &reason, maker->arena, b->site, head->path,
			of_buf_str(&maker->bytes), OF_ITEM_WHOLE, err, of_diags_add, b->diags);
	if (*status == OF_OK)
		return item;
	if (*status != OF_ENOMEM) {
		of_diags_add_err(b->diags, err, reason);
		__atomic_store_n(&b->reasons[index], (unsigned char)reason, __ATOMIC_RELAXED);
		*status = OF_OK;
	}
	return NULL;
}

/* The newest items that can be shown, to the limit. */
static enum of_status read_entries(struct build *b, struct maker *maker, struct of_feed *feed,
	const struct of_group *group, struct of_err *err)
{
	enum of_status status = OF_OK;

	of_arena_clear(maker->arena);
	feed->updated = OF_TIME_NONE;
	for (size_t i = 0; i < group->n_members && feed->n_entries < b->site->limit; i++) {
		const struct of_item *item =
			read_whole(b, maker, group->members[i], &status, err);

		if (status != OF_OK)
			return status;
		if (item == NULL)
			continue;
		maker->entries[feed->n_entries++] = item;
		if (item->updated > feed->updated)
			feed->updated = item->updated;
	}
	feed->entries = maker->entries;
	return OF_OK;
}

static enum of_status publish_feed(
	struct build *b, struct maker *maker, const struct of_feed *feed, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t i = 0; i < b->site->n_formats && status == OF_OK; i++) {
		const struct of_renderer *format = b->site->formats[i];

		of_buf_clear(&maker->document);
		status = format->render(&maker->document, feed, b->site, err);
		if (status == OF_OK)
			status = of_publisher_stage(b->publisher, feed->path, format->file,
				of_buf_str(&maker->document), err);
	}
	return status;
}

static enum of_status make_feed(
	struct build *b, struct maker *maker, const struct of_group *group, struct of_err *err)
{
	struct of_feed feed = {.title = group->title,
		.description = group->title,
		.path = group->path,
		.home_url = group->home_url,
		.icon = b->icon};
	enum of_status status = read_entries(b, maker, &feed, group, err);

	return status == OF_OK ? publish_feed(b, maker, &feed, err) : status;
}

static void take_turn(size_t index, unsigned worker, void *payload)
{
	struct build *b = payload;
	struct maker *maker = &b->makers[worker];
	struct of_err err = {0};

	if (atomic_load(&b->failed))
		return;
	if (make_feed(b, maker, &b->groups.groups[index], &err) != OF_OK) {
		maker->err = err;
		atomic_store(&b->failed, true);
	}
}

static enum of_status start_makers(struct build *b, struct of_err *err)
{
	b->makers = calloc(b->jobs, sizeof(*b->makers));
	b->reasons = calloc(b->collection->n_heads + 1, sizeof(*b->reasons));
	if (b->makers == NULL || b->reasons == NULL)
		return of_err_set_nomem(err);
	for (unsigned i = 0; i < b->jobs; i++) {
		b->makers[i].arena = of_arena_new();
		b->makers[i].entries = calloc(b->site->limit, sizeof(*b->makers[i].entries));
		if (b->makers[i].arena == NULL || b->makers[i].entries == NULL)
			return of_err_set_nomem(err);
	}
	return OF_OK;
}

static enum of_status make_documents(struct build *b, struct of_err *err)
{
	enum of_status status = start_makers(b, err);

	if (status != OF_OK)
		return status;
	of_pool_run(b->groups.count, b->jobs, take_turn, b);
	for (unsigned i = 0; i < b->jobs; i++) {
		if (b->makers[i].err.code != OF_OK) {
			if (err != NULL)
				*err = b->makers[i].err;
			return b->makers[i].err.code;
		}
	}
	return of_publisher_commit(b->publisher, err);
}

static void finish(struct build *b)
{
	for (unsigned i = 0; b->makers != NULL && i < b->jobs; i++) {
		of_arena_free(b->makers[i].arena);
		of_buf_finish(&b->makers[i].bytes);
		of_buf_finish(&b->makers[i].document);
		free(b->makers[i].entries);
	}
	free(b->makers);
	free(b->reasons);
	of_publisher_close(b->publisher);
	of_groups_finish(&b->groups);
}

static void fill_result(struct of_build_result *result, const struct build *b,
	const struct of_collect_counts *counts)
{
	result->found = counts->found;
	result->read = counts->read;
	result->drafts = counts->drafts;
	result->future = counts->future;
	result->expired = counts->expired;
	memcpy(result->skipped_by, counts->skipped_by, sizeof(result->skipped_by));
	for (size_t i = 0; b->reasons != NULL && i < b->collection->n_heads; i++)
		if (b->reasons[i] != OF_REASON_NONE)
			result->skipped_by[b->reasons[i]]++;
	for (unsigned i = 0; i < OF_REASON_COUNT; i++)
		result->skipped += result->skipped_by[i];
	result->refused = b->groups.refused;
	result->feeds = b->groups.count;
	if (b->publisher != NULL) {
		result->written = of_publisher_written(b->publisher);
		result->unchanged = of_publisher_unchanged(b->publisher);
	}
}

static enum of_status refuse_empty(const struct of_site *site, struct of_err *err)
{
	of_err_set(err, OF_EEMPTY,
		"no items to publish, so nothing was changed: look at `content`, or say "
		"--allow-empty");
	if (err != NULL)
		of_err_set_path(err, site->config);
	return OF_EEMPTY;
}

static enum of_status build(struct of_build_result *result, const struct of_site *site,
	const struct of_build_options *options, struct of_diags *diags, struct of_err *err)
{
	struct build b = {.site = site,
		.jobs = options->jobs > 0 ? options->jobs : of_pool_cores(),
		.diags = diags};
	struct of_collected *collected = NULL;
	struct of_collect_counts counts;
	enum of_status status =
		of_collect(&collected, &counts, site, options->now, b.jobs, diags, err);

	if (status != OF_OK)
		return status;
	b.collection = of_collected_collection(collected);
	if (b.collection->n_heads == 0 && !options->allow_empty)
		status = refuse_empty(site, err);
	if (status == OF_OK)
		status = of_groups_make(&b.groups, b.collection, site, diags, err);
	b.icon = of_site_icon(site);
	if (status == OF_OK)
		status = of_publisher_open(
			&b.publisher, site->output.ptr, options->dry_run, err);
	if (status == OF_OK)
		status = make_documents(&b, err);
	fill_result(result, &b, &counts);
	finish(&b);
	of_collected_free(collected);
	return status;
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
	struct of_diags *diags = of_diags_new();
	struct timespec start;
	enum of_status status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	*result = (struct of_build_result){0};
	if (diags == NULL)
		return of_err_set_nomem(err);
	status = build(result, site, options, diags, err);
	result->warnings = of_diags_tell(diags, options->diag, options->payload);
	of_diags_free(diags);
	result->seconds = seconds_since(&start);
	return status;
}
