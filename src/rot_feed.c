#include "rot_feed.h"

#include "audit/report_mask.h"
#include "audit/report_words.h"
#include "base/err.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"
#include <fcntl.h>
#include <inttypes.h>
#include <outfeed/feed.h>
#include <outfeed/item.h>
#include <outfeed/render.h>
#include <stdlib.h>

#define USES_MOST 10
#define TITLE_MOST 200 /* characters */

/* An entry, with memory of its own, which the next one in its place uses again. */
struct entry {
	struct of_arena *arena;
	struct of_item item;
};

struct rot_feed {
	const struct of_site *site;
	struct of_str address;
	/* for what the reports say alike: its text, and names of files */
	struct of_report_about about;
	struct of_report report;
	struct of_report_mask mask;
	struct of_buf out;                             /* of one value */
	struct entry entries[OF_ROT_FEED_ENTRIES + 1]; /* in the order of a feed; and a spare */
	size_t count;
	enum of_status status;
};

/* Bits: rot, and what has a new address. */
static unsigned verdicts_told(void)
{
	unsigned told = 1U << OF_VERDICT_MOVED;

	for (unsigned i = 0; i < OF_VERDICT_COUNT; i++)
		told |= (unsigned)of_verdict_is_rot((enum of_verdict)i) << i;
	return told;
}

static struct of_str keep(struct rot_feed *feed, struct entry *entry)
{
	struct of_str kept = of_arena_keep(entry->arena, &feed->out);

	if (feed->out.status != OF_OK)
		feed->status = feed->out.status;
	of_buf_clear(&feed->out);
	return kept;
}

static void add_text(struct rot_feed *feed, struct of_str text)
{
	of_escape_add(&feed->out, of_report_clean_cut(&feed->report, text, TITLE_MOST),
		of_escapes_html_attribute);
}

/* What rots is text: nobody should be led to a hijacked page. */
static void add_link(struct rot_feed *feed, struct of_str url)
{
	bool is_link = of_url_is_http(url);

	if (is_link) {
		of_buf_add_text(&feed->out, "<a href=\"");
		of_escape_add_clean(&feed->out, url, of_escapes_html_attribute);
		of_buf_add_text(&feed->out, "\">");
	}
	add_text(feed, url);
	if (is_link)
		of_buf_add_text(&feed->out, "</a>");
}

static void add_better(struct rot_feed *feed, const char *what, int64_t date, struct of_str url)
{
	if (url.len == 0)
		return;
	of_buf_add_format(&feed->out, "<p>%s", what);
	if (of_report_has_time(date)) {
		of_buf_add_text(&feed->out, " of ");
		of_report_add_date(&feed->out, date);
	}
	of_buf_add_text(&feed->out, ": ");
	add_link(feed, url);
	of_buf_add_text(&feed->out, "</p>\n");
}

static void add_uses(struct rot_feed *feed, const struct of_report_link *link)
{
	struct of_buf *out = &feed->out;

	of_buf_add_text(out, "<p>Used in:</p>\n<ul>\n");
	for (size_t i = 0; i < link->n_uses && i < USES_MOST; i++) {
		const struct of_report_use *use = &link->uses[i];

		of_buf_add_text(out, "<li>");
		add_text(feed, use->item_title);
		of_buf_add_text(out, use->item_title.len > 0 ? " <code>" : "<code>");
		add_text(feed, of_report_file(&feed->about, use->file));
		if (use->line > 0)
			of_buf_add_format(out, ":%u", use->line);
		of_buf_add_text(out, "</code></li>\n");
	}
	if (link->n_uses > USES_MOST)
		of_buf_add_format(
			out, "<li>and %zu more places</li>\n", link->n_uses - USES_MOST);
	of_buf_add_text(out, "</ul>");
}

static struct of_str make_content(
	struct rot_feed *feed, struct entry *entry, const struct of_report_link *link)
{
	const struct of_report_verdict *words = &of_report_verdicts[link->past.verdict];
	size_t start;

	of_buf_add_format(&feed->out, "<p>%s", words->meaning);
	start = feed->out.len;
	of_buf_add_text(&feed->out, " (");
	of_report_add_why(&feed->out, &link->past);
	if (feed->out.len > start + 2)
		of_buf_add_byte(&feed->out, ')');
	else
		of_buf_truncate(&feed->out, start);
	of_buf_add_text(&feed->out, "</p>\n<p><code>");
	add_text(feed, link->url);
	of_buf_add_text(&feed->out, "</code></p>\n");
	add_better(feed, "New address", 0, link->suggestion);
	add_better(feed, "Capture", link->captured, link->capture);
	if (link->suggestion.len == 0 && link->capture.len == 0)
		of_buf_add_format(&feed->out, "<p>%s</p>\n", words->advice);
	add_uses(feed, link);
	return keep(feed, entry);
}

/* A tag URI (RFC 4151), its day the one on which the verdict became what it is. */
static struct of_str make_id(
	struct rot_feed *feed, struct entry *entry, const struct of_report_link *link)
{
	of_buf_add_text(&feed->out, "tag:");
	of_buf_add_str(&feed->out, feed->site->host);
	of_buf_add_byte(&feed->out, ',');
	of_time_add_date(&feed->out, link->past.since);
	of_buf_add_format(&feed->out, ":rot:%s:%" PRId64 ":",
		of_verdict_name(link->past.verdict), link->past.since);
	of_url_add_segment(&feed->out, link->url);
	return keep(feed, entry);
}

static struct of_str make_title(
	struct rot_feed *feed, struct entry *entry, const struct of_report_link *link)
{
	struct of_str title = link->n_uses > 0 ? link->uses[0].item_title : link->title;
	struct of_str shown =
		of_report_clean_cut(&feed->report, title.len > 0 ? title : link->url, 100);

	of_buf_add_format(&feed->out, "%s: ", of_report_verdicts[link->past.verdict].label);
	of_buf_add_str(&feed->out, shown);
	if (title.len > 0) {
		of_buf_add_text(&feed->out, " (");
		of_buf_add_str(&feed->out, of_report_clean_cut(&feed->report, link->host, 60));
		of_buf_add_byte(&feed->out, ')');
	}
	return keep(feed, entry);
}

/* The new address or the capture, for readers that show links. */
static void add_related(
	struct rot_feed *feed, struct entry *entry, const struct of_report_link *link)
{
	bool moved = link->suggestion.len > 0;
	struct of_str url = moved ? link->suggestion : link->capture;
	struct of_related *related;

	if (!of_url_is_http(url))
		return;
	related = of_arena_take(entry->arena, 1, sizeof(*related));
	if (related == NULL)
		return;
	related->title = moved ? STR("New address") : STR("Capture");
	of_url_resolve(&feed->out, (struct of_str){NULL, 0}, url);
	related->url = keep(feed, entry);
	entry->item.related = related;
	entry->item.n_related = 1;
}

static void fill(struct rot_feed *feed, struct entry *entry, const struct of_report_link *link)
{
	struct of_item *item = &entry->item;

	*item = (struct of_item){.published = link->past.since,
		.updated = link->past.since,
		.expires = OF_TIME_NONE};
	item->id = make_id(feed, entry, link);
	item->title = make_title(feed, entry, link);
	item->content_html = make_content(feed, entry, link);
	of_buf_add_text(&feed->out, of_report_verdicts[link->past.verdict].meaning);
	item->summary = keep(feed, entry);
	of_buf_add_str(&feed->out, feed->address);
	of_buf_add_format(&feed->out, "index.html#link-%" PRId64, link->number);
	item->permalink = keep(feed, entry);
	add_related(feed, entry, link);
}

/* Where an entry stands among those that are held. */
static size_t find_place(const struct rot_feed *feed, const struct of_item *wanted)
{
	size_t place = feed->count;

	while (place > 0) {
		const struct of_item *item = &feed->entries[place - 1].item;

		if (of_item_order(item->published, item->id, wanted->published, wanted->id) < 0)
			break;
		place--;
	}
	return place;
}

/* The one past those that are held is made, and then takes its place among them. */
static bool add_entry(const struct of_report_link *link, void *payload)
{
	struct rot_feed *feed = payload;
	struct entry entry = feed->entries[feed->count];
	size_t place;

	if (!of_report_has_time(link->past.since))
		return true;
	if (feed->count == OF_ROT_FEED_ENTRIES &&
		link->past.since < feed->entries[feed->count - 1].item.published)
		return true;
	if (entry.arena == NULL)
		entry.arena = of_arena_new();
	if (entry.arena == NULL) {
		feed->status = OF_ENOMEM;
		return false;
	}
	feed->entries[feed->count].arena = entry.arena;
	of_arena_clear(entry.arena);
	link = of_report_mask_link(&feed->mask, link);
	if (link == NULL) {
		feed->status = OF_ENOMEM;
		return false;
	}
	fill(feed, &entry, link);
	if (feed->status != OF_OK || of_arena_status(entry.arena, NULL) != OF_OK)
		return false;
	place = find_place(feed, &entry.item);
	memmove(&feed->entries[place + 1], &feed->entries[place],
		(feed->count - place) * sizeof(entry));
	feed->entries[place] = entry;
	feed->count += feed->count < OF_ROT_FEED_ENTRIES;
	return true;
}

/* The address below the site's, as a feed has it: no slash at either end. */
static struct of_str path_of(const struct rot_feed *feed)
{
	struct of_str path = feed->address;

	if (of_str_starts(path, feed->site->url))
		path = of_str_from_offset(path, feed->site->url.len);
	return of_str_trim_byte(path, '/');
}

static enum of_status render(struct of_buf *out, struct rot_feed *feed, struct of_err *err)
{
	const struct of_item *entries[OF_ROT_FEED_ENTRIES];
	struct of_site site = *feed->site; /* as the feed needs it */
	struct of_feed document = {.file = STR(OF_ROT_FEED_FILE),
		.path = path_of(feed),
		.home_url = feed->address,
		.entries = entries,
		.n_entries = feed->count,
		.updated = feed->count > 0 ? feed->entries[0].item.updated : OF_TIME_NONE};
	struct of_buf title = {0};
	enum of_status status;

	site.language = STR("en");
	site.content_mode = OF_CONTENT_FULL;
	site.link = OF_LINK_PERMALINK;
	site.n_hubs = 0;
	for (size_t i = 0; i < feed->count; i++)
		entries[i] = &feed->entries[i].item;
	of_buf_add_text(&title, "Link rot in ");
	of_buf_add_str(&title, feed->site->title);
	document.title = of_buf_str(&title);
	document.description = STR("Links of the site that are newly dead, hijacked or moved");
	status = of_buf_status(&title, err);
	if (status == OF_OK)
		status = of_renderer_find(STR("atom"))->render(out, &document, &site, err);
	of_buf_finish(&title);
	return status;
}

/* A file that says the same keeps its time: readers then ask in vain, and cheaply. */
static bool is_there(const char *path, size_t root, struct of_str bytes)
{
	struct of_buf old = {0};
	bool same = of_file_read_below(&old, path, root, bytes.len + 1, NULL) == OF_OK &&
		    of_str_equal(of_buf_str(&old), bytes);

	of_buf_finish(&old);
	return same;
}

static enum of_status write_file(
	const char *folder, size_t root, struct of_str bytes, struct of_err *err)
{
	struct of_outfile *file = NULL;
	struct of_buf path = {0};
	enum of_status status;

	of_path_join(&path, of_str_from(folder), STR(OF_ROT_FEED_FILE));
	status = of_buf_status(&path, err);
	if (status == OF_OK && !is_there(path.ptr, root, bytes)) {
		status = of_outfile_new(&file, path.ptr, root, err);
		if (status == OF_OK) {
			of_buf_add_str(of_outfile_buf(file), bytes);
			status = of_outfile_commit(file, err);
		}
		of_outfile_free(file);
	}
	of_buf_finish(&path);
	return status;
}

/* An IRI: a folder may have any name. */
static void encode_address(struct of_buf *out, struct of_str address)
{
	of_url_resolve(out, (struct of_str){NULL, 0}, address);
}

static enum of_status gather(
	struct rot_feed *feed, struct of_history *history, struct of_err *err)
{
	enum of_status status =
		of_history_each_report(history, verdicts_told(), 0, add_entry, feed, err);

	if (status == OF_OK)
		status = of_buf_status(&feed->report.text, err);
	for (size_t i = 0; i <= feed->count && status == OF_OK; i++)
		if (feed->entries[i].arena != NULL)
			status = of_arena_status(feed->entries[i].arena, err);
	if (status == OF_OK && feed->status != OF_OK)
		status = of_err_set_nomem(err);
	return status;
}

static void finish(struct rot_feed *feed)
{
	for (size_t i = 0; i <= OF_ROT_FEED_ENTRIES; i++)
		of_arena_free(feed->entries[i].arena);
	of_buf_finish(&feed->out);
	of_report_mask_finish(&feed->mask);
	of_buf_finish(&feed->report.text);
	free(feed);
}

enum of_status of_rot_feed_write(struct of_history *history, const struct of_site *site,
	const char *folder, size_t root, struct of_str address, struct of_err *err)
{
	struct rot_feed *feed = calloc(1, sizeof(*feed));
	struct of_buf document = {0}, iri = {0};
	enum of_status status;

	if (feed == NULL)
		return of_err_set_nomem(err);
	encode_address(&iri, address);
	feed->site = site;
	feed->address = of_buf_str(&iri);
	feed->about.dir = site->dir;
	status = of_buf_status(&iri, err);
	if (status == OF_OK)
		status = gather(feed, history, err);
	if (status == OF_OK)
		status = render(&document, feed, err);
	if (status == OF_OK)
		status = write_file(folder, root, of_buf_str(&document), err);
	of_buf_finish(&document);
	of_buf_finish(&iri);
	finish(feed);
	return status;
}
