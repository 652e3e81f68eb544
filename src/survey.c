/*
 * The survey, as the sentence of it: list what looks like items, read them and
 * count their front matter, choose the fields, read once more as a build would,
 * and say what outfeed.yaml should say.
 */
#include <outfeed/survey.h>

#include "base/err.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/path.h"
#include "base/str.h"
#include "base/unicode.h"
#include "base/url.h"
#include "collect/folder.h"
#include "item/front.h"
#include "survey/choose.h"
#include "survey/config.h"
#include "survey/content.h"
#include "survey/generator.h"
#include "survey/images.h"
#include "survey/notes.h"
#include "survey/permalinks.h"
#include "yaml/yaml.h"
#include <stdlib.h>
#include <sys/stat.h>

#define FOLDERS_MOST 50000
#define REFERENCES_MOST 200

struct surveying {
	struct of_survey *survey;
	const volatile sig_atomic_t *stop;
	const struct of_generator *generator;
	struct of_generator_folders said;
	struct of_str root;    /* that content lies in; absent for the whole folder */
	size_t named;          /* bytes of each path that may lead through links */
	struct of_arena *walk; /* of folders and of slots' names, until all is listed */
	struct of_listed *files;
	size_t cap;
	struct of_census census;
	struct of_arena *item; /* cleared for each file */
	struct of_buf bytes;
	struct of_image_reference references[REFERENCES_MOST];
	size_t n_references;
	struct of_notes_facts facts;
	struct of_err *err;
};

static bool is_stopped(const struct surveying *s)
{
	return s->stop != NULL && *s->stop;
}

static enum of_status fail_stopped(struct of_err *err)
{
	return of_err_set(err, OF_ESTOPPED, "interrupted: nothing was written");
}

/* The folder of all content, where the generator has one. */
static void find_root(struct surveying *s)
{
	struct of_str said = of_generator_folder(&s->said.content);

	if (said.len > 0 && of_generator_has(s->survey, said, true))
		s->root = said;
	for (size_t i = 0; i < OF_GENERATOR_ROOTS && s->generator->roots[i] != NULL; i++)
		if (s->root.len == 0 &&
			of_generator_has(s->survey, of_str_from(s->generator->roots[i]), true))
			s->root = of_str_from(s->generator->roots[i]);
}

static void find_output(struct surveying *s)
{
	struct of_str said = of_generator_folder(&s->said.output);

	s->survey->output.text = of_str_from(s->generator->output);
	if (said.len > 0)
		s->survey->output = (struct of_survey_value){said, s->said.output.file};
}

/* A site of which only what decides reading is meant; fields may be overridden. */
static enum of_status make_reading_site(
	struct of_site **site, const struct surveying *s, struct of_str content)
{
	struct of_buf text = {0};
	struct of_buf config = {0};
	enum of_status status;

	of_path_join(&config, s->survey->dir, STR("outfeed.yaml"));
	of_buf_add_format(&text, "site: {title: x, url: \"%s\"}\ncontent: [\"%.*s\"]\n",
		of_survey_placeholder(), content.len > 0 ? (int)content.len : 1,
		content.len > 0 ? content.ptr : ".");
	of_buf_add_text(&text, "output: .outfeed/none\n");
	of_survey_add_fields(&text, s->survey);
	status = of_buf_status(&text, s->err);
	if (status == OF_OK)
		status = of_buf_status(&config, s->err);
	if (status == OF_OK)
		status = of_site_parse(site, config.ptr, of_buf_str(&text), s->err, NULL, NULL);
	of_buf_finish(&text);
	of_buf_finish(&config);
	return status;
}

static enum of_status add_file(struct surveying *s, struct of_str folder, const char *name)
{
	struct of_survey *survey = s->survey;
	struct of_buf path = {0};
	struct of_listed *grown;

	if (survey->listed == OF_SURVEY_FILES_MOST) {
		survey->cut = true;
		return OF_OK;
	}
	grown = of_grow(s->files, survey->listed, &s->cap, sizeof(*grown));
	if (grown == NULL)
		return of_err_set_nomem(s->err);
	s->files = grown;
	of_path_join(&path, folder, of_str_from(name));
	grown[survey->listed++] = (struct of_listed){
		of_arena_keep(survey->arena, &path), OF_LISTED_UNSEEN, false};
	of_buf_finish(&path);
	return of_arena_status(survey->arena, s->err);
}

/* A folder that is still to be looked into, by both of its names. */
struct pending {
	struct of_str path;  /* as the system has it */
	struct of_str below; /* from the surveyed folder on; absent for that itself */
};

struct queue {
	struct pending *folders;
	size_t count, cap;
};

static enum of_status push(struct surveying *s, struct queue *queue,
	const struct pending *above, struct of_str name)
{
	struct pending *grown =
		of_grow(queue->folders, queue->count, &queue->cap, sizeof(*grown));
	struct of_buf path = {0};
	struct of_buf below = {0};

	if (grown == NULL)
		return of_err_set_nomem(s->err);
	queue->folders = grown;
	of_path_join(&path, above->path, name);
	of_path_join(&below, above->below, name);
	grown[queue->count++] =
		(struct pending){of_arena_keep(s->walk, &path), of_arena_keep(s->walk, &below)};
	of_buf_finish(&path);
	of_buf_finish(&below);
	return of_arena_status(s->walk, s->err);
}

/* One folder: its files are listed, and the folders in it wait their turn. */
static enum of_status look_into(struct surveying *s, struct queue *queue,
	const struct pending *at, const struct of_looking *looking)
{
	const bool first = queue->count == 0;
	struct of_folder folder = {.path = at->path, .root = first ? at->path.len : s->named};
	struct of_str names;
	enum of_status status = OF_OK;

	of_folder_look(&folder, looking, s->walk, s->walk);
	if (folder.err.code != OF_OK && first) {
		*s->err = folder.err;
		return folder.err.code;
	}
	s->facts.unreadable += folder.err.code != OF_OK;
	s->survey->cut |= folder.cut;
	s->facts.links += folder.diags.len > 0 && !folder.cut;
	for (size_t i = 0; i < folder.n_slots && status == OF_OK; i++)
		status = add_file(s, at->below, folder.slots[i].name);
	of_folder_drop_slots(&folder);
	names = folder.subfolders;
	while (names.len > 0 && status == OF_OK && queue->count < FOLDERS_MOST) {
		struct of_str name = of_str_split(&names, '\0');

		if (!of_generator_skips(name, at->below.len == 0) &&
			!of_str_equal(name, s->survey->output.text))
			status = push(s, queue, at, name);
	}
	s->survey->cut |= queue->count == FOLDERS_MOST;
	return status;
}

static int compare_listed(const void *a, const void *b)
{
	const struct of_listed *one = a;
	const struct of_listed *other = b;

	return of_str_compare(one->path, other->path);
}

static enum of_status walk(struct surveying *s, const struct of_roots *roots)
{
	const struct of_looking looking = {.roots = roots, .full = true};
	struct pending at = {roots->roots[0].folder, s->root};
	struct queue queue = {0};
	enum of_status status;

	/* what lies in "." is named without it */
	s->named = of_str_equal(at.path, STR(".")) ? 0 : at.path.len;
	status = look_into(s, &queue, &at, &looking);

	for (size_t i = 0; i < queue.count && status == OF_OK; i++) {
		at = queue.folders[i];
		status = is_stopped(s) ? fail_stopped(s->err)
				       : look_into(s, &queue, &at, &looking);
	}
	free(queue.folders);
	if (s->survey->listed > 0)
		qsort(s->files, s->survey->listed, sizeof(*s->files), compare_listed);
	return status;
}

static enum of_status list(struct surveying *s)
{
	struct of_site *reading = NULL;
	struct of_roots roots;
	enum of_status status = make_reading_site(&reading, s, s->root);

	if (status == OF_OK)
		status = of_roots_find(&roots, s->walk, reading, s->err);
	if (status == OF_OK)
		status = walk(s, &roots);
	of_site_free(reading);
	return status;
}

/* The nth of the files that are looked at, spread over all. */
static struct of_listed *looked_at(const struct surveying *s, size_t n)
{
	return &s->files[n * s->survey->listed / s->survey->looked];
}

/* A file as a build reads it; err is of that file alone. */
static enum of_status read_file(struct surveying *s, const struct of_listed *file,
	enum of_reason *reason, struct of_err *err)
{
	struct of_buf path = {0};
	enum of_status status;

	of_buf_clear(&s->bytes);
	of_arena_clear(s->item);
	of_path_join(&path, s->survey->dir, file->path);
	status = of_buf_status(&path, err);
	*reason = OF_REASON_UNREADABLE;
	if (status == OF_OK)
		status = of_file_read_below(&s->bytes, path.ptr, s->named, OF_LIMIT_FILE, err);
	of_buf_finish(&path);
	return status;
}

static enum of_status parse(struct surveying *s, const struct of_yaml **root,
	enum of_reason *reason, struct of_err *err)
{
	const struct of_reporter silent = {NULL, NULL, ""};
	struct of_yaml_limits limits = {.nesting = OF_LIMIT_NESTING, .nodes = OF_LIMIT_NODES};
	struct of_buf clean = {0};
	struct front front;
	enum of_status status = of_front_split(&front, reason, of_buf_str(&s->bytes), err);

	*root = NULL;
	if (status != OF_OK)
		return status;
	limits.first_line = front.yaml_line;
	if (of_yaml_parse_short(root, s->item, front.yaml, &limits))
		return OF_OK;
	/* a build mends what is no UTF-8, and warns */
	of_unicode_clean(&clean, front.yaml, NULL);
	*reason = OF_REASON_LIMIT;
	front.yaml = of_arena_keep(s->item, &clean);
	of_buf_finish(&clean);
	status = of_arena_status(s->item, err);
	if (status == OF_OK)
		status = of_yaml_parse(root, s->item, front.yaml, &limits, &silent, err);
	return status;
}

/* No front matter at all is common among pages; what begins with some is to be mended. */
static void count_refused(struct surveying *s, enum of_reason reason)
{
	struct of_str bytes = of_buf_str(&s->bytes);

	if (reason == OF_REASON_TOML)
		s->survey->toml++;
	else if (reason == OF_REASON_FRONT_MATTER && !of_str_starts(bytes, STR("---")))
		s->survey->bare++;
	else
		s->survey->broken++;
}

static enum of_status count_file(struct surveying *s, struct of_listed *file)
{
	const struct of_yaml *root;
	enum of_reason reason;
	struct of_err err = {0};
	enum of_status status = read_file(s, file, &reason, &err);

	if (status == OF_OK)
		status = parse(s, &root, &reason, &err);
	if (status == OF_ENOMEM) {
		*s->err = err;
		return status;
	}
	if (status != OF_OK || (root != NULL && root->type != OF_YAML_MAP)) {
		count_refused(s, reason);
		return OF_OK;
	}
	return of_census_add(&s->census, root, file->path, s->err);
}

static enum of_status count(struct surveying *s)
{
	enum of_status status = OF_OK;

	s->survey->looked = s->survey->listed < OF_SURVEY_LOOKED_MOST ? s->survey->listed
								      : OF_SURVEY_LOOKED_MOST;
	for (size_t n = 0; n < s->survey->looked && status == OF_OK; n++)
		status = is_stopped(s) ? fail_stopped(s->err) : count_file(s, looked_at(s, n));
	s->survey->items = s->census.items;
	s->facts.many_keys = s->census.cut;
	return status;
}

static enum of_status refuse_empty(const struct surveying *s)
{
	const struct of_survey *survey = s->survey;

	of_err_set(s->err, OF_EEMPTY, "%s",
		survey->listed == 0 ? "no *.md, *.markdown or *.html below it: name the folder "
				      "of your content"
		: survey->toml > 0  ? "all front matter is TOML (+++), which outfeed does not "
				      "read: Hugo makes "
				      "YAML of it by `hugo convert toYAML`"
				   : "no file has front matter between --- lines, so there are "
				     "no items here");
	of_err_set_path(s->err, survey->dir);
	return OF_EEMPTY;
}

/* The image that the item refers to, by the path that its field is read from. */
static void keep_reference(struct surveying *s, const struct of_listed *file)
{
	const struct of_survey_field *field = of_fields_find(s->survey, OF_FIELD_IMAGE);
	const struct of_yaml *root;
	enum of_reason reason;
	struct of_err err;

	if (field == NULL || s->n_references == REFERENCES_MOST ||
		parse(s, &root, &reason, &err) != OF_OK)
		return;
	for (size_t i = 0; i < field->n_paths; i++) {
		struct of_str found = of_kind_image(of_yaml_at(root, field->paths[i].path));

		if (found.len == 0)
			continue;
		s->references[s->n_references++] = (struct of_image_reference){
			of_arena_dup(s->survey->arena, found), file->path};
		return;
	}
}

/* What a build would make of the file. */
static enum of_status try_file(
	struct surveying *s, const struct of_site *site, struct of_listed *file)
{
	struct of_item item;
	enum of_reason reason;
	struct of_err err = {0};
	enum of_status status = read_file(s, file, &reason, &err);

	if (status == OF_OK)
		status = of_item_parse(&item, &reason, s->item, site, file->path,
			of_buf_str(&s->bytes), OF_ITEM_HEAD, &err, NULL, NULL);
	if (status == OF_ENOMEM) {
		*s->err = err;
		return status;
	}
	file->state = OF_LISTED_UNCLEAR;
	if (status == OF_OK && item.draft) {
		s->survey->drafts++;
	} else if (status == OF_OK) {
		file->state = OF_LISTED_ITEM;
		keep_reference(s, file);
	} else if (reason == OF_REASON_NO_DATE) {
		s->survey->undated++;
		/* the error is at the value that is no date, behind its key, or at the top */
		file->state = err.column > 1 ? OF_LISTED_MEANT : OF_LISTED_OTHER;
	} else if (reason == OF_REASON_FRONT_MATTER) {
		file->state = OF_LISTED_OTHER;
	}
	return OF_OK;
}

static enum of_status try_all(struct surveying *s)
{
	struct of_site *reading = NULL;
	enum of_status status = make_reading_site(&reading, s, s->root);

	for (size_t n = 0; n < s->survey->looked && status == OF_OK; n++)
		status = is_stopped(s) ? fail_stopped(s->err)
				       : try_file(s, reading, looked_at(s, n));
	of_site_free(reading);
	return status;
}

static enum of_status choose(struct surveying *s)
{
	struct of_survey *survey = s->survey;
	enum of_status status;

	if (survey->items == 0)
		return refuse_empty(s);
	status = of_fields_choose(
		survey, &s->census, of_url_split(survey->url.text).host, s->err);
	if (status == OF_OK)
		status = try_all(s);
	if (status == OF_OK)
		status = of_images_choose(
			&s->facts.images, survey, s->references, s->n_references, s->err);
	if (status == OF_OK)
		status = of_content_choose(survey, s->files, survey->listed, s->root, s->err);
	if (status == OF_OK)
		status = of_permalinks_find(survey, s->root, s->err);
	s->facts.permalinks = s->generator->permalinks;
	return status == OF_OK ? of_notes_make(survey, &s->facts, s->err) : status;
}

static enum of_status survey_folder(struct surveying *s, const char *dir)
{
	struct of_survey *survey = s->survey;
	struct stat info;
	enum of_status status;

	survey->dir = of_arena_dup(survey->arena, of_str_from(dir));
	status = of_arena_status(survey->arena, s->err);
	if (status != OF_OK)
		return status;
	if (stat(dir, &info) != 0)
		return of_err_set_errno(s->err, dir, "look at the folder");
	status = of_generator_find(&s->generator, survey, &s->said, s->err);
	if (status != OF_OK)
		return status;
	find_root(s);
	find_output(s);
	status = list(s);
	if (status == OF_OK)
		status = count(s);
	return status == OF_OK ? choose(s) : status;
}

static bool prepare(struct surveying *s)
{
	struct of_arena *arena = of_arena_new();

	s->walk = of_arena_new();
	s->item = of_arena_new();
	if (arena != NULL)
		s->survey = of_arena_take(arena, 1, sizeof(*s->survey));
	if (s->survey == NULL) {
		of_arena_free(arena);
		return false;
	}
	s->survey->arena = arena;
	s->census.arena = arena;
	return s->walk != NULL && s->item != NULL;
}

enum of_status of_survey_make(struct of_survey **survey, const char *dir,
	const volatile sig_atomic_t *stop, struct of_err *err)
{
	struct surveying s = {.stop = stop, .err = err};
	struct of_err own = {0};
	enum of_status status;

	if (err == NULL)
		s.err = &own;
	status = prepare(&s) ? survey_folder(&s, dir) : of_err_set_nomem(s.err);
	of_census_finish(&s.census);
	of_arena_free(s.walk);
	of_arena_free(s.item);
	of_buf_finish(&s.bytes);
	free(s.files);
	if (status != OF_OK) {
		of_survey_free(s.survey);
		s.survey = NULL;
	}
	*survey = s.survey;
	return status;
}
