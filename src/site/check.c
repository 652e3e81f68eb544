/* What no value of outfeed.yaml shows alone: that the output keeps away from the content. */
#include <outfeed/site.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <stdlib.h>

/*
 * Appends the one absolute name of a file or folder that may not be there yet:
 * what of its path exists is resolved, the rest follows as it is.
 */
static void add_real(struct of_buf *out, struct of_str path)
{
	struct of_buf whole = {0};
	struct of_buf head = {0};
	char *here = realpath(".", NULL);
	char *real = NULL;

	of_path_join(&whole, of_str_from(here), path);
	of_buf_add_str(&head, of_buf_str(&whole));
	while (head.len > 0 && (real = realpath(head.ptr, NULL)) == NULL)
		of_buf_truncate(
			&head, head.len > 1 ? of_path_folder(of_buf_str(&head)).len : 0);
	if (real != NULL) {
		struct of_str rest = of_str_from_offset(of_buf_str(&whole), head.len);

		of_buf_clear(&head);
		of_path_join(&head, of_str_from(real), of_str_trim_byte(rest, '/'));
		of_path_normalise(out, of_buf_str(&head));
	}
	free(here);
	free(real);
	of_buf_finish(&whole);
	of_buf_finish(&head);
}

/*
 * Whether a path is the folder, or something in it; both by their one name, which
 * is absent for what is relative to a folder that is gone.
 */
static bool holds(struct of_str folder, struct of_str path)
{
	if (folder.len == 0 || !of_str_starts(path, folder))
		return false;
	return path.len == folder.len || path.ptr[folder.len] == '/' || folder.len == 1;
}

/* What of an entry of `content` is no glob. */
static struct of_str plain_part(struct of_str entry)
{
	size_t star = of_str_find_byte(entry, '*');
	size_t mark = of_str_find_byte(entry, '?');
	size_t end = star < mark ? star : mark;

	return end == OF_NPOS ? entry : of_path_folder(of_str_slice(entry, 0, end));
}

static bool holds_entry(struct of_str output, const struct of_site *site, struct of_str entry)
{
	struct of_str part = plain_part(entry);
	struct of_buf path = {0};
	struct of_buf real = {0};
	bool held;

	of_path_join(&path, site->dir, part.len > 0 ? part : STR("."));
	add_real(&real, of_buf_str(&path));
	held = holds(output, of_buf_str(&real));
	of_buf_finish(&path);
	of_buf_finish(&real);
	return held;
}

/* entry is absent where the site's folder itself is meant. */
static enum of_status fail(const struct of_site *site, struct of_str entry, struct of_err *err)
{
	unsigned line = site->output_line > 0 ? site->output_line : site->content_line;

	if (entry.len == 0)
		of_err_set_at(err, OF_ECONFIG, line, 0,
			"`output` is the site's own folder, below which `content` lies: name a "
			"folder such as public");
	else
		of_err_set_at(err, OF_ECONFIG, line, 0,
			"`output` holds '%.*s' of `content`, so what is written would be read: "
			"name a folder such as public",
			(int)(entry.len < 200 ? entry.len : 200), entry.ptr);
	if (err != NULL)
		of_err_set_path(err, site->config);
	return OF_ECONFIG;
}

enum of_status of_site_check(const struct of_site *site, struct of_err *err)
{
	struct of_buf output = {0};
	struct of_buf dir = {0};
	enum of_status status;

	add_real(&output, site->output);
	add_real(&dir, site->dir);
	status = of_buf_status(&output, err);
	if (status == OF_OK && dir.len > 0 &&
		of_str_equal(of_buf_str(&output), of_buf_str(&dir)))
		status = fail(site, (struct of_str){NULL, 0}, err);
	for (size_t i = 0; i < site->n_content && status == OF_OK; i++)
		if (holds_entry(of_buf_str(&output), site, site->content[i]))
			status = fail(site, site->content[i], err);
	of_buf_finish(&output);
	of_buf_finish(&dir);
	return status;
}

/* Whether a file written into the folder may be an item by the entry. */
static bool reaches(const struct of_site *site, struct of_str entry, struct of_str folder)
{
	struct of_str part = plain_part(entry);
	struct of_str pattern = of_str_from_offset(entry, part.len);
	struct of_buf path = {0};
	struct of_buf real = {0};
	bool held;

	of_path_join(&path, site->dir, part.len > 0 ? part : STR("."));
	add_real(&real, of_buf_str(&path));
	/* a glob of files' names, such as *.md, reaches no further than its own folder */
	if (pattern.len > 0 &&
		of_str_find_byte(of_str_trim_byte(pattern, '/'), '/') == OF_NPOS &&
		of_str_find(pattern, STR("**")) == OF_NPOS &&
		of_str_find_byte(pattern, '.') != OF_NPOS)
		held = of_str_equal(of_buf_str(&real), folder);
	else
		held = holds(of_buf_str(&real), folder);
	of_buf_finish(&path);
	of_buf_finish(&real);
	return held;
}

enum of_status of_site_check_reports(
	const struct of_site *site, struct of_str folder, struct of_err *err)
{
	struct of_buf output = {0};
	struct of_buf real = {0};
	enum of_status status;

	add_real(&output, site->output);
	add_real(&real, folder);
	status = of_buf_status(&output, err);
	if (status == OF_OK)
		status = of_buf_status(&real, err);
	for (size_t i = 0; i < site->n_content && status == OF_OK; i++)
		if (!holds(of_buf_str(&output), of_buf_str(&real)) &&
			reaches(site, site->content[i], of_buf_str(&real)))
			status = of_err_set(err, OF_ECONFIG,
				"the folder of the reports lies in '%.*s' of `content`, so "
				"what is written would be read: name another",
				(int)(site->content[i].len < 200 ? site->content[i].len : 200),
				site->content[i].ptr);
	of_buf_finish(&output);
	of_buf_finish(&real);
	return status;
}
