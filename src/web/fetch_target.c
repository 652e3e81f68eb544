#include "base/address.h"
#include "base/unicode.h"
#include "base/url.h"
#include "web/fetch_parts.h"
#include "web/punycode.h"
#include <arpa/inet.h>
#include <curl/curl.h>

bool of_parser_init(struct of_parser *parser)
{
	*parser = (struct of_parser){.url = curl_url()};
	return parser->url != NULL;
}

void of_parser_finish(struct of_parser *parser)
{
	curl_url_cleanup(parser->url);
	of_buf_finish(&parser->text);
}

bool of_parser_keep(struct of_parser *parser, void **parts)
{
	void *spare = *parts != NULL ? *parts : curl_url();

	if (spare == NULL)
		return false;
	*parts = parser->url;
	parser->url = spare;
	return true;
}

void of_parts_free(void *parts)
{
	curl_url_cleanup(parts);
}

static bool is_ascii(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

/* The URI of an IRI: a host beyond ASCII by its A-labels, the rest percent-encoded. */
static bool add_uri(struct of_buf *out, struct of_str url)
{
	struct of_str host = of_url_split(url).host;
	struct of_buf plain = {0};
	size_t at;
	bool done;

	if (is_ascii(host)) {
		of_url_add_uri(out, url);
		return out->status == OF_OK;
	}
	at = (size_t)(host.ptr - url.ptr);
	of_buf_add_str(&plain, of_str_slice(url, 0, at));
	done = of_punycode_add_host(&plain, host);
	of_buf_add_str(&plain, of_str_from_offset(url, at + host.len));
	of_url_add_uri(out, of_buf_str(&plain));
	/* what is behind the host is lost as well */
	if (plain.status != OF_OK)
		out->status = plain.status;
	done = done && out->status == OF_OK;
	of_buf_finish(&plain);
	return done;
}

static struct of_str get_part(struct of_parser *parser, CURLUPart part, struct of_arena *arena)
{
	struct of_str kept = {0};
	char *text = NULL;
	CURLUcode code = curl_url_get(parser->url, part, &text, CURLU_DEFAULT_PORT);

	if (code == CURLUE_OK)
		kept = of_arena_dup(arena, of_str_from(text));
	parser->no_memory |= code == CURLUE_OUT_OF_MEMORY;
	curl_free(text);
	return kept;
}

/*
 * The name that is asked for and compared: lower case, and an IPv6 address without its
 * dress. Absent for a name with a '%', of which libcurl would ask all, as no name has one.
 */
static struct of_str bare_host(struct of_str host, struct of_arena *arena)
{
	char *copy = of_arena_take_raw(arena, host.len + 1);
	struct of_str bare = {copy, 0};

	if (copy == NULL ||
		(!of_str_starts(host, STR("[")) && of_str_find_byte(host, '%') != OF_NPOS))
		return (struct of_str){0};
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == '%')
			break;
		else if (host.ptr[i] != '[' && host.ptr[i] != ']')
			copy[bare.len++] = of_byte_lower(host.ptr[i]);
	copy[bare.len] = '\0';
	return bare;
}

static void look_for_address(struct of_target *target)
{
	struct sockaddr_storage address;

	target->literal = of_address_parse(&address, target->host);
	if (target->literal && address.ss_family == AF_INET6)
		memcpy(&target->address, &address, sizeof(target->address.v6));
	else if (target->literal)
		memcpy(&target->address, &address, sizeof(target->address.v4));
}

/*
 * "1.2%2e5": libcurl makes "1.2.0.5" of "1.2.5", but not of what becomes that as it is
 * decoded; the system's resolver would. No name of the DNS is written so.
 */
static bool is_odd_address(const struct of_target *target)
{
	struct in_addr address;

	return !target->literal && inet_aton(target->host.ptr, &address) != 0;
}

static bool set_url(struct of_parser *parser, struct of_str url)
{
	CURLUcode code;

	of_buf_clear(&parser->text);
	if (url.len > OF_LIMIT_URL || !of_url_is_http(url))
		return false;
	if (!add_uri(&parser->text, url)) {
		parser->no_memory = parser->text.status != OF_OK;
		return false;
	}
	code = curl_url_set(parser->url, CURLUPART_URL, parser->text.ptr, 0);
	parser->no_memory = code == CURLUE_OUT_OF_MEMORY;
	return code == CURLUE_OK;
}

bool of_target_parse(struct of_target *target, struct of_parser *parser, struct of_str url,
	struct of_arena *arena)
{
	struct of_str path, query;
	uint64_t port = 0;

	*target = (struct of_target){0};
	url = of_str_slice(url, 0, of_str_find_byte(url, '#'));
	parser->no_memory = false;
	if (!set_url(parser, url))
		return false;
	target->uri = of_arena_dup(arena, of_buf_str(&parser->text));
	target->host = bare_host(get_part(parser, CURLUPART_HOST, arena), arena);
	target->secure = url.len > 5 && of_byte_lower(url.ptr[4]) == 's';
	path = get_part(parser, CURLUPART_PATH, arena);
	query = get_part(parser, CURLUPART_QUERY, arena);
	of_buf_clear(&parser->text);
	of_buf_add_str(&parser->text, path);
	if (query.len > 0)
		of_buf_add_byte(&parser->text, '?');
	of_buf_add_str(&parser->text, query);
	target->path = of_arena_dup(arena, of_buf_str(&parser->text));
	parser->no_memory |=
		parser->text.status != OF_OK || of_arena_status(arena, NULL) != OF_OK;
	if (!of_str_to_uint(&port, get_part(parser, CURLUPART_PORT, arena)))
		return false;
	target->port = (unsigned)port;
	parser->no_memory |= of_arena_status(arena, NULL) != OF_OK;
	look_for_address(target);
	return target->host.len > 0 && !parser->no_memory && !is_odd_address(target);
}
