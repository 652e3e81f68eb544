/*
 * The characters of URLs, for those who take them apart (url.c) and those who
 * put them together (url_add.c).
 */
#ifndef OF_BASE_URL_TEXT_H
#define OF_BASE_URL_TEXT_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What an ASCII character is good for, and what may stand in a part (RFC 3986
 * section 3): characters of these kinds, escapes that the text holds already,
 * and in an IRI characters beyond ASCII. A literal is an authority that ends in
 * an address between brackets.
 */
enum of_url_kind {
	OF_URL_SCHEME = 1,  /* letters, digits and +-. */
	OF_URL_SEGMENT = 2, /* those and _~!$&'()*,;=:@ */
	OF_URL_SLASH = 4,
	OF_URL_QUESTION = 8,
	OF_URL_HASH = 16,
	OF_URL_BRACKET = 32,
	OF_URL_ESCAPES = 64,
	OF_URL_BEYOND_ASCII = 128,
	OF_URL_AUTHORITY = OF_URL_SEGMENT | OF_URL_ESCAPES,
	OF_URL_LITERAL = OF_URL_AUTHORITY | OF_URL_BRACKET,
	OF_URL_PATH = OF_URL_AUTHORITY | OF_URL_SLASH,
	OF_URL_QUERY = OF_URL_PATH | OF_URL_QUESTION
};

extern const unsigned char of_url_kinds[256];

static inline bool of_url_byte_is(char c, unsigned wanted)
{
	return (of_url_kinds[(unsigned char)c] & wanted) != 0;
}

/* White space and control characters of Unicode, and what looks like them. */
bool of_url_is_blank(uint32_t code_point);
/* The scheme's, without its colon; 0 when there is none. */
size_t of_url_scheme_length(struct of_str s);
/* The length of what comes before the first byte of one of the kinds. */
size_t of_url_length_until(struct of_str s, unsigned ends);
/*
 * The offset, from `from` on, of the first byte that does not stand as it is in
 * every part of a URL, or of a dot that begins a segment; the end when there is
 * none. from is 1 at least.
 */
size_t of_url_pass_settled(struct of_str s, size_t from);
/*
 * What an absolute URL with an authority most often is: all of it settled. It
 * resolves to itself, and is its own URI.
 */
bool of_url_is_settled(struct of_str reference);
/* Appends the text of a part, with what may not stand in it percent-encoded. */
void of_url_add_encoded(struct of_buf *out, struct of_str text, unsigned part);

#endif
