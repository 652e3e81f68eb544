#include "base/below.h"

#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_ANY (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

void of_close_quietly(int fd)
{
	int failure = errno;

	if (fd >= 0)
		close(fd);
	errno = failure;
}

static long open_at_once(int root, const char *path, uint64_t flags)
{
	struct open_how how = {.flags = flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

	return syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Whether the kernel cannot do it in one step, may not, or was disturbed by a rename. */
static bool goes_by_steps(int failure)
{
	return failure == ENOSYS || failure == EPERM || failure == EAGAIN;
}

/* By steps a tree of folders in folders takes time by the square of its depth. */
static int open_folder_at_once(int root, struct of_str folder)
{
	char path[PATH_MAX];
	int fd;

	if (folder.len >= sizeof(path)) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(path, folder.ptr, folder.len);
	path[folder.len] = '\0';
	fd = (int)open_at_once(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* a link, which step by step is no folder */
	if (fd < 0 && errno == ELOOP)
		errno = ENOTDIR;
	return fd;
}

static int open_folder_by_steps(int root, struct of_str folder, bool make)
{
	int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	char name[NAME_MAX + 1];

	while (fd >= 0 && folder.len > 0) {
		struct of_str segment = of_str_split(&folder, '/');
		int below = -1;

		if (segment.len == 0)
			continue;
		if (segment.len >= sizeof(name)) {
			errno = ENAMETOOLONG;
		} else {
			memcpy(name, segment.ptr, segment.len);
			name[segment.len] = '\0';
			if (!make || mkdirat(fd, name, 0777) == 0 || errno == EEXIST)
				below = openat(fd, name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		of_close_quietly(fd);
		fd = below;
	}
	return fd;
}

int of_below_open(int root, struct of_str folder, bool make)
{
	int fd = -1;

	if (make || folder.len == 0)
		return open_folder_by_steps(root, folder, make);
	fd = open_folder_at_once(root, folder);
	if (fd < 0 && goes_by_steps(errno))
		fd = open_folder_by_steps(root, folder, false);
	return fd;
}

static int open_by_steps(int root, struct of_str path)
{
	size_t slash = of_str_find_last_byte(path, '/');
	struct of_str folder = {NULL, 0};
	const char *name = path.ptr;
	int above, fd;

	if (slash != OF_NPOS) {
		folder = of_str_slice(path, 0, slash);
		name = path.ptr + slash + 1;
	}
	above = of_below_open(root, folder, false);
	fd = above >= 0 ? openat(above, name, READ_ANY) : -1;
	of_close_quietly(above);
	return fd;
}

int of_below_open_any(int root, struct of_str path)
{
	long fd = open_at_once(root, path.ptr, READ_ANY);

	if (fd < 0 && goes_by_steps(errno))
		return open_by_steps(root, path);
	return (int)fd;
}
