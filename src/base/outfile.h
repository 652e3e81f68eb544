/*
 * A file that is written in pieces and appears whole: reports, patches, tables
 * of any length.
 *
 * Writing never returns an error: the first failure is kept, later writes do
 * nothing, and of_outfile_commit() reports it. Not thread-safe.
 */
#ifndef OF_BASE_OUTFILE_H
#define OF_BASE_OUTFILE_H

#include <outfeed/buf.h>
#include <outfeed/err.h>

struct of_outfile;

/*
 * Begins a file beside its target, which stays as it is until the commit. The
 * folder must be there, and is held: who puts a link in its place changes nothing.
 * The first `root` bytes of the path lead where they lead, what is behind them goes
 * through no link (base/file.h); OF_NPOS where all of it is named. What writers of
 * this target left there when they were killed is removed. OF_EIO when it cannot be
 * written, or when the target is a device, a FIFO or a folder.
 */
OF_MUST_CHECK enum of_status of_outfile_new(
	struct of_outfile **file, const char *path, size_t root, struct of_err *err);
/* Removes what was not committed. Accepts NULL. */
void of_outfile_free(struct of_outfile *file);

/*
 * A buffer to append to. What it holds goes to the file when of_outfile_flush()
 * finds enough of it, so whoever appends much calls that now and then.
 */
struct of_buf *of_outfile_buf(struct of_outfile *file);
/* False once something has failed: there is no use in going on. */
bool of_outfile_flush(struct of_outfile *file);
/* Writes the rest and has the disk keep it; a failure is kept. On any thread: of several
 * files, each can wait for the disk at the same time. */
void of_outfile_settle(struct of_outfile *file);
/* Settles it, unless that is done, and puts it in the target's place. */
OF_MUST_CHECK enum of_status of_outfile_commit(struct of_outfile *file, struct of_err *err);

/* Makes a folder and those above it; one that is there is well, and so is a link to one
 * within the first `root` bytes.
 */
OF_MUST_CHECK enum of_status of_folder_make(const char *path, size_t root, struct of_err *err);

#endif
