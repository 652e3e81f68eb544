/*
 * JSON Feed 1.1. What its vocabulary has no key for is in `_outfeed`.
 */
#include "base/json.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "render/common.h"

#define SELF_FILE "feed.json"
#define SELF_TYPE "application/feed+json"
#define VERSION "https://jsonfeed.org/version/1.1"

struct doc {
	struct of_json json;
	const struct of_feed *feed;
	const struct of_site *site;
	struct of_buf text;    /* reused; keeps a failure */
	enum of_status status; /* the first failure of anything but a buffer */
};

/* Nothing at all when the value is absent. The text is what the XML documents hold. */
static void put(struct doc *doc, const char *key, struct of_str value)
{
	of_json_clean_if(&doc->json, key, value);
}

static void put_uint(struct doc *doc, const char *key, uint64_t value)
{
	if (value > 0)
		of_json_uint(&doc->json, key, value);
}

static void put_time(struct doc *doc, const char *key, int64_t seconds)
{
	if (seconds == OF_TIME_NONE)
		return;
	of_buf_truncate(&doc->text, 0);
	of_time_add_rfc3339(&doc->text, seconds);
	put(doc, key, of_buf_str(&doc->text));
}

static void put_authors(struct doc *doc, const struct of_person *authors, size_t count)
{
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		struct of_str name = of_person_label(&authors[i]);

		if (name.len == 0)
			continue;
		if (!open)
			of_json_open(&doc->json, "authors", '[');
		open = true;
		of_json_open(&doc->json, NULL, '{');
		put(doc, "name", name);
		put(doc, "url", authors[i].url);
		of_json_close(&doc->json, '}');
	}
	if (open)
		of_json_close(&doc->json, ']');
}

static void put_hubs(struct doc *doc)
{
	/* a hub knows of the live document alone */
	if (doc->site->n_hubs == 0 || doc->feed->month.len > 0)
		return;
	of_json_open(&doc->json, "hubs", '[');
	for (size_t i = 0; i < doc->site->n_hubs; i++) {
		of_json_open(&doc->json, NULL, '{');
		put(doc, "type", STR("WebSub"));
		put(doc, "url", doc->site->hubs[i]);
		of_json_close(&doc->json, '}');
	}
	of_json_close(&doc->json, ']');
}

static void put_head(struct doc *doc)
{
	const struct of_feed *feed = doc->feed;
	const struct of_site *site = doc->site;

	put(doc, "version", STR(VERSION));
	put(doc, "title", of_feed_title(feed, site));
	put(doc, "home_page_url", feed->home_url);
	of_buf_truncate(&doc->text, 0);
	of_feed_add_self(&doc->text, feed, site, SELF_FILE);
	put(doc, "feed_url", of_buf_str(&doc->text));
	if (feed->before.len > 0) {
		of_buf_truncate(&doc->text, 0);
		of_feed_add_url(&doc->text, feed, site, feed->before, SELF_FILE);
		put(doc, "next_url", of_buf_str(&doc->text));
	}
	put(doc, "description", feed->description);
	put(doc, "icon", site->icon);
	put_authors(doc, &site->author, 1);
	put(doc, "language", site->language);
	put_hubs(doc);
}

/* An item has content_html or content_text (JSON Feed 1.1, items). */
static void put_content(struct doc *doc, const struct of_item *item)
{
	of_buf_truncate(&doc->text, 0);
	of_entry_add_content(&doc->text, item, doc->site);
	if (doc->text.len > 0)
		put(doc, "content_html", of_buf_str(&doc->text));
	else
		put(doc, "content_text", of_entry_summary(item, doc->site));
}

/* The values must differ, so a label is there once even where two categories have it. */
static void put_tags(struct doc *doc, const struct of_item *item)
{
	struct of_seen seen = {0};

	if (item->n_categories == 0 && item->n_tags == 0)
		return;
	of_json_open(&doc->json, "tags", '[');
	for (size_t i = 0; i < item->n_categories; i++) {
		const struct of_category *category = &item->categories[i];
		struct of_str label =
			category->label.len > 0 ? category->label : category->slug;

		if (of_seen_add(&seen, label))
			put(doc, NULL, label);
	}
	of_seen_add_categories(&seen, item);
	for (size_t i = 0; i < item->n_tags; i++)
		if (of_seen_add(&seen, item->tags[i]))
			put(doc, NULL, item->tags[i]);
	of_json_close(&doc->json, ']');
	if (of_seen_finish(&seen) != OF_OK)
		doc->status = OF_ENOMEM;
}

static void put_attachments(struct doc *doc, const struct of_item *item)
{
	if (!of_entry_has_enclosure(item))
		return;
	of_json_open(&doc->json, "attachments", '[');
	of_json_open(&doc->json, NULL, '{');
	put(doc, "url", item->image.url);
	put(doc, "mime_type", item->image.type);
	put(doc, "title", item->image.alt);
	put_uint(doc, "size_in_bytes", item->image.length);
	of_json_close(&doc->json, '}');
	of_json_close(&doc->json, ']');
}

static void put_source(struct doc *doc, const char *key, struct of_str name, struct of_str url)
{
	if (url.len == 0)
		return;
	of_json_open(&doc->json, key, '{');
	put(doc, "name", name);
	put(doc, "url", url);
	of_json_close(&doc->json, '}');
}

static void put_related(struct doc *doc, const struct of_item *item)
{
	if (item->n_related == 0)
		return;
	of_json_open(&doc->json, "related", '[');
	for (size_t i = 0; i < item->n_related; i++) {
		if (item->related[i].url.len == 0)
			continue;
		of_json_open(&doc->json, NULL, '{');
		put(doc, "title", item->related[i].title);
		put(doc, "url", item->related[i].url);
		of_json_close(&doc->json, '}');
	}
	of_json_close(&doc->json, ']');
}

static void put_categories(struct doc *doc, const struct of_item *item)
{
	if (item->n_categories == 0)
		return;
	of_json_open(&doc->json, "categories", '[');
	for (size_t i = 0; i < item->n_categories; i++) {
		of_json_open(&doc->json, NULL, '{');
		put(doc, "term", item->categories[i].slug);
		put(doc, "scheme", item->categories[i].scheme);
		put(doc, "label", item->categories[i].label);
		of_json_close(&doc->json, '}');
	}
	of_json_close(&doc->json, ']');
}

/* What the keys image and attachments cannot say. */
static bool has_image_facts(const struct of_image *image)
{
	return image->url.len > 0 &&
	       (image->width > 0 || image->height > 0 || image->alt.len > 0);
}

static void put_image(struct doc *doc, const struct of_image *image)
{
	if (!has_image_facts(image))
		return;
	of_json_open(&doc->json, "image", '{');
	put_uint(doc, "width", image->width);
	put_uint(doc, "height", image->height);
	put(doc, "alt", image->alt);
	of_json_close(&doc->json, '}');
}

static void put_extension(struct doc *doc, const struct of_item *item)
{
	bool via = item->via_url.len > 0 && !of_str_equal(item->via_url, item->source_url);

	if (item->source_url.len == 0 && !via && item->n_related == 0 &&
		item->n_categories == 0 && !has_image_facts(&item->image))
		return;
	of_json_open(&doc->json, "_outfeed", '{');
	put_source(doc, "source", of_entry_source_name(item), item->source_url);
	if (via)
		put_source(doc, "via", item->via_name, item->via_url);
	put_related(doc, item);
	put_categories(doc, item);
	put_image(doc, &item->image);
	of_json_close(&doc->json, '}');
}

static void put_item(struct doc *doc, const struct of_item *item)
{
	of_json_open(&doc->json, NULL, '{');
	put(doc, "id", item->id);
	put(doc, "url", of_entry_link(item, doc->site));
	put(doc, "external_url", item->source_url);
	put(doc, "title", of_entry_title(item));
	put_content(doc, item);
	put(doc, "summary", of_entry_summary(item, doc->site));
	put(doc, "image", item->image.url);
	put_time(doc, "date_published", of_entry_published(item));
	put_time(doc, "date_modified", of_entry_updated(item));
	put_authors(doc, item->authors, item->n_authors);
	put_tags(doc, item);
	put(doc, "language", item->language);
	put_attachments(doc, item);
	put_extension(doc, item);
	of_json_close(&doc->json, '}');
}

static enum of_status finish(struct doc *doc, struct of_buf *out, struct of_err *err)
{
	enum of_status status = of_buf_status(&doc->text, err);

	if (status == OF_OK && doc->status != OF_OK)
		status = of_err_set_nomem(err);
	of_buf_finish(&doc->text);
	return status != OF_OK ? status : of_buf_status(out, err);
}

static enum of_status render_json(struct of_buf *out, const struct of_feed *feed,
	const struct of_site *site, struct of_err *err)
{
	struct doc doc = {.feed = feed, .site = site};

	of_json_init(&doc.json, out, false);
	of_json_open(&doc.json, NULL, '{');
	put_head(&doc);
	of_json_open(&doc.json, "items", '[');
	for (size_t i = 0; i < feed->n_entries; i++)
		put_item(&doc, feed->entries[i]);
	of_json_close(&doc.json, ']');
	of_json_close(&doc.json, '}');
	return finish(&doc, out, err);
}

const struct of_renderer of_renderer_json = {
	"json", SELF_FILE, SELF_TYPE, render_json, "JSON Feed"};
