/* Entries of `content` that lead to no item, which is a slip of the pen more often than not. */
#include "base/diags.h"
#include "base/err.h"
#include "collect/folder.h"
#include "collect/state.h"

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

/* Where no entry leads anywhere there is one error for all, and not from here. */
void of_collected_warn_idle(const struct of_collected *c)
{
	const struct of_reporter here = {of_diags_add, c->diags, c->site->config.ptr};
	size_t idle = 0;

	for (size_t i = 0; i < c->roots.count; i++)
		idle += is_idle(c, &c->roots.roots[i]);
	for (size_t i = 0; i < c->roots.count && idle < c->roots.count; i++)
		if (is_idle(c, &c->roots.roots[i]))
			of_report_warning(&here, c->site->content_line, 0,
				"`content`: '%.*s' leads to no item: mend it, or take it out",
				(int)(c->site->content[i].len < 200 ? c->site->content[i].len
								    : 200),
				c->site->content[i].ptr);
}
