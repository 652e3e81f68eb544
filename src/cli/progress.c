#include "cli/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS 500 /* work shorter than this shows no bar */
#define EACH_MS 100
#define BAR 24

void progress_init(struct progress *progress, bool quiet)
{
	memset(progress, 0, sizeof(*progress));
	progress->wanted = !quiet && isatty(STDERR_FILENO);
	progress->began = of_clock_ms();
	atomic_store(&progress->next, progress->began + FIRST_MS);
	atomic_flag_clear(&progress->drawing);
}

void progress_draw(struct progress *progress, const char *what, size_t done, size_t total,
	const char *more)
{
	int64_t ms = of_clock_ms() - progress->began;
	double rate = ms > 0 ? (double)done * 1000 / (double)ms : 0;
	int filled = total > 0 ? (int)(done * BAR / total) : 0;
	char bar[BAR + 1];

	memset(bar, '.', BAR);
	memset(bar, '#', (size_t)filled);
	bar[BAR] = '\0';
	fprintf(stderr, "\r%-8s [%s] %zu/%zu, %.0f/s", what, bar, done, total, rate);
	if (rate > 0)
		fprintf(stderr, ", %.0f s left", (double)(total - done) / rate);
	fprintf(stderr, "%s\033[K", more);
	(void)fflush(stderr);
	atomic_store(&progress->drawn, true);
}

/* Whoever comes at the right time draws; the others go on with their work. */
void progress_tell(const char *what, size_t done, size_t total, void *payload)
{
	struct progress *progress = payload;
	int64_t now;

	if (!progress->wanted || done % 64 != 0)
		return;
	now = of_clock_ms();
	if (now < atomic_load(&progress->next) || atomic_flag_test_and_set(&progress->drawing))
		return;
	atomic_store(&progress->next, now + EACH_MS);
	progress_draw(progress, what, done, total, "");
	atomic_flag_clear(&progress->drawing);
}

bool progress_is_due(struct progress *progress)
{
	int64_t now;

	if (!progress->wanted)
		return false;
	now = of_clock_ms();
	if (now < atomic_load(&progress->next))
		return false;
	atomic_store(&progress->next, now + EACH_MS);
	return true;
}

void progress_end(struct progress *progress)
{
	if (!atomic_load(&progress->drawn))
		return;
	fputs("\r\033[K", stderr);
	(void)fflush(stderr);
}
