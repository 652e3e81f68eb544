/* What single values of outfeed.yaml must be, beyond their type. */
#include <outfeed/render.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"
#include "site/settings.h"

/* What is joined to more of an address has nothing at its end, and nobody's password. */
static const char *base_refusal(const struct of_url *url)
{
	if (url->has_query)
		return "must have no query (the part from '?' on)";
	if (url->has_fragment)
		return "must have no fragment (the part from '#' on)";
	if (of_str_find_byte(url->authority, '@') != OF_NPOS)
		return "must have no user or password before its host";
	return NULL;
}

static void add_lower(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		of_buf_add_byte(out, of_byte_lower(text.ptr[i]));
}

enum of_status of_read_base_url(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *base = target;
	enum of_status status = of_read_url(loader, setting, value, base);
	struct of_url url = of_url_split(*base);
	const char *why = base_refusal(&url);
	struct of_buf lowered = {0};

	if (status != OF_OK)
		return status;
	if (why != NULL)
		return of_settings_fail(loader, value,
			"'%s' %s: use an address such as https://www.example.org/",
			setting->name, why);
	add_lower(&lowered, url.scheme);
	of_buf_add_text(&lowered, "://");
	add_lower(&lowered, url.authority);
	of_buf_add_str(&lowered, url.path);
	*base = of_arena_keep(loader->site->arena, &lowered);
	status = of_buf_status(&lowered, loader->err);
	of_buf_finish(&lowered);
	return status;
}

/* What goes into a header of HTTP: one line. */
enum of_status of_read_line(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	const struct of_str *text = target;
	enum of_status status = of_read_text(loader, setting, value, target);

	for (size_t i = 0; status == OF_OK && i < text->len; i++)
		if ((unsigned char)text->ptr[i] < ' ' || text->ptr[i] == 0x7f)
			status = of_settings_fail(loader, value,
				"'%s' may hold no control character: it is one line",
				setting->name);
	return status;
}

enum of_status of_read_email(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *email = target;
	enum of_status status = of_read_text(loader, setting, value, email);

	if (status == OF_OK && !of_str_is_email(*email))
		return of_settings_fail(loader, value,
			"'%s' must be an address such as someone@example.org", setting->name);
	return status;
}

enum of_status of_read_zone(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_zone **zone = target;
	struct of_str name = {NULL, 0};
	enum of_status status = of_read_text(loader, setting, value, &name);
	struct of_err why;

	if (status != OF_OK)
		return status;
	loader->site->timezone = name;
	of_zone_free(*zone);
	*zone = NULL;
	if (of_zone_new(zone, name, &why) != OF_OK)
		return of_settings_fail(loader, value, "%s", why.message);
	return OF_OK;
}

enum of_status of_read_language(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *language = target;
	enum of_status status = of_read_text(loader, setting, value, language);

	if (status == OF_OK && !of_str_is_language(*language))
		return of_settings_fail(loader, value,
			"'%s' must be a tag such as en, de-AT or zh-Hant", setting->name);
	return status;
}

/* NULL when a template gives usable paths for usable slugs. */
static const char *template_refusal(struct of_str template)
{
	struct of_str mark = STR("{slug}");
	size_t at = of_str_find(template, mark);
	struct of_str before = of_str_slice(template, 0, at);
	struct of_str after;
	struct of_buf sample = {0};
	const char *why;

	if (at == OF_NPOS)
		return "holds no {slug}";
	after = of_str_from_offset(template, at + mark.len);
	if (of_str_find(after, mark) != OF_NPOS)
		return "holds {slug} more than once";
	of_buf_add_str(&sample, before);
	of_buf_add_text(&sample, "x");
	of_buf_add_str(&sample, after);
	if (of_str_find_byte(of_buf_str(&sample), '{') != OF_NPOS ||
		of_str_find_byte(of_buf_str(&sample), '}') != OF_NPOS)
		why = "holds a mark other than {slug}";
	else
		why = of_output_path_refusal(of_buf_str(&sample));
	of_buf_finish(&sample);
	return why;
}

enum of_status of_read_template(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *template = target;
	enum of_status status = of_read_text(loader, setting, value, template);
	const char *why;

	if (status != OF_OK)
		return status;
	*template = of_str_trim_byte(*template, '/');
	why = template_refusal(*template);
	return why == NULL ? OF_OK
			   : of_settings_fail(loader, value,
				     "this path %s: use one such as topic/{slug}", why);
}

enum of_status of_read_output_path(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *path = target;
	enum of_status status = of_read_text(loader, setting, value, path);
	const char *why;

	if (status != OF_OK)
		return status;
	*path = of_str_trim_byte(*path, '/');
	why = of_output_path_refusal(*path);
	return why == NULL ? OF_OK
			   : of_settings_fail(
				     loader, value, "this path %s: use one such as all", why);
}

/* A key has no blanks at its ends, and is not empty. */
const char *of_field_path_refusal(struct of_str path)
{
	const char *why = NULL;

	do {
		struct of_str key = of_str_split(&path, '.');

		if (key.len == 0)
			why = "has an empty key in it";
		else if (of_str_trim(key).len < key.len)
			why = "has a blank beside a dot";
	} while (why == NULL && path.ptr != NULL);
	return why;
}

enum of_status of_read_field_path(struct loader *loader, const struct setting *setting,
	const struct of_yaml *value, void *target)
{
	struct of_str *path = target;
	enum of_status status = of_read_text(loader, setting, value, path);
	const char *why = of_field_path_refusal(*path);

	if (status != OF_OK || why == NULL)
		return status;
	return of_settings_fail(loader, value,
		"'%s' %s: name keys, and dots between them, such as link.brand", setting->name,
		why);
}
