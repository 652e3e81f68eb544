#include "base/outfile.h"

#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10)

struct of_outfile {
	struct of_buf path, pending;
	struct of_buf name, temporary; /* in the folder */
	int folder;
	int fd;
	bool begun; /* the temporary file is there */
	bool settled;
	enum of_status status;
	struct of_err err;
};

/* Hidden, and of this process: two writers of one target do not meet. */
static void add_temporary(struct of_buf *out, struct of_str name)
{
	of_buf_add_format(out, ".%ld.", (long)getpid());
	of_buf_add_str(out, name);
}

/* ".PID.BASE" */
static bool is_temporary(struct of_str name, struct of_str base)
{
	size_t at = 1;

	while (at < name.len && of_byte_is_digit(name.ptr[at]))
		at++;
	return at > 1 && of_str_starts(name, STR(".")) &&
	       of_str_starts(of_str_from_offset(name, at), STR(".")) &&
	       of_str_equal(of_str_from_offset(name, at + 1), base);
}

/* Whoever writes one holds its lock, and a kill lets go of that. */
static void remove_left(int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(folder, name, 0);
	close(fd);
}

/* Removes what writers of the same target left when they were killed. */
static void sweep(const struct of_outfile *file)
{
	int fd = openat(file->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (is_temporary(of_str_from(entry->d_name), of_buf_str(&file->name)))
			remove_left(dirfd(folder), entry->d_name);
	if (folder != NULL)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
}

/* Another's sweep may come between the opening and the lock: then once more. */
static bool open_locked(struct of_outfile *file)
{
	struct stat info;

	do {
		if (file->fd >= 0)
			close(file->fd);
		file->fd = openat(file->folder, file->temporary.ptr,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	} while (file->fd >= 0 && flock(file->fd, LOCK_EX) == 0 &&
		 fstat(file->fd, &info) == 0 && info.st_nlink == 0);
	return file->fd >= 0;
}

static enum of_status open_folder(struct of_outfile *file, size_t root, struct of_err *err)
{
	struct of_str path = of_buf_str(&file->path);
	struct of_str folder = of_path_folder(path);

	if (folder.len == 0 && of_str_starts(path, STR("/")))
		folder = STR("/");
	file->folder = of_folder_open_below(folder, root < folder.len ? root : folder.len);
	return file->folder >= 0 ? OF_OK
				 : of_err_set_errno(err, file->path.ptr, "write the file");
}

/* A device or a FIFO would be gone, and a file in its place. */
static enum of_status check_target(const struct of_outfile *file, struct of_err *err)
{
	struct stat info;

	if (fstatat(file->folder, file->name.ptr, &info, 0) != 0 || S_ISREG(info.st_mode))
		return OF_OK;
	of_err_set(err, OF_EIO, "is there and no regular file: name another");
	if (err != NULL)
		of_err_set_path(err, of_buf_str(&file->path));
	return OF_EIO;
}

static enum of_status begin(struct of_outfile *file, size_t root, struct of_err *err)
{
	enum of_status status = of_buf_status(&file->path, err);

	if (status == OF_OK)
		status = of_buf_status(&file->name, err);
	if (status == OF_OK)
		status = of_buf_status(&file->temporary, err);
	if (status == OF_OK)
		status = open_folder(file, root, err);
	if (status == OF_OK)
		status = check_target(file, err);
	if (status != OF_OK)
		return status;
	sweep(file);
	file->begun = open_locked(file);
	return file->begun ? OF_OK : of_err_set_errno(err, file->path.ptr, "write the file");
}

enum of_status of_outfile_new(
	struct of_outfile **file, const char *path, size_t root, struct of_err *err)
{
	struct of_outfile *made = calloc(1, sizeof(*made));
	enum of_status status;

	*file = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->folder = made->fd = -1;
	of_buf_add_text(&made->path, path);
	of_buf_add_str(&made->name, of_path_base(of_str_from(path)));
	add_temporary(&made->temporary, of_buf_str(&made->name));
	status = begin(made, root, err);
	if (status == OF_OK)
		*file = made;
	else
		of_outfile_free(made);
	return status;
}

void of_outfile_free(struct of_outfile *file)
{
	if (file == NULL)
		return;
	if (file->fd >= 0)
		close(file->fd);
	if (file->begun)
		unlinkat(file->folder, file->temporary.ptr, 0);
	if (file->folder >= 0)
		close(file->folder);
	of_buf_finish(&file->path);
	of_buf_finish(&file->name);
	of_buf_finish(&file->temporary);
	of_buf_finish(&file->pending);
	free(file);
}

struct of_buf *of_outfile_buf(struct of_outfile *file)
{
	return &file->pending;
}

static bool write_all(struct of_outfile *file)
{
	struct of_str rest = of_buf_str(&file->pending);

	if (file->status == OF_OK)
		file->status = of_buf_status(&file->pending, &file->err);
	while (rest.len > 0 && file->status == OF_OK) {
		ssize_t put = write(file->fd, rest.ptr, rest.len);

		if (put >= 0)
			rest = of_str_from_offset(rest, (size_t)put);
		else if (errno != EINTR)
			file->status =
				of_err_set_errno(&file->err, file->path.ptr, "write the file");
	}
	of_buf_clear(&file->pending);
	return file->status == OF_OK;
}

bool of_outfile_flush(struct of_outfile *file)
{
	if (file->status != OF_OK)
		return false;
	return file->pending.len < PIECE || write_all(file);
}

void of_outfile_settle(struct of_outfile *file)
{
	if (file->settled)
		return;
	file->settled = true;
	write_all(file);
	if (file->status == OF_OK && fsync(file->fd) != 0)
		file->status = of_err_set_errno(&file->err, file->path.ptr, "write the file");
}

enum of_status of_outfile_commit(struct of_outfile *file, struct of_err *err)
{
	of_outfile_settle(file);
	if (file->status == OF_OK &&
		renameat(file->folder, file->temporary.ptr, file->folder, file->name.ptr) != 0)
		file->status =
			of_err_set_errno(&file->err, file->path.ptr, "put the file there");
	if (file->status == OF_OK)
		file->begun = false;
	else if (err != NULL)
		*err = file->err;
	return file->status;
}

/* Behind the root a link is no folder, wherever it leads. */
static bool make_one(const char *path, bool named)
{
	struct stat info;
	int found;

	if (mkdir(path, 0777) == 0)
		return true;
	if (errno != EEXIST)
		return false;
	found = named ? stat(path, &info) : lstat(path, &info);
	if (found == 0 && S_ISDIR(info.st_mode))
		return true;
	errno = ENOTDIR;
	return false;
}

enum of_status of_folder_make(const char *path, size_t root, struct of_err *err)
{
	struct of_buf folder = {0};
	enum of_status status = OF_OK;

	of_buf_add_text(&folder, path);
	status = of_buf_status(&folder, err);
	for (size_t i = 1; i <= folder.len && status == OF_OK; i++) {
		char byte = folder.ptr[i];

		if (byte != '/' && byte != '\0')
			continue;
		folder.ptr[i] = '\0';
		if (!make_one(folder.ptr, i <= root))
			status = of_err_set_errno(err, folder.ptr, "make the folder");
		folder.ptr[i] = byte;
	}
	of_buf_finish(&folder);
	return status;
}
