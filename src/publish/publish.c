#include "publish/publish.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "publish/below.h"
#include "publish/staged.h"
#include "publish/writeout.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <outfeed/arena.h>
#include <outfeed/buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE_FORMAT ".outfeed-%016llx"
#define NS 1000000000
#define SYNC_EACH 64 /* files that are synced one by one; of more, the file system is */

bool of_stamp_equal(const struct of_stamp *a, const struct of_stamp *b)
{
	return a->size == b->size && a->inode == b->inode && a->mtime == b->mtime;
}

static struct of_stamp stamp_from(const struct stat *info)
{
	return (struct of_stamp){(uint64_t)info->st_size, info->st_ino,
		(int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec};
}

struct of_stamp of_stamp_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? stamp_from(&info) : (struct of_stamp){0, 0, 0};
}

struct of_stamp of_stamp_at(int folder, const char *name)
{
	struct stat info;

	return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0
		       ? stamp_from(&info)
		       : (struct of_stamp){0, 0, 0};
}

enum of_status of_publisher_fail(const struct of_publisher *p, struct of_str folder,
	const char *name, const char *what, struct of_err *err)
{
	enum of_status status = of_err_set_errno(err, NULL, what);
	struct of_buf inside = {0};
	struct of_buf path = {0};

	of_path_join(&inside, folder, of_str_from(name));
	of_path_join(&path, p->output, of_buf_str(&inside));
	if (err != NULL)
		of_err_set_path(err, of_buf_str(&path));
	of_buf_finish(&inside);
	of_buf_finish(&path);
	return status;
}

/* Empties a folder of the files that it holds, and removes it. */
static void remove_stage(const struct of_publisher *p)
{
	int fd =
		openat(p->root, p->stage_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (stream == NULL) {
		of_close_quietly(fd);
		return;
	}
	while ((entry = readdir(stream)) != NULL)
		if (of_byte_is_digit(entry->d_name[0]))
			unlinkat(dirfd(stream), entry->d_name, 0);
	closedir(stream);
	unlinkat(p->root, p->stage_name, AT_REMOVEDIR);
}

enum of_status of_publisher_open(struct of_publisher **publisher, const char *output,
	uint64_t owner, bool dry_run, bool compress, struct of_err *err)
{
	struct of_publisher *made = calloc(1, sizeof(*made));
	enum of_status status = OF_OK;

	*publisher = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->root = made->stage = -1;
	made->arena = of_arena_new();
	if (made->arena == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
		of_arena_free(made->arena);
		free(made);
		return of_err_set_nomem(err);
	}
	made->dry_run = dry_run;
	made->compress = compress;
	made->output = of_arena_dup(made->arena, of_str_from(output));
	snprintf(made->stage_name, sizeof(made->stage_name), STAGE_FORMAT,
		(unsigned long long)owner);
	made->root = of_output_open(output, !dry_run);
	if (made->root < 0 && !(dry_run && errno == ENOENT))
		status = of_err_set_errno(err, output, "open the output folder");
	if (status != OF_OK) {
		of_publisher_close(made);
		return status;
	}
	if (!dry_run) {
		remove_stage(made);
		made->writeout = of_writeout_new(made->root);
		if (made->writeout == NULL) {
			of_publisher_close(made);
			return of_err_set_nomem(err);
		}
	}
	*publisher = made;
	return OF_OK;
}

/* Opens the stage when the first document comes. */
static bool open_stage(struct of_publisher *p)
{
	if (p->stage < 0 && (mkdirat(p->root, p->stage_name, 0700) == 0 || errno == EEXIST))
		p->stage = openat(p->root, p->stage_name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return p->stage >= 0;
}

/* Takes a place in the list; the files are written without the lock. */
static enum of_status enter(
	struct of_publisher *p, struct of_staged *staged, struct of_err *err)
{
	struct of_staged *grown;
	enum of_status status = OF_OK;

	pthread_mutex_lock(&p->lock);
	grown = of_grow(p->staged, p->count, &p->cap, sizeof(*grown));
	if (grown == NULL) {
		status = of_err_set_nomem(err);
	} else {
		p->staged = grown;
		staged->number = p->count;
		grown[p->count] = *staged;
		grown[p->count].folder = of_arena_dup(p->arena, staged->folder);
		grown[p->count].name = of_arena_dup(p->arena, staged->name);
		status = of_arena_status(p->arena, err);
		p->count += status == OF_OK;
	}
	for (unsigned i = 0; i < OF_SLOTS; i++)
		p->n_files += staged->steps[i] == OF_STEP_STAGED;
	if (status == OF_OK && !p->dry_run && !open_stage(p))
		status =
			of_publisher_fail(p, staged->folder, staged->name.ptr, "stage it", err);
	pthread_mutex_unlock(&p->lock);
	return status;
}

static void count(struct of_publisher *p, bool same)
{
	pthread_mutex_lock(&p->lock);
	if (same)
		p->unchanged++;
	else
		p->written++;
	pthread_mutex_unlock(&p->lock);
}

/* Gives a staged file a time, where there is one. */
static bool set_mtime(int folder, const char *name, const int64_t *mtime)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 0}};

	if (mtime == NULL)
		return true;
	times[1].tv_sec = *mtime / NS - (*mtime % NS < 0);
	times[1].tv_nsec = *mtime - times[1].tv_sec * NS;
	return utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum of_status write_one(struct of_publisher *p, const struct of_staged *staged,
	unsigned slot, struct of_str bytes, const int64_t *mtime, struct of_stamp *stamp,
	struct of_err *err)
{
	char name[OF_STAGED_NAME], temporary[OF_STAGED_NAME];
	const char *what = NULL;

	if (staged->steps[slot] != OF_STEP_STAGED)
		return OF_OK;
	of_staged_name(name, staged, slot);
	of_staged_temporary(temporary, staged, slot);
	if (!of_below_write(p->stage, temporary, bytes))
		what = "write it";
	else if (!set_mtime(p->stage, temporary, mtime))
		what = "give it the time of its document";
	if (what != NULL)
		return of_publisher_fail(p, staged->folder, name, what, err);
	*stamp = of_stamp_at(p->stage, temporary);
	of_writeout_add(p->writeout, bytes.len);
	return OF_OK;
}

/* The document, if it has changed, and the copies that it lacks. */
static enum of_status write_staged(struct of_publisher *p, struct of_staged *staged,
	struct of_str bytes, const struct of_buf made[OF_COPIES], struct of_stamp *stamp,
	struct of_stamp copies[OF_COPIES], struct of_err *err)
{
	enum of_status status = enter(p, staged, err);

	if (status == OF_OK)
		status = write_one(p, staged, OF_SLOT_DOCUMENT, bytes, NULL, stamp, err);
	for (unsigned i = 0; i < OF_COPIES && status == OF_OK; i++)
		status = write_one(p, staged, OF_SLOT_NEW_COPY + i, of_buf_str(&made[i]),
			&stamp->mtime, &copies[i], err);
	return status;
}

enum of_status of_publisher_stage(struct of_publisher *p, struct of_str folder,
	const char *name, struct of_str bytes, struct of_stamp *stamp,
	struct of_stamp copies[OF_COPIES], struct of_err *err)
{
	int fd = p->root >= 0 ? of_below_open(p->root, folder, !p->dry_run) : -1;
	struct of_staged staged = {folder, of_str_from(name), 0, {OF_STEP_NONE}};
	struct of_stamp now = {0, 0, 0};
	struct of_buf made[OF_COPIES] = {0};
	enum of_status status = OF_OK;
	bool same;

	memset(copies, 0, OF_COPIES * sizeof(*copies));
	*stamp = now;
	if (fd < 0 && !p->dry_run)
		return of_publisher_fail(p, folder, name, "make its folder", err);
	if (fd >= 0)
		now = of_stamp_at(fd, name);
	same = now.inode != 0 && of_below_has_bytes(fd, name, bytes);
	count(p, same);
	if (same)
		*stamp = now;
	else
		staged.steps[OF_SLOT_DOCUMENT] = OF_STEP_STAGED;
	if (!p->dry_run) {
		status = of_copies_plan(&staged, made, copies, p, fd, &now, bytes, err);
		if (status == OF_OK && of_staged_has(&staged, OF_STEP_STAGED))
			status = write_staged(p, &staged, bytes, made, stamp, copies, err);
	} else if (!same) {
		status = enter(p, &staged, err);
	}
	for (unsigned i = 0; i < OF_COPIES; i++)
		of_buf_finish(&made[i]);
	of_close_quietly(fd);
	return status;
}

void of_publisher_settle(struct of_publisher *p)
{
	p->settled = p->n_files > SYNC_EACH || of_writeout_begun(p->writeout);
	if (p->settled)
		of_writeout_end(p->writeout);
}

static enum of_status sync_staged(const struct of_publisher *p, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (p->settled)
		return of_writeout_wait(p->writeout)
			       ? OF_OK
			       : of_err_set_errno(err, p->output.ptr, "sync the output folder");
	for (size_t i = 0; i < p->count && status == OF_OK; i++)
		status = of_staged_sync(p, &p->staged[i], err);
	return status;
}

/* False when not all documents are the old ones again. */
static bool undo(const struct of_publisher *p)
{
	bool good = true;

	for (size_t i = 0; i < p->count; i++)
		good = of_staged_undo(p, &p->staged[i]) && good;
	return good;
}

/* Whether files left their place and none came: the folder may be empty now. */
static bool is_removal(const struct of_staged *staged)
{
	enum of_step document = staged->steps[OF_SLOT_DOCUMENT];

	return of_staged_has(staged, OF_STEP_REMOVED) &&
	       (document == OF_STEP_REMOVED || document == OF_STEP_NONE);
}

static void add_to_message(struct of_err *err, const char *words)
{
	struct of_err whole;

	if (err == NULL)
		return;
	of_err_set(&whole, err->code, "%s%s", err->message, words);
	memcpy(err->message, whole.message, sizeof(err->message));
}

enum of_status of_publisher_commit(struct of_publisher *p, struct of_err *err)
{
	enum of_status status;

	if (!p->settled)
		of_publisher_settle(p);
	status = sync_staged(p, err);

	for (size_t i = 0; i < p->count && status == OF_OK; i++)
		status = of_staged_commit(p, &p->staged[i], err);
	if (status != OF_OK && !undo(p))
		add_to_message(err,
			"; some documents are new already: mend it, and run outfeed again");
	for (size_t i = 0; i < p->count && status == OF_OK; i++)
		if (is_removal(&p->staged[i]))
			of_below_remove_empty(p->root, p->staged[i].folder);
	return status;
}

struct of_stamp of_publisher_stamp(
	const struct of_publisher *p, struct of_str folder, const char *name)
{
	int fd = p->root >= 0 ? of_below_open(p->root, folder, false) : -1;
	struct of_stamp stamp = {0, 0, 0};

	if (fd >= 0)
		stamp = of_stamp_at(fd, name);
	of_close_quietly(fd);
	return stamp;
}

bool of_publisher_holds(const struct of_publisher *p, struct of_str folder, const char *name,
	const struct of_stamp *stamp, const struct of_stamp copies[OF_COPIES])
{
	int fd = p->root >= 0 ? of_below_open(p->root, folder, false) : -1;
	struct of_stamp now = {0, 0, 0};
	bool holds;

	if (fd >= 0)
		now = of_stamp_at(fd, name);
	holds = now.inode != 0 && of_stamp_equal(&now, stamp) &&
		of_copies_hold(p, fd, name, copies);
	of_close_quietly(fd);
	return holds;
}

/* What cannot be seen now must not be forgotten. */
static bool is_unseen(int failure)
{
	return failure != 0 && failure != ENOENT && failure != ENOTDIR && failure != ELOOP;
}

/* Stages what is to be removed: copies, and the document when it has a stamp. */
static enum of_status enter_removal(struct of_publisher *p, struct of_str folder,
	const char *name, const struct of_stamp *document,
	const struct of_stamp copies[OF_COPIES], struct of_err *err)
{
	struct of_staged staged = {folder, of_str_from(name), 0, {OF_STEP_NONE}};
	enum of_status status;
	int fd;

	if (p->dry_run)
		return OF_OK;
	fd = of_below_open(p->root, folder, false);
	if (fd < 0)
		return is_unseen(errno) ? of_publisher_fail(p, folder, name, "look at it", err)
					: OF_OK;
	status = of_copies_remove(&staged, p, fd, document, copies, err);
	of_close_quietly(fd);
	if (document != NULL)
		staged.steps[OF_SLOT_DOCUMENT] = OF_STEP_UNWANTED;
	if (status == OF_OK && of_staged_has(&staged, OF_STEP_UNWANTED))
		status = enter(p, &staged, err);
	return status;
}

enum of_status of_publisher_remove(struct of_publisher *p, struct of_str folder,
	const char *name, const struct of_stamp *stamp, const struct of_stamp copies[OF_COPIES],
	bool *removed, struct of_err *err)
{
	struct of_stamp now;

	errno = 0;
	now = of_publisher_stamp(p, folder, name);
	*removed = now.inode != 0 && of_stamp_equal(&now, stamp);
	if (now.inode == 0 && is_unseen(errno))
		return of_publisher_fail(p, folder, name, "look at it", err);
	return enter_removal(p, folder, name, *removed ? &now : NULL, copies, err);
}

enum of_status of_publisher_remove_copies(struct of_publisher *p, struct of_str folder,
	const char *name, const struct of_stamp copies[OF_COPIES], struct of_err *err)
{
	struct of_stamp unwanted[OF_COPIES];

	if (!of_copies_unwanted(unwanted, p, copies))
		return OF_OK;
	return enter_removal(p, folder, name, NULL, unwanted, err);
}

void of_publisher_each_written(
	const struct of_publisher *p, of_publisher_written_fn *written, void *payload)
{
	for (size_t i = 0; i < p->count; i++) {
		enum of_step step = p->staged[i].steps[OF_SLOT_DOCUMENT];

		if (step != OF_STEP_NONE && step != OF_STEP_UNWANTED && step != OF_STEP_REMOVED)
			written(p->staged[i].folder, p->staged[i].name, payload);
	}
}

size_t of_publisher_written(const struct of_publisher *p)
{
	return p->written;
}

size_t of_publisher_unchanged(const struct of_publisher *p)
{
	return p->unchanged;
}

void of_publisher_close(struct of_publisher *p)
{
	if (p == NULL)
		return;
	of_writeout_free(p->writeout);
	if (p->stage >= 0) {
		close(p->stage);
		remove_stage(p);
	}
	if (p->root >= 0)
		close(p->root);
	pthread_mutex_destroy(&p->lock);
	of_arena_free(p->arena);
	free(p->staged);
	free(p);
}
