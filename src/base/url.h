/*
 * URLs and IRIs (RFC 3986, RFC 3987): taking apart, resolving, escaping.
 * Parts borrow from the URL they were taken from.
 */
#ifndef OF_BASE_URL_H
#define OF_BASE_URL_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

#include "base/str.h"

struct of_url {
	struct of_str scheme;                /* without ':' */
	struct of_str authority, host, port; /* host without brackets' removal; port digits */
	struct of_str path, query, fragment; /* query without '?', fragment without '#' */
	bool has_authority, has_query, has_fragment;
};

/* Takes any reference apart; never fails (RFC 3986 appendix B). */
struct of_url of_url_split(struct of_str reference);

/* Begins with http: or https:, in any case, whatever follows. */
bool of_url_claims_http(struct of_str reference);

/* Begins with a scheme, and holds no space or control character. */
bool of_url_is_absolute(struct of_str reference);
/* Absolute, http or https, with a host. */
bool of_url_is_http(struct of_str reference);
/* Lower-case host of an http URL, without port; absent for anything else. */
void of_url_add_host(struct of_buf *out, struct of_str url);

/* What people call the site that a URL is of: its host without "www.". */
static inline struct of_str of_url_site_name(struct of_str url)
{
	struct of_str host = of_url_split(url).host;
	size_t www = of_str_starts_nocase(host, STR("www.")) ? 4 : 0;

	return of_str_from_offset(host, www);
}

/*
 * Appends reference resolved against base (RFC 3986 section 5). White space
 * and control characters at its ends are dropped and those inside are
 * percent-encoded, as are '"', '<', '>', '\\', '^', '`', '{', '|', '}': an IRI comes out.
 */
void of_url_resolve(struct of_buf *out, struct of_str base, struct of_str reference);
/* Appends a URI: what is not ASCII becomes percent-encoded; the host by punycode is not done.
 */
void of_url_add_uri(struct of_buf *out, struct of_str iri);
/* Appends text as one path segment: what may not stand in one is percent-encoded. */
void of_url_add_segment(struct of_buf *out, struct of_str text);

#endif
