#include "base/file.h"

#include "base/below.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define CHUNK ((size_t)4096) /* read at once where no size is known */

static int open_root(struct of_str root)
{
	char name[PATH_MAX];

	if (root.len >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (root.len > 0)
		memcpy(name, root.ptr, root.len);
	memcpy(name + root.len, root.len > 0 ? "" : ".", root.len > 0 ? 1 : 2);
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int of_folder_open_below(struct of_str path, size_t root)
{
	struct of_str rest = of_str_trim_byte(of_str_from_offset(path, root), '/');
	int above = open_root(of_str_slice(path, 0, root));
	int fd;

	if (above < 0 || rest.len == 0)
		return above;
	fd = of_below_open(above, rest, false);
	of_close_quietly(above);
	return fd;
}

/* Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever. */
static int open_regular(
	int folder, const char *path, int follow, struct stat *info, struct of_err *err)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | follow);

	if (fd < 0) {
		of_err_set_errno(err, path, "read it");
		return -1;
	}
	if (fstat(fd, info) != 0) {
		of_err_set_errno(err, path, "look at it");
		close(fd);
		return -1;
	}
	if (!S_ISREG(info->st_mode)) {
		of_err_set(err, OF_EIO, "not a regular file: remove it, or move it elsewhere");
		if (err != NULL)
			of_err_set_path(err, of_str_from(path));
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * Reads to the end of the file or to most bytes. The size that fstat promised
 * saves asking for an end that is already there; a file that grows meanwhile is
 * another file by its mtime, and is read again in the next run.
 */
static enum of_status read_bytes(struct of_buf *out, int fd, size_t most, size_t promised,
	const char *path, struct of_err *err)
{
	size_t start = out->len;
	size_t want = promised < most ? promised : most;

	while (out->len - start < most) {
		size_t had = out->len - start;
		size_t room = want > had ? want - had : CHUNK;
		ssize_t got;

		if (room > most - had)
			room = most - had;
		if (!of_buf_reserve(out, room))
			return of_buf_status(out, err);
		got = read(fd, out->ptr + out->len, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return of_err_set_errno(err, path, "read it");
		out->len += (size_t)got;
		out->ptr[out->len] = '\0';
		if (got == 0 || (want > 0 && had + (size_t)got == want))
			break;
	}
	return of_buf_status(out, err);
}

static enum of_status read_whole(struct of_buf *out, int folder, const char *path, int follow,
	size_t limit, struct stat *info, struct of_err *err)
{
	struct stat own;
	struct stat *seen = info != NULL ? info : &own;
	size_t before = out->len;
	enum of_status status;
	int fd = open_regular(folder, path, follow, seen, err);

	if (fd < 0)
		return OF_EIO;
	if ((uint64_t)seen->st_size > limit) {
		status = of_err_set_at(err, OF_ELIMIT, 1, 1,
			"the file has %llu bytes and the limit is %zu: split it, or keep it "
			"out of the content folders",
			(unsigned long long)seen->st_size, limit);
	} else {
		status = read_bytes(out, fd, limit + 1, (size_t)seen->st_size, path, err);
		if (status == OF_OK && out->len - before > limit)
			status = of_err_set_at(err, OF_ELIMIT, 1, 1,
				"the file grew past %zu bytes while it was read", limit);
	}
	close(fd);
	if (status != OF_OK && err != NULL)
		of_err_set_path(err, of_str_from(path));
	return status;
}

enum of_status of_file_read(struct of_buf *out, int folder, const char *path, size_t limit,
	struct stat *info, struct of_err *err)
{
	return read_whole(out, folder, path, 0, limit, info, err);
}

enum of_status of_file_read_entry(struct of_buf *out, int folder, const char *name,
	size_t limit, struct stat *info, struct of_err *err)
{
	return read_whole(out, folder, name, O_NOFOLLOW, limit, info, err);
}

enum of_status of_file_read_below(
	struct of_buf *out, const char *path, size_t root, size_t limit, struct of_err *err)
{
	struct of_str folder = of_path_folder(of_str_from(path));
	int fd = of_folder_open_below(folder, root < folder.len ? root : folder.len);
	enum of_status status;

	if (fd < 0)
		return of_err_set_errno(err, path, "read it");
	if (err != NULL)
		of_err_set_path(err, of_str_from(path));
	status = read_whole(
		out, fd, of_path_base(of_str_from(path)).ptr, O_NOFOLLOW, limit, NULL, err);
	close(fd);
	return status;
}

enum of_status of_file_read_head(struct of_buf *out, const char *path, size_t root,
	size_t limit, uint64_t *size, struct of_err *err)
{
	struct of_str folder = of_path_folder(of_str_from(path));
	int above = of_folder_open_below(folder, root < folder.len ? root : folder.len);
	struct stat info;
	enum of_status status = OF_EIO;
	int fd = -1;

	if (above < 0)
		return of_err_set_errno(err, path, "read it");
	fd = open_regular(above, of_path_base(of_str_from(path)).ptr, O_NOFOLLOW, &info, err);
	close(above);
	if (fd < 0)
		return status;
	*size = (uint64_t)info.st_size;
	status = read_bytes(out, fd, limit, (size_t)info.st_size, path, err);
	close(fd);
	return status;
}
