#include "documents.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/grow.h"
#include "base/mix.h"
#include "base/pool.h"
#include "base/str.h"
#include "collect/record.h"
#include "directory.h"
#include "item/icon.h"
#include "render/common.h"
#include "unit.h"
#include <stdlib.h>

static bool has_archive(const struct of_making *m)
{
	return m->d->site->archive == OF_ARCHIVE_MONTH;
}

/* -- Whether what is there holds */

/* The page says how many items the group has, whatever it shows of them. */
static uint64_t hash_live(const struct of_making *m, const struct of_group *group)
{
	uint64_t sum = of_unit_print(m, group);

	return m->d->site->pages
		       ? of_mix(of_mix(sum, group->n_items), of_str_hash(group->label))
		       : sum;
}

static const struct of_ledger_row *find_part(
	const struct of_making *m, struct of_str folder, struct of_str part)
{
	return of_ledger_find(m->d->ledger, folder, part);
}

static enum of_status name_folder(struct of_worker *w, const struct of_group *group)
{
	of_buf_clear(&w->folder);
	of_archive_add_folder(&w->folder, group->path);
	return of_buf_status(&w->folder, &w->maker.err);
}

/* Of a group that was not touched, whose parts are what they were. */
static bool parts_hold(struct of_making *m, unsigned number, const struct of_group *group,
	const struct of_ledger_row *row)
{
	struct of_worker *w = &m->workers[number];
	struct of_str rest = row->parts;
	uint64_t print = of_unit_print(m, group);

	if (rest.len > 0 && name_folder(w, group) != OF_OK)
		return false;
	while (rest.len > 0) {
		const struct of_ledger_row *part =
			find_part(m, of_buf_str(&w->folder), of_str_split(&rest, ' '));

		if (part == NULL || !of_unit_holds(m, number, part, print))
			return false;
	}
	return true;
}

static void check_row(size_t index, unsigned worker, void *payload)
{
	struct of_making *m = payload;
	struct of_group *group = &m->d->groups->groups[index];
	const struct of_ledger_row *row = m->rows[index];

	if (row != NULL && !of_unit_holds(m, worker, row, hash_live(m, group)))
		row = m->rows[index] = NULL;
	group->wanted = row == NULL || m->d->elsewhere || group->touched ||
			!parts_hold(m, worker, group, row);
}

static enum of_status plan(struct of_making *m, struct of_err *err)
{
	struct of_groups *groups = m->d->groups;

	m->rows = calloc(groups->count + 1, sizeof(const struct of_ledger_row *));
	m->found = calloc(groups->count + 1, sizeof(const struct of_ledger_row *));
	if (m->rows == NULL || m->found == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < groups->count; i++) {
		m->found[i] = of_ledger_find(
			m->d->ledger, groups->groups[i].path, (struct of_str){NULL, 0});
		m->rows[i] = m->found[i];
		if (m->d->all)
			m->rows[i] = NULL;
	}
	of_pool_run(groups->count, m->d->jobs, check_row, m);
	return OF_OK;
}

/* -- Members */

/* Picks the next member; false after the last, or without memory. */
static bool pick(struct of_making *m, struct of_worker *w, struct of_group *group)
{
	size_t next = of_group_next(group, m->d->collection);
	uint32_t *grown;

	if (next == OF_NPOS)
		return false;
	grown = of_grow(w->picked, w->n_picked, &w->cap_picked, sizeof(*grown));
	if (grown == NULL) {
		of_err_set_nomem(&w->maker.err);
		return false;
	}
	w->picked = grown;
	grown[w->n_picked++] = (uint32_t)next;
	return true;
}

/*
 * The first so many members in the feed's order, or NULL when there are not as many.
 * An archive shows all of them, so that they are sorted; else few are asked for.
 */
static const uint32_t *members(
	struct of_making *m, struct of_worker *w, struct of_group *group, size_t count)
{
	if (has_archive(m))
		return count <= group->n_members ? group->members : NULL;
	while (w->n_picked < count)
		if (!pick(m, w, group))
			return NULL;
	return w->picked;
}

/* -- The live documents */

static void keep_live(struct of_making *m, const struct of_ledger_row *row)
{
	of_unit_keep(m, row);
	atomic_fetch_add(&m->shown, row->n_entries > 0 || row->consumed == 0);
}

/* What a live document of the first members links to, and by what it is known. */
static void sign_live(struct of_making *m, struct of_worker *w, struct of_group *group,
	size_t count, struct of_unit *unit)
{
	const struct of_part *last = count > 0 ? of_parts_at(&w->parts, count - 1) : NULL;
	const uint32_t *shown = members(m, w, group, count);
	uint64_t sum =
		count == 0 || shown != NULL ? of_unit_sign(m->d, shown, count, &w->path) : 0;

	unit->before = of_part_name(of_parts_at(&w->parts, count));
	unit->row.consumed = count;
	/* what the last one's part has more of decides where the document ends */
	unit->row.signature = sum != 0 && last != NULL ? of_mix(sum, last->end - count) : sum;
	unit->row.signature = of_unit_sign_links(unit->row.signature, unit);
}

/* Whether the entries that the documents show are what they were. */
static bool is_signed(struct of_making *m, struct of_worker *w, struct of_group *group,
	const struct of_ledger_row *row, struct of_unit *unit)
{
	if (row == NULL)
		return false;
	sign_live(m, w, group, row->consumed, unit);
	if (unit->row.signature == 0 || unit->row.signature != row->signature)
		return false;
	/* with fewer entries than the limit, one more would show */
	return row->n_entries >= m->d->site->limit ||
	       members(m, w, group, row->consumed + 1) == NULL;
}

/* The newest items that can be shown, to the limit; an archive may ask for some more. */
static size_t read_live(struct of_making *m, struct of_worker *w, struct of_group *group)
{
	struct of_maker *maker = &w->maker;
	size_t limit = m->d->site->limit;
	size_t used = 0;
	size_t end = OF_NPOS;

	while (used < end && maker->err.code == OF_OK) {
		const uint32_t *all = members(m, w, group, used + 1);

		if (all == NULL)
			break;
		of_maker_read(maker, all[used++]);
		if (end == OF_NPOS && maker->n_items >= limit)
			end = of_parts_live_end(&w->parts, used);
	}
	return used;
}

/* The documents stay; which parts the archive has may be new. */
static void keep_signed(
	struct of_making *m, struct of_worker *w, const struct of_ledger_row *row)
{
	struct of_ledger_row next = *row;

	keep_live(m, row);
	if (of_str_equal(row->parts, of_buf_str(&w->names)))
		return;
	next.parts = of_buf_str(&w->names);
	next.n_documents -= next.n_leftovers;
	w->maker.err.code = of_ledger_put(m->d->ledger, &next, &w->maker.err);
}

static void make_live(
	struct of_making *m, struct of_worker *w, struct of_group *group, size_t index)
{
	struct of_unit unit = {.group = group, .folder = group->path, .found = m->found[index]};

	if (is_signed(m, w, group, m->rows[index], &unit)) {
		keep_signed(m, w, m->rows[index]);
		return;
	}
	of_maker_clear(&w->maker);
	sign_live(m, w, group, read_live(m, w, group), &unit);
	unit.row.group = hash_live(m, group);
	unit.row.parts = of_buf_str(&w->names);
	of_unit_finish(m, w, &unit);
}

/* -- The archive */

static void make_part(
	struct of_making *m, struct of_worker *w, struct of_group *group, size_t at)
{
	const struct of_part *part = &w->parts.parts[at];
	struct of_unit unit = {.group = group,
		.folder = of_buf_str(&w->folder),
		.part = of_part_name(part),
		.after = of_part_name(at > 0 ? part - 1 : NULL),
		.before = of_part_name(at + 1 < w->parts.count ? part + 1 : NULL)};

	unit.found = find_part(m, unit.folder, unit.part);
	unit.row.group = of_unit_print(m, group);
	unit.row.consumed = part->end - part->first;
	unit.row.signature = of_unit_sign_links(
		of_unit_sign(m->d, group->members + part->first, unit.row.consumed, &w->path),
		&unit);
	if (unit.found != NULL && !m->d->all && unit.found->signature == unit.row.signature &&
		of_unit_holds(m, w->maker.number, unit.found, unit.row.group)) {
		of_unit_keep(m, unit.found);
		return;
	}
	of_maker_clear(&w->maker);
	for (size_t i = part->first; i < part->end && w->maker.err.code == OF_OK; i++)
		of_maker_read(&w->maker, group->members[i]);
	of_unit_finish(m, w, &unit);
}

static enum of_status plan_parts(
	struct of_making *m, struct of_worker *w, struct of_group *group)
{
	enum of_status status;

	of_group_sort(group, m->d->collection);
	of_buf_clear(&w->names);
	status = of_parts_make(&w->parts, group, m->d->collection, &w->maker.err);
	for (size_t i = 0; i < w->parts.count && status == OF_OK; i++) {
		of_buf_add_str(&w->names, of_part_name(&w->parts.parts[i]));
		of_buf_add_byte(&w->names, ' ');
	}
	if (status == OF_OK)
		status = of_buf_status(&w->names, &w->maker.err);
	return status == OF_OK ? name_folder(w, group) : status;
}

static void make_group(
	struct of_making *m, struct of_worker *w, struct of_group *group, size_t index)
{
	w->n_picked = 0;
	if (has_archive(m) && plan_parts(m, w, group) != OF_OK)
		return;
	make_live(m, w, group, index);
	for (size_t i = 0; i < w->parts.count && w->maker.err.code == OF_OK &&
			   !of_progress_stopped(m->d->progress);
		i++)
		make_part(m, w, group, i);
}

static void keep_group(struct of_making *m, struct of_worker *w, const struct of_group *group,
	const struct of_ledger_row *row)
{
	struct of_str rest = row->parts;

	keep_live(m, row);
	if (rest.len > 0 && name_folder(w, group) != OF_OK)
		return;
	while (rest.len > 0) {
		const struct of_ledger_row *part =
			find_part(m, of_buf_str(&w->folder), of_str_split(&rest, ' '));

		if (part != NULL)
			of_unit_keep(m, part);
	}
}

/* -- All groups */

static void take_turn(size_t index, unsigned worker, void *payload)
{
	struct of_making *m = payload;
	struct of_worker *w = &m->workers[worker];
	struct of_group *group = &m->d->groups->groups[index];

	if (atomic_load(&m->failed) || of_progress_stopped(m->d->progress))
		return;
	if (group->wanted)
		make_group(m, w, group, index);
	else
		keep_group(m, w, group, m->rows[index]);
	if (w->maker.err.code != OF_OK)
		atomic_store(&m->failed, true);
	of_progress_tell(m->d->progress, "writing", atomic_fetch_add(&m->done, 1) + 1,
		m->d->groups->count);
}

static enum of_status start_workers(struct of_making *m, struct of_err *err)
{
	enum of_status status = OF_OK;

	m->workers = calloc(m->d->jobs, sizeof(*m->workers));
	if (m->workers == NULL)
		return of_err_set_nomem(err);
	for (unsigned i = 0; i < m->d->jobs && status == OF_OK; i++)
		status = of_maker_start(&m->workers[i].maker, m->d, i, err);
	return status;
}

static void finish_workers(struct of_making *m)
{
	for (unsigned i = 0; m->workers != NULL && i < m->d->jobs; i++) {
		struct of_worker *w = &m->workers[i];

		of_maker_finish(&w->maker);
		of_parts_finish(&w->parts);
		of_buf_finish(&w->names);
		of_buf_finish(&w->folder);
		of_buf_finish(&w->path);
		free(w->picked);
	}
	free(m->workers);
}

static enum of_status run(struct of_making *m, struct of_err *err)
{
	enum of_status status = start_workers(m, err);

	if (status == OF_OK)
		status = plan(m, err);
	if (status == OF_OK)
		status = of_groups_fill(m->d->groups, m->d->collection, err);
	if (status != OF_OK)
		return status;
	of_pool_run(m->d->groups->count, m->d->jobs, take_turn, m);
	m->d->shown = m->shown;
	for (unsigned i = 0; i < m->d->jobs; i++) {
		const struct of_err *theirs = &m->workers[i].maker.err;

		if (theirs->code != OF_OK) {
			if (err != NULL)
				*err = *theirs;
			return theirs->code;
		}
	}
	if (of_progress_stopped(m->d->progress))
		return of_err_set(err, OF_ESTOPPED, "interrupted: nothing was changed");
	m->d->kept = m->kept;
	return of_directory_make(&m->workers[0].maker, m->found, &m->d->kept, err);
}

enum of_status of_documents_make(struct of_documents *documents, struct of_err *err)
{
	struct of_making m = {.d = documents, .icon = of_site_icon(documents->site)};
	enum of_status status = run(&m, err);

	finish_workers(&m);
	free(m.rows);
	free(m.found);
	return status;
}
