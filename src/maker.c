#include "maker.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "collect/record.h"
#include "publish/compress.h"
#include "render/common.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BYTES_KEPT ((size_t)256 << 10) /* of a file that was read: most files have fewer */

enum of_status of_maker_start(struct of_maker *maker, const struct of_documents *d,
	unsigned number, struct of_err *err)
{
	maker->d = d;
	maker->number = number;
	maker->arena = of_arena_new();
	maker->kept = maker->links.arena = of_arena_new();
	return maker->arena != NULL && maker->kept != NULL ? OF_OK : of_err_set_nomem(err);
}

void of_maker_finish(struct of_maker *maker)
{
	of_arena_free(maker->arena);
	of_arena_free(maker->kept);
	of_buf_finish(&maker->document);
	of_buf_finish(&maker->path);
	of_buf_finish(&maker->bytes);
	of_buf_finish(&maker->diags);
	free(maker->items);
	free(maker->depends);
	free(maker->documents);
	free(maker->links.links);
}

void of_maker_clear(struct of_maker *maker)
{
	of_arena_clear(maker->arena);
	of_arena_clear(maker->kept);
	of_buf_clear(&maker->diags);
	maker->n_items = maker->n_left_out = 0;
	maker->n_depends = maker->n_documents = 0;
	maker->updated = OF_TIME_NONE;
	maker->unread = false;
	maker->known = NULL;
	maker->links.count = 0;
	maker->links.unread = false;
}

void of_maker_tell(const struct of_diag *diag, void *payload)
{
	struct of_maker *maker = payload;

	of_diags_add(diag, maker->d->diags);
	of_diag_pack_with_path(diag, &maker->diags);
}

/* -- Items */

static void tell_failure(
	struct of_maker *maker, const struct of_err *err, enum of_reason reason)
{
	const struct of_diag diag = {
		OF_ERROR, reason, err->path, err->line, err->column, err->message};

	of_maker_tell(&diag, maker);
}

static bool add_file(struct of_ledger_file **files, size_t *count, size_t *cap,
	const struct of_ledger_file *file)
{
	struct of_ledger_file *grown = of_grow(*files, *count, cap, sizeof(*grown));

	if (grown == NULL)
		return false;
	*files = grown;
	grown[(*count)++] = *file;
	return true;
}

/* The documents depend on a file, also on one that is not there, as it is now. */
static bool add_depend(struct of_maker *maker, struct of_str path)
{
	struct of_ledger_file file = {
		.name = of_arena_dup(maker->kept, path), .stamp = of_stamp_of(path.ptr)};

	if (of_is_racy(file.stamp.mtime, maker->d->since))
		file.stamp.mtime = 0;
	return add_file(&maker->depends, &maker->n_depends, &maker->cap_depends, &file);
}

/* The files that an item's image was looked for in. */
static bool add_depends(struct of_maker *maker, const struct of_item *item)
{
	for (size_t i = 0; i < item->n_looked; i++)
		if (!add_depend(maker, item->looked[i]))
			return false;
	return true;
}

/* False for an item that is to be left out. */
static bool learn(struct of_maker *maker, struct of_item *item)
{
	bool shown = of_learner_apply(maker->d->learner, maker->number, item, maker->arena,
		&maker->links, of_maker_tell, maker);

	maker->unread |= maker->links.unread;
	maker->n_left_out += !shown;
	return shown;
}

/* The whole item, into the maker's arena; NULL when it cannot be shown. */
static const struct of_item *try_whole(struct of_maker *maker, size_t index)
{
	const struct of_documents *d = maker->d;
	struct of_item *item = of_arena_take(maker->arena, 1, sizeof(*item));
	enum of_reason reason = OF_REASON_UNREADABLE;
	struct of_err err = {0};
	enum of_status status = item != NULL ? OF_OK : of_err_set_nomem(&err);

	of_buf_clear(&maker->path);
	of_buf_clear(&maker->bytes);
	of_record_add_path(&maker->path, d->collection, index);
	if (status == OF_OK)
		status = of_buf_status(&maker->path, &err);
	if (status == OF_OK)
		status = of_record_read(
			&maker->bytes, d->collection, index, maker->path.ptr, &err);
	maker->unread |= status == OF_EIO;
	if (status == OF_OK) {
		/* the item borrows from the bytes, and lives as long as the feed */
		struct of_str bytes = of_arena_keep(maker->arena, &maker->bytes);

		if (maker->bytes.cap > BYTES_KEPT)
			of_buf_finish(&maker->bytes);
		status = of_item_parse(item, &reason, maker->arena, d->site,
			of_buf_str(&maker->path), bytes, OF_ITEM_WHOLE, &err, of_maker_tell,
			maker);
	}
	if (status == OF_OK) {
		/* what it was once published as, whatever its keys say now */
		item->id = of_record_text(d->collection->records[index], OF_TEXT_ID);
		maker->unread |= item->unread;
		if (!item->draft && add_depends(maker, item))
			return learn(maker, item) ? item : NULL;
	} else if (status != OF_ENOMEM) {
		tell_failure(maker, &err, reason);
		return NULL;
	}
	if (status == OF_ENOMEM || !item->draft)
		of_err_set_nomem(&maker->err);
	return NULL;
}

/* What cannot be shown leaves nothing: there may be any number of them before those that can.
 */
static const struct of_item *read_whole(struct of_maker *maker, size_t index)
{
	struct of_arena_point mark = of_arena_mark(maker->arena);
	const struct of_item *item = try_whole(maker, index);

	if (item == NULL)
		of_arena_release(maker->arena, mark);
	return item;
}

void of_maker_read(struct of_maker *maker, size_t index)
{
	const struct of_item *item = read_whole(maker, index);
	const struct of_item **grown;

	if (item == NULL)
		return;
	grown = of_grow(maker->items, maker->n_items, &maker->cap_items,
		sizeof(const struct of_item *));
	if (grown == NULL) {
		of_err_set_nomem(&maker->err);
		return;
	}
	maker->items = grown;
	grown[maker->n_items++] = item;
	if (item->updated > maker->updated)
		maker->updated = item->updated;
}

/* -- Documents */

/* What the last run made of that name; NULL when it made none. */
static const struct of_ledger_file *find_known(const struct of_maker *maker, struct of_str name)
{
	const struct of_ledger_row *row = maker->known;

	for (size_t i = 0; row != NULL && i < row->n_documents; i++)
		if (of_str_equal(row->documents[i].name, name))
			return &row->documents[i];
	return NULL;
}

/* Whether the file of maker->path is what an earlier run put there. */
static bool is_known(const struct of_maker *maker, struct of_str name)
{
	const struct of_ledger_file *known = find_known(maker, name);
	struct of_stamp now = of_stamp_of(maker->path.ptr);

	return known != NULL && of_stamp_equal(&known->stamp, &now);
}

/*
 * Whether the file of maker->path is somebody else's, or may be: a page stands where
 * many a site has one already. What outfeed wrote says so of itself, whatever became
 * of the state.
 */
static enum of_status look_whose(struct of_maker *maker, struct of_str name, bool *theirs)
{
	struct stat info;
	uint64_t size;
	enum of_status status;

	*theirs = false;
	if (lstat(maker->path.ptr, &info) != 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? OF_OK
			       : of_err_set_errno(&maker->err, maker->path.ptr, "look at it");
	*theirs = !S_ISREG(info.st_mode);
	if (*theirs || is_known(maker, name))
		return OF_OK;
	of_buf_clear(&maker->bytes);
	status = of_file_read_head(
		&maker->bytes, maker->path.ptr, OF_NPOS, OF_PAGE_HEAD, &size, &maker->err);
	*theirs = status != OF_OK || !of_page_is_ours(of_buf_str(&maker->bytes));
	if (status != OF_EIO || maker->err.sys_errno != EACCES)
		return status;
	maker->err.code = OF_OK;
	return OF_OK;
}

/* A server would give copies of a page that was there instead of the file that is. */
static enum of_status remove_copies(struct of_maker *maker, struct of_str folder,
	struct of_str name, const struct of_ledger_file *known)
{
	static const struct of_stamp none;
	bool removed;

	return of_publisher_remove(maker->d->publisher, folder, name.ptr, &none, known->copies,
		&removed, &maker->err);
}

static bool is_older(const char *path, const char *other)
{
	struct of_stamp one = of_stamp_of(path), two = of_stamp_of(other);

	return one.inode != 0 && two.inode != 0 && one.mtime < two.mtime;
}

/* A copy that is older than a page of somebody else's is of another page, whoever made it. */
static bool tell_of_copies(struct of_maker *maker, struct of_str page, struct of_str name)
{
	for (size_t i = 0; i < OF_COPIES; i++) {
		struct of_reporter here = {of_maker_tell, maker, NULL};
		struct of_str copy;

		of_buf_clear(&maker->bytes);
		of_buf_add_str(&maker->bytes, page);
		of_buf_add_text(&maker->bytes, of_copy_kinds[i].extension);
		copy = of_arena_keep(maker->arena, &maker->bytes);
		if (copy.ptr == NULL || !add_depend(maker, copy))
			return false;
		here.path = copy.ptr;
		if (is_older(copy.ptr, page.ptr))
			of_report_warning(&here, 0, 0,
				"older than %s, in whose stead a web server may send it: "
				"remove it",
				name.ptr);
	}
	return true;
}

static enum of_status let_be(
	struct of_maker *maker, struct of_str folder, struct of_str name, const char *advice)
{
	const struct of_reporter here = {of_maker_tell, maker, maker->path.ptr};
	const struct of_ledger_file *known = find_known(maker, name);
	struct of_str path = of_arena_keep(maker->arena, &maker->path);

	of_report_warning(&here, 0, 0,
		"not written by outfeed, so it stays and outfeed's own is not made: %s",
		advice);
	if (path.ptr == NULL || !add_depend(maker, path) ||
		(known == NULL && !tell_of_copies(maker, path, name)))
		return of_err_set_nomem(&maker->err);
	return known != NULL ? remove_copies(maker, folder, name, known) : OF_OK;
}

/* A document that is there as it is has a stamp, one that would be written has none. */
static void note_dry_run(struct of_maker *maker, const struct of_stamp *stamp)
{
	const struct of_diag note = {
		.severity = OF_NOTE, .path = maker->path.ptr, .message = "would be written"};

	if (maker->d->dry_run && stamp->inode == 0)
		of_diags_add(&note, maker->d->diags);
}

/* Of a document, from the current folder. */
static enum of_status set_path(struct of_maker *maker, struct of_str folder, const char *name)
{
	of_buf_clear(&maker->bytes);
	of_path_join(&maker->bytes, maker->d->site->output, folder);
	of_buf_clear(&maker->path);
	of_path_join(&maker->path,
		folder.len > 0 ? of_buf_str(&maker->bytes) : maker->d->site->output,
		of_str_from(name));
	if (of_buf_status(&maker->bytes, &maker->err) != OF_OK)
		return OF_ENOMEM;
	return of_buf_status(&maker->path, &maker->err);
}

enum of_status of_maker_stage(
	struct of_maker *maker, struct of_str folder, const char *name, const char *advice)
{
	struct of_ledger_file file = {.name = of_arena_dup(maker->arena, of_str_from(name))};
	enum of_status status = of_arena_status(maker->arena, &maker->err);
	bool theirs = false;

	if (status == OF_OK && (advice != NULL || maker->d->dry_run))
		status = set_path(maker, folder, name);
	if (status == OF_OK && advice != NULL)
		status = look_whose(maker, file.name, &theirs);
	if (status == OF_OK && theirs)
		return let_be(maker, folder, file.name, advice);
	if (status == OF_OK)
		status = of_publisher_stage(maker->d->publisher, folder, file.name.ptr,
			of_buf_str(&maker->document), &file.stamp, file.copies, &maker->err);
	if (status != OF_OK)
		return status;
	note_dry_run(maker, &file.stamp);
	return add_file(&maker->documents, &maker->n_documents, &maker->cap_documents, &file)
		       ? OF_OK
		       : of_err_set_nomem(&maker->err);
}

enum of_status of_maker_put(struct of_maker *maker, struct of_ledger_row *row)
{
	enum of_status status = of_buf_status(&maker->diags, &maker->err);

	row->n_entries = maker->n_items;
	row->updated = maker->updated;
	row->depends = maker->depends;
	row->n_depends = maker->n_depends;
	row->diags = of_buf_str(&maker->diags);
	row->links = maker->links.links;
	row->n_links = maker->links.count;
	row->audit = of_learner_audit(maker->d->learner);
	if (status == OF_OK)
		status = of_arena_status(maker->kept, &maker->err);
	if (status == OF_OK)
		status = of_ledger_put(maker->d->ledger, row, &maker->err);
	return status;
}
