#include "store/history_texts.h"

#include "base/json.h"
#include "base/str.h"

size_t of_history_read_hops(struct of_hop hops[OF_LIMIT_HOPS], struct of_str lines)
{
	size_t count = 0;

	while (lines.len > 0 && count < OF_LIMIT_HOPS) {
		struct of_str url = of_str_split(&lines, '\n');
		uint64_t code = 0;

		if (of_str_to_uint(&code, of_str_split(&url, ' ')) && code <= 999)
			hops[count++] = (struct of_hop){(unsigned)code, url};
	}
	return count;
}

void of_history_write_hops(struct of_buf *lines, const struct of_observation *seen)
{
	of_buf_clear(lines);
	for (size_t i = 0; i < seen->n_hops; i++) {
		of_buf_add_format(lines, "%s%u ", i > 0 ? "\n" : "", seen->hops[i].status);
		of_buf_add_str(lines, seen->hops[i].url);
	}
}

/* What hops and the link's URL say already is not said again. */
struct of_str of_history_final_url(const struct of_observation *seen)
{
	struct of_str told = seen->n_hops > 0 ? seen->hops[seen->n_hops - 1].url : seen->url;

	return of_str_equal(seen->final_url, told) ? STR("") : seen->final_url;
}

/*
 * What the link was meant for, as far as one can tell: the page of an error, of a bot wall, or
 * of what may have taken its place says nothing of it, and the last one that did stays.
 */
const struct of_page *of_history_good_page(const struct of_check *check)
{
	const struct of_observation *seen = check->seen;
	enum of_verdict verdict = check->judgement->verdict;
	bool good = seen->failure == OF_FAILURE_NONE &&
		    (seen->signs & OF_SIGN_CHALLENGE) == 0 && verdict != OF_VERDICT_SUSPECT &&
		    !of_verdict_is_rot(verdict);

	return good ? seen->page : NULL;
}

#define TEXT(name)                                    \
	{                                             \
#name, offsetof(struct of_page, name) \
	}

/* In the order of OF_PAGE_COLUMNS, which are the JSON's keys but for the first, a column
 * of its own for reports; feeds follow them. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	TEXT(title),
	TEXT(description),
	TEXT(canonical),
	TEXT(heading),
	TEXT(og_title),
	TEXT(og_description),
	TEXT(og_image),
	TEXT(og_site_name),
	TEXT(og_type),
	TEXT(twitter_card),
	TEXT(twitter_title),
	TEXT(twitter_description),
	TEXT(twitter_image),
	TEXT(ld_headline),
	TEXT(ld_image),
	TEXT(oembed),
	TEXT(favicon),
	TEXT(language),
	TEXT(charset),
	TEXT(refresh),
	TEXT(type),
};

_Static_assert(sizeof(texts) / sizeof(texts[0]) == OF_PAGE_TEXTS, "of_page_texts");

static struct of_str text_of(const struct of_page *page, size_t number)
{
	return *(
		const struct of_str *)(const void *)((const char *)page + texts[number].offset);
}

void of_history_set_text(struct of_page *page, size_t number, struct of_str text)
{
	*(struct of_str *)(void *)((char *)page + texts[number].offset) = text;
}

void of_history_set_feeds(struct of_page *page, struct of_str lines)
{
	while (lines.len > 0 && page->n_feeds < OF_PAGE_FEEDS)
		page->feeds[page->n_feeds++] = of_str_split(&lines, '\n');
}

static void mix(uint64_t *hash, uint64_t number)
{
	*hash = (*hash ^ number) * 0xFF51AFD7ED558CCDU;
	*hash ^= *hash >> 32;
}

/* Where a text stands counts: an absent one is mixed in by its place. */
int64_t of_history_hash_page(const struct of_page *page)
{
	uint64_t hash = page->n_feeds;

	for (size_t i = 0; i < OF_PAGE_TEXTS; i++) {
		struct of_str text = text_of(page, i);

		if (text.len > 0)
			mix(&hash, of_str_hash(text) + i);
	}
	for (size_t i = 0; i < page->n_feeds; i++)
		mix(&hash, of_str_hash(page->feeds[i]));
	mix(&hash, (uint64_t)page->published);
	mix(&hash, (uint64_t)page->asks_password << 1 | page->truncated);
	mix(&hash, page->length);
	mix(&hash, (uint64_t)page->width << 32 | page->height);
	return hash != 0 ? (int64_t)hash : 1;
}

static void add_number(struct of_json *json, const char *key, uint64_t number)
{
	if (number != 0)
		of_json_uint(json, key, number);
}

void of_history_write_words(struct of_buf *words, const struct of_page *page)
{
	struct of_json json;
	struct of_buf feeds = {0};

	of_buf_clear(words);
	of_json_init(&json, words, true);
	of_json_open(&json, NULL, '{');
	for (size_t i = 1; i < OF_PAGE_TEXTS; i++)
		of_json_str_if(&json, texts[i].key, text_of(page, i));
	for (size_t i = 0; i < page->n_feeds; i++) {
		of_buf_add_text(&feeds, i > 0 ? "\n" : "");
		of_buf_add_str(&feeds, page->feeds[i]);
	}
	of_json_str_if(&json, "feeds", of_buf_str(&feeds));
	add_number(&json, "asks_password", page->asks_password);
	add_number(&json, "truncated", page->truncated);
	add_number(&json, "length", page->length);
	add_number(&json, "width", page->width);
	add_number(&json, "height", page->height);
	of_json_close(&json, '}');
	if (feeds.status != OF_OK)
		words->status = feeds.status;
	of_buf_finish(&feeds);
}
