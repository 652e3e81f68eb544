/*
 * A feed from your own data, without a file: the releases of a program, as they might
 * stand in a database, to a document on stdout.
 *
 *   own-data [FORMAT]     atom (where nothing is said), rss or json
 *
 * What a renderer needs is a site (whose feed it is), items and a feed (which items, in
 * which order). All three borrow their texts: here from the table below, and from the
 * arena for what is made.
 */
#include <outfeed/outfeed.h>

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct release {
	const char *id; /* an absolute IRI, the same for ever: readers know an entry by it */
	const char *title, *page, *notes; /* notes: HTML of people whom nobody checked */
	long long day;                    /* seconds since 1970 */
} releases[] = {
	{"tag:example.org,2025:pump-1.0", "Pump 1.0", "https://example.org/pump/1.0/",
		"<p>The first one.</p>", 1735689600},
	{"tag:example.org,2025:pump-1.2", "Pump 1.2: safer & faster",
		"https://example.org/pump/1.2/",
		"<p onclick='steal()'>See <a href='/changes'>what changed</a>.</p>",
		1743465600},
	{"tag:example.org,2025:pump-1.1", "Pump 1.1", "https://example.org/pump/1.1/",
		"<p>Fewer surprises.</p><script>alert(1)</script>", 1738368000},
};

/* A site is made from the text of an outfeed.yaml; two keys are enough. */
static const char config[] = "site: {title: Pump, url: 'https://example.org/'}\n";

/* What strangers wrote goes through the allow-list; relative addresses become absolute. */
static enum of_status fill_item(struct of_item *item, const struct release *release,
	struct of_arena *arena, struct of_err *err)
{
	struct of_buf html = {0};
	enum of_status status = of_html_sanitise(
		&html, of_str_from(release->notes), of_str_from(release->page), err);

	*item = (struct of_item){.id = of_str_from(release->id),
		.title = of_str_from(release->title),
		.permalink = of_str_from(release->page),
		.content_html = of_arena_keep(arena, &html),
		.published = release->day,
		.updated = release->day,
		.expires = OF_TIME_NONE};
	of_buf_finish(&html);
	return status == OF_OK ? of_arena_status(arena, err) : status;
}

static int newest_first(const void *a, const void *b)
{
	const struct of_item *one = *(const struct of_item *const *)a;
	const struct of_item *other = *(const struct of_item *const *)b;

	return of_item_order(one->published, one->id, other->published, other->id);
}

/* The document is at out->ptr, which outlives the items and the feed. */
static enum of_status make_document(struct of_buf *out, const struct of_renderer *renderer,
	const struct of_site *site, struct of_arena *arena, struct of_err *err)
{
	struct of_item items[COUNT(releases)];
	const struct of_item *entries[COUNT(releases)];
	struct of_feed feed = {.title = of_str_from("Releases of Pump"),
		.label = of_str_from("Releases"),
		.description = of_str_from("Each version on the day it came out"),
		.path = of_str_from("releases"), /* SITE/releases/atom.xml, its own address */
		.home_url = of_str_from("https://example.org/releases/"),
		.updated = OF_TIME_NONE,
		.entries = entries,
		.n_entries = COUNT(items),
		.n_items = COUNT(items)};
	enum of_status status = OF_OK;

	for (size_t i = 0; i < COUNT(items) && status == OF_OK; i++) {
		status = fill_item(&items[i], &releases[i], arena, err);
		entries[i] = &items[i];
		if (items[i].updated > feed.updated)
			feed.updated = items[i].updated;
	}
	if (status != OF_OK)
		return status;
	qsort(entries, COUNT(entries), sizeof(entries[0]), newest_first);
	return renderer->render(out, &feed, site, err);
}

int main(int argc, char **argv)
{
	const struct of_renderer *renderer =
		of_renderer_find(of_str_from(argc > 1 ? argv[1] : "atom"));
	struct of_arena *arena = of_arena_new();
	struct of_site *site = NULL;
	struct of_buf document = {0};
	struct of_err err = {0};
	enum of_status status = OF_ENOMEM;

	if (renderer != NULL && arena != NULL)
		status = of_site_parse(
			&site, "outfeed.yaml", of_str_from(config), &err, NULL, NULL);
	if (status == OF_OK)
		status = make_document(&document, renderer, site, arena, &err);
	if (status == OF_OK && fwrite(document.ptr, 1, document.len, stdout) != document.len)
		status = OF_EIO;
	if (status != OF_OK)
		fprintf(stderr, "own-data: %s\n",
			renderer == NULL ? "the format is atom, rss or json" : err.message);
	of_buf_finish(&document);
	of_site_free(site);
	of_arena_free(arena);
	return status == OF_OK && fflush(stdout) == 0 ? 0 : 1;
}
