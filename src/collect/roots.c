#include "collect/roots.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <outfeed/buf.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Where the part of an entry that is no plain path begins; the entry's length for none. */
static size_t plain_length(struct of_str entry)
{
	size_t star = of_str_find_byte(entry, '*');
	size_t mark = of_str_find_byte(entry, '?');
	size_t end = star < mark ? star : mark;

	return end == OF_NPOS ? entry.len : end;
}

/* The entry's folder and pattern, both in the arena; the site's folder is never part of a glob.
 */
static enum of_status split(struct of_root *root, struct of_str entry, struct of_arena *arena,
	const struct of_site *site, struct of_err *err)
{
	size_t plain = plain_length(entry);
	struct of_str folder =
		plain < entry.len ? of_path_folder(of_str_slice(entry, 0, plain)) : entry;
	struct of_buf path = {0};
	enum of_status status;

	if (plain < entry.len) {
		size_t skip =
			folder.len + (folder.len > 0 && folder.ptr[folder.len - 1] != '/');

		root->kind = OF_ROOT_GLOB;
		root->pattern = of_arena_dup(arena, of_str_from_offset(entry, skip));
	}
	if (folder.len == 0 || of_str_equal(folder, STR(".")))
		of_buf_add_str(&path, site->dir);
	else
		of_path_join(&path, site->dir, folder);
	root->folder = of_arena_keep(arena, &path);
	status = of_buf_status(&path, err);
	of_buf_finish(&path);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

/* A file's folder is what is looked into. */
static void use_folder_of_file(struct of_root *root, struct of_arena *arena)
{
	struct of_str folder = of_path_folder(root->folder);

	root->kind = OF_ROOT_FILE;
	root->pattern = of_path_base(root->folder);
	root->folder = of_arena_dup(arena, folder.len > 0 ? folder : STR("."));
}

static enum of_status find(struct of_root *root, struct of_str entry, struct of_arena *arena,
	const struct of_site *site, struct of_err *err)
{
	struct of_buf plain = {0};
	struct stat info;
	enum of_status status;

	of_path_normalise(&plain, entry);
	status = of_buf_status(&plain, err);
	if (status == OF_OK)
		status = split(root, of_buf_str(&plain), arena, site, err);
	of_buf_finish(&plain);
	if (status != OF_OK)
		return status;
	if (stat(root->folder.ptr, &info) != 0)
		return of_err_set_errno(err, root->folder.ptr, "find this entry of `content`");
	if (root->kind == OF_ROOT_FOLDER && !S_ISDIR(info.st_mode))
		use_folder_of_file(root, arena);
	return of_arena_status(arena, err);
}

/* What of folder lies below root, both by the one name that the system has for them. */
static bool lies_below(struct of_str *rest, struct of_str folder, struct of_str root)
{
	if (!of_str_starts(folder, root))
		return false;
	*rest = of_str_from_offset(folder, root.len);
	if (rest->len > 0 && rest->ptr[0] != '/' && !of_str_ends(root, STR("/")))
		return false;
	*rest = of_str_trim_byte(*rest, '/');
	return true;
}

/* Names the folder of a root by way of the outermost root above it. */
static enum of_status rename_root(struct of_roots *roots, size_t index, struct of_str *real,
	struct of_arena *arena, struct of_err *err)
{
	struct of_root *root = &roots->roots[index];
	struct of_str rest = {NULL, 0};
	struct of_str found = {NULL, 0};
	struct of_buf path = {0};
	size_t best = index;
	enum of_status status;

	for (size_t i = 0; i < roots->count; i++)
		if ((real[i].len < real[best].len ||
			    (real[i].len == real[best].len && i < best)) &&
			lies_below(&rest, real[index], real[i])) {
			best = i;
			found = rest;
		}
	if (best == index)
		return OF_OK;
	if (found.len > 0)
		of_path_join(&path, roots->roots[best].folder, found);
	else
		of_buf_add_str(&path, roots->roots[best].folder);
	root->folder = of_arena_keep(arena, &path);
	status = of_buf_status(&path, err);
	of_buf_finish(&path);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

static enum of_status add_real(
	struct of_str *real, struct of_str folder, struct of_arena *arena, struct of_err *err)
{
	char *name = realpath(folder.ptr, NULL);

	if (name == NULL)
		return of_err_set_errno(err, folder.ptr, "find this entry of `content`");
	*real = of_arena_dup(arena, of_str_from(name));
	free(name);
	return of_arena_status(arena, err);
}

enum of_status of_roots_find(struct of_roots *roots, struct of_arena *arena,
	const struct of_site *site, struct of_err *err)
{
	struct of_str *real = of_arena_take(arena, site->n_content, sizeof(*real));
	enum of_status status = OF_OK;

	roots->roots = of_arena_take(arena, site->n_content, sizeof(*roots->roots));
	roots->count = 0;
	if (roots->roots == NULL || real == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < site->n_content && status == OF_OK; i++) {
		struct of_root *root = &roots->roots[roots->count++];

		status = find(root, site->content[i], arena, site, err);
		if (status == OF_OK)
			status = add_real(&real[i], root->folder, arena, err);
	}
	/* the outermost keep their names, so that the order does not matter */
	for (size_t i = 0; i < roots->count && status == OF_OK; i++)
		status = rename_root(roots, i, real, arena, err);
	return status;
}

/* A path that climbs is not below what it begins with. */
static bool climbs(struct of_str path)
{
	while (path.ptr != NULL)
		if (of_str_equal(of_str_split(&path, '/'), STR("..")))
			return true;
	return false;
}

/* What of a folder lies below the root's; "." is above all that is relative. */
static bool is_below(struct of_str *rest, struct of_str folder, const struct of_root *root)
{
	if (!of_str_equal(root->folder, STR(".")))
		return lies_below(rest, folder, root->folder) && !climbs(*rest);
	*rest = of_str_equal(folder, STR(".")) ? (struct of_str){NULL, 0} : folder;
	return (folder.len == 0 || folder.ptr[0] != '/') && !climbs(folder);
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

/* A glob that ends in an extension, such as *.txt, says itself what an item is. */
static bool names_extension(struct of_str pattern)
{
	struct of_str extension = of_path_extension(pattern);

	return extension.len > 0 && plain_length(extension) == extension.len;
}

static bool glob_has(const struct of_root *root, struct of_str rest, struct of_str name)
{
	struct of_buf path = {0};
	bool known = has_extension(name);
	bool has = false;

	of_path_join(&path, rest, name);
	if (known || names_extension(root->pattern))
		has = of_glob_matches(root->pattern, of_buf_str(&path));
	if (known && !has && rest.len > 0)
		has = of_glob_matches_above(root->pattern, rest);
	of_buf_finish(&path);
	return has;
}

bool of_root_is_above(const struct of_root *root, struct of_str folder)
{
	struct of_str rest;

	return is_below(&rest, folder, root);
}

bool of_root_has_item(const struct of_root *root, struct of_str folder, struct of_str name)
{
	struct of_str rest = {NULL, 0};

	if (name.ptr[0] == '.' || of_str_starts(name, STR("_index.")) ||
		!is_below(&rest, folder, root))
		return false;
	switch (root->kind) {
	case OF_ROOT_FOLDER:
		return has_extension(name);
	case OF_ROOT_FILE:
		return rest.len == 0 && of_str_equal(name, root->pattern);
	default:
		return glob_has(root, rest, name);
	}
}

bool of_roots_have_item(const struct of_roots *roots, struct of_str folder, struct of_str name)
{
	for (size_t i = 0; i < roots->count; i++)
		if (of_root_has_item(&roots->roots[i], folder, name))
			return true;
	return false;
}

static bool goes_below(const struct of_root *root, struct of_str folder)
{
	struct of_str rest = {NULL, 0};

	if (root->kind == OF_ROOT_FILE || !is_below(&rest, folder, root))
		return false;
	return root->kind == OF_ROOT_FOLDER || of_glob_goes_below(root->pattern, rest) ||
	       (rest.len > 0 && of_glob_matches_above(root->pattern, rest));
}

bool of_roots_go_below(const struct of_roots *roots, struct of_str folder)
{
	for (size_t i = 0; i < roots->count; i++)
		if (goes_below(&roots->roots[i], folder))
			return true;
	return false;
}
