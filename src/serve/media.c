#include "serve/media.h"

#include "base/str.h"

/* A page brings a policy of its own, which may be stricter than this and not looser. */
#define PAGE_POLICY                                                                     \
	"default-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; " \
	"base-uri 'none'; frame-ancestors 'self'"
/* Nothing else is a document: a browser shows it, and no more. */
#define INERT "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
#define SANDBOX INERT "; sandbox"

#define UTF8 "; charset=utf-8"
#define TEXT INERT, true, false, false
#define PAGE PAGE_POLICY, true, true, false
#define IMAGE SANDBOX, false, false, true
#define DATA SANDBOX, false, false, false

/* The first row that fits counts. */
static const struct of_media table[] = {
	{STR_INIT("atom.xml"), "application/atom+xml" UTF8, TEXT},
	{STR_INIT("rss.xml"), "application/rss+xml" UTF8, TEXT},
	{STR_INIT("feed.json"), "application/feed+json", TEXT},
	{STR_INIT("rot.xml"), "application/atom+xml" UTF8, TEXT},
	{STR_INIT("html"), "text/html" UTF8, PAGE},
	{STR_INIT("opml"), "text/x-opml" UTF8, TEXT},
	{STR_INIT("xml"), "application/xml" UTF8, TEXT},
	{STR_INIT("json"), "application/json", TEXT},
	{STR_INIT("sarif"), "application/sarif+json", TEXT},
	{STR_INIT("css"), "text/css" UTF8, TEXT},
	{STR_INIT("js"), "text/javascript" UTF8, TEXT},
	{STR_INIT("csv"), "text/csv" UTF8, TEXT},
	{STR_INIT("md"), "text/markdown" UTF8, TEXT},
	{STR_INIT("txt"), "text/plain" UTF8, TEXT},
	{STR_INIT("avif"), "image/avif", IMAGE},
	{STR_INIT("gif"), "image/gif", IMAGE},
	{STR_INIT("ico"), "image/x-icon", IMAGE},
	{STR_INIT("jpeg"), "image/jpeg", IMAGE},
	{STR_INIT("jpg"), "image/jpeg", IMAGE},
	{STR_INIT("png"), "image/png", IMAGE},
	{STR_INIT("svg"), "image/svg+xml", IMAGE},
	{STR_INIT("webp"), "image/webp", IMAGE},
	{STR_INIT("gz"), "application/gzip", DATA},
	{STR_INIT("br"), "application/octet-stream", DATA},
};
static const struct of_media unknown = {{NULL, 0}, "application/octet-stream", DATA};

static bool fits(struct of_str name, struct of_str row)
{
	if (!of_str_ends_nocase(name, row))
		return false;
	return name.len == row.len || name.ptr[name.len - row.len - 1] == '.';
}

const struct of_media *of_media_find(struct of_str name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (fits(name, table[i].name))
			return &table[i];
	return &unknown;
}
