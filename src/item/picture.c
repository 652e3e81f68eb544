/*
 * The featured image as an enclosure (SPEC section 5): its URL, and what the
 * file behind it says of itself where there is one.
 */
#include "item/parts.h"

#include "base/file.h"
#include "base/image.h"
#include "base/path.h"
#include "base/str.h"
#include "base/url.h"
#include "item/icon.h"
#include <errno.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define HEAD_SHORT ((size_t)4 << 10) /* enough for the header of most images */

/* The image as the front matter declares it. */
struct declared {
	const struct of_yaml *node;
	struct of_str reference, format, alt;
	unsigned width, height;
	bool invalid;
};

static const struct {
	struct of_str name; /* a declared format, or a file's extension */
	const char *type;
} types[] = {
	{STR_INIT("jpeg"), "image/jpeg"},
	{STR_INIT("jpg"), "image/jpeg"},
	{STR_INIT("png"), "image/png"},
	{STR_INIT("gif"), "image/gif"},
	{STR_INIT("webp"), "image/webp"},
	{STR_INIT("avif"), "image/avif"},
	{STR_INIT("svg"), "image/svg+xml"},
	{STR_INIT("bmp"), "image/bmp"},
	{STR_INIT("tiff"), "image/tiff"},
	{STR_INIT("heic"), "image/heic"},
};

static const char *type_of_name(struct of_str name)
{
	if (of_str_starts_nocase(name, STR("image/")))
		name = of_str_from_offset(name, 6);
	for (size_t i = 0; i < COUNT(types); i++)
		if (of_str_equal_nocase(name, types[i].name))
			return types[i].type;
	return NULL;
}

static const struct of_str addresses[] = {
	STR_INIT("href"), STR_INIT("src"), STR_INIT("url"), STR_INIT("uid")};

static unsigned pixels(const struct of_yaml *node)
{
	uint64_t number = 0;

	if (node == NULL || node->type != OF_YAML_SCALAR ||
		!of_str_to_uint(&number, of_str_trim(node->text)) || number > INT32_MAX)
		return 0;
	return (unsigned)number;
}

static struct of_str text_at(
	const struct fields *fields, const struct of_yaml *map, struct of_str key)
{
	return of_field_text_at(fields, map, &key, 1);
}

static void read_map(
	struct declared *declared, const struct fields *fields, const struct of_yaml *map)
{
	const struct of_yaml *size = of_yaml_get(map, STR("size"));

	declared->reference = of_field_text_at(fields, map, addresses, COUNT(addresses));
	declared->format = text_at(fields, map, STR("format"));
	declared->alt = text_at(fields, map, STR("alt"));
	declared->width = pixels(of_yaml_get(map, STR("width")));
	declared->height = pixels(of_yaml_get(map, STR("height")));
	if (size != NULL && size->type == OF_YAML_LIST && size->count == 2) {
		declared->height = pixels(size->items[0]);
		declared->width = pixels(size->items[1]);
	}
	declared->invalid = of_yaml_is_false(of_yaml_get(map, STR("valid")));
	if (declared->reference.len == 0 &&
		!of_field_is_left_blank(map, addresses, COUNT(addresses)))
		of_report_warning(fields->reporter, map->line, map->column,
			"this image has no address, and is passed over: give it as href");
}

static bool read_declared(struct declared *declared, const struct fields *fields)
{
	struct of_field_walk walk = {0};
	const struct of_yaml *value;

	while ((value = of_field_next(fields, OF_FIELD_IMAGE, &walk)) != NULL) {
		const struct of_yaml *first = of_field_first(value);

		*declared = (struct declared){
			.node = value, .reference = of_field_clean(fields, first)};
		if (first != NULL && first->type == OF_YAML_MAP)
			read_map(declared, fields, first);
		else if (first != NULL && first->type == OF_YAML_LIST)
			of_field_warn_value(fields, OF_FIELD_IMAGE, first);
		if (declared->reference.len > 0)
			return true;
	}
	return false;
}

/* Has a scheme or a host of its own, however badly the rest is spelt. */
static bool is_elsewhere(struct of_str reference)
{
	return of_url_split(reference).scheme.len > 0 || of_str_starts(reference, STR("//"));
}

static bool climbs(struct of_str path)
{
	while (path.ptr != NULL)
		if (of_str_equal(of_str_split(&path, '/'), STR("..")))
			return true;
	return false;
}

static unsigned hex_value(char digit)
{
	return of_byte_is_digit(digit) ? (unsigned)(digit - '0')
				       : (unsigned)(of_byte_lower(digit) - 'a') + 10;
}

static void add_decoded(struct of_buf *out, struct of_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool escape = text.ptr[i] == '%' && text.len - i > 2 &&
			      of_byte_is_hex(text.ptr[i + 1]) &&
			      of_byte_is_hex(text.ptr[i + 2]);

		if (escape)
			of_buf_add_byte(out, (char)(hex_value(text.ptr[i + 1]) << 4 |
						     hex_value(text.ptr[i + 2])));
		else
			of_buf_add_byte(out, text.ptr[i]);
		i += escape ? 2 : 0;
	}
}

/*
 * Appends the part of a reference that may name a file: no scheme, no query, no
 * escapes, no way upwards; nothing where there is no such part. What resolves
 * to below images.url is relative to it, however it is spelt.
 */
static void add_file_name(
	struct of_buf *out, const struct of_site *site, struct of_str reference)
{
	struct of_buf url = {0};
	struct of_str part = reference;

	of_url_resolve(&url, site->images_url, reference);
	if (site->images_url.len > 0 && of_str_starts(of_buf_str(&url), site->images_url))
		part = of_str_from_offset(of_buf_str(&url), site->images_url.len);
	else if (is_elsewhere(reference))
		part = (struct of_str){NULL, 0};
	part = of_str_slice(part, 0, of_str_find_byte(part, '#'));
	part = of_str_slice(part, 0, of_str_find_byte(part, '?'));
	while (of_str_starts(part, STR("/")))
		part = of_str_from_offset(part, 1);
	add_decoded(out, part);
	if (url.status != OF_OK)
		out->status = url.status;
	else if (climbs(of_buf_str(out)) || of_str_find_byte(of_buf_str(out), '\0') != OF_NPOS)
		of_buf_clear(out);
	of_buf_finish(&url);
}

/* The search for an image's file: where it looked, and the first bytes of what it found. */
struct search {
	struct of_arena *arena; /* owns the paths; NULL when they are not wanted */
	struct of_str *looked;
	size_t n_looked;
	struct of_buf name; /* of the file that is looked for, below some folder */
	struct of_buf head;
	uint64_t size; /* of the file */
	bool failed;   /* a file that is there could not be read */
};

static bool read_bytes(struct search *search, const char *path, size_t root, size_t limit)
{
	struct of_err err = {0};

	of_buf_clear(&search->head);
	if (of_file_read_head(&search->head, path, root, limit, &search->size, &err) == OF_OK)
		return true;
	search->failed |= err.code == OF_ENOMEM ||
			  (err.sys_errno != 0 && err.sys_errno != ENOENT &&
				  err.sys_errno != ENOTDIR && err.sys_errno != ELOOP);
	return false;
}

/* Most headers are short; the few that are not are read again, longer. */
static bool read_head(struct search *search, const char *path, size_t root)
{
	struct of_image_header header;

	if (!read_bytes(search, path, root, HEAD_SHORT))
		return false;
	if (search->size <= HEAD_SHORT ||
		(of_image_header_read(&header, of_buf_str(&search->head)) && header.width > 0))
		return true;
	return read_bytes(search, path, root, OF_IMAGE_HEAD);
}

static bool look_in(struct search *search, struct of_str folder)
{
	struct of_buf path = {0};
	bool found;

	of_path_join(&path, folder, of_buf_str(&search->name));
	if (search->looked != NULL)
		search->looked[search->n_looked++] = of_arena_keep(search->arena, &path);
	found = path.status == OF_OK &&
		read_head(search, path.ptr, of_str_equal(folder, STR(".")) ? 0 : folder.len);
	of_buf_finish(&path);
	return found;
}

/* What there was no memory to look for is not missing: the arena says so at the end. */
static void note_memory(struct search *search, const struct of_buf *buf)
{
	if (search->arena != NULL && buf->status != OF_OK)
		of_arena_keep(search->arena, buf);
}

static bool find_file(
	struct search *search, const struct fields *fields, struct of_str reference)
{
	const struct of_site *site = fields->site;
	struct of_buf folder = {0};
	bool found;

	add_file_name(&search->name, site, reference);
	note_memory(search, &search->name);
	if (search->name.len == 0)
		return false;
	if (search->arena != NULL)
		search->looked = of_arena_take(
			search->arena, site->n_content + 2, sizeof(*search->looked));
	found = site->images_dir.len > 0 && look_in(search, site->images_dir);
	if (!found && fields->path.len > 0)
		found = look_in(search, of_path_folder(fields->path));
	for (size_t i = 0; i < site->n_content && !found; i++) {
		of_buf_clear(&folder);
		of_path_join(&folder, site->dir, site->content[i]);
		note_memory(search, &folder);
		found = look_in(search, of_buf_str(&folder));
	}
	note_memory(search, &search->head);
	of_buf_finish(&folder);
	return found;
}

static void finish_search(struct search *search)
{
	of_buf_finish(&search->name);
	of_buf_finish(&search->head);
}

static void warn_of(
	const struct fields *fields, const struct declared *declared, const char *what)
{
	of_report_warning(fields->reporter, declared->node->line, declared->node->column,
		"no enclosure: the image '%.*s' %s",
		(int)(declared->reference.len < 200 ? declared->reference.len : 200),
		declared->reference.ptr, what);
}

/* Type, length and size by the file's content; false when it is no image. */
static bool fill_from_file(struct of_image *image, struct of_str head, uint64_t size)
{
	struct of_image_header header;

	if (!of_image_header_read(&header, head))
		return false;
	image->type = of_str_from(header.type);
	image->length = size;
	if (header.width > 0 && header.height > 0) {
		image->width = header.width;
		image->height = header.height;
	}
	return true;
}

/* Where there is no file, what is declared has to do; false when no type is known. */
static bool fill_from_declared(struct of_image *image, const struct declared *declared)
{
	const char *type = type_of_name(declared->format);

	image->type =
		type != NULL ? of_str_from(type) : of_image_type_of_name(declared->reference);
	return image->type.len > 0;
}

/* NULL when image is filled, else why there is none. */
static const char *look(struct of_item *item, struct of_image *image,
	const struct declared *declared, const struct fields *fields)
{
	struct search search = {.arena = fields->arena};
	bool is_remote = is_elsewhere(declared->reference);
	const char *why = NULL;

	if (image->url.len == 0)
		return "has no http or https address: mend the reference";
	if (find_file(&search, fields, declared->reference)) {
		if (!fill_from_file(image, of_buf_str(&search.head), search.size))
			why = "is a file that is no image: mend the file or the reference";
	} else if (search.failed) {
		why = "is a file that cannot be read: see to its permissions and its disk";
	} else if (!is_remote) {
		why = "has no file in images.dir, beside the item or in the content folder: "
		      "add it";
	} else if (!fill_from_declared(image, declared)) {
		item->untyped = *image;
	}
	item->looked = search.looked;
	item->n_looked = search.n_looked;
	item->unread = search.failed;
	finish_search(&search);
	return why;
}

void of_item_picture(struct of_item *item, const struct fields *fields)
{
	struct declared declared;
	struct of_image image = {0};
	const char *why;

	if (!read_declared(&declared, fields))
		return;
	image.url = of_field_address(fields, fields->site->images_url, declared.reference);
	image.alt = declared.alt;
	item->image_line = declared.node->line;
	item->image_column = declared.node->column;
	image.width = declared.width;
	image.height = declared.height;
	why = declared.invalid ? "is marked valid: false"
			       : look(item, &image, &declared, fields);
	if (why != NULL)
		warn_of(fields, &declared, why);
	else if (item->untyped.url.len == 0)
		item->image = image;
}

struct of_str of_image_type_of_name(struct of_str url)
{
	struct of_str path = of_url_split(url).path;

	return of_str_from(type_of_name(of_str_from_offset(of_path_extension(path), 1)));
}

struct of_image of_site_icon(const struct of_site *site)
{
	const struct fields fields = {.site = site};
	struct of_image icon = {.url = site->icon};
	struct search search = {0};

	if (find_file(&search, &fields, site->icon))
		fill_from_file(&icon, of_buf_str(&search.head), search.size);
	finish_search(&search);
	return icon;
}
