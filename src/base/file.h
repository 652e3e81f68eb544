/*
 * Reading files, and folders held open by descriptor.
 */
#ifndef OF_BASE_FILE_H
#define OF_BASE_FILE_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Appends a regular file's bytes. A larger one than limit gives OF_ELIMIT and
 * is not read; anything but a regular file (folder, FIFO, device) OF_EIO.
 * err->path names it. info, when not NULL, is what fstat said before reading.
 */
OF_MUST_CHECK enum of_status of_file_read(struct of_buf *out, int folder, const char *path,
	size_t limit, struct stat *info, struct of_err *err);
/* The same for an entry of a folder that is open; a link is no regular file. */
OF_MUST_CHECK enum of_status of_file_read_entry(struct of_buf *out, int folder,
	const char *name, size_t limit, struct stat *info, struct of_err *err);

/*
 * Below a root: the first `root` bytes of a path lead where they lead, through links
 * or not, since someone named them; what is behind them goes through no link, even one
 * that takes a folder's place meanwhile. 0 is the current folder, OF_NPOS all folders.
 */

/* An open folder, or -1 and errno. */
int of_folder_open_below(struct of_str path, size_t root);
OF_MUST_CHECK enum of_status of_file_read_below(
	struct of_buf *out, const char *path, size_t root, size_t limit, struct of_err *err);
/* At most limit bytes from its beginning; the true length in *size. */
OF_MUST_CHECK enum of_status of_file_read_head(struct of_buf *out, const char *path,
	size_t root, size_t limit, uint64_t *size, struct of_err *err);

#endif
