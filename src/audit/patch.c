#include "audit/patch.h"

#include "audit/diff.h"
#include "audit/mend.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/map.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/str.h"
#include <fcntl.h>
#include <stdlib.h>

/* What moved, and in which files. */
struct patch {
	const struct of_site *site;
	const struct of_reporter *reporter;
	struct of_arena *arena;
	struct of_map moved; /* the name of a link -> its place in `suggestions` */
	struct of_str *suggestions;
	size_t n_suggestions, cap_suggestions;
	struct of_map seen; /* paths of files */
	struct of_str *files;
	size_t n_files, cap_files;
	enum of_status status;
	struct of_err *err;
};

static bool fail(struct patch *patch, enum of_status status)
{
	patch->status = status;
	return false;
}

/* -- What the history says */

static bool note_file(struct patch *patch, struct of_str file)
{
	struct of_str *grown;
	enum of_status status;

	if (of_map_get(&patch->seen, file) != NULL)
		return true;
	grown = of_grow(patch->files, patch->n_files, &patch->cap_files, sizeof(*grown));
	if (grown == NULL)
		return fail(patch, of_err_set_nomem(patch->err));
	patch->files = grown;
	file = of_arena_dup(patch->arena, file);
	status = of_arena_status(patch->arena, patch->err);
	if (status == OF_OK)
		status = of_map_put(&patch->seen, file, patch->n_files, patch->err);
	if (status != OF_OK)
		return fail(patch, status);
	grown[patch->n_files++] = file;
	return true;
}

static bool note_moved(struct patch *patch, const struct of_report_link *link)
{
	struct of_str *grown = of_grow(patch->suggestions, patch->n_suggestions,
		&patch->cap_suggestions, sizeof(*grown));
	struct of_str name = of_arena_dup(patch->arena, link->url);
	enum of_status status;

	if (grown == NULL)
		return fail(patch, of_err_set_nomem(patch->err));
	patch->suggestions = grown;
	grown[patch->n_suggestions] = of_arena_dup(patch->arena, link->suggestion);
	status = of_arena_status(patch->arena, patch->err);
	if (status == OF_OK)
		status = of_map_put(&patch->moved, name, patch->n_suggestions++, patch->err);
	return status == OF_OK || fail(patch, status);
}

static bool note_link(const struct of_report_link *link, void *payload)
{
	struct patch *patch = payload;
	bool used = false;
	bool good = true;

	if (link->suggestion.len == 0)
		return true;
	for (size_t i = 0; i < link->n_uses && good; i++) {
		if (link->uses[i].kind == OF_LINK_KIND_BODY ||
			link->uses[i].kind == OF_LINK_KIND_PICTURE)
			continue;
		used = true;
		good = note_file(patch, link->uses[i].file);
	}
	return good && (!used || note_moved(patch, link));
}

static struct of_str find_suggestion(struct of_str name, const void *payload)
{
	const struct patch *patch = payload;
	const size_t *place = of_map_get(&patch->moved, name);

	return place != NULL ? patch->suggestions[*place] : (struct of_str){NULL, 0};
}

/* -- Files */

/* The path of a file below the site's folder; false when it is elsewhere. */
static bool add_relative(struct of_buf *out, const struct of_site *site, struct of_str file)
{
	struct of_buf folder = {0};
	struct of_buf path = {0};
	struct of_str rest;
	bool below;

	of_path_normalise(&folder, site->dir);
	of_path_normalise(&path, file);
	rest = of_buf_str(&path);
	below = true;
	if (!of_str_equal(of_buf_str(&folder), STR("."))) {
		of_buf_add_byte(&folder, '/');
		below = of_str_starts(rest, of_buf_str(&folder));
		rest = of_str_from_offset(rest, folder.len);
	}
	below = below && rest.len > 0 && rest.ptr[0] != '/' && !of_str_starts(rest, STR("../"));
	if (below)
		of_buf_add_str(out, rest);
	if (folder.status != OF_OK || path.status != OF_OK)
		out->status = OF_ENOMEM;
	of_buf_finish(&folder);
	of_buf_finish(&path);
	return below;
}

/* A file that went away, or broke, since it was read is no failure of the patch. */
static enum of_status mend_at(struct patch *patch, struct of_mending *mending,
	struct of_str file, struct of_buf *out, struct of_err *err)
{
	const struct of_reporter here = {
		patch->reporter->diag, patch->reporter->payload, file.ptr};
	struct of_buf bytes = {0};
	struct of_buf path = {0};
	struct of_err why = {0};
	enum of_status status =
		of_file_read(&bytes, AT_FDCWD, file.ptr, OF_LIMIT_FILE, NULL, &why);

	*mending = (struct of_mending){.site = patch->site,
		.path = file,
		.reporter = &here,
		.find = find_suggestion,
		.payload = patch};
	if (status == OF_OK && !add_relative(&path, patch->site, file)) {
		of_report_warning(&here, 0, 0,
			"the file is not below the site's folder: a patch cannot change it");
		goto done;
	}
	if (status == OF_OK)
		status = of_buf_status(&path, &why);
	if (status == OF_OK)
		status = of_mend(mending, of_buf_str(&bytes), &why);
	if (status == OF_OK && mending->n_changes > 0)
		status = of_diff_add(out, of_buf_str(&path), of_buf_str(&bytes),
			mending->changes, mending->n_changes, &why);
	if (status == OF_EIO || status == OF_EINPUT || status == OF_ELIMIT) {
		of_report_warning(&here, why.line, why.column, "%s", why.message);
		status = OF_OK;
	}
	if (status != OF_OK && err != NULL)
		*err = why;
done:
	of_buf_finish(&bytes);
	of_buf_finish(&path);
	return status;
}

/* A file is named as seen from the site's folder. */
static enum of_status mend_file(struct patch *patch, struct of_mending *mending,
	struct of_str file, struct of_buf *out, struct of_err *err)
{
	struct of_buf path = {0};
	enum of_status status;

	of_path_join(&path, patch->site->dir, file);
	status = of_buf_status(&path, err);
	if (status == OF_OK)
		status = mend_at(patch, mending, of_buf_str(&path), out, err);
	of_buf_finish(&path);
	return status;
}

static int compare_files(const void *a, const void *b)
{
	return of_str_compare(*(const struct of_str *)a, *(const struct of_str *)b);
}

static enum of_status write_files(
	struct patch *patch, size_t *patched, struct of_outfile *outfile, struct of_err *err)
{
	enum of_status status = OF_OK;

	if (patch->n_files > 0)
		qsort(patch->files, patch->n_files, sizeof(*patch->files), compare_files);
	for (size_t i = 0; i < patch->n_files && status == OF_OK; i++) {
		struct of_mending mending;

		status = mend_file(
			patch, &mending, patch->files[i], of_outfile_buf(outfile), err);
		*patched += mending.n_changes;
		of_mending_finish(&mending);
		if (!of_outfile_flush(outfile))
			break;
	}
	return status == OF_OK ? of_outfile_commit(outfile, err) : status;
}

enum of_status of_patch_write(size_t *patched, struct of_history *history,
	const struct of_site *site, const char *path, const struct of_reporter *reporter,
	struct of_err *err)
{
	struct patch patch = {
		.site = site, .reporter = reporter, .arena = of_arena_new(), .err = err};
	struct of_outfile *outfile = NULL;
	enum of_status status = OF_OK;

	*patched = 0;
	if (patch.arena == NULL)
		return of_err_set_nomem(err);
	status = of_outfile_new(&outfile, path, OF_NPOS, err);
	if (status == OF_OK)
		status = of_history_each_report(
			history, 1U << OF_VERDICT_MOVED, 0, note_link, &patch, err);
	if (status == OF_OK)
		status = patch.status;
	if (status == OF_OK)
		status = write_files(&patch, patched, outfile, err);
	of_outfile_free(outfile);
	of_map_finish(&patch.moved);
	of_map_finish(&patch.seen);
	free(patch.suggestions);
	free(patch.files);
	of_arena_free(patch.arena);
	return status;
}
