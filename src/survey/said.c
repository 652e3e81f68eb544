#include "survey/said.h"

#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"
#include "survey/scan.h"
#include "yaml/yaml.h"
#include <stdlib.h>

#define FILE_MOST ((size_t)256 << 10)
#define VALUE_MOST 300 /* bytes */
#define FILES_MOST 14
#define KEYS_MOST 6
#define NESTING_MOST 32
#define NODES_MOST 20000

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Where a generator keeps it, the first file that says a thing wins. */
static const struct {
	const char *generator;
	const char *files[FILES_MOST];
} places[] = {
	{"Hugo", {"hugo.yaml", "hugo.yml", "hugo.toml", "hugo.json", "config.yaml",
			 "config.yml", "config.toml", "config.json",
			 "config/_default/hugo.yaml", "config/_default/hugo.toml",
			 "config/_default/config.yaml", "config/_default/config.toml"}},
	{"Jekyll", {"_config.yml", "_config.yaml", "_config.toml"}},
	{"Astro", {"astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.mts",
			  "src/consts.ts", "src/consts.js", "src/config.ts",
			  "src/site.config.ts"}},
	{"Eleventy", {"_data/metadata.json", "_data/metadata.yaml", "_data/metadata.js",
			     "_data/site.json", "_data/site.yaml", "_data/site.js",
			     "src/_data/metadata.json", "src/_data/metadata.js",
			     "src/_data/site.json", "src/_data/site.js", "eleventy.config.js",
			     ".eleventy.js", "eleventy.config.mjs", "eleventy.config.cjs"}},
};

/* By which keys; of what is no YAML the keys without a dot are looked for. */
static const struct {
	const char *generator;
	enum of_said_what what;
	const char *keys[KEYS_MOST];
} rows[] = {
	{"Hugo", OF_SAID_TITLE, {"title"}},
	{"Hugo", OF_SAID_URL, {"baseURL", "baseurl", "baseUrl"}},
	{"Hugo", OF_SAID_LANGUAGE,
		{"languageCode", "languagecode", "locale", "defaultContentLanguage"}},
	{"Hugo", OF_SAID_TIMEZONE, {"timeZone", "timezone"}},
	{"Hugo", OF_SAID_DESCRIPTION, {"params.description", "params.Description"}},
	{"Hugo", OF_SAID_AUTHOR, {"params.author.name", "params.author", "author.name"}},
	{"Hugo", OF_SAID_CONTENT, {"contentDir", "contentdir"}},
	{"Hugo", OF_SAID_OUTPUT, {"publishDir", "publishdir"}},
	{"Jekyll", OF_SAID_TITLE, {"title", "name"}},
	{"Jekyll", OF_SAID_URL, {"url"}},
	{"Jekyll", OF_SAID_BASE, {"baseurl"}},
	{"Jekyll", OF_SAID_LANGUAGE, {"lang", "locale", "language"}},
	{"Jekyll", OF_SAID_TIMEZONE, {"timezone"}},
	{"Jekyll", OF_SAID_DESCRIPTION, {"description"}},
	{"Jekyll", OF_SAID_AUTHOR, {"author.name", "author"}},
	{"Jekyll", OF_SAID_CONTENT, {"source"}},
	{"Jekyll", OF_SAID_OUTPUT, {"destination"}},
	{"Astro", OF_SAID_TITLE, {"SITE_TITLE", "SITE_NAME", "title"}},
	{"Astro", OF_SAID_URL, {"site", "SITE_URL"}},
	{"Astro", OF_SAID_DESCRIPTION, {"SITE_DESCRIPTION"}},
	{"Astro", OF_SAID_OUTPUT, {"outDir"}},
	{"Eleventy", OF_SAID_TITLE, {"title", "name"}},
	{"Eleventy", OF_SAID_URL, {"url", "siteUrl", "baseUrl"}},
	{"Eleventy", OF_SAID_LANGUAGE, {"language", "lang", "locale"}},
	{"Eleventy", OF_SAID_DESCRIPTION, {"description"}},
	{"Eleventy", OF_SAID_AUTHOR, {"author.name", "author"}},
	{"Eleventy", OF_SAID_CONTENT, {"input"}},
	{"Eleventy", OF_SAID_OUTPUT, {"output"}},
};

/* What the values of a configuration file go into. */
struct taking {
	struct of_arena *arena; /* the survey's */
	struct of_said *said;
	const char *generator;
};

static struct of_str keep_line(struct of_arena *arena, struct of_str text)
{
	struct of_buf clean = {0};
	struct of_buf line = {0};
	struct of_str kept;

	of_unicode_clean(&clean, of_str_slice(text, 0, VALUE_MOST), NULL);
	of_unicode_one_line(&line, of_buf_str(&clean));
	kept = of_arena_keep(arena, &line);
	of_buf_finish(&clean);
	of_buf_finish(&line);
	return kept;
}

static struct of_str value_of(const struct of_said_file *at, const char *key)
{
	const struct of_yaml *node;
	bool toml = of_str_ends(of_str_from(at->file), STR(".toml"));

	if (at->root == NULL && strchr(key, '.') == NULL)
		return of_scan_value(at->text, of_str_from(key), toml);
	node = of_yaml_at(at->root, of_str_from(key));
	return !of_yaml_is_absent(node) && node->type == OF_YAML_SCALAR
		       ? node->text
		       : (struct of_str){NULL, 0};
}

static void take_values(const struct of_said_file *at, void *payload)
{
	const struct taking *taking = payload;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct of_survey_value *value = &taking->said->values[rows[i].what];

		if (strcmp(rows[i].generator, taking->generator) != 0)
			continue;
		for (size_t k = 0; k < KEYS_MOST && rows[i].keys[k] != NULL; k++)
			if (value->text.len == 0) {
				value->text =
					keep_line(taking->arena, value_of(at, rows[i].keys[k]));
				value->file = of_str_from(at->file);
			}
	}
}

static bool is_yaml(struct of_str file)
{
	return of_str_ends(file, STR(".yaml")) || of_str_ends(file, STR(".yml")) ||
	       of_str_ends(file, STR(".json"));
}

/*
 * Through no link below the surveyed folder: what a link leads to may be another's, and
 * would be published as the title of a site. False for what cannot be read.
 */
static bool read_below(
	struct of_buf *out, const struct of_survey *survey, const char *file, size_t limit)
{
	struct of_buf path = {0};
	struct of_err err;
	bool done;

	of_path_join(&path, survey->dir, of_str_from(file));
	/* what lies in "." is named without it */
	done = path.status == OF_OK &&
	       of_file_read_below(out, path.ptr,
		       of_str_equal(survey->dir, STR(".")) ? 0 : survey->dir.len, limit,
		       &err) == OF_OK;
	of_buf_finish(&path);
	return done;
}

void of_said_look(
	const struct of_survey *survey, const char *file, of_said_fn *take, void *payload)
{
	const struct of_yaml_limits limits = {NESTING_MOST, NODES_MOST, 1, NULL, 0};
	const struct of_reporter silent = {NULL, NULL, ""};
	struct of_said_file at = {.file = file};
	struct of_arena *arena = of_arena_new();
	struct of_buf bytes = {0};
	struct of_err err;
	bool yaml = is_yaml(of_str_from(file));

	if (arena == NULL || !read_below(&bytes, survey, file, FILE_MOST))
		goto done;
	at.text = of_buf_str(&bytes);
	if (!yaml || of_yaml_parse(&at.root, arena, at.text, &limits, &silent, &err) == OF_OK)
		take(&at, payload);
done:
	of_buf_finish(&bytes);
	of_arena_free(arena);
}

void of_said_look_at_all(
	const struct of_survey *survey, const char *generator, of_said_fn *take, void *payload)
{
	for (size_t i = 0; i < COUNT(places); i++)
		for (size_t f = 0; f < FILES_MOST && places[i].files[f] != NULL; f++)
			if (strcmp(places[i].generator, generator) == 0)
				of_said_look(survey, places[i].files[f], take, payload);
}

static void drop(struct of_survey_value *value)
{
	*value = (struct of_survey_value){{NULL, 0}, {NULL, 0}};
}

/* An address that a template came with is nobody's. */
static bool is_made_up(struct of_str host)
{
	static const struct of_str hosts[] = {STR_INIT("example.org"), STR_INIT("example.com"),
		STR_INIT("www.example.org"), STR_INIT("www.example.com"), STR_INIT("localhost"),
		STR_INIT("127.0.0.1")};

	for (size_t i = 0; i < COUNT(hosts); i++)
		if (of_str_equal_nocase(host, hosts[i]))
			return true;
	return host.len == 0;
}

/* Of Jekyll the two together: either may be what no address holds. */
static void check_url(struct of_said *said, struct of_arena *arena)
{
	struct of_survey_value *value = &said->values[OF_SAID_URL];
	struct of_str base = of_str_trim_byte(said->values[OF_SAID_BASE].text, '/');
	struct of_buf whole = {0};
	struct of_url url;

	of_buf_add_str(&whole, value->text);
	if (!of_str_ends(value->text, STR("/")))
		of_buf_add_byte(&whole, '/');
	if (base.len > 0) {
		of_buf_add_str(&whole, base);
		of_buf_add_byte(&whole, '/');
	}
	value->text = of_arena_keep(arena, &whole);
	url = of_url_split(value->text);
	if (!of_url_is_http(value->text) || url.has_query || url.has_fragment ||
		of_str_find_byte(url.authority, '@') != OF_NPOS || is_made_up(url.host))
		drop(value);
	of_buf_finish(&whole);
}

/* en_US as some write it is en-US. */
static void check_language(struct of_survey_value *value, struct of_arena *arena)
{
	struct of_buf tag = {0};

	for (size_t i = 0; i < value->text.len; i++)
		of_buf_add_byte(&tag, value->text.ptr[i] == '_' ? '-' : value->text.ptr[i]);
	value->text = of_arena_keep(arena, &tag);
	of_buf_finish(&tag);
	if (!of_str_is_language(value->text))
		drop(value);
}

static void check_timezone(struct of_survey_value *value)
{
	struct of_zone *zone = NULL;
	struct of_err err;

	if (value->text.len > 0 && of_zone_new(&zone, value->text, &err) != OF_OK)
		drop(value);
	of_zone_free(zone);
}

static bool is_host(struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!of_byte_is_alpha(text.ptr[i]) && !of_byte_is_digit(text.ptr[i]) &&
			text.ptr[i] != '-' && text.ptr[i] != '.')
			return false;
	return of_str_find_byte(text, '.') != OF_NPOS;
}

/* The host's name as a file, as hosts of static pages want it. */
static void find_host(struct of_said *said, const struct of_survey *survey)
{
	static const char *const files[] = {
		"CNAME", "static/CNAME", "public/CNAME", "src/CNAME"};

	for (size_t i = 0; i < COUNT(files) && said->values[OF_SAID_URL].text.len == 0; i++) {
		struct of_buf bytes = {0};
		struct of_buf url = {0};

		if (read_below(&bytes, survey, files[i], VALUE_MOST) &&
			is_host(of_str_trim(of_buf_str(&bytes)))) {
			of_buf_add_text(&url, "https://");
			of_buf_add_str(&url, of_str_trim(of_buf_str(&bytes)));
			of_buf_add_byte(&url, '/');
			said->values[OF_SAID_URL] = (struct of_survey_value){
				of_arena_keep(survey->arena, &url), of_str_from(files[i])};
		}
		of_buf_finish(&bytes);
		of_buf_finish(&url);
	}
}

/* A site without a title has its folder's name. */
static void find_title(struct of_said *said, const struct of_survey *survey)
{
	struct of_survey_value *title = &said->values[OF_SAID_TITLE];
	char *real;

	if (title->text.len > 0)
		return;
	real = realpath(survey->dir.ptr, NULL);
	title->text = keep_line(survey->arena, of_path_base(of_str_from(real)));
	title->file = (struct of_str){NULL, 0};
	if (title->text.len == 0)
		title->text = STR("Feeds");
	free(real);
}

enum of_status of_said_read(struct of_said *said, const struct of_survey *survey,
	const char *generator, struct of_err *err)
{
	struct taking taking = {survey->arena, said, generator};

	of_said_look_at_all(survey, generator, take_values, &taking);
	check_url(said, survey->arena);
	find_host(said, survey);
	check_language(&said->values[OF_SAID_LANGUAGE], survey->arena);
	check_timezone(&said->values[OF_SAID_TIMEZONE]);
	find_title(said, survey);
	return of_arena_status(survey->arena, err);
}
