/*
 * launch SECONDS PROGRAM [ARGUMENT...]: runs a program of so many seconds of CPU at
 * most, and says of it, in the last line on standard output,
 *
 *     MEASURED exit seconds-of-CPU KiB-at-most seconds-by-the-clock
 *
 * A child's ru_maxrss is never less than its parent's was: this parent is small.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double of_timeval(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	rlim_t most = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct rlimit limit = {most, most};
	struct rusage usage;
	double begin = seconds();
	pid_t child;
	int status;

	if (argc < 3 || setrlimit(RLIMIT_CPU, &limit) != 0 ||
		posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ) != 0 ||
		wait4(child, &status, 0, &usage) != child)
		return 1;
	printf("\nMEASURED %d %.6f %ld %.6f\n",
		WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
		of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime), usage.ru_maxrss,
		seconds() - begin);
	return 0;
}
