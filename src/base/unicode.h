/*
 * UTF-8 and Unicode: alone with utf8proc.h.
 */
#ifndef OF_BASE_UNICODE_H
#define OF_BASE_UNICODE_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stdint.h>

/* What of_unicode_clean() mended. */
struct of_unicode_mends {
	size_t invalid;                        /* sequences that became U+FFFD */
	size_t forbidden;                      /* characters that XML 1.0 forbids, left out */
	size_t first_invalid, first_forbidden; /* byte offsets in the input */
};

/* True when the text needs no cleaning. */
bool of_unicode_is_clean(struct of_str text);
/* Appends the text as UTF-8 that XML 1.0 allows. mends may be NULL. */
void of_unicode_clean(struct of_buf *out, struct of_str text, struct of_unicode_mends *mends);

/*
 * The code point at *offset of valid or invalid UTF-8, moving *offset past it;
 * an invalid sequence gives U+FFFD. *offset must be less than text.len.
 */
uint32_t of_unicode_next(struct of_str text, size_t *offset);
void of_unicode_append(struct of_buf *out, uint32_t code_point);
/* Code points in the text. */
size_t of_unicode_length(struct of_str text);

/* A slug (SPEC section 4): lower case, NFC, runs of other than letters and digits one '-'. */
void of_unicode_slug(struct of_buf *out, struct of_str text);
/*
 * Appends the text as Hugo makes a title part of an address: lower case, NFC, one '-' for each
 * run of white space, and of other than letters and digits only ". / _ # + ~ - @".
 */
void of_unicode_urlize(struct of_buf *out, struct of_str text);
/* Appends the text in lower case and NFC: names that differ by case alone come out equal. */
void of_unicode_fold(struct of_buf *out, struct of_str text);
/* Appends the text on one line: trimmed, each run of white space (U+00A0 too) one space. */
void of_unicode_one_line(struct of_buf *out, struct of_str text);
/*
 * The beginning of one-line text, at most characters long and an ellipsis
 * appended when anything was cut; cut at a word where there is one.
 */
void of_unicode_cut(struct of_buf *out, struct of_str text, size_t characters);

#endif
