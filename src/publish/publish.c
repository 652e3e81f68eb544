#include "publish/publish.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <outfeed/arena.h>
#include <outfeed/buf.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMP_PREFIX ".outfeed-"
#define SYNC_EACH 16 /* documents that are synced one by one; of more, the file system is */

/* Folders are opened again for the commit: a descriptor for each would be too many. */
struct staged {
	struct of_str folder, temp, name;
	struct of_str shown; /* the target's path, for messages */
};

struct of_publisher {
	pthread_mutex_t lock; /* of all below but output and dry_run */
	struct of_str output;
	int root; /* -1 when dry_run and there is no output folder */
	bool dry_run;
	struct of_arena *arena;
	struct staged *staged;
	size_t count, cap;
	size_t written, unchanged;
	unsigned long long serial; /* of the next temporary name */
};

/* Makes a folder and those above it, as mkdir -p does. */
static enum of_status make_output(const char *output, struct of_err *err)
{
	struct of_buf path = {0};
	struct of_str rest = of_str_from(output);
	enum of_status status = OF_OK;

	if (of_str_starts(rest, STR("/")))
		of_buf_add_byte(&path, '/');
	while (rest.ptr != NULL && status == OF_OK) {
		of_buf_add_str(&path, of_str_split(&rest, '/'));
		if (of_buf_status(&path, err) != OF_OK)
			status = OF_ENOMEM;
		else if (path.len > 0 && mkdir(path.ptr, 0777) != 0 && errno != EEXIST)
			status = of_err_set_errno(err, output, "make the output folder");
		of_buf_add_byte(&path, '/');
	}
	of_buf_finish(&path);
	return status;
}

enum of_status of_publisher_open(
	struct of_publisher **publisher, const char *output, bool dry_run, struct of_err *err)
{
	struct of_publisher *made = calloc(1, sizeof(*made));
	enum of_status status = OF_OK;

	*publisher = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->arena = of_arena_new();
	if (made->arena == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
		of_arena_free(made->arena);
		free(made);
		return of_err_set_nomem(err);
	}
	made->dry_run = dry_run;
	made->output = of_arena_dup(made->arena, of_str_from(output));
	if (!dry_run)
		status = make_output(output, err);
	made->root = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (status == OF_OK && made->root < 0 && !(dry_run && errno == ENOENT))
		status = of_err_set_errno(err, output, "open the output folder");
	if (status != OF_OK) {
		of_publisher_close(made);
		return status;
	}
	*publisher = made;
	return OF_OK;
}

/*
 * Opens a folder below the output, making it where it is missing. A link in the
 * way is not followed: it could lead outside. -1 with errno; ENOENT in a dry run.
 */
static int open_folder(const struct of_publisher *p, struct of_str folder)
{
	int fd = p->root >= 0 ? fcntl(p->root, F_DUPFD_CLOEXEC, 0) : -1;
	char name[256];

	if (p->root < 0)
		errno = ENOENT;
	while (fd >= 0 && folder.ptr != NULL) {
		struct of_str segment = of_str_split(&folder, '/');
		int below = -1;
		int failure;

		if (segment.len >= sizeof(name)) {
			errno = ENAMETOOLONG;
		} else {
			memcpy(name, segment.ptr, segment.len);
			name[segment.len] = '\0';
			if (p->dry_run || mkdirat(fd, name, 0777) == 0 || errno == EEXIST)
				below = openat(fd, name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		failure = errno;
		close(fd);
		errno = failure;
		fd = below;
	}
	return fd;
}

static bool read_equals(int fd, struct of_str bytes)
{
	char chunk[16384];
	size_t at = 0;

	while (at < bytes.len) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || (size_t)got > bytes.len - at ||
			memcmp(chunk, bytes.ptr + at, (size_t)got) != 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

static bool has_bytes(int folder, const char *name, struct of_str bytes)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	bool equal;

	if (fd < 0)
		return false;
	equal = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
		(size_t)info.st_size == bytes.len && read_equals(fd, bytes);
	close(fd);
	return equal;
}

static bool write_all(int fd, struct of_str bytes)
{
	size_t at = 0;

	while (at < bytes.len) {
		ssize_t put = write(fd, bytes.ptr + at, bytes.len - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += (size_t)put;
	}
	return true;
}

/* Writes the temporary file; on failure it is gone again. */
static bool write_temp(int folder, const char *temp, struct of_str bytes)
{
	int fd = openat(
		folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	bool good;
	int failure;

	if (fd < 0)
		return false;
	good = write_all(fd, bytes);
	failure = errno;
	if (close(fd) != 0 && good) {
		failure = errno;
		good = false;
	}
	if (!good)
		unlinkat(folder, temp, 0);
	errno = failure;
	return good;
}

static bool grow(struct of_publisher *p)
{
	size_t cap = p->cap == 0 ? 64 : p->cap * 2;
	struct staged *grown;

	if (p->count < p->cap)
		return true;
	grown = realloc(p->staged, cap * sizeof(*grown));
	if (grown == NULL)
		return false;
	p->staged = grown;
	p->cap = cap;
	return true;
}

static struct of_str make_temp_name(struct of_publisher *p)
{
	struct of_buf name = {0};
	struct of_str kept;

	of_buf_add_format(&name, TEMP_PREFIX "%ld-%llu", (long)getpid(), p->serial++);
	kept = of_arena_dup(p->arena, of_buf_str(&name));
	of_buf_finish(&name);
	return kept;
}

static struct of_str make_shown(struct of_publisher *p, struct of_str folder, const char *name)
{
	struct of_buf inside = {0};
	struct of_buf path = {0};
	struct of_str kept;

	of_path_join(&inside, folder, of_str_from(name));
	of_path_join(&path, p->output, of_buf_str(&inside));
	kept = of_arena_dup(p->arena, of_buf_str(&path));
	of_buf_finish(&inside);
	of_buf_finish(&path);
	return kept;
}

/* Takes a place in the list; the temporary file is written without the lock. */
static enum of_status enter(struct of_publisher *p, struct staged *staged, struct of_str folder,
	const char *name, struct of_err *err)
{
	bool good;

	pthread_mutex_lock(&p->lock);
	*staged = (struct staged){of_arena_dup(p->arena, folder), make_temp_name(p),
		of_arena_dup(p->arena, of_str_from(name)), make_shown(p, folder, name)};
	good = of_arena_status(p->arena, NULL) == OF_OK && staged->temp.ptr != NULL && grow(p);
	if (good)
		p->staged[p->count++] = *staged;
	pthread_mutex_unlock(&p->lock);
	return good ? OF_OK : of_err_set_nomem(err);
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

static enum of_status fail_folder(
	const struct of_publisher *p, struct of_str folder, struct of_err *err)
{
	enum of_status status = of_err_set_errno(err, NULL, "make the folder");
	struct of_buf shown = {0};

	of_path_join(&shown, p->output, folder);
	if (err != NULL)
		of_err_set_path(err, of_buf_str(&shown));
	of_buf_finish(&shown);
	return status;
}

enum of_status of_publisher_stage(struct of_publisher *p, struct of_str folder,
	const char *name, struct of_str bytes, struct of_err *err)
{
	int fd = open_folder(p, folder);
	bool same = fd >= 0 && has_bytes(fd, name, bytes);
	struct staged staged;
	enum of_status status = OF_OK;

	if (fd < 0 && !(p->dry_run && errno == ENOENT))
		return fail_folder(p, folder, err);
	count(p, same);
	if (!same && !p->dry_run) {
		status = enter(p, &staged, folder, name, err);
		if (status == OF_OK && !write_temp(fd, staged.temp.ptr, bytes))
			status = of_err_set_errno(err, staged.shown.ptr, "write it");
	}
	if (fd >= 0)
		close(fd);
	return status;
}

/* Before a rename may take a document's place, its bytes must be on the disk. */
static bool sync_one(const struct of_publisher *p, const struct staged *staged)
{
	int folder = open_folder(p, staged->folder);
	int fd = folder < 0
			 ? -1
			 : openat(folder, staged->temp.ptr, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	int failure = errno;

	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	errno = failure;
	return good;
}

static enum of_status sync_staged(const struct of_publisher *p, struct of_err *err)
{
	if (p->count > SYNC_EACH && syncfs(p->root) != 0)
		return of_err_set_errno(err, p->output.ptr, "sync the output folder");
	for (size_t i = 0; i < p->count && p->count <= SYNC_EACH; i++)
		if (!sync_one(p, &p->staged[i]))
			return of_err_set_errno(err, p->staged[i].shown.ptr, "sync it");
	return OF_OK;
}

static bool put_in_place(const struct of_publisher *p, const struct staged *staged)
{
	int folder = open_folder(p, staged->folder);
	bool good = folder >= 0 &&
		    renameat(folder, staged->temp.ptr, folder, staged->name.ptr) == 0;
	int failure = errno;

	if (folder >= 0)
		close(folder);
	errno = failure;
	return good;
}

enum of_status of_publisher_commit(struct of_publisher *p, struct of_err *err)
{
	enum of_status status = sync_staged(p, err);

	for (; status == OF_OK && p->count > 0; p->count--) {
		const struct staged *last = &p->staged[p->count - 1];

		if (!put_in_place(p, last))
			return of_err_set_errno(err, last->shown.ptr, "put it in its place");
	}
	return status;
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
	for (size_t i = 0; i < p->count; i++) {
		int folder = open_folder(p, p->staged[i].folder);

		if (folder < 0)
			continue;
		unlinkat(folder, p->staged[i].temp.ptr, 0);
		close(folder);
	}
	if (p->root >= 0)
		close(p->root);
	pthread_mutex_destroy(&p->lock);
	of_arena_free(p->arena);
	free(p->staged);
	free(p);
}
