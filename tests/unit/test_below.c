#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/below.h"
#include "base/str.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What openat2() says where the kernel has none: 0 to ask the kernel. */
static int openat2_fails;

/* In the place of libc's, for all that is linked into this program. */
long syscall(long number, ...)
{
	long (*real)(long, long, long, long, long);
	long given[4];
	va_list list;

	va_start(list, number);
	for (size_t i = 0; i < COUNT(given); i++)
		given[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_openat2 && openat2_fails != 0) {
		errno = openat2_fails;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, given[0], given[1], given[2], given[3]);
}

struct place {
	char path[64];
	int root;
};

static void write_file(int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, name, strlen(name)), strlen(name));
	close(fd);
}

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->path, sizeof(place->path), "/tmp/outfeed-below-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->root = open(place->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(place->root >= 0);
	assert_int_equal(mkdirat(place->root, "a", 0777), 0);
	assert_int_equal(mkdirat(place->root, "a/b", 0777), 0);
	write_file(place->root, "file");
	write_file(place->root, "a/b/file");
	assert_int_equal(symlinkat("file", place->root, "link"), 0);
	assert_int_equal(symlinkat("/etc", place->root, "etc"), 0);
	assert_int_equal(symlinkat("..", place->root, "a/up"), 0);
	assert_int_equal(mkfifoat(place->root, "fifo", 0666), 0);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	static const char *const names[] = {
		"fifo", "a/up", "etc", "link", "a/b/file", "file", "a/b", "a"};
	struct place *place = *state;

	for (size_t i = 0; i < COUNT(names); i++)
		unlinkat(place->root, names[i], i >= COUNT(names) - 2 ? AT_REMOVEDIR : 0);
	close(place->root);
	rmdir(place->path);
	free(place);
	return 0;
}

static void check_all(const struct place *place)
{
	static const struct {
		const char *path;
		bool opens;
	} rows[] = {
		{"file", true},
		{"a/b/file", true},
		{"a", true},
		{"a/b", true},
		{"fifo", true}, /* and is not waited for */
		{"nothing", false},
		{"a/nothing", false},
		{"file/x", false},
		{"link", false},
		{"etc/passwd", false},
		{"etc", false},
		{"a/up/file", false},
		{"a/up", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = of_below_open_any(place->root, of_str_from(rows[i].path));

		if ((fd >= 0) != rows[i].opens)
			fail_msg("%s: %s", rows[i].path, fd >= 0 ? "opened" : strerror(errno));
		of_close_quietly(fd);
	}
}

static void test_open_any(void **state)
{
	openat2_fails = 0;
	check_all(*state);
}

static void test_open_any_by_steps(void **state)
{
	static const int failures[] = {ENOSYS, EPERM, EAGAIN};

	for (size_t i = 0; i < COUNT(failures); i++) {
		openat2_fails = failures[i];
		check_all(*state);
	}
	/* what the kernel said of the file itself stands */
	openat2_fails = ENOENT;
	assert_int_equal(of_below_open_any(((struct place *)*state)->root, STR("file")), -1);
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_any), cmocka_unit_test(test_open_any_by_steps)};

	return cmocka_run_group_tests(tests, make_place, remove_place);
}
