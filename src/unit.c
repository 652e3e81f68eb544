#include "unit.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/mix.h"
#include "base/str.h"
#include "collect/record.h"
#include "render/common.h"

/* -- Whether what is there holds */

uint64_t of_unit_print(const struct of_making *m, const struct of_group *group)
{
	uint64_t sum =
		of_mix(of_mix(m->d->settings, group->grouping), of_str_hash(group->title));

	sum = of_mix(
		of_mix(sum, (uint64_t)m->icon.width << 32 | m->icon.height), m->icon.length);
	sum = of_mix(sum, of_str_hash(m->icon.type));
	return of_mix(of_mix(sum, of_str_hash(group->slug)), of_str_hash(group->home_url));
}

uint64_t of_unit_sign(const struct of_documents *d, const uint32_t *members, size_t count,
	struct of_buf *path)
{
	uint64_t sum = 1;

	for (size_t i = 0; i < count; i++) {
		const struct of_record *record = d->collection->records[members[i]];

		if (record->mtime == 0 || of_is_racy(record->mtime, d->since))
			return 0;
		/* the folder counts: images are looked for there, and it may give the slug */
		of_buf_clear(path);
		of_record_add_path(path, d->collection, members[i]);
		if (path->status != OF_OK)
			return 0;
		sum = of_mix(sum, (uint64_t)record->mtime);
		sum = of_mix(sum, record->inode ^ (uint64_t)record->file_size << 32);
		sum = of_mix(sum, of_str_hash(of_record_text(record, OF_TEXT_ID)));
		sum = of_mix(sum, of_str_hash(of_buf_str(path)));
	}
	return sum;
}

uint64_t of_unit_sign_links(uint64_t sum, const struct of_unit *unit)
{
	if (sum == 0)
		return 0;
	return of_mix(of_mix(sum, of_str_hash(unit->before)), of_str_hash(unit->after));
}

bool of_unit_holds(
	struct of_making *m, unsigned worker, const struct of_ledger_row *row, uint64_t group)
{
	bool renew = false;
	bool good = row->signature != 0 && row->group == group &&
		    of_ledger_holds(row, m->d->publisher) &&
		    of_learner_holds(m->d->learner, worker, row, &renew);

	if (renew)
		of_ledger_renew(m->d->ledger, row, of_learner_audit(m->d->learner));
	return good;
}

/* -- Making */

/* The site's own words are of the feed of all items. */
static bool describes_all(const struct of_site *site, const struct of_group *group)
{
	return group->slug.len == 0 && site->description.len > 0;
}

static struct of_feed feed_of(
	const struct of_making *m, const struct of_maker *maker, const struct of_unit *unit)
{
	const struct of_site *site = m->d->site;
	const struct of_group *group = unit->group;

	return (struct of_feed){.title = group->title,
		.label = group->label,
		.description = describes_all(site, group) ? site->description : group->title,
		.path = group->path,
		.home_url = group->home_url,
		.icon = m->icon,
		.updated = maker->updated,
		.entries = maker->items,
		.n_entries = maker->n_items,
		/* what was read in vain is not there to be had */
		.n_items = group->n_items - (unit->row.consumed - maker->n_items),
		.month = unit->part,
		.before = unit->before,
		.after = unit->after};
}

static enum of_status stage(struct of_making *m, struct of_worker *w,
	const struct of_unit *unit, const struct of_renderer *renderer, const char *advice)
{
	struct of_maker *maker = &w->maker;
	struct of_feed feed = feed_of(m, maker, unit);
	enum of_status status;

	of_buf_clear(&maker->document);
	status = renderer->render(&maker->document, &feed, m->d->site, &maker->err);
	of_buf_clear(&w->path);
	of_archive_add_file(&w->path, unit->part, renderer->file);
	if (status == OF_OK)
		status = of_buf_status(&w->path, &maker->err);
	if (status == OF_OK)
		status = of_maker_stage(maker, unit->folder, w->path.ptr, advice);
	return status;
}

/* What a unit consists of: each format, and the page of a live one. */
static enum of_status stage_all(struct of_making *m, struct of_worker *w, struct of_unit *unit)
{
	const struct of_site *site = m->d->site;
	enum of_status status = OF_OK;

	w->maker.known = unit->found;
	for (size_t i = 0; i < site->n_formats && status == OF_OK; i++)
		status = stage(m, w, unit, site->formats[i], NULL);
	if (status == OF_OK && site->pages && unit->part.len == 0)
		status = stage(m, w, unit, &of_renderer_page, OF_PAGE_ADVICE);
	unit->row.documents = w->maker.documents;
	unit->row.n_documents = w->maker.n_documents;
	return status;
}

/* What was published of items that all fail now is better than nothing. */
static void keep_published(struct of_unit *unit)
{
	unit->row.signature = 0;
	if (unit->found == NULL)
		return;
	unit->row.documents = unit->found->documents;
	unit->row.n_documents = unit->found->n_documents - unit->found->n_leftovers;
}

/* Publishes the items that were read. An archive has no gaps, and may have an empty part. */
void of_unit_finish(struct of_making *m, struct of_worker *w, struct of_unit *unit)
{
	struct of_maker *maker = &w->maker;
	bool failed = maker->n_items == 0 && unit->row.consumed > maker->n_left_out;

	if (maker->err.code != OF_OK)
		return;
	unit->row.path = unit->folder;
	unit->row.part = unit->part;
	if (failed && (unit->part.len == 0 || unit->found != NULL)) {
		keep_published(unit);
	} else {
		if (unit->part.len == 0)
			atomic_fetch_add(
				&m->shown, maker->n_items > 0 || unit->row.consumed == 0);
		if (stage_all(m, w, unit) != OF_OK)
			return;
		if (maker->unread)
			unit->row.signature = 0;
	}
	if (of_maker_put(maker, &unit->row) == OF_OK)
		maker->err.code = OF_OK;
}

void of_unit_keep(struct of_making *m, const struct of_ledger_row *row)
{
	of_ledger_keep(m->d->ledger, row);
	of_diags_unpack(m->d->diags, row->diags, "");
	atomic_fetch_add(&m->kept, row->n_documents - row->n_leftovers);
}
