/*
 * The documents of a forged feed, live and of its archive (RFC 5005), and its page:
 * they parse, are valid by the schema, name their neighbours by addresses of the
 * site's own, and say the very texts; of the page, the tags are those of a page whose
 * texts are harmless.
 */
#include "forged.h"

#include "feed_checker.h"

#define ENTRIES_MOST 3

static const char *const names[] = {"atom.xml", "rss.xml", "feed.json"};

/* "2024-03", or "2024-03.2": as the parts of an archive are called; absent for one in four. */
static struct of_str forge_month(struct fuzz_input *input, struct of_arena *arena)
{
	unsigned kind = fuzz_take_byte(input), year = fuzz_take_byte(input);
	struct of_buf name = {0};
	struct of_str kept;

	if (kind % 4 == 0)
		return (struct of_str){0};
	of_buf_add_format(&name, "%04u-%02u", year * 39 + 1, kind % 12 + 1);
	if (kind % 4 == 3)
		of_buf_add_format(&name, ".%u", 2 + year % 90);
	kept = of_arena_keep(arena, &name);
	of_buf_finish(&name);
	return kept;
}

/* Taken one after the other: in a list of initialisers their order would be the compiler's. */
static void forge_entry(struct of_item *item, struct fuzz_input *input, struct of_arena *arena)
{
	/* ids and bodies are harmless here: the target of items forges them */
	*item = (struct of_item){.id = STR("urn:uuid:66666666-6666-4666-8666-666666666666"),
		.permalink = STR("https://ex.org/base/e/"),
		.content_html = STR("<p>e</p>")};
	item->published = forged_time(input);
	item->updated = forged_time(input);
	item->title = forged_line(input, arena);
	item->summary = forged_line(input, arena);
	if (item->title.len == 0)
		item->title = STR("e");
	if (item->published == OF_TIME_NONE)
		item->published = 0;
}

static void forge(struct of_feed *feed, struct of_item *items, struct fuzz_input *input,
	const struct of_site *site)
{
	static const struct of_item *entries[ENTRIES_MOST];
	struct of_arena *arena = fuzz_arena();

	*feed = (struct of_feed){.entries = entries};
	feed->icon = (struct of_image){
		.url = site->icon, .width = fuzz_take_byte(input), .height = 16};
	feed->month = forge_month(input, arena);
	feed->before = forge_month(input, arena);
	feed->updated = forged_time(input);
	feed->title = forged_line(input, arena);
	feed->label = forged_line(input, arena);
	feed->description = forged_line(input, arena);
	feed->path = forged_path(input, arena);
	/* a live document has none after it, and months follow each other */
	if (feed->month.len > 0)
		feed->after = forge_month(input, arena);
	if (feed->path.len == 0)
		feed->path = STR("topic/t");
	if (feed->title.len == 0)
		feed->title = STR("t");
	if (feed->label.len == 0)
		feed->label = feed->title;
	if (feed->description.len == 0)
		feed->description = feed->title;
	feed->home_url = forged_home(site, feed->path, arena);
	for (; feed->n_entries < ENTRIES_MOST && input->rest.len > 0; feed->n_entries++) {
		entries[feed->n_entries] = &items[feed->n_entries];
		forge_entry(&items[feed->n_entries], input, arena);
	}
	if (feed->n_entries > 0 && feed->updated == OF_TIME_NONE)
		feed->updated = items[0].published;
	feed->n_items = feed->n_entries;
}

/* ---- What a document says of its place ---- */

static struct of_str link_in(const xmlNode *parent, const char *rel)
{
	for (const xmlNode *node = parent->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE &&
			strcmp((const char *)node->name, "link") == 0 &&
			of_str_equal(attribute_of(node, "rel"), of_str_from(rel)))
			return attribute_of(node, "href");
	return (struct of_str){0};
}

/* The address of another document of the feed: below its page, by its own name. */
static void check_place(
	const struct of_feed *feed, struct of_str month, const char *name, struct of_str url)
{
	struct of_buf wanted = {0};

	of_url_add_uri(&wanted, feed->home_url);
	if (month.len > 0)
		of_buf_add_format(&wanted, "archive/%.*s.", (int)month.len, month.ptr);
	of_buf_add_text(&wanted, name);
	fuzz_require_equal(url, of_buf_str(&wanted), "another place");
	of_buf_finish(&wanted);
}

static void check_neighbour(const xmlNode *parent, const char *rel, const struct of_feed *feed,
	struct of_str month, const char *name)
{
	struct of_str url = link_in(parent, rel);

	if (month.len > 0)
		check_place(feed, month, name, url);
	else
		fuzz_require(url.len == 0, "a neighbour that is none");
}

static size_t count_children(const xmlNode *parent, const char *name)
{
	size_t count = 0;

	for (const xmlNode *node = parent->children; node != NULL; node = node->next)
		count += is_named(node, NULL, name);
	return count;
}

static void check_xml(const struct of_buf *out, const struct of_feed *feed, bool atom)
{
	const char *name = names[atom ? 0 : 1];
	xmlDocPtr doc = parse_xml(out, name);
	const xmlNode *root = xmlDocGetRootElement(doc);
	const xmlNode *parent = atom ? root : child_of(root, NULL, "channel");

	fuzz_require(parent != NULL, "no feed");
	check_addresses(root);
	check_neighbour(parent, "prev-archive", feed, feed->before, name);
	check_neighbour(parent, "next-archive", feed, feed->after, name);
	check_place(feed, feed->month, name, link_in(parent, "self"));
	fuzz_require((child_of(parent, "fh", "archive") != NULL) == (feed->month.len > 0),
		"an archive that is none, or one that does not say so");
	fuzz_require(count_children(parent, atom ? "entry" : "item") == feed->n_entries,
		"entries are missing");
	fuzz_require_equal(text_of_child(parent, NULL, "title"), feed->title, "another title");
	if (atom)
		check_atom_schema(doc);
	xmlFreeDoc(doc);
}

static void check_json(const struct of_buf *out, const struct of_feed *feed)
{
	json_error_t error;
	json_t *root = json_loadb(out->ptr, out->len, JSON_REJECT_DUPLICATES, &error);
	struct of_str next;

	if (root == NULL)
		fuzz_fail("feed.json is none (%s):\n%.*s", error.text, (int)out->len, out->ptr);
	next = text_at(root, "next_url");
	check_place(feed, feed->month, names[2], text_at(root, "feed_url"));
	if (feed->before.len > 0)
		check_place(feed, feed->before, names[2], next);
	else
		fuzz_require(next.len == 0, "a neighbour that is none");
	fuzz_require(json_array_size(json_object_get(root, "items")) == feed->n_entries,
		"entries are missing");
	fuzz_require_equal(text_at(root, "title"), feed->title, "another title");
	json_decref(root);
}

static void check_feeds(const struct of_feed *feed, const struct of_site *site)
{
	static struct of_buf out;

	for (size_t i = 0; i < 3; i++) {
		of_buf_clear(&out);
		fuzz_require(of_renderer_at(i)->render(&out, feed, site, NULL) == OF_OK,
			"a document cannot be made");
		fuzz_require(of_unicode_is_clean(of_buf_str(&out)), "a document not clean");
		if (i < 2)
			check_xml(&out, feed, i == 0);
		else
			check_json(&out, feed);
	}
}

static void add_skeleton(
	struct of_buf *out, const struct of_feed *feed, const struct of_site *site)
{
	static struct of_buf page;

	of_buf_clear(&page);
	of_buf_clear(out);
	fuzz_require(of_renderer_page.render(&page, feed, site, NULL) == OF_OK, "no page");
	fuzz_require(of_unicode_is_clean(of_buf_str(&page)), "a page that is not clean");
	forged_skeleton(out, of_buf_str(&page));
}

static void check_page(const struct of_feed *feed, const struct of_site *site)
{
	static struct of_buf forged, harmless;
	struct of_item items[ENTRIES_MOST];
	const struct of_item *entries[ENTRIES_MOST];
	struct of_feed plain = *feed;

	/* what says no more than another is left out of a page */
	plain.title = STR("a");
	plain.label = of_str_equal(feed->label, feed->title) ? plain.title : STR("b");
	plain.description =
		of_str_equal(feed->description, feed->title) ? plain.title : STR("c");
	plain.path = STR("topic/t");
	plain.home_url = STR("https://ex.org/base/topic/t/");
	plain.entries = entries;
	for (size_t i = 0; i < feed->n_entries; i++) {
		entries[i] = &items[i];
		items[i] = *feed->entries[i];
		items[i].title = STR("b");
		if (of_str_equal(items[i].summary, feed->entries[i]->title))
			items[i].summary = items[i].title;
		else if (items[i].summary.len > 0)
			items[i].summary = STR("c");
	}
	add_skeleton(&forged, feed, site);
	add_skeleton(&harmless, &plain, site);
	fuzz_require_equal(of_buf_str(&forged), of_buf_str(&harmless),
		"a text is more than a text of the page");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	const struct of_site *site = forged_site(fuzz_take_byte(&input));
	struct of_item items[ENTRIES_MOST];
	struct of_feed feed;

	forge(&feed, items, &input, site);
	check_feeds(&feed, site);
	if (feed.month.len == 0)
		check_page(&feed, site);
	return 0;
}
