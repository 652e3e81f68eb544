/* From a page to a URL of its own origin. */
#include "base/str.h"
#include "base/url.h"
#include "render/view.h"

/* With the scheme's own port told, as it may be told or not (RFC 3986 section 6.2.3). */
static struct of_str port_of(const struct of_url *url)
{
	if (url->port.len > 0)
		return url->port;
	return of_str_equal_nocase(url->scheme, STR("https")) ? STR("443") : STR("80");
}

/* RFC 6454 section 4; a name and a password would be lost, so they are another origin. */
static bool is_same_origin(const struct of_url *a, const struct of_url *b)
{
	return of_str_equal_nocase(a->scheme, b->scheme) &&
	       of_str_equal_nocase(a->host, b->host) && of_str_equal(port_of(a), port_of(b)) &&
	       of_str_find_byte(b->authority, '@') == OF_NPOS;
}

/* The folders that both paths begin with, the last slash included. */
static size_t shared_length(struct of_str a, struct of_str b)
{
	size_t shared = 0;

	for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		if (a.ptr[i] == '/')
			shared = i + 1;
	return shared;
}

static void add_path(struct of_buf *out, struct of_str from, struct of_str to)
{
	size_t shared = shared_length(from, to);
	struct of_str rest = of_str_from_offset(to, shared);
	struct of_str first = of_str_slice(rest, 0, of_str_find_byte(rest, '/'));
	size_t up = 0;

	for (size_t i = shared; i < from.len; i++)
		up += from.ptr[i] == '/';
	for (size_t i = 0; i < up; i++)
		of_buf_add_text(out, "../");
	/* else it might be taken for a scheme, a host or nothing (RFC 3986 section 4.2) */
	if (up == 0 && (first.len == 0 || of_str_find_byte(first, ':') != OF_NPOS))
		of_buf_add_text(out, "./");
	of_buf_add_str(out, rest);
}

bool of_view_relative(struct of_buf *out, struct of_view *view, struct of_str url)
{
	struct of_url from = of_url_split(of_buf_str(&view->place));
	struct of_url to;

	if (!of_url_is_http(url))
		return false;
	of_buf_truncate(&view->scratch, 0);
	of_url_add_uri(&view->scratch, url);
	to = of_url_split(of_buf_str(&view->scratch));
	if (!is_same_origin(&from, &to))
		return false;
	add_path(out, from.path, to.path.len > 0 ? to.path : STR("/"));
	if (to.has_query) {
		of_buf_add_byte(out, '?');
		of_buf_add_str(out, to.query);
	}
	return true;
}
