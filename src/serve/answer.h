/*
 * A request to an answer: everything of HTTP but the bytes on the wire.
 */
#ifndef OF_SERVE_ANSWER_H
#define OF_SERVE_ANSWER_H

#include "serve/condition.h"
#include "serve/find.h"
#include <outfeed/buf.h>
#include <stdint.h>

/* Borrows everything; an absent header has no ptr. */
struct of_request {
	struct of_str method, target; /* target: without its query */
	struct of_str host, accept_encoding, range;
	struct of_conditions conditions;
};

struct of_answering {
	const struct of_places *places;
	bool loopback; /* only requests that name this machine itself are answered */
	bool live;     /* pages look whether they changed */
};

#define OF_TAG_SIZE 80

/* What to say. Owns fd and text: of_answer_finish(). Zeroed members say nothing. */
struct of_answer {
	unsigned status;
	int fd; /* of the body; -1 where the body is text */
	struct of_buf text;
	uint64_t first, length; /* of the body, in the file or in text */
	uint64_t size;          /* of the whole, for Content-Range */
	bool ranged;            /* Content-Range is said */
	bool varies;            /* by Accept-Encoding */
	const struct of_media *media;
	enum of_coding coding;
	char tag[OF_TAG_SIZE]; /* entity tag with its quotes; "" for none */
	int64_t modified;      /* seconds since 1970; of a document with a tag */
	struct of_buf location;
};

/* Always fills the answer, if only with a status and a few words. Thread-safe. */
void of_answer_make(struct of_answer *answer, const struct of_answering *how,
	const struct of_request *request);
void of_answer_finish(struct of_answer *answer);

#endif
