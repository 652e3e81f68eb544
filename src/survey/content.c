#include "survey/content.h"

#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"

#define ENTRIES_MOST 12
#define DEPTH_MOST 6
#define SINGLE_MOST 4 /* files that are named one by one */
#define OUTSIDE_MOST 5

/* The files of a folder, its own and those below it. */
struct span {
	struct of_listed *files;
	size_t count;
	size_t prefix; /* bytes of the folder's path, its slash counted; 0 for the surveyed one
			*/
	unsigned depth;
};

struct choosing {
	struct of_arena *arena;
	struct of_str *entries;
	size_t count;
	unsigned deepest;
	bool full;
};

struct counts {
	size_t items, others; /* items: those that are meant to be some as well */
	size_t later;         /* of the items those, and drafts: what may yet be one */
	size_t folders;       /* of those below that are no bundles */
	size_t bundles;
};

static bool is_item(const struct of_listed *file)
{
	return file->state == OF_LISTED_ITEM || file->state == OF_LISTED_MEANT;
}

static void count_states(struct counts *counts, const struct span *span)
{
	for (size_t i = 0; i < span->count; i++) {
		const struct of_listed *file = &span->files[i];

		counts->items += is_item(file);
		counts->others += file->state == OF_LISTED_OTHER;
		counts->later +=
			file->state == OF_LISTED_MEANT || file->state == OF_LISTED_UNCLEAR;
	}
}

static struct of_str rest_of(const struct span *span, size_t index)
{
	return of_str_from_offset(span->files[index].path, span->prefix);
}

/* The folder in the span's that holds the file at the index; count is 0 for one of its own. */
static struct span child_at(const struct span *span, size_t index)
{
	struct of_str rest = rest_of(span, index);
	size_t slash = of_str_find_byte(rest, '/');
	struct span child = {span->files + index, 0, span->prefix, span->depth + 1};
	struct of_str folder;

	if (slash == OF_NPOS)
		return child;
	child.prefix += slash + 1;
	folder = of_str_slice(rest, 0, slash + 1);
	while (index + child.count < span->count &&
		of_str_starts(rest_of(span, index + child.count), folder))
		child.count++;
	return child;
}

/* A folder that is one item: index.md, and what goes with it. */
static bool is_bundle(const struct span *span)
{
	for (size_t i = 0; i < span->count; i++)
		if (of_str_starts(rest_of(span, i), STR("index.")))
			return true;
	return false;
}

/* What stands in the folder itself, its bundles included. */
static struct counts count_own(const struct span *span)
{
	struct counts own = {0};

	for (size_t i = 0; i < span->count;) {
		struct span child = child_at(span, i);
		struct span one = {span->files + i, 1, span->prefix, 0};

		if (child.count == 0) {
			count_states(&own, &one);
		} else if (is_bundle(&child)) {
			own.bundles++;
			count_states(&own, &child);
		} else {
			own.folders++;
		}
		i += child.count > 0 ? child.count : 1;
	}
	return own;
}

static bool add_entry(struct choosing *c, struct of_str entry)
{
	if (!of_unicode_is_clean(entry))
		return false;
	if (c->count == ENTRIES_MOST) {
		c->full = true;
		return false;
	}
	c->entries[c->count++] = of_arena_dup(c->arena, entry);
	return true;
}

static void add_folder(struct choosing *c, const struct span *span)
{
	bool added = add_entry(c, of_str_slice(span->files[0].path, 0, span->prefix - 1));

	for (size_t i = 0; i < span->count; i++)
		span->files[i].inside |= added;
}

/* The folder's own files of one extension. */
static void add_glob(struct choosing *c, const struct span *span, struct of_str extension)
{
	struct of_buf glob = {0};
	bool added;

	of_buf_add_str(&glob, of_str_slice(span->files[0].path, 0, span->prefix));
	of_buf_add_byte(&glob, '*');
	of_buf_add_str(&glob, extension);
	added = add_entry(c, of_buf_str(&glob));
	for (size_t i = 0; i < span->count && added; i++)
		if (of_str_find_byte(rest_of(span, i), '/') == OF_NPOS &&
			of_str_equal(of_path_extension(span->files[i].path), extension))
			span->files[i].inside = true;
	of_buf_finish(&glob);
}

/* Own items of a folder that is not named as a whole: by glob, or one by one among others. */
static void add_own(struct choosing *c, const struct span *span, const struct counts *own)
{
	bool single = own->items < own->others && own->items <= SINGLE_MOST && own->later == 0;

	for (size_t i = 0; i < span->count; i++) {
		struct of_listed *file = &span->files[i];

		if (file->inside || !is_item(file) ||
			of_str_find_byte(rest_of(span, i), '/') != OF_NPOS)
			continue;
		if (single)
			file->inside = add_entry(c, file->path);
		else
			add_glob(c, span, of_path_extension(file->path));
		if (c->full)
			return;
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): not below `deepest`, where a folder is taken as it is */
static void choose(struct choosing *c, const struct span *span)
{
	struct counts all = {0};
	struct counts own;

	count_states(&all, span);
	if (all.items == 0 || c->full)
		return;
	own = count_own(span);
	if (span->prefix > 0 && (all.others == 0 || span->depth >= c->deepest ||
					(own.folders == 0 && own.items > 0 &&
						(own.items >= own.others || own.later > 0)))) {
		add_folder(c, span);
		return;
	}
	for (size_t i = 0; i < span->count;) {
		struct span child = child_at(span, i);

		if (child.count > 0)
			choose(c, &child);
		i += child.count > 0 ? child.count : 1;
	}
	add_own(c, span, &own);
}

/* Where no file is an item yet, all are to become some; what they are by now is forgotten. */
static void choose_all(struct choosing *c, const struct span *span)
{
	for (size_t i = 0; i < span->count; i++)
		if (span->files[i].state != OF_LISTED_UNSEEN)
			span->files[i].state = OF_LISTED_ITEM;
	choose(c, span);
}

static enum of_status list_outside(
	struct of_survey *survey, const struct span *span, struct of_err *err)
{
	struct of_str *outside = of_arena_take(survey->arena, OUTSIDE_MOST, sizeof(*outside));

	survey->outside = outside;
	for (size_t i = 0; i < span->count && outside != NULL; i++) {
		if (span->files[i].state != OF_LISTED_OTHER &&
			span->files[i].state != OF_LISTED_MEANT)
			continue;
		if (span->files[i].inside) {
			survey->skipped++;
			continue;
		}
		survey->outside_count++;
		if (survey->n_outside < OUTSIDE_MOST)
			outside[survey->n_outside++] = span->files[i].path;
	}
	return of_arena_status(survey->arena, err);
}

enum of_status of_content_choose(struct of_survey *survey, struct of_listed *files,
	size_t count, struct of_str root, struct of_err *err)
{
	struct choosing c = {.arena = survey->arena, .deepest = DEPTH_MOST};
	struct span span = {files, count, root.len > 0 ? root.len + 1 : 0, 0};

	c.entries = of_arena_take(survey->arena, ENTRIES_MOST, sizeof(*c.entries));
	if (c.entries == NULL || count == 0)
		return of_arena_status(survey->arena, err);
	choose(&c, &span);
	if (c.full) {
		/* too many to be told apart: the outermost folders stand for them */
		c.count = 0;
		c.full = false;
		c.deepest = root.len > 0 ? 0 : 1;
		choose(&c, &span);
	}
	if (c.count == 0)
		choose_all(&c, &span);
	survey->content = c.entries;
	survey->n_content = c.count;
	return list_outside(survey, &span, err);
}
