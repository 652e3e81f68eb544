#include "serve/wanted.h"

#include "base/address.h"
#include "base/str.h"
#include "base/url.h"
#include <netinet/in.h>

enum { HTTP_BAD = 400, HTTP_NOT_FOUND = 404 };

static int hex(char c)
{
	return of_byte_is_digit(c) ? c - '0' : of_byte_lower(c) - 'a' + 10;
}

/* The next byte of the text, decoded; -1 where an escape is none. */
static int next_byte(struct of_str text, size_t *at)
{
	char c = text.ptr[(*at)++];

	if (c != '%')
		return (unsigned char)c;
	if (text.len - *at < 2 || !of_byte_is_hex(text.ptr[*at]) ||
		!of_byte_is_hex(text.ptr[*at + 1]))
		return -1;
	*at += 2;
	return hex(text.ptr[*at - 2]) * 16 + hex(text.ptr[*at - 1]);
}

/* Decodes the text without its first slash; a run of slashes is one. */
static unsigned decode(struct of_wanted *wanted, struct of_str text)
{
	size_t at = 0;

	wanted->len = 0;
	wanted->folder = true;
	while (at < text.len) {
		int c = next_byte(text, &at);

		if (c < 0x20 || c == 0x7F || c == '\\')
			return HTTP_BAD;
		if (c == '/') {
			wanted->folder = true;
			continue;
		}
		if (wanted->len + 2 > OF_WANTED_LIMIT)
			return HTTP_NOT_FOUND;
		if (wanted->folder && wanted->len > 0)
			wanted->path[wanted->len++] = '/';
		wanted->path[wanted->len++] = (char)c;
		wanted->folder = false;
	}
	wanted->path[wanted->len] = '\0';
	return 0;
}

static unsigned judge(struct of_str path)
{
	unsigned status = 0;

	while (path.ptr != NULL) {
		struct of_str segment = of_str_split(&path, '/');

		if (of_str_equal(segment, STR("..")))
			return HTTP_BAD;
		if (segment.len > 0 && segment.ptr[0] == '.')
			status = HTTP_NOT_FOUND;
	}
	return status;
}

unsigned of_wanted_parse(struct of_wanted *wanted, struct of_str text)
{
	unsigned status;

	if (of_url_is_http(text)) {
		text = of_url_split(text).path;
		if (text.len == 0)
			text = STR("/");
	}
	if (text.len == 0 || text.ptr[0] != '/')
		return HTTP_BAD;
	status = decode(wanted, of_str_from_offset(text, 1));
	return status != 0 ? status : judge((struct of_str){wanted->path, wanted->len});
}

static bool is_loopback_address(struct of_str text)
{
	struct sockaddr_storage address;

	if (!of_address_parse(&address, text))
		return false;
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *four = (const void *)&address;

		return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	return IN6_IS_ADDR_LOOPBACK(
		&((const struct sockaddr_in6 *)(const void *)&address)->sin6_addr);
}

/* "name", "name:80", "[::1]", "[::1]:80" without its port and brackets. */
static struct of_str without_port(struct of_str host)
{
	if (host.len > 0 && host.ptr[0] == '[')
		return of_str_slice(host, 1, of_str_find_byte(host, ']'));
	return of_str_slice(host, 0, of_str_find_byte(host, ':'));
}

bool of_host_is_loopback(struct of_str host)
{
	struct of_str name = without_port(of_str_trim(host));

	if (name.len > 1 && name.ptr[name.len - 1] == '.')
		name.len--;
	/* RFC 6761 section 6.3: whatever is below localhost is this machine, too */
	return of_str_equal_nocase(name, STR("localhost")) ||
	       of_str_ends_nocase(name, STR(".localhost")) || is_loopback_address(name);
}
