/*
 * Watching by inotify. Folders are watched and not files: an editor that saves
 * by renaming a new file over the old one changes the folder.
 */
#include <outfeed/watch.h>

#include "base/err.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "collect/roots.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS 150    /* without events, after which a change is over */
#define LONGEST_MS 2000 /* a change that does not end is acted on all the same */
#define LOOK_MS 200     /* a signal may come just before the wait, which it then does not end */

struct watched {
	bool tree;  /* its folders are watched as well */
	bool files; /* files in it count */
	struct of_str path;
};

struct of_watch {
	int fd;
	struct of_arena *arena; /* owns the paths, and the keys of by_wd */
	const struct of_site *site;
	struct of_roots roots;
	struct watched *watched;
	size_t count, cap;
	struct of_map by_wd; /* a descriptor's bytes to its index in watched */
};

static const uint32_t wanted_events = IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_ATTRIB |
				      IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

static struct of_str bytes_of(const int *wd)
{
	return (struct of_str){(const char *)wd, sizeof(*wd)};
}

static struct watched *find(const struct of_watch *w, int wd)
{
	const size_t *index = of_map_get(&w->by_wd, bytes_of(&wd));

	return index != NULL ? &w->watched[*index] : NULL;
}

/* What outfeed writes itself must not wake it. */
static bool is_output(const struct of_watch *w, const char *path)
{
	struct stat output, info;

	return stat(w->site->output.ptr, &output) == 0 && stat(path, &info) == 0 &&
	       output.st_ino == info.st_ino && output.st_dev == info.st_dev;
}

/* A folder that is gone meanwhile is no failure. */
static enum of_status add_folder(
	struct of_watch *w, struct of_str path, bool tree, struct of_err *err)
{
	int wd = inotify_add_watch(w->fd, path.ptr, wanted_events);
	struct watched *known = wd >= 0 ? find(w, wd) : NULL;
	struct watched *grown;
	struct of_str key;

	if (wd < 0 && (errno == ENOSPC || errno == ENOMEM))
		return of_err_set(err, OF_EIO,
			"too many folders to watch: raise fs.inotify.max_user_watches");
	if (wd < 0)
		return OF_OK;
	if (known != NULL) {
		known->tree |= tree;
		known->path = path; /* it may have been moved */
		return OF_OK;
	}
	key = of_arena_dup(w->arena, bytes_of(&wd));
	grown = of_grow(w->watched, w->count, &w->cap, sizeof(*grown));
	if (grown == NULL)
		return of_err_set_nomem(err);
	w->watched = grown;
	if (key.ptr == NULL)
		return of_err_set_nomem(err);
	grown[w->count] = (struct watched){.tree = tree, .path = path};
	return of_map_put(&w->by_wd, key, w->count++, err);
}

static struct of_str join(struct of_watch *w, struct of_str folder, const char *name)
{
	struct of_buf path = {0};
	struct of_str kept;

	of_path_join(&path, folder, of_str_from(name));
	kept = of_arena_keep(w->arena, &path);
	of_buf_finish(&path);
	return kept;
}

/* Folders still to be added, a stack. */
struct pending {
	struct of_str *paths;
	size_t count, cap;
};

static enum of_status push(struct pending *pending, struct of_str path, struct of_err *err)
{
	struct of_str *grown =
		of_grow(pending->paths, pending->count, &pending->cap, sizeof(*grown));

	if (grown == NULL || path.ptr == NULL)
		return of_err_set_nomem(err);
	pending->paths = grown;
	grown[pending->count++] = path;
	return OF_OK;
}

static bool is_folder(int fd, const struct dirent *entry)
{
	struct stat info;

	if (entry->d_name[0] == '.')
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(info.st_mode);
}

static enum of_status push_subfolders(
	struct of_watch *w, struct pending *pending, struct of_str path, struct of_err *err)
{
	DIR *stream = opendir(path.ptr);
	const struct dirent *entry;
	enum of_status status = OF_OK;

	if (stream == NULL)
		return OF_OK;
	while (status == OF_OK && (entry = readdir(stream)) != NULL)
		if (is_folder(dirfd(stream), entry))
			status = push(pending, join(w, path, entry->d_name), err);
	closedir(stream);
	return status;
}

static enum of_status add_tree(struct of_watch *w, struct of_str root, struct of_err *err)
{
	struct pending pending = {0};
	enum of_status status = push(&pending, root, err);

	while (status == OF_OK && pending.count > 0) {
		struct of_str path = pending.paths[--pending.count];

		if (is_output(w, path.ptr))
			continue;
		status = add_folder(w, path, true, err);
		if (status == OF_OK)
			status = push_subfolders(w, &pending, path, err);
	}
	free(pending.paths);
	return status;
}

/* The folder above, in which a root may be put in place of another of its name. */
static enum of_status add_parent(struct of_watch *w, struct of_str folder, struct of_err *err)
{
	struct of_str parent = of_path_folder(folder);

	parent = of_arena_dup(w->arena, parent.len > 0 ? parent : STR("."));
	return add_folder(w, parent, false, err);
}

static enum of_status add_root(
	struct of_watch *w, struct of_str folder, bool tree, struct of_err *err)
{
	enum of_status status = add_parent(w, folder, err);
	struct watched *watched;

	if (status == OF_OK)
		status = tree ? add_tree(w, folder, err) : add_folder(w, folder, false, err);
	for (size_t i = 0; status == OF_OK && i < w->count; i++) {
		watched = &w->watched[i];
		watched->files |= of_str_equal(watched->path, folder);
	}
	return status;
}

static enum of_status add_site(struct of_watch *w, struct of_err *err)
{
	enum of_status status = of_roots_find(&w->roots, w->arena, w->site, err);

	if (status == OF_OK)
		status = add_folder(w, w->site->dir, false, err);
	for (size_t i = 0; i < w->roots.count && status == OF_OK; i++)
		status = add_root(w, w->roots.roots[i].folder,
			w->roots.roots[i].kind != OF_ROOT_FILE, err);
	if (status == OF_OK && w->site->images_dir.len > 0)
		status = add_root(w, w->site->images_dir, true, err);
	return status;
}

enum of_status of_watch_new(
	struct of_watch **watch, const struct of_site *site, struct of_err *err)
{
	struct of_watch *made = calloc(1, sizeof(*made));
	enum of_status status;

	*watch = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->site = site;
	made->arena = of_arena_new();
	made->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (made->arena == NULL)
		status = of_err_set_nomem(err);
	else if (made->fd < 0)
		status = of_err_set_errno(err, NULL, "watch for changes");
	else
		status = add_site(made, err);
	if (status == OF_OK)
		*watch = made;
	else
		of_watch_free(made);
	return status;
}

void of_watch_free(struct of_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->fd >= 0)
		close(watch->fd);
	of_arena_free(watch->arena);
	free(watch->watched);
	of_map_finish(&watch->by_wd);
	free(watch);
}

/* What events since the last wait amount to. */
struct change {
	bool any, config;
};

/* Whether a folder of that name, in that folder, is one that the site looks into. */
static bool is_root(struct of_watch *w, struct of_str folder, const char *name)
{
	struct of_buf path = {0};
	bool found;

	of_path_join(&path, folder, of_str_from(name));
	found = of_str_equal(of_buf_str(&path), w->site->images_dir);
	for (size_t i = 0; i < w->roots.count && !found; i++)
		found = of_str_equal(of_buf_str(&path), w->roots.roots[i].folder);
	of_buf_finish(&path);
	return found;
}

static enum of_status take_event(struct of_watch *w, const struct inotify_event *event,
	struct change *change, struct of_err *err)
{
	const struct watched *watched = find(w, event->wd);
	struct of_str config = of_path_base(w->site->config);

	/* the kernel lost events: anything may have happened */
	if ((event->mask & IN_Q_OVERFLOW) != 0)
		change->any = change->config = true;
	if (watched == NULL || event->len == 0 || event->name[0] == '.')
		return OF_OK;
	if (of_str_equal(of_str_from(event->name), config) &&
		of_str_equal(watched->path, w->site->dir))
		change->any = change->config = true;
	/* a root that comes, or comes back, is another folder: all begins anew */
	if ((event->mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)) != 0 &&
		is_root(w, watched->path, event->name))
		change->any = change->config = true;
	if (!watched->tree && (event->mask & IN_ISDIR) != 0)
		return OF_OK;
	if (watched->tree && (event->mask & IN_ISDIR) != 0 &&
		(event->mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
		struct of_str path = join(w, watched->path, event->name);

		if (path.ptr == NULL || is_output(w, path.ptr))
			return OF_OK;
		change->any = true;
		return add_tree(w, path, err);
	}
	if (watched->tree || watched->files)
		change->any = true;
	return OF_OK;
}

static enum of_status take_events(struct of_watch *w, struct change *change, struct of_err *err)
{
	_Alignas(struct inotify_event) char bytes[16384];
	enum of_status status = OF_OK;
	ssize_t got;

	while (status == OF_OK && (got = read(w->fd, bytes, sizeof(bytes))) > 0) {
		const char *at = bytes;

		while (status == OF_OK && at < bytes + got) {
			const struct inotify_event *event = (const void *)at;

			status = take_event(w, event, change, err);
			at += sizeof(*event) + event->len;
		}
	}
	return status;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum of_status of_watch_wait(
	struct of_watch *w, bool *config, const volatile sig_atomic_t *stop, struct of_err *err)
{
	struct change change = {false, false};
	struct pollfd poll_fd = {w->fd, POLLIN, 0};
	enum of_status status = OF_OK;
	int64_t deadline = 0;

	while (status == OF_OK) {
		int ready = poll(&poll_fd, 1, change.any ? QUIET_MS : LOOK_MS);

		if (stop != NULL && *stop)
			return of_err_set(err, OF_ESTOPPED, "interrupted");
		if (ready < 0 && errno != EINTR)
			return of_err_set_errno(err, NULL, "wait for changes");
		if (change.any && (ready == 0 || now_ms() > deadline))
			break;
		if (ready > 0)
			status = take_events(w, &change, err);
		if (change.any && deadline == 0)
			deadline = now_ms() + LONGEST_MS;
	}
	*config = change.config;
	return status;
}
