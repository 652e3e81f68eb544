/*
 * outfeed.ids: the ids of a site's items and the keys that tie them, as text
 * that can be committed to a repository, for machines that forget. A line an
 * item, `ID<TAB>KEY<TAB>KEY…`, sorted by bytes.
 */
#include "base/err.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "collect/state.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDS_NAME "outfeed.ids"
#define SEEN_KEY "ids"
#define IDS_LIMIT ((size_t)1 << 30)
#define IDS_HEAD                                                                          \
	"# outfeed: the ids of this site's items, and the keys that tie them. Keep this " \
	"file.\n"

static void add_ids_path(struct of_buf *out, const struct of_collected *c)
{
	of_path_join(out, c->site->dir, STR(IDS_NAME));
}

bool of_ids_exist(const struct of_collected *c)
{
	struct of_buf path = {0};
	bool exist;

	add_ids_path(&path, c);
	exist = path.status != OF_OK || access(path.ptr, F_OK) == 0;
	of_buf_finish(&path);
	return exist;
}

/* The ids that records of the last run have: those do not wait for an item. */
static enum of_status gather_held(
	struct of_map *held, const struct of_collected *c, struct of_err *err)
{
	enum of_status status = OF_OK;

	for (size_t f = 0; f < c->n_folders; f++) {
		const struct of_folder *folder = c->folders[f];
		const struct of_record *record;
		size_t at = 0;

		while (status == OF_OK &&
			(record = of_folder_next(folder->saved, &at)) != NULL) {
			struct of_str id = of_record_text(record, OF_TEXT_ID);

			if (id.len > 0 && of_map_get(held, id) == NULL)
				status = of_map_put(held, id, 0, err);
		}
	}
	return status;
}

static enum of_status add_line(struct of_collected *c, const struct of_map *held,
	struct of_str line, struct of_buf *keys, struct of_err *err)
{
	struct of_str id = of_str_split(&line, '\t');

	/* no key, no tie: a line of words, or of a merge that failed */
	if (id.len == 0 || id.ptr[0] == '#' || line.len == 0 || of_map_get(held, id) != NULL)
		return OF_OK;
	of_buf_clear(keys);
	while (line.ptr != NULL) {
		of_buf_add_str(keys, of_str_split(&line, '\t'));
		of_buf_add_byte(keys, '\0');
	}
	return of_ties_add(c->ties, id, of_buf_str(keys), OF_TIE_LISTED, err);
}

enum of_status of_ids_read(struct of_collected *c, struct of_err *err)
{
	struct of_buf path = {0};
	struct of_buf bytes = {0};
	struct of_buf keys = {0};
	struct of_map held = {0};
	struct of_str rest;
	enum of_status status;

	add_ids_path(&path, c);
	status = of_buf_status(&path, err);
	if (status == OF_OK && access(path.ptr, F_OK) != 0)
		goto done;
	if (status == OF_OK)
		status = of_file_read_below(&bytes, path.ptr, OF_NPOS, IDS_LIMIT, err);
	if (status == OF_OK)
		status = gather_held(&held, c, err);
	rest = of_buf_str(&bytes);
	while (status == OF_OK && rest.ptr != NULL)
		status = add_line(c, &held, of_str_trim(of_str_split(&rest, '\n')), &keys, err);
done:
	of_map_finish(&held);
	of_buf_finish(&path);
	of_buf_finish(&bytes);
	of_buf_finish(&keys);
	return status;
}

/* The lines to write. */
struct listing {
	struct of_arena *arena;
	struct of_str *lines;
	size_t count, cap;
	struct of_buf line, keys;
	enum of_status status;
};

/* Borrowed: the line lives as long as the listing. */
static void list_line(struct listing *listing, struct of_str line)
{
	struct of_str *grown =
		of_grow(listing->lines, listing->count, &listing->cap, sizeof(*grown));

	if (grown == NULL) {
		listing->status = OF_ENOMEM;
		return;
	}
	listing->lines = grown;
	grown[listing->count++] = line;
}

static void list_one(struct listing *listing, struct of_str id, struct of_str keys)
{
	of_buf_clear(&listing->line);
	of_buf_add_str(&listing->line, id);
	while (keys.len > 0) {
		struct of_str key = of_str_split(&keys, '\0');

		/* a file's name may hold anything; such a key cannot be listed */
		if (key.len < 3 || of_str_find_byte(key, '\t') != OF_NPOS ||
			of_str_find_byte(key, '\n') != OF_NPOS)
			continue;
		of_buf_add_byte(&listing->line, '\t');
		of_buf_add_str(&listing->line, key);
	}
	list_line(listing, of_arena_keep(listing->arena, &listing->line));
}

static void list_record(struct listing *listing, const struct of_record *record)
{
	struct of_str id = of_record_text(record, OF_TEXT_ID);

	of_buf_clear(&listing->keys);
	of_keys_unpack(&listing->keys, of_record_text(record, OF_TEXT_KEYS), id);
	if (listing->keys.status != OF_OK)
		listing->status = OF_ENOMEM;
	list_one(listing, id, of_buf_str(&listing->keys));
}

static bool list_stored(struct of_str id, struct of_str keys, void *payload)
{
	struct listing *listing = payload;

	list_one(listing, id, keys);
	return listing->status == OF_OK;
}

static int compare_lines(const void *a, const void *b)
{
	return of_str_compare(*(const struct of_str *)a, *(const struct of_str *)b);
}

static enum of_status write_lines(const char *path, struct of_str bytes, struct of_err *err)
{
	struct of_buf temp = {0};
	enum of_status status;
	FILE *file = NULL;

	of_buf_add_text(&temp, path);
	of_buf_add_text(&temp, ".new");
	status = of_buf_status(&temp, err);
	if (status == OF_OK) {
		file = fopen(temp.ptr, "we");
		if (file == NULL || fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len ||
			fflush(file) != 0 || fsync(fileno(file)) != 0)
			status = of_err_set_errno(err, path, "write it");
		if (file != NULL && fclose(file) != 0 && status == OF_OK)
			status = of_err_set_errno(err, path, "write it");
		if (status == OF_OK && rename(temp.ptr, path) != 0)
			status = of_err_set_errno(err, path, "put it in its place");
		if (status != OF_OK)
			unlink(temp.ptr);
	}
	of_buf_finish(&temp);
	return status;
}

static void add_lines(struct of_buf *out, struct listing *listing)
{
	if (listing->count > 0)
		qsort(listing->lines, listing->count, sizeof(*listing->lines), compare_lines);
	of_buf_clear(out);
	of_buf_add_text(out, IDS_HEAD);
	for (size_t i = 0; i < listing->count; i++) {
		of_buf_add_str(out, listing->lines[i]);
		of_buf_add_byte(out, '\n');
	}
}

/* What another machine listed, and this one has not met, stays in the file. */
static enum of_status list_foreign(
	struct listing *listing, struct of_str before, struct of_err *err)
{
	struct of_map known = {0};
	enum of_status status = OF_OK;

	for (size_t i = 0; i < listing->count && status == OF_OK; i++) {
		struct of_str line = listing->lines[i];
		struct of_str id = of_str_split(&line, '\t');

		if (of_map_get(&known, id) == NULL)
			status = of_map_put(&known, id, 0, err);
	}
	while (status == OF_OK && before.ptr != NULL) {
		struct of_str line = of_str_trim(of_str_split(&before, '\n'));
		struct of_str id = of_str_split(&line, '\t');

		if (id.len > 0 && id.ptr[0] != '#' && line.len > 0 &&
			of_map_get(&known, id) == NULL)
			list_line(listing, (struct of_str){id.ptr, id.len + 1 + line.len});
	}
	of_map_finish(&known);
	return status;
}

static enum of_status replace(const char *path, struct listing *listing, struct of_err *err)
{
	struct of_buf bytes = {0};
	struct of_buf before = {0};
	struct of_err why = {0};
	enum of_status status = of_file_read_below(&before, path, OF_NPOS, IDS_LIMIT, &why);
	bool is_there = status == OF_OK;

	/* lines that cannot be read must not be written over */
	if (status == OF_EIO && why.sys_errno == ENOENT)
		status = OF_OK;
	else if (status != OF_OK && err != NULL)
		*err = why;
	add_lines(&bytes, listing);
	if (is_there && !of_str_equal(of_buf_str(&before), of_buf_str(&bytes))) {
		status = list_foreign(listing, of_buf_str(&before), err);
		add_lines(&bytes, listing);
	}
	if (status == OF_OK)
		status = listing->status == OF_OK ? of_buf_status(&bytes, err)
						  : of_err_set_nomem(err);
	if (status == OF_OK &&
		!(is_there && of_str_equal(of_buf_str(&before), of_buf_str(&bytes))))
		status = write_lines(path, of_buf_str(&bytes), err);
	of_buf_finish(&bytes);
	of_buf_finish(&before);
	return status;
}

/* By which the file is known again. */
struct seen {
	uint64_t size, inode;
	int64_t mtime; /* 0 when it may change again unseen */
};

static struct seen look(const struct of_collected *c, const char *path)
{
	struct seen seen = {0, 0, 0};
	struct stat info;

	if (stat(path, &info) != 0)
		return seen;
	seen = (struct seen){(uint64_t)info.st_size, info.st_ino, of_stat_mtime(&info)};
	if (of_is_racy(seen.mtime, c->since))
		seen.mtime = 0;
	return seen;
}

/* Whether the file was looked at since it changed, *before being what is known of that. */
static enum of_status is_known(bool *known, struct of_buf *before, const struct seen *now,
	struct of_store *store, struct of_err *err)
{
	enum of_status status = OF_OK;
	bool found = false;

	if (store != NULL)
		status = of_store_get(
			store, OF_STORE_SETTING, STR(SEEN_KEY), before, &found, err);
	*known = found && now->mtime != 0 &&
		 of_str_equal(
			 of_buf_str(before), (struct of_str){(const char *)now, sizeof(*now)});
	return status;
}

static enum of_status note_seen(const struct of_collected *c, const char *path,
	const struct of_buf *before, struct of_store *store, struct of_err *err)
{
	const struct seen now = look(c, path);
	struct of_str bytes = {(const char *)&now, sizeof(now)};

	if (store == NULL || of_str_equal(of_buf_str(before), bytes))
		return OF_OK;
	return of_store_put(store, OF_STORE_SETTING, STR(SEEN_KEY), bytes, err);
}

static enum of_status list_and_replace(
	struct of_collected *c, const char *path, struct of_store *store, struct of_err *err)
{
	struct listing listing = {.arena = of_arena_new()};
	enum of_status status = listing.arena != NULL ? OF_OK : of_err_set_nomem(err);

	for (size_t i = 0; status == OF_OK && i < c->collection.n_records; i++) {
		const struct of_record *record = c->collection.records[i];

		if (record->kind == OF_RECORD_ITEM && c->collection.fates[i] != OF_FATE_REFUSED)
			list_record(&listing, record);
	}
	if (status == OF_OK && store != NULL)
		status = of_store_each(store, OF_STORE_IDENTITY, list_stored, &listing, err);
	if (status == OF_OK && listing.status != OF_OK)
		status = of_err_set_nomem(err);
	if (status == OF_OK)
		status = of_arena_status(listing.arena, err);
	if (status == OF_OK)
		status = replace(path, &listing, err);
	of_arena_free(listing.arena);
	free(listing.lines);
	of_buf_finish(&listing.line);
	of_buf_finish(&listing.keys);
	return status;
}

/* Where neither the items nor the file changed, it lists them already. */
enum of_status of_ids_write(struct of_collected *c, struct of_store *store, struct of_err *err)
{
	struct of_buf path = {0};
	struct of_buf before = {0};
	struct seen now;
	bool known = false;
	enum of_status status;

	add_ids_path(&path, c);
	status = of_buf_status(&path, err);
	if (status != OF_OK || (!c->options.export_ids && access(path.ptr, F_OK) != 0))
		goto done;
	now = look(c, path.ptr);
	status = is_known(&known, &before, &now, store, err);
	if (status != OF_OK || (known && !c->changed))
		goto done;
	status = list_and_replace(c, path.ptr, store, err);
	if (status == OF_OK)
		status = note_seen(c, path.ptr, &before, store, err);
done:
	of_buf_finish(&path);
	of_buf_finish(&before);
	return status;
}
