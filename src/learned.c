#include "learned.h"

#include "audit/uses.h"
#include "base/err.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include "collect/record.h"
#include "item/icon.h"
#include "store/history.h"
#include <outfeed/audit.h>
#include <stdatomic.h>
#include <stdlib.h>

#define NO_AUDIT UINT64_C(0) /* of rows that were made without a history */
#define UNSURE UINT64_C(1)   /* it may change again unseen: such rows are always looked into */

/* A worker's own look into the history, which is one thread's at a time. */
struct reader {
	struct of_history *history;
	struct of_arena *arena; /* for what is looked up to be compared */
	struct of_buf name;
};

struct of_learner {
	const struct of_site *site;
	struct of_diags *diags;
	struct of_buf state;
	struct of_history_place place;
	uint64_t audit;
	unsigned jobs;
	atomic_bool told;
	struct reader readers[];
};

static uint64_t mix(uint64_t sum, uint64_t value)
{
	sum = (sum ^ value) * 0xFF51AFD7ED558CCDU;
	return sum ^ (sum >> 32);
}

/* -- The history */

/* The database and its log, as files are known; an empty log comes and goes with its readers.
 */
static uint64_t stamp_history(struct of_str state, int64_t since)
{
	static const char *const names[] = {"audit.db", "audit.db-wal"};
	uint64_t sum = 2;
	bool sure = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct of_buf path = {0};
		struct of_stamp stamp = {0};

		of_path_join(&path, state, of_str_from(names[i]));
		sure &= path.status == OF_OK;
		if (path.status == OF_OK)
			stamp = of_stamp_of(path.ptr);
		of_buf_finish(&path);
		if (stamp.size == 0)
			continue;
		sure &= !of_is_racy(stamp.mtime, since);
		sum = mix(mix(mix(sum, stamp.size), stamp.inode), (uint64_t)stamp.mtime);
	}
	return !sure ? UNSURE : sum > UNSURE ? sum : UNSURE + 1;
}

static void warn(struct of_learner *learner, const struct of_err *why)
{
	const struct of_reporter here = {of_diags_add, learner->diags, why->path};

	if (!atomic_exchange(&learner->told, true))
		of_report_warning(&here, 0, 0, "%s; what it learned is not used", why->message);
}

static enum of_status open_reader(
	struct of_learner *learner, unsigned worker, struct of_err *err)
{
	struct reader *reader = &learner->readers[worker];

	if (reader->history != NULL)
		return OF_OK;
	if (reader->arena == NULL)
		reader->arena = of_arena_new();
	if (reader->arena == NULL)
		return of_err_set_nomem(err);
	return of_history_open_to_read(&reader->history, &learner->place, err);
}

enum of_status of_learner_new(struct of_learner **learner, const struct of_site *site,
	struct of_str state, unsigned jobs, int64_t since, struct of_diags *diags,
	struct of_err *err)
{
	const struct of_history_place place = {state.ptr, site->audit->store, site->url};
	struct of_learner *made;
	struct of_err why = {0};
	enum of_status status;

	*learner = NULL;
	if (!of_history_is_there(&place))
		return OF_OK;
	made = calloc(1, sizeof(*made) + jobs * sizeof(made->readers[0]));
	if (made == NULL)
		return of_err_set_nomem(err);
	made->site = site;
	made->diags = diags;
	made->jobs = jobs;
	of_buf_add_str(&made->state, state);
	made->place = place;
	made->place.folder = made->state.ptr;
	/* before it is opened: what is written after that shows the next time */
	made->audit = of_history_is_file(&place) ? stamp_history(state, since) : UNSURE;
	status = of_buf_status(&made->state, &why);
	if (status == OF_OK)
		status = open_reader(made, 0, &why);
	if (status == OF_OK) {
		*learner = made;
		return OF_OK;
	}
	if (status == OF_ENOMEM)
		of_err_set_nomem(err);
	else
		warn(made, &why);
	of_learner_free(made);
	return status == OF_ENOMEM ? status : OF_OK;
}

void of_learner_free(struct of_learner *learner)
{
	if (learner == NULL)
		return;
	for (unsigned i = 0; i < learner->jobs; i++) {
		of_history_close(learner->readers[i].history);
		of_arena_free(learner->readers[i].arena);
		of_buf_finish(&learner->readers[i].name);
	}
	of_buf_finish(&learner->state);
	free(learner);
}

/* -- What is said of a URL */

static bool is_rotten(const struct of_learned *known)
{
	return of_verdict_is_rot(known->verdict);
}

/* The history keeps the last good page: a failure that may pass changes no feed. */
static bool is_itself(const struct of_learned *known)
{
	return known->has_page && !is_rotten(known);
}

static struct of_str description_of(const struct of_page *page)
{
	return page->description.len > 0 ? page->description : page->og_description;
}

/* Of all that a document could show of it with these settings, and of nothing else. */
static uint64_t print_of(const struct of_site *site, const struct of_learned *known)
{
	const struct of_page *page = &known->page;
	uint64_t sum = 1;

	if (site->rot != OF_ROT_KEEP && is_rotten(known))
		sum = mix(sum, 2);
	if (site->rot == OF_ROT_ARCHIVE && is_rotten(known))
		sum = mix(sum, of_str_hash(known->capture));
	if (is_itself(known)) {
		sum = mix(sum, of_str_hash(page->type));
		sum = mix(mix(sum, page->length), (uint64_t)page->width << 32 | page->height);
		if (site->audit->metadata_fill)
			sum = mix(mix(sum, of_str_hash(description_of(page))),
				of_str_hash(page->og_image));
	}
	return sum != 0 ? sum : 1;
}

/*
 * By its name; false when nothing is known, or trouble was told. Without an arena
 * the text is the reader's, until the next time.
 */
static bool look_up(struct of_learner *learner, unsigned worker, struct of_str name,
	struct of_arena *arena, struct of_learned *known, bool *unread)
{
	struct reader *reader = &learner->readers[worker];
	struct of_err err = {0};
	bool found = false;
	enum of_status status = open_reader(learner, worker, &err);

	if (status == OF_OK && arena == NULL) {
		arena = reader->arena;
		of_arena_clear(arena);
	}
	if (status == OF_OK)
		status = of_history_learned(reader->history, name, known, &found, arena, &err);
	if (status == OF_OK)
		return found;
	warn(learner, &err);
	*unread = true;
	return false;
}

bool of_learner_holds(struct of_learner *learner, unsigned worker,
	const struct of_ledger_row *row, bool *renew)
{
	bool unread = false;

	*renew = false;
	if (row->audit == of_learner_audit(learner) && row->audit != UNSURE)
		return true;
	/* what it would have looked up is not known */
	if (row->audit == NO_AUDIT)
		return false;
	for (size_t i = 0; i < row->n_links; i++) {
		struct of_learned known;
		uint64_t print = 0;

		if (learner != NULL &&
			look_up(learner, worker, row->links[i].url, NULL, &known, &unread))
			print = print_of(learner->site, &known);
		if (unread || print != row->links[i].print)
			return false;
	}
	*renew = row->audit != of_learner_audit(learner);
	return true;
}

uint64_t of_learner_audit(const struct of_learner *learner)
{
	return learner != NULL ? learner->audit : NO_AUDIT;
}

/* -- Items */

/* One item at hand. */
struct applying {
	struct of_learner *learner;
	unsigned worker;
	struct of_item *item;
	struct of_arena *arena;
	struct of_learned_links *links;
	const struct of_reporter *reporter;
};

static void note(struct applying *a, struct of_str name, uint64_t print)
{
	struct of_learned_links *links = a->links;
	struct of_ledger_link *grown =
		of_grow(links->links, links->count, &links->cap, sizeof(*grown));

	if (grown == NULL) {
		links->unread = true;
		return;
	}
	links->links = grown;
	grown[links->count++] =
		(struct of_ledger_link){of_arena_dup(links->arena, name), print};
}

/* What is known of a URL; the document depends on it from now on, known or not. */
static bool ask(struct applying *a, struct of_str url, struct of_learned *known)
{
	struct of_buf *name = &a->learner->readers[a->worker].name;
	bool found;

	if (!of_url_is_http(url))
		return false;
	of_buf_clear(name);
	of_link_add_name(name, url);
	if (name->status != OF_OK) {
		a->links->unread = true;
		return false;
	}
	found = look_up(
		a->learner, a->worker, of_buf_str(name), a->arena, known, &a->links->unread);
	note(a, of_buf_str(name), found ? print_of(a->learner->site, known) : 0);
	return found;
}

static void use_capture(struct of_item *item, struct of_str capture)
{
	if (capture.len == 0)
		return;
	if (of_str_equal(item->via_url, item->source_url))
		item->via_url = capture;
	item->source_url = capture;
}

static void warn_of_image(struct applying *a, struct of_str url, const char *what)
{
	of_report_warning(a->reporter, a->item->image_line, a->item->image_column,
		"no enclosure: the image '%.*s' %s", (int)(url.len < 200 ? url.len : 200),
		url.ptr, what);
}

/* What the audit saw is nearer the truth than what the item declares. */
static void fill_image(struct of_image *image, const struct of_page *page)
{
	image->type = page->type;
	if (page->length > 0)
		image->length = page->length;
	if (page->width > 0 && page->height > 0) {
		image->width = page->width;
		image->height = page->height;
	}
}

static bool is_image(const struct of_page *page)
{
	return of_str_starts(page->type, STR("image/"));
}

/* Surely no image; some servers do not know the types of theirs. */
static bool is_document(const struct of_page *page)
{
	return of_str_equal_nocase(page->type, STR("text/html")) ||
	       of_str_equal_nocase(page->type, STR("application/xhtml+xml"));
}

/* An image elsewhere; one that has a file is known better from that. */
static void learn_image(struct applying *a)
{
	struct of_item *item = a->item;
	struct of_image image = item->image.url.len > 0 ? item->image : item->untyped;
	struct of_learned known;

	if (image.url.len == 0 || image.length > 0 || !ask(a, image.url, &known) ||
		!is_itself(&known) || known.page.type.len == 0)
		return;
	if (is_image(&known.page)) {
		fill_image(&image, &known.page);
		item->image = image;
		item->untyped.url.len = 0;
	} else if (item->image.url.len > 0 && is_document(&known.page)) {
		warn_of_image(a, image.url,
			"is a page and no image, as the audit saw: mend the address");
		item->image = (struct of_image){0};
	}
}

static void fill_summary(struct of_item *item, const struct of_page *page)
{
	if ((item->summary.len > 0 && !item->summary_made) || description_of(page).len == 0)
		return;
	item->summary = description_of(page);
	item->summary_made = false;
}

/* The page's image; what type it is of its own knowledge, or by its name. */
static void take_image(struct applying *a, struct of_str url)
{
	struct of_image image = {.url = url, .type = of_image_type_of_name(url)};
	struct of_learned known;

	if (a->item->image.url.len > 0 || !of_url_is_http(url))
		return;
	if (ask(a, url, &known) && is_itself(&known) && known.page.type.len > 0) {
		if (!is_image(&known.page))
			return;
		fill_image(&image, &known.page);
	}
	if (image.type.len == 0)
		return;
	a->item->image = image;
	a->item->untyped.url.len = 0;
}

static bool apply(struct applying *a)
{
	const struct of_site *site = a->learner->site;
	bool fills = site->audit->metadata_fill;
	struct of_learned known;

	learn_image(a);
	if ((site->rot == OF_ROT_KEEP && !fills) || !ask(a, a->item->source_url, &known))
		return true;
	if (is_rotten(&known) && site->rot == OF_ROT_DROP)
		return false;
	if (is_rotten(&known) && site->rot == OF_ROT_ARCHIVE)
		use_capture(a->item, known.capture);
	if (fills && is_itself(&known)) {
		fill_summary(a->item, &known.page);
		take_image(a, known.page.og_image);
	}
	return true;
}

bool of_learner_apply(struct of_learner *learner, unsigned worker, struct of_item *item,
	struct of_arena *arena, struct of_learned_links *links, of_diag_fn *diag, void *payload)
{
	const struct of_reporter reporter = {
		diag, payload, item->path.ptr != NULL ? item->path.ptr : ""};
	struct applying a = {learner, worker, item, arena, links, &reporter};
	bool shown = learner == NULL || apply(&a);

	if (shown && item->untyped.url.len > 0)
		warn_of_image(&a, item->untyped.url,
			"is of unknown type: give its format, such as JPEG");
	return shown;
}
