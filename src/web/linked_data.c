#include "web/linked_data.h"

#include "base/str.h"
#include "base/time.h"
#include <jansson.h>
#include <outfeed/buf.h>
#include <stdbool.h>

#define DEPTH_MAX 4     /* of arrays and graphs within each other */
#define THINGS_MAX 1000 /* that are looked at in one script */

/*
 * How likely a thing of a type is what the page is about. A page speaks of its
 * site, its publisher and its way there as well, whose names say nothing of it.
 */
static const struct {
	struct of_str type; /* the end of its name */
	unsigned rank;
} ranks[] = {
	{STR_INIT("Article"), 4},
	{STR_INIT("Posting"), 4},
	{STR_INIT("Report"), 4},
	{STR_INIT("Review"), 3},
	{STR_INIT("VideoObject"), 3},
	{STR_INIT("PodcastEpisode"), 3},
	{STR_INIT("Product"), 3},
	{STR_INIT("SoftwareApplication"), 3},
	{STR_INIT("SoftwareSourceCode"), 3},
	{STR_INIT("Book"), 3},
	{STR_INIT("Event"), 3},
	{STR_INIT("Recipe"), 3},
	{STR_INIT("Course"), 3},
	{STR_INIT("Dataset"), 3},
	{STR_INIT("Movie"), 3},
	{STR_INIT("CreativeWork"), 3},
	{STR_INIT("WebPage"), 2},
	{STR_INIT("ItemPage"), 2},
	{STR_INIT("AboutPage"), 2},
};

struct reading {
	struct of_arena *arena;
	struct of_linked_data *data;
	unsigned things;
};

static struct of_str text_of(const json_t *value)
{
	if (!json_is_string(value))
		return (struct of_str){NULL, 0};
	return of_str_trim(
		(struct of_str){json_string_value(value), json_string_length(value)});
}

/* The first of a list, else the value itself. */
static const json_t *first_of(const json_t *value)
{
	return json_is_array(value) ? json_array_get(value, 0) : value;
}

static unsigned rank_of_type(struct of_str type)
{
	for (size_t i = 0; i < sizeof(ranks) / sizeof(*ranks); i++)
		if (of_str_ends(type, ranks[i].type))
			return ranks[i].rank;
	return 0;
}

static unsigned rank_of(const json_t *thing)
{
	const json_t *type = json_object_get(thing, "@type");
	unsigned best = rank_of_type(text_of(type));

	for (size_t i = 0; i < json_array_size(type) && i < 8; i++) {
		unsigned rank = rank_of_type(text_of(json_array_get(type, i)));

		best = rank > best ? rank : best;
	}
	if (best == 0 && json_object_get(thing, "headline") != NULL)
		best = 1;
	return best;
}

static struct of_str image_of(const json_t *thing)
{
	const json_t *image = first_of(json_object_get(thing, "image"));
	struct of_str url;

	if (image == NULL)
		image = first_of(json_object_get(thing, "thumbnailUrl"));
	if (!json_is_object(image))
		return text_of(image);
	url = text_of(first_of(json_object_get(image, "url")));
	return url.len > 0 ? url : text_of(json_object_get(image, "contentUrl"));
}

static void take(struct reading *reading, struct of_str *field, unsigned *had, unsigned rank,
	struct of_str text)
{
	if (text.len == 0 || rank <= *had)
		return;
	*field = of_arena_dup(reading->arena, text);
	*had = rank;
}

static void read_thing(struct reading *reading, const json_t *thing)
{
	struct of_linked_data *data = reading->data;
	struct of_str headline = text_of(json_object_get(thing, "headline"));
	struct of_str date = text_of(json_object_get(thing, "datePublished"));
	unsigned rank = rank_of(thing);
	int64_t published;

	if (rank == 0)
		return;
	if (headline.len == 0)
		headline = text_of(json_object_get(thing, "name"));
	take(reading, &data->headline, &data->headline_rank, rank, headline);
	take(reading, &data->image, &data->image_rank, rank, image_of(thing));
	if (date.len > 0 && rank > data->published_rank &&
		of_time_parse(&published, date, NULL)) {
		data->published = published;
		data->published_rank = rank;
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels at most */
static void read_value(struct reading *reading, const json_t *value, unsigned depth)
{
	if (depth > DEPTH_MAX || reading->things++ > THINGS_MAX)
		return;
	for (size_t i = 0; i < json_array_size(value) && reading->things <= THINGS_MAX; i++)
		read_value(reading, json_array_get(value, i), depth + 1);
	if (!json_is_object(value))
		return;
	read_thing(reading, value);
	read_value(reading, json_object_get(value, "@graph"), depth + 1);
	read_value(reading, json_object_get(value, "mainEntity"), depth + 1);
}

/*
 * From the first bracket on, without what hid scripts from the browsers of old,
 * and with line ends for spaces: they are often found inside strings, where
 * JSON has none.
 */
static void add_json(struct of_buf *out, struct of_str script)
{
	static const struct of_str cdata = STR_INIT("<![CDATA[");
	size_t at = of_str_find(of_str_slice(script, 0, 64), cdata);

	if (at != OF_NPOS)
		script = of_str_from_offset(script, at + cdata.len);
	while (script.len > 0 && script.ptr[0] != '{' && script.ptr[0] != '[')
		script = of_str_from_offset(script, 1);
	of_buf_add_str(out, script);
	for (size_t i = 0; i < out->len; i++)
		if ((unsigned char)out->ptr[i] < ' ')
			out->ptr[i] = ' ';
}

void of_linked_data_read(
	struct of_arena *arena, struct of_linked_data *data, struct of_str script)
{
	struct reading reading = {arena, data, 0};
	struct of_buf text = {0};
	json_error_t error;
	json_t *root = NULL;

	add_json(&text, script);
	if (text.len > 0)
		root = json_loadb(text.ptr, text.len, JSON_DISABLE_EOF_CHECK, &error);
	if (root == NULL && text.len > 0 && json_error_code(&error) == json_error_out_of_memory)
		text.status = OF_ENOMEM;
	if (text.status != OF_OK)
		of_arena_keep(arena, &text); /* so that the arena knows */
	if (root != NULL)
		read_value(&reading, root, 0);
	json_decref(root);
	of_buf_finish(&text);
}
