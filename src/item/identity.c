/*
 * Which string an item is known by, for ever (SPEC section 3, Identity; RFC
 * 4151 for tag URIs).
 */
#include "item/parts.h"

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "base/url.h"

static bool is_uuid(struct of_str text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (text.len != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (shape[i] == '-' ? text.ptr[i] != '-' : !of_byte_is_hex(text.ptr[i]))
			return false;
	return true;
}

static struct of_str uuid_or_none(struct of_str text)
{
	return is_uuid(text) ? text : (struct of_str){NULL, 0};
}

/* Two of the paths count only when they are a UUID, and one is no path at all. */
static struct of_str key_at(
	const struct of_item *item, const struct fields *fields, struct of_str path)
{
	if (of_str_equal(path, STR("<stem>")))
		return uuid_or_none(of_path_stem(fields->path));
	if (of_str_equal(path, STR("slug")))
		return item->slug;
	if (of_str_equal(path, STR("mdName")))
		return uuid_or_none(of_path_stem(of_field_clean(
			fields, of_field_scalar(of_yaml_at(fields->root, path)))));
	return of_field_clean(fields, of_field_scalar(of_yaml_at(fields->root, path)));
}

static void add_id(
	struct of_buf *out, const struct fields *fields, int64_t published, struct of_str key)
{
	if (is_uuid(key)) {
		of_buf_add_text(out, "urn:uuid:");
		for (size_t i = 0; i < key.len; i++)
			of_buf_add_byte(out, of_byte_lower(key.ptr[i]));
	} else if (of_url_is_absolute(key)) {
		of_buf_add_str(out, key);
	} else {
		of_buf_add_text(out, "tag:");
		of_buf_add_str(out, fields->site->host);
		of_buf_add_byte(out, ',');
		of_time_add_date(out, published);
		of_buf_add_byte(out, ':');
		of_url_add_segment(out, key);
	}
}

enum of_status of_item_identify(
	struct of_item *item, const struct fields *fields, struct of_err *err)
{
	size_t count;
	const struct of_str *paths = of_field_paths(&count, fields->site, OF_FIELD_ID);
	struct of_str key = {NULL, 0};
	struct of_buf id = {0};
	enum of_status status;

	item->id_line = 1;
	for (size_t i = 0; i < count && key.len == 0; i++) {
		const struct of_yaml *node = of_yaml_at(fields->root, paths[i]);

		key = key_at(item, fields, paths[i]);
		if (key.len > 0 && node != NULL)
			item->id_line = node->line;
	}
	if (key.len == 0)
		key = item->slug;
	add_id(&id, fields, item->published, key);
	item->id = of_arena_dup(fields->arena, of_buf_str(&id));
	status = of_buf_status(&id, err);
	of_buf_finish(&id);
	return status;
}
