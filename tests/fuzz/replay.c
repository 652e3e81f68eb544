/*
 * Drives a fuzz target without libFuzzer:
 *   fuzz_NAME FOLDER   each file of it, whole, cut short, and with bytes changed
 *   fuzz_NAME FILE     that file alone, as it is
 * What is made of a file depends on its bytes alone. An input stands in memory of
 * its very size, so that a sanitizer or valgrind sees a read past it.
 */
#include "fuzz.h"

#include "base/file.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST ((size_t)1 << 20) /* bytes of an input */
#define CUTS 8                      /* places that an input is cut at */
#define CHANGES 24                  /* inputs of which a few bytes are changed */

/* What is being run, for whoever reads of its failure. */
static char running[512];

static void on_abort(int number)
{
	static const char before[] = "\nreplay: it was ";

	(void)number;
	(void)!write(STDERR_FILENO, before, sizeof(before) - 1);
	(void)!write(STDERR_FILENO, running, strlen(running));
	(void)!write(STDERR_FILENO, "\n", 1);
}

static void run(struct of_str bytes, const char *path, const char *how, size_t number)
{
	uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);

	fuzz_require(copy != NULL, "memory for an input");
	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	snprintf(running, sizeof(running), "%s, %s %zu", path, how, number);
	LLVMFuzzerTestOneInput(copy, bytes.len);
	free(copy);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A few bytes become others: a bit, a byte that means something to many, another's. */
static void change(struct of_buf *bytes, uint64_t *state)
{
	static const char telling[] = "\0\n\xff\x80\"'<>&:/-{}[]%#|0 ";

	for (uint64_t n = 1 + next_random(state) % 3; n > 0; n--) {
		char *at = bytes->ptr + next_random(state) % bytes->len;

		switch (next_random(state) % 3) {
		case 0:
			*at = (char)(*at ^ (1 << next_random(state) % 8));
			break;
		case 1:
			*at = telling[next_random(state) % (sizeof(telling) - 1)];
			break;
		default:
			*at = bytes->ptr[next_random(state) % bytes->len];
		}
	}
}

static void run_variants(struct of_str bytes, const char *path)
{
	uint64_t state = of_str_hash(bytes) | 1;
	struct of_buf other = {0};

	for (size_t i = 0; i < CUTS; i++)
		run(of_str_slice(bytes, 0, bytes.len * i / CUTS), path, "cut to eighths:", i);
	for (size_t i = 0; i < CHANGES && bytes.len > 0; i++) {
		of_buf_clear(&other);
		of_buf_add_str(&other, bytes);
		fuzz_require(of_buf_status(&other, NULL) == OF_OK, "memory for an input");
		change(&other, &state);
		run(of_buf_str(&other), path, "change", i);
	}
	of_buf_finish(&other);
}

static void run_file(const char *path, bool variants)
{
	struct of_buf bytes = {0};
	struct of_err err = {0};

	if (of_file_read(&bytes, AT_FDCWD, path, FILE_MOST, NULL, &err) != OF_OK)
		fuzz_fail("%s: %s", path, err.message);
	run(of_buf_str(&bytes), path, "as it is", 0);
	if (variants)
		run_variants(of_buf_str(&bytes), path);
	of_buf_finish(&bytes);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* How many files there were. */
static size_t run_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_shown, alphasort);
	char path[512];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		run_file(path, true);
		free(entries[i]);
	}
	free(entries);
	return count > 0 ? (size_t)count : 0;
}

int main(int argc, char **argv)
{
	struct stat info;
	size_t count = 0;

	if (argc != 2 || stat(argv[1], &info) != 0) {
		fprintf(stderr, "usage: %s FOLDER|FILE\n", argv[0]);
		return 2;
	}
	signal(SIGABRT, on_abort);
	if (S_ISDIR(info.st_mode)) {
		count = run_folder(argv[1]);
	} else {
		run_file(argv[1], false);
		count = 1;
	}
	printf("%zu files\n", count);
	return count > 0 ? 0 : 1;
}
