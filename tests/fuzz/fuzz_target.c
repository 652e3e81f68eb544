/*
 * A URL that is to be fetched. Where it leads is what libcurl, given the very
 * text, would reach: no other host, no other port; and an address, however it is
 * written, is known as one. The name of its link is the name of that, too.
 */
#include "fuzz.h"

#include "audit/uses.h"
#include "base/address.h"
#include "base/url.h"
#include "web/fetch_parts.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>

static CURLU *parse_again(struct of_str uri)
{
	static CURLU *parser;

	if (parser == NULL)
		parser = curl_url();
	fuzz_require(parser != NULL, "memory for curl");
	fuzz_require(curl_url_set(parser, CURLUPART_URL, uri.ptr, 0) == CURLUE_OK,
		"libcurl refuses what is to be fetched");
	return parser;
}

/* Without brackets or zone, in lower case. */
static struct of_str bare(struct of_buf *out, const char *host)
{
	of_buf_clear(out);
	for (; *host != '\0' && *host != '%'; host++)
		if (*host != '[' && *host != ']')
			of_buf_add_byte(out, of_byte_lower(*host));
	return of_buf_str(out);
}

static void compare_with_curl(const struct of_target *target)
{
	static struct of_buf host;
	CURLU *parser = parse_again(target->uri);
	char *text = NULL;
	uint64_t port;

	fuzz_require(curl_url_get(parser, CURLUPART_HOST, &text, 0) == CURLUE_OK, "no host");
	fuzz_require_equal(target->host, bare(&host, text), "libcurl asks another host");
	curl_free(text);
	fuzz_require(
		curl_url_get(parser, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT) == CURLUE_OK,
		"no port");
	fuzz_require(of_str_to_uint(&port, of_str_from(text)) && port == target->port,
		"libcurl asks another port");
	curl_free(text);
	fuzz_require(
		curl_url_get(parser, CURLUPART_SCHEME, &text, 0) == CURLUE_OK, "no scheme");
	fuzz_require(target->secure == (strcmp(text, "https") == 0), "another scheme");
	curl_free(text);
}

/* What the resolver would take for an address, without asking anybody. */
static void check_literal(const struct of_target *target)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	if (getaddrinfo(target->host.ptr, NULL, &hints, &found) != 0)
		return;
	/* a name that is one by another notation alone is asked for as a name */
	if (!target->literal && of_address_is_global(found->ai_addr))
		fuzz_fail("%s is an address and is not known as one", target->host.ptr);
	freeaddrinfo(found);
}

static void check_name(struct of_str url)
{
	static struct of_buf name, again;

	of_buf_clear(&name);
	of_link_add_name(&name, url);
	of_buf_clear(&again);
	of_link_add_name(&again, of_buf_str(&name));
	fuzz_require_equal(of_buf_str(&again), of_buf_str(&name), "a link's name has another");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct of_parser parser;
	static struct of_buf url;
	struct of_target target;

	if (parser.url == NULL)
		fuzz_require(of_parser_init(&parser), "memory for a parser");
	of_buf_clear(&url);
	/* as links are: resolved */
	of_url_resolve(&url, STR("https://ex.org/"), (struct of_str){(const char *)data, size});
	if (!of_url_is_http(of_buf_str(&url)))
		return 0;
	check_name(of_buf_str(&url));
	if (!of_target_parse(&target, &parser, of_buf_str(&url), fuzz_arena()))
		return 0;
	fuzz_require(target.host.len > 0 && target.port <= 65535, "a target that is none");
	fuzz_require(target.path.len > 0 && target.path.ptr[0] == '/', "a path that is none");
	compare_with_curl(&target);
	check_literal(&target);
	return 0;
}
