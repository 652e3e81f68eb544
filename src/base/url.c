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

/* What may stand in a part beside ASCII letters and digits. */
struct alphabet {
	struct of_str punctuation;
	bool escapes; /* the text holds %XX already */
	bool iri;     /* characters beyond ASCII may stand */
};

#define SEGMENT_PUNCTUATION "-._~!$&'()*+,;=:@"

/* The parts of a reference whose characters differ. */
enum part { PART_AUTHORITY, PART_LITERAL, PART_PATH, PART_QUERY, PART_COUNT };

/* RFC 3986 section 3; a literal is an authority that ends in an address between brackets. */
static const struct alphabet alphabets[2][PART_COUNT] = {
	{
		{STR_INIT(SEGMENT_PUNCTUATION), true, false},
		{STR_INIT(SEGMENT_PUNCTUATION "[]"), true, false},
		{STR_INIT(SEGMENT_PUNCTUATION "/"), true, false},
		{STR_INIT(SEGMENT_PUNCTUATION "/?"), true, false},
	},
	{
		{STR_INIT(SEGMENT_PUNCTUATION), true, true},
		{STR_INIT(SEGMENT_PUNCTUATION "[]"), true, true},
		{STR_INIT(SEGMENT_PUNCTUATION "/"), true, true},
		{STR_INIT(SEGMENT_PUNCTUATION "/?"), true, true},
	},
};

static const struct alphabet segment_alphabet = {STR_INIT(SEGMENT_PUNCTUATION), false, true};

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
	size_t i = 0;

	if (s.len == 0 || !of_byte_is_alpha(s.ptr[0]))
		return 0;
	while (i < s.len && (of_byte_is_alpha(s.ptr[i]) || of_byte_is_digit(s.ptr[i]) ||
				    s.ptr[i] == '+' || s.ptr[i] == '-' || s.ptr[i] == '.'))
		i++;
	return i < s.len && s.ptr[i] == ':' ? i : 0;
}

/* The length of what comes before the first of two bytes that end a part. */
static size_t length_until(struct of_str s, char a, char b)
{
	size_t i = 0;

	while (i < s.len && s.ptr[i] != a && s.ptr[i] != b)
		i++;
	return i;
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
	size_t slash, end;

	if (length > 0)
		url.scheme = cut(&rest, length, 1);
	if (of_str_starts(rest, STR("//"))) {
		rest = of_str_from_offset(rest, 2);
		slash = length_until(rest, '/', '/');
		end = length_until(rest, '?', '#');
		url.has_authority = true;
		url.authority = cut(&rest, slash < end ? slash : end, 0);
		split_authority(&url);
	}
	url.path = cut(&rest, length_until(rest, '?', '#'), 0);
	if (rest.len > 0 && rest.ptr[0] == '?') {
		rest = of_str_from_offset(rest, 1);
		url.has_query = true;
		url.query = cut(&rest, length_until(rest, '#', '#'), 0);
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
	while (i < reference.len)
		if (is_blank(of_unicode_next(reference, &i)))
			return false;
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
static bool stands(const struct alphabet *alphabet, struct of_str text, size_t *i)
{
	char c = text.ptr[*i];

	if ((unsigned char)c >= 0x80)
		return is_iri_character(of_unicode_next(text, i)) && alphabet->iri;
	(*i)++;
	if (c == '%')
		return alphabet->escapes && text.len - *i >= 2 &&
		       of_byte_is_hex(text.ptr[*i]) && of_byte_is_hex(text.ptr[*i + 1]);
	return of_byte_is_alpha(c) || of_byte_is_digit(c) ||
	       of_str_find_byte(alphabet->punctuation, c) != OF_NPOS;
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

static void add_encoded(struct of_buf *out, struct of_str text, const struct alphabet *alphabet)
{
	size_t copied = 0;
	size_t i = 0;

	while (i < text.len) {
		size_t from = i;

		if (stands(alphabet, text, &i))
			continue;
		of_buf_add_str(out, of_str_slice(text, copied, from));
		add_percent(out, of_str_slice(text, from, i));
		copied = i;
	}
	of_buf_add_str(out, of_str_from_offset(text, copied));
}

static void add_scheme_and_authority(
	struct of_buf *out, const struct of_url *url, const struct alphabet *parts)
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
		add_encoded(out, url->authority, &parts[PART_LITERAL]);
	else
		add_encoded(out, url->authority, &parts[PART_AUTHORITY]);
}

static void add_query_and_fragment(
	struct of_buf *out, const struct of_url *url, const struct alphabet *parts)
{
	if (url->has_query) {
		of_buf_add_byte(out, '?');
		add_encoded(out, url->query, &parts[PART_QUERY]);
	}
	if (url->has_fragment) {
		of_buf_add_byte(out, '#');
		add_encoded(out, url->fragment, &parts[PART_QUERY]);
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
		add_encoded(remover->out, segment, &alphabets[true][PART_PATH]);
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

void of_url_resolve(struct of_buf *out, struct of_str base, struct of_str reference)
{
	struct of_url from = of_url_split(trim(base));
	struct of_url target = of_url_split(trim(reference));
	bool keep_dots =
		target.scheme.len == 0 && !target.has_authority && target.path.len == 0;
	bool merge = take_from_base(&target, &from);
	struct dot_remover remover = {out, 0, false};
	size_t slash = of_str_find_last_byte(from.path, '/');

	add_scheme_and_authority(out, &target, alphabets[true]);
	remover.start = out->len;
	if (keep_dots) {
		add_encoded(out, target.path, &alphabets[true][PART_PATH]);
	} else {
		if (merge && from.path.len == 0 && from.has_authority)
			remover.slash = true;
		else if (merge && slash != OF_NPOS)
			add_segments(&remover, of_str_slice(from.path, 0, slash), false);
		add_segments(&remover, target.path, true);
	}
	guard_path(out, remover.start, &target);
	add_query_and_fragment(out, &target, alphabets[true]);
}

void of_url_add_uri(struct of_buf *out, struct of_str iri)
{
	struct of_url url = of_url_split(iri);

	add_scheme_and_authority(out, &url, alphabets[false]);
	add_encoded(out, url.path, &alphabets[false][PART_PATH]);
	add_query_and_fragment(out, &url, alphabets[false]);
}

void of_url_add_segment(struct of_buf *out, struct of_str text)
{
	add_encoded(out, text, &segment_alphabet);
}
