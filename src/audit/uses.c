#include "audit/uses.h"

#include "base/err.h"
#include "base/str.h"
#include "base/url.h"
#include <arpa/inet.h>
#include <outfeed/buf.h>

static void add_lower(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		of_buf_add_byte(out, of_byte_lower(text.ptr[i]));
}

static bool is_default_port(const struct of_url *url)
{
	struct of_str port =
		of_str_equal_nocase(url->scheme, STR("https")) ? STR("443") : STR("80");

	return url->port.len == 0 || of_str_equal(url->port, port);
}

void of_link_add_name(struct of_buf *out, struct of_str url)
{
	struct of_url parts = of_url_split(url);
	struct of_str host = parts.host;
	struct of_str user = of_str_slice(
		parts.authority, 0, (size_t)(parts.host.ptr - parts.authority.ptr));

	/* a host of dots is no name, and would be none of another */
	if (host.len > 1 && of_str_ends(host, STR(".")) && host.ptr[host.len - 2] != '.')
		host.len--;
	add_lower(out, parts.scheme);
	of_buf_add_text(out, "://");
	of_buf_add_str(out, user);
	add_lower(out, host);
	if (!is_default_port(&parts)) {
		of_buf_add_byte(out, ':');
		of_buf_add_str(out, parts.port);
	}
	if (parts.path.len == 0)
		of_buf_add_byte(out, '/');
	of_buf_add_str(out, parts.path);
	if (parts.has_query) {
		of_buf_add_byte(out, '?');
		of_buf_add_str(out, parts.query);
	}
}

static bool matches_any(struct of_str url, const struct of_str *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (of_str_matches(url, patterns[i]))
			return true;
	return false;
}

static unsigned kind_of(const struct of_item_link *link)
{
	switch (link->field) {
	case OF_FIELD_SOURCE_URL:
	case OF_FIELD_VIA_URL:
		return OF_LINK_KIND_SOURCE;
	case OF_FIELD_IMAGE:
		return OF_LINK_KIND_IMAGE;
	case OF_FIELD_RELATED:
		return OF_LINK_KIND_RELATED;
	default:
		return link->is_image ? OF_LINK_KIND_PICTURE : OF_LINK_KIND_BODY;
	}
}

/* What is said of a link before anything is fetched. */
static enum of_verdict fixed_verdict(
	struct of_str name, struct of_str host, const struct of_audit_settings *settings)
{
	uint64_t port = 1;

	if (of_url_split(name).port.len > 0 && !of_str_to_uint(&port, of_url_split(name).port))
		port = 0;
	if (name.len > OF_LIMIT_URL || host.len == 0 || host.len > 255 || port == 0)
		return OF_VERDICT_INVALID;
	if (settings->n_include > 0 &&
		!matches_any(name, settings->include, settings->n_include))
		return OF_VERDICT_SKIPPED;
	if (matches_any(name, settings->exclude, settings->n_exclude))
		return OF_VERDICT_SKIPPED;
	return OF_VERDICT_NONE;
}

static void fill_item(struct of_use *use, const struct of_item *item)
{
	use->file = item->path;
	use->item_id = item->id;
	use->item_title = item->title;
	use->item_summary = item->summary;
	use->published = item->published;
	if (item->n_categories > 0)
		use->category = item->categories[0].label;
}

/* Of an address, itself, however it was written: who asks it waits by that name, too. */
static struct of_str domain_of(
	struct of_str host, const struct of_domains *domains, struct of_arena *arena)
{
	char text[INET6_ADDRSTRLEN + 2] = "";
	struct in6_addr six;
	struct in_addr four;

	if (host.len >= sizeof(text) || host.len == 0)
		return of_domain_registrable(domains, host);
	memcpy(text, host.ptr, host.len);
	if (text[0] == '[') {
		text[host.len - 1] = '\0';
		if (inet_pton(AF_INET6, text + 1, &six) == 1)
			return of_arena_dup(arena,
				of_str_from(inet_ntop(AF_INET6, &six, text, sizeof(text))));
	} else if (of_byte_is_digit(text[0]) && inet_aton(text, &four) != 0) {
		return of_arena_dup(
			arena, of_str_from(inet_ntop(AF_INET, &four, text, sizeof(text))));
	}
	return of_domain_registrable(domains, host);
}

static void fill_link(struct of_use *use, struct of_str url,
	const struct of_audit_settings *settings, const struct of_domains *domains,
	struct of_arena *arena)
{
	struct of_buf name = {0};

	of_link_add_name(&name, url);
	use->url = of_arena_keep(arena, &name);
	use->host = of_url_split(use->url).host;
	use->domain = domain_of(use->host, domains, arena);
	use->fixed = fixed_verdict(use->url, use->host, settings);
	of_buf_finish(&name);
}

/* No host can be made out, and the history has every link at one: at a name that is nobody's.
 */
static void fill_invalid(struct of_use *use, struct of_str url)
{
	use->url = url;
	use->host = use->domain = STR("invalid");
	use->fixed = OF_VERDICT_INVALID;
}

enum of_status of_uses_of_item(struct of_uses *uses, const struct of_item *item,
	const struct of_audit_settings *settings, const struct of_domains *domains,
	struct of_arena *arena, struct of_err *err)
{
	struct of_use *made = of_arena_take(arena, item->n_links + 1, sizeof(*made));

	*uses = (struct of_uses){0};
	for (size_t i = 0; i < item->n_links && made != NULL; i++) {
		const struct of_item_link *link = &item->links[i];
		struct of_use *use = &made[uses->count];

		*use = (struct of_use){.kind = kind_of(link),
			.line = link->line,
			.column = link->column,
			.field = STR("body")};
		if ((settings->only & use->kind) == 0)
			continue;
		if (!of_url_claims_http(link->url)) {
			uses->other++;
			continue;
		}
		if (of_url_is_http(link->url))
			fill_link(use, link->url, settings, domains, arena);
		else
			fill_invalid(use, link->url);
		if (link->field != OF_FIELD_COUNT)
			use->field = of_str_from(of_field_name(link->field));
		fill_item(use, item);
		uses->count++;
	}
	uses->uses = made;
	return of_arena_status(arena, err);
}
