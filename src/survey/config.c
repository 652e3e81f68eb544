/* A survey as outfeed.yaml, checked by reading it as a site: what differs from the defaults,
 * the rest as comments. */
#include <outfeed/survey.h>

#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "survey/choose.h"
#include "survey/config.h"

#define PLACEHOLDER "https://www.example.org/"
#define COMMENT_COLUMN 40

const char *of_survey_placeholder(void)
{
	return PLACEHOLDER;
}

/* Words and paths of ASCII that mean themselves in YAML, in a list between brackets too. */
static bool is_plain(struct of_str text)
{
	static const struct of_str taken[] = {STR_INIT("true"), STR_INIT("false"),
		STR_INIT("yes"), STR_INIT("no"), STR_INIT("on"), STR_INIT("off"),
		STR_INIT("null"), STR_INIT("y"), STR_INIT("n")};

	if (text.len == 0 || (!of_byte_is_alpha(text.ptr[0]) && text.ptr[0] != '_'))
		return false;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (of_str_equal_nocase(text, taken[i]))
			return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!of_byte_is_alpha(c) && !of_byte_is_digit(c) && c != '_' && c != '-' &&
			c != '.' && c != '/')
			return false;
	}
	return true;
}

/* Characters that a YAML stream holds in escapes alone, or that break a line of it. */
static bool is_harmful(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

/* Valid UTF-8 as part of a comment, or of a quoted scalar. */
static void add_text(struct of_buf *out, struct of_str text, bool quoted)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = of_unicode_next(text, &at);

		if (is_harmful(c) && quoted)
			of_buf_add_format(out, "\\u%04x", (unsigned)c);
		else if (is_harmful(c))
			of_buf_add_byte(out, '?');
		else
			of_buf_add_format(out, "%s%.*s",
				quoted && (c == '"' || c == '\\') ? "\\" : "", (int)(at - from),
				text.ptr + from);
	}
}

static void add_scalar(struct of_buf *out, struct of_str text)
{
	if (is_plain(text)) {
		of_buf_add_str(out, text);
		return;
	}
	of_buf_add_byte(out, '"');
	add_text(out, text, true);
	of_buf_add_byte(out, '"');
}

/* An address needs no quotes where nothing in it ends one or begins a comment. */
static void add_url(struct of_buf *out, struct of_str url, struct of_str behind)
{
	struct of_buf whole = {0};
	bool plain = true;

	of_buf_add_str(&whole, url);
	if (!of_str_ends(url, STR("/")))
		of_buf_add_byte(&whole, '/');
	of_buf_add_str(&whole, behind);
	for (size_t i = 0; i < whole.len; i++)
		plain = plain &&
			(of_byte_is_alpha(whole.ptr[i]) || of_byte_is_digit(whole.ptr[i]) ||
				strchr(":/.-_~", whole.ptr[i]) != NULL);
	if (plain)
		of_buf_add_str(out, of_buf_str(&whole));
	else
		add_scalar(out, of_buf_str(&whole));
	of_buf_finish(&whole);
}

/* A comment behind what stands in the line since start; words may hold what a file says. */
static void end_line(struct of_buf *out, size_t start, const char *words, struct of_str more)
{
	if (words != NULL) {
		do
			of_buf_add_byte(out, ' ');
		while (out->status == OF_OK && out->len - start < COMMENT_COLUMN);
		of_buf_add_text(out, "# ");
		of_buf_add_text(out, words);
		add_text(out, more, false);
	}
	of_buf_add_byte(out, '\n');
}

static void add_value(struct of_buf *out, const char *key, const struct of_survey_value *value)
{
	size_t start = out->len;

	if (value->text.len == 0)
		return;
	of_buf_add_format(out, "  %s: ", key);
	add_scalar(out, value->text);
	end_line(out, start, value->file.len > 0 ? "from " : NULL, value->file);
}

static void add_site(struct of_buf *out, const struct of_survey *survey)
{
	size_t start;

	of_buf_add_text(out, "site:\n");
	add_value(out, "title", &survey->title);
	start = out->len;
	of_buf_add_text(out, "  url: ");
	if (survey->url.text.len > 0) {
		add_url(out, survey->url.text, (struct of_str){NULL, 0});
		end_line(out, start, survey->url.file.len > 0 ? "from " : NULL,
			survey->url.file);
	} else {
		of_buf_add_text(out, PLACEHOLDER);
		end_line(out, start, "CHANGE THIS: where the site is; ids and links hold it",
			(struct of_str){NULL, 0});
	}
	add_value(out, "description", &survey->description);
	if (!of_str_equal(survey->language.text, STR("en")))
		add_value(out, "language", &survey->language);
	if (!of_str_equal(survey->timezone.text, STR("UTC")))
		add_value(out, "timezone", &survey->timezone);
	add_value(out, "author", &survey->author);
	if (survey->language.text.len == 0)
		of_buf_add_text(out, "  # language: en\n");
	if (survey->timezone.text.len == 0)
		of_buf_add_text(out, "  # timezone: Europe/Berlin             # of dates that "
				     "carry none; else "
				     "UTC\n");
}

static void add_list(struct of_buf *out, const struct of_str *texts, size_t count)
{
	of_buf_add_byte(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			of_buf_add_text(out, ", ");
		add_scalar(out, texts[i]);
	}
	of_buf_add_byte(out, ']');
}

static void add_content(struct of_buf *out, const struct of_survey *survey)
{
	bool usual = survey->n_content == 1 && of_str_equal(survey->content[0], STR("content"));

	of_buf_add_text(out, "\n# Folders, files or globs that hold the items.\n");
	if (survey->outside_count > 0)
		of_buf_add_format(out,
			"# %zu of the files that were looked at are outside: no date, or no "
			"front "
			"matter.\n",
			survey->outside_count);
	of_buf_add_text(out, usual ? "# content: " : "content: ");
	add_list(out, survey->content, survey->n_content);
	of_buf_add_byte(out, '\n');
}

static void add_output(struct of_buf *out, const struct of_survey *survey)
{
	bool usual = of_str_equal(survey->output.text, STR("public"));

	of_buf_add_text(out, "\n# Where the feeds go.");
	if (survey->command != NULL)
		of_buf_add_format(out,
			" Run outfeed after `%s`: what that made stays,\n"
			"# also an index.html in the place of outfeed's own.",
			survey->command);
	of_buf_add_text(out, usual ? "\n# output: " : "\noutput: ");
	add_scalar(out, survey->output.text);
	of_buf_add_byte(out, '\n');
}

static size_t count_of(const struct of_survey *survey, enum of_field field)
{
	const struct of_survey_field *found = of_fields_find(survey, field);

	return found != NULL ? found->items : 0;
}

static void add_groups(struct of_buf *out, const struct of_survey *survey)
{
	size_t categories = count_of(survey, OF_FIELD_CATEGORIES);
	size_t tags = count_of(survey, OF_FIELD_TAGS);
	const char *off = survey->by_tags ? "" : "# ";

	of_buf_add_format(out,
		"\n# A feed for each category, one for each tag, or both: of %zu items, %zu "
		"have\n"
		"# categories and %zu have tags. `by` may be author or any other path.\n",
		survey->items, categories, tags);
	of_buf_add_format(out, "%sgroups:\n", off);
	of_buf_add_format(out, "%s  - {by: categories, path: \"topic/{slug}\"}\n",
		survey->by_tags ? "# " : off);
	of_buf_add_format(out, "%s  - {by: tags, path: \"tag/{slug}\"}\n", off);
}

static void add_images(struct of_buf *out, const struct of_survey *survey)
{
	const struct of_str url =
		survey->url.text.len > 0 ? survey->url.text : of_str_from(PLACEHOLDER);
	bool found = survey->images_dir.len > 0;

	of_buf_add_text(out, "\n# Where featured images lie, and where they are served.");
	if (survey->images_tried > 0)
		of_buf_add_format(out, " %zu of %zu were found there.", survey->images_found,
			survey->images_tried);
	of_buf_add_text(out, found ? "\nimages: {dir: " : "\n# images: {dir: ");
	add_scalar(out, found ? survey->images_dir : STR("images"));
	of_buf_add_text(out, ", url: ");
	add_url(out, url, found ? survey->images_path : STR("images/"));
	of_buf_add_text(out, "}\n");
}

static void add_permalinks(struct of_buf *out, const struct of_survey *survey)
{
	size_t start;

	of_buf_add_text(out, "\n# The addresses of items that name none themselves, behind the "
			     "site's own, by "
			     "folder:\n# man outfeed.yaml lists the marks.");
	of_buf_add_text(out, survey->n_permalinks > 0
				     ? "\npermalinks:\n"
				     : "\n# permalinks: \"/{year}/{month}/{slug}/\"\n");
	for (size_t i = 0; i < survey->n_permalinks; i++) {
		start = out->len;
		of_buf_add_text(out, "  ");
		add_scalar(out, survey->permalinks[i].folder);
		of_buf_add_text(out, ": ");
		add_scalar(out, survey->permalinks[i].pattern);
		end_line(out, start, i == 0 && survey->permalinks_file.len > 0 ? "from " : NULL,
			survey->permalinks_file);
	}
}

static bool is_overridden(const struct of_survey *survey)
{
	for (size_t i = 0; i < survey->n_fields; i++)
		if (survey->fields[i].overridden)
			return true;
	return false;
}

static void add_row(struct of_buf *out, const struct of_survey_field *field)
{
	const struct of_survey_path *last = &field->paths[field->n_paths - 1];
	size_t start = out->len;

	of_buf_add_format(out, "  %s: [", of_field_name(field->field));
	for (size_t i = 0; i < field->n_paths; i++) {
		if (i > 0)
			of_buf_add_text(out, ", ");
		add_scalar(out, field->paths[i].path);
	}
	of_buf_add_byte(out, ']');
	if (out->status == OF_OK)
		end_line(out, start, "e.g. ",
			last->n_examples > 0 ? last->examples[0].value
					     : (struct of_str){NULL, 0});
}

void of_survey_add_fields(struct of_buf *out, const struct of_survey *survey)
{
	if (!is_overridden(survey))
		return;
	of_buf_add_text(out, "fields:\n");
	for (size_t i = 0; i < survey->n_fields; i++)
		if (survey->fields[i].overridden)
			add_row(out, &survey->fields[i]);
}

static void add_fields(struct of_buf *out, const struct of_survey *survey)
{
	of_buf_add_text(out,
		"\n# Fields that stand under other keys than the usual ones, in the order in "
		"which\n# the keys are tried.\n");
	if (is_overridden(survey))
		of_survey_add_fields(out, survey);
	else
		of_buf_add_text(
			out, "# fields: {source_url: [bookmark], published: [created]}\n");
}

static void add_rest(struct of_buf *out, const struct of_survey *survey)
{
	size_t links = count_of(survey, OF_FIELD_SOURCE_URL);

	if (links > 0)
		of_buf_add_format(out,
			"\n# %zu of %zu items have a link: an entry opens the item's own page, "
			"or "
			"that link.\n# link: source\n",
			links, survey->items);
	of_buf_add_text(out,
		"\n# all: {path: all, title: Everything}   # the feed of all items\n"
		"# limit: 50                             # entries in a document\n"
		"# content_mode: summary                 # excerpts, not the whole text\n"
		"# archive: month                        # older entries in documents by "
		"month\n"
		"# pages: false                          # no pages beside the feeds\n"
		"# formats: [atom, rss, json]\n");
}

void of_survey_add_config(struct of_buf *out, const struct of_survey *survey)
{
	of_buf_add_format(
		out, "# Written by `outfeed init`, which looked at %zu items", survey->items);
	if (survey->command != NULL)
		of_buf_add_format(out, " of a site made by %s", survey->generator);
	of_buf_add_text(out, ".\n# What is commented out is the default, or a suggestion. "
			     "Keys: outfeed help "
			     "build\n\n");
	add_site(out, survey);
	add_content(out, survey);
	add_output(out, survey);
	add_permalinks(out, survey);
	add_groups(out, survey);
	add_images(out, survey);
	add_fields(out, survey);
	add_rest(out, survey);
}

enum of_status of_survey_check(
	const struct of_survey *survey, struct of_err *err, of_diag_fn *diag, void *payload)
{
	struct of_site *site = NULL;
	struct of_buf text = {0};
	struct of_buf config = {0};
	enum of_status status;

	of_path_join(&config, survey->dir, STR("outfeed.yaml"));
	of_survey_add_config(&text, survey);
	status = of_buf_status(&text, err);
	if (status == OF_OK)
		status = of_buf_status(&config, err);
	if (status == OF_OK)
		status =
			of_site_parse(&site, config.ptr, of_buf_str(&text), err, diag, payload);
	of_site_free(site);
	of_buf_finish(&text);
	of_buf_finish(&config);
	return status;
}

void of_survey_free(struct of_survey *survey)
{
	if (survey != NULL)
		of_arena_free(survey->arena);
}
