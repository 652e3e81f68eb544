#include "store/database_file.h"

#include "base/err.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <outfeed/buf.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL "-journal"
#define MOST_ASIDE 1000 /* damaged files that are kept side by side */

static const char *const suffixes[] = {"", JOURNAL, "-wal", "-shm"};

static enum of_status look_at(struct of_str path, const char *suffix, struct of_err *err)
{
	struct of_buf name = {0};
	enum of_status status;
	struct stat info;

	of_buf_add_str(&name, path);
	of_buf_add_text(&name, suffix);
	status = of_buf_status(&name, err);
	if (status == OF_OK && lstat(name.ptr, &info) == 0 &&
		(!S_ISREG(info.st_mode) || info.st_nlink > 1)) {
		status = of_err_set(err, OF_EIO,
			S_ISREG(info.st_mode)
				? "another file as well, by a hard link, which would be "
				  "written with it: put a copy in its place"
				: "no regular file, which what is kept of runs must be: "
				  "remove it");
		if (err != NULL)
			of_err_set_path(err, of_buf_str(&name));
	}
	of_buf_finish(&name);
	return status;
}

static uint32_t read_big(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/*
 * The file format's section 3: a journal that belongs to others ends with the length
 * of a name, its sum, and the eight bytes that journals begin with.
 */
static bool names_another(int fd)
{
	static const unsigned char magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
	unsigned char end[16];
	struct stat info;
	uint32_t length;

	if (fstat(fd, &info) != 0 || info.st_size < (off_t)sizeof(end) ||
		pread(fd, end, sizeof(end), info.st_size - (off_t)sizeof(end)) !=
			(ssize_t)sizeof(end))
		return false;
	length = read_big(end);
	return memcmp(end + 8, magic, sizeof(magic)) == 0 && length > 0 &&
	       (off_t)length <= info.st_size - (off_t)sizeof(end);
}

enum of_status of_database_file_look(struct of_str path, bool *forged, struct of_err *err)
{
	struct of_buf journal = {0};
	enum of_status status = OF_OK;
	int fd;

	*forged = false;
	for (size_t i = 0; status == OF_OK && i < sizeof(suffixes) / sizeof(*suffixes); i++)
		status = look_at(path, suffixes[i], err);
	if (status != OF_OK)
		return status;
	of_buf_add_str(&journal, path);
	of_buf_add_text(&journal, JOURNAL);
	status = of_buf_status(&journal, err);
	if (status == OF_OK) {
		/* what cannot be read cannot be played back either */
		fd = open(journal.ptr, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0) {
			*forged = names_another(fd);
			close(fd);
		}
	}
	of_buf_finish(&journal);
	return status;
}

/* Whether a file may be renamed to this. */
static bool is_free(const char *path, bool replace)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return errno == ENOENT;
	return replace && !S_ISDIR(info.st_mode);
}

void of_database_file_name_aside(struct of_buf *aside, struct of_str path, bool replace)
{
	for (unsigned i = 1; i < MOST_ASIDE; i++) {
		of_buf_clear(aside);
		of_buf_add_str(aside, path);
		of_buf_add_text(aside, ".corrupt");
		if (i > 1)
			of_buf_add_format(aside, ".%u", i);
		if (aside->status != OF_OK || is_free(aside->ptr, replace))
			return;
	}
}

bool of_database_file_drop_journal(struct of_str path)
{
	struct of_buf from = {0}, aside = {0};
	bool gone;

	of_buf_add_str(&from, path);
	of_buf_add_text(&from, JOURNAL);
	of_buf_add_str(&aside, path);
	of_buf_add_text(&aside, JOURNAL ".corrupt");
	gone = from.status == OF_OK && aside.status == OF_OK &&
	       (rename(from.ptr, aside.ptr) == 0 || errno == ENOENT);
	of_buf_finish(&from);
	of_buf_finish(&aside);
	return gone;
}
