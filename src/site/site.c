/* outfeed.yaml to struct of_site, its defaults filled in (SPEC section 2). */
#include <outfeed/item.h>
#include <outfeed/render.h>
#include <outfeed/site.h>

#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include "site/settings.h"
#include <errno.h>
#include <fcntl.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CONFIG_NAME "outfeed.yaml"
#define CONFIG_LIMIT ((size_t)1 << 20)
#define LIMIT_DEFAULT 50

static enum of_status set_defaults(struct of_site *site, struct of_err *err)
{
	static const struct of_str content[] = {STR_INIT("content")};
	static const struct of_grouping groups[] = {
		{STR_INIT("categories"), STR_INIT("topic/{slug}")}};
	const struct of_renderer **formats = NULL;
	size_t count = 0;

	while (of_renderer_at(count) != NULL)
		count++;
	formats = of_arena_take(site->arena, count, sizeof(const struct of_renderer *));
	if (formats == NULL)
		return of_err_set_nomem(err);
	for (size_t i = 0; i < count; i++)
		formats[i] = of_renderer_at(i);
	site->formats = formats;
	site->n_formats = count;
	site->content = content;
	site->n_content = COUNT(content);
	site->output = STR("public");
	site->groups = groups;
	site->n_groups = COUNT(groups);
	site->all = true;
	site->all_path = STR("all");
	site->all_title = STR("Everything");
	site->limit = LIMIT_DEFAULT;
	site->attribution = true;
	site->language = STR("en");
	site->images_dir = STR("images");
	site->timezone = STR("UTC");
	return of_zone_new(&site->zone, STR("UTC"), err);
}

/* Keeps what the buffer holds, and empties it for the next. */
static struct of_str keep(struct of_site *site, struct of_buf *buf)
{
	struct of_str kept = of_arena_dup(site->arena, of_buf_str(buf));

	of_buf_clear(buf);
	return kept;
}

static struct of_str with_slash(struct of_site *site, struct of_buf *buf, struct of_str url)
{
	of_buf_add_str(buf, url);
	if (!of_str_ends(url, STR("/")))
		of_buf_add_byte(buf, '/');
	return keep(site, buf);
}

/* What is made of the values: slashes, folders in front, what one takes from another. */
static void complete(struct of_site *site)
{
	struct of_buf buf = {0};

	site->url = with_slash(site, &buf, site->url);
	of_url_add_host(&buf, site->url);
	site->host = keep(site, &buf);
	if (site->author.name.len == 0)
		site->author.name = site->title;
	if (site->images_url.len == 0) {
		of_url_resolve(&buf, site->url, STR("images/"));
		site->images_url = keep(site, &buf);
	}
	site->images_url = with_slash(site, &buf, site->images_url);
	of_path_join(&buf, site->dir, site->output);
	site->output = keep(site, &buf);
	if (site->images_dir.len > 0) {
		of_path_join(&buf, site->dir, site->images_dir);
		site->images_dir = keep(site, &buf);
	}
	site->head_keys = of_item_head_keys(&site->n_head_keys, site, site->arena);
	of_buf_finish(&buf);
}

static enum of_status require(struct loader *loader, struct of_str value, const char *name)
{
	if (value.len > 0)
		return OF_OK;
	return of_err_set_at(loader->err, OF_ECONFIG, 1, 1,
		"%s is missing: outfeed needs site.title and site.url", name);
}

static enum of_status parse(
	struct loader *loader, struct of_str bytes, const struct of_reporter *reporter)
{
	const struct of_yaml_limits limits = {OF_LIMIT_NESTING, OF_LIMIT_NODES, 1, NULL, 0};
	struct of_site *site = loader->site;
	const struct of_str kept = of_arena_dup(site->arena, bytes);
	const struct of_yaml *root;
	enum of_status status = of_arena_status(site->arena, loader->err);

	if (status == OF_OK)
		status =
			of_yaml_parse(&root, site->arena, kept, &limits, reporter, loader->err);
	if (status != OF_OK) {
		if (status != OF_ENOMEM && loader->err != NULL)
			status = loader->err->code = OF_ECONFIG;
		return status;
	}
	if (root != NULL)
		status = of_settings_read_site(loader, root);
	if (status == OF_OK)
		status = require(loader, site->title, "site.title");
	if (status == OF_OK)
		status = require(loader, site->url, "site.url");
	if (status != OF_OK)
		return status;
	complete(site);
	return of_arena_status(site->arena, loader->err);
}

enum of_status of_site_parse(struct of_site **site, const char *config, struct of_str bytes,
	struct of_err *err, of_diag_fn *diag, void *payload)
{
	const struct of_reporter reporter = {diag, payload, config};
	struct of_arena *arena = of_arena_new();
	struct loader loader = {.err = err};
	enum of_status status;

	*site = NULL;
	if (arena != NULL)
		loader.site = of_arena_take(arena, 1, sizeof(*loader.site));
	if (loader.site == NULL) {
		of_arena_free(arena);
		return of_err_set_nomem(err);
	}
	loader.site->arena = arena;
	loader.site->config = of_arena_dup(arena, of_str_from(config));
	loader.site->dir = of_path_folder(loader.site->config);
	if (loader.site->dir.len == 0)
		loader.site->dir = config[0] == '/' ? STR("/") : STR(".");
	status = set_defaults(loader.site, err);
	if (status == OF_OK)
		status = parse(&loader, bytes, &reporter);
	if (status != OF_OK) {
		if (err != NULL)
			of_err_set_path(err, of_str_from(config));
		of_site_free(loader.site);
		return status;
	}
	*site = loader.site;
	return OF_OK;
}

enum of_status of_site_load(struct of_site **site, const char *path, struct of_err *err,
	of_diag_fn *diag, void *payload)
{
	struct of_buf config = {0};
	struct of_buf bytes = {0};
	struct stat info;
	enum of_status status;

	*site = NULL;
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		of_path_join(&config, of_str_from(path), STR(CONFIG_NAME));
	else
		of_buf_add_text(&config, path);
	status = of_buf_status(&config, err);
	if (status == OF_OK)
		status = of_file_read(&bytes, AT_FDCWD, config.ptr, CONFIG_LIMIT, NULL, err);
	if (status == OF_EIO && err != NULL && err->sys_errno == ENOENT) {
		status = of_err_set(err, OF_ECONFIG,
			"no such file: name the folder that holds outfeed.yaml, or write one "
			"there");
		of_err_set_path(err, of_buf_str(&config));
	}
	if (status == OF_OK)
		status =
			of_site_parse(site, config.ptr, of_buf_str(&bytes), err, diag, payload);
	of_buf_finish(&config);
	of_buf_finish(&bytes);
	return status;
}

void of_site_free(struct of_site *site)
{
	if (site == NULL)
		return;
	of_zone_free(site->zone);
	of_arena_free(site->arena);
}
