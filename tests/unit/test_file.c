/* Reading below a root: no link behind it is followed, those in it are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(4, write(fd, "text", 4));
	close(fd);
}

/* real/sub/file, link -> real, real/in -> sub, real/sub/alias -> file */
static int set_up(void **state)
{
	static char folder[] = "/tmp/outfeed-file-XXXXXX";

	if (*folder == '\0' || mkdtemp(folder) == NULL || chdir(folder) != 0)
		return 1;
	*state = folder;
	if (mkdir("real", 0755) != 0 || mkdir("real/sub", 0755) != 0 ||
		symlink("real", "link") != 0 || symlink("sub", "real/in") != 0 ||
		symlink("file", "real/sub/alias") != 0 || mkfifo("real/sub/fifo", 0644) != 0)
		return 1;
	put("real/sub/file");
	return 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = {
		"real/sub/alias", "real/sub/fifo", "real/sub/file", "real/in", "link"};
	const char *folder = *state;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (unlink(files[i]) != 0)
			return 1;
	return rmdir("real/sub") != 0 || rmdir("real") != 0 || rmdir(folder) != 0;
}

static const struct row {
	const char *path;
	size_t root;
	int failure; /* 0 for none */
} rows[] = {
	{"real/sub/file", 0, 0},
	{"real/sub/file", 4, 0},
	{"real/sub/file", 8, 0},
	{"real//sub///file", 4, 0},
	{"link/sub/file", 4, 0},
	{"link/sub/file", OF_NPOS, 0},
	{"link/sub/file", 0, ENOTDIR},
	{"real/in/file", 7, 0},
	{"real/in/file", 4, ENOTDIR},
	{"real/sub/alias", 8, ELOOP},
	{"real/sub/alias", OF_NPOS, ELOOP},
	{"real/sub/none", 4, ENOENT},
	{"real/none/file", 4, ENOENT},
	{"real/sub/file/file", 4, ENOTDIR},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct of_buf whole = {0}, head = {0};
		struct of_err err = {0};
		uint64_t size = 0;
		enum of_status want = rows[i].failure == 0 ? OF_OK : OF_EIO;

		if (of_file_read_below(&whole, rows[i].path, rows[i].root, 100, &err) != want ||
			(want != OF_OK && err.sys_errno != rows[i].failure))
			fail_msg("row %zu: %s", i, err.message);
		assert_int_equal(want,
			of_file_read_head(&head, rows[i].path, rows[i].root, 2, &size, &err));
		assert_int_equal(want == OF_OK ? 4 : 0, whole.len);
		assert_int_equal(want == OF_OK ? 2 : 0, head.len);
		assert_int_equal(want == OF_OK ? 4 : 0, size);
		of_buf_finish(&whole);
		of_buf_finish(&head);
	}
}

static void test_no_file(void **state)
{
	struct of_buf out = {0};
	struct of_err err = {0};

	(void)state;
	assert_int_equal(OF_EIO, of_file_read_below(&out, "real/sub/fifo", 4, 100, &err));
	assert_int_equal(OF_EIO, of_file_read_below(&out, "real/sub", 4, 100, &err));
	assert_int_equal(OF_ELIMIT, of_file_read_below(&out, "real/sub/file", 4, 3, &err));
	assert_int_equal(-1, of_folder_open_below(STR("real/in"), 4));
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
