/*
 * A database's file, and those that SQLite keeps beside it: looked at before
 * SQLite opens them, since it opens what stands there, and believes its journal.
 */
#ifndef OF_STORE_DATABASE_FILE_H
#define OF_STORE_DATABASE_FILE_H

#include <outfeed/buf.h>
#include <outfeed/err.h>
#include <outfeed/str.h>
#include <stdbool.h>

/*
 * path ends with a NUL. Each of the files must be a regular one of one name, or not there:
 * a FIFO would be waited for, a link followed, be it a hard one; else OF_EIO, with its path.
 * *forged: the journal is of a transaction over several databases, which outfeed never has.
 * SQLite would remove, or read to its end, whatever file such a journal names.
 */
OF_MUST_CHECK enum of_status of_database_file_look(
	struct of_str path, bool *forged, struct of_err *err);
/* Names what a damaged file becomes: path.corrupt, path.corrupt.2, ..., the first that is not
 * there, or, to replace, that a file can take the place of. */
void of_database_file_name_aside(struct of_buf *aside, struct of_str path, bool replace);
/* Sets the journal aside, by a name under which SQLite does not find it; false when it
 * cannot (errno). One that is not there is no trouble. */
bool of_database_file_drop_journal(struct of_str path);

#endif
