/* Putting URLs together. */
#include "base/url.h"

#include "base/str.h"
#include "base/unicode.h"
#include "base/url_text.h"

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
		of_url_add_encoded(out, url->authority, OF_URL_LITERAL | allowed);
	else
		of_url_add_encoded(out, url->authority, OF_URL_AUTHORITY | allowed);
}

static void add_query_and_fragment(
	struct of_buf *out, const struct of_url *url, unsigned allowed)
{
	if (url->has_query) {
		of_buf_add_byte(out, '?');
		of_url_add_encoded(out, url->query, OF_URL_QUERY | allowed);
	}
	if (url->has_fragment) {
		of_buf_add_byte(out, '#');
		of_url_add_encoded(out, url->fragment, OF_URL_QUERY | allowed);
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
		of_url_add_encoded(remover->out, segment, OF_URL_PATH | OF_URL_BEYOND_ASCII);
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
	else if (url->scheme.len == 0 && of_url_scheme_length(path) > 0)
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

	while (i < s.len && of_url_is_blank(of_unicode_next(s, &i))) {
		s = of_str_from_offset(s, i);
		i = 0;
	}
	while (s.len > 0) {
		size_t at = s.len - 1;

		while (at > 0 && s.len - at < 4 && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
			at--;
		i = at;
		if (!of_url_is_blank(of_unicode_next(s, &i)) || i != s.len)
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
 * What most references come to: a settled one that begins with a slash stands
 * behind the authority of a settled base, and one that begins with a name behind
 * a base that ends in the slash of a path. Gives how much of the base that is;
 * OF_NPOS for all others.
 */
static size_t lent_length(struct of_str base, struct of_str reference)
{
	size_t authority = of_url_scheme_length(base) + strlen("://");
	char first = reference.len > 0 ? reference.ptr[0] : '\0';
	char second = reference.len > 1 ? reference.ptr[1] : '\0';
	size_t root;

	if (first == '.' || (first == '/' && second == '/') ||
		!of_url_byte_is(first, OF_URL_SEGMENT | OF_URL_SLASH) ||
		of_url_pass_settled(reference, 1) < reference.len || !of_url_is_settled(base))
		return OF_NPOS;
	root = authority + of_url_length_until(of_str_from_offset(base, authority),
				   OF_URL_SLASH | OF_URL_QUESTION);
	if (first == '/')
		return root;
	if (of_url_scheme_length(reference) > 0 || root == base.len ||
		base.ptr[base.len - 1] != '/' || of_str_find_byte(base, '?') != OF_NPOS)
		return OF_NPOS;
	return base.len;
}

static void resolve_parts(struct of_buf *out, struct of_str base, struct of_str reference)
{
	struct of_url from = of_url_split(trim(base));
	struct of_url target = of_url_split(trim(reference));
	struct dot_remover remover = {out, 0, false};
	bool keep_dots =
		target.scheme.len == 0 && !target.has_authority && target.path.len == 0;
	bool merge = take_from_base(&target, &from);
	size_t slash = of_str_find_last_byte(from.path, '/');

	add_scheme_and_authority(out, &target, OF_URL_BEYOND_ASCII);
	remover.start = out->len;
	if (keep_dots) {
		of_url_add_encoded(out, target.path, OF_URL_PATH | OF_URL_BEYOND_ASCII);
	} else {
		if (merge && from.path.len == 0 && from.has_authority)
			remover.slash = true;
		else if (merge && slash != OF_NPOS)
			add_segments(&remover, of_str_slice(from.path, 0, slash), false);
		add_segments(&remover, target.path, true);
	}
	guard_path(out, remover.start, &target);
	add_query_and_fragment(out, &target, OF_URL_BEYOND_ASCII);
}

void of_url_resolve(struct of_buf *out, struct of_str base, struct of_str reference)
{
	size_t lent = of_url_is_settled(reference) ? 0 : lent_length(base, reference);

	if (lent == OF_NPOS) {
		resolve_parts(out, base, reference);
		return;
	}
	of_buf_add(out, base.ptr, lent);
	of_buf_add_str(out, reference);
}

void of_url_add_uri(struct of_buf *out, struct of_str iri)
{
	struct of_url url;

	if (of_url_is_settled(iri)) {
		of_buf_add_str(out, iri);
		return;
	}
	url = of_url_split(iri);
	add_scheme_and_authority(out, &url, 0);
	of_url_add_encoded(out, url.path, OF_URL_PATH);
	add_query_and_fragment(out, &url, 0);
}

void of_url_add_segment(struct of_buf *out, struct of_str text)
{
	of_url_add_encoded(out, text, OF_URL_SEGMENT | OF_URL_BEYOND_ASCII);
}
