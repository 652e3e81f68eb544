#include "base/str.h"
#include "publish/below.h"
#include "publish/compress.h"
#include "publish/staged.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void of_staged_name(char name[OF_STAGED_NAME], const struct of_staged *staged, unsigned slot)
{
	const char *extension = "";

	if (slot < OF_SLOT_DOCUMENT)
		extension = of_copy_kinds[slot - OF_SLOT_OLD_COPY].extension;
	else if (slot > OF_SLOT_DOCUMENT)
		extension = of_copy_kinds[slot - OF_SLOT_NEW_COPY].extension;
	snprintf(name, OF_STAGED_NAME, "%s%s", staged->name.ptr, extension);
}

void of_staged_temporary(
	char name[OF_STAGED_NAME], const struct of_staged *staged, unsigned slot)
{
	snprintf(name, OF_STAGED_NAME, "%llu.%u", staged->number, slot);
}

bool of_staged_has(const struct of_staged *staged, enum of_step step)
{
	for (unsigned i = 0; i < OF_SLOTS; i++)
		if (staged->steps[i] == step)
			return true;
	return false;
}

static bool sync_one(
	const struct of_publisher *p, const struct of_staged *staged, unsigned slot)
{
	char temporary[OF_STAGED_NAME];
	bool good;
	int fd;

	of_staged_temporary(temporary, staged, slot);
	fd = openat(p->stage, temporary, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	good = fd >= 0 && fsync(fd) == 0;
	of_close_quietly(fd);
	return good;
}

enum of_status of_staged_sync(
	const struct of_publisher *p, const struct of_staged *staged, struct of_err *err)
{
	char name[OF_STAGED_NAME];

	for (unsigned i = 0; i < OF_SLOTS; i++) {
		if (staged->steps[i] != OF_STEP_STAGED || sync_one(p, staged, i))
			continue;
		of_staged_name(name, staged, i);
		return of_publisher_fail(p, staged->folder, name, "sync it", err);
	}
	return OF_OK;
}

/* A folder is nobody's old document, and must not be moved away as one. */
static bool is_folder(int folder, const char *name)
{
	struct stat info;

	return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

/*
 * One step, old to new: where there is an old file the two exchange names, so
 * that the old one is still at hand for an undo. Not all file systems can.
 */
static bool place(const struct of_publisher *p, int folder, const char *name,
	const char *temporary, enum of_step *step)
{
	enum of_step taken;

	if (is_folder(folder, name)) {
		errno = EISDIR;
		return false;
	}
	if (renameat2(p->stage, temporary, folder, name, RENAME_EXCHANGE) == 0) {
		*step = OF_STEP_EXCHANGED;
		return true;
	}
	if (errno != ENOENT && errno != EINVAL && errno != ENOSYS)
		return false;
	taken = errno == ENOENT ? OF_STEP_ADDED : OF_STEP_PLACED;
	if (renameat(p->stage, temporary, folder, name) != 0)
		return false;
	*step = taken;
	return true;
}

/* Into the stage, so that it is still at hand for an undo. */
static bool take_away(const struct of_publisher *p, int folder, const char *name,
	const char *temporary, enum of_step *step)
{
	if (is_folder(folder, name))
		return true;
	if (renameat(folder, name, p->stage, temporary) != 0)
		return errno == ENOENT;
	*step = OF_STEP_REMOVED;
	return true;
}

static enum of_status take_step(const struct of_publisher *p, int folder,
	struct of_staged *staged, unsigned slot, struct of_err *err)
{
	char name[OF_STAGED_NAME], temporary[OF_STAGED_NAME];
	enum of_step *step = &staged->steps[slot];
	const char *failed = NULL;

	of_staged_name(name, staged, slot);
	of_staged_temporary(temporary, staged, slot);
	if (*step == OF_STEP_STAGED && !place(p, folder, name, temporary, step))
		failed = "put it in its place";
	else if (*step == OF_STEP_UNWANTED && !take_away(p, folder, name, temporary, step))
		failed = "remove it";
	return failed == NULL ? OF_OK : of_publisher_fail(p, staged->folder, name, failed, err);
}

enum of_status of_staged_commit(
	const struct of_publisher *p, struct of_staged *staged, struct of_err *err)
{
	bool wanted = of_staged_has(staged, OF_STEP_STAGED);
	int folder = of_below_open(p->root, staged->folder, wanted);
	enum of_status status = OF_OK;

	if (folder < 0 && !wanted && errno == ENOENT)
		return OF_OK;
	if (folder < 0)
		return of_publisher_fail(p, staged->folder, staged->name.ptr,
			wanted ? "put it in its place" : "remove it", err);
	for (unsigned i = 0; i < OF_SLOTS && status == OF_OK; i++)
		status = take_step(p, folder, staged, i, err);
	of_close_quietly(folder);
	return status;
}

/*
 * An old copy goes back only beside its document: where the new one is there to
 * stay, it would be of none. A copy of a document that is as it was may stay.
 */
static bool undo_step(
	const struct of_publisher *p, int folder, const struct of_staged *staged, unsigned slot)
{
	char name[OF_STAGED_NAME], temporary[OF_STAGED_NAME];
	bool is_stuck = staged->steps[OF_SLOT_DOCUMENT] == OF_STEP_PLACED;

	of_staged_name(name, staged, slot);
	of_staged_temporary(temporary, staged, slot);
	switch (staged->steps[slot]) {
	case OF_STEP_ADDED:
		return unlinkat(folder, name, 0) == 0;
	case OF_STEP_REMOVED:
		return is_stuck || renameat(p->stage, temporary, folder, name) == 0;
	case OF_STEP_EXCHANGED:
		return renameat2(p->stage, temporary, folder, name, RENAME_EXCHANGE) == 0;
	case OF_STEP_PLACED:
		return slot != OF_SLOT_DOCUMENT;
	default:
		return true;
	}
}

bool of_staged_undo(const struct of_publisher *p, const struct of_staged *staged)
{
	bool begun = false;
	bool good = true;
	int folder;

	for (unsigned i = 0; i < OF_SLOTS; i++)
		begun |= staged->steps[i] != OF_STEP_NONE &&
			 staged->steps[i] != OF_STEP_STAGED &&
			 staged->steps[i] != OF_STEP_UNWANTED;
	if (!begun)
		return true;
	folder = of_below_open(p->root, staged->folder, false);
	for (unsigned i = OF_SLOTS; folder >= 0 && i-- > 0;)
		good = undo_step(p, folder, staged, i) && good;
	of_close_quietly(folder);
	return good && folder >= 0;
}
