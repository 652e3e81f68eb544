#include "directory.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/mix.h"
#include "base/str.h"
#include "base/unicode.h"
#include "collect/record.h"
#include <outfeed/render.h>
#include <stdlib.h>

#define OUTPUT STR("") /* below itself */
/* What to do about a file in its place, as the end of a sentence. */
#define OPML_ADVICE "move it, or choose another output"

/* A row, and where it belongs. */
struct listed {
	struct of_directory_row row;
	struct of_str key;
	size_t grouping; /* 0 for the feed of all items, which comes first */
};

/* A group is in it as long as it has documents, also those of another run. */
static bool fill_row(struct listed *listed, const struct of_documents *d,
	const struct of_group *group, const struct of_ledger_row *known)
{
	struct of_directory_row *row = &listed->row;

	if (known == NULL)
		known = of_ledger_find(d->ledger, group->path, (struct of_str){NULL, 0});
	if (known == NULL || known->n_documents == known->n_leftovers)
		return false;
	*row = (struct of_directory_row){.title = group->title,
		.label = group->label,
		.path = group->path,
		.home_url = group->home_url,
		.n_items = group->n_items - (known->consumed - known->n_entries),
		.updated = known->updated};
	listed->grouping = 0;
	if (group->slug.len > 0) {
		row->by = d->site->groups[group->grouping].by;
		listed->grouping = group->grouping + 1;
	}
	return true;
}

static int compare_listed(const void *a, const void *b)
{
	const struct listed *one = a, *other = b;
	int order;

	if (one->grouping != other->grouping)
		return one->grouping < other->grouping ? -1 : 1;
	order = of_str_compare(one->key, other->key);
	return order != 0 ? order : of_str_compare(one->row.path, other->row.path);
}

/* By what people read, case and marks such as '#' aside: slugs and paths may be of any kind. */
static enum of_status put_in_order(struct of_maker *maker, struct listed *listed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		of_buf_clear(&maker->bytes);
		of_unicode_slug(&maker->bytes, listed[i].row.label);
		listed[i].key = of_arena_keep(maker->arena, &maker->bytes);
	}
	if (count > 0)
		qsort(listed, count, sizeof(*listed), compare_listed);
	return of_arena_status(maker->arena, &maker->err);
}

/* By what the documents are known again. */
static uint64_t sign(const struct of_directory *directory)
{
	uint64_t sum = directory->count + 1;

	for (size_t i = 0; i < directory->count; i++) {
		const struct of_directory_row *row = &directory->rows[i];

		sum = of_mix(of_mix(sum, row->n_items), (uint64_t)row->updated);
		sum = of_mix(of_mix(sum, of_str_hash(row->title)), of_str_hash(row->label));
		sum = of_mix(of_mix(sum, of_str_hash(row->path)), of_str_hash(row->by));
	}
	return sum != 0 ? sum : 1;
}

static enum of_status stage(struct of_maker *maker, const struct of_directory *directory,
	const struct of_directory_renderer *renderer, const char *advice)
{
	enum of_status status;

	of_buf_clear(&maker->document);
	status = renderer->render(&maker->document, directory, maker->d->site, &maker->err);
	if (status == OF_OK)
		status = of_maker_stage(maker, OUTPUT, renderer->file, advice);
	return status;
}

static enum of_status make(
	struct of_maker *maker, const struct of_directory *directory, struct of_ledger_row *row)
{
	enum of_status status = stage(maker, directory, &of_directory_opml, OPML_ADVICE);

	if (status == OF_OK && maker->d->site->pages)
		status = stage(maker, directory, &of_directory_page, OF_PAGE_ADVICE);
	row->documents = maker->documents;
	row->n_documents = maker->n_documents;
	return status == OF_OK ? of_maker_put(maker, row) : status;
}

static enum of_status make_or_keep(
	struct of_maker *maker, const struct of_directory *directory, size_t *kept)
{
	const struct of_documents *d = maker->d;
	const struct of_ledger_row *found =
		of_ledger_find(d->ledger, OUTPUT, (struct of_str){NULL, 0});
	struct of_ledger_row row = {
		.path = OUTPUT, .group = d->settings, .signature = sign(directory)};

	if (found == NULL || d->all || found->group != row.group ||
		found->signature != row.signature || !of_ledger_holds(found, d->publisher)) {
		maker->known = found;
		return make(maker, directory, &row);
	}
	of_ledger_keep(d->ledger, found);
	of_diags_unpack(d->diags, found->diags, "");
	*kept += found->n_documents - found->n_leftovers;
	return OF_OK;
}

static enum of_status list(struct of_maker *maker, const struct of_ledger_row *const *found,
	struct listed *listed, struct of_directory_row *rows, size_t *kept)
{
	const struct of_groups *groups = maker->d->groups;
	struct of_directory directory = {.rows = rows};
	enum of_status status;

	for (size_t i = 0; i < groups->count; i++)
		directory.count += fill_row(
			&listed[directory.count], maker->d, &groups->groups[i], found[i]);
	status = put_in_order(maker, listed, directory.count);
	for (size_t i = 0; i < directory.count; i++)
		rows[i] = listed[i].row;
	return status == OF_OK ? make_or_keep(maker, &directory, kept) : status;
}

enum of_status of_directory_make(struct of_maker *maker,
	const struct of_ledger_row *const *found, size_t *kept, struct of_err *err)
{
	size_t most = maker->d->groups->count + 1;
	struct listed *listed = calloc(most, sizeof(*listed));
	struct of_directory_row *rows = calloc(most, sizeof(*rows));
	enum of_status status = OF_ENOMEM;

	of_maker_clear(maker);
	if (listed == NULL || rows == NULL)
		of_err_set_nomem(&maker->err);
	else
		status = list(maker, found, listed, rows, kept);
	if (status != OF_OK && err != NULL)
		*err = maker->err;
	free(listed);
	free(rows);
	return status;
}
