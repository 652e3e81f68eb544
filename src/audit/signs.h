/*
 * What speaks against a page that answered: root, log-in, "not found" in
 * several languages, parked domains, bot walls (AUDIT section 3). Phrases are
 * rows of const tables.
 */
#ifndef OF_AUDIT_SIGNS_H
#define OF_AUDIT_SIGNS_H

#include <outfeed/page.h>
#include <outfeed/verdict.h>

/* What the answer's headers say beyond the page. */
struct of_sign_hints {
	struct of_str server;  /* the Server header */
	bool challenge_header; /* such as cf-mitigated: challenge */
};

/*
 * enum of_sign bits of a page and where it was found, all but OF_SIGN_SHARED,
 * OF_SIGN_SIBLING and OF_SIGN_DOMAIN, which take more than one page or the
 * public suffix list. page may be NULL.
 */
unsigned of_signs_of_page(const struct of_page *page, struct of_str url,
	struct of_str final_url, unsigned status, const struct of_sign_hints *hints);
/* A number that is alike for pages alike: of title and text, digits and the URL's own words set
 * aside. 0 where there is no text. */
uint64_t of_signs_print(const struct of_page *page, struct of_str url);

#endif
