/*
 * A fetched document to what it says of itself (AUDIT section 4): HTML by the
 * tokens of html_tokens.h, an image by its header.
 */
#ifndef OF_WEB_DOCUMENT_H
#define OF_WEB_DOCUMENT_H

#include <outfeed/arena.h>
#include <outfeed/page.h>

/* As it was answered; all borrowed for the call. */
struct of_document {
	struct of_str url;  /* the final one, absolute */
	struct of_str type; /* Content-Type, with its parameters; may be absent or a lie */
	struct of_str body; /* decoded; its beginning when truncated */
	bool truncated;
	uint64_t length; /* of the whole, as the server says; 0 unknown */
};

/*
 * Reads it, whatever the bytes are: text that is not HTML gives its text, an
 * image its type and size, anything else its type alone. The page's text is
 * the arena's. NULL only when there is no memory. Bounded in time and memory
 * by the size of the body (AUDIT section 2).
 */
const struct of_page *of_document_read(
	struct of_arena *arena, const struct of_document *document);

#endif
