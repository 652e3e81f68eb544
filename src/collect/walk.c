#include "collect/walk.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* One walk: where it puts what it finds, what it has still to look into. */
struct walker {
	struct walk *walk;
	const struct of_reporter *reporter; /* path unused */
	struct of_err *err;
	struct of_str pattern;  /* absent: the known extensions */
	struct stat output;     /* of the output folder; st_ino 0 when there is none */
	struct of_str *folders; /* to be read, a stack */
	size_t n_folders, cap_folders;
};

static bool push(struct of_str **items, size_t *count, size_t *cap, struct of_str item)
{
	if (*count == *cap) {
		size_t grown_cap = *cap == 0 ? 64 : *cap * 2;
		struct of_str *grown = realloc(*items, grown_cap * sizeof(*grown));

		if (grown == NULL)
			return false;
		*items = grown;
		*cap = grown_cap;
	}
	(*items)[(*count)++] = item;
	return item.ptr != NULL;
}

static struct of_str join(struct walker *w, struct of_str folder, struct of_str name)
{
	struct of_buf path = {0};
	struct of_str kept;

	of_path_join(&path, folder, name);
	kept = of_arena_dup(w->walk->arena, of_buf_str(&path));
	of_buf_finish(&path);
	return kept;
}

static bool is_item(const struct walker *w, struct of_str folder, struct of_str name)
{
	static const struct of_str extensions[] = {
		STR_INIT(".md"), STR_INIT(".markdown"), STR_INIT(".html")};
	struct of_str extension = of_path_extension(name);
	struct of_buf path = {0};
	bool matches;

	if (of_str_starts(name, STR("_index.")))
		return false;
	if (w->pattern.len > 0) {
		of_path_join(&path, folder, name);
		matches = of_walk_glob(w->pattern, of_buf_str(&path));
		of_buf_finish(&path);
		return matches;
	}
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (of_str_equal_nocase(extension, extensions[i]))
			return true;
	return false;
}

static void warn_link(const struct walker *w, struct of_str path)
{
	const struct of_reporter reporter = {w->reporter->diag, w->reporter->payload, path.ptr};

	of_report_warning(&reporter, 0, 0,
		"symbolic links are not followed: name what it leads to in `content`, or copy "
		"it");
}

/* What a directory entry is; asks the system only where the folder does not say. */
static mode_t mode_of(int folder, const struct dirent *entry)
{
	struct stat info;

	switch (entry->d_type) {
	case DT_REG:
		return S_IFREG;
	case DT_DIR:
		return S_IFDIR;
	case DT_LNK:
		return S_IFLNK;
	case DT_UNKNOWN:
		if (fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
			return info.st_mode & S_IFMT;
		return 0;
	default:
		return 0;
	}
}

static enum of_status add_entry(
	struct walker *w, int fd, struct of_str folder, const struct dirent *entry)
{
	struct of_str name = of_str_from(entry->d_name);
	bool kept = true;

	if (name.ptr[0] == '.')
		return OF_OK;
	switch (mode_of(fd, entry)) {
	case S_IFDIR:
		kept = push(&w->folders, &w->n_folders, &w->cap_folders, join(w, folder, name));
		break;
	case S_IFREG:
		if (is_item(w, folder, name))
			kept = push(&w->walk->paths, &w->walk->count, &w->walk->cap,
				join(w, folder, name));
		break;
	case S_IFLNK:
		warn_link(w, join(w, folder, name));
		break;
	default:
		break;
	}
	return kept ? OF_OK : of_err_set_nomem(w->err);
}

static bool is_output(const struct walker *w, int fd)
{
	struct stat info;

	return w->output.st_ino != 0 && fstat(fd, &info) == 0 &&
	       info.st_ino == w->output.st_ino && info.st_dev == w->output.st_dev;
}

static enum of_status read_folder(struct walker *w, struct of_str path, int flags)
{
	int fd = open(path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry = NULL;
	enum of_status status = OF_OK;

	if (folder == NULL) {
		status = of_err_set_errno(w->err, path.ptr, "read the content folder");
		if (fd >= 0)
			close(fd);
		return status;
	}
	if (!is_output(w, fd)) {
		errno = 0;
		while (status == OF_OK && (entry = readdir(folder)) != NULL)
			status = add_entry(w, fd, path, entry);
		if (status == OF_OK && errno != 0)
			status = of_err_set_errno(w->err, path.ptr, "read the content folder");
	}
	closedir(folder);
	return status;
}

/* The root may be a link that the user named; below it no link is followed. */
static enum of_status read_tree(struct walker *w, struct of_str root)
{
	enum of_status status = read_folder(w, root, 0);

	while (status == OF_OK && w->n_folders > 0)
		status = read_folder(w, w->folders[--w->n_folders], O_NOFOLLOW);
	w->n_folders = 0;
	return status;
}

static bool is_pattern(struct of_str path)
{
	return of_str_find_byte(path, '*') != OF_NPOS || of_str_find_byte(path, '?') != OF_NPOS;
}

/* The folder above the first segment of a glob that is no plain name. */
static struct of_str plain_part(struct of_str pattern)
{
	size_t star = of_str_find_byte(pattern, '*');
	size_t mark = of_str_find_byte(pattern, '?');

	return of_path_folder(of_str_slice(pattern, 0, star < mark ? star : mark));
}

static enum of_status walk_entry(struct walker *w, struct of_str path)
{
	struct stat info;

	w->pattern = is_pattern(path) ? path : (struct of_str){NULL, 0};
	if (w->pattern.len > 0) {
		struct of_str root = plain_part(path);

		return read_tree(
			w, of_arena_dup(w->walk->arena, root.len > 0 ? root : STR(".")));
	}
	if (stat(path.ptr, &info) != 0)
		return of_err_set_errno(w->err, path.ptr, "find the content folder");
	if (S_ISDIR(info.st_mode))
		return read_tree(w, path);
	if (!push(&w->walk->paths, &w->walk->count, &w->walk->cap, path))
		return of_err_set_nomem(w->err);
	return OF_OK;
}

static int compare(const void *a, const void *b)
{
	return of_str_compare(*(const struct of_str *)a, *(const struct of_str *)b);
}

static void sort_unique(struct walk *walk)
{
	size_t count = 0;

	if (walk->count > 0)
		qsort(walk->paths, walk->count, sizeof(*walk->paths), compare);
	for (size_t i = 0; i < walk->count; i++)
		if (i == 0 || !of_str_equal(walk->paths[i], walk->paths[count - 1]))
			walk->paths[count++] = walk->paths[i];
	walk->count = count;
}

enum of_status of_walk_site(struct walk *walk, const struct of_site *site, of_diag_fn *diag,
	void *payload, struct of_err *err)
{
	const struct of_reporter reporter = {diag, payload, ""};
	struct walker w = {.walk = walk, .reporter = &reporter, .err = err};
	enum of_status status = OF_OK;

	*walk = (struct walk){.arena = of_arena_new()};
	if (walk->arena == NULL)
		return of_err_set_nomem(err);
	if (stat(site->output.ptr, &w.output) != 0)
		w.output.st_ino = 0;
	for (size_t i = 0; i < site->n_content && status == OF_OK; i++)
		status = walk_entry(&w, join(&w, site->dir, site->content[i]));
	free(w.folders);
	if (status == OF_OK)
		sort_unique(walk);
	return status;
}

void of_walk_finish(struct walk *walk)
{
	free(walk->paths);
	of_arena_free(walk->arena);
	*walk = (struct walk){0};
}
