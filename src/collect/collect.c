#include "collect/collect.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/progress.h"
#include "base/str.h"
#include "collect/state.h"
#include <stdlib.h>
#include <time.h>

#define RACY_NS 20000000 /* times are the clock's of the last tick, 10 ms ago at the most */

/* A path is looked into once, however many entries of `content` lead to it. */
static enum of_status add_folder(
	struct of_collected *c, struct of_str path, size_t root, struct of_err *err)
{
	struct of_folder **grown =
		of_grow(c->folders, c->n_folders, &c->cap_folders, sizeof(struct of_folder *));
	struct of_folder *folder;
	const size_t *saved;

	if (grown == NULL)
		return of_err_set_nomem(err);
	c->folders = grown;
	if (of_map_get(&c->met, path) != NULL)
		return OF_OK;
	folder = of_arena_take(c->arena, 1, sizeof(*folder));
	if (folder == NULL)
		return of_err_set_nomem(err);
	folder->path = of_arena_dup(c->arena, path);
	folder->root = root;
	saved = of_map_get(&c->saved, path);
	if (saved != NULL) {
		folder->saved = c->saved_folders[*saved].packed;
		c->saved_folders[*saved].met = true;
	}
	c->folders[c->n_folders++] = folder;
	return of_map_put(&c->met, folder->path, 0, err);
}

static enum of_status add_subfolders(
	struct of_collected *c, const struct of_folder *folder, struct of_err *err)
{
	struct of_str rest = folder->subfolders;
	/* what lies in "." is named without it */
	size_t root = of_str_equal(folder->path, STR(".")) ? 0 : folder->root;
	struct of_buf path = {0};
	enum of_status status = OF_OK;

	while (status == OF_OK && rest.len > 0) {
		of_buf_clear(&path);
		of_path_join(&path, folder->path, of_str_split(&rest, '\0'));
		status = of_buf_status(&path, err);
		if (status == OF_OK)
			status = add_folder(c, of_buf_str(&path), root, err);
	}
	of_buf_finish(&path);
	return status;
}

/* One level of the tree: its folders are looked into side by side. */
struct level {
	struct of_collected *c;
	const struct of_looking *looking;
	size_t first;
};

static void look(size_t index, unsigned worker, void *payload)
{
	const struct level *level = payload;

	of_folder_look(level->c->folders[level->first + index], level->looking,
		level->c->lookers[worker], level->c->names[worker]);
}

static enum of_status look_into_folders(struct of_collected *c, struct of_err *err)
{
	struct of_looking looking = {
		.roots = &c->roots, .since = c->since, .full = c->options.full};
	struct level level = {c, &looking, 0};
	enum of_status status = OF_OK;
	struct stat output;

	if (stat(c->site->output.ptr, &output) == 0) {
		looking.output_device = output.st_dev;
		looking.output_inode = output.st_ino;
	}
	for (size_t i = 0; i < c->roots.count && status == OF_OK; i++)
		status = add_folder(
			c, c->roots.roots[i].folder, c->roots.roots[i].folder.len, err);
	while (status == OF_OK && level.first < c->n_folders) {
		size_t end = c->n_folders;

		of_pool_run(end - level.first, c->n_workers, look, &level);
		for (; level.first < end && status == OF_OK; level.first++) {
			const struct of_folder *folder = c->folders[level.first];

			status = folder->err.code;
			if (status != OF_OK && err != NULL)
				*err = folder->err;
			if (status == OF_OK)
				status = add_subfolders(c, folder, err);
		}
	}
	return status;
}

static enum of_status list_readings(struct of_collected *c, struct of_err *err)
{
	for (size_t f = 0; f < c->n_folders; f++) {
		struct of_folder *folder = c->folders[f];

		for (size_t s = 0; s < folder->n_slots; s++) {
			struct of_reading *grown;

			if (folder->slots[s].record != NULL)
				continue;
			grown = of_grow(
				c->readings, c->n_readings, &c->cap_readings, sizeof(*grown));
			if (grown == NULL)
				return of_err_set_nomem(err);
			c->readings = grown;
			grown[c->n_readings++] = (struct of_reading){
				.folder = folder, .slot = &folder->slots[s]};
		}
	}
	return OF_OK;
}

static void read_one(size_t index, unsigned worker, void *payload)
{
	struct of_collected *c = payload;

	if (of_progress_stopped(c->options.progress))
		return;
	of_reader_read(&c->readers[worker], &c->readings[index],
		c->aliases != NULL ? &c->aliases[index] : NULL);
	of_progress_tell(c->options.progress, "reading", index + 1, c->n_readings);
}

/* A record holds its file's name: with a million files, twice is too often. */
static void drop_names(struct of_collected *c)
{
	for (size_t f = 0; f < c->n_folders; f++) {
		struct of_folder *folder = c->folders[f];

		for (size_t s = 0; s < folder->n_slots; s++)
			folder->slots[s].name =
				of_record_text(folder->slots[s].record, OF_TEXT_NAME).ptr;
	}
	for (unsigned i = 0; i < c->n_workers; i++) {
		of_arena_free(c->names[i]);
		c->names[i] = NULL;
	}
}

static enum of_status read_files(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	bool may_wait;
	enum of_status status = of_collected_may_wait(c, store, &may_wait, err);

	if (status != OF_OK)
		return status;
	if (may_wait) {
		c->aliases = calloc(c->n_readings + 1, sizeof(const struct of_str *));
		if (c->aliases == NULL)
			return of_err_set_nomem(err);
	}
	of_pool_run(c->n_readings, c->n_workers, read_one, c);
	if (of_progress_stopped(c->options.progress))
		return of_err_set(err, OF_ESTOPPED, "interrupted: nothing was changed");
	for (unsigned i = 0; i < c->n_workers; i++)
		if (c->readers[i].failed)
			return of_err_set_nomem(err);
	c->counts.fresh = c->n_readings;
	drop_names(c);
	return OF_OK;
}

static size_t count_records(const struct of_folder *folder)
{
	size_t count = 0;
	size_t at = 0;

	if (!folder->same)
		return folder->n_slots;
	while (of_folder_next(folder->saved, &at) != NULL)
		count++;
	return count;
}

static void list_folder(struct of_collected *c, const struct of_folder *folder)
{
	struct of_collection *collection = &c->collection;
	const struct of_record *record;
	size_t at = 0;

	for (size_t i = 0; i < folder->n_slots; i++)
		collection->records[collection->n_records++] = folder->slots[i].record;
	while (folder->same && (record = of_folder_next(folder->saved, &at)) != NULL)
		collection->records[collection->n_records++] = record;
}

static enum of_status list_records(struct of_collected *c, struct of_err *err)
{
	struct of_collection *collection = &c->collection;
	size_t count = 0;

	for (size_t f = 0; f < c->n_folders; f++)
		count += count_records(c->folders[f]);
	collection->records = calloc(count + 1, sizeof(const struct of_record *));
	collection->fates = calloc(count + 1, 1);
	c->ranges = calloc(c->n_folders + 1, sizeof(*c->ranges));
	if (collection->records == NULL || collection->fates == NULL || c->ranges == NULL)
		return of_err_set_nomem(err);
	collection->folders = c->ranges;
	collection->n_folders = c->n_folders;
	for (size_t f = 0; f < c->n_folders; f++) {
		c->ranges[f] = (struct of_folder_range){
			c->folders[f]->path, c->folders[f]->root, collection->n_records};
		list_folder(c, c->folders[f]);
	}
	c->counts.found = count;
	collection->filings = of_filings_all(c->filings, &collection->n_filings);
	return OF_OK;
}

/* Diagnostics of the last run are told again, as long as what they are about is there. */
static void tell_diags(struct of_collected *c)
{
	struct of_buf path = {0};

	for (size_t f = 0; f < c->n_folders; f++)
		if (c->folders[f]->diags.len > 0)
			of_diags_unpack(
				c->diags, c->folders[f]->diags, c->folders[f]->path.ptr);
	for (size_t i = 0; i < c->collection.n_records; i++) {
		const struct of_record *record = c->collection.records[i];

		if (record->lengths[OF_TEXT_DIAGS] == 0)
			continue;
		of_buf_clear(&path);
		of_record_add_path(&path, &c->collection, i);
		if (path.status == OF_OK)
			of_diags_unpack(
				c->diags, of_record_text(record, OF_TEXT_DIAGS), path.ptr);
	}
	of_buf_finish(&path);
}

static enum of_status start_workers(struct of_collected *c, unsigned jobs, struct of_err *err)
{
	c->lookers = calloc(jobs, sizeof(struct of_arena *));
	c->names = calloc(jobs, sizeof(struct of_arena *));
	c->readers = calloc(jobs, sizeof(*c->readers));
	if (c->lookers == NULL || c->names == NULL || c->readers == NULL)
		return of_err_set_nomem(err);
	for (; c->n_workers < jobs; c->n_workers++) {
		unsigned i = c->n_workers;

		c->lookers[i] = of_arena_new();
		c->names[i] = of_arena_new();
		if (c->lookers[i] == NULL || c->names[i] == NULL ||
			!of_reader_init(&c->readers[i], c->site, c->filings)) {
			of_arena_free(c->lookers[i]);
			of_arena_free(c->names[i]);
			return of_err_set_nomem(err);
		}
	}
	return OF_OK;
}

static void drop_slots(struct of_collected *c)
{
	for (size_t i = 0; i < c->n_folders; i++)
		of_folder_drop_slots(c->folders[i]);
}

static enum of_status collect(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	enum of_status status = of_roots_find(&c->roots, c->arena, c->site, err);

	if (status == OF_OK)
		status = of_saved_load(c, store, err);
	if (status == OF_OK)
		status = start_workers(c, c->options.jobs > 0 ? c->options.jobs : 1, err);
	if (status == OF_OK)
		status = look_into_folders(c, err);
	if (status == OF_OK)
		of_collected_warn_idle(c);
	if (status == OF_OK)
		status = list_readings(c, err);
	if (status == OF_OK)
		status = read_files(c, store, err);
	if (status == OF_OK)
		status = of_collected_identify(c, store, err);
	if (status == OF_OK)
		status = list_records(c, err);
	if (status == OF_OK)
		status = of_collected_enliven(c, err);
	drop_slots(c);
	free(c->readings);
	free(c->aliases);
	c->readings = NULL;
	c->aliases = NULL;
	if (status == OF_OK)
		tell_diags(c);
	return status;
}

static int64_t begin_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - RACY_NS;
}

enum of_status of_collect(struct of_collected **collected, const struct of_site *site,
	const struct of_collect_options *options, struct of_store *store,
	struct of_diags *diags, struct of_err *err)
{
	struct of_collected *c = calloc(1, sizeof(*c));
	enum of_status status;

	*collected = NULL;
	if (c == NULL)
		return of_err_set_nomem(err);
	c->site = site;
	c->options = *options;
	c->diags = diags;
	c->since = begin_ns();
	c->arena = of_arena_new();
	c->filings = of_filings_new();
	status = c->arena != NULL && c->filings != NULL ? collect(c, store, err)
							: of_err_set_nomem(err);
	if (status == OF_OK)
		*collected = c;
	else
		of_collected_free(c);
	return status;
}

struct of_collection *of_collected_collection(struct of_collected *c)
{
	return &c->collection;
}

const struct of_collect_counts *of_collected_counts(const struct of_collected *c)
{
	return &c->counts;
}

bool of_collected_changed(const struct of_collected *c)
{
	return c->changed;
}

int64_t of_collected_since(const struct of_collected *c)
{
	return c->since;
}

enum of_status of_collected_export_ids(
	struct of_collected *c, struct of_store *store, struct of_err *err)
{
	return of_ids_write(c, store, err);
}

void of_collected_free(struct of_collected *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->n_workers; i++) {
		of_arena_free(c->lookers[i]);
		of_arena_free(c->names[i]);
		of_reader_finish(&c->readers[i]);
	}
	free(c->lookers);
	free(c->names);
	free(c->readers);
	of_map_finish(&c->saved);
	of_map_finish(&c->met);
	free(c->saved_folders);
	free(c->folders);
	free(c->readings);
	free(c->aliases);
	free(c->ranges);
	free(c->collection.records);
	free(c->collection.fates);
	of_ties_free(c->ties);
	of_buf_finish(&c->keys[0]);
	of_buf_finish(&c->keys[1]);
	of_filings_free(c->filings);
	of_arena_free(c->arena);
	free(c);
}
