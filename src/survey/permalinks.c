#include "survey/permalinks.h"

#include "base/path.h"
#include "base/str.h"
#include "survey/choose.h"
#include "survey/generator.h"
#include "survey/patterns.h"
#include "survey/said.h"
#include "survey/scan.h"
#include "yaml/yaml.h"

#define ROWS_MOST 64
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct finding {
	struct of_survey *survey;
	struct of_str root;
	struct of_permalink_pattern *rows;
	struct of_str posts; /* Jekyll's pattern of posts; absent while no file says it */
	bool ugly;           /* Hugo's x.html in the place of x/ */
};

static struct of_str join(const struct finding *f, struct of_str folder, struct of_str name)
{
	struct of_buf path = {0};
	struct of_str kept;

	of_path_join(&path, folder, name);
	kept = of_arena_keep(f->survey->arena, &path);
	of_buf_finish(&path);
	return kept;
}

static bool is_added(const struct finding *f, struct of_str folder)
{
	for (size_t i = 0; i < f->survey->n_permalinks; i++)
		if (of_str_equal(f->rows[i].folder, folder))
			return true;
	return false;
}

/* Whether all content lies in folders that have a pattern already. */
static bool is_covered(const struct finding *f)
{
	for (size_t i = 0; i < f->survey->n_content; i++) {
		struct of_str entry = f->survey->content[i];
		bool covered = false;

		while (entry.len > 0 && !covered) {
			covered = is_added(f, entry);
			entry = of_path_folder(entry);
		}
		if (!covered)
			return false;
	}
	return true;
}

static void add_row(struct finding *f, struct of_str folder, struct of_str ours)
{
	struct of_survey *survey = f->survey;

	f->rows[survey->n_permalinks++] = (struct of_permalink_pattern){
		of_arena_dup(survey->arena, folder), of_arena_dup(survey->arena, ours), 0};
}

/* The first word on a folder counts. What cannot be said is kept, to be told. */
static void add(struct finding *f, struct of_str folder, struct of_str pattern,
	struct of_str section, const char *file)
{
	struct of_survey *survey = f->survey;
	struct of_buf ours = {0};

	if (folder.len == 0)
		folder = STR(".");
	if (survey->n_permalinks == ROWS_MOST || is_added(f, folder))
		return;
	if (of_pattern_translate(&ours, survey->generator, pattern, section)) {
		add_row(f, folder, of_buf_str(&ours));
		if (file != NULL)
			survey->permalinks_file = of_str_from(file);
	} else if (survey->permalinks_untold.len == 0) {
		survey->permalinks_untold = of_arena_dup(survey->arena, pattern);
	}
	of_buf_finish(&ours);
}

static struct of_str text_at(const struct of_yaml *map, struct of_str path)
{
	const struct of_yaml *node = of_yaml_at(map, path);

	return !of_yaml_is_absent(node) && node->type == OF_YAML_SCALAR
		       ? node->text
		       : (struct of_str){NULL, 0};
}

/* -- Jekyll: one pattern, or the name of one, for posts; one for each collection */

static struct of_str jekyll_style(struct of_str said)
{
	static const struct {
		struct of_str name, pattern;
	} styles[] = {
		{STR_INIT("date"),
			STR_INIT("/:categories/:year/:month/:day/:title:output_ext")},
		{STR_INIT("pretty"), STR_INIT("/:categories/:year/:month/:day/:title/")},
		{STR_INIT("ordinal"), STR_INIT("/:categories/:year/:y_day/:title:output_ext")},
		{STR_INIT("weekdate"),
			STR_INIT("/:categories/:year/W:week/:short_day/:title:output_ext")},
		{STR_INIT("none"), STR_INIT("/:categories/:title:output_ext")},
	};

	for (size_t i = 0; i < COUNT(styles); i++)
		if (of_str_equal(said, styles[i].name))
			return styles[i].pattern;
	return said;
}

/* `defaults` of all posts come before the pattern for all. */
static struct of_str jekyll_default(const struct of_yaml *root)
{
	const struct of_yaml *list = of_yaml_at(root, STR("defaults"));

	for (size_t i = 0; list != NULL && list->type == OF_YAML_LIST && i < list->count; i++) {
		struct of_str type = text_at(list->items[i], STR("scope.type"));
		struct of_str path = text_at(list->items[i], STR("scope.path"));
		struct of_str said = text_at(list->items[i], STR("values.permalink"));

		if (said.len > 0 && (type.len == 0 || of_str_equal(type, STR("posts"))) &&
			(path.len == 0 || of_str_equal(path, STR("_posts"))))
			return said;
	}
	return (struct of_str){NULL, 0};
}

/* A collection without a pattern ends its addresses as those of all do. */
static struct of_str collection_pattern(const struct of_yaml *said, struct of_str style)
{
	struct of_str own = text_at(said, STR("permalink"));

	if (own.len > 0)
		return own;
	return of_str_equal(style, STR("pretty")) || of_str_ends(style, STR("/"))
		       ? STR("/:collection/:path/")
		       : STR("/:collection/:path:output_ext");
}

static void add_collection(struct finding *f, const struct of_yaml_pair *pair,
	struct of_str style, const char *file)
{
	struct of_str name = pair->key;
	struct of_str own = text_at(pair->value, STR("permalink"));
	struct of_buf folder = {0};
	struct of_str path;

	of_buf_add_format(&folder, "_%.*s", (int)name.len, name.ptr);
	path = join(f, f->root, of_buf_str(&folder));
	if (of_str_equal(name, STR("posts")))
		f->posts = own.len > 0 ? of_arena_dup(f->survey->arena, own) : f->posts;
	else if (path.len > 0 && of_generator_has(f->survey, path, true))
		add(f, path, collection_pattern(pair->value, style), name, file);
	of_buf_finish(&folder);
}

static void look_at_jekyll(const struct of_said_file *at, void *payload)
{
	struct finding *f = payload;
	const struct of_yaml *collections = of_yaml_at(at->root, STR("collections"));
	struct of_str said = jekyll_default(at->root);

	if (said.len == 0)
		said = at->root != NULL ? text_at(at->root, STR("permalink"))
					: of_scan_value(at->text, STR("permalink"), true);
	if (f->posts.len == 0 && said.len > 0) {
		f->posts = of_arena_dup(f->survey->arena, said);
		f->survey->permalinks_file = of_str_from(at->file);
	}
	if (collections == NULL || collections->type != OF_YAML_MAP)
		return;
	for (size_t i = 0; i < collections->count; i++)
		add_collection(f, &collections->pairs[i], text_at(at->root, STR("permalink")),
			at->file);
}

/* Folders around _posts are categories, and come before those of a post. */
static void add_posts(struct finding *f, struct of_str folder, struct of_str pattern)
{
	struct of_str above = of_path_folder(folder);
	struct of_str mark = STR("/:categories");
	struct of_buf whole = {0};

	if (f->root.len > 0 && of_str_starts(above, f->root))
		above = of_str_trim_byte(of_str_from_offset(above, f->root.len), '/');
	if (of_str_starts(pattern, mark) && above.len > 0) {
		of_buf_add_byte(&whole, '/');
		of_buf_add_str(&whole, above);
	}
	of_buf_add_str(&whole, pattern);
	if (whole.status == OF_OK)
		add(f, folder, of_buf_str(&whole), STR("posts"), NULL);
	of_buf_finish(&whole);
}

static void find_jekyll(struct finding *f)
{
	const struct of_survey *survey = f->survey;
	struct of_str posts = join(f, f->root, STR("_posts"));

	of_said_look_at_all(survey, survey->generator, look_at_jekyll, f);
	f->posts = jekyll_style(f->posts.len > 0 ? f->posts : STR("date"));
	if (of_generator_has(survey, posts, true))
		add_posts(f, posts, f->posts);
	for (size_t i = 0; i < survey->n_content; i++) {
		posts = of_str_equal(of_path_base(survey->content[i]), STR("_posts"))
				? survey->content[i]
				: join(f, survey->content[i], STR("_posts"));
		if (of_generator_has(survey, posts, true))
			add_posts(f, posts, f->posts);
	}
}

/* -- Hugo: one for each section that its configuration names */

/*
 * An address is a folder's, whatever the pattern ends in, or with ugly ones a file's. The
 * section "/" is of the pages at the top alone, and a folder is of all that it holds.
 */
static void add_section(
	struct finding *f, struct of_str section, struct of_str pattern, const char *file)
{
	struct of_buf whole = {0};

	section = of_str_trim_byte(section, '/');
	if (section.len == 0 && f->survey->permalinks_untold.len == 0)
		f->survey->permalinks_untold = of_arena_dup(f->survey->arena, pattern);
	if (pattern.len == 0 || section.len == 0)
		return;
	while (of_str_ends(pattern, STR("/")))
		pattern.len--;
	of_buf_add_str(&whole, pattern);
	if (!of_str_ends(pattern, STR(".html")))
		of_buf_add_text(&whole, f->ugly ? ".html" : "/");
	if (whole.status == OF_OK)
		add(f, join(f, f->root, section), of_buf_str(&whole), section, file);
	of_buf_finish(&whole);
}

static void add_sections(struct finding *f, const struct of_yaml *map, const char *file)
{
	for (size_t i = 0; map != NULL && map->type == OF_YAML_MAP && i < map->count; i++)
		if (map->pairs[i].value->type == OF_YAML_SCALAR)
			add_section(f, map->pairs[i].key, map->pairs[i].value->text, file);
}

struct toml_section {
	struct finding *finding;
	const char *file;
};

static void take_toml(struct of_str key, struct of_str value, void *payload)
{
	const struct toml_section *at = payload;

	add_section(at->finding, key, value, at->file);
}

static void look_at_hugo(const struct of_said_file *at, void *payload)
{
	struct finding *f = payload;
	struct toml_section toml = {f, at->file};
	bool alone = of_str_equal(of_path_stem(of_str_from(at->file)), STR("permalinks"));

	f->ugly |= of_yaml_is_true(of_yaml_at(at->root, STR("uglyURLs")));
	f->ugly |= of_yaml_is_true(of_yaml_at(at->root, STR("uglyurls")));
	add_sections(f,
		alone ? of_yaml_at(at->root, STR("page"))
		      : of_yaml_at(at->root, STR("permalinks.page")),
		at->file);
	add_sections(f, alone ? at->root : of_yaml_at(at->root, STR("permalinks")), at->file);
	if (at->root != NULL)
		return;
	of_scan_table(at->text, alone ? STR("page") : STR("permalinks.page"), take_toml, &toml);
	of_scan_table(at->text, alone ? STR("") : STR("permalinks"), take_toml, &toml);
}

static void find_hugo(struct finding *f)
{
	static const char *const alone[] = {"config/_default/permalinks.yaml",
		"config/_default/permalinks.yml", "config/_default/permalinks.toml"};

	of_said_look_at_all(f->survey, f->survey->generator, look_at_hugo, f);
	for (size_t i = 0; i < COUNT(alone); i++)
		of_said_look(f->survey, alone[i], look_at_hugo, f);
	if (!is_covered(f))
		add(f, f->root,
			f->ugly ? STR("/:sections/:slugorfilename.html")
				: STR("/:sections/:slugorfilename/"),
			(struct of_str){NULL, 0}, NULL);
}

/* -- Eleventy: data of a folder, or the items themselves; else where a file lies */

struct folder_data {
	struct finding *finding;
	struct of_str folder;
	struct of_str section; /* from the root on */
};

static void look_at_data(const struct of_said_file *at, void *payload)
{
	const struct folder_data *data = payload;
	struct of_str said = at->root != NULL
				     ? text_at(at->root, STR("permalink"))
				     : of_scan_value(at->text, STR("permalink"), false);

	if (said.len > 0)
		add(data->finding, data->folder, said, data->section, at->file);
}

/* The pattern that all examples of the items have. */
static struct of_str pattern_of_items(const struct of_survey *survey)
{
	const struct of_survey_field *field = of_fields_find(survey, OF_FIELD_PERMALINK);
	const struct of_survey_path *path =
		field != NULL && field->n_paths > 0 ? field->paths : NULL;

	if (path == NULL || path->n_examples == 0 ||
		of_str_find(path->examples[0].value, STR("{{")) == OF_NPOS)
		return (struct of_str){NULL, 0};
	for (size_t i = 1; i < path->n_examples; i++)
		if (!of_str_equal(path->examples[i].value, path->examples[0].value))
			return (struct of_str){NULL, 0};
	return path->examples[0].value;
}

static void find_eleventy(struct finding *f)
{
	static const char *const extensions[] = {
		".json", ".11tydata.json", ".11tydata.js", ".11tydata.mjs", ".11tydata.cjs"};
	const struct of_survey *survey = f->survey;
	struct of_str own = pattern_of_items(survey);

	for (size_t i = 0; i < survey->n_content; i++) {
		struct folder_data data = {f, survey->content[i], survey->content[i]};

		if (!of_generator_has(survey, data.folder, true))
			continue;
		if (f->root.len > 0 && of_str_starts(data.folder, f->root))
			data.section = of_str_trim_byte(
				of_str_from_offset(data.folder, f->root.len), '/');
		if (own.len > 0)
			add(f, data.folder, own, data.section, NULL);
		for (size_t e = 0; e < COUNT(extensions); e++) {
			struct of_buf name = {0};

			of_path_join(&name, data.folder, of_path_base(data.folder));
			of_buf_add_text(&name, extensions[e]);
			if (name.status == OF_OK)
				of_said_look(survey, of_arena_keep(survey->arena, &name).ptr,
					look_at_data, &data);
			of_buf_finish(&name);
		}
	}
	/* no mark of Eleventy's says what it does by itself: filePathStem has lost the date */
	if (!is_covered(f) && f->survey->n_permalinks < ROWS_MOST)
		add_row(f, f->root.len > 0 ? f->root : STR("."), STR("/{path}/"));
}

enum of_status of_permalinks_find(
	struct of_survey *survey, struct of_str root, struct of_err *err)
{
	static const struct {
		const char *generator;
		void (*find)(struct finding *f);
	} finders[] = {
		{"Jekyll", find_jekyll}, {"Hugo", find_hugo}, {"Eleventy", find_eleventy}};
	struct finding f = {.survey = survey, .root = root};

	f.rows = of_arena_take(survey->arena, ROWS_MOST, sizeof(*f.rows));
	for (size_t i = 0; i < COUNT(finders) && f.rows != NULL; i++)
		if (strcmp(finders[i].generator, survey->generator) == 0)
			finders[i].find(&f);
	survey->permalinks = f.rows;
	return of_arena_status(survey->arena, err);
}
