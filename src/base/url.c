#include "base/url.h"

#include "base/str.h"
#include "base/unicode.h"

struct range {
	uint32_t first, last;
};

/* White space and control characters of Unicode, and what looks like them: no width at all. */
static const struct range blanks[] = {
	{0x0000, 0x0020},
	{0x007f, 0x00a0},
	{0x1680, 0x1680},
	{0x2000, 0x200b},
	{0x2028, 0x2029},
	{0x202f, 0x202f},
	{0x205f, 0x205f},
	{0x3000, 0x3000},
	{0xfeff, 0xfeff},
};

/*
 * ucschar of RFC 3987 section 2.2 below U+10000, without the blanks above and
 * without the bidirectional controls (section 4.1).
 */
static const struct range iri_characters[] = {
	{0x00a1, 0x167f},
	{0x1681, 0x1fff},
	{0x200c, 0x200d},
	{0x2010, 0x2027},
	{0x2030, 0x205e},
	{0x2060, 0x2065},
	{0x206a, 0x2fff},
	{0x3001, 0xd7ff},
	{0xf900, 0xfdcf},
	{0xfdf0, 0xfefe},
	{0xff00, 0xffef},
};

/* What an ASCII character is good for. */
enum kind {
	SCHEME = 1,  /* letters, digits and +-. */
	SEGMENT = 2, /* those and _~!$&'()*,;=:@ */
	SLASH = 4,
	QUESTION = 8,
	HASH = 16,
	BRACKET = 32,
	S = SEGMENT,
	A = SCHEME | SEGMENT
};

/* clang-format off */
static const unsigned char kinds[256] = {
	[' '] = 0, S, 0, HASH, S, 0, S, S, S, S, S, A, S, A, A, SLASH,
	A, A, A, A, A, A, A, A, A, A, S, S, 0, S, 0, QUESTION,
	S, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, BRACKET, 0, BRACKET, 0, S,
	0, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
	A, A, A, A, A, A, A, A, A, A, A, 0, 0, 0, S, 0
};
/* clang-format on */

/*
 * What may stand in a part (RFC 3986 section 3): characters of these kinds,
 * escapes that the text holds already, and in an IRI characters beyond ASCII.
 * A literal is an authority that ends in an address between brackets.
 */
enum {
	ESCAPES = 64,
	BEYOND_ASCII = 128,
	AUTHORITY = SEGMENT | ESCAPES,
	LITERAL = AUTHORITY | BRACKET,
	PATH = AUTHORITY | SLASH,
	QUERY = PATH | QUESTION
};

static bool is_of(char c, unsigned wanted)
{
	return (kinds[(unsigned char)c] & wanted) != 0;
}

/* The offset of the first byte from `from` on that is of none of the kinds, or the end. */
static size_t skip_kinds(struct of_str s, size_t from, unsigned wanted)
{
	while (from < s.len && is_of(s.ptr[from], wanted))
		from++;
	return from;
}

/* The length of what comes before the first byte of one of the kinds. */
static size_t length_until(struct of_str s, unsigned ends)
{
	size_t i = 0;

	while (i < s.len && !is_of(s.ptr[i], ends))
		i++;
	return i;
}

static bool in_ranges(uint32_t code_point, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code_point >= ranges[i].first && code_point <= ranges[i].last)
			return true;
	return false;
}

static bool is_blank(uint32_t code_point)
{
	return in_ranges(code_point, blanks, sizeof(blanks) / sizeof(*blanks));
}

static bool is_iri_character(uint32_t code_point)
{
	if (code_point < 0x10000)
		return in_ranges(code_point, iri_characters,
			sizeof(iri_characters) / sizeof(*iri_characters));
	return (code_point & 0xffff) < 0xfffe && code_point < 0xf0000 &&
	       (code_point < 0xe0000 || code_point > 0xe0fff);
}

static size_t scheme_length(struct of_str s)
{
	size_t i = s.len > 0 && of_byte_is_alpha(s.ptr[0]) ? skip_kinds(s, 0, SCHEME) : 0;

	return i > 0 && i < s.len && s.ptr[i] == ':' ? i : 0;
}

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

struct of_url of_url_split(struct of_str reference)
{
	struct of_url url = {0};
	struct of_str rest = reference;
	size_t length = scheme_length(rest);

	if (length > 0)
		url.scheme = cut(&rest, length, 1);
	if (of_str_starts(rest, STR("//"))) {
		rest = of_str_from_offset(rest, 2);
		url.has_authority = true;
		url.authority = cut(&rest, length_until(rest, SLASH | QUESTION | HASH), 0);
		split_authority(&url);
	}
	url.path = cut(&rest, length_until(rest, QUESTION | HASH), 0);
	if (rest.len > 0 && rest.ptr[0] == '?') {
		rest = of_str_from_offset(rest, 1);
		url.has_query = true;
		url.query = cut(&rest, length_until(rest, HASH), 0);
	}
	if (rest.len > 0) {
		url.has_fragment = true;
		url.fragment = of_str_from_offset(rest, 1);
	}
	return url;
}

bool of_url_is_absolute(struct of_str reference)
{
	size_t i = 0;

	if (scheme_length(reference) == 0)
		return false;
	while (i < reference.len) {
		char c = reference.ptr[i];

		if (c > ' ' && c < 0x7f)
			i++;
		else if (is_blank(of_unicode_next(reference, &i)))
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
	struct of_url url = of_url_split(reference);
	uint64_t port = 0;

	if (!of_str_equal_nocase(url.scheme, STR("http")) &&
		!of_str_equal_nocase(url.scheme, STR("https")))
		return false;
	if (url.port.len > 0 && (!of_str_to_uint(&port, url.port) || port > 65535))
		return false;
	return is_host(url.host) && of_url_is_absolute(reference);
}

void of_url_add_host(struct of_buf *out, struct of_str url)
{
	struct of_str host = of_url_split(url).host;

	if (!of_url_is_http(url))
		return;
	for (size_t i = 0; i < host.len; i++)
		of_buf_add_byte(out, of_byte_lower(host.ptr[i]));
}

/* Whether the character at *i may stand as it is; *i moves past it. */
static bool stands(unsigned part, struct of_str text, size_t *i)
{
	char c = text.ptr[*i];

	if ((unsigned char)c >= 0x80)
		return is_iri_character(of_unicode_next(text, i)) && (part & BEYOND_ASCII) != 0;
	(*i)++;
	if (c == '%')
		return (part & ESCAPES) != 0 && text.len - *i >= 2 &&
		       of_byte_is_hex(text.ptr[*i]) && of_byte_is_hex(text.ptr[*i + 1]);
	return is_of(c, part);
}

static void add_percent(struct of_buf *out, struct of_str bytes)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];

		of_buf_add_byte(out, '%');
		of_buf_add_byte(out, digits[byte >> 4]);
		of_buf_add_byte(out, digits[byte & 15]);
	}
}

static void add_encoded(struct of_buf *out, struct of_str text, unsigned part)
{
	size_t copied = 0;
	size_t i = 0;

	while ((i = skip_kinds(text, i, part)) < text.len) {
		size_t from = i;

		if (stands(part, text, &i))
			continue;
		of_buf_add_str(out, of_str_slice(text, copied, from));
		add_percent(out, of_str_slice(text, from, i));
		copied = i;
	}
	of_buf_add_str(out, of_str_from_offset(text, copied));
}

static void add_scheme_and_authority(
	struct of_buf *out, const struct of_url *url, unsigned allowed)
{
	struct of_str host = url->host;

	if (url->scheme.len > 0) {
		of_buf_add_str(out, url->scheme);
		of_buf_add_byte(out, ':');
	}
	if (!url->has_authority)
		return;
	of_buf_add_text(out, "//");
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		add_encoded(out, url->authority, LITERAL | allowed);
	else
		add_encoded(out, url->authority, AUTHORITY | allowed);
}

static void add_query_and_fragment(
	struct of_buf *out, const struct of_url *url, unsigned allowed)
{
	if (url->has_query) {
		of_buf_add_byte(out, '?');
		add_encoded(out, url->query, QUERY | allowed);
	}
	if (url->has_fragment) {
		of_buf_add_byte(out, '#');
		add_encoded(out, url->fragment, QUERY | allowed);
	}
}

/*
 * RFC 3986 section 5.2.4, a segment at a time and straight into the output: a
 * segment is taken back at most once, so that the whole is linear.
 */
struct dot_remover {
	struct of_buf *out;
	size_t start; /* of the path in out */
	bool slash;   /* one stands before the next segment */
};

static void take_segment_back(struct dot_remover *remover)
{
	struct of_buf *out = remover->out;
	size_t len = out->len;

	if (out->status != OF_OK)
		return;
	while (len > remover->start && out->ptr[len - 1] != '/')
		len--;
	of_buf_truncate(out, len > remover->start ? len - 1 : len);
}

static void add_segment(struct dot_remover *remover, struct of_str segment, bool last)
{
	bool up = of_str_equal(segment, STR(".."));

	if (!up && !of_str_equal(segment, STR("."))) {
		if (remover->slash)
			of_buf_add_byte(remover->out, '/');
		add_encoded(remover->out, segment, PATH | BEYOND_ASCII);
		remover->slash = true;
	} else if (remover->slash) {
		if (up)
			take_segment_back(remover);
		if (last)
			of_buf_add_byte(remover->out, '/');
	}
}

static void add_segments(struct dot_remover *remover, struct of_str path, bool last)
{
	while (path.ptr != NULL) {
		struct of_str segment = of_str_split(&path, '/');

		add_segment(remover, segment, last && path.ptr == NULL);
	}
}

/* Keeps a path from being read as an authority or a scheme (RFC 3986 sections 3.3 and 4.2). */
static void guard_path(struct of_buf *out, size_t start, const struct of_url *url)
{
	struct of_str path = of_str_from_offset(of_buf_str(out), start);
	const char *guard = NULL;

	if (url->has_authority || out->status != OF_OK)
		return;
	if (of_str_starts(path, STR("//")))
		guard = "/.";
	else if (url->scheme.len == 0 && scheme_length(path) > 0)
		guard = "./";
	if (guard == NULL)
		return;
	of_buf_add(out, guard, 2);
	if (out->status != OF_OK)
		return;
	memmove(out->ptr + start + 2, out->ptr + start, out->len - start - 2);
	memcpy(out->ptr + start, guard, 2);
}

static struct of_str trim(struct of_str s)
{
	size_t i = 0;

	while (i < s.len && is_blank(of_unicode_next(s, &i))) {
		s = of_str_from_offset(s, i);
		i = 0;
	}
	while (s.len > 0) {
		size_t at = s.len - 1;

		while (at > 0 && s.len - at < 4 && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
			at--;
		i = at;
		if (!is_blank(of_unicode_next(s, &i)) || i != s.len)
			break;
		s.len = at;
	}
	return s;
}

/* RFC 3986 section 5.2.2: what of the base stands in the target; true when it lends its path.
 */
static bool take_from_base(struct of_url *target, const struct of_url *base)
{
	if (target->scheme.len > 0)
		return false;
	target->scheme = base->scheme;
	if (target->has_authority)
		return false;
	target->has_authority = base->has_authority;
	target->authority = base->authority;
	target->host = base->host;
	if (target->path.len > 0)
		return target->path.ptr[0] != '/';
	target->path = base->path;
	if (!target->has_query) {
		target->has_query = base->has_query;
		target->query = base->query;
	}
	return false;
}

/*
 * What an absolute URL with an authority most often is: characters that stand
 * as they are in whatever part they are, and no segment that begins with a
 * dot. It resolves to itself, and is its own URI.
 */
static bool is_settled(struct of_str reference)
{
	size_t i = scheme_length(reference);

	if (i == 0 || !of_str_starts(of_str_from_offset(reference, i), STR("://")))
		return false;
	for (; i < reference.len; i++)
		if (!is_of(reference.ptr[i], SEGMENT | SLASH | QUESTION) ||
			(reference.ptr[i] == '.' && reference.ptr[i - 1] == '/'))
			return false;
	return true;
}

void of_url_resolve(struct of_buf *out, struct of_str base, struct of_str reference)
{
	struct of_url from, target;
	struct dot_remover remover = {out, 0, false};
	bool keep_dots, merge;
	size_t slash;

	if (is_settled(reference)) {
		of_buf_add_str(out, reference);
		return;
	}
	from = of_url_split(trim(base));
	target = of_url_split(trim(reference));
	keep_dots = target.scheme.len == 0 && !target.has_authority && target.path.len == 0;
	merge = take_from_base(&target, &from);
	slash = of_str_find_last_byte(from.path, '/');
	add_scheme_and_authority(out, &target, BEYOND_ASCII);
	remover.start = out->len;
	if (keep_dots) {
		add_encoded(out, target.path, PATH | BEYOND_ASCII);
	} else {
		if (merge && from.path.len == 0 && from.has_authority)
			remover.slash = true;
		else if (merge && slash != OF_NPOS)
			add_segments(&remover, of_str_slice(from.path, 0, slash), false);
		add_segments(&remover, target.path, true);
	}
	guard_path(out, remover.start, &target);
	add_query_and_fragment(out, &target, BEYOND_ASCII);
}

void of_url_add_uri(struct of_buf *out, struct of_str iri)
{
	struct of_url url;

	if (is_settled(iri)) {
		of_buf_add_str(out, iri);
		return;
	}
	url = of_url_split(iri);
	add_scheme_and_authority(out, &url, 0);
	add_encoded(out, url.path, PATH);
	add_query_and_fragment(out, &url, 0);
}

void of_url_add_segment(struct of_buf *out, struct of_str text)
{
	add_encoded(out, text, SEGMENT | BEYOND_ASCII);
}
