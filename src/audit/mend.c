#include "audit/mend.h"

#include "audit/scalar.h"
#include "audit/uses.h"
#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include <outfeed/audit.h>
#include <stdlib.h>

/* The item as the bytes so far have it. */
struct reading {
	struct of_arena *arena;
	struct of_item item;
};

/* A value to change: which of the item's links, and where it stands. */
struct target {
	size_t link;
	unsigned line, column;
	struct of_str suggestion;
};

struct mender {
	struct of_mending *mending;
	struct of_buf bytes; /* with the changes that were made: from the last place to the
				first, so that the places before them hold */
	struct of_buf tried;
	struct reading before, after;
	struct target *targets;
	size_t n_targets;
};

static enum of_status read_item(
	struct mender *m, struct reading *reading, struct of_str bytes, struct of_err *err)
{
	enum of_reason reason;
	enum of_status status;

	of_arena_clear(reading->arena);
	status = of_item_parse(&reading->item, &reason, reading->arena, m->mending->site,
		m->mending->path, bytes, OF_ITEM_LINKS, err, NULL, NULL);
	return status;
}

/* -- What to change */

static struct of_str suggestion_for(struct mender *m, const struct of_item_link *link)
{
	const struct of_str none = {NULL, 0};
	struct of_buf name = {0};
	struct of_str found = none;

	if (link->field == OF_FIELD_COUNT || !of_url_is_http(link->url))
		return none;
	of_link_add_name(&name, link->url);
	if (name.status == OF_OK)
		found = m->mending->find(of_buf_str(&name), m->mending->payload);
	else
		of_arena_keep(m->mending->arena, &name);
	of_buf_finish(&name);
	return found;
}

/* The last place first; of the links that stand at one place (by an alias) any will do. */
static int compare_targets(const void *a, const void *b)
{
	const struct target *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? 1 : -1;
	if (left->column != right->column)
		return left->column < right->column ? 1 : -1;
	return (left->link > right->link) - (left->link < right->link);
}

static bool find_targets(struct mender *m)
{
	const struct of_item *item = &m->before.item;
	size_t kept = 0;

	m->targets = of_arena_take(m->mending->arena, item->n_links + 1, sizeof(*m->targets));
	for (size_t i = 0; i < item->n_links && m->targets != NULL; i++) {
		const struct of_item_link *link = &item->links[i];
		struct of_str suggestion = suggestion_for(m, link);

		if (suggestion.len > 0)
			m->targets[m->n_targets++] =
				(struct target){i, link->line, link->column, suggestion};
	}
	if (m->n_targets > 0)
		qsort(m->targets, m->n_targets, sizeof(*m->targets), compare_targets);
	for (size_t i = 0; i < m->n_targets; i++)
		if (kept == 0 || m->targets[kept - 1].line != m->targets[i].line ||
			m->targets[kept - 1].column != m->targets[i].column)
			m->targets[kept++] = m->targets[i];
	m->n_targets = kept;
	return m->targets != NULL;
}

/* Up to the path. */
static struct of_str origin_of(struct of_str url)
{
	struct of_url parts = of_url_split(url);

	return of_str_slice(url, 0, (size_t)(parts.path.ptr - url.ptr));
}

/*
 * What the value shall say: the new URL, with the fragment that the old one had
 * where the new one has none; from the path on where the value was so and the
 * host is the same.
 */
static void add_value(
	struct of_buf *out, const struct of_item_link *link, struct of_str suggestion)
{
	struct of_url parts = of_url_split(suggestion);
	struct of_url old = of_url_split(link->url);
	struct of_str origin = origin_of(suggestion);
	bool rooted = of_str_starts(link->text, STR("/")) &&
		      !of_str_starts(link->text, STR("//")) && parts.path.len > 0 &&
		      !of_str_starts(parts.path, STR("//")) &&
		      of_str_equal(origin, origin_of(link->url));

	of_buf_add_str(out, rooted ? of_str_from_offset(suggestion, origin.len) : suggestion);
	if (old.has_fragment && !parts.has_fragment) {
		of_buf_add_byte(out, '#');
		of_buf_add_str(out, old.fragment);
	}
}

/* -- Whether all else is what it was */

static bool same_links(const struct of_item *before, const struct of_item *after,
	const struct of_item_link *changed, struct of_str value)
{
	if (before->n_links != after->n_links)
		return false;
	for (size_t i = 0; i < before->n_links; i++) {
		const struct of_item_link *old = &before->links[i];
		const struct of_item_link *new = &after->links[i];
		bool is_changed = old->field != OF_FIELD_COUNT && old->line == changed->line &&
				  old->column == changed->column;

		if (old->field != new->field || new->url.len == 0)
			return false;
		if (is_changed ? !of_str_equal(new->text, value)
			       : !of_str_equal(new->text, old->text) ||
					 !of_str_equal(new->url, old->url))
			return false;
	}
	return true;
}

static bool same_categories(const struct of_item *before, const struct of_item *after)
{
	if (before->n_categories != after->n_categories ||
		before->n_memberships != after->n_memberships)
		return false;
	for (size_t i = 0; i < before->n_categories; i++)
		if (!of_str_equal(before->categories[i].slug, after->categories[i].slug) ||
			!of_str_equal(before->categories[i].path, after->categories[i].path))
			return false;
	for (size_t i = 0; i < before->n_memberships; i++)
		if (!of_str_equal(before->memberships[i].category.slug,
			    after->memberships[i].category.slug))
			return false;
	return true;
}

static bool same_lists(const struct of_item *before, const struct of_item *after)
{
	if (before->n_authors != after->n_authors || before->n_tags != after->n_tags ||
		before->n_related != after->n_related || before->n_aliases != after->n_aliases)
		return false;
	for (size_t i = 0; i < before->n_authors; i++)
		if (!of_str_equal(before->authors[i].name, after->authors[i].name) ||
			!of_str_equal(before->authors[i].url, after->authors[i].url))
			return false;
	for (size_t i = 0; i < before->n_tags; i++)
		if (!of_str_equal(before->tags[i], after->tags[i]))
			return false;
	for (size_t i = 0; i < before->n_aliases; i++)
		if (!of_str_equal(before->aliases[i], after->aliases[i]))
			return false;
	return true;
}

/* A name that was made of the address goes with it. */
static bool same_source_name(const struct of_item *before, const struct of_item *after)
{
	return of_str_equal(before->source_name, after->source_name) ||
	       (of_str_equal(before->source_name, of_url_site_name(before->source_url)) &&
		       of_str_equal(after->source_name, of_url_site_name(after->source_url)));
}

/* An image keeps its file and its enclosure; its type may follow from the new address. */
static bool same_image(const struct of_image *before, const struct of_image *after)
{
	if (before->url.len == 0)
		return true;
	return after->url.len > 0 && of_str_equal(before->alt, after->alt) &&
	       before->length == after->length && before->width == after->width &&
	       before->height == after->height;
}

static bool same_otherwise(const struct of_item *before, const struct of_item *after)
{
	const struct of_str old[] = {before->id, before->keys, before->slug, before->title,
		before->summary, before->content_html, before->permalink, before->via_name,
		before->language};
	const struct of_str new[] = {after->id, after->keys, after->slug, after->title,
		after->summary, after->content_html, after->permalink, after->via_name,
		after->language};

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (!of_str_equal(old[i], new[i]))
			return false;
	return before->published == after->published && before->updated == after->updated &&
	       before->expires == after->expires && before->draft == after->draft &&
	       same_image(&before->image, &after->image) && same_source_name(before, after) &&
	       same_categories(before, after) && same_lists(before, after);
}

/* -- One value */

/* The bytes with the value in that style, read and compared; true when it is what was meant. */
static bool try_style(struct mender *m, const struct of_item_link *link,
	const struct of_scalar *scalar, enum of_scalar_style style, struct of_str value)
{
	struct of_str bytes = of_buf_str(&m->bytes);
	struct of_err why;

	of_buf_clear(&m->tried);
	of_buf_add_str(&m->tried, of_str_slice(bytes, 0, scalar->from));
	if (!of_scalar_add(&m->tried, style, value))
		return false;
	of_buf_add_str(&m->tried, of_str_from_offset(bytes, scalar->to));
	if (m->tried.status != OF_OK ||
		read_item(m, &m->after, of_buf_str(&m->tried), &why) != OF_OK)
		return false;
	return same_links(&m->before.item, &m->after.item, link, value) &&
	       same_otherwise(&m->before.item, &m->after.item);
}

static void keep_change(struct mender *m, const struct of_scalar *scalar)
{
	struct of_mending *mending = m->mending;
	size_t grown = m->tried.len + (scalar->to - scalar->from) - m->bytes.len;
	struct of_str text =
		of_str_slice(of_buf_str(&m->tried), scalar->from, scalar->from + grown);
	struct of_buf former = m->bytes;

	mending->changes[mending->n_changes++] = (struct of_change){
		scalar->from, scalar->to, of_arena_dup(mending->arena, text)};
	m->bytes = m->tried;
	m->tried = former;
}

/* Keeps the style; a plain value that cannot say it, in flow style perhaps, is quoted. */
static bool change(struct mender *m, const struct of_item_link *link, struct of_str value)
{
	struct of_scalar scalar;

	if (!of_scalar_find(
		    &scalar, of_buf_str(&m->bytes), link->line, link->column, link->text))
		return false;
	if (!try_style(m, link, &scalar, scalar.style, value) &&
		(scalar.style != OF_SCALAR_PLAIN ||
			!try_style(m, link, &scalar, OF_SCALAR_SINGLE, value)))
		return false;
	keep_change(m, &scalar);
	return true;
}

static enum of_status mend_target(
	struct mender *m, const struct target *target, struct of_err *err)
{
	struct of_buf value = {0};
	const struct of_item_link *link;
	enum of_status status = read_item(m, &m->before, of_buf_str(&m->bytes), err);

	if (status != OF_OK)
		return status;
	link = &m->before.item.links[target->link];
	add_value(&value, link, target->suggestion);
	status = of_buf_status(&value, err);
	if (status == OF_OK && !of_str_equal(of_buf_str(&value), link->text) &&
		!change(m, link, of_buf_str(&value)))
		of_report_warning(m->mending->reporter, target->line, target->column,
			"this moved to %.*s, and is left as it is: more of the item would "
			"change "
			"with it, or its place cannot say it: change it by hand",
			(int)(value.len < 300 ? value.len : 300), value.ptr);
	if (status == OF_OK)
		status = of_buf_status(&m->tried, err);
	of_buf_finish(&value);
	return status;
}

static void reverse(struct of_change *changes, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct of_change first = changes[i];

		changes[i] = changes[count - 1 - i];
		changes[count - 1 - i] = first;
	}
}

static enum of_status mend(struct mender *m, struct of_str bytes, struct of_err *err)
{
	struct of_mending *mending = m->mending;
	enum of_status status = OF_OK;

	if (mending->arena == NULL || m->before.arena == NULL || m->after.arena == NULL)
		return of_err_set_nomem(err);
	of_buf_add_str(&m->bytes, bytes);
	status = of_buf_status(&m->bytes, err);
	if (status == OF_OK)
		status = read_item(m, &m->before, of_buf_str(&m->bytes), err);
	if (status == OF_OK && !find_targets(m))
		status = of_arena_status(mending->arena, err);
	if (status != OF_OK)
		return status;
	mending->changes =
		of_arena_take(mending->arena, m->n_targets + 1, sizeof(*mending->changes));
	for (size_t i = 0; i < m->n_targets && mending->changes != NULL; i++) {
		status = mend_target(m, &m->targets[i], err);
		if (status != OF_OK)
			return status;
	}
	reverse(mending->changes, mending->n_changes);
	return of_arena_status(mending->arena, err);
}

enum of_status of_mend(struct of_mending *mending, struct of_str bytes, struct of_err *err)
{
	struct mender m = {.mending = mending,
		.before.arena = of_arena_new(),
		.after.arena = of_arena_new()};
	enum of_status status;

	mending->changes = NULL;
	mending->n_changes = 0;
	mending->arena = of_arena_new();
	status = mend(&m, bytes, err);
	if (status != OF_OK)
		mending->n_changes = 0;
	of_arena_free(m.before.arena);
	of_arena_free(m.after.arena);
	of_buf_finish(&m.bytes);
	of_buf_finish(&m.tried);
	return status;
}

void of_mending_finish(struct of_mending *mending)
{
	of_arena_free(mending->arena);
	mending->arena = NULL;
	mending->n_changes = 0;
}
