/*
 * `content:` as folders to look into, and which of their files are items.
 */
#ifndef OF_COLLECT_ROOTS_H
#define OF_COLLECT_ROOTS_H

#include <outfeed/arena.h>
#include <outfeed/err.h>
#include <outfeed/site.h>

enum of_root_kind { OF_ROOT_FOLDER, OF_ROOT_FILE, OF_ROOT_GLOB };

/*
 * One entry of `content:`. Folders that lie in one another are named by the same
 * path, whichever entry leads to them (./, .., links), so that each is looked
 * into once.
 */
struct of_root {
	enum of_root_kind kind;
	struct of_str folder;  /* where looking begins; NUL-terminated */
	struct of_str pattern; /* below it: a file's name, or a glob; absent for a folder */
};

struct of_roots {
	struct of_root
		*roots; /* one for each of site->content; the arena's, as is their text */
	size_t count;
};

/* OF_EIO when a folder or file of `content:` is not there. */
OF_MUST_CHECK enum of_status of_roots_find(struct of_roots *roots, struct of_arena *arena,
	const struct of_site *site, struct of_err *err);

/*
 * Whether a file is an item: below a folder, one that a glob matches included, by
 * its extension (.md, .markdown, .html), elsewhere by its name. Hidden files and
 * section pages (_index.*) are none.
 */
bool of_roots_have_item(const struct of_roots *roots, struct of_str folder, struct of_str name);
/* The same for one of the roots. */
bool of_root_has_item(const struct of_root *root, struct of_str folder, struct of_str name);
/* Whether the folder is the root's, or lies below it. */
bool of_root_is_above(const struct of_root *root, struct of_str folder);
/* Whether the folders in a folder are looked into. */
bool of_roots_go_below(const struct of_roots *roots, struct of_str folder);

/*
 * Whether a path matches a glob; '*' and '?' stop at '/', "**" does not. "**" and
 * a slash before more of the pattern stand for whole folders, or for none.
 */
bool of_glob_matches(struct of_str pattern, struct of_str path);
/* Whether it matches the path or a folder that the path leads through. */
bool of_glob_matches_above(struct of_str pattern, struct of_str path);
/* Whether it may match something below the folder. */
bool of_glob_goes_below(struct of_str pattern, struct of_str folder);

#endif
