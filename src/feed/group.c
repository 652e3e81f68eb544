#include "feed/group.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include <stdlib.h>

/* The making of groups: filings sorted so that those of one group are neighbours. */
struct making {
	const struct of_collection *collection;
	const struct of_site *site;
	struct of_diags *diags;
	struct of_groups *groups;
	uint32_t *sorted; /* filings that are in use, by grouping, then slug */
	size_t n_sorted;
	struct of_map paths; /* folded path to group */
	struct of_err *err;
};

static int compare_filings(const void *a, const void *b, void *payload)
{
	const struct of_filing *filings = payload;
	const struct of_filing *one = &filings[*(const uint32_t *)a];
	const struct of_filing *other = &filings[*(const uint32_t *)b];

	if (one->grouping != other->grouping)
		return one->grouping < other->grouping ? -1 : 1;
	if (!of_str_equal(one->category.slug, other->category.slug))
		return of_str_compare(one->category.slug, other->category.slug);
	return one < other ? -1 : one > other;
}

static bool same_group(const struct of_filing *one, const struct of_filing *other)
{
	return one->grouping == other->grouping &&
	       of_str_equal(one->category.slug, other->category.slug);
}

/* What is voted on among the filings of a group. */
typedef struct of_str ballot_fn(const struct of_filing *filing);

static struct of_str label_of(const struct of_filing *filing)
{
	return filing->category.label;
}

static struct of_str own_path_of(const struct of_filing *filing)
{
	return filing->category.own_path ? filing->category.path : (struct of_str){NULL, 0};
}

static struct of_str any_path_of(const struct of_filing *filing)
{
	return filing->category.path;
}

/* The one used most, of equals the first by code point; absent when none is there. */
static enum of_status elect(struct of_str *best, const struct making *m,
	const uint32_t *ballots, size_t count, ballot_fn *ballot)
{
	struct of_map votes = {0};
	enum of_status status = OF_OK;
	size_t most = 0;

	*best = (struct of_str){NULL, 0};
	for (size_t i = 0; i < count && status == OF_OK; i++) {
		const struct of_filing *filing = &m->collection->filings[ballots[i]];
		struct of_str text = ballot(filing);
		size_t *sum = of_map_get(&votes, text);

		if (text.len == 0)
			continue;
		if (sum == NULL)
			status = of_map_put(&votes, text, filing->count, m->err);
		else
			*sum += filing->count;
	}
	for (size_t i = 0; i < votes.cap; i++) {
		const struct of_map_slot *slot = &votes.slots[i];

		if (!slot->used || slot->value < most)
			continue;
		if (slot->value > most || of_str_compare(slot->key, *best) < 0)
			*best = slot->key;
		most = slot->value;
	}
	of_map_finish(&votes);
	return status;
}

/* Of the items of a group the first by path, and where it says that it is of the group. */
static size_t first_member(
	const struct making *m, size_t group, struct of_buf *first_path, uint32_t *place)
{
	size_t first = OF_NPOS;
	struct of_buf path = {0};

	for (size_t i = 0; i < m->collection->n_records; i++) {
		const struct of_record *record = m->collection->records[i];
		const struct of_filed *filed = of_record_filings(record);

		for (uint32_t f = 0;
			m->collection->fates[i] == OF_FATE_LIVE && f < record->n_filings; f++) {
			if (m->groups->group_of[filed[f].filing] != group)
				continue;
			of_buf_clear(&path);
			of_record_add_path(&path, m->collection, i);
			if (first != OF_NPOS &&
				of_str_compare(of_buf_str(&path), of_buf_str(first_path)) >= 0)
				continue;
			first = i;
			*place = filed[f].place;
			of_buf_clear(first_path);
			of_buf_add_str(first_path, of_buf_str(&path));
		}
	}
	of_buf_finish(&path);
	return first;
}

/* The filings of the group bear its mark, which no group has. */
static void refuse(
	struct making *m, const struct of_filing *filing, struct of_str path, size_t mark)
{
	struct of_buf item = {0};
	struct of_err err;
	uint32_t place = 0;

	if (first_member(m, mark, &item, &place) == OF_NPOS)
		return;
	of_err_set_at(&err, OF_EINPUT, place >> 10, place & 1023,
		"the feeds of '%.*s' would go to %.*s, where another group's go: give it "
		"another slug or path",
		(int)(filing->category.slug.len < 100 ? filing->category.slug.len : 100),
		filing->category.slug.ptr, (int)(path.len < 200 ? path.len : 200), path.ptr);
	of_err_set_path(&err, of_buf_str(&item));
	of_diags_add_err(m->diags, &err, OF_REASON_GROUP);
	of_buf_finish(&item);
}

/* Takes a path for the next group; false when another has it, by whatever case. */
static bool claim(struct making *m, struct of_str path, enum of_status *status)
{
	struct of_buf folded = {0};
	struct of_str key;

	of_unicode_fold(&folded, path);
	key = of_arena_keep(m->groups->arena, &folded);
	*status = of_arena_status(m->groups->arena, m->err);
	of_buf_finish(&folded);
	if (*status != OF_OK || of_map_get(&m->paths, key) != NULL)
		return false;
	*status = of_map_put(&m->paths, key, m->groups->count, m->err);
	return *status == OF_OK;
}

/* "Medigy: #COVID19"; a label that names the site already stands alone. */
static struct of_str make_title(struct making *m, struct of_str label)
{
	struct of_buf title = {0};
	struct of_str kept;

	if (of_str_find(label, m->site->title) == OF_NPOS) {
		of_buf_add_str(&title, m->site->title);
		of_buf_add_text(&title, ": ");
	}
	of_buf_add_str(&title, label);
	kept = of_arena_keep(m->groups->arena, &title);
	of_buf_finish(&title);
	return kept;
}

static struct of_str make_home_url(struct making *m, struct of_str path)
{
	struct of_buf url = {0};
	struct of_str kept;

	of_buf_add_str(&url, m->site->url);
	while (path.ptr != NULL) {
		of_url_add_segment(&url, of_str_split(&path, '/'));
		of_buf_add_byte(&url, '/');
	}
	kept = of_arena_keep(m->groups->arena, &url);
	of_buf_finish(&url);
	return kept;
}

static void add_group(struct making *m, struct of_str path, struct of_str slug,
	struct of_str label, size_t n_items, bool touched)
{
	m->groups->groups[m->groups->count++] = (struct of_group){.path = path,
		.home_url = make_home_url(m, path),
		.title = make_title(m, label),
		.slug = slug,
		.label = label,
		.n_items = n_items,
		.touched = touched};
}

/* One group from its filings; they stand side by side in m->sorted. */
static enum of_status make_group(struct making *m, const uint32_t *ballots, size_t count)
{
	struct of_str path, label;
	size_t number = m->groups->count;
	size_t n_items = 0;
	bool touched = false;
	enum of_status status = elect(&path, m, ballots, count, own_path_of);

	if (status == OF_OK && path.len == 0)
		status = elect(&path, m, ballots, count, any_path_of);
	if (status == OF_OK)
		status = elect(&label, m, ballots, count, label_of);
	if (status != OF_OK)
		return status;
	for (size_t i = 0; i < count; i++) {
		touched |= m->collection->filings[ballots[i]].touched;
		n_items += m->collection->filings[ballots[i]].count;
		m->groups->group_of[ballots[i]] = number;
	}
	if (claim(m, path, &status)) {
		add_group(m, path, m->collection->filings[ballots[0]].category.slug, label,
			n_items, touched);
		m->groups->groups[number].grouping =
			m->collection->filings[ballots[0]].grouping;
		return OF_OK;
	}
	if (status == OF_OK)
		refuse(m, &m->collection->filings[ballots[0]], path, number);
	for (size_t i = 0; i < count; i++)
		m->groups->group_of[ballots[i]] = OF_NPOS;
	return status;
}

/* A filing that touched items only had leaves its trace in the groups of the same slug. */
static void spread_touch(const struct making *m, uint32_t *all, size_t count)
{
	struct of_filing *filings = m->collection->filings;

	for (size_t from = 0, to; from < count; from = to) {
		bool touched = false;

		for (to = from; to < count && (to == from || same_group(&filings[all[from]],
								     &filings[all[to]]));
			to++)
			touched |= filings[all[to]].touched;
		for (size_t i = from; i < to && touched; i++)
			filings[all[i]].touched = true;
	}
}

static enum of_status make_groups(struct making *m, bool changed)
{
	const struct of_filing *filings = m->collection->filings;
	enum of_status status = OF_OK;

	m->groups->all = m->site->all;
	if (m->site->all && claim(m, m->site->all_path, &status))
		add_group(m, m->site->all_path, (struct of_str){NULL, 0}, m->site->all_title,
			m->collection->n_live, changed);
	for (size_t from = 0, to; from < m->n_sorted && status == OF_OK; from = to) {
		for (to = from + 1; to < m->n_sorted; to++)
			if (!same_group(&filings[m->sorted[from]], &filings[m->sorted[to]]))
				break;
		status = make_group(m, m->sorted + from, to - from);
	}
	return status;
}

static enum of_status make(struct making *m, bool changed)
{
	size_t count = m->collection->n_filings;

	m->groups->groups = calloc(count + 1, sizeof(*m->groups->groups));
	m->groups->group_of = calloc(count + 1, sizeof(*m->groups->group_of));
	m->sorted = calloc(count + 1, sizeof(*m->sorted));
	if (m->groups->groups == NULL || m->sorted == NULL || m->groups->group_of == NULL)
		return of_err_set_nomem(m->err);
	for (size_t i = 0; i < count; i++) {
		m->sorted[i] = (uint32_t)i;
		m->groups->group_of[i] = OF_NPOS;
	}
	if (count > 0)
		qsort_r(m->sorted, count, sizeof(*m->sorted), compare_filings,
			m->collection->filings);
	spread_touch(m, m->sorted, count);
	for (size_t i = 0; i < count; i++)
		if (m->collection->filings[m->sorted[i]].count > 0)
			m->sorted[m->n_sorted++] = m->sorted[i];
	return make_groups(m, changed);
}

enum of_status of_groups_make(struct of_groups *groups, const struct of_collection *collection,
	const struct of_site *site, bool changed, struct of_diags *diags, struct of_err *err)
{
	struct making m = {.collection = collection,
		.site = site,
		.diags = diags,
		.groups = groups,
		.err = err};
	enum of_status status;

	*groups = (struct of_groups){.arena = of_arena_new()};
	if (groups->arena == NULL)
		return of_err_set_nomem(err);
	status = make(&m, changed);
	free(m.sorted);
	of_map_finish(&m.paths);
	return status == OF_OK ? of_arena_status(groups->arena, err) : status;
}

void of_groups_finish(struct of_groups *groups)
{
	free(groups->groups);
	free(groups->group_of);
	of_arena_free(groups->arena);
	*groups = (struct of_groups){0};
}
