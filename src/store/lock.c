/* One run at a time for a site (SPEC section 7). */
#include "store/store.h"

#include "base/path.h"
#include "base/str.h"
#include "store/state_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 50000000L /* between two tries */

/* The lock is the open file's: the system gives it back however the run ends. */
struct of_lock {
	int fd;
};

/* Who holds it, as the holder wrote it; an empty text when nobody did. */
static void read_holder(int fd, char *holder, size_t size)
{
	ssize_t got = pread(fd, holder, size - 1, 0);

	holder[got > 0 ? got : 0] = '\0';
	for (char *c = holder; *c != '\0'; c++)
		if (*c == '\n')
			*c = '\0';
}

static void write_holder(int fd)
{
	char holder[64];
	int len = snprintf(holder, sizeof(holder), "process %ld\n", (long)getpid());

	/* words for others; the lock holds without them */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, holder, (size_t)len, 0) != len)
		return;
}

static enum of_status wait_for(int fd, const char *path, unsigned seconds, struct of_err *err)
{
	const struct timespec pause = {0, LOOK_NS};
	unsigned long tries = (unsigned long)seconds * (1000000000UL / LOOK_NS);
	char holder[64];

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return of_err_set_errno(err, path, "lock it");
		if (tries-- == 0) {
			read_holder(fd, holder, sizeof(holder));
			of_err_set(err, OF_EBUSY,
				"another outfeed works on this site (%s): wait for it to end",
				holder[0] != '\0' ? holder : "unknown");
			if (err != NULL)
				of_err_set_path(err, of_str_from(path));
			return OF_EBUSY;
		}
		nanosleep(&pause, NULL);
	}
	write_holder(fd);
	return OF_OK;
}

/* It is written, and so would be what else has the file under a name of its own. */
static bool has_other_names(int fd)
{
	struct stat info;

	return fstat(fd, &info) != 0 || info.st_nlink > 1;
}

static enum of_status refuse_names(const char *path, struct of_err *err)
{
	of_err_set(err, OF_EIO,
		"the lock is another file as well, by a hard link, and is not written: remove "
		"it");
	if (err != NULL)
		of_err_set_path(err, of_str_from(path));
	return OF_EIO;
}

enum of_status of_lock_take(struct of_lock **lock, const char *folder, const char *name,
	unsigned seconds, struct of_err *err)
{
	struct of_buf path = {0};
	struct of_lock *made = calloc(1, sizeof(*made));
	enum of_status status;

	*lock = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->fd = -1;
	of_path_join(&path, of_str_from(folder), of_str_from(name));
	status = of_buf_status(&path, err);
	if (status == OF_OK)
		status = of_state_folder_make(folder, err);
	if (status == OF_OK) {
		made->fd = open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (made->fd < 0)
			status = of_err_set_errno(err, path.ptr, "open the lock");
		else if (has_other_names(made->fd))
			status = refuse_names(path.ptr, err);
		else
			status = wait_for(made->fd, path.ptr, seconds, err);
	}
	of_buf_finish(&path);
	if (status == OF_OK)
		*lock = made;
	else
		of_lock_release(made);
	return status;
}

enum of_status of_lock_take_folder(
	struct of_lock **lock, const char *folder, unsigned seconds, struct of_err *err)
{
	struct of_lock *made = calloc(1, sizeof(*made));
	enum of_status status;

	*lock = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	status = made->fd < 0 ? of_err_set_errno(err, folder, "lock it")
			      : wait_for(made->fd, folder, seconds, err);
	if (status == OF_OK)
		*lock = made;
	else
		of_lock_release(made);
	return status;
}

void of_lock_release(struct of_lock *lock)
{
	if (lock == NULL)
		return;
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock);
}
