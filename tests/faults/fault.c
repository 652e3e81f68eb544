/*
 * Preloaded by contrib/faults.py, contrib/faultmatrix.py and contrib/kills.py: the
 * call of a function that was asked for fails, or is the last thing that the
 * program does. Here are files; fault_memory.c, fault_net.c and fault_libraries.c
 * hold the rest.
 *
 * OUTFEED_FAULT  FUNCTION:N:ACT, ACT being a number of errno, "short" (half is
 *                written or read) or "kill" (SIGKILL, before the call is made);
 *                with N+ for N, that call and all after it
 * OUTFEED_FAULT_LOG  a file: "fired", or how often each function was called
 *
 * Functions that do one thing (open, open64, openat …) have one name and one
 * count. Standard streams are nobody's documents and left alone. What glibc
 * calls inside itself cannot be reached, hence the functions of stdio.
 */
#define _GNU_SOURCE
#include "fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME(function) #function,
static const char *const names[N_FUNCTIONS] = {FUNCTIONS(NAME)};
#undef NAME

static int wanted = N_FUNCTIONS; /* of enum function */
static long number;
static int error;
static enum act act;
static _Bool lasting;
static _Bool fired;
static const char *log_path;
static atomic_long counts[N_FUNCTIONS];

/* By system calls: the functions are this file's own. */
static void say(const char *text, size_t len)
{
	long fd;

	if (log_path == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0)
		return;
	syscall(SYS_write, fd, text, len);
	syscall(SYS_close, fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *plan = getenv("OUTFEED_FAULT");
	char *rest;

	log_path = getenv("OUTFEED_FAULT_LOG");
	if (plan == NULL)
		return;
	for (int i = 0; i < N_FUNCTIONS; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(plan, names[i], len) != 0 || plan[len] != ':')
			continue;
		number = strtol(plan + len + 1, &rest, 10);
		lasting = *rest == '+';
		rest += lasting ? 2 : 1;
		act = strcmp(rest, "short") == 0  ? SHORT
		      : strcmp(rest, "kill") == 0 ? KILL
						  : FAIL;
		error = act == FAIL ? (int)strtol(rest, NULL, 10) : 0;
		wanted = i;
	}
	/* what was called before is not the program's */
	for (int i = 0; i < N_FUNCTIONS; i++)
		atomic_store(&counts[i], 0);
}

__attribute__((destructor)) static void end(void)
{
	char text[64];

	for (int i = 0; i < N_FUNCTIONS; i++)
		say(text, (size_t)snprintf(text, sizeof(text), "%s %ld\n", names[i],
				  atomic_load(&counts[i])));
}

/* Whether this call is to fail (errno is set then) or to fall short. */
_Bool fault_is_due(enum function function)
{
	long count = atomic_fetch_add(&counts[function], 1) + 1;

	if ((int)function != wanted || !(lasting ? count >= number : count == number))
		return 0;
	if (!fired)
		say("fired\n", 6);
	fired = 1;
	if (act == KILL)
		kill(getpid(), SIGKILL);
	errno = error;
	return 1;
}

enum act fault_act(void)
{
	return act;
}

int fault_number(void)
{
	return error;
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define DEFINE_OPEN(function)                                                          \
	int function(const char *path, int flags, ...)                                 \
	{                                                                              \
		va_list args;                                                          \
		mode_t mode;                                                           \
                                                                                       \
		va_start(args, flags);                                                 \
		mode = mode_of(flags, args);                                           \
		va_end(args);                                                          \
		return fault_is_due(AT_open) ? -1 : REAL(function)(path, flags, mode); \
	}
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_OPENAT(function)                                                                \
	int function(int folder, const char *path, int flags, ...)                             \
	{                                                                                      \
		va_list args;                                                                  \
		mode_t mode;                                                                   \
                                                                                               \
		va_start(args, flags);                                                         \
		mode = mode_of(flags, args);                                                   \
		va_end(args);                                                                  \
		return fault_is_due(AT_open) ? -1 : REAL(function)(folder, path, flags, mode); \
	}
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

#define DEFINE_FOPEN(function)                                                    \
	FILE *function(const char *path, const char *mode)                        \
	{                                                                         \
		return fault_is_due(AT_open) ? NULL : REAL(function)(path, mode); \
	}
DEFINE_FOPEN(fopen)
DEFINE_FOPEN(fopen64)

static size_t cut(_Bool due, size_t len)
{
	return due && act == SHORT ? len / 2 : len;
}

ssize_t read(int fd, void *bytes, size_t len)
{
	_Bool due = fault_is_due(AT_read);

	return due && act == FAIL ? -1 : REAL(read)(fd, bytes, due && len > 1 ? len / 2 : len);
}

#define DEFINE_PREAD(function, offset_type)                                                   \
	ssize_t function(int fd, void *bytes, size_t len, offset_type offset)                 \
	{                                                                                     \
		_Bool due = fault_is_due(AT_read);                                            \
                                                                                              \
		return due && act == FAIL ? -1                                                \
					  : REAL(function)(fd, bytes, cut(due, len), offset); \
	}
DEFINE_PREAD(pread, off_t)
DEFINE_PREAD(pread64, off64_t)

ssize_t write(int fd, const void *bytes, size_t len)
{
	_Bool due = fd > STDERR_FILENO && fault_is_due(AT_write);

	return due && act == FAIL ? -1 : REAL(write)(fd, bytes, cut(due, len));
}

#define DEFINE_PWRITE(function, offset_type)                                                  \
	ssize_t function(int fd, const void *bytes, size_t len, offset_type offset)           \
	{                                                                                     \
		_Bool due = fault_is_due(AT_write);                                           \
                                                                                              \
		return due && act == FAIL ? -1                                                \
					  : REAL(function)(fd, bytes, cut(due, len), offset); \
	}
DEFINE_PWRITE(pwrite, off_t)
DEFINE_PWRITE(pwrite64, off64_t)

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file)
{
	if (fileno(file) > STDERR_FILENO && fault_is_due(AT_write))
		return act == FAIL ? 0 : REAL(fwrite)(bytes, size, count / 2, file);
	return REAL(fwrite)(bytes, size, count, file);
}

int fflush(FILE *file)
{
	if (file != NULL && fileno(file) > STDERR_FILENO && fault_is_due(AT_write) &&
		act == FAIL)
		return EOF;
	return REAL(fflush)(file);
}

int fclose(FILE *file)
{
	_Bool due = fileno(file) > STDERR_FILENO && fault_is_due(AT_close);
	int failure = errno;
	int result = REAL(fclose)(file);

	if (due)
		errno = failure;
	return due ? EOF : result;
}

/* A descriptor that could not be closed is gone nevertheless. */
int close(int fd)
{
	_Bool due = fault_is_due(AT_close);
	int failure = errno;
	int result = REAL(close)(fd);

	if (due)
		errno = failure;
	return due ? -1 : result;
}

DEFINE(fsync, fsync, int, -1, (int fd), fd)
DEFINE(fdatasync, fsync, int, -1, (int fd), fd)
DEFINE(syncfs, fsync, int, -1, (int fd), fd)
DEFINE(rename, rename, int, -1, (const char *from, const char *to), from, to)
DEFINE(renameat, rename, int, -1, (int a, const char *from, int b, const char *to), a, from, b,
	to)
DEFINE(renameat2, exchange, int, -1,
	(int a, const char *from, int b, const char *to, unsigned flags), a, from, b, to, flags)
DEFINE(mkdir, mkdir, int, -1, (const char *path, mode_t mode), path, mode)
DEFINE(mkdirat, mkdir, int, -1, (int fd, const char *path, mode_t mode), fd, path, mode)
DEFINE(unlink, unlink, int, -1, (const char *path), path)
DEFINE(rmdir, unlink, int, -1, (const char *path), path)
DEFINE(unlinkat, unlink, int, -1, (int fd, const char *path, int flags), fd, path, flags)
DEFINE(stat, stat, int, -1, (const char *path, struct stat *info), path, info)
DEFINE(stat64, stat, int, -1, (const char *path, struct stat64 *info), path, info)
DEFINE(lstat, stat, int, -1, (const char *path, struct stat *info), path, info)
DEFINE(lstat64, stat, int, -1, (const char *path, struct stat64 *info), path, info)
DEFINE(fstat, stat, int, -1, (int fd, struct stat *info), fd, info)
DEFINE(fstat64, stat, int, -1, (int fd, struct stat64 *info), fd, info)
DEFINE(fstatat, stat, int, -1, (int fd, const char *path, struct stat *info, int flags), fd,
	path, info, flags)
DEFINE(fstatat64, stat, int, -1, (int fd, const char *path, struct stat64 *info, int flags), fd,
	path, info, flags)
DEFINE(readdir, readdir, struct dirent *, NULL, (DIR * dir), dir)
DEFINE(readdir64, readdir, struct dirent64 *, NULL, (DIR * dir), dir)
DEFINE(opendir, opendir, DIR *, NULL, (const char *path), path)
DEFINE(fdopendir, opendir, DIR *, NULL, (int fd), fd)
DEFINE(flock, flock, int, -1, (int fd, int operation), fd, operation)
DEFINE(ftruncate, ftruncate, int, -1, (int fd, off_t len), fd, len)
DEFINE(ftruncate64, ftruncate, int, -1, (int fd, off64_t len), fd, len)
DEFINE(utimensat, utimens, int, -1,
	(int folder, const char *path, const struct timespec times[2], int flags), folder, path,
	times, flags)

DEFINE(futimens, utimens, int, -1, (int fd, const struct timespec times[2]), fd, times)
DEFINE(access, access, int, -1, (const char *path, int mode), path, mode)
DEFINE(realpath, realpath, char *, NULL, (const char *path, char *out), path, out)
DEFINE(mmap, mmap, void *, MAP_FAILED,
	(void *at, size_t len, int how, int flags, int fd, off_t offset), at, len, how, flags,
	fd, offset)
DEFINE(mmap64, mmap, void *, MAP_FAILED,
	(void *at, size_t len, int how, int flags, int fd, off64_t offset), at, len, how, flags,
	fd, offset)
DEFINE(memfd_create, memfd, int, -1, (const char *name, unsigned flags), name, flags)
DEFINE(fchmod, chmod, int, -1, (int fd, mode_t mode), fd, mode)
DEFINE(getrandom, random, ssize_t, -1, (void *bytes, size_t len, unsigned flags), bytes, len,
	flags)
DEFINE(inotify_init1, inotify, int, -1, (int flags), flags)
DEFINE(inotify_add_watch, inotify, int, -1, (int fd, const char *path, uint32_t mask), fd, path,
	mask)

/* openat2() has no function of its own. */
long syscall(long number_of_call, ...)
{
	long a[6];
	va_list args;

	va_start(args, number_of_call);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number_of_call == SYS_openat2 && fault_is_due(AT_open))
		return -1;
	return REAL(syscall)(number_of_call, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define DEFINE_FCNTL(function)                                                              \
	int function(int fd, int command, ...)                                              \
	{                                                                                   \
		va_list args;                                                               \
		void *argument;                                                             \
                                                                                            \
		va_start(args, command);                                                    \
		argument = va_arg(args, void *);                                            \
		va_end(args);                                                               \
		return fault_is_due(AT_fcntl) ? -1 : REAL(function)(fd, command, argument); \
	}
DEFINE_FCNTL(fcntl)
DEFINE_FCNTL(fcntl64)

/* An error number is the result here, and not in errno. */
int pthread_create(
	pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *argument)
{
	return fault_is_due(AT_thread) ? EAGAIN
				       : REAL(pthread_create)(thread, how, run, argument);
}
