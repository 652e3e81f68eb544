#include "audit/memento.h"

#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include <jansson.h>
#include <outfeed/audit.h>

#define DIGITS 14 /* of YYYYMMDDhhmmss */

/* -- The question */

static bool is_unreserved(char byte)
{
	return of_byte_is_alpha(byte) || of_byte_is_digit(byte) || strchr("-._~", byte) != NULL;
}

static void add_escaped(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\0' && is_unreserved(text.ptr[i]))
			of_buf_add_byte(out, text.ptr[i]);
		else
			of_buf_add_format(out, "%%%02X", (unsigned char)text.ptr[i]);
	}
}

void of_memento_add_question(
	struct of_buf *out, struct of_str service, struct of_str url, int64_t time)
{
	struct of_civil civil = of_time_to_civil(time);

	of_buf_add_str(out, service);
	of_buf_add_text(out, of_str_find_byte(service, '?') != OF_NPOS ? "&url=" : "?url=");
	add_escaped(out, url);
	of_buf_add_format(out, "&timestamp=%04d%02d%02d%02d%02d%02d", civil.year, civil.month,
		civil.day, civil.hour, civil.minute, civil.second);
}

/* -- The answer */

static struct of_str text_at(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	return (struct of_str){json_string_value(value), json_string_length(value)};
}

/* A number, or its digits as text: services differ. */
static bool is_status_200(const json_t *map)
{
	const json_t *status = json_object_get(map, "status");

	return json_is_integer(status) ? json_integer_value(status) == 200
				       : of_str_equal(text_at(map, "status"), STR("200"));
}

static int number_at(struct of_str digits, size_t from, size_t to)
{
	uint64_t number = 0;

	return of_str_to_uint(&number, of_str_slice(digits, from, to)) ? (int)number : -1;
}

static bool read_timestamp(int64_t *seconds, struct of_str digits)
{
	const struct of_civil civil = {number_at(digits, 0, 4), number_at(digits, 4, 6),
		number_at(digits, 6, 8), number_at(digits, 8, 10), number_at(digits, 10, 12),
		number_at(digits, 12, 14)};

	if (digits.len != DIGITS || civil.year < 1 || civil.month < 1 || civil.month > 12 ||
		civil.day < 1 || civil.day > 31 || civil.hour < 0 || civil.hour > 23 ||
		civil.minute < 0 || civil.minute > 59 || civil.second < 0 || civil.second > 60)
		return false;
	*seconds = of_time_from_civil(civil);
	return true;
}

/* The host of the service itself, or one below it, such as web.archive.org of archive.org. */
static bool is_of_service(struct of_str host, struct of_str service)
{
	if (of_str_equal_nocase(host, service))
		return true;
	return host.len > service.len && of_str_ends_nocase(host, service) &&
	       host.ptr[host.len - service.len - 1] == '.';
}

static void add_address(struct of_buf *out, struct of_str service, struct of_str address)
{
	struct of_url parts = of_url_split(address);
	struct of_url asked = of_url_split(service);
	bool upgrade = of_str_equal_nocase(parts.scheme, STR("http")) &&
		       of_str_equal_nocase(asked.scheme, STR("https")) &&
		       is_of_service(parts.host, asked.host) &&
		       (parts.port.len == 0 || of_str_equal(parts.port, STR("80")));

	if (!upgrade) {
		of_buf_add_str(out, address);
		return;
	}
	of_buf_add_text(out, "https://");
	of_buf_add_str(out, parts.host);
	of_buf_add_str(out,
		of_str_from_offset(address,
			(size_t)(parts.authority.ptr - address.ptr) + parts.authority.len));
}

static enum of_memento read_closest(
	struct of_buf *out, int64_t *captured, struct of_str service, const json_t *closest)
{
	struct of_buf address = {0};
	enum of_memento answer = OF_MEMENTO_NONE;

	if (!json_is_true(json_object_get(closest, "available")) || !is_status_200(closest))
		return OF_MEMENTO_NONE;
	if (!read_timestamp(captured, text_at(closest, "timestamp")))
		return OF_MEMENTO_UNCLEAR;
	/* its spaces and control characters, if any, are not to be trusted */
	of_url_resolve(&address, STR(""), text_at(closest, "url"));
	if (address.status == OF_OK && of_url_is_http(of_buf_str(&address)) &&
		address.len <= OF_LIMIT_URL) {
		add_address(out, service, of_buf_str(&address));
		answer = OF_MEMENTO_FOUND;
	}
	of_buf_finish(&address);
	return answer;
}

enum of_memento of_memento_read(
	struct of_buf *out, int64_t *captured, struct of_str service, struct of_str body)
{
	json_t *root = body.len > 0 ? json_loadb(body.ptr, body.len, 0, NULL) : NULL;
	const json_t *snapshots = json_object_get(root, "archived_snapshots");
	const json_t *closest = json_object_get(snapshots, "closest");
	enum of_memento answer = OF_MEMENTO_UNCLEAR;

	/* nothing there is an empty object, or an empty list where a language has no other */
	if (json_is_object(closest))
		answer = read_closest(out, captured, service, closest);
	else if (snapshots != NULL)
		answer = OF_MEMENTO_NONE;
	json_decref(root);
	return answer;
}
