/*
 * Preloaded by test_same_bytes.py: every folder is listed backwards. The file
 * that REVERSE_READDIR_USED names is made when it has had an effect.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDERS 64

struct listing {
	DIR *dir;
	struct dirent64 *entries;
	size_t count, left;
};

static struct listing listings[FOLDERS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void say_used(void)
{
	const char *path = getenv("REVERSE_READDIR_USED");
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT, 0644) : -1;

	if (fd >= 0)
		close(fd);
}

static struct listing *find(DIR *dir)
{
	for (size_t i = 0; i < FOLDERS; i++) {
		if (listings[i].dir == dir)
			return &listings[i];
	}
	return NULL;
}

static void fill(struct listing *listing, DIR *dir)
{
	struct dirent64 *(*real)(DIR *) = dlsym(RTLD_NEXT, "readdir64");
	struct dirent64 *entry;

	*listing = (struct listing){.dir = dir};
	while ((entry = real(dir)) != NULL) {
		listing->entries = realloc(
			listing->entries, (listing->count + 1) * sizeof *listing->entries);
		if (listing->entries == NULL)
			abort();
		memset(&listing->entries[listing->count], 0, sizeof *entry);
		memcpy(&listing->entries[listing->count++], entry, entry->d_reclen);
	}
	listing->left = listing->count;
	if (listing->count > 1)
		say_used();
}

struct dirent64 *readdir64(DIR *dir)
{
	struct dirent64 *entry = NULL;

	pthread_mutex_lock(&lock);
	struct listing *listing = find(dir);
	if (listing == NULL) {
		listing = find(NULL);
		if (listing == NULL)
			abort();
		fill(listing, dir);
	}
	if (listing->left > 0)
		entry = &listing->entries[--listing->left];
	pthread_mutex_unlock(&lock);
	return entry;
}

/* The two are one layout on the 64-bit systems that the tests run on. */
struct dirent *readdir(DIR *dir)
{
	return (struct dirent *)readdir64(dir);
}

int closedir(DIR *dir)
{
	int (*real)(DIR *) = dlsym(RTLD_NEXT, "closedir");

	pthread_mutex_lock(&lock);
	struct listing *listing = find(dir);
	if (listing != NULL) {
		free(listing->entries);
		*listing = (struct listing){0};
	}
	pthread_mutex_unlock(&lock);
	return real(dir);
}
