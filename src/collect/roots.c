#include "collect/roots.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <outfeed/buf.h>
#include <sys/stat.h>

static bool is_glob(struct of_str path)
{
	return of_str_find_byte(path, '*') != OF_NPOS || of_str_find_byte(path, '?') != OF_NPOS;
}

static struct of_str or_here(struct of_str folder)
{
	return folder.len > 0 ? folder : STR(".");
}

/* The folder above the first segment of a glob that is no plain name. */
static struct of_str plain_part(struct of_str pattern)
{
	size_t star = of_str_find_byte(pattern, '*');
	size_t mark = of_str_find_byte(pattern, '?');

	return of_path_folder(of_str_slice(pattern, 0, star < mark ? star : mark));
}

static enum of_status find(struct of_root *root, struct of_str path, struct of_err *err)
{
	struct stat info;

	root->path = path;
	if (is_glob(path)) {
		root->kind = OF_ROOT_GLOB;
		root->folder = or_here(plain_part(path));
		return OF_OK;
	}
	if (stat(path.ptr, &info) != 0)
		return of_err_set_errno(err, path.ptr, "find this entry of `content`");
	root->kind = S_ISDIR(info.st_mode) ? OF_ROOT_FOLDER : OF_ROOT_FILE;
	root->folder = root->kind == OF_ROOT_FOLDER ? path : or_here(of_path_folder(path));
	return OF_OK;
}

enum of_status of_roots_find(struct of_roots *roots, struct of_arena *arena,
	const struct of_site *site, struct of_err *err)
{
	enum of_status status = OF_OK;
	struct of_buf path = {0};

	roots->roots = of_arena_take(arena, site->n_content, sizeof(*roots->roots));
	roots->count = 0;
	if (roots->roots == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < site->n_content && status == OF_OK; i++) {
		struct of_str kept;

		of_buf_clear(&path);
		of_path_join(&path, site->dir, site->content[i]);
		while (path.len > 1 && path.ptr[path.len - 1] == '/')
			of_buf_truncate(&path, path.len - 1);
		kept = of_arena_dup(arena, of_buf_str(&path));
		status = kept.ptr != NULL ? find(&roots->roots[roots->count++], kept, err)
					  : of_err_set_nomem(err);
	}
	of_buf_finish(&path);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

/* Folder itself, or somewhere below it; "." is above all that is relative. */
static bool is_within(struct of_str folder, struct of_str root)
{
	if (of_str_equal(root, STR(".")))
		return folder.len == 0 || folder.ptr[0] != '/';
	return of_str_starts(folder, root) &&
	       (folder.len == root.len || folder.ptr[root.len] == '/' ||
		       root.ptr[root.len - 1] == '/');
}

static bool has_extension(struct of_str name)
{
	static const struct of_str extensions[] = {
		STR_INIT(".md"), STR_INIT(".markdown"), STR_INIT(".html")};
	struct of_str extension = of_path_extension(name);

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (of_str_equal_nocase(extension, extensions[i]))
			return true;
	return false;
}

static bool matches_path(const struct of_root *root, struct of_str folder, struct of_str name)
{
	struct of_buf path = {0};
	bool matches;

	of_path_join(&path, folder, name);
	matches = root->kind == OF_ROOT_GLOB ? of_glob_matches(root->path, of_buf_str(&path))
					     : of_str_equal(root->path, of_buf_str(&path));
	of_buf_finish(&path);
	return matches;
}

bool of_roots_have_item(const struct of_roots *roots, struct of_str folder, struct of_str name)
{
	bool known = has_extension(name);

	if (name.ptr[0] == '.' || of_str_starts(name, STR("_index.")))
		return false;
	for (size_t i = 0; i < roots->count; i++) {
		const struct of_root *root = &roots->roots[i];

		if (!is_within(folder, root->folder))
			continue;
		if (root->kind == OF_ROOT_FOLDER ? known : matches_path(root, folder, name))
			return true;
	}
	return false;
}

bool of_roots_go_below(const struct of_roots *roots, struct of_str folder)
{
	for (size_t i = 0; i < roots->count; i++)
		if (roots->roots[i].kind != OF_ROOT_FILE &&
			is_within(folder, roots->roots[i].folder))
			return true;
	return false;
}
