#include "publish/compress.h"

#include "base/err.h"
#ifdef OUTFEED_HAVE_BROTLI
#include <brotli/encode.h>
#endif
#include <zlib.h>

/* By the table of contrib/bench/README.md. */
#define GZIP_LEVEL 9
#define BROTLI_LEVEL 6

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
	int result;

	if (!make_room(out, document))
		return of_buf_status(out, err);
	if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
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

static enum of_status brotli(struct of_buf *out, struct of_str document, struct of_err *err)
{
	BrotliEncoderState *state;
	size_t left = document.len, room = document.len - 1;
	const uint8_t *from = (const uint8_t *)document.ptr;
	uint8_t *to;
	bool good;

	if (!make_room(out, document))
		return of_buf_status(out, err);
	state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
	if (state == NULL)
		return of_err_set_nomem(err);
	to = (uint8_t *)out->ptr;
	good = BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, BROTLI_LEVEL) &&
	       BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT) &&
	       BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, window_of(document.len)) &&
	       BrotliEncoderSetParameter(
		       state, BROTLI_PARAM_SIZE_HINT, (uint32_t)document.len) &&
	       BrotliEncoderCompressStream(
		       state, BROTLI_OPERATION_FINISH, &left, &from, &room, &to, NULL);
	if (good && BrotliEncoderIsFinished(state)) {
		out->len = document.len - 1 - room;
		out->ptr[out->len] = '\0';
	}
	BrotliEncoderDestroyInstance(state);
	/* with parameters in range, it fails for want of memory alone */
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
