#include "base/outfile.h"

#include "base/err.h"
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
	struct of_buf path, temporary, pending;
	int fd;
	bool begun; /* the temporary file is there */
	bool settled;
	enum of_status status;
	struct of_err err;
};

static void add_folder(struct of_buf *out, struct of_str path)
{
	of_path_join(out, of_path_folder(path), STR(""));
	if (of_str_starts(path, STR("/")) && of_path_folder(path).len == 0)
		of_buf_add_byte(out, '/');
}

/* Hidden, and of this process: two writers of one target do not meet. */
static void add_temporary(struct of_buf *out, struct of_str path)
{
	add_folder(out, path);
	of_buf_add_format(out, ".%ld.", (long)getpid());
	of_buf_add_str(out, of_path_base(path));
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
static void sweep(struct of_str path)
{
	struct of_buf name = {0};
	struct dirent *entry;
	DIR *folder = NULL;

	add_folder(&name, path);
	if (name.status == OF_OK)
		folder = opendir(name.len > 0 ? name.ptr : ".");
	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (is_temporary(of_str_from(entry->d_name), of_path_base(path)))
			remove_left(dirfd(folder), entry->d_name);
	if (folder != NULL)
		closedir(folder);
	of_buf_finish(&name);
}

/* Another's sweep may come between the opening and the lock: then once more. */
static bool open_locked(struct of_outfile *file)
{
	struct stat info;

	do {
		if (file->fd >= 0)
			close(file->fd);
		file->fd = open(file->temporary.ptr,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	} while (file->fd >= 0 && flock(file->fd, LOCK_EX) == 0 &&
		 fstat(file->fd, &info) == 0 && info.st_nlink == 0);
	return file->fd >= 0;
}

enum of_status of_outfile_new(struct of_outfile **file, const char *path, struct of_err *err)
{
	struct of_outfile *made = calloc(1, sizeof(*made));
	enum of_status status;

	*file = NULL;
	if (made == NULL)
		return of_err_set_nomem(err);
	made->fd = -1;
	of_buf_add_text(&made->path, path);
	add_temporary(&made->temporary, of_str_from(path));
	status = of_buf_status(&made->path, err);
	if (status == OF_OK)
		status = of_buf_status(&made->temporary, err);
	if (status == OF_OK) {
		sweep(of_str_from(path));
		made->begun = open_locked(made);
		if (!made->begun)
			status = of_err_set_errno(err, path, "write the file");
	}
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
		unlink(file->temporary.ptr);
	of_buf_finish(&file->path);
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
	if (file->status == OF_OK && rename(file->temporary.ptr, file->path.ptr) != 0)
		file->status =
			of_err_set_errno(&file->err, file->path.ptr, "put the file there");
	if (file->status == OF_OK)
		file->begun = false;
	else if (err != NULL)
		*err = file->err;
	return file->status;
}

static bool make_one(const char *path)
{
	struct stat info;

	if (mkdir(path, 0777) == 0)
		return true;
	if (errno != EEXIST)
		return false;
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return true;
	errno = ENOTDIR;
	return false;
}

enum of_status of_folder_make(const char *path, struct of_err *err)
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
		if (!make_one(folder.ptr))
			status = of_err_set_errno(err, folder.ptr, "make the folder");
		folder.ptr[i] = byte;
	}
	of_buf_finish(&folder);
	return status;
}
