/*
 * Files and folders below a folder that is held open, so that no link on the
 * way can lead outside.
 */
#ifndef OF_BASE_BELOW_H
#define OF_BASE_BELOW_H

#include <outfeed/str.h>
#include <stdbool.h>

/* A descriptor of a folder below root, made where make says so; -1 with errno. An empty
 * name is root's own.
 */
int of_below_open(int root, struct of_str folder, bool make);
/*
 * A descriptor, for reading, of what the path names below root, whatever it is
 * (a folder, too); -1 with errno. The path is relative, has no ".." in it, ends in
 * a NUL that len does not count, and no link in it is followed. A FIFO is not
 * waited for.
 */
int of_below_open_any(int root, struct of_str path);

/* Closes a descriptor, unless it is -1, and leaves errno as it was. */
void of_close_quietly(int fd);

#endif
