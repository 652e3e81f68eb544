/*
 * A whole file through all that is made of it: an item, its documents. The
 * first byte says by which site and name; the rest is the file.
 */
#include "feed_checker.h"

#include "base/unicode.h"
#include "item/html.h"
#include <outfeed/render.h>

#define MINIMAL "site: {title: 'T & <Co>', url: 'https://ex.org/base/'}\n"

static const char *const sites[] = {MINIMAL,
	MINIMAL "link: source\ncontent_mode: summary\nattribution: false\n",
	MINIMAL
	"groups: [{by: categories, path: 'topic/{slug}'}, {by: tags, path: 't/{slug}'}, "
	"{by: author, path: 'by/{slug}'}, {by: link.brand, path: 'brand/{slug}'}]\n"
	"images: {dir: images, url: 'https://img.example/i/'}\nhubs: "
	"['https://hub.example/']\n",
	MINIMAL "fields: {title: [name, title], source_url: [link.href, bookmark], id: [key]}\n"
		"link: source\n",
	MINIMAL
	"permalinks: {content: '/{categories}/{y_day}{short_day}/{folder}/{slug}.html', "
	"content/a: '{path}{week}/{slug_or_title}{title}/{file}{name}/{slug_or_file}'}\n"};

static const char *const names[] = {"content/2021-01-04-x.md", "content/a/index.html",
	"content/x.md", "content/\xc3\xa9 \".md"};

static const struct of_site *site_at(size_t index)
{
	static struct of_site *made[FUZZ_COUNT(sites)];
	struct of_err err = {0};

	index %= FUZZ_COUNT(sites);
	if (made[index] == NULL &&
		of_site_parse(&made[index], "/nowhere/outfeed.yaml", of_str_from(sites[index]),
			&err, NULL, NULL) != OF_OK)
		fuzz_fail("the site: %s", err.message);
	return made[index];
}

static void on_diag(const struct of_diag *diag, void *payload)
{
	struct of_str message = of_str_from(diag->message);

	(void)payload;
	fuzz_require(message.len > 0 && of_str_find_byte(message, '\n') == OF_NPOS,
		"a warning of no line, or of more than one");
}

static void check_line(struct of_str text, const char *demand)
{
	fuzz_require(
		of_unicode_is_clean(text) && of_str_find_byte(text, '\n') == OF_NPOS, demand);
}

static void check_address(struct of_str url, const char *what)
{
	if (url.len > 0)
		require_address(url, what);
}

static void check_category(const struct of_category *category, bool has_path)
{
	fuzz_require(category->slug.len > 0, "a category without a slug");
	check_line(category->label, "a label that is no line");
	if (has_path && of_output_path_refusal(category->path) != NULL)
		fuzz_fail("feeds at %.*s", (int)category->path.len, category->path.ptr);
	check_address(category->scheme, "a scheme");
}

static void check_lists(const struct of_item *item)
{
	for (size_t i = 0; i < item->n_categories; i++)
		check_category(&item->categories[i], item->categories[i].path.len > 0);
	for (size_t i = 0; i < item->n_memberships; i++)
		check_category(&item->memberships[i].category, true);
	for (size_t i = 0; i < item->n_related; i++)
		require_address(item->related[i].url, "a related item");
	for (size_t i = 0; i < item->n_authors; i++) {
		check_line(item->authors[i].name, "an author's name");
		check_address(item->authors[i].url, "an author's address");
	}
	for (size_t i = 0; i < item->n_tags; i++)
		check_line(item->tags[i], "a tag that is no line");
	for (size_t i = 0; i < item->n_links; i++)
		fuzz_require((item->links[i].line > 0 && item->links[i].column > 0) ||
				     !of_url_is_http(item->links[i].url),
			"a link without a place");
}

static void check_item(const struct of_item *item)
{
	fuzz_require(of_url_is_absolute(item->id), "an id that is no IRI");
	check_line(item->id, "an id that is no line");
	check_line(item->title, "a title that is no line");
	check_line(item->summary, "a summary that is no line");
	fuzz_require(
		of_unicode_length(item->title) <= OF_LIMIT_TITLE, "a title past its limit");
	require_address(item->permalink, "a permalink");
	check_address(item->source_url, "a source");
	check_address(item->via_url, "a via");
	check_address(item->image.url, "an image");
	fuzz_require(
		item->language.len == 0 || of_str_is_language(item->language), "a language");
	fuzz_require(item->published != OF_TIME_NONE || item->updated != OF_TIME_NONE,
		"an item without a date");
	check_html(item->content_html);
	check_lists(item);
}

/* Sanitised once more it is the same. */
static void check_content(const struct of_item *item)
{
	static struct of_buf again;

	of_buf_clear(&again);
	fuzz_require(
		of_html_sanitise(&again, item->content_html, item->permalink, NULL) == OF_OK,
		"sanitised content is refused");
	fuzz_require_equal(of_buf_str(&again), item->content_html, "content changes again");
}

/* How often any of these tags begins in the page, in any case. */
static size_t count_tags(struct of_str page, const struct of_str *tags, size_t n_tags)
{
	size_t count = 0, at;

	while ((at = of_str_find_byte(page, '<')) != OF_NPOS) {
		page = of_str_from_offset(page, at + 1);
		for (size_t i = 0; i < n_tags; i++)
			count += of_str_starts_nocase(page, tags[i]);
	}
	return count;
}

/* Within tags: a text may say anything. Hardly any page has it anywhere. */
static bool has_script_address(const struct of_buf *whole)
{
	struct of_str page = of_buf_str(whole);
	size_t at;

	if (strcasestr(whole->ptr, "=\"javascript:") == NULL)
		return false;
	while ((at = of_str_find_byte(page, '<')) != OF_NPOS) {
		size_t end = ++at;
		bool quoted = false;

		for (; end < page.len && (quoted || page.ptr[end] != '>'); end++)
			quoted ^= page.ptr[end] == '"';
		for (; at < end; at++)
			if (of_str_starts_nocase(
				    of_str_from_offset(page, at), STR("=\"javascript:")))
				return true;
		page = of_str_from_offset(page, end);
	}
	return false;
}

/* How many tags a page has that run, or lead elsewhere on their own. */
static size_t count_active(
	struct of_buf *page, const struct of_feed *feed, const struct of_site *site)
{
	static const struct of_str tags[] = {STR_INIT("script"), STR_INIT("style"),
		STR_INIT("iframe"), STR_INIT("object"), STR_INIT("embed"), STR_INIT("base"),
		STR_INIT("form"), STR_INIT("meta")};

	of_buf_clear(page);
	fuzz_require(of_renderer_page.render(page, feed, site, NULL) == OF_OK,
		"a page cannot be made");
	return count_tags(of_buf_str(page), tags, FUZZ_COUNT(tags));
}

/* What a page has of its own, it has for a feed of nothing; no item adds to it. */
static void check_page(const struct of_feed *feed, const struct of_site *site, size_t index)
{
	static size_t own[FUZZ_COUNT(sites)];
	static struct of_buf page;
	struct of_feed empty = *feed;

	empty.n_entries = 0;
	if (own[index] == 0)
		own[index] = count_active(&page, &empty, site);
	fuzz_require(count_active(&page, feed, site) == own[index], "a page with what runs");
	fuzz_require(of_unicode_is_clean(of_buf_str(&page)), "a page that is not clean");
	fuzz_require(!has_script_address(&page), "an address that runs");
}

static void render_all(const struct of_item *item, const struct of_site *site, size_t index)
{
	static struct of_buf outs[3];
	const struct of_feed feed = {.title = STR("T"),
		.label = STR("T"),
		.description = STR("D & <d>"),
		.path = STR("topic/t"),
		.home_url = STR("https://ex.org/base/topic/t/"),
		.updated = item->updated != OF_TIME_NONE ? item->updated : item->published,
		.entries = &item,
		.n_entries = 1,
		.n_items = 1};

	for (size_t i = 0; i < 3; i++) {
		of_buf_clear(&outs[i]);
		fuzz_require(of_renderer_at(i)->render(&outs[i], &feed, site, NULL) == OF_OK,
			"a document cannot be made");
		fuzz_require(of_unicode_is_clean(of_buf_str(&outs[i])), "a document not clean");
	}
	check_documents(&outs[0], &outs[1], &outs[2]);
	check_page(&feed, site, index);
}

/* The head alone is the head of the whole. */
static void compare_head(const struct of_item *whole, struct of_str path, struct of_str bytes,
	const struct of_site *site)
{
	static struct of_arena *arena;
	struct of_item head;
	enum of_reason reason;

	if (arena == NULL)
		arena = of_arena_new();
	of_arena_clear(arena);
	fuzz_require(of_item_parse(&head, &reason, arena, site, path, bytes, OF_ITEM_HEAD, NULL,
			     NULL, NULL) == OF_OK,
		"the head alone is refused");
	fuzz_require_equal(head.id, whole->id, "the head has another id");
	fuzz_require(head.draft == whole->draft && head.published == whole->published &&
			     head.n_memberships == whole->n_memberships,
		"the head says something else");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	unsigned char kind = fuzz_take_byte(&input);
	const struct of_site *site = site_at(kind);
	struct of_str path = of_str_from(names[kind / 4 % FUZZ_COUNT(names)]);
	struct of_arena *arena = fuzz_arena();
	struct of_item item;
	enum of_reason reason = OF_REASON_COUNT;
	struct of_err err = {0};

	if (of_item_parse(&item, &reason, arena, site, path, input.rest,
		    kind & 16 ? OF_ITEM_LINKS : OF_ITEM_WHOLE, &err, on_diag, NULL) != OF_OK) {
		fuzz_require(err.message[0] != '\0' && reason > OF_REASON_NONE &&
				     reason < OF_REASON_COUNT && err.line > 0,
			"a refusal without reason or place");
		return 0;
	}
	compare_head(&item, path, input.rest, site);
	if (item.draft)
		return 0;
	check_item(&item);
	check_content(&item);
	render_all(&item, site, kind % FUZZ_COUNT(sites));
	return 0;
}
