/*
 * Content codings: which of the bodies there are a client takes (RFC 9110
 * section 12.5.3). Pure.
 */
#ifndef OF_SERVE_ACCEPT_H
#define OF_SERVE_ACCEPT_H

#include <outfeed/str.h>
#include <stdbool.h>

/* In the order in which they are chosen where a client has no preference. */
enum of_coding { OF_CODING_BR, OF_CODING_GZIP, OF_CODING_IDENTITY, OF_N_CODINGS };

struct of_coding_row {
	const char *name;      /* as Content-Encoding spells it; NULL for none */
	const char *extension; /* of the copy beside the document; "" for the document itself */
};
extern const struct of_coding_row of_coding_rows[OF_N_CODINGS];

/*
 * The coding that the header likes most among those there are, a set of
 * 1 << enum of_coding. An absent header takes the document as it is. False when
 * it takes none of them.
 */
bool of_coding_choose(enum of_coding *coding, struct of_str header, unsigned there);

#endif
