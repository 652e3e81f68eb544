#include "audit/metadata.h"

#include "base/json.h"
#include "base/outfile.h"
#include "base/str.h"
#include "base/time.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(member)                                      \
	{                                                 \
#member, offsetof(struct of_page, member) \
	}

struct text {
	const char *key;
	size_t offset; /* of a struct of_str in struct of_page */
};

static const struct text said[] = {
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
};

static const struct text linked[] = {
	TEXT(oembed),
	TEXT(favicon),
};

static const struct text form[] = {
	TEXT(language),
	TEXT(charset),
	TEXT(refresh),
	TEXT(type),
};

static void add_texts(struct of_json *json, const struct of_page *page,
	const struct text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		of_json_clean_if(json, texts[i].key,
			*(const struct of_str *)(const void *)((const char *)page +
							       texts[i].offset));
}

static void add_number(struct of_json *json, const char *key, uint64_t number)
{
	if (number > 0)
		of_json_uint(json, key, number);
}

static void add_published(struct of_json *json, int64_t published)
{
	struct of_buf text = {0};

	if (published == OF_TIME_NONE)
		return;
	of_time_add_rfc3339(&text, published);
	if (text.status == OF_OK)
		of_json_str(json, "published", of_buf_str(&text));
	else
		json->out->status = text.status;
	of_buf_finish(&text);
}

static void add_feeds(struct of_json *json, const struct of_page *page)
{
	if (page->n_feeds == 0)
		return;
	of_json_open(json, "feeds", '[');
	for (size_t i = 0; i < page->n_feeds; i++)
		of_json_clean_if(json, NULL, page->feeds[i]);
	of_json_close(json, ']');
}

static void add_source(struct of_json *json, const struct of_page_source *source)
{
	of_json_clean_if(json, "url", source->url);
	add_number(json, "status", source->status);
	if (source->n_hops > 0)
		of_json_open(json, "hops", '[');
	for (size_t i = 0; i < source->n_hops; i++) {
		of_json_open(json, NULL, '{');
		of_json_uint(json, "status", source->hops[i].status);
		of_json_clean_if(json, "url", source->hops[i].url);
		of_json_close(json, '}');
	}
	if (source->n_hops > 0)
		of_json_close(json, ']');
	of_json_clean_if(json, "final_url", source->final_url);
	of_json_clean_if(json, "last_modified", source->last_modified);
	of_json_clean_if(json, "etag", source->etag);
}

static bool add_line(
	const struct of_page_source *source, const struct of_page *page, void *payload)
{
	struct of_outfile *file = payload;
	struct of_json json;

	of_json_init(&json, of_outfile_buf(file), true);
	of_json_open(&json, NULL, '{');
	add_source(&json, source);
	add_texts(&json, page, said, COUNT(said));
	add_published(&json, page->published);
	add_texts(&json, page, linked, COUNT(linked));
	add_feeds(&json, page);
	add_texts(&json, page, form, COUNT(form));
	if (page->asks_password)
		of_json_bool(&json, "asks_password", true);
	if (page->truncated)
		of_json_bool(&json, "truncated", true);
	add_number(&json, "length", page->length);
	add_number(&json, "width", page->width);
	add_number(&json, "height", page->height);
	of_json_close(&json, '}');
	return of_outfile_flush(file);
}

enum of_status of_metadata_write(
	struct of_history *history, const char *path, struct of_err *err)
{
	struct of_outfile *file = NULL;
	enum of_status status = of_outfile_new(&file, path, OF_NPOS, err);

	if (status == OF_OK)
		status = of_history_each_page(history, add_line, file, err);
	if (status == OF_OK)
		status = of_outfile_commit(file, err);
	of_outfile_free(file);
	return status;
}
