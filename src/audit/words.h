/*
 * A text as words to be compared: in lower case and NFC, each between two
 * hyphens ("-just-a-moment-"), so that a phrase is found whole by its bytes.
 */
#ifndef OF_AUDIT_WORDS_H
#define OF_AUDIT_WORDS_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends the words of text, hyphens at both ends; nothing where there are none. */
void of_words_add(struct of_buf *out, struct of_str text);
/* The next word of "-a-b-"; *words is what follows. Absent after the last. */
struct of_str of_words_next(struct of_str *words);
size_t of_words_count(struct of_str words);
/* Whether a script has no spaces between words: Han, Kana, Thai ...; Hangul, whose words
 * are glued of many parts, is taken as one. */
bool of_words_is_unspaced(uint32_t code_point);
/* Whether words have a phrase ("just-a-moment"): whole words of it, where its script has such.
 */
bool of_words_have(struct of_str words, struct of_str phrase);
/* Cuts a title at | and dashes between spaces, colons too where asked. *title is the rest. */
struct of_str of_words_next_part(struct of_str *title, bool colons);

#endif
