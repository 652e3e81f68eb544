/*
 * Files and folders below the output folder: what publishing does there beyond
 * opening them (base/below.h).
 */
#ifndef OF_PUBLISH_BELOW_H
#define OF_PUBLISH_BELOW_H

#include "base/below.h"
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>

/* A descriptor of the output folder, made with those above it if make says so; -1 with errno.
 */
int of_output_open(const char *output, bool make);
/* Removes the empty folders of a path, from its end up to root. */
void of_below_remove_empty(int root, struct of_str folder);

/* Whether a regular file in a folder has these bytes. */
bool of_below_has_bytes(int folder, const char *name, struct of_str bytes);
/* Writes a new file; on failure it is gone again, and errno says why. */
bool of_below_write(int folder, const char *name, struct of_str bytes);

#endif
