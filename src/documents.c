#include "documents.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/str.h"
#include "collect/record.h"
#include "item/icon.h"
#include "learned.h"
#include <fcntl.h>
#include <outfeed/feed.h>
#include <outfeed/render.h>
#include <stdatomic.h>
#include <stdlib.h>

#define BYTES_KEPT ((size_t)256 << 10) /* of a file that was read: most files have fewer */

/* One thread's memory while it makes documents. */
struct maker {
	struct of_arena *arena; /* the items of the feed at hand */
	struct of_buf path, bytes, document;
	struct of_buf diags; /* of the feed's items, packed */
	bool unread;         /* a file could not be read now, which the next run may */
	unsigned number;     /* among the makers */
	size_t n_left_out;   /* members that the audit's findings keep out */
	size_t *picked;      /* members taken off the group, in order */
	size_t n_picked, cap_picked;
	const struct of_item **entries;
	struct of_ledger_file *depends;
	size_t n_depends, cap_depends;
	struct of_learned_links links;
	struct of_err err; /* the failure that ended its work */
};

struct making {
	struct of_documents *d;
	struct of_image icon;
	const struct of_ledger_row **rows;  /* for each group; NULL for none that holds */
	const struct of_ledger_row **found; /* the same, whether it holds or not */
	struct maker *makers;
	atomic_bool failed;
	atomic_size_t kept, shown, done;
};

static uint64_t mix(uint64_t sum, uint64_t value)
{
	sum = (sum ^ value) * 0xFF51AFD7ED558CCDU;
	return sum ^ (sum >> 32);
}

/*
 * Settings count, since a group's documents stay as they are while the group is
 * away; so does what the icon's file says of itself.
 */
static uint64_t hash_group(const struct making *m, const struct of_group *group)
{
	uint64_t sum = mix(mix(m->d->settings, group->grouping), of_str_hash(group->title));

	sum = mix(mix(sum, (uint64_t)m->icon.width << 32 | m->icon.height), m->icon.length);
	sum = mix(sum, of_str_hash(m->icon.type));
	return mix(mix(sum, of_str_hash(group->slug)), of_str_hash(group->home_url));
}

/*
 * By what the documents of the members that were picked are known again. 0,
 * which is never known, when a file may have changed since it was looked at.
 */
static uint64_t sign(const struct of_documents *d, struct maker *maker)
{
	uint64_t sum = 1;

	for (size_t i = 0; i < maker->n_picked; i++) {
		const struct of_record *record = d->collection->records[maker->picked[i]];

		if (record->mtime == 0 || of_is_racy(record->mtime, d->since))
			return 0;
		/* the folder counts: images are looked for there, and it may give the slug */
		of_buf_clear(&maker->path);
		of_record_add_path(&maker->path, d->collection, maker->picked[i]);
		if (maker->path.status != OF_OK)
			return 0;
		sum = mix(sum, (uint64_t)record->mtime);
		sum = mix(sum, record->inode ^ (uint64_t)record->file_size << 32);
		sum = mix(sum, of_str_hash(of_record_text(record, OF_TEXT_ID)));
		sum = mix(sum, of_str_hash(of_buf_str(&maker->path)));
	}
	return sum;
}

static void check_row(size_t index, unsigned worker, void *payload)
{
	struct making *m = payload;
	const struct of_ledger_row *row = m->rows[index];
	bool renew = false;

	if (row != NULL && (row->signature == 0 ||
				   row->group != hash_group(m, &m->d->groups->groups[index]) ||
				   !of_ledger_holds(row, m->d->publisher) ||
				   !of_learner_holds(m->d->learner, worker, row, &renew)))
		m->rows[index] = NULL;
	if (renew)
		of_ledger_renew(m->d->ledger, row, of_learner_audit(m->d->learner));
}

static enum of_status plan(struct making *m, struct of_err *err)
{
	struct of_groups *groups = m->d->groups;

	m->rows = calloc(groups->count + 1, sizeof(const struct of_ledger_row *));
	m->found = calloc(groups->count + 1, sizeof(const struct of_ledger_row *));
	if (m->rows == NULL || m->found == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < groups->count; i++) {
		m->found[i] = of_ledger_find(m->d->ledger, groups->groups[i].path);
		m->rows[i] = m->found[i];
		if (m->d->all)
			m->rows[i] = NULL;
	}
	of_pool_run(groups->count, m->d->jobs, check_row, m);
	for (size_t i = 0; i < groups->count; i++)
		groups->groups[i].wanted =
			m->rows[i] == NULL || m->d->elsewhere || groups->groups[i].touched;
	return OF_OK;
}

/* Picks the next member; false after the last, or without memory. */
static bool pick(struct making *m, struct maker *maker, struct of_group *group)
{
	size_t next = of_group_next(group, m->d->collection);
	size_t *grown;

	if (next == OF_NPOS)
		return false;
	grown = of_grow(maker->picked, maker->n_picked, &maker->cap_picked, sizeof(*grown));
	if (grown == NULL) {
		of_err_set_nomem(&maker->err);
		return false;
	}
	maker->picked = grown;
	grown[maker->n_picked++] = next;
	return true;
}

/* A diagnostic of an item goes to the run's, and with the group into the ledger. */
struct telling {
	struct of_diags *diags;
	struct of_buf *packed;
};

static void tell(const struct of_diag *diag, void *payload)
{
	struct telling *telling = payload;

	of_diags_add(diag, telling->diags);
	of_diag_pack_with_path(diag, telling->packed);
}

static void tell_failure(
	struct telling *telling, const struct of_err *err, enum of_reason reason)
{
	const struct of_diag diag = {
		OF_ERROR, reason, err->path, err->line, err->column, err->message};

	tell(&diag, telling);
}

/* The files that an item's image was looked for in, as they are now. */
static bool add_depends(struct making *m, struct maker *maker, const struct of_item *item)
{
	for (size_t i = 0; i < item->n_looked; i++) {
		struct of_ledger_file *grown = of_grow(
			maker->depends, maker->n_depends, &maker->cap_depends, sizeof(*grown));
		struct of_stamp stamp;

		if (grown == NULL)
			return false;
		maker->depends = grown;
		stamp = of_stamp_of(item->looked[i].ptr);
		if (of_is_racy(stamp.mtime, m->d->since))
			stamp.mtime = 0;
		grown[maker->n_depends++] = (struct of_ledger_file){item->looked[i], stamp};
	}
	return true;
}

/* False for an item that is to be left out. */
static bool learn(
	struct making *m, struct maker *maker, struct of_item *item, struct telling *telling)
{
	bool shown = of_learner_apply(
		m->d->learner, maker->number, item, maker->arena, &maker->links, tell, telling);

	maker->unread |= maker->links.unread;
	maker->n_left_out += !shown;
	return shown;
}

/* The whole item, into the maker's arena; NULL when it cannot be shown. */
static const struct of_item *read_whole(struct making *m, struct maker *maker, size_t index)
{
	struct telling telling = {m->d->diags, &maker->diags};
	struct of_item *item = of_arena_take(maker->arena, 1, sizeof(*item));
	enum of_reason reason = OF_REASON_UNREADABLE;
	struct of_err err = {0};
	enum of_status status = item != NULL ? OF_OK : of_err_set_nomem(&err);

	of_buf_clear(&maker->path);
	of_buf_clear(&maker->bytes);
	of_record_add_path(&maker->path, m->d->collection, index);
	if (status == OF_OK)
		status = of_buf_status(&maker->path, &err);
	if (status == OF_OK)
		status = of_record_read(
			&maker->bytes, m->d->collection, index, maker->path.ptr, &err);
	maker->unread |= status == OF_EIO;
	if (status == OF_OK) {
		/* the item borrows from the bytes, and lives as long as the feed */
		struct of_str bytes = of_arena_keep(maker->arena, &maker->bytes);

		if (maker->bytes.cap > BYTES_KEPT)
			of_buf_finish(&maker->bytes);
		status = of_item_parse(item, &reason, maker->arena, m->d->site,
			of_buf_str(&maker->path), bytes, OF_ITEM_WHOLE, &err, tell, &telling);
	}
	if (status == OF_OK) {
		/* what it was once published as, whatever its keys say now */
		item->id = of_record_text(m->d->collection->records[index], OF_TEXT_ID);
		maker->unread |= item->unread;
		if (!item->draft && add_depends(m, maker, item))
			return learn(m, maker, item, &telling) ? item : NULL;
	} else if (status != OF_ENOMEM) {
		tell_failure(&telling, &err, reason);
		return NULL;
	}
	if (status == OF_ENOMEM || !item->draft)
		of_err_set_nomem(&maker->err);
	return NULL;
}

/* The newest items that can be shown, to the limit; those picked already come first. */
static void read_entries(
	struct making *m, struct maker *maker, struct of_group *group, struct of_feed *feed)
{
	size_t used = 0;

	feed->updated = OF_TIME_NONE;
	while (feed->n_entries < m->d->site->limit && maker->err.code == OF_OK) {
		const struct of_item *item;

		if (used == maker->n_picked && !pick(m, maker, group))
			break;
		item = read_whole(m, maker, maker->picked[used++]);
		if (item == NULL)
			continue;
		maker->entries[feed->n_entries++] = item;
		if (item->updated > feed->updated)
			feed->updated = item->updated;
	}
	maker->n_picked = used;
	feed->entries = maker->entries;
}

/* A document that is there as it is has a stamp, one that would be written has none. */
static void note_dry_run(struct making *m, struct maker *maker, const struct of_feed *feed,
	const struct of_ledger_file *document)
{
	struct of_diag note = {.severity = OF_NOTE, .message = "would be written"};
	struct of_buf folder = {0};

	if (!m->d->dry_run || document->stamp.inode != 0)
		return;
	of_path_join(&folder, m->d->site->output, feed->path);
	of_buf_clear(&maker->path);
	of_path_join(&maker->path, of_buf_str(&folder), document->name);
	if (maker->path.status == OF_OK) {
		note.path = maker->path.ptr;
		of_diags_add(&note, m->d->diags);
	}
	of_buf_finish(&folder);
}

static enum of_status stage(struct making *m, struct maker *maker, const struct of_feed *feed,
	struct of_ledger_file *documents)
{
	const struct of_site *site = m->d->site;
	enum of_status status = OF_OK;

	for (size_t i = 0; i < site->n_formats && status == OF_OK; i++) {
		const struct of_renderer *format = site->formats[i];

		of_buf_clear(&maker->document);
		status = format->render(&maker->document, feed, site, &maker->err);
		documents[i].name = of_str_from(format->file);
		if (status == OF_OK)
			status = of_publisher_stage(m->d->publisher, feed->path, format->file,
				of_buf_str(&maker->document), &documents[i].stamp, &maker->err);
		if (status == OF_OK)
			note_dry_run(m, maker, feed, &documents[i]);
	}
	return status;
}

/* The site's own words are of the feed of all items. */
static bool describes_all(const struct of_site *site, const struct of_group *group)
{
	return group->slug.len == 0 && site->description.len > 0;
}

/* What was published of items that all fail now is better than nothing. */
static void keep_published(struct of_ledger_row *row, const struct of_ledger_row *found)
{
	if (found == NULL)
		return;
	row->documents = found->documents;
	row->n_documents = found->n_documents - found->n_leftovers;
}

static void make_feed(
	struct making *m, struct maker *maker, struct of_group *group, size_t index)
{
	const struct of_site *site = m->d->site;
	struct of_feed feed = {.title = group->title,
		.description = describes_all(site, group) ? site->description : group->title,
		.path = group->path,
		.home_url = group->home_url,
		.icon = m->icon};
	struct of_ledger_file *documents;
	struct of_ledger_row row = {.path = group->path, .group = hash_group(m, group)};

	of_arena_clear(maker->arena);
	of_buf_clear(&maker->diags);
	maker->unread = false;
	maker->n_depends = maker->n_left_out = 0;
	maker->links.count = 0;
	maker->links.unread = false;
	documents = of_arena_take(maker->arena, site->n_formats, sizeof(*documents));
	if (documents == NULL) {
		of_err_set_nomem(&maker->err);
		return;
	}
	read_entries(m, maker, group, &feed);
	if (maker->err.code != OF_OK)
		return;
	row.consumed = maker->n_picked;
	row.n_entries = feed.n_entries;
	row.depends = maker->depends;
	row.n_depends = maker->n_depends;
	row.diags = of_buf_str(&maker->diags);
	row.links = maker->links.links;
	row.n_links = maker->links.count;
	row.audit = of_learner_audit(m->d->learner);
	if (feed.n_entries == 0 && maker->n_picked > maker->n_left_out) {
		keep_published(&row, m->found[index]);
	} else {
		atomic_fetch_add(&m->shown, feed.n_entries > 0 || maker->n_picked == 0);
		if (stage(m, maker, &feed, documents) != OF_OK)
			return;
		row.signature = maker->unread ? 0 : sign(m->d, maker);
		row.documents = documents;
		row.n_documents = site->n_formats;
	}
	if (of_buf_status(&maker->diags, &maker->err) == OF_OK &&
		of_ledger_put(m->d->ledger, &row, &maker->err) == OF_OK)
		maker->err.code = OF_OK;
}

/* Whether the entries that the documents show are what they were. */
static bool is_signed(struct making *m, struct maker *maker, struct of_group *group,
	const struct of_ledger_row *row)
{
	if (row == NULL || row->signature == 0)
		return false;
	while (maker->n_picked < row->consumed)
		if (!pick(m, maker, group))
			return false;
	/* with fewer entries than the limit, one more would show */
	if (row->n_entries < m->d->site->limit && group->n_members > 0)
		return false;
	return sign(m->d, maker) == row->signature;
}

static void keep(struct making *m, const struct of_ledger_row *row)
{
	of_diags_unpack(m->d->diags, row->diags, "");
	atomic_fetch_add(&m->kept, row->n_documents - row->n_leftovers);
	atomic_fetch_add(&m->shown, row->n_entries > 0 || row->consumed == 0);
}

static void take_turn(size_t index, unsigned worker, void *payload)
{
	struct making *m = payload;
	struct maker *maker = &m->makers[worker];
	struct of_group *group = &m->d->groups->groups[index];

	if (atomic_load(&m->failed) || of_progress_stopped(m->d->progress))
		return;
	maker->n_picked = 0;
	if (!group->wanted || is_signed(m, maker, group, m->rows[index]))
		keep(m, m->rows[index]);
	else
		make_feed(m, maker, group, index);
	if (maker->err.code != OF_OK)
		atomic_store(&m->failed, true);
	of_progress_tell(m->d->progress, "writing", atomic_fetch_add(&m->done, 1) + 1,
		m->d->groups->count);
}

static enum of_status start_makers(struct making *m, struct of_err *err)
{
	m->makers = calloc(m->d->jobs, sizeof(*m->makers));
	if (m->makers == NULL)
		return of_err_set_nomem(err);
	for (unsigned i = 0; i < m->d->jobs; i++) {
		m->makers[i].number = i;
		m->makers[i].arena = of_arena_new();
		m->makers[i].entries =
			calloc(m->d->site->limit, sizeof(const struct of_item *));
		if (m->makers[i].arena == NULL || m->makers[i].entries == NULL)
			return of_err_set_nomem(err);
	}
	return OF_OK;
}

static void finish_makers(struct making *m)
{
	for (unsigned i = 0; m->makers != NULL && i < m->d->jobs; i++) {
		struct maker *maker = &m->makers[i];

		of_arena_free(maker->arena);
		of_buf_finish(&maker->path);
		of_buf_finish(&maker->bytes);
		of_buf_finish(&maker->document);
		of_buf_finish(&maker->diags);
		free(maker->picked);
		free(maker->entries);
		free(maker->depends);
		free(maker->links.links);
	}
	free(m->makers);
}

static enum of_status run(struct making *m, struct of_err *err)
{
	enum of_status status = plan(m, err);

	if (status == OF_OK)
		status = of_groups_fill(m->d->groups, m->d->collection, err);
	if (status == OF_OK)
		status = start_makers(m, err);
	if (status != OF_OK)
		return status;
	of_pool_run(m->d->groups->count, m->d->jobs, take_turn, m);
	m->d->kept = m->kept;
	m->d->shown = m->shown;
	for (unsigned i = 0; i < m->d->jobs; i++) {
		if (m->makers[i].err.code != OF_OK) {
			if (err != NULL)
				*err = m->makers[i].err;
			return m->makers[i].err.code;
		}
	}
	if (of_progress_stopped(m->d->progress))
		return of_err_set(err, OF_ESTOPPED, "interrupted: nothing was changed");
	return OF_OK;
}

enum of_status of_documents_make(struct of_documents *documents, struct of_err *err)
{
	struct making m = {.d = documents, .icon = of_site_icon(documents->site)};
	enum of_status status = run(&m, err);

	finish_makers(&m);
	free(m.rows);
	free(m.found);
	return status;
}
