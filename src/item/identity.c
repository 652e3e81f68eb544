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

/*
 * The day in a tag URI: that of the item's date as it is written, so that a
 * change of site.timezone changes no id.
 */
static int64_t tag_day(const struct of_item *item, const struct fields *fields)
{
	struct bad_date ignored = {NULL};
	int64_t day = of_field_date(fields, OF_FIELD_PUBLISHED, NULL, &ignored);

	if (day == OF_TIME_NONE &&
		!of_time_parse_prefix(&day, of_path_base(fields->path), NULL))
		day = of_field_date(fields, OF_FIELD_UPDATED, NULL, &ignored);
	return day != OF_TIME_NONE ? day : item->published;
}

static void add_lower(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++)
		of_buf_add_byte(out, of_byte_lower(text.ptr[i]));
}

static void add_id(struct of_buf *out, const struct of_item *item, const struct fields *fields,
	struct of_str key)
{
	if (is_uuid(key)) {
		of_buf_add_text(out, "urn:uuid:");
		add_lower(out, key);
	} else if (of_url_is_absolute(key)) {
		of_buf_add_str(out, key);
	} else {
		of_buf_add_text(out, "tag:");
		of_buf_add_str(out, fields->site->host);
		of_buf_add_byte(out, ',');
		of_time_add_date(out, tag_day(item, fields));
		of_buf_add_byte(out, ':');
		of_url_add_segment(out, key);
	}
}

/* The letter of a key says how strong it ties; a path that the site chose is as a guid. */
static char letter_of(struct of_str path, struct of_str key)
{
	if (of_str_equal(path, STR("slug")))
		return 's';
	if (of_str_equal(path, STR("id")))
		return 'i';
	return is_uuid(key) ? 'u' : 'g';
}

static void add_key(struct of_buf *keys, char letter, struct of_str key)
{
	const char head[] = {letter, ':'};

	of_buf_add(keys, head, sizeof(head));
	if (letter == 'u')
		add_lower(keys, key);
	else
		of_buf_add_str(keys, key);
	of_buf_add_byte(keys, '\0');
}

/* All keys go into keys; the first is what the id is made of. */
static struct of_str gather_keys(
	struct of_buf *keys, struct of_item *item, const struct fields *fields)
{
	size_t count;
	const struct of_str *paths = of_field_paths(&count, fields->site, OF_FIELD_ID);
	struct of_str first = {NULL, 0};

	item->id_line = 1;
	for (size_t i = 0; i < count; i++) {
		struct of_str key = key_at(item, fields, paths[i]);

		if (key.len == 0)
			continue;
		add_key(keys, letter_of(paths[i], key), key);
		if (first.len == 0) {
			const struct of_yaml *node = of_yaml_at(fields->root, paths[i]);

			first = key;
			item->id_line = node != NULL ? node->line : 1;
		}
	}
	if (first.len == 0)
		add_key(keys, 's', item->slug);
	return first.len > 0 ? first : item->slug;
}

enum of_status of_item_identify(
	struct of_item *item, const struct fields *fields, struct of_err *err)
{
	struct of_buf keys = {0};
	struct of_buf id = {0};
	struct of_str key = gather_keys(&keys, item, fields);
	enum of_status status;

	add_id(&id, item, fields, key);
	item->id = of_arena_dup(fields->arena, of_buf_str(&id));
	item->keys = of_arena_dup(fields->arena, of_buf_str(&keys));
	status = of_buf_status(&id, err);
	if (status == OF_OK)
		status = of_buf_status(&keys, err);
	of_buf_finish(&id);
	of_buf_finish(&keys);
	return status;
}
