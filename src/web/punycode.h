/*
 * Host names beyond ASCII to the form that the name servers know (RFC 3492).
 */
#ifndef OF_WEB_PUNYCODE_H
#define OF_WEB_PUNYCODE_H

#include <outfeed/buf.h>
#include <stdbool.h>

/* Appends the host in lower case and NFC, each label beyond ASCII as "xn--..."; the ideographic
 * full stops count as dots. False when a label is too long. */
bool of_punycode_add_host(struct of_buf *out, struct of_str host);

#endif
