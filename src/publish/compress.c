#include "publish/compress.h"

#include "base/err.h"
#ifdef OUTFEED_HAVE_BROTLI
#include <brotli/encode.h>
#include <setjmp.h>
#include <stdlib.h>
#endif
#include <zlib.h>

/* By the table of contrib/bench/README.md. */
#define GZIP_LEVEL 9
#define BROTLI_LEVEL 6

/*
 * A document so large is one item's more often than fifty's: at these levels its
 * copies take a fifth of the time, and some percent more of the disk.
 */
#define LARGE ((size_t)4 << 20) /* bytes */
#define GZIP_LEVEL_LARGE 1
#define BROTLI_LEVEL_LARGE 1

#define GZIP_WINDOW (15 + 16) /* 32 KiB, and the header of gzip (RFC 1952) */
#define GZIP_MEMORY 9
#define OS_UNKNOWN 255
#define BROTLI_WINDOW_MOST 18 /* 256 KiB: twice that takes twice the memory */

/* The document's size: a copy that does not fit in less is not wanted. */
static bool make_room(struct of_buf *out, struct of_str document)
{
	return of_buf_reserve(out, document.len);
}

static enum of_status gzip(struct of_buf *out, struct of_str document, struct of_err *err)
{
	gz_header header = {.os = OS_UNKNOWN};
	z_stream stream = {0};
	int level = document.len > LARGE ? GZIP_LEVEL_LARGE : GZIP_LEVEL;
	int result;

	if (!make_room(out, document))
		return of_buf_status(out, err);
	if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return of_err_set_nomem(err);
	deflateSetHeader(&stream, &header);
	/* zlib reads no more than is there, and writes none of it */
	stream.next_in = (z_const Bytef *)(uintptr_t)document.ptr;
	stream.avail_in = (uInt)document.len;
	stream.next_out = (Bytef *)out->ptr;
	stream.avail_out = (uInt)(document.len - 1);
	result = deflate(&stream, Z_FINISH);
	if (result == Z_STREAM_END) {
		out->len = stream.total_out;
		out->ptr[out->len] = '\0';
	}
	deflateEnd(&stream);
	/* for want of room it says one of these, and the copy is left out */
	if (result != Z_STREAM_END && result != Z_OK && result != Z_BUF_ERROR)
		return of_err_set_nomem(err);
	return OF_OK;
}

#ifdef OUTFEED_HAVE_BROTLI
/* The smallest window that the document is in, up to the largest. */
static unsigned window_of(size_t len)
{
	unsigned bits = BROTLI_MIN_WINDOW_BITS;

	while (bits < BROTLI_WINDOW_MOST && ((size_t)1 << bits) - 16 < len)
		bits++;
	return bits;
}

/*
 * Where there is no memory, the encoder ends the process unless it was built
 * otherwise. It is left by a jump instead, and what it had is freed from here.
 */
struct piece {
	struct piece *before, *after;
	max_align_t bytes[];
};

struct memory {
	struct piece *pieces;
	jmp_buf none;
};

static void *take(void *payload, size_t size)
{
	struct memory *memory = payload;
	struct piece *piece = malloc(sizeof(*piece) + size);

	if (piece == NULL)
		longjmp(memory->none, 1);
	piece->before = NULL;
	piece->after = memory->pieces;
	if (piece->after != NULL)
		piece->after->before = piece;
	memory->pieces = piece;
	return piece->bytes;
}

static void give_back(void *payload, void *taken)
{
	struct memory *memory = payload;
	struct piece *piece;

	if (taken == NULL)
		return;
	piece = (void *)((char *)taken - offsetof(struct piece, bytes));
	if (piece->after != NULL)
		piece->after->before = piece->before;
	if (piece->before != NULL)
		piece->before->after = piece->after;
	else
		memory->pieces = piece->after;
	free(piece);
}

/* The length of the copy; 0 when it would not be smaller. Leaves the state in memory. */
static size_t encode(char *out, struct of_str document, struct memory *memory)
{
	BrotliEncoderState *state = BrotliEncoderCreateInstance(take, give_back, memory);
	size_t left = document.len, room = document.len - 1;
	const uint8_t *from = (const uint8_t *)document.ptr;
	uint8_t *to = (uint8_t *)out;
	uint32_t level = document.len > LARGE ? BROTLI_LEVEL_LARGE : BROTLI_LEVEL;

	if (state == NULL || !BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, level) ||
		!BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT) ||
		!BrotliEncoderSetParameter(
			state, BROTLI_PARAM_LGWIN, window_of(document.len)) ||
		!BrotliEncoderSetParameter(
			state, BROTLI_PARAM_SIZE_HINT, (uint32_t)document.len) ||
		!BrotliEncoderCompressStream(
			state, BROTLI_OPERATION_FINISH, &left, &from, &room, &to, NULL))
		longjmp(memory->none, 1);
	return BrotliEncoderIsFinished(state) ? document.len - 1 - room : 0;
}

/* False for want of memory. Nothing that lives here changes after setjmp(). */
static bool encode_or_return(struct of_buf *out, struct of_str document, struct memory *memory)
{
	if (setjmp(memory->none) != 0)
		return false;
	out->len = encode(out->ptr, document, memory);
	return true;
}

static enum of_status brotli(struct of_buf *out, struct of_str document, struct of_err *err)
{
	struct memory memory = {.pieces = NULL};
	bool good;

	if (!make_room(out, document))
		return of_buf_status(out, err);
	good = encode_or_return(out, document, &memory);
	while (memory.pieces != NULL)
		give_back(&memory, memory.pieces->bytes);
	out->ptr[out->len] = '\0';
	return good ? OF_OK : of_err_set_nomem(err);
}
#endif

const struct of_copy_kind of_copy_kinds[OF_COPIES] = {
	{".gz", gzip},
#ifdef OUTFEED_HAVE_BROTLI
	{".br", brotli},
#else
	{".br", NULL},
#endif
};
