/*
 * URLs: two lines, a base and a reference. Taking apart loses nothing; what was
 * resolved is settled, and an http URL that curl reads too is of the same host.
 */
#include "fuzz.h"

#include "base/unicode.h"
#include "base/url.h"
#include <arpa/inet.h>
#include <curl/curl.h>

/* The bytes of what was taken apart, put together again (RFC 3986 section 5.3). */
static void require_whole(struct of_str text)
{
	static struct of_buf whole;
	struct of_url url = of_url_split(text);

	of_buf_clear(&whole);
	if (url.scheme.len > 0) {
		of_buf_add_str(&whole, url.scheme);
		of_buf_add_byte(&whole, ':');
	}
	if (url.has_authority)
		of_buf_add_text(&whole, "//");
	of_buf_add_str(&whole, url.authority);
	of_buf_add_str(&whole, url.path);
	if (url.has_query) {
		of_buf_add_byte(&whole, '?');
		of_buf_add_str(&whole, url.query);
	}
	if (url.has_fragment) {
		of_buf_add_byte(&whole, '#');
		of_buf_add_str(&whole, url.fragment);
	}
	fuzz_require_equal(of_buf_str(&whole), text, "a URL is more or less than its parts");
	fuzz_require_within(url.host, url.authority, "a host outside its authority");
	fuzz_require_within(url.port, url.authority, "a port outside its authority");
}

/* Nothing that ends a URL where it stands in HTML, XML or a header. */
static void require_encoded(struct of_str url, bool ascii)
{
	for (size_t i = 0; i < url.len; i++) {
		unsigned char c = (unsigned char)url.ptr[i];

		if (c <= ' ' || c == 0x7f || strchr("\"<>\\^`{|}", c) != NULL ||
			(ascii && c > 0x7f))
			fuzz_fail("byte %02x stands in %.*s", c, (int)url.len, url.ptr);
	}
	fuzz_require(of_unicode_is_clean(url), "a URL that is no clean UTF-8");
}

static int hex_digit(char c)
{
	if (of_byte_is_digit(c))
		return c - '0';
	return of_byte_is_hex(c) ? of_byte_lower(c) - 'a' + 10 : -1;
}

static struct of_str lower(struct of_buf *out, struct of_str text)
{
	of_buf_clear(out);
	for (size_t i = 0; i < text.len; i++)
		of_buf_add_byte(out, of_byte_lower(text.ptr[i]));
	return of_buf_str(out);
}

/* A host as curl gives it: its escapes decoded; in lower case, too. */
static struct of_str plain_host(struct of_buf *out, struct of_str host)
{
	struct of_buf decoded = {0};

	for (size_t i = 0; i < host.len; i++) {
		int high = i + 2 < host.len ? hex_digit(host.ptr[i + 1]) : -1;
		int low = i + 2 < host.len ? hex_digit(host.ptr[i + 2]) : -1;

		if (host.ptr[i] == '%' && high >= 0 && low >= 0) {
			of_buf_add_byte(&decoded, (char)(high << 4 | low));
			i += 2;
		} else {
			of_buf_add_byte(&decoded, host.ptr[i]);
		}
	}
	lower(out, of_buf_str(&decoded));
	of_buf_finish(&decoded);
	return of_buf_str(out);
}

/* Numbers for which curl writes the IPv4 address that they mean. */
static bool is_number_host(struct of_str host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!of_byte_is_hex(host.ptr[i]) && host.ptr[i] != '.' && host.ptr[i] != 'x' &&
			host.ptr[i] != 'X')
			return false;
	return true;
}

static void require_host(CURLU *parser, struct of_str uri)
{
	static struct of_buf curls, plain, ours;
	char *host = NULL;

	if (curl_url_get(parser, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		return;
	of_buf_clear(&ours);
	of_url_add_host(&ours, uri);
	/* an IPv6 address has other forms, too */
	if (host[0] != '[' && !is_number_host(of_buf_str(&ours)))
		fuzz_require_equal(lower(&curls, of_str_from(host)),
			plain_host(&plain, of_url_split(uri).host), "curl sees another host");
	curl_free(host);
}

static void compare_with_curl(struct of_str uri)
{
	static CURLU *parser;

	if (parser == NULL)
		parser = curl_url();
	fuzz_require(parser != NULL, "memory for curl");
	if (!of_url_is_http(uri))
		return;
	if (curl_url_set(parser, CURLUPART_URL, uri.ptr, 0) == CURLUE_OK)
		require_host(parser, uri);
}

static void check_resolved(struct of_str base, struct of_str url)
{
	static struct of_buf again, uri, uri_again;

	require_whole(url);
	require_encoded(url, false);
	fuzz_require(!of_url_is_absolute(base) || of_url_is_absolute(url),
		"resolved against what is absolute, it is not");
	of_buf_clear(&again);
	of_url_resolve(&again, base, url);
	if (of_url_is_absolute(url))
		fuzz_require_equal(of_buf_str(&again), url, "resolving twice differs");
	of_buf_clear(&uri);
	of_url_add_uri(&uri, url);
	require_encoded(of_buf_str(&uri), true);
	of_buf_clear(&uri_again);
	of_url_add_uri(&uri_again, of_buf_str(&uri));
	fuzz_require_equal(
		of_buf_str(&uri_again), of_buf_str(&uri), "the URI of a URI differs");
	fuzz_require(of_url_is_http(url) == of_url_is_http(of_buf_str(&uri)),
		"a URL is http, and its URI is not, or the other way round");
	if (uri.len > 0)
		compare_with_curl(of_buf_str(&uri));
}

static void check_segment(struct of_str text)
{
	static struct of_buf segment, again;

	of_buf_clear(&segment);
	of_url_add_segment(&segment, text);
	fuzz_require(of_str_find_byte(of_buf_str(&segment), '/') == OF_NPOS &&
			     of_str_find_byte(of_buf_str(&segment), '?') == OF_NPOS &&
			     of_str_find_byte(of_buf_str(&segment), '#') == OF_NPOS,
		"a segment is more than one");
	require_encoded(of_buf_str(&segment), false);
	of_buf_clear(&again);
	of_url_add_uri(&again, of_buf_str(&segment));
	require_encoded(of_buf_str(&again), true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct of_buf base, resolved;
	struct fuzz_input input = fuzz_input(data, size);
	struct of_str first = fuzz_take_line(&input), reference = input.rest;

	require_whole(first);
	require_whole(reference);
	of_buf_clear(&base);
	/* as bases are: an empty reference gives the base itself, dots and all */
	of_url_resolve(&base, first, first);
	of_buf_clear(&resolved);
	of_url_resolve(&resolved, of_buf_str(&base), reference);
	check_resolved(of_buf_str(&base), of_buf_str(&resolved));
	check_segment(reference);
	if (of_url_is_http(reference))
		fuzz_require(of_url_claims_http(reference) && of_url_is_absolute(reference),
			"http, and neither absolute nor called so");
	return 0;
}
