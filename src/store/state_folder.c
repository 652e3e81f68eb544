#include "store/state_folder.h"

#include "base/err.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <outfeed/buf.h>
#include <sys/stat.h>
#include <unistd.h>

/* name is absent for the folder itself. */
static enum of_status refuse_link(const char *folder, struct of_str name, struct of_err *err)
{
	struct of_buf path = {0};

	of_err_set(err, OF_EIO,
		"a symbolic link, and the saved state goes through none: remove it");
	of_buf_add_text(&path, folder);
	if (name.len > 0)
		of_buf_add_byte(&path, '/');
	of_buf_add_str(&path, name);
	if (err != NULL && path.status == OF_OK)
		of_err_set_path(err, of_buf_str(&path));
	of_buf_finish(&path);
	return OF_EIO;
}

static enum of_status look_for_links(DIR *stream, const char *folder, struct of_err *err)
{
	const struct dirent *entry;
	struct stat info;

	/* an entry that is gone by now is none that could be opened */
	while ((entry = readdir(stream)) != NULL)
		if (fstatat(dirfd(stream), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISLNK(info.st_mode))
			return refuse_link(folder, of_str_from(entry->d_name), err);
	return OF_OK;
}

enum of_status of_state_folder_make(const char *folder, struct of_err *err)
{
	enum of_status status;
	struct stat info;
	DIR *stream = NULL;
	int fd;

	if (mkdir(folder, 0777) == 0)
		return OF_OK;
	if (errno != EEXIST)
		return of_err_set_errno(err, folder, "make the folder of the saved state");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		stream = fdopendir(fd);
	if (stream == NULL && (errno == ELOOP || errno == ENOTDIR) &&
		lstat(folder, &info) == 0 && S_ISLNK(info.st_mode))
		return refuse_link(folder, (struct of_str){NULL, 0}, err);
	if (stream == NULL) {
		status = of_err_set_errno(err, folder, "open the folder of the saved state");
		if (fd >= 0)
			close(fd);
		return status;
	}
	status = look_for_links(stream, folder, err);
	closedir(stream);
	return status;
}
