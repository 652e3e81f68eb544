#include "base/outfile.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

/* Hidden, and of this process: two writers of one target do not meet. */
static void add_temporary(struct of_buf *out, struct of_str path)
{
	of_path_join(out, of_path_folder(path), STR(""));
	if (of_str_starts(path, STR("/")) && of_path_folder(path).len == 0)
		of_buf_add_byte(out, '/');
	of_buf_add_format(out, ".%ld.", (long)getpid());
	of_buf_add_str(out, of_path_base(path));
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
		made->fd = open(made->temporary.ptr,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
		made->begun = made->fd >= 0;
		if (made->fd < 0)
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
