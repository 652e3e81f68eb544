#include "feed/group.h"

#include "base/diags.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include <outfeed/feed.h>
#include <stdlib.h>

/* The making of groups: filings sorted so that those of one group are neighbours. */
struct making {
	const struct of_collection *collection;
	const struct of_site *site;
	struct of_diags *diags;
	struct of_groups *groups;
	uint32_t *sorted;    /* filings by grouping, then slug */
	size_t *group_of;    /* for each filing; OF_NPOS when refused */
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
	return one->first < other->first ? -1 : one->first > other->first;
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

static void refuse(struct making *m, const struct of_filing *filing, struct of_str path)
{
	const struct of_head *head = &m->collection->heads[filing->first];
	struct of_err err;

	of_err_set_at(&err, OF_EINPUT, filing->line, filing->column,
		"the feeds of '%.*s' would go to %.200s, where another group's go: give it "
		"another slug or path",
		(int)(filing->category.slug.len < 100 ? filing->category.slug.len : 100),
		filing->category.slug.ptr, path.ptr);
	of_err_set_path(&err, head->path);
	of_diags_add_err(m->diags, &err, OF_REASON_CATEGORY);
	m->groups->refused++;
}

/* Takes a path for the next group; false when another has it, by whatever case. */
static bool claim(struct making *m, struct of_str path, enum of_status *status)
{
	struct of_buf folded = {0};
	struct of_str key;

	of_unicode_fold(&folded, path);
	key = of_arena_dup(m->groups->arena, of_buf_str(&folded));
	*status = of_buf_status(&folded, m->err);
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
	kept = of_arena_dup(m->groups->arena, of_buf_str(&title));
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
	kept = of_arena_dup(m->groups->arena, of_buf_str(&url));
	of_buf_finish(&url);
	return kept;
}

static void add_group(struct making *m, struct of_str path, struct of_str label)
{
	m->groups->groups[m->groups->count++] = (struct of_group){.path = path,
		.home_url = make_home_url(m, path),
		.title = make_title(m, label),
		.label = label};
}

/* One group from its filings; they stand side by side in m->sorted. */
static enum of_status make_group(struct making *m, const uint32_t *ballots, size_t count)
{
	struct of_str path, label;
	size_t number = m->groups->count;
	enum of_status status = elect(&path, m, ballots, count, own_path_of);

	if (status == OF_OK && path.len == 0)
		status = elect(&path, m, ballots, count, any_path_of);
	if (status == OF_OK)
		status = elect(&label, m, ballots, count, label_of);
	if (status != OF_OK)
		return status;
	if (claim(m, path, &status)) {
		add_group(m, path, label);
	} else if (status == OF_OK) {
		refuse(m, &m->collection->filings[ballots[0]], path);
		number = OF_NPOS;
	}
	for (size_t i = 0; i < count; i++)
		m->group_of[ballots[i]] = number;
	return status;
}

static enum of_status make_groups(struct making *m)
{
	const struct of_filing *filings = m->collection->filings;
	size_t count = m->collection->n_filings;
	enum of_status status = OF_OK;

	if (m->site->all && claim(m, m->site->all_path, &status))
		add_group(m, m->site->all_path, m->site->all_title);
	for (size_t from = 0, to; from < count && status == OF_OK; from = to) {
		for (to = from + 1; to < count; to++)
			if (!same_group(&filings[m->sorted[from]], &filings[m->sorted[to]]))
				break;
		status = make_group(m, m->sorted + from, to - from);
	}
	return status;
}

static int compare_members(const void *a, const void *b, void *payload)
{
	const struct of_head *heads = payload;
	const struct of_head *one = &heads[*(const uint32_t *)a];
	const struct of_head *other = &heads[*(const uint32_t *)b];

	return of_item_order(one->published, one->id, other->published, other->id);
}

/* Every head in order goes to the end of each of its groups: so each group is in order. */
static enum of_status fill_groups(struct making *m)
{
	const struct of_collection *c = m->collection;
	struct of_groups *groups = m->groups;
	uint32_t *order = of_arena_take(groups->arena, c->n_heads, sizeof(*order));
	uint32_t **members = of_arena_take(groups->arena, groups->count, sizeof(*members));

	if (order == NULL || members == NULL)
		return of_err_set_nomem(m->err);
	for (size_t i = 0; i < c->n_heads; i++)
		order[i] = (uint32_t)i;
	if (c->n_heads > 0)
		qsort_r(order, c->n_heads, sizeof(*order), compare_members, c->heads);
	for (size_t i = 0; i < c->n_filings; i++)
		if (m->group_of[i] != OF_NPOS)
			groups->groups[m->group_of[i]].n_members += c->filings[i].count;
	for (size_t g = 0; g < groups->count; g++) {
		members[g] = of_arena_take(
			groups->arena, groups->groups[g].n_members, sizeof(**members));
		if (members[g] == NULL)
			return of_err_set_nomem(m->err);
		groups->groups[g].members = members[g];
		groups->groups[g].n_members = 0;
	}
	for (size_t i = 0; i < c->n_heads; i++) {
		const struct of_head *head = &c->heads[order[i]];

		for (uint32_t f = 0; f < head->n_filings; f++) {
			size_t g = m->group_of[head->filings[f]];

			if (g != OF_NPOS)
				members[g][groups->groups[g].n_members++] = order[i];
		}
	}
	if (m->site->all) {
		groups->groups[0].members = order;
		groups->groups[0].n_members = c->n_heads;
	}
	return OF_OK;
}

static enum of_status make(struct making *m)
{
	size_t count = m->collection->n_filings;
	enum of_status status;

	m->groups->groups = calloc(count + 1, sizeof(*m->groups->groups));
	m->sorted = calloc(count + 1, sizeof(*m->sorted));
	m->group_of = calloc(count + 1, sizeof(*m->group_of));
	if (m->groups->groups == NULL || m->sorted == NULL || m->group_of == NULL)
		return of_err_set_nomem(m->err);
	for (size_t i = 0; i < count; i++)
		m->sorted[i] = (uint32_t)i;
	if (count > 0)
		qsort_r(m->sorted, count, sizeof(*m->sorted), compare_filings,
			m->collection->filings);
	status = make_groups(m);
	return status == OF_OK ? fill_groups(m) : status;
}

enum of_status of_groups_make(struct of_groups *groups, const struct of_collection *collection,
	const struct of_site *site, struct of_diags *diags, struct of_err *err)
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
	status = make(&m);
	free(m.sorted);
	free(m.group_of);
	of_map_finish(&m.paths);
	return status == OF_OK ? of_arena_status(groups->arena, err) : status;
}

void of_groups_finish(struct of_groups *groups)
{
	free(groups->groups);
	of_arena_free(groups->arena);
	*groups = (struct of_groups){0};
}
