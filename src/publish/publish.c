#include "publish/publish.h"

#include "base/err.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "publish/below.h"
#include "publish/writeout.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <outfeed/arena.h>
#include <outfeed/buf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE_FORMAT ".outfeed-%016llx"
#define SYNC_EACH 64 /* documents that are synced one by one; of more, the file system is */

/* What became of a staged document on the way to its place, or of one to be removed. */
enum step { STAGED, PLACED, ADDED, EXCHANGED, UNWANTED, REMOVED };

/* Folders are opened again for the commit: a descriptor for each would be too many. */
struct staged {
	struct of_str folder, name;
	unsigned long long number; /* its name while staged */
	enum step step;
};

struct of_publisher {
	pthread_mutex_t lock; /* of all that changes after of_publisher_open() */
	struct of_str output;
	int root;  /* -1 when dry_run and there is no output folder */
	int stage; /* -1 until something is staged */
	char stage_name[40];
	bool dry_run;
	bool settled; /* all is staged, and the last sync begun where there is one */
	struct of_writeout *writeout; /* NULL when dry_run */
	struct of_arena *arena;
	struct staged *staged;
	size_t count, cap;
	size_t written, unchanged;
};

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

static struct of_stamp stamp_at(int folder, const char *name)
{
	struct stat info;

	return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0
		       ? stamp_from(&info)
		       : (struct of_stamp){0, 0, 0};
}

/* "cannot WHAT" of a document, from errno. */
static enum of_status fail(const struct of_publisher *p, struct of_str folder, const char *name,
	const char *what, struct of_err *err)
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
	uint64_t owner, bool dry_run, struct of_err *err)
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

static void number_to_name(char name[24], unsigned long long number)
{
	snprintf(name, 24, "%llu", number);
}

/* Opens the stage when the first document comes. */
static bool open_stage(struct of_publisher *p)
{
	if (p->stage < 0 && (mkdirat(p->root, p->stage_name, 0700) == 0 || errno == EEXIST))
		p->stage = openat(p->root, p->stage_name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return p->stage >= 0;
}

/* Takes a place in the list; the file is written without the lock. */
static enum of_status enter(struct of_publisher *p, enum step step, unsigned long long *number,
	struct of_str folder, const char *name, struct of_err *err)
{
	struct staged *grown;
	enum of_status status = OF_OK;

	pthread_mutex_lock(&p->lock);
	grown = of_grow(p->staged, p->count, &p->cap, sizeof(*grown));
	if (grown == NULL) {
		status = of_err_set_nomem(err);
	} else {
		p->staged = grown;
		*number = p->count;
		grown[p->count] = (struct staged){of_arena_dup(p->arena, folder),
			of_arena_dup(p->arena, of_str_from(name)), *number, step};
		status = of_arena_status(p->arena, err);
		p->count += status == OF_OK;
	}
	if (status == OF_OK && !p->dry_run && !open_stage(p))
		status = fail(p, folder, name, "stage it", err);
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

enum of_status of_publisher_stage(struct of_publisher *p, struct of_str folder,
	const char *name, struct of_str bytes, struct of_stamp *stamp, struct of_err *err)
{
	int fd = p->root >= 0 ? of_below_open(p->root, folder, !p->dry_run) : -1;
	bool same = fd >= 0 && of_below_has_bytes(fd, name, bytes);
	enum of_status status = OF_OK;
	unsigned long long number = 0;
	char temp[24];

	*stamp = (struct of_stamp){0, 0, 0};
	if (fd < 0 && !p->dry_run)
		return fail(p, folder, name, "make its folder", err);
	count(p, same);
	if (same) {
		*stamp = stamp_at(fd, name);
	} else {
		status = enter(p, STAGED, &number, folder, name, err);
		number_to_name(temp, number);
		if (status == OF_OK && !p->dry_run && !of_below_write(p->stage, temp, bytes))
			status = fail(p, folder, name, "write it", err);
		if (status == OF_OK && !p->dry_run) {
			*stamp = stamp_at(p->stage, temp);
			of_writeout_add(p->writeout, bytes.len);
		}
	}
	of_close_quietly(fd);
	return status;
}

/* Before a rename may take a document's place, its bytes must be on the disk. */
static bool sync_one(const struct of_publisher *p, const struct staged *staged)
{
	char temp[24];
	bool good;
	int fd;

	if (staged->step != STAGED)
		return true;
	number_to_name(temp, staged->number);
	fd = openat(p->stage, temp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	good = fd >= 0 && fsync(fd) == 0;
	of_close_quietly(fd);
	return good;
}

void of_publisher_settle(struct of_publisher *p)
{
	p->settled = p->count > SYNC_EACH || of_writeout_begun(p->writeout);
	if (p->settled)
		of_writeout_end(p->writeout);
}

static enum of_status sync_staged(const struct of_publisher *p, struct of_err *err)
{
	if (p->settled)
		return of_writeout_wait(p->writeout)
			       ? OF_OK
			       : of_err_set_errno(err, p->output.ptr, "sync the output folder");
	for (size_t i = 0; i < p->count; i++)
		if (!sync_one(p, &p->staged[i]))
			return fail(
				p, p->staged[i].folder, p->staged[i].name.ptr, "sync it", err);
	return OF_OK;
}

/* A folder is nobody's old document, and must not be moved away as one. */
static bool is_folder(int folder, const char *name)
{
	struct stat info;

	return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

/*
 * One step, old to new: where there is an old document the two exchange names,
 * so that the old one is still at hand for undo(). Not all file systems can.
 */
static bool place(const struct of_publisher *p, int folder, struct staged *staged)
{
	char temp[24];
	enum step step;

	number_to_name(temp, staged->number);
	if (is_folder(folder, staged->name.ptr)) {
		errno = EISDIR;
		return false;
	}
	if (renameat2(p->stage, temp, folder, staged->name.ptr, RENAME_EXCHANGE) == 0) {
		staged->step = EXCHANGED;
		return true;
	}
	if (errno != ENOENT && errno != EINVAL && errno != ENOSYS)
		return false;
	step = errno == ENOENT ? ADDED : PLACED;
	if (renameat(p->stage, temp, folder, staged->name.ptr) != 0)
		return false;
	staged->step = step;
	return true;
}

/* Into the stage, so that it is still at hand for undo(). */
static bool take_away(const struct of_publisher *p, int folder, struct staged *staged)
{
	char temp[24];

	number_to_name(temp, staged->number);
	if (renameat(folder, staged->name.ptr, p->stage, temp) != 0)
		return errno == ENOENT;
	staged->step = REMOVED;
	return true;
}

static bool take_step(const struct of_publisher *p, struct staged *staged)
{
	bool wanted = staged->step == STAGED;
	int folder = of_below_open(p->root, staged->folder, wanted);
	bool good;

	if (folder < 0)
		return !wanted && errno == ENOENT;
	good = wanted ? place(p, folder, staged) : take_away(p, folder, staged);
	of_close_quietly(folder);
	return good;
}

static bool undo_step(const struct of_publisher *p, const struct staged *staged)
{
	int folder = of_below_open(p->root, staged->folder, false);
	const char *name = staged->name.ptr;
	bool good = folder >= 0;
	char temp[24];

	number_to_name(temp, staged->number);
	if (good && staged->step == ADDED)
		good = unlinkat(folder, name, 0) == 0;
	else if (good && staged->step == REMOVED)
		good = renameat(p->stage, temp, folder, name) == 0;
	else if (good && staged->step == EXCHANGED)
		good = renameat2(p->stage, temp, folder, name, RENAME_EXCHANGE) == 0;
	of_close_quietly(folder);
	return good && staged->step != PLACED;
}

/* False when not all documents are the old ones again. */
static bool undo(const struct of_publisher *p)
{
	bool good = true;

	for (size_t i = 0; i < p->count; i++)
		if (p->staged[i].step != STAGED && p->staged[i].step != UNWANTED)
			good = undo_step(p, &p->staged[i]) && good;
	return good;
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
		if (!take_step(p, &p->staged[i]))
			status = fail(p, p->staged[i].folder, p->staged[i].name.ptr,
				p->staged[i].step == STAGED ? "put it in its place"
							    : "remove it",
				err);
	if (status != OF_OK && !undo(p))
		add_to_message(err,
			"; some documents are new already: mend it, and run outfeed again");
	for (size_t i = 0; i < p->count && status == OF_OK; i++)
		if (p->staged[i].step == REMOVED)
			of_below_remove_empty(p->root, p->staged[i].folder);
	return status;
}

struct of_stamp of_publisher_stamp(
	const struct of_publisher *p, struct of_str folder, const char *name)
{
	int fd = p->root >= 0 ? of_below_open(p->root, folder, false) : -1;
	struct of_stamp stamp = {0, 0, 0};

	if (fd >= 0)
		stamp = stamp_at(fd, name);
	of_close_quietly(fd);
	return stamp;
}

enum of_status of_publisher_remove(struct of_publisher *p, struct of_str folder,
	const char *name, const struct of_stamp *stamp, bool *removed, struct of_err *err)
{
	struct of_stamp now;
	unsigned long long number;

	errno = 0;
	now = of_publisher_stamp(p, folder, name);
	*removed = now.inode != 0 && of_stamp_equal(&now, stamp);
	/* what cannot be seen now must not be forgotten */
	if (now.inode == 0 && errno != 0 && errno != ENOENT && errno != ENOTDIR &&
		errno != ELOOP)
		return fail(p, folder, name, "look at it", err);
	if (!*removed || p->dry_run)
		return OF_OK;
	return enter(p, UNWANTED, &number, folder, name, err);
}

void of_publisher_each_written(
	const struct of_publisher *p, of_publisher_written_fn *written, void *payload)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->staged[i].step != UNWANTED && p->staged[i].step != REMOVED)
			written(p->staged[i].folder, p->staged[i].name, payload);
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
