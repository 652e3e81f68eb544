/* outfeed.yaml to struct of_site, its defaults filled in (SPEC section 2). */
#include <outfeed/item.h>
#include <outfeed/render.h>
#include <outfeed/site.h>

#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/unicode.h"
#include "base/url.h"
#include "site/audit_keys.h"
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
	site->audit = of_arena_take(site->arena, 1, sizeof(*site->audit));
	if (formats == NULL || site->audit == NULL)
		return of_err_set_nomem(err);
	of_audit_settings_default(site->audit);
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
	site->pages = site->compress = true;
	site->language = STR("en");
	site->images_dir = STR("images");
	site->timezone = STR("UTC");
	return of_zone_new(&site->zone, STR("UTC"), err);
}

/* Keeps what the buffer holds, and empties it for the next. */
static struct of_str keep(struct of_site *site, struct of_buf *buf)
{
	struct of_str kept = of_arena_keep(site->arena, buf);

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

static struct of_str without_mark(struct of_str bytes)
{
	return of_str_starts(bytes, STR("\xef\xbb\xbf")) ? of_str_from_offset(bytes, 3) : bytes;
}

static enum of_status fail_encoding(struct loader *loader, struct of_str bytes, size_t at)
{
	struct of_str before = of_str_slice(bytes, 0, at);
	size_t end = of_str_find_last_byte(before, '\n');
	size_t start = end == OF_NPOS ? 0 : end + 1;
	unsigned line = 1;

	for (size_t i = 0; i < start; i++)
		line += bytes.ptr[i] == '\n';
	return of_err_set_at(loader->err, OF_ECONFIG, line,
		(unsigned)of_unicode_length(of_str_from_offset(before, start)) + 1,
		"the byte 0x%02X is no UTF-8: save the file as UTF-8",
		(unsigned)(unsigned char)bytes.ptr[at]);
}

static enum of_status fail_yaml(enum of_status status, struct of_err *err)
{
	if (status == OF_ENOMEM || err == NULL)
		return status;
	if (status == OF_ELIMIT)
		return of_err_set_at(err, OF_ECONFIG, err->line, err->column,
			"nested more than %d levels deep, or more than %d values, aliases "
			"expanded: flatten outfeed.yaml",
			OF_LIMIT_NESTING, OF_LIMIT_NODES);
	return err->code = OF_ECONFIG;
}

static enum of_status parse_yaml(
	const struct of_yaml **root, struct loader *loader, struct of_str bytes)
{
	const struct of_yaml_limits limits = {OF_LIMIT_NESTING, OF_LIMIT_NODES, 1, NULL, 0};
	const struct of_str kept = of_arena_dup(loader->site->arena, without_mark(bytes));
	struct of_unicode_mends mends = {0};
	struct of_buf cleaned = {0};
	enum of_status status;

	of_unicode_clean(&cleaned, kept, &mends);
	of_buf_finish(&cleaned);
	if (mends.invalid > 0)
		return fail_encoding(loader, kept, mends.first_invalid);
	status = of_arena_status(loader->site->arena, loader->err);
	if (status == OF_OK)
		status = of_yaml_parse(root, loader->site->arena, kept, &limits,
			loader->reporter, loader->err);
	return status == OF_OK ? OF_OK : fail_yaml(status, loader->err);
}

static enum of_status parse(struct loader *loader, struct of_str bytes)
{
	struct of_site *site = loader->site;
	const struct of_yaml *root = NULL;
	enum of_status status = parse_yaml(&root, loader, bytes);

	if (status == OF_OK && root != NULL)
		status = of_settings_read_site(loader, root);
	if (status == OF_OK)
		status = require(loader, site->title, "site.title");
	if (status == OF_OK)
		status = require(loader, site->url, "site.url");
	if (status != OF_OK)
		return status;
	complete(site);
	status = of_arena_status(site->arena, loader->err);
	return status == OF_OK ? of_site_check(site, loader->err) : status;
}

enum of_status of_site_parse(struct of_site **site, const char *config, struct of_str bytes,
	struct of_err *err, of_diag_fn *diag, void *payload)
{
	const struct of_reporter reporter = {diag, payload, config};
	struct of_arena *arena = of_arena_new();
	struct loader loader = {.reporter = &reporter, .err = err};
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
		status = parse(&loader, bytes);
	if (status != OF_OK) {
		if (err != NULL)
			of_err_set_path(err, of_str_from(config));
		of_site_free(loader.site);
		return status;
	}
	*site = loader.site;
	return OF_OK;
}

static bool is_item(struct of_str path)
{
	static const struct of_str extensions[] = {
		STR_INIT(".md"), STR_INIT(".markdown"), STR_INIT(".html")};

	for (size_t i = 0; i < COUNT(extensions); i++)
		if (of_str_equal_nocase(of_path_extension(path), extensions[i]))
			return true;
	return false;
}

/* The path of outfeed.yaml; what else a user may have named is told apart. */
static enum of_status find_config(struct of_buf *config, const char *path, struct of_err *err)
{
	struct stat info;
	bool found = stat(path, &info) == 0;

	if (found && S_ISREG(info.st_mode) && is_item(of_str_from(path))) {
		of_err_set(err, OF_ECONFIG,
			"is an item, not a site: name the folder that holds outfeed.yaml");
		if (err != NULL)
			of_err_set_path(err, of_str_from(path));
		return OF_ECONFIG;
	}
	if (found && S_ISDIR(info.st_mode))
		of_path_join(config, of_str_from(path), STR(CONFIG_NAME));
	else
		of_buf_add_text(config, path);
	return of_buf_status(config, err);
}

static enum of_status read_config(
	struct of_buf *bytes, const struct of_buf *config, struct of_err *err)
{
	struct of_err own;
	enum of_status status;

	if (err == NULL)
		err = &own;
	status = of_file_read(bytes, AT_FDCWD, config->ptr, CONFIG_LIMIT, NULL, err);
	if (status == OF_EIO && (err->sys_errno == ENOENT || err->sys_errno == ENOTDIR))
		status = of_err_set(err, OF_ECONFIG,
			"no such file: name the folder that holds outfeed.yaml, or write one "
			"there");
	if (status == OF_ELIMIT)
		status = of_err_set(err, OF_ECONFIG,
			"more than %zu bytes: this is no outfeed.yaml, or one that must be "
			"made "
			"shorter",
			CONFIG_LIMIT);
	if (status != OF_OK)
		of_err_set_path(err, of_buf_str(config));
	return status;
}

enum of_status of_site_load(struct of_site **site, const char *path, struct of_err *err,
	of_diag_fn *diag, void *payload)
{
	struct of_buf config = {0};
	struct of_buf bytes = {0};
	enum of_status status = find_config(&config, path, err);

	*site = NULL;
	if (status == OF_OK)
		status = read_config(&bytes, &config, err);
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
