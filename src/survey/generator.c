#include "survey/generator.h"

#include "base/path.h"
#include "base/str.h"
#include "survey/said.h"
#include <sys/stat.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* In this order: a Hugo site may have a _config.yml for the host, and most have a package.json.
 */
static const struct of_generator generators[] = {
	{.name = "Hugo",
		.command = "hugo",
		.files = {"hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json",
			"config/_default/hugo.toml", "config/_default/hugo.yaml",
			"config/_default/config.toml", "config/_default/config.yaml",
			"config.toml", "config.yaml", "config.yml", "config.json"},
		.folders = {"content"},
		.roots = {"content"},
		.output = "public",
		.permalinks = "/SECTION/SLUG/, or what `permalinks` says"},
	{.name = "Jekyll",
		.command = "jekyll build",
		.files = {"_config.yml", "_config.yaml", "_config.toml"},
		.output = "_site",
		.permalinks =
			"/CATEGORIES/YEAR/MONTH/DAY/TITLE.html, or what `permalink` says"},
	{.name = "Astro",
		.command = "astro build",
		.files = {"astro.config.mjs", "astro.config.ts", "astro.config.js",
			"astro.config.mts", "astro.config.cjs"},
		.roots = {"src/content", "src/data", "src/pages"},
		.output = "dist",
		.permalinks = "what the pages of src/pages say"},
	{.name = "Eleventy",
		.command = "npx @11ty/eleventy",
		.files = {".eleventy.js", "eleventy.config.js", "eleventy.config.mjs",
			"eleventy.config.cjs", "eleventy.config.ts", ".eleventy.cjs"},
		.output = "_site",
		.permalinks = "/FOLDER/SLUG/"},
	{.name = "none", .output = "public"},
};

bool of_generator_has(const struct of_survey *survey, struct of_str name, bool folder)
{
	struct of_buf path = {0};
	struct stat info;
	bool has;

	of_path_join(&path, survey->dir, name);
	has = path.status == OF_OK && stat(path.ptr, &info) == 0 &&
	      (folder ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode));
	of_buf_finish(&path);
	return has;
}

/* The first of the names that is there; NULL for none. */
static const char *first_there(
	const struct of_survey *survey, const char *const *names, size_t count, bool folder)
{
	for (size_t i = 0; i < count && names[i] != NULL; i++)
		if (of_generator_has(survey, of_str_from(names[i]), folder))
			return names[i];
	return NULL;
}

static const struct of_generator *find(struct of_survey *survey)
{
	for (size_t i = 0; i + 1 < COUNT(generators); i++) {
		const struct of_generator *one = &generators[i];
		const char *file = first_there(survey, one->files, OF_GENERATOR_FILES, false);

		if (file == NULL ||
			(one->folders[0] != NULL && first_there(survey, one->folders,
							    OF_GENERATOR_ROOTS, true) == NULL))
			continue;
		survey->generator_file = of_str_from(file);
		return one;
	}
	return &generators[COUNT(generators) - 1];
}

enum of_status of_generator_find(const struct of_generator **generator,
	struct of_survey *survey, struct of_generator_folders *folders, struct of_err *err)
{
	struct of_said said = {0};
	enum of_status status;

	*generator = find(survey);
	survey->generator = (*generator)->name;
	survey->command = (*generator)->command;
	status = of_said_read(&said, survey, (*generator)->name, err);
	if (status != OF_OK)
		return status;
	survey->title = said.values[OF_SAID_TITLE];
	survey->url = said.values[OF_SAID_URL];
	survey->language = said.values[OF_SAID_LANGUAGE];
	survey->timezone = said.values[OF_SAID_TIMEZONE];
	survey->description = said.values[OF_SAID_DESCRIPTION];
	survey->author = said.values[OF_SAID_AUTHOR];
	folders->content = said.values[OF_SAID_CONTENT];
	folders->output = said.values[OF_SAID_OUTPUT];
	return of_arena_status(survey->arena, err);
}

bool of_generator_skips(struct of_str folder, bool top)
{
	static const struct of_str anywhere[] = {STR_INIT("node_modules"),
		STR_INIT("bower_components"), STR_INIT("__pycache__"), STR_INIT("_includes"),
		STR_INIT("_layouts"), STR_INIT("_sass"), STR_INIT("_data"), STR_INIT("_drafts"),
		STR_INIT("_site")};
	static const struct of_str at_top[] = {STR_INIT("vendor"), STR_INIT("themes"),
		STR_INIT("layouts"), STR_INIT("archetypes"), STR_INIT("resources"),
		STR_INIT("public"), STR_INIT("dist"), STR_INIT("build"), STR_INIT("venv"),
		STR_INIT("test"), STR_INIT("tests")};

	for (size_t i = 0; i < COUNT(anywhere); i++)
		if (of_str_equal(folder, anywhere[i]))
			return true;
	for (size_t i = 0; top && i < COUNT(at_top); i++)
		if (of_str_equal(folder, at_top[i]))
			return true;
	return false;
}

struct of_str of_generator_folder(const struct of_survey_value *value)
{
	struct of_str said = of_str_trim_byte(value->text, '/');

	if (of_str_starts(said, STR("./")))
		said = of_str_from_offset(said, 2);
	for (size_t i = 0; i < said.len; i++)
		if (strchr("*?\"\\", said.ptr[i]) != NULL)
			return (struct of_str){NULL, 0};
	return said.len > 0 && of_path_refusal(said) == NULL ? said : (struct of_str){NULL, 0};
}
