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

int of_below_open(int root, struct of_str folder, bool make)
{
	int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	char name[NAME_MAX + 1];

	if (folder.len == 0)
		return fd;
	while (fd >= 0 && folder.ptr != NULL) {
		struct of_str segment = of_str_split(&folder, '/');
		int below = -1;

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

/* Where the kernel cannot do it in one step, may not, or was disturbed by a rename. */
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
	struct open_how how = {.flags = READ_ANY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	long fd = syscall(SYS_openat2, root, path.ptr, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		return open_by_steps(root, path);
	return (int)fd;
}
