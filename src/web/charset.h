/*
 * Which charset a page's bytes are in, and the bytes as UTF-8: alone with
 * iconv.h. Labels mean what the WHATWG Encoding Standard makes of them, so that
 * "iso-8859-1" is windows-1252.
 */
#ifndef OF_WEB_CHARSET_H
#define OF_WEB_CHARSET_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>

struct of_charset;

/* The charset of a label; NULL where none is known by it. Static. */
const struct of_charset *of_charset_find(struct of_str label);
/* By the byte order mark, whose bytes are in *len; NULL where there is none. */
const struct of_charset *of_charset_of_mark(struct of_str body, size_t *len);
/* What `charset=` in a Content-Type, or in the content of a <meta>, names. Borrowed. */
struct of_str of_charset_parameter(struct of_str type);
/* Lower case; static. */
struct of_str of_charset_name(const struct of_charset *charset);
/* A meta in bytes of ASCII's kind cannot mean UTF-16 (HTML standard, 13.2.3.2). */
bool of_charset_is_wide(const struct of_charset *charset);

/*
 * The bytes as clean UTF-8 (unicode.h) in *text, borrowed from the bytes
 * where they are that already, else from out: what is no character of the
 * charset becomes U+FFFD. NULL stands for "not said": UTF-8 where the bytes are
 * that, else windows-1252. The charset that was read by is the result. Linear;
 * failure is kept in out, which must be empty.
 */
const struct of_charset *of_charset_decode(struct of_buf *out, struct of_str *text,
	struct of_str bytes, const struct of_charset *charset);

#endif
