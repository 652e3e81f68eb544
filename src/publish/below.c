#include "publish/below.h"

#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 32768

/* Makes a folder and those above it, as mkdir -p does. */
static bool make_path(const char *path)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return false;
		part[i] = path[i];
	}
	return true;
}

int of_output_open(const char *output, bool make)
{
	if (make && !make_path(output))
		return -1;
	return open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void of_below_remove_empty(int root, struct of_str folder)
{
	char name[NAME_MAX + 1];

	while (folder.len > 0) {
		size_t slash = of_str_find_last_byte(folder, '/');
		struct of_str above = {NULL, 0};
		struct of_str last = folder;
		bool removed;
		int fd;

		if (slash != OF_NPOS) {
			above = of_str_slice(folder, 0, slash);
			last = of_str_from_offset(folder, slash + 1);
		}
		if (last.len >= sizeof(name))
			return;
		memcpy(name, last.ptr, last.len);
		name[last.len] = '\0';
		fd = of_below_open(root, above, false);
		removed = fd >= 0 && unlinkat(fd, name, AT_REMOVEDIR) == 0;
		of_close_quietly(fd);
		if (!removed)
			return;
		folder = above;
	}
}

static bool read_equals(int fd, struct of_str bytes)
{
	char chunk[CHUNK];
	size_t at = 0;

	while (at < bytes.len) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || (size_t)got > bytes.len - at ||
			memcmp(chunk, bytes.ptr + at, (size_t)got) != 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

bool of_below_has_bytes(int folder, const char *name, struct of_str bytes)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	bool equal;

	if (fd < 0)
		return false;
	equal = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
		(size_t)info.st_size == bytes.len && read_equals(fd, bytes);
	of_close_quietly(fd);
	return equal;
}

static bool write_all(int fd, struct of_str bytes)
{
	size_t at = 0;

	while (at < bytes.len) {
		ssize_t put = write(fd, bytes.ptr + at, bytes.len - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += (size_t)put;
	}
	return true;
}

bool of_below_write(int folder, const char *name, struct of_str bytes)
{
	int fd = openat(
		folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	bool good;
	int failure;

	if (fd < 0)
		return false;
	good = write_all(fd, bytes);
	failure = errno;
	if (close(fd) != 0 && good) {
		failure = errno;
		good = false;
	}
	if (!good)
		unlinkat(folder, name, 0);
	errno = failure;
	return good;
}
