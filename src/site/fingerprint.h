/*
 * What of a site's settings a saved state depends on.
 */
#ifndef OF_SITE_FINGERPRINT_H
#define OF_SITE_FINGERPRINT_H

#include <outfeed/site.h>
#include <stdint.h>

struct of_fingerprints {
	uint64_t heads; /* of what decides the heads of items: other files must be read anew */
	uint64_t documents; /* of all that shows in documents */
};

/* The version of outfeed is part of both. OF_ENOMEM. */
OF_MUST_CHECK enum of_status of_site_fingerprint(
	struct of_fingerprints *prints, const struct of_site *site, struct of_err *err);

#endif
