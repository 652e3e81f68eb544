#include "serve/live.h"

#include "base/escape.h"
#include "base/str.h"
#include <unistd.h>

#define SELF "'self'"

/*
 * Asks for what was changed; the answer comes when that is so, or after a while
 * without: then, or when the server is gone, it asks again.
 */
const char of_live_script[] =
	"(function () {\n"
	"\t\"use strict\";\n"
	"\tvar tag = document.currentScript.dataset.tag;\n"
	"\tfunction later() {\n"
	"\t\tsetTimeout(ask, 1000);\n"
	"\t}\n"
	"\tfunction ask() {\n"
	"\t\tfetch(\"" OF_LIVE_EVENTS "\" + location.pathname,\n"
	"\t\t\t{cache: \"no-store\", headers: {\"If-None-Match\": tag}}).then(\n"
	"\t\t\tfunction (answer) {\n"
	"\t\t\t\tif (answer.status === 200)\n"
	"\t\t\t\t\tlocation.reload();\n"
	"\t\t\t\telse\n"
	"\t\t\t\t\tlater();\n"
	"\t\t\t}, later);\n"
	"\t}\n"
	"\task();\n"
	"})();\n";

static size_t find_nocase(struct of_str text, struct of_str needle, size_t from)
{
	for (size_t at = from; at + needle.len <= text.len; at++)
		if (of_str_starts_nocase(of_str_from_offset(text, at), needle))
			return at;
	return OF_NPOS;
}

static size_t find_last_nocase(struct of_str text, struct of_str needle)
{
	for (size_t at = text.len; at-- > 0;)
		if (of_str_starts_nocase(of_str_from_offset(text, at), needle))
			return at;
	return OF_NPOS;
}

/* The value of the content attribute of the page's policy: where it is; absent without one. */
static struct of_str find_policy(struct of_str page)
{
	const struct of_str none = {NULL, 0};
	size_t head = find_nocase(page, STR("</head>"), 0);
	size_t at = find_nocase(page, STR("Content-Security-Policy"), 0), end;
	struct of_str element;
	char quote;

	if (at == OF_NPOS || at > head)
		return none;
	element = of_str_from_offset(page, at);
	element = of_str_slice(element, 0, of_str_find_byte(element, '>'));
	at = find_nocase(element, STR("content="), sizeof("Content-Security-Policy") - 1);
	if (at == OF_NPOS || at + 9 > element.len)
		return none;
	quote = element.ptr[at + 8];
	element = of_str_from_offset(element, at + 9);
	end = of_str_find_byte(element, quote);
	if ((quote != '"' && quote != '\'') || end == OF_NPOS)
		return none;
	return of_str_slice(element, 0, end);
}

/* The text of an attribute, in which an apostrophe may be written as a reference. */
static void add_decoded(struct of_buf *out, struct of_str value)
{
	static const struct of_str references[] = {
		STR_INIT("&#39;"), STR_INIT("&#x27;"), STR_INIT("&apos;")};

	for (size_t at = 0; at < value.len;) {
		struct of_str rest = of_str_from_offset(value, at);
		size_t len = 0;

		for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++)
			if (of_str_starts_nocase(rest, references[i]))
				len = references[i].len;
		of_buf_add_byte(out, len > 0 ? '\'' : rest.ptr[0]);
		at += len > 0 ? len : 1;
	}
}

/* The other way round, for quotes of either kind around it. */
static void add_encoded(struct of_buf *out, struct of_str text)
{
	for (size_t at = 0; at < text.len; at++) {
		if (text.ptr[at] == '\'')
			of_buf_add_text(out, "&#39;");
		else
			of_buf_add_byte(out, text.ptr[at]);
	}
}

/* A directive with the server itself among its sources; 'none' stands alone or not at all. */
static void add_opened(struct of_buf *out, struct of_str name, struct of_str sources)
{
	of_buf_add_str(out, name);
	if (sources.len > 0 && !of_str_equal_nocase(sources, STR("'none'"))) {
		of_buf_add_byte(out, ' ');
		of_buf_add_str(out, sources);
	}
	of_buf_add_text(out, " " SELF);
}

static struct of_str sources_of(struct of_str directive, struct of_str *name)
{
	struct of_str rest = of_str_trim(directive);

	*name = of_str_split(&rest, ' ');
	return of_str_trim(rest);
}

/* The directive of that name; false where the policy has none. */
static bool find_directive(struct of_str *sources, struct of_str policy, struct of_str wanted)
{
	while (policy.ptr != NULL) {
		struct of_str name;
		struct of_str found = sources_of(of_str_split(&policy, ';'), &name);

		if (of_str_equal_nocase(name, wanted)) {
			*sources = found;
			return true;
		}
	}
	return false;
}

/* The policy, with the two directives opened: as they are, or as default-src has them. */
static void open_policy(struct of_buf *out, struct of_str policy)
{
	static const struct of_str opened[] = {STR_INIT("script-src"), STR_INIT("connect-src")};
	struct of_str rest = policy, sources = {NULL, 0};
	bool limited = find_directive(&sources, policy, STR("default-src"));

	for (size_t i = 0; i < sizeof(opened) / sizeof(*opened); i++) {
		struct of_str own = sources;

		if (!find_directive(&own, policy, opened[i]) && !limited)
			continue;
		add_opened(out, opened[i], own);
		of_buf_add_text(out, "; ");
	}
	while (rest.ptr != NULL) {
		struct of_str directive = of_str_trim(of_str_split(&rest, ';')), name;

		sources_of(directive, &name);
		if (name.len == 0 || of_str_equal_nocase(name, opened[0]) ||
			of_str_equal_nocase(name, opened[1]))
			continue;
		of_buf_add_str(out, directive);
		of_buf_add_text(out, "; ");
	}
}

static void add_policy(struct of_buf *out, struct of_str value)
{
	struct of_buf policy = {0}, opened = {0};

	add_decoded(&policy, value);
	open_policy(&opened, of_buf_str(&policy));
	if (policy.status != OF_OK || opened.status != OF_OK)
		out->status = OF_ENOMEM;
	add_encoded(out, of_buf_str(&opened));
	of_buf_finish(&policy);
	of_buf_finish(&opened);
}

static void add_script(struct of_buf *out, struct of_str tag)
{
	of_buf_add_text(out, "<script src=\"" OF_LIVE_SCRIPT "\" data-tag=\"");
	of_escape_add(out, tag, of_escapes_html_attribute);
	of_buf_add_text(out, "\"></script>\n");
}

void of_live_add(struct of_buf *out, struct of_str page, struct of_str tag)
{
	struct of_str policy = find_policy(page);
	size_t end = find_last_nocase(page, STR("</body>"));
	size_t at = 0;

	if (end == OF_NPOS)
		end = page.len;
	if (policy.ptr != NULL && policy.ptr + policy.len <= page.ptr + end) {
		at = (size_t)(policy.ptr - page.ptr);
		of_buf_add_str(out, of_str_slice(page, 0, at));
		add_policy(out, policy);
		at += policy.len;
	}
	of_buf_add_str(out, of_str_slice(page, at, end));
	add_script(out, tag);
	of_buf_add_str(out, of_str_from_offset(page, end));
}

bool of_live_page(struct of_buf *out, int fd, size_t size, struct of_str tag)
{
	struct of_buf page = {0};
	bool good = of_buf_reserve(&page, size);

	while (good && page.len < size) {
		ssize_t got = pread(fd, page.ptr + page.len, size - page.len, (off_t)page.len);

		good = got > 0;
		page.len += good ? (size_t)got : 0;
	}
	if (good)
		of_live_add(out, of_buf_str(&page), tag);
	of_buf_finish(&page);
	return good && out->status == OF_OK;
}
