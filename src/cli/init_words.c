#include "cli/init_words.h"

#include "base/json.h"
#include "base/str.h"
#include "cli/cli.h"

static void put_harmless(const struct of_buf *text)
{
	struct of_buf shown = {0};

	add_harmless(&shown, of_buf_str(text), true);
	(void)put_text(of_buf_str(&shown));
	of_buf_finish(&shown);
}

static void add_looked(struct of_buf *out, const struct of_survey *survey)
{
	if (survey->command != NULL) {
		of_buf_add_format(out, "A site made by %s (", survey->generator);
		of_buf_add_str(out, survey->generator_file);
		of_buf_add_text(out, ")");
	} else {
		of_buf_add_text(out, "A plain folder");
	}
	of_buf_add_format(out, ": %zu files, ", survey->listed);
	if (survey->looked < survey->listed)
		of_buf_add_format(
			out, "%zu of them, spread over all, looked at: ", survey->looked);
	of_buf_add_format(out, "%zu with front matter", survey->items);
	if (survey->toml > 0)
		of_buf_add_format(out, ", %zu with TOML", survey->toml);
	if (survey->bare > 0)
		of_buf_add_format(out, ", %zu without", survey->bare);
	if (survey->broken > 0)
		of_buf_add_format(out, ", %zu broken", survey->broken);
	if (survey->drafts > 0)
		of_buf_add_format(
			out, "; %zu draft%s", survey->drafts, survey->drafts == 1 ? "" : "s");
	if (survey->undated > 0)
		of_buf_add_format(out, "; %zu without a date", survey->undated);
	of_buf_add_text(out, "\n");
}

static void add_value(struct of_buf *out, const char *name, const struct of_survey_value *value)
{
	if (value->text.len == 0)
		return;
	of_buf_add_format(out, "  %-11s ", name);
	of_buf_add_str(out, value->text);
	if (value->file.len > 0) {
		of_buf_add_text(out, " (");
		of_buf_add_str(out, value->file);
		of_buf_add_text(out, ")");
	}
	of_buf_add_text(out, "\n");
}

static void add_permalinks(struct of_buf *out, const struct of_survey *survey)
{
	for (size_t i = 0; i < survey->n_permalinks; i++) {
		of_buf_add_format(out, "  %-11s ", i == 0 ? "permalinks" : "");
		of_buf_add_str(out, survey->permalinks[i].folder);
		of_buf_add_text(out, ": ");
		of_buf_add_str(out, survey->permalinks[i].pattern);
		if (i == 0 && survey->permalinks_file.len > 0) {
			of_buf_add_text(out, " (");
			of_buf_add_str(out, survey->permalinks_file);
			of_buf_add_text(out, ")");
		}
		of_buf_add_text(out, "\n");
	}
}

static void add_site(struct of_buf *out, const struct of_survey *survey)
{
	add_value(out, "title", &survey->title);
	add_value(out, "url", &survey->url);
	add_value(out, "language", &survey->language);
	add_value(out, "timezone", &survey->timezone);
	add_value(out, "output", &survey->output);
	of_buf_add_format(out, "  %-11s ", "content");
	for (size_t i = 0; i < survey->n_content; i++) {
		if (i > 0)
			of_buf_add_text(out, ", ");
		of_buf_add_str(out, survey->content[i]);
	}
	for (size_t i = 0; i < survey->n_outside; i++) {
		of_buf_add_text(out, i == 0 ? "; not " : ", ");
		of_buf_add_str(out, survey->outside[i]);
	}
	of_buf_add_text(out, survey->n_outside < survey->outside_count ? ", ...\n" : "\n");
	add_permalinks(out, survey);
	of_buf_add_format(
		out, "  %-11s %s\n", "feeds by", survey->by_tags ? "tags" : "categories");
}

static void add_path(struct of_buf *out, const struct of_survey_path *path)
{
	for (size_t i = 0; i < path->n_examples; i++) {
		of_buf_add_text(out, "      ");
		of_buf_add_str(out, path->examples[i].file);
		of_buf_add_text(out, ": ");
		of_buf_add_str(out, path->examples[i].value);
		of_buf_add_text(out, "\n");
	}
}

static void add_field(
	struct of_buf *out, const struct of_survey *survey, const struct of_survey_field *field)
{
	of_buf_add_format(out, "  %-11s on %zu of %zu:", of_field_name(field->field),
		field->items, survey->items);
	for (size_t i = 0; i < field->n_paths; i++) {
		of_buf_add_text(out, i > 0 ? ", " : " ");
		of_buf_add_str(out, field->paths[i].path);
		of_buf_add_format(out, " (%zu)", field->paths[i].items);
	}
	if (field->by_name > 0)
		of_buf_add_format(out, "%s the file's name (%zu)",
			field->n_paths > 0 ? "," : "", field->by_name);
	of_buf_add_text(out, field->overridden ? ", by a row of `fields`\n" : "\n");
	if (field->n_paths > 0)
		add_path(out, &field->paths[field->overridden ? field->n_paths - 1 : 0]);
}

static void add_missing(struct of_buf *out, const struct of_survey *survey)
{
	of_buf_add_text(out, "  not found  ");
	for (size_t i = 0; i < survey->n_fields; i++)
		if (survey->fields[i].items == 0)
			of_buf_add_format(out, " %s", of_field_name(survey->fields[i].field));
	of_buf_add_text(out, "\n");
}

static void add_rest(struct of_buf *out, const struct of_survey *survey)
{
	if (survey->n_left > 0)
		of_buf_add_text(out, "\nNot placed:\n");
	for (size_t i = 0; i < survey->n_left; i++) {
		of_buf_add_text(out, "  ");
		of_buf_add_str(out, survey->left[i].path.path);
		of_buf_add_format(
			out, " (%zu): %s\n", survey->left[i].path.items, survey->left[i].kind);
		add_path(out, &survey->left[i].path);
	}
	if (survey->n_notes > 0)
		of_buf_add_text(out, "\nTo be known:\n");
	for (size_t i = 0; i < survey->n_notes; i++) {
		of_buf_add_text(out, "- ");
		of_buf_add_str(out, survey->notes[i]);
		of_buf_add_text(out, "\n");
	}
	of_buf_add_text(out, "\n");
}

void init_put_words(const struct of_survey *survey, bool verbose)
{
	struct of_buf text = {0};

	add_looked(&text, survey);
	add_site(&text, survey);
	of_buf_add_text(&text, "\nFields:\n");
	for (size_t i = 0; i < survey->n_fields; i++)
		if (survey->fields[i].items > 0)
			add_field(&text, survey, &survey->fields[i]);
	if (verbose)
		add_missing(&text, survey);
	add_rest(&text, survey);
	put_harmless(&text);
	of_buf_finish(&text);
}

bool init_put_written(const char *config, const char *site)
{
	struct of_buf text = {0};
	struct of_buf shown = {0};
	bool good;

	of_buf_add_format(&text, "Written: %s. Read it, then: outfeed build%s%s\n", config,
		site != NULL ? " " : "", site != NULL ? site : "");
	add_harmless(&shown, of_buf_str(&text), true);
	good = put_text(of_buf_str(&shown));
	of_buf_finish(&text);
	of_buf_finish(&shown);
	return good;
}

static void json_path(struct of_json *json, const struct of_survey_path *path)
{
	of_json_clean_if(json, "path", path->path);
	of_json_uint(json, "items", path->items);
	of_json_open(json, "examples", '[');
	for (size_t i = 0; i < path->n_examples; i++) {
		of_json_open(json, NULL, '{');
		of_json_clean_if(json, "file", path->examples[i].file);
		of_json_clean_if(json, "value", path->examples[i].value);
		of_json_close(json, '}');
	}
	of_json_close(json, ']');
}

static void json_texts(
	struct of_json *json, const char *key, const struct of_str *texts, size_t count)
{
	of_json_open(json, key, '[');
	for (size_t i = 0; i < count; i++)
		of_json_clean_if(json, NULL, texts[i]);
	of_json_close(json, ']');
}

static void json_site(struct of_json *json, const struct of_survey *survey)
{
	of_json_open(json, "site", '{');
	of_json_clean_if(json, "title", survey->title.text);
	of_json_clean_if(json, "url", survey->url.text);
	of_json_clean_if(json, "description", survey->description.text);
	of_json_clean_if(json, "language", survey->language.text);
	of_json_clean_if(json, "timezone", survey->timezone.text);
	of_json_clean_if(json, "author", survey->author.text);
	of_json_close(json, '}');
	of_json_bool(json, "url_known", survey->url.text.len > 0);
	of_json_clean_if(json, "output", survey->output.text);
	json_texts(json, "content", survey->content, survey->n_content);
	json_texts(json, "outside", survey->outside, survey->n_outside);
	of_json_str(json, "by", survey->by_tags ? STR("tags") : STR("categories"));
	of_json_str_if(json, "images_dir", survey->images_dir);
}

static void json_permalinks(struct of_json *json, const struct of_survey *survey)
{
	of_json_open(json, "permalinks", '[');
	for (size_t i = 0; i < survey->n_permalinks; i++) {
		of_json_open(json, NULL, '{');
		of_json_clean_if(json, "folder", survey->permalinks[i].folder);
		of_json_clean_if(json, "pattern", survey->permalinks[i].pattern);
		of_json_close(json, '}');
	}
	of_json_close(json, ']');
}

static void json_counts(struct of_json *json, const struct of_survey *survey)
{
	of_json_uint(json, "files", survey->listed);
	of_json_uint(json, "looked_at", survey->looked);
	of_json_uint(json, "items", survey->items);
	of_json_uint(json, "toml", survey->toml);
	of_json_uint(json, "without_front_matter", survey->bare);
	of_json_uint(json, "broken", survey->broken);
	of_json_uint(json, "drafts", survey->drafts);
	of_json_uint(json, "undated", survey->undated);
}

static void json_fields(struct of_json *json, const struct of_survey *survey)
{
	of_json_open(json, "fields", '[');
	for (size_t i = 0; i < survey->n_fields; i++) {
		const struct of_survey_field *field = &survey->fields[i];

		of_json_open(json, NULL, '{');
		of_json_str(json, "field", of_str_from(of_field_name(field->field)));
		of_json_uint(json, "items", field->items);
		of_json_bool(json, "row", field->overridden);
		of_json_open(json, "paths", '[');
		for (size_t p = 0; p < field->n_paths; p++) {
			of_json_open(json, NULL, '{');
			json_path(json, &field->paths[p]);
			of_json_close(json, '}');
		}
		of_json_close(json, ']');
		of_json_close(json, '}');
	}
	of_json_close(json, ']');
}

static void json_survey(struct of_json *json, const struct of_survey *survey)
{
	of_json_str(json, "generator", of_str_from(survey->generator));
	json_counts(json, survey);
	json_site(json, survey);
	json_permalinks(json, survey);
	json_fields(json, survey);
	of_json_open(json, "not_placed", '[');
	for (size_t i = 0; i < survey->n_left; i++) {
		of_json_open(json, NULL, '{');
		of_json_str(json, "kind", of_str_from(survey->left[i].kind));
		json_path(json, &survey->left[i].path);
		of_json_close(json, '}');
	}
	of_json_close(json, ']');
	json_texts(json, "notes", survey->notes, survey->n_notes);
}

bool init_put_json(const struct of_survey *survey, const char *config, const struct of_err *err)
{
	struct of_buf text = {0};
	struct of_json json;
	bool good;

	of_json_init(&json, &text, false);
	of_json_open(&json, NULL, '{');
	add_outcome(&json, err->code == OF_OK ? "done" : "failed", err);
	if (err->code == OF_OK)
		of_json_clean_if(&json, "config", of_str_from(config));
	if (survey != NULL)
		json_survey(&json, survey);
	of_json_close(&json, '}');
	good = text.status == OF_OK && put_text(of_buf_str(&text));
	of_buf_finish(&text);
	return good;
}
