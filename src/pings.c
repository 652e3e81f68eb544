#include "pings.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "publish/due.h"
#include "publish/publish.h"
#include "render/common.h"
#include "store/store.h"
#include "web/agent.h"
#include "web/ping.h"
#include <outfeed/arena.h>
#include <outfeed/audit.h>
#include <outfeed/render.h>
#include <stdlib.h>

struct of_pings {
	const struct of_site *site;
	const struct of_publisher *publisher;
	struct of_due *due;
	struct of_arena *arena; /* of topics */
	struct of_buf text;
	enum of_status status; /* of adding what was written */
};

/* A hub's pings, and the rows that they are of. */
struct batch {
	struct of_ping_hub hub;
	struct of_due_row **rows;
};

/* A live feed's: archives, pages, lists and copies have other names, or folders no group has.
 */
static bool is_feed(const struct of_site *site, struct of_str folder, struct of_str name)
{
	for (size_t i = 0; i < site->n_formats; i++)
		if (of_str_equal(name, of_str_from(site->formats[i]->file)))
			return of_output_path_refusal(folder) == NULL;
	return false;
}

static void add_written(struct of_str folder, struct of_str name, void *payload)
{
	struct of_pings *pings = payload;
	const struct of_site *site = pings->site;

	if (!is_feed(site, folder, name))
		return;
	of_buf_clear(&pings->text);
	of_path_join(&pings->text, folder, name);
	if (pings->text.status != OF_OK)
		pings->status = pings->text.status;
	for (size_t i = 0; i < site->n_hubs && pings->status == OF_OK; i++)
		pings->status =
			of_due_add(pings->due, site->hubs[i], of_buf_str(&pings->text), NULL);
}

enum of_status of_pings_new(struct of_pings **pings, const struct of_site *site,
	const struct of_publisher *publisher, struct of_store *store, uint64_t output,
	struct of_err *err)
{
	struct of_pings *made;
	enum of_status status;

	*pings = NULL;
	if (site->n_hubs == 0)
		return OF_OK;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return of_err_set_nomem(err);
	made->site = site;
	made->publisher = publisher;
	made->arena = of_arena_new();
	status = made->arena != NULL ? OF_OK : of_err_set_nomem(err);
	if (status == OF_OK)
		status = of_due_load(&made->due, store, output, site->hubs, site->n_hubs, err);
	if (status == OF_OK) {
		of_publisher_each_written(publisher, add_written, made);
		status = made->status == OF_OK ? OF_OK : of_err_set_nomem(err);
	}
	if (status == OF_OK)
		*pings = made;
	else
		of_pings_free(made);
	return status;
}

void of_pings_free(struct of_pings *pings)
{
	if (pings == NULL)
		return;
	of_due_free(pings->due);
	of_arena_free(pings->arena);
	of_buf_finish(&pings->text);
	free(pings);
}

enum of_status of_pings_save(struct of_pings *pings, struct of_store *store, struct of_err *err)
{
	return pings != NULL ? of_due_save(pings->due, store, err) : OF_OK;
}

static void split(struct of_str document, struct of_str *folder, struct of_str *name)
{
	size_t slash = of_str_find_last_byte(document, '/');

	*folder = of_str_slice(document, 0, slash != OF_NPOS ? slash : 0);
	*name = slash != OF_NPOS ? of_str_from_offset(document, slash + 1) : document;
}

/* What was due and is there no more has nobody to tell about. */
static void settle_gone(struct of_pings *pings)
{
	size_t count;
	struct of_due_row *rows = of_due_rows(pings->due, &count);

	for (size_t i = 0; i < count; i++) {
		struct of_str folder, name;
		struct of_str file;

		if (rows[i].fresh)
			continue;
		split(rows[i].document, &folder, &name);
		file = of_arena_dup(pings->arena, name);
		if (of_output_path_refusal(folder) != NULL)
			rows[i].settled = true;
		else if (file.ptr != NULL)
			rows[i].settled =
				of_publisher_stamp(pings->publisher, folder, file.ptr).inode ==
				0;
	}
}

/* The document's own URL, as it says itself; the arena's, absent without memory. */
static struct of_str topic_of(struct of_pings *pings, struct of_str document)
{
	struct of_feed feed = {0};

	split(document, &feed.path, &feed.file);
	of_buf_clear(&pings->text);
	of_feed_add_self(&pings->text, &feed, pings->site, "");
	if (pings->text.status != OF_OK)
		return (struct of_str){0};
	return of_arena_dup(pings->arena, of_buf_str(&pings->text));
}

/* A hub that is named twice is told once: its rows are in the list once. */
static bool is_named_before(const struct of_site *site, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (of_str_equal(site->hubs[i], site->hubs[index]))
			return true;
	return false;
}

static enum of_status fill_batch(
	struct of_pings *pings, struct batch *batch, size_t index, struct of_err *err)
{
	struct of_ping_hub *hub = &batch->hub;
	size_t count;
	struct of_due_row *rows = of_due_rows(pings->due, &count);

	hub->url = pings->site->hubs[index];
	hub->pings = of_arena_take(pings->arena, count + 1, sizeof(*hub->pings));
	batch->rows = of_arena_take(pings->arena, count + 1, sizeof(struct of_due_row *));
	if (hub->pings == NULL || batch->rows == NULL)
		return of_err_set_nomem(err);
	if (is_named_before(pings->site, index))
		return OF_OK;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].settled || !of_str_equal(rows[i].hub, hub->url))
			continue;
		batch->rows[hub->count] = &rows[i];
		hub->pings[hub->count].topic = topic_of(pings, rows[i].document);
		if (hub->pings[hub->count++].topic.len == 0)
			return of_err_set_nomem(err);
	}
	return OF_OK;
}

static bool has_pings(const struct batch *batches, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (batches[i].hub.count > 0)
			return true;
	return false;
}

static void note_dry_run(const struct batch *batch, struct of_pings_run *run)
{
	for (size_t i = 0; i < batch->hub.count; i++) {
		struct of_diag note = {.severity = OF_NOTE};
		struct of_buf words = {0};

		of_buf_add_text(&words, "would be told of ");
		of_buf_add_str(&words, batch->hub.pings[i].topic);
		note.path = batch->hub.url.ptr;
		note.message = words.ptr;
		if (words.status == OF_OK)
			of_diags_add(&note, run->diags);
		of_buf_finish(&words);
	}
	run->sent += batch->hub.count;
}

static void take_result(struct batch *batch, struct of_pings_run *run)
{
	const struct of_ping_hub *hub = &batch->hub;
	const struct of_reporter here = {of_diags_add, run->diags, hub->url.ptr};
	size_t failed = hub->count - hub->delivered;

	for (size_t i = 0; i < hub->count; i++)
		batch->rows[i]->settled = hub->pings[i].delivered;
	run->sent += hub->delivered;
	run->failed += failed;
	if (failed > 0 && hub->why[0] != '\0')
		of_report_warning(&here, 0, 0,
			"%zu of %zu pings failed, and are sent with the next --ping: %s",
			failed, hub->count, hub->why);
}

/* A list that is not kept is one that is told again. */
static void keep_rest(struct of_pings *pings, struct of_pings_run *run)
{
	const struct of_reporter here = {of_diags_add, run->diags, pings->site->config.ptr};
	struct of_err err;
	enum of_status status;

	if (run->store == NULL)
		return;
	status = of_store_begin(run->store, &err);
	if (status == OF_OK)
		status = of_due_save(pings->due, run->store, &err);
	if (status == OF_OK)
		status = of_store_commit(run->store, &err);
	if (status != OF_OK)
		of_report_warning(&here, 0, 0,
			"%s: what hubs were told they are told once more by the next --ping",
			err.message);
}

static enum of_status send_batches(struct of_pings *pings, struct batch *batches,
	struct of_pings_run *run, struct of_err *err)
{
	const struct of_site *site = pings->site;
	struct of_audit_settings settings = *site->audit;
	struct of_ping_hub *hubs = of_arena_take(pings->arena, site->n_hubs, sizeof(*hubs));
	enum of_status status;

	of_buf_clear(&pings->text);
	of_agent_add(&pings->text, site->audit, site->url);
	if (hubs == NULL || pings->text.status != OF_OK)
		return of_err_set_nomem(err);
	settings.user_agent = of_buf_str(&pings->text);
	for (size_t i = 0; i < site->n_hubs; i++)
		hubs[i] = batches[i].hub;
	status = of_ping_send(hubs, site->n_hubs, &settings, run->progress, err);
	for (size_t i = 0; i < site->n_hubs; i++) {
		batches[i].hub = hubs[i];
		take_result(&batches[i], run);
	}
	return status;
}

/* One that was stopped says so; any other trouble of ours is a warning, as a hub's is. */
static enum of_status end_send(struct of_pings *pings, struct of_pings_run *run,
	enum of_status status, struct of_err *trouble, struct of_err *err)
{
	const struct of_reporter here = {of_diags_add, run->diags,
		trouble->path[0] != '\0' ? trouble->path : pings->site->config.ptr};

	if (status == OF_ESTOPPED)
		return of_err_set(err, OF_ESTOPPED,
			"interrupted: the documents are published, and %zu pings are due",
			run->failed);
	if (status != OF_OK)
		of_report_warning(&here, 0, 0, "no hub was pinged: %s", trouble->message);
	return OF_OK;
}

enum of_status of_pings_send(
	struct of_pings *pings, struct of_pings_run *run, struct of_err *err)
{
	const struct of_site *site = pings->site;
	const struct of_reporter here = {of_diags_add, run->diags, site->config.ptr};
	struct batch *batches = of_arena_take(pings->arena, site->n_hubs, sizeof(*batches));
	struct of_err trouble = {0};
	enum of_status status = batches != NULL ? OF_OK : of_err_set_nomem(&trouble);

	settle_gone(pings);
	for (size_t i = 0; i < site->n_hubs && status == OF_OK; i++)
		status = fill_batch(pings, &batches[i], i, &trouble);
	if (of_due_left_out(pings->due) > 0)
		of_report_warning(&here, 0, 0,
			"hubs are not told of %zu changes: more than %zu are due",
			of_due_left_out(pings->due), OF_DUE_MOST);
	if (run->dry_run) {
		for (size_t i = 0; i < site->n_hubs && status == OF_OK; i++)
			note_dry_run(&batches[i], run);
		return OF_OK;
	}
	if (status == OF_OK && has_pings(batches, site->n_hubs))
		status = send_batches(pings, batches, run, &trouble);
	if (status == OF_OK || status == OF_ESTOPPED)
		keep_rest(pings, run);
	return end_send(pings, run, status, &trouble, err);
}
