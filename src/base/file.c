#include "base/file.h"

#include "base/err.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK ((size_t)4096) /* read at once where no size is known */

/* Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever. */
static int open_regular(int folder, const char *path, struct stat *info, struct of_err *err)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

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

enum of_status of_file_read(struct of_buf *out, int folder, const char *path, size_t limit,
	struct stat *info, struct of_err *err)
{
	struct stat own;
	struct stat *seen = info != NULL ? info : &own;
	size_t before = out->len;
	enum of_status status;
	int fd = open_regular(folder, path, seen, err);

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

enum of_status of_file_read_head(
	struct of_buf *out, const char *path, size_t limit, uint64_t *size, struct of_err *err)
{
	struct stat info;
	enum of_status status;
	int fd = open_regular(AT_FDCWD, path, &info, err);

	if (fd < 0)
		return OF_EIO;
	*size = (uint64_t)info.st_size;
	status = read_bytes(out, fd, limit, (size_t)info.st_size, path, err);
	close(fd);
	return status;
}
