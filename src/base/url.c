#include "base/url.h"

#include "base/str.h"
#include "base/unicode.h"
#include "base/url_text.h"

static bool is_digits(struct of_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!of_byte_is_digit(s.ptr[i]))
			return false;
	return true;
}

/* A colon without a port's digits after it stays in the host, which is then no valid one. */
static void split_authority(struct of_url *url)
{
	struct of_str host = url->authority;
	size_t at = of_str_find_last_byte(host, '@');
	size_t colon;

	if (at != OF_NPOS)
		host = of_str_from_offset(host, at + 1);
	url->host = host;
	colon = of_str_find_last_byte(host, ':');
	if (colon == OF_NPOS || !is_digits(of_str_from_offset(host, colon + 1)))
		return;
	if (host.ptr[0] == '[' && host.ptr[colon - 1] != ']')
		return;
	url->host = of_str_slice(host, 0, colon);
	url->port = of_str_from_offset(host, colon + 1);
}

/* Cuts the first length bytes off *rest, and the delimiter of skip bytes before the next. */
static struct of_str cut(struct of_str *rest, size_t length, size_t skip)
{
	struct of_str head = of_str_slice(*rest, 0, length);

	*rest = of_str_from_offset(*rest, length + skip);
	return head;
}

/* The scheme and the authority; gives what follows them. */
static struct of_str split_origin(struct of_url *url, struct of_str reference)
{
	struct of_str rest = reference;
	size_t length = of_url_scheme_length(rest);

	if (length > 0)
		url->scheme = cut(&rest, length, 1);
	if (of_str_starts(rest, STR("//"))) {
		rest = of_str_from_offset(rest, 2);
		url->has_authority = true;
		length =
			of_url_length_until(rest, OF_URL_SLASH | OF_URL_QUESTION | OF_URL_HASH);
		url->authority = cut(&rest, length, 0);
		split_authority(url);
	}
	return rest;
}

struct of_url of_url_split(struct of_str reference)
{
	struct of_url url = {0};
	struct of_str rest = split_origin(&url, reference);

	url.path = cut(&rest, of_url_length_until(rest, OF_URL_QUESTION | OF_URL_HASH), 0);
	if (rest.len > 0 && rest.ptr[0] == '?') {
		rest = of_str_from_offset(rest, 1);
		url.has_query = true;
		url.query = cut(&rest, of_url_length_until(rest, OF_URL_HASH), 0);
	}
	if (rest.len > 0) {
		url.has_fragment = true;
		url.fragment = of_str_from_offset(rest, 1);
	}
	return url;
}

bool of_url_is_absolute(struct of_str reference)
{
	size_t i = of_url_scheme_length(reference);

	if (i == 0)
		return false;
	i = of_url_pass_settled(reference, i);
	while (i < reference.len) {
		char c = reference.ptr[i];

		if (c > ' ' && c < 0x7f)
			i++;
		else if (of_url_is_blank(of_unicode_next(reference, &i)))
			return false;
	}
	return true;
}

static bool is_host(struct of_str host)
{
	if (host.len == 0)
		return false;
	if (host.ptr[0] == '[')
		return host.len > 2 && host.ptr[host.len - 1] == ']';
	return of_str_find_byte(host, ':') == OF_NPOS;
}

bool of_url_is_http(struct of_str reference)
{
	struct of_url url = {0};
	uint64_t port = 0;

	split_origin(&url, reference);
	if (!of_str_equal_nocase(url.scheme, STR("http")) &&
		!of_str_equal_nocase(url.scheme, STR("https")))
		return false;
	if (url.port.len > 0 && (!of_str_to_uint(&port, url.port) || port > 65535))
		return false;
	return is_host(url.host) && of_url_is_absolute(reference);
}

bool of_url_claims_http(struct of_str reference)
{
	return of_str_starts_nocase(reference, STR("http:")) ||
	       of_str_starts_nocase(reference, STR("https:"));
}

void of_url_add_host(struct of_buf *out, struct of_str url)
{
	struct of_str host = of_url_split(url).host;

	if (!of_url_is_http(url))
		return;
	for (size_t i = 0; i < host.len; i++)
		of_buf_add_byte(out, of_byte_lower(host.ptr[i]));
}
