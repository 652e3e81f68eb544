/*
 * Changes of one file as a unified diff, as git writes it.
 */
#ifndef OF_AUDIT_DIFF_H
#define OF_AUDIT_DIFF_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>

#define OF_DIFF_CONTEXT 3 /* lines before and after a change */

/* Bytes [from, to) of the file, and what comes in their place. */
struct of_change {
	size_t from, to;
	struct of_str text;
};

/*
 * Appends the diff of a file for changes in the order of their places, none of
 * them inside or right behind another, at least one. path is relative, with slashes; a name that
 * git would quote is quoted. OF_ENOMEM.
 */
OF_MUST_CHECK enum of_status of_diff_add(struct of_buf *out, struct of_str path,
	struct of_str bytes, const struct of_change *changes, size_t n_changes,
	struct of_err *err);

#endif
