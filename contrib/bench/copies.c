/*
 * What a level of compression makes of documents, and what it costs:
 *
 *     bench_copies KIND LEVEL FILE...     KIND gzip, brotli, or none
 *
 * Prints the files' bytes, the bytes of their copies, the largest amount of
 * memory that one compressor had, and the seconds of CPU. Of instructions,
 * `valgrind --tool=callgrind --toggle-collect='measured*'` counts what matters.
 */
#include <brotli/encode.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

struct file {
	unsigned char *bytes;
	size_t len;
};

static size_t held, most; /* bytes of a compressor's memory */

/* The size stands before each piece of memory, so that its end is counted as well. */
static void *take(void *payload, size_t size)
{
	size_t *made = malloc(size + 16);

	(void)payload;
	if (made == NULL)
		exit(1);
	made[0] = size;
	held += size;
	most = held > most ? held : most;
	return made + 2;
}

static void give_back(void *payload, void *taken)
{
	size_t *made = taken;

	(void)payload;
	if (made == NULL)
		return;
	held -= made[-2];
	free(made - 2);
}

static void *take_items(void *payload, unsigned items, unsigned size)
{
	return take(payload, (size_t)items * size);
}

static size_t measured_gzip(struct file file, int level, unsigned char *out, size_t cap)
{
	z_stream stream = {.zalloc = take_items, .zfree = give_back};
	size_t made;

	if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		exit(1);
	stream.next_in = file.bytes;
	stream.avail_in = (unsigned)file.len;
	stream.next_out = out;
	stream.avail_out = (unsigned)cap;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		exit(1);
	made = stream.total_out;
	deflateEnd(&stream);
	return made;
}

/* The smallest window that the whole file is in, as outfeed asks for. */
static unsigned window_of(size_t len)
{
	unsigned bits = BROTLI_MIN_WINDOW_BITS;

	while (bits < 18 && ((size_t)1 << bits) - 16 < len)
		bits++;
	return bits;
}

static size_t measured_brotli(struct file file, int level, unsigned char *out, size_t cap)
{
	BrotliEncoderState *state = BrotliEncoderCreateInstance(take, give_back, NULL);
	size_t left = file.len, room = cap;
	const uint8_t *from = file.bytes;
	uint8_t *to = out;

	if (state == NULL)
		exit(1);
	BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, (unsigned)level);
	BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
	BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, window_of(file.len));
	BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, (unsigned)file.len);
	if (!BrotliEncoderCompressStream(
		    state, BROTLI_OPERATION_FINISH, &left, &from, &room, &to, NULL) ||
		!BrotliEncoderIsFinished(state))
		exit(1);
	BrotliEncoderDestroyInstance(state);
	return cap - room;
}

static size_t measured_none(struct file file, int level, unsigned char *out, size_t cap)
{
	(void)level;
	(void)cap;
	memcpy(out, file.bytes, file.len);
	return file.len;
}

static struct file read_file(const char *path)
{
	FILE *stream = fopen(path, "rb");
	struct file file = {NULL, 0};
	long len;

	if (stream == NULL || fseek(stream, 0, SEEK_END) != 0 || (len = ftell(stream)) < 0 ||
		fseek(stream, 0, SEEK_SET) != 0) {
		perror(path);
		exit(1);
	}
	file.bytes = malloc((size_t)len + 1);
	if (file.bytes != NULL)
		file.len = fread(file.bytes, 1, (size_t)len, stream);
	if (file.len != (size_t)len)
		exit(1);
	fclose(stream);
	return file;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		size_t (*compress)(struct file, int, unsigned char *, size_t);
	} kinds[] = {
		{"gzip", measured_gzip}, {"brotli", measured_brotli}, {"none", measured_none}};
	size_t before = 0, after = 0;
	clock_t ticks = 0;

	for (size_t k = 0; argc > 3 && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (strcmp(argv[1], kinds[k].name) != 0)
			continue;
		for (int i = 3; i < argc; i++) {
			struct file file = read_file(argv[i]);
			size_t cap = file.len + file.len / 2 + 1024;
			unsigned char *out = malloc(cap);
			clock_t start = clock();

			if (out == NULL)
				return 1;
			before += file.len;
			after += kinds[k].compress(
				file, (int)strtol(argv[2], NULL, 10), out, cap);
			ticks += clock() - start;
			free(out);
			free(file.bytes);
		}
		printf("%zu %zu %zu %.3f\n", before, after, most,
			(double)ticks / CLOCKS_PER_SEC);
		return 0;
	}
	fprintf(stderr, "usage: bench_copies gzip|brotli|none LEVEL FILE...\n");
	return 2;
}
