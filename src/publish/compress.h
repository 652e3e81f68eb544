/*
 * Compressed copies of documents, for servers that send what is ready: nginx's
 * gzip_static and brotli_static, Caddy's precompressed.
 *
 * The same bytes give the same copy: nothing of the time, the machine or the
 * document's name is in it.
 */
#ifndef OF_PUBLISH_COMPRESS_H
#define OF_PUBLISH_COMPRESS_H

#include "publish/publish.h"
#include <outfeed/buf.h>

/*
 * Documents of fewer bytes have no copies: with its headers an answer is one
 * packet either way, and gzip saves next to nothing of so little.
 */
#define OF_COPY_LEAST 150

struct of_copy_kind {
	const char *extension; /* of the copy's name, behind the document's */
	/*
	 * Appends the copy to an empty buffer, or nothing when it would not be smaller
	 * than the document. Takes no more memory than the document's size and, for
	 * gzip, 0.4 MB, for brotli, 5 MB. NULL where the library was not there when
	 * outfeed was built. Thread-safe.
	 */
	OF_MUST_CHECK enum of_status (*compress)(
		struct of_buf *out, struct of_str document, struct of_err *err);
};

/* In the order of struct of_stamp copies[]: what is saved depends on it. */
extern const struct of_copy_kind of_copy_kinds[OF_COPIES];

#endif
