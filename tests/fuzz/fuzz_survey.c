/*
 * `outfeed init` over a forged folder: the survey of it counts every file once, says
 * clean lines, and makes an outfeed.yaml that loads, says what the survey does, names no
 * hub, header, proxy or address, and leads nowhere out of the folder. A file's first byte says
 * which of the names it has; files end in a byte 0xFF.
 */
#include "fuzz.h"

#include "base/path.h"
#include "base/unicode.h"
#include "base/url.h"
#include <fcntl.h>
#include <outfeed/audit.h>
#include <outfeed/survey.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MOST 6

static const char *const folders[] = {"content", "content/post", "_posts", "src", "src/content",
	"_data", "static", "config", "config/_default"};

static const char *const names[] = {"content/a.md", "content/b.html", "content/post/index.md",
	"content/post/2021-01-04-x.md", "_posts/2021-01-04-y.markdown", "src/content/c.md",
	"d.md", "e \"'#: \xc3\xa9.md", "hugo.toml", "config.yaml", "hugo.json",
	"config/_default/hugo.yaml", "_config.yml", "astro.config.mjs", "src/consts.ts",
	".eleventy.js", "_data/site.json", "_data/metadata.js", "static/x.png", "package.json"};

/* ---- The folder ---- */

static char root[64];

static void join(char (*path)[128], const char *name)
{
	snprintf(*path, sizeof(*path), "%s/%s", root, name);
}

static void remove_all(void)
{
	char path[128];

	for (size_t i = 0; i < FUZZ_COUNT(names); i++) {
		join(&path, names[i]);
		unlink(path);
	}
	for (size_t i = FUZZ_COUNT(folders); i-- > 0;) {
		join(&path, folders[i]);
		rmdir(path);
	}
	rmdir(root);
}

static void make_root(void)
{
	char path[128];

	fuzz_make_folder(&root);
	fuzz_require(atexit(remove_all) == 0, "memory for an end");
	for (size_t i = 0; i < FUZZ_COUNT(folders); i++) {
		join(&path, folders[i]);
		fuzz_require(mkdir(path, 0700) == 0, "a folder in it");
	}
}

static void write_file(const char *name, struct of_str bytes)
{
	char path[128];
	int fd;

	join(&path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fuzz_require(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len &&
			     close(fd) == 0,
		"a file");
}

/* What an input before left is gone, so that each stands for itself. */
static void forge(struct fuzz_input *input)
{
	static bool is_there[FUZZ_COUNT(names)];
	bool has[FUZZ_COUNT(names)] = {false};
	char path[128];

	for (size_t i = 0; i < FILES_MOST && input->rest.len > 0; i++) {
		size_t name = fuzz_take_byte(input) % FUZZ_COUNT(names);

		write_file(names[name], fuzz_take_text(input));
		has[name] = is_there[name] = true;
	}
	for (size_t i = 0; i < FUZZ_COUNT(names); i++) {
		if (has[i] || !is_there[i])
			continue;
		join(&path, names[i]);
		unlink(path);
		is_there[i] = false;
	}
}

/* ---- The survey ---- */

static void check_line(struct of_str text, const char *demand)
{
	fuzz_require(of_unicode_is_clean(text) && of_str_find_byte(text, '\n') == OF_NPOS &&
			     of_str_find_byte(text, '\r') == OF_NPOS,
		demand);
}

static void check_path(const struct of_survey_path *path, size_t items)
{
	fuzz_require(path->items <= items, "a path of more items than there are");
	check_line(path->path, "a path that is no line");
	for (size_t i = 0; i < path->n_examples; i++) {
		check_line(path->examples[i].value, "an example that is no line");
		fuzz_require(path->examples[i].file.len > 0, "an example of no file");
	}
}

static void check_counts(const struct of_survey *survey)
{
	fuzz_require(survey->looked <= survey->listed && survey->listed <= FILES_MOST,
		"more files than there are");
	fuzz_require(
		survey->items + survey->toml + survey->bare + survey->broken == survey->looked,
		"a file that is counted twice, or not at all");
	fuzz_require(survey->drafts + survey->undated <= survey->items, "more than items");
	fuzz_require(
		survey->images_found <= survey->images_tried, "more images than references");
}

static void check_below(struct of_str path, const char *what)
{
	if (path.len > 0 && of_path_refusal(path) != NULL)
		fuzz_fail("%s leads out: %.*s", what, (int)path.len, path.ptr);
}

static void check_survey(const struct of_survey *survey)
{
	const struct of_str lines[] = {survey->title.text, survey->url.text,
		survey->language.text, survey->timezone.text, survey->description.text,
		survey->author.text, survey->output.text, survey->images_dir,
		survey->images_path};

	check_counts(survey);
	for (size_t i = 0; i < FUZZ_COUNT(lines); i++)
		check_line(lines[i], "a value that is no line");
	for (size_t i = 0; i < survey->n_notes; i++)
		check_line(survey->notes[i], "a note that is no line");
	for (size_t i = 0; i < survey->n_left; i++)
		check_path(&survey->left[i].path, survey->items);
	for (size_t i = 0; i < survey->n_fields; i++)
		for (size_t j = 0; j < survey->fields[i].n_paths; j++)
			check_path(&survey->fields[i].paths[j], survey->items);
	check_below(survey->images_dir, "the images' folder");
	fuzz_require(
		survey->url.text.len == 0 || of_url_is_http(survey->url.text), "an address");
}

/* ---- What is written ---- */

static void on_diag(const struct of_diag *diag, void *payload)
{
	(void)payload;
	fuzz_fail("outfeed.yaml has a warning: %s", diag->message);
}

static void check_config(const struct of_survey *survey)
{
	static struct of_buf text, again;
	struct of_site *site = NULL;
	struct of_err err = {0};

	of_buf_clear(&text);
	of_buf_clear(&again);
	of_survey_add_config(&text, survey);
	of_survey_add_config(&again, survey);
	fuzz_require(of_unicode_is_clean(of_buf_str(&text)), "outfeed.yaml is not clean");
	fuzz_require_equal(of_buf_str(&again), of_buf_str(&text), "another outfeed.yaml");
	if (of_survey_check(survey, &err, on_diag, NULL) != OF_OK ||
		of_site_parse(&site, "/nowhere/outfeed.yaml", of_buf_str(&text), &err, on_diag,
			NULL) != OF_OK)
		fuzz_fail("line %u: %s\n%.*s", err.line, err.message, (int)text.len, text.ptr);
	fuzz_require(
		survey->title.text.len == 0 || of_str_equal(site->title, survey->title.text),
		"another title");
	/* nobody but the owner says these */
	fuzz_require(site->n_hubs == 0 && site->audit->n_headers == 0 &&
			     site->audit->n_allow_addresses == 0 && site->audit->proxy.len == 0,
		"what no folder may say");
	fuzz_require(site->n_content == survey->n_content, "another number of folders");
	for (size_t i = 0; i < site->n_content; i++) {
		fuzz_require_equal(
			site->content[i], survey->content[i], "another folder of content");
		fuzz_require(site->content[i].ptr[0] != '/' &&
				     of_str_find(site->content[i], STR("../")) == OF_NPOS,
			"content that is outside");
	}
	of_site_free(site);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	struct of_survey *survey = NULL;
	struct of_err err = {0};
	enum of_status status;

	if (root[0] == '\0')
		make_root();
	forge(&input);
	status = of_survey_make(&survey, root, NULL, &err);
	fuzz_require(status == OF_OK || (status == OF_EEMPTY && err.message[0] != '\0'),
		"a folder that cannot be surveyed");
	if (status == OF_OK) {
		check_survey(survey);
		check_config(survey);
	}
	of_survey_free(survey);
	return 0;
}
