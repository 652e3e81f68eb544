/*
 * Entries of `content` that lead to no item, and folders of `permalinks` that hold none:
 * a slip of the pen more often than not.
 */
#include "base/diags.h"
#include "base/err.h"
#include "base/str.h"
#include "collect/folder.h"
#include "collect/state.h"

#define SHOWN 200 /* bytes of a name in a warning */

static bool has_in(const struct of_root *root, const struct of_folder *folder)
{
	const struct of_record *record;
	size_t at = 0;

	for (size_t i = 0; i < folder->n_slots; i++)
		if (of_root_has_item(root, folder->path, of_str_from(folder->slots[i].name)))
			return true;
	while (folder->same && (record = of_folder_next(folder->saved, &at)) != NULL)
		if (of_root_has_item(root, folder->path, of_record_text(record, OF_TEXT_NAME)))
			return true;
	return false;
}

static bool is_idle(const struct of_collected *c, const struct of_root *root)
{
	for (size_t f = 0; f < c->n_folders; f++)
		if (of_root_is_above(root, c->folders[f]->path) && has_in(root, c->folders[f]))
			return false;
	return true;
}

/* The folder of a pattern is below itself, and all are below the current one. */
static bool is_below(struct of_str path, struct of_str folder)
{
	if (of_str_equal(folder, STR(".")))
		return true;
	return of_str_starts(path, folder) &&
	       (path.len == folder.len || path.ptr[folder.len] == '/');
}

static bool holds_item(const struct of_collected *c, struct of_str folder)
{
	for (size_t f = 0; f < c->n_folders; f++)
		for (size_t i = 0; i < c->roots.count && is_below(c->folders[f]->path, folder);
			i++)
			if (has_in(&c->roots.roots[i], c->folders[f]))
				return true;
	return false;
}

static void warn_of_patterns(const struct of_collected *c, const struct of_reporter *here)
{
	for (size_t i = 0; i < c->site->n_permalinks; i++) {
		const struct of_permalink_pattern *row = &c->site->permalinks[i];
		struct of_str shown = of_str_slice(row->folder, 0, SHOWN);

		if (!holds_item(c, row->folder))
			of_report_warning(here, row->line, 0,
				"`permalinks`: '%.*s' holds no item: mend it, or take it out",
				(int)shown.len, shown.ptr);
	}
}

/* Where no entry leads anywhere there is one error for all, and not from here. */
void of_collected_warn_idle(const struct of_collected *c)
{
	const struct of_reporter here = {of_diags_add, c->diags, c->site->config.ptr};
	size_t idle = 0;

	for (size_t i = 0; i < c->roots.count; i++)
		idle += is_idle(c, &c->roots.roots[i]);
	if (idle == c->roots.count)
		return;
	for (size_t i = 0; i < c->roots.count; i++) {
		struct of_str shown = of_str_slice(c->site->content[i], 0, SHOWN);

		if (is_idle(c, &c->roots.roots[i]))
			of_report_warning(&here, c->site->content_line, 0,
				"`content`: '%.*s' leads to no item: mend it, or take it out",
				(int)shown.len, shown.ptr);
	}
	warn_of_patterns(c, &here);
}
