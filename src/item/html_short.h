/*
 * The two readers of tokens (html_tokens.h), behind of_html_rebuild(). They
 * send the same events to the rebuilder: a test and a fuzzer compare them, and
 * so a change of one is a change of both.
 */
#ifndef OF_ITEM_HTML_SHORT_H
#define OF_ITEM_HTML_SHORT_H

#include "item/html_writer.h"

/* What the tokens begin with, so that a parser implies nothing around them. */
#define OF_HTML_HEAD "<html><body>"

/*
 * The short way: one pass over HTML in which nothing is implied. Each element
 * is one of the table that may be written, ends with an end tag of its own, and
 * ends no other; each '&' begins a character reference of the frequent ones.
 * False for all else, also when memory runs out: rewind the writer then,
 * and of_html_read_full() has the word.
 */
OF_MUST_CHECK bool of_html_read_short(struct of_html_writer *writer, struct of_str tokens);

/* Any tokens, by libxml2. OF_ENOMEM is the only failure; what the writer met, it keeps. */
OF_MUST_CHECK enum of_status of_html_read_full(
	struct of_html_writer *writer, struct of_str tokens, struct of_err *err);

#endif
